//! How the runs that are drawn compare with the baseline: a sentence for each, a table of its points, and
//! what else differs.

use egui::{RichText, Ui};

use super::super::app::App;
use super::super::library::Entry;
use super::super::theme::{Palette, medium, space, text_size};
use super::super::widgets::{dot, note};
use super::comparer::Found;
use super::table::{self, Leaning, MOST_ROWS, Row, Table};
use super::wide::{Cell, Sight};
use super::{compared_with, ended};
use crate::measurement::{CAUTION, Comparison, Quantity};

/// Shows all of them.
pub fn show(app: &App, found: &Found, ui: &mut Ui, sight: Sight) {
    let Some(baseline) = app.library.baseline() else {
        sight.stay(ui, |ui| {
            note(
                ui,
                "Overlay a second run to compare it with the first: each point then has its ratio and a verdict.",
            );
            for entry in compared_with(app, None) {
                peer(ui, entry);
            }
        });
        return;
    };
    let others = compared_with(app, Some(baseline));
    sight.stay(ui, |ui| {
        ui.horizontal(|ui| {
            note(ui, "Baseline");
            title(ui, baseline);
        });
        if others.is_empty() {
            note(ui, "Overlay another run to compare it with this one.");
        }
    });
    for entry in &others {
        let goes_on = entry.goes_on() || baseline.goes_on();
        let can_be = entry.peer().is_none() && !goes_on;
        let comparison = found.of(entry.id).filter(|_| can_be);
        sight.stay(ui, |ui| {
            ui.add_space(space::MEDIUM);
            title(ui, entry);
            if entry.peer().is_some() {
                peer(ui, entry);
            } else if goes_on {
                note(ui, "It is compared when the run that goes on has ended.");
            } else if let Some(comparison) = comparison {
                sentences(app, ui, comparison);
            } else if app.comparer.waits() {
                note(ui, "They are compared when the run that goes on has ended.");
            } else {
                note(ui, "Comparing…");
            }
        });
        if let Some(comparison) = comparison {
            points(ui, sight, entry, comparison);
            differences(ui, sight, entry, comparison);
        }
    }
    if others.iter().any(|entry| ended(entry).is_some()) {
        sight.stay(ui, |ui| {
            ui.add_space(space::MEDIUM);
            note(ui, CAUTION);
        });
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

fn sentences(app: &App, ui: &mut Ui, comparison: &Comparison) {
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
}

fn points(ui: &mut Ui, sight: Sight, entry: &Entry, comparison: &Comparison) {
    if comparison.points.is_empty() {
        return;
    }
    let palette = Palette::of(ui);
    let table = Table::of(comparison);
    let colour = |row: &Row| match row.leaning {
        Leaning::Faster => palette.good,
        Leaning::Slower => palette.error,
        Leaning::Neither => palette.text,
    };
    let heads = table.heads.iter().map(|head| Cell::head(ui, head));
    let mut rows = vec![heads.collect::<Vec<_>>()];
    rows.extend(table.rows.iter().map(|row| {
        let verdict = RichText::new(&row.verdict).color(colour(row));
        let mut cells: Vec<Cell<'_>> = row.place.iter().map(Cell::new).collect();
        cells.push(Cell::new(verdict).on_hover(&row.sentence));
        cells.extend(row.figures.iter().map(Cell::new));
        cells
    }));
    let named_by = table.rows.first().map_or(0, |row| row.place.len());
    sight.table(ui, ("verdicts", entry.id.0), &rows, named_by);
    let more = comparison.points.len().saturating_sub(MOST_ROWS);
    if more > 0 {
        sight.stay(ui, |ui| {
            note(
                ui,
                format!("and {more} more points: Copy table has them all"),
            )
        });
    }
}

fn differences(ui: &mut Ui, sight: Sight, entry: &Entry, comparison: &Comparison) {
    ui.add_space(space::SMALL);
    if comparison.differences.is_empty() {
        sight.stay(ui, |ui| note(ui, "Profile and environment are the same."));
        return;
    }
    let heads = ["What differs", "Baseline", "This run"];
    let mut rows = vec![heads.map(|head| Cell::head(ui, head)).to_vec()];
    rows.extend(comparison.differences.iter().map(|difference| {
        [&difference.what, &difference.baseline, &difference.other]
            .map(Cell::new)
            .to_vec()
    }));
    sight.table(ui, ("differences", entry.id.0), &rows, 1);
}
