//! What has to be known of a point beside its figures: said where the pointer rests on its row.

use egui::{Grid, Label, RichText, Ui};

use super::point_words::{floor_sentence, precision};
use super::theme::{space, text_size};
use super::widgets::note;
use crate::measurement::{Limit, Point, Run};

/// Width of what is said of a row.
const HOVER_WIDTH: f32 = 620.0;
/// What has to be known of a point beside its figures.
pub fn about(ui: &mut Ui, run: &Run, point: &Point, limit: Option<&Limit>) {
    ui.set_max_width(HOVER_WIDTH);
    for sentence in sentences(run, point) {
        ui.label(sentence);
    }
    if let Some(limit) = limit {
        ui.label(&limit.sentence);
        evidence(ui, limit);
    }
}

/// What the sentence about the limit rests on, half of it beside the other half.
fn evidence(ui: &mut Ui, limit: &Limit) {
    ui.add_space(space::SMALL);
    let half = limit.evidence.len().div_ceil(2);
    let (left, right) = limit.evidence.split_at(half);
    Grid::new("evidence")
        .num_columns(4)
        .min_row_height(text_size::TITLE)
        .spacing([space::LARGE, 0.0])
        .show(ui, |ui| {
            for (at, beside) in left.iter().enumerate() {
                for (name, figure) in [Some(beside), right.get(at)].into_iter().flatten() {
                    note(ui, *name);
                    note_figure(ui, figure);
                }
                ui.end_row();
            }
        });
}

/// A figure as small as its name.
fn note_figure(ui: &mut Ui, figure: &str) {
    let text = RichText::new(figure).size(text_size::SMALL);
    ui.add(Label::new(text).extend());
}

/// What has to be said of a point, a sentence each.
fn sentences(run: &Run, point: &Point) -> Vec<String> {
    let fault = point.error.as_ref().map(ToString::to_string);
    [fault, precision(run, point), floor_sentence(run, point)]
        .into_iter()
        .flatten()
        .collect()
}
