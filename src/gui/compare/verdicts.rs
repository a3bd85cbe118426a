//! How the runs that are drawn compare with the baseline: a sentence for each, a table of its points, and
//! what else differs.

use egui::{Grid, RichText, Ui};

use super::super::app::App;
use super::super::library::Entry;
use super::super::theme::{Palette, medium, space, text_size};
use super::super::widgets::{dot, note};
use super::comparer::Found;
use super::table::{self, MOST_ROWS, Table};
use super::{compared_with, ended};
use crate::measurement::{CAUTION, Comparison, Quantity};

/// Shows all of them.
pub fn show(app: &App, found: &Found, ui: &mut Ui) {
    let Some(baseline) = app.library.baseline() else {
        note(
            ui,
            "Overlay a second run to compare it with the first: each point then has its ratio and a verdict.",
        );
        for entry in compared_with(app, None) {
            peer(ui, entry);
        }
        return;
    };
    ui.horizontal(|ui| {
        note(ui, "Baseline");
        title(ui, baseline);
    });
    let others = compared_with(app, Some(baseline));
    if others.is_empty() {
        note(ui, "Overlay another run to compare it with this one.");
        return;
    }
    for entry in &others {
        ui.add_space(space::MEDIUM);
        title(ui, entry);
        if entry.peer().is_some() {
            peer(ui, entry);
        } else if entry.goes_on() || baseline.goes_on() {
            note(ui, "It is compared when the run that goes on has ended.");
        } else if let Some(comparison) = found.of(entry.id) {
            one(app, ui, entry, comparison);
        } else if app.comparer.waits() {
            note(ui, "They are compared when the run that goes on has ended.");
        } else {
            note(ui, "Comparing…");
        }
    }
    if others.iter().any(|entry| ended(entry).is_some()) {
        ui.add_space(space::MEDIUM);
        note(ui, CAUTION);
    }
}

fn title(ui: &mut Ui, entry: &Entry) {
    ui.horizontal(|ui| {
        dot(ui, Palette::of(ui).series(entry.colour));
        ui.label(
            RichText::new(&entry.name)
                .family(medium())
                .size(text_size::BODY),
        );
    });
}

/// A result of another tool cannot be compared, and says why.
fn peer(ui: &mut Ui, entry: &Entry) {
    let Some(peer) = entry.peer() else {
        return;
    };
    ui.label(table::why_no_peer(peer));
    note(ui, peer.conversion.as_str());
    for sentence in &peer.notes {
        note(ui, sentence.as_str());
    }
}

fn one(app: &App, ui: &mut Ui, entry: &Entry, comparison: &Comparison) {
    for quantity in table::told_apart(comparison) {
        let name = match quantity {
            Quantity::Rtt => "RTT",
            Quantity::Throughput => "Throughput",
        };
        ui.label(format!("{name}: {}", comparison.summary(*quantity)));
    }
    // Of the point that is looked at, without pointing at its verdict.
    let selected = app.selected.and_then(|selected| {
        let mut points = comparison.points.iter();
        points.find(|point| {
            (point.message_size, point.server_delay_ms)
                == (selected.message_size, selected.delay_ms)
        })
    });
    if let Some(point) = selected {
        ui.label(table::sentence(comparison, point));
    }
    if !comparison.points.is_empty() {
        points(ui, entry, comparison);
    }
    differences(ui, entry, comparison);
}

fn points(ui: &mut Ui, entry: &Entry, comparison: &Comparison) {
    let palette = Palette::of(ui);
    let table = Table::of(comparison);
    Grid::new(("verdicts", entry.id.0))
        .num_columns(table.heads.len())
        .striped(true)
        .spacing([space::LARGE, space::SMALL])
        .show(ui, |ui| {
            for head in table.heads {
                note(ui, head);
            }
            ui.end_row();
            for row in table.rows {
                for cell in row.place {
                    ui.label(cell);
                }
                let colour = match row.leaning {
                    table::Leaning::Faster => palette.good,
                    table::Leaning::Slower => palette.error,
                    table::Leaning::Neither => palette.text,
                };
                ui.label(RichText::new(row.verdict).color(colour))
                    .on_hover_text(row.sentence);
                for cell in row.figures {
                    ui.label(cell);
                }
                ui.end_row();
            }
        });
    let more = comparison.points.len().saturating_sub(MOST_ROWS);
    if more > 0 {
        note(
            ui,
            format!("and {more} more points: Copy table has them all"),
        );
    }
}

fn differences(ui: &mut Ui, entry: &Entry, comparison: &Comparison) {
    ui.add_space(space::SMALL);
    if comparison.differences.is_empty() {
        note(ui, "Profile and environment are the same.");
        return;
    }
    Grid::new(("differences", entry.id.0))
        .num_columns(3)
        .striped(true)
        .spacing([space::LARGE, space::SMALL])
        .show(ui, |ui| {
            for head in ["What differs", "Baseline", "This run"] {
                note(ui, head);
            }
            ui.end_row();
            for difference in &comparison.differences {
                ui.label(&difference.what);
                ui.label(&difference.baseline);
                ui.label(&difference.other);
                ui.end_row();
            }
        });
}
