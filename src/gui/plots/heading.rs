//! What stands above a plot: its name, what its signs mean, what the model says, and how the plots are wanted.

use egui::{Align, FontId, Label, Layout, RichText, Ui};

use super::super::analysis::Analysis;
use super::super::theme::{Palette, medium, text_size};
use super::super::widgets::text_width;
use super::model_line::ModelLine;
use super::options::{self, PlotOptions};
use crate::chart::{Chart, Quantity};

/// What Fit says of moving about in a plot.
const HOW_TO_MOVE: &str = "Shows everything again. In a plot: drag to move, turn the wheel to zoom, drag \
    with the right button to zoom into a box, double-click to fit.";

/// What marks and lines are, in a line and in a shorter one, and what has to be known of them.
type Signs = ([&'static str; 2], &'static str);

/// What marks and lines of ratios are.
const RATIO_SIGNS: Signs = (
    [
        "mark: how many times the baseline's figure · thick: its 95 % interval",
        "mark: times the baseline's figure · thick: 95 % interval",
    ],
    "The ratio of every round of a run to every round of the baseline has a median, which is the mark. Its \
     interval is that of the point alone, and needs six rounds in each run: the verdicts in the tab Compare \
     are corrected for the number of points.",
);

/// Those of single probes' values.
const SIGNS_OF_PROBES: [&str; 2] = [
    "mark: median of the rounds · thick: its 95 % interval · band: p10 to p90 · thin: least to greatest",
    "mark: median · thick: 95 % · band: p10–p90 · thin: min–max",
];

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
    let (keys, hint) = if chart.ratio_to.is_some() {
        RATIO_SIGNS
    } else {
        signs(chart.quantity, is_pipelined)
    };
    let faint = Palette::of(ui).faint;
    let small = |text: &str| RichText::new(text).size(text_size::SMALL).color(faint);
    let key = first_that_fits(ui, keys);
    ui.add(Label::new(small(key)).truncate())
        .on_hover_text(hint);
    if let Some(model) = model {
        ui.add(Label::new(small(&model.text)).truncate())
            .on_hover_text(&model.explanation);
    }
}

/// The first of these, of which each says the same in fewer words, that there is room for; or the last.
fn first_that_fits<'a>(ui: &Ui, texts: [&'a str; 2]) -> &'a str {
    let [full, short] = texts;
    let font = FontId::proportional(text_size::SMALL);
    if text_width(ui, full, font) <= ui.available_width() {
        full
    } else {
        short
    }
}

/// What marks and lines of values are.
fn signs(quantity: Quantity, is_pipelined: bool) -> Signs {
    match (quantity, is_pipelined) {
        (Quantity::Rtt, _) => (
            SIGNS_OF_PROBES,
            "A round has one median, and the mark is the median of those of all rounds; its interval needs \
             six of them. Percentiles, least and greatest are of all probes. \
             An arrow says that it goes on beyond the edge: the pointer on it, and the table, tell how far.",
        ),
        (Quantity::Throughput, false) => (
            SIGNS_OF_PROBES,
            "Throughput is payload bytes echoed per second: size / RTT with one probe in flight. Mark, \
             interval and band are those of the round-trip time, turned into rates: the lower end of the \
             band is size / the 90th percentile of the RTT. An arrow says that a thin line goes on beyond \
             the edge.",
        ),
        (Quantity::Throughput, true) => (
            [
                "mark: median of the rounds · thick: its 95 % interval · thin: slowest to fastest round",
                "mark: median · thick: 95 % interval · thin: slowest to fastest",
            ],
            "Throughput is payload bytes echoed per second: with several probes in flight, what came back \
             in a round / the time it took. The interval needs six rounds. An arrow says that a thin line \
             goes on beyond the edge.",
        ),
    }
}
