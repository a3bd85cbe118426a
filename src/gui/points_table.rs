//! The table of the points' statistics: every figure of the plots, as text. The columns that decide
//! are shown; the others are where the pointer rests on a row, and in the copied table.

use egui::{Align, Grid, Label, Layout, Response, RichText, Ui};
use egui_extras::{Column as Width, TableBuilder, TableRow};

use super::app::App;
use super::point_words::{floor_sentence, near_floor, precision};
use super::table_columns::{Column, Row, Units, columns};
use super::theme::{Palette, ROW_HEIGHT, medium, space, text_size};
use super::widgets::note;
use crate::measurement::{Point, Run};

/// Space between columns.
const GAP: f32 = 8.0;
/// Width of what is said of a row.
const HOVER_WIDTH: f32 = 420.0;

/// The table as text for a spreadsheet: every column, cells apart by TABs.
#[must_use]
pub fn as_text(run: &Run) -> String {
    let units = Units::of(run);
    let columns = columns(run);
    let join = |cells: &mut dyn Iterator<Item = String>| cells.collect::<Vec<_>>().join("\t");
    let head = |column: &Column| match column.unit(&units) {
        "" => column.name.to_owned(),
        unit => format!("{} ({unit})", column.name),
    };
    let mut lines = vec![join(&mut columns.iter().map(head))];
    for point in &run.points {
        let row = Row {
            run,
            point,
            is_measured: false,
            units: &units,
        };
        lines.push(join(&mut columns.iter().map(|column| column.cell(&row))));
    }
    lines.join("\n") + "\n"
}

/// Shows the table.
pub fn show(app: &App, ui: &mut Ui) {
    let Some(run) = app.shown() else {
        note(
            ui,
            "Every figure of the plots appears here once a run has begun.",
        );
        return;
    };
    let units = Units::of(run);
    let columns = columns(run);
    let measuring = app.shown_progress().map(|progress| progress.point);
    ui.spacing_mut().item_spacing.x = GAP;
    egui::ScrollArea::horizontal().show(ui, |ui| {
        let mut table = TableBuilder::new(ui)
            .striped(true)
            .vscroll(true)
            .min_scrolled_height(0.0)
            .auto_shrink([false, false])
            .cell_layout(Layout::right_to_left(Align::Center));
        for width in columns.iter().filter_map(|column| column.width) {
            table = table.column(Width::initial(width).at_least(40.0));
        }
        table
            .header(36.0, |mut row| heads(&mut row, &columns, &units))
            .body(|body| {
                body.rows(ROW_HEIGHT, run.points.len(), |mut row| {
                    let index = row.index();
                    if let Some(point) = run.points.get(index) {
                        let content = Row {
                            run,
                            point,
                            is_measured: measuring == Some(index),
                            units: &units,
                        };
                        line(&mut row, &columns, &content);
                    }
                });
            });
    });
}

fn heads(row: &mut TableRow<'_, '_>, columns: &[Column], units: &Units) {
    for column in columns.iter().filter(|column| column.width.is_some()) {
        row.col(|ui| {
            ui.with_layout(Layout::top_down(Align::Max), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let name = RichText::new(column.name)
                    .family(medium())
                    .size(text_size::SMALL);
                ui.label(name).on_hover_text(column.hint);
                let unit = column.unit(units);
                if !unit.is_empty() {
                    note(ui, unit);
                }
            });
        });
    }
}

fn line(row: &mut TableRow<'_, '_>, columns: &[Column], content: &Row<'_>) {
    let mut under_pointer: Option<Response> = None;
    for column in columns.iter().filter(|column| column.width.is_some()) {
        let (_, cell) = row.col(|ui| {
            let palette = Palette::of(ui);
            let text = RichText::new(column.cell(content));
            let text = match column.name {
                "State" if content.point.error.is_some() => text.color(palette.error),
                "Mark" => text.color(palette.warning),
                _ => text,
            };
            let label = ui.add(Label::new(text));
            // The text lies over its cell, and the pointer is over either.
            under_pointer = Some(match under_pointer.take() {
                Some(known) => known.union(label),
                None => label,
            });
        });
        under_pointer = under_pointer.take().map(|known| known.union(cell));
    }
    if let Some(response) = under_pointer {
        response.on_hover_ui_at_pointer(|ui| all_of(ui, columns, content));
    }
}

/// All that is known of a point: sentences first, then the figures that have no column.
fn all_of(ui: &mut Ui, columns: &[Column], row: &Row<'_>) {
    ui.set_max_width(HOVER_WIDTH);
    for sentence in sentences(row.run, row.point) {
        ui.label(sentence);
    }
    if row.point.statistics.is_none() {
        return;
    }
    ui.add_space(space::SMALL);
    let hidden: Vec<&Column> = columns
        .iter()
        .filter(|column| column.width.is_none() && column.name != "Delay")
        .collect();
    // Two columns of names and figures: as high as half of them.
    let half = hidden.len().div_ceil(2);
    let (left, right) = hidden.split_at(half.min(hidden.len()));
    Grid::new("all of a point")
        .num_columns(4)
        .spacing([space::LARGE, space::SMALL])
        .show(ui, |ui| {
            for (place, column) in left.iter().enumerate() {
                for column in [Some(column), right.get(place)].into_iter().flatten() {
                    note(ui, column.name);
                    let figure = format!("{}\u{a0}{}", column.cell(row), column.unit(row.units));
                    ui.label(figure.trim_end());
                }
                ui.end_row();
            }
        });
}

/// What has to be said of a point, a sentence each.
fn sentences(run: &Run, point: &Point) -> Vec<String> {
    let fault = point.error.as_ref().map(ToString::to_string);
    let median = point.statistics.as_ref().map(|figures| figures.rtt.p50);
    let floor = near_floor(run, point)
        .zip(median)
        .map(|(calibration, median)| floor_sentence(median, &calibration));
    [fault, precision(run, point), floor]
        .into_iter()
        .flatten()
        .collect()
}
