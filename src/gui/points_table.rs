//! The table of the points' statistics: every figure of the plots, as text. The columns that decide
//! are shown; the others are where the pointer rests on a row, and in the copied table.

use egui::{Align, Grid, Label, Layout, Response, RichText, Ui};
use egui_extras::{Column as Width, TableBuilder, TableRow};

use super::app::App;
use super::point_words::{floor_sentence, precision};
use super::table_columns::{Column, Row, Units, columns};
use super::theme::{Palette, ROW_HEIGHT, medium, space, text_size};
use super::widgets::note;
use crate::measurement::{Limit, Point, Run, RunId, RunState, limit_of};

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
    let because = "What limited it".to_owned();
    let heads = columns.iter().map(head);
    let mut lines = vec![join(&mut heads.chain([because]))];
    for (point, limit) in run.points.iter().zip(limits(run)) {
        let row = Row {
            run,
            point,
            is_measured: false,
            limit: limit.as_ref(),
            units: &units,
        };
        let because = limit.as_ref().map_or("-", |limit| limit.sentence.as_str());
        let cells = columns.iter().map(|column| column.cell(&row));
        lines.push(join(&mut cells.chain([because.to_owned()])));
    }
    lines.join("\n") + "\n"
}

/// What the table remembers between frames.
#[derive(Debug, Default)]
pub struct TableState {
    /// What limited each point of the run that is shown, found once: it goes through every round.
    limits: Option<(RunId, Vec<Option<Limit>>)>,
}

impl TableState {
    fn limits_of(&mut self, run: &Run) -> &[Option<Limit>] {
        let of_run = |known: &(RunId, _)| known.0 == run.id;
        // What limits a run that goes on may change with every round.
        if run.state == RunState::Running {
            self.limits = None;
        } else if !self.limits.as_ref().is_some_and(of_run) {
            self.limits = Some((run.id, limits(run)));
        }
        self.limits.as_ref().map_or(&[], |(_, limits)| limits)
    }
}

/// What limited each point.
fn limits(run: &Run) -> Vec<Option<Limit>> {
    let of_point = |point| limit_of(run, point);
    run.points.iter().map(of_point).collect()
}

/// Shows the table.
pub fn show(app: &mut App, ui: &mut Ui) {
    let Some(run) = app.shown().cloned() else {
        note(
            ui,
            "Every figure of the plots appears here once a run has begun.",
        );
        return;
    };
    let measuring = app.shown_progress().map(|progress| progress.point);
    let limits = app.points.limits_of(&run);
    table(ui, &run, measuring, limits);
}

/// The table of a run of which the point `measuring` is being measured.
fn table(ui: &mut Ui, run: &Run, measuring: Option<usize>, limits: &[Option<Limit>]) {
    let units = Units::of(run);
    let columns = that_fit(columns(run), ui.available_width());
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
                            limit: limits.get(index).and_then(Option::as_ref),
                            units: &units,
                        };
                        line(&mut row, &columns, &content);
                    }
                });
            });
    });
}

/// The columns, those for wide windows shown only where all are in sight with them.
fn that_fit(mut columns: Vec<Column>, room: f32) -> Vec<Column> {
    let all: f32 = columns
        .iter()
        .filter_map(|column| column.width)
        .map(|width| width + GAP)
        .sum();
    if all > room {
        for column in columns.iter_mut().filter(|column| column.is_extra) {
            column.width = None;
        }
    }
    columns
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
    if let Some(limit) = row.limit {
        ui.label(&limit.sentence);
    }
    if row.point.statistics.is_none() {
        return;
    }
    ui.add_space(space::SMALL);
    let hidden: Vec<&Column> = columns
        .iter()
        .filter(|column| column.width.is_none() && !["Delay", "Limited by"].contains(&column.name))
        .collect();
    // Two columns of names and figures: as high as half of them.
    let half = hidden.len().div_ceil(2);
    let (left, right) = hidden.split_at(half.min(hidden.len()));
    Grid::new("all of a point")
        .num_columns(4)
        .min_row_height(text_size::TITLE)
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
    if let Some(limit) = row.limit {
        evidence(ui, limit);
    }
}

/// What the sentence about the limit rests on.
fn evidence(ui: &mut Ui, limit: &Limit) {
    ui.add_space(space::SMALL);
    Grid::new("evidence")
        .num_columns(2)
        .min_row_height(text_size::TITLE)
        .spacing([space::LARGE, space::SMALL])
        .show(ui, |ui| {
            for (name, figure) in &limit.evidence {
                note(ui, *name);
                ui.label(figure);
                ui.end_row();
            }
        });
}

/// What has to be said of a point, a sentence each.
fn sentences(run: &Run, point: &Point) -> Vec<String> {
    let fault = point.error.as_ref().map(ToString::to_string);
    [fault, precision(run, point), floor_sentence(run, point)]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;

    use super::super::test_run::{self, FLOOR_NS, rest_on, texts};
    use super::*;
    use crate::measurement::PrecisionOutcome;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small number of nanoseconds"
    )]
    const NEAR_NS: u64 = 3 * FLOOR_NS as u64;

    fn run() -> Run {
        test_run::run(&[
            (100, NEAR_NS, Some(PrecisionOutcome::Reached)),
            (
                200,
                50 * NEAR_NS,
                Some(PrecisionOutcome::NotReachedInRounds),
            ),
            (300, 60 * NEAR_NS, Some(PrecisionOutcome::NotReachedInTime)),
            (400, 70 * NEAR_NS, None),
        ])
    }

    fn shown(run: Run) -> Harness<'static> {
        test_run::shown(egui::vec2(720.0, 400.0), move |ui| {
            table(ui, &run, None, &limits(&run));
        })
    }

    #[test]
    fn each_point_says_whether_it_is_precise_and_why_not() {
        let mut harness = shown(run());
        let said = texts(&harness);
        let count = |text: &str| said.iter().filter(|known| *known == text).count();
        assert_eq!((count("precise"), count("not reached")), (1, 2), "{said:?}");
        for (size, reason) in [
            ("100", "Precise: the interval is "),
            ("200", "Not reached: after 40 rounds the interval is "),
            (
                "300",
                "Not reached: when the 60 s of the run were used up the",
            ),
        ] {
            let said = rest_on(&mut harness, size);
            assert!(said.contains(reason), "{size}: {said}");
            assert!(said.contains("5 % was asked for"), "{size}: {said}");
        }
    }

    #[test]
    fn a_point_near_the_instruments_floor_is_marked_unless_all_is_loopback() {
        let mut harness = shown(run());
        let marks = |harness: &Harness<'_>| {
            let texts = texts(harness);
            texts.iter().filter(|text| *text == "near floor").count()
        };
        assert_eq!(marks(&harness), 1);
        let said = rest_on(&mut harness, "near floor");
        assert!(said.contains("the median is 3.001 times"), "{said}");
        assert!(said.contains("10.00\u{a0}µs"), "{said}");

        let mut on_loopback = run();
        if let Some(route) = &mut on_loopback.route {
            route.loopback = true;
        }
        assert_eq!(marks(&shown(on_loopback)), 0);
        let mut unknown = run();
        unknown.calibration = None;
        assert_eq!(marks(&shown(unknown)), 0);
    }

    #[test]
    fn a_point_faster_than_the_floor_is_marked_and_says_what_the_floor_is_worth() {
        for loopback in [false, true] {
            let mut run = test_run::run(&[(100, NEAR_NS / 5, None), (200, 50 * NEAR_NS, None)]);
            if let Some(route) = &mut run.route {
                route.loopback = loopback;
            }
            let mut harness = shown(run);
            let said = rest_on(&mut harness, "below floor");
            assert!(
                said.contains("Faster than the instrument's floor"),
                "{said}"
            );
            assert!(said.contains("slower when it was calibrated"), "{said}");
        }
    }

    #[test]
    fn all_that_has_no_column_stands_where_the_pointer_rests() {
        let mut harness = shown(run());
        let before = texts(&harness).join("\n");
        let said = rest_on(&mut harness, "100");
        for name in [
            "Min",
            "p10",
            "p25",
            "p75",
            "p99.9",
            "Max",
            "Mean",
            "Std dev",
            "Outliers",
            "First probe",
            "Connect",
            "at median",
            "Window / RTT",
        ] {
            let is_said = said.lines().any(|line| line == name);
            assert!(is_said, "{name} in {said}");
            assert!(!before.lines().any(|line| line == name), "{name} at first");
        }
        assert!(said.contains("60.00\u{a0}µs"), "the connect time in {said}");
    }

    #[test]
    fn what_limited_a_point_is_a_column_where_there_is_room_and_a_sentence_everywhere() {
        let limit = limits(&run()).remove(0).expect("a point with figures");
        let mut narrow = shown(run());
        assert!(!texts(&narrow).iter().any(|text| text == "Limited by"));
        let said = rest_on(&mut narrow, "100");
        assert!(said.contains(&limit.sentence), "{said}");
        for (name, figure) in &limit.evidence {
            assert!(
                said.contains(name) && said.contains(figure),
                "{name}: {said}"
            );
        }

        let run = run();
        let wide = test_run::shown(egui::vec2(1_100.0, 400.0), move |ui| {
            table(ui, &run, None, &limits(&run));
        });
        let said = texts(&wide);
        assert!(said.iter().any(|text| text == "Limited by"), "{said:?}");
        let named = said.iter().filter(|text| *text == limit.cause.name());
        assert!(named.count() >= 1, "{said:?}");
    }

    #[test]
    fn the_copied_table_has_every_column_and_the_marks() {
        let text = as_text(&run());
        let mut lines = text
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>());
        let heads = lines.next().expect("heads");
        let rows: Vec<_> = lines.collect();
        let column = |name: &str| -> Vec<&str> {
            let at = heads.iter().position(|head| head.starts_with(name));
            let at = at.unwrap_or_else(|| panic!("no column {name} in {heads:?}"));
            rows.iter().map(|row| row[at]).collect()
        };
        assert_eq!(
            column("State"),
            ["precise", "not reached", "not reached", "going on"]
        );
        assert_eq!(column("Mark"), ["near floor", "-", "-", "-"]);
        assert_eq!(column("Delay (ms)"), ["0"; 4]);
        assert_eq!(column("Rounds"), ["6"; 4]);
        assert_eq!(column("Outliers (probes)"), ["0"; 4]);
        assert_eq!(column("Connect (µs)")[0], "60.00");
        let limits = limits(&run());
        let sentences: Vec<&str> = limits
            .iter()
            .flatten()
            .map(|limit| limit.sentence.as_str())
            .collect();
        assert_eq!(column("What limited it"), sentences);
        assert!(rows.iter().all(|row| row.len() == heads.len()));
    }
}
