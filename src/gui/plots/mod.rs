//! The two plots: round-trip time and throughput against message size, beside each other or one above
//! the other, with one axis of message sizes and one pointer between them.

mod cursor;
mod dashes;
mod heading;
mod hover;
mod landmarks;
mod legend;
mod model_line;
mod models;
mod options;
mod paint;
mod plot;
mod screen;

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::Ui;

use heading::Controls;
use model_line::ModelLine;
pub use options::{ChartWishes, PlotOptions};
pub use paint::{MARKER, marker};

use super::analysis::Analysis;
use super::app::App;
use super::compare::{Found, PlotView};
use super::selection::Selected;
use super::theme::{PLOT_GAP, space};
use crate::chart::{Chart, CurveKey, Quantity, Scale, SourceId};
use crate::experiment::{MAX_SIZES, parse_list};
use crate::measurement::Run;

/// Width to height that a plot reads best at.
const BEST_ASPECT: f32 = 1.4;

/// The scales of a plot's axes: of message sizes, of values.
type Scales = [Scale; 2];

/// What the plots remember between frames.
#[derive(Debug, Default)]
pub struct PlotState {
    /// Curves that are in the legend alone.
    hidden: BTreeSet<CurveKey>,
    /// What the axes were last fitted to: what was drawn, how, and on which scales.
    fitted_to: Option<(Vec<SourceId>, PlotView, [Scales; 2])>,
    /// Whether the axes are to be fitted in the next frame.
    wants_fit: bool,
}

/// The trial that goes on for a run, in words.
fn trial_of(app: &App, run: &Run) -> Option<String> {
    let progress = app
        .progress()
        .filter(|progress| progress.run.id == run.id)?;
    progress.trial.as_ref().map(ToString::to_string)
}

/// Shows both plots in the room there is.
pub fn show(app: &mut App, ui: &mut Ui) {
    let run = app.shown().cloned();
    let analysis = match &run {
        Some(run) => app.analyst.of(run, ui.ctx()),
        None => Arc::default(),
    };
    let run = run.as_deref();
    let trial = run.and_then(|run| trial_of(app, run));
    let found = (app.plot_view() == PlotView::Ratio).then(|| app.comparisons(ui.ctx()));
    let found = found.as_deref();
    let charts = Quantity::ALL.map(|quantity| chart(app, run, quantity, &analysis, found));
    let [rtt, _] = &charts;
    legend::show(ui, rtt, &mut app.plots.hidden);
    let sources = app.library.sources();
    let drawn = sources.iter().map(|source| source.id).collect();
    let view = match rtt.ratio_to {
        Some(_) => PlotView::Ratio,
        None => PlotView::Values,
    };
    let now = Some((drawn, view, charts.each_ref().map(scales)));
    let is_new = app.plots.fitted_to != now;
    app.plots.fitted_to = now;
    let fit = std::mem::take(&mut app.plots.wants_fit) || is_new;
    let room = ui.available_size();
    let mut chosen = None;
    let selected = app.selected;
    let weight = app.presenter.weight();
    let mut options = app.settings.plots.clone();
    let has_model = options.model;
    let name = sources.first().filter(|_| sources.len() > 1);
    let name = name.map(|source| source.name);
    let wants_fit = &mut app.plots.wants_fit;
    let mut one = |ui: &mut Ui, chart: &Chart, height: f32| {
        let controls = (chart.quantity == Quantity::Throughput).then_some(Controls {
            options: &mut options,
            analysis: &analysis,
            wants_fit,
        });
        let look = plot::View {
            height,
            fit,
            weight,
            selected,
            model: run
                .filter(|_| has_model && chart.ratio_to.is_none())
                .map(|run| ModelLine::of(chart, App::source_of(run), &analysis.fits, run, name)),
            trial: trial.clone(),
        };
        let told = plot::show(ui, chart, run, &sources, &look, controls);
        chosen = chosen.or(told);
    };
    if stand_side_by_side(room) {
        ui.spacing_mut().item_spacing.x = PLOT_GAP;
        ui.columns(2, |columns| {
            for (ui, chart) in columns.iter_mut().zip(&charts) {
                ui.spacing_mut().item_spacing.x = space::MEDIUM;
                one(ui, chart, room.y);
            }
        });
    } else {
        let height = (room.y - space::MEDIUM) / 2.0;
        for chart in &charts {
            one(ui, chart, height);
        }
    }
    app.settings.plots = options;
    match chosen {
        Some(Chosen::Point(point)) => app.selected = point,
        Some(Chosen::Closer) if app.selected.is_some() => app.open_point(),
        Some(Chosen::Closer) | None => {}
    }
}

/// Whether two plots come nearer to the best shape beside each other than one above the other.
fn stand_side_by_side(room: egui::Vec2) -> bool {
    let off = |width: f32, height: f32| (width / height.max(1.0) / BEST_ASPECT).ln().abs();
    off(room.x / 2.0, room.y) <= off(room.x, room.y / 2.0)
}

impl App {
    /// How the plots are wanted now.
    pub(super) fn chart_wishes(&self) -> ChartWishes {
        ChartWishes::new(self.settings.plots.clone(), self.plots.hidden.clone())
    }
}

fn scales(chart: &Chart) -> Scales {
    [chart.size_axis.scale, chart.value_axis.scale]
}

fn chart(
    app: &App,
    run: Option<&Run>,
    quantity: Quantity,
    analysis: &Analysis,
    found: Option<&Found>,
) -> Chart {
    let wishes = app.chart_wishes();
    let options = wishes.options(quantity);
    let sources = app.library.sources();
    if sources.is_empty() {
        let sizes = parse_list(&app.settings.form.sizes, MAX_SIZES).unwrap_or_default();
        return Chart::empty(&sizes, quantity, &options);
    }
    // Until runs are compared their figures are there to be seen.
    let baseline = found.and_then(|found| app.library.entry(found.baseline?));
    if let (Some(found), Some(baseline)) = (found, baseline) {
        return Chart::ratio(&app.ratios(found), &baseline.name, quantity, &options);
    }
    let analysed = run.map(|run| (App::source_of(run), &analysis.fits, &analysis.landmarks[..]));
    wishes.chart(&sources, quantity, analysed)
}

/// What is chosen in a plot.
#[derive(Debug, Clone, Copy)]
enum Chosen {
    /// A point, or none any more.
    Point(Option<Selected>),
    /// A closer look at the point that was chosen.
    Closer,
}
