//! What stands above a plot: its name, what its signs mean, what the model says, and how the plots are wanted.

use egui::{Align, Label, Layout, RichText, Ui};

use super::super::analysis::Analysis;
use super::super::theme::{Palette, medium, text_size};
use super::model_line::ModelLine;
use super::options::{self, PlotOptions};
use crate::chart::{Chart, Quantity};

/// What Fit says of moving about in a plot.
const HOW_TO_MOVE: &str = "Shows everything again. In a plot: drag to move, turn the wheel to zoom, drag \
    with the right button to zoom into a box, double-click to fit.";

/// What marks and lines of ratios are.
const RATIO_SIGNS: (&str, &str) = (
    "mark: how many times the baseline's figure · thick: its 95 % interval",
    "The ratio of every round of a run to every round of the baseline has a median, which is the mark. Its \
     interval is that of the point alone, and needs six rounds in each run: the verdicts in the tab Compare \
     are corrected for the number of points.",
);

/// What is chosen for both plots.
pub struct Controls<'a> {
    /// How they are wanted.
    pub options: &'a mut PlotOptions,
    /// What is known of the run that is shown.
    pub analysis: &'a Analysis,
    /// Set where all is to be seen again.
    pub wants_fit: &'a mut bool,
}

/// Shows it; the controls of both plots stand above one of them.
pub fn show(ui: &mut Ui, chart: &Chart, model: Option<&ModelLine>, controls: Option<Controls<'_>>) {
    let name = chart.quantity.name();
    ui.horizontal(|ui| {
        ui.label(RichText::new(name).family(medium()).size(text_size::TITLE));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(controls) = controls {
                options::menus(ui, controls.options, controls.analysis);
                let fit = ui.button("Fit").on_hover_text(HOW_TO_MOVE);
                *controls.wants_fit |= fit.clicked();
            }
        });
    });
    let is_pipelined = chart.shown().any(|drawn| drawn.curve.pipelined);
    let (key, hint) = if chart.ratio_to.is_some() {
        RATIO_SIGNS
    } else {
        signs(chart.quantity, is_pipelined)
    };
    let key = RichText::new(key)
        .size(text_size::SMALL)
        .color(Palette::of(ui).faint);
    ui.add(Label::new(key).truncate()).on_hover_text(hint);
    if let Some(model) = model {
        let text = RichText::new(&model.text)
            .size(text_size::SMALL)
            .color(Palette::of(ui).faint);
        ui.add(Label::new(text).truncate())
            .on_hover_text(&model.explanation);
    }
}

/// What marks and lines are, in a line, and what has to be known of them.
fn signs(quantity: Quantity, is_pipelined: bool) -> (&'static str, &'static str) {
    match (quantity, is_pipelined) {
        (Quantity::Rtt, _) => (
            "mark: median of the rounds · thick: its 95 % interval · band: p10 to p90 · thin: least to greatest",
            "A round has one median, and the mark is the median of those of all rounds; its interval needs \
             six of them. Percentiles, least and greatest are of all probes. \
             An arrow says that it goes on beyond the edge: the pointer on it, and the table, tell how far.",
        ),
        (Quantity::Throughput, false) => (
            "mark: median of the rounds · thick: its 95 % interval · band: p10 to p90 · thin: least to greatest",
            "Throughput is payload bytes echoed per second: size / RTT with one probe in flight. Mark, \
             interval and band are those of the round-trip time, turned into rates: the lower end of the \
             band is size / the 90th percentile of the RTT. An arrow says that a thin line goes on beyond \
             the edge.",
        ),
        (Quantity::Throughput, true) => (
            "mark: median of the rounds · thick: its 95 % interval · thin: slowest to fastest round",
            "Throughput is payload bytes echoed per second: with several probes in flight, what came back \
             in a round / the time it took. The interval needs six rounds. An arrow says that a thin line \
             goes on beyond the edge.",
        ),
    }
}
