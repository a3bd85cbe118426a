//! Where the tour goes: every view of the window, in both themes and at the sizes it has to stand.

use std::collections::BTreeSet;

use egui::{Context, Vec2, vec2};

use super::compare::PlotView;
use super::form::Form;
use super::plots::PlotOptions;
use super::selection::Selected;
use super::settings::Tab;
use super::theme::{LEAST_WINDOW, ThemeChoice, WINDOW};
use super::{Action, App};
use crate::chart::{Scale, SourceId};
use crate::experiment::WaitStrategy;
use crate::measurement::LandmarkKind;
use crate::protocol::MeasurementType;

/// A large screen, in pixels.
const LARGE: Vec2 = vec2(2560.0, 1440.0);
/// A projector, in pixels.
const PROJECTOR: Vec2 = vec2(1920.0, 1080.0);
/// Height of a tab that is to be read in a picture.
const TALL: f32 = 380.0;

/// Landmarks that a path without a network has within reach.
const LANDMARKS: [LandmarkKind; 3] = [
    LandmarkKind::Segments,
    LandmarkKind::HalfSize,
    LandmarkKind::Floor,
];

/// How two runs of the tour wait for echoes, which is their names.
const ASKS: &str = "asks, then sleeps";
const SLEEPS: &str = "sleeps";

/// One picture.
pub struct Stop {
    /// Its name.
    pub name: &'static str,
    /// Its size in pixels.
    pub size: Vec2,
    /// Pixels for each point.
    pub zoom: f32,
    /// What is measured for it.
    pub measure: Measure,
    /// What is to be done before it is taken, once that was measured.
    pub show: fn(&mut App, &Context),
}

impl Stop {
    /// Whether it is taken while a run goes.
    pub fn is_live(&self) -> bool {
        matches!(self.measure, Measure::Some(_))
    }
}

/// What is measured for a picture.
pub enum Measure {
    /// Nothing: what is there is shown.
    Nothing,
    /// The form as it is changed, to the end.
    All(fn(&mut Form)),
    /// The same, and the picture is taken while it goes.
    Some(fn(&mut Form)),
    /// The embedded server as one of the catalogue is checked, to the end.
    Check(&'static str),
}

/// A picture of the usual size, of what is there.
const fn usual(name: &'static str, show: fn(&mut App, &Context)) -> Stop {
    Stop {
        name,
        size: WINDOW,
        zoom: 1.0,
        measure: Measure::Nothing,
        show,
    }
}

/// All pictures in their order: each begins where the one before it has ended.
pub const STOPS: [Stop; 20] = [
    usual("start", |app, context| {
        theme(app, context, ThemeChoice::Dark);
    }),
    Stop {
        measure: Measure::Some(|form| {
            "0,2,5".clone_into(&mut form.delays);
            form.set_rounds(8);
        }),
        ..usual("measuring", |_, _| {})
    },
    usual("server-delay", |_, _| {}),
    Stop {
        measure: Measure::All(|form| {
            "0".clone_into(&mut form.delays);
            form.until_precise = true;
        }),
        ..usual("rtt", |_, _| {})
    },
    Stop {
        measure: Measure::All(|form| "1..256K:x2".clone_into(&mut form.sizes)),
        ..usual("model", |app, _| {
            name_shown(app, ASKS);
            log_axes(app);
            app.settings.plots.landmarks = BTreeSet::from(LANDMARKS);
        })
    },
    usual("point", |app, _| point(app)),
    Stop {
        measure: Measure::All(|form| form.wait = WaitStrategy::Block),
        ..usual("compare", |app, _| {
            name_shown(app, SLEEPS);
            compare(app);
        })
    },
    usual("ratio", |app, _| app.comparer.view = PlotView::Ratio),
    usual("export", |app, context| {
        app.comparer.view = PlotView::Values;
        app.act(Action::Export, context);
    }),
    Stop {
        size: PROJECTOR,
        ..usual("presenter", |app, context| {
            app.modal = None;
            app.act(Action::Present, context);
        })
    },
    usual("transcript", |app, context| {
        app.act(Action::Present, context);
        show_alone(app, SLEEPS);
        app.settings.tab = Tab::Transcript;
    }),
    Stop {
        measure: Measure::All(|form| {
            *form = Form::default();
            form.set_kind(MeasurementType::Tput);
        }),
        ..usual("throughput", |app, _| {
            app.settings.tab = Tab::Points;
            app.settings.plots = PlotOptions::default();
        })
    },
    usual("light", |app, context| {
        theme(app, context, ThemeChoice::Light);
        show_alone(app, ASKS);
        log_axes(app);
        app.settings.plots.landmarks = BTreeSet::from(LANDMARKS);
    }),
    usual("light-point", |app, _| point(app)),
    usual("light-compare", |app, _| {
        show_alone(app, SLEEPS);
        compare(app);
    }),
    Stop {
        size: LEAST_WINDOW,
        ..usual("small", |app, _| {
            show_alone(app, ASKS);
            app.settings.tab = Tab::Points;
        })
    },
    Stop {
        // Twice as many pixels, and as many points as in the smallest window.
        size: vec2(2.0 * LEAST_WINDOW.x, 2.0 * LEAST_WINDOW.y),
        zoom: 2.0,
        ..usual("double", |_, _| {})
    },
    Stop {
        size: LARGE,
        ..usual("large", |app, context| {
            theme(app, context, ThemeChoice::Dark);
            point(app);
        })
    },
    Stop {
        measure: Measure::Check("echo-payload"),
        ..usual("check", |_, _| {})
    },
    usual("light-check", |app, context| {
        theme(app, context, ThemeChoice::Light);
    }),
];

fn theme(app: &mut App, context: &Context, choice: ThemeChoice) {
    app.settings.theme = choice;
    choice.apply(context);
}

fn log_axes(app: &mut App) {
    let plots = &mut app.settings.plots;
    (plots.sizes, plots.rtt, plots.throughput) = (Some(Scale::Log), Scale::Log, Scale::Log);
}

/// Gives the run that is shown a name, as in the list of the tab Compare.
fn name_shown(app: &mut App, name: &str) {
    let shown = app.library.shown().map(|entry| entry.id);
    if let Some(entry) = shown.and_then(|id| app.library.entry_mut(id)) {
        name.clone_into(&mut entry.name);
    }
}

fn named(app: &App, name: &str) -> Option<SourceId> {
    let mut entries = app.library.entries().iter();
    entries
        .find(|entry| entry.name == name)
        .map(|entry| entry.id)
}

/// Shows a run, and nothing over it.
fn show_alone(app: &mut App, name: &str) {
    let all: Vec<SourceId> = app.library.entries().iter().map(|entry| entry.id).collect();
    for id in all {
        app.library.overlay(id, false);
    }
    app.library.choose(named(app, name));
}

/// Looks closely at a point in the middle of the run that is shown.
fn point(app: &mut App) {
    app.selected = app.shown().and_then(|run| {
        let middle = run.points.get(run.points.len() / 2)?;
        Some(Selected::new(run, middle))
    });
    app.open_point();
    app.settings.transcript_height = TALL;
}

/// Lays the run that asks over the one that sleeps, and compares them.
fn compare(app: &mut App) {
    if let Some(asks) = named(app, ASKS) {
        app.library.overlay(asks, true);
        app.library.set_baseline(asks);
    }
    app.selected = None;
    app.settings.plots.landmarks.clear();
    app.settings.tab = Tab::Compare;
    app.settings.transcript_height = TALL;
}
