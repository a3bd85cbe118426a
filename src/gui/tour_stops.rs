//! Where the tour for `screenshots/` stops: what is done to the window before each picture.

use egui::{Context, ViewportCommand};

use super::App;
use super::compare::PlotView;
use super::selection::Selected;
use super::settings::Tab;
use super::theme::{LEAST_WINDOW, ThemeChoice, WINDOW};
use crate::chart::Scale;
use crate::experiment::WaitStrategy;
use crate::measurement::LandmarkKind;
use crate::protocol::MeasurementType;

/// One picture: what to do first, and its name.
pub struct Stop {
    /// The name of its file.
    pub name: &'static str,
    /// What is done first.
    pub prepare: fn(&mut App, &Context),
    /// Whether a run is started then.
    pub runs: bool,
    /// Take the picture while the run goes, not after it.
    pub live: bool,
}

impl Stop {
    /// A picture of what is there.
    const fn look(name: &'static str, prepare: fn(&mut App, &Context)) -> Self {
        Self {
            name,
            prepare,
            runs: false,
            live: false,
        }
    }

    /// A picture of a run that has ended.
    const fn run(name: &'static str, prepare: fn(&mut App, &Context)) -> Self {
        Self {
            runs: true,
            ..Self::look(name, prepare)
        }
    }
}

/// Every stop, in order.
pub const STOPS: [Stop; 13] = [
    Stop::look("start", |app, context| {
        theme(app, ThemeChoice::Dark);
        // Whatever size it was left with.
        context.send_viewport_cmd(ViewportCommand::InnerSize(WINDOW));
    }),
    Stop {
        live: true,
        ..Stop::run("measuring", |app, _| {
            "0,2,5".clone_into(&mut app.settings.form.delays);
            app.settings.form.set_rounds(8);
        })
    },
    Stop::look("server-delay", |_, _| {}),
    Stop::run("rtt", |app, _| {
        "0".clone_into(&mut app.settings.form.delays);
        app.settings.form.until_precise = true;
    }),
    Stop::look("point", |app, _| {
        select_middle(app);
        app.open_point();
    }),
    Stop::look("transcript", |app, _| {
        app.settings.tab = Tab::Transcript;
        app.settings.transcript_height = 420.0;
    }),
    Stop::run("throughput", |app, _| {
        app.selected = None;
        app.settings.tab = Tab::Points;
        app.settings.form.set_kind(MeasurementType::Tput);
    }),
    Stop::look("light", |app, _| theme(app, ThemeChoice::Light)),
    Stop::run("model", |app, _| {
        app.settings.form.set_kind(MeasurementType::Rtt);
        "1..256K:x2".clone_into(&mut app.settings.form.sizes);
        app.settings.plots.sizes = Some(Scale::Log);
        app.settings.plots.rtt = Scale::Log;
        app.settings.plots.throughput = Scale::Log;
        app.settings.plots.landmarks = [
            LandmarkKind::Floor,
            LandmarkKind::Segments,
            LandmarkKind::HalfSize,
        ]
        .into();
    }),
    Stop::run("compare", |app, _| {
        app.settings.form.wait = WaitStrategy::Block;
        app.settings.plots.landmarks.clear();
        app.settings.tab = Tab::Compare;
        app.settings.transcript_height = 320.0;
        if let Some(shown) = app.library.shown().map(|entry| entry.id) {
            app.library.overlay(shown, true);
            app.library.set_baseline(shown);
        }
    }),
    Stop::look("ratio", |app, _| {
        app.settings.plots.rtt = Scale::Linear;
        app.settings.plots.throughput = Scale::Linear;
        app.comparer.view = PlotView::Ratio;
    }),
    Stop::look("presenter", |app, context| {
        app.comparer.view = PlotView::Values;
        theme(app, ThemeChoice::Dark);
        app.presenter.toggle(context);
    }),
    Stop::look("small", |app, context| {
        app.presenter.toggle(context);
        theme(app, ThemeChoice::Light);
        app.settings.tab = Tab::Points;
        // In points of now; the zoom goes back with the next frame.
        let size = LEAST_WINDOW / context.zoom_factor();
        context.send_viewport_cmd(ViewportCommand::InnerSize(size));
    }),
];

fn theme(app: &mut App, choice: ThemeChoice) {
    app.settings.theme = choice;
}

fn select_middle(app: &mut App) {
    app.selected = app.shown().and_then(|run| {
        let middle = run.points.get(run.points.len() / 2)?;
        Some(Selected::new(run, middle))
    });
}
