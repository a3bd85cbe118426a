//! The table of the points' statistics: every figure of the plots, as text.

use egui::{Align, Layout, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use super::app::App;
use super::theme::{Palette, ROW_HEIGHT, medium, text_size};
use super::widgets::note;
use crate::measurement::units::{Unit, count};
use crate::measurement::{Point, Run};

/// A column: its name, its unit, and whether a narrow window shows it.
struct Head {
    name: &'static str,
    unit: &'static str,
    hint: &'static str,
}

const fn head(name: &'static str, unit: &'static str, hint: &'static str) -> Head {
    Head { name, unit, hint }
}

/// Units that the whole table is in, so that figures can be compared down a column.
struct Units {
    time: Unit,
    rate: Unit,
}

impl Units {
    fn of(run: &Run) -> Self {
        let figures = || {
            run.points
                .iter()
                .filter_map(|point| point.statistics.as_ref())
        };
        let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
        let time = least(&mut figures().map(|figures| figures.rtt.p50));
        Self {
            time: Unit::of_time(if time.is_finite() { time } else { 1e3 }),
            rate: Unit::mbit_per_s(),
        }
    }
}

fn heads(units: &Units) -> Vec<Head> {
    let (time, rate) = (units.time.name, units.rate.name);
    vec![
        head("Size", "bytes", "Payload bytes of a probe."),
        head("Delay", "ms", "Server delay, contained in every RTT."),
        head(
            "Rounds",
            "",
            "Visits to the point, each on a connection of its own.",
        ),
        head(
            "State",
            "",
            "How the point stands; of a failed one, what failed first.",
        ),
        head("n", "probes", "Samples counted: echoed and not warm-up."),
        head("Min", time, "The least RTT."),
        head(
            "Median",
            time,
            "Half of the RTTs are below (type 7 percentile).",
        ),
        head(
            "95 % interval",
            time,
            "Of the median, from the medians of the rounds by order statistics (Le Boudec 2010); needs six rounds.",
        ),
        head("p90", time, "90 of 100 RTTs are below."),
        head("p99", time, "99 of 100 RTTs are below."),
        head("Max", time, "The greatest RTT."),
        head("Mean", time, "Arithmetic mean of the RTTs."),
        head("Std dev", time, "Sample standard deviation, n - 1."),
        head(
            "Jitter",
            time,
            "Mean absolute difference of neighbouring RTTs within a round.",
        ),
        head(
            "Throughput",
            rate,
            "Mean: sum of sizes / sum of RTTs, payload bytes echoed, in bits.",
        ),
        head("at median", rate, "Size / median RTT, in bits."),
    ]
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
fn cells(point: &Point, rounds: u32, is_measured: bool, units: &Units) -> Vec<String> {
    let spec = &point.spec;
    let mut cells = vec![
        count(spec.message_size),
        count(spec.server_delay_ms),
        point.rounds.len().to_string(),
        state(point, rounds, is_measured),
    ];
    let Some(figures) = &point.statistics else {
        cells.push("0".to_owned());
        cells.resize(heads(units).len(), "-".to_owned());
        return cells;
    };
    let rtt = &figures.rtt;
    let time = |ns: f64| units.time.digits(ns);
    let rate = |bytes: f64| units.rate.digits(bytes * 8.0);
    let or_none = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), time);
    cells.extend([
        count(figures.n),
        time(rtt.min as f64),
        time(rtt.p50),
        rtt.median_ci95.map_or_else(
            || "-".to_owned(),
            |interval| format!("{} – {}", time(interval.lo), time(interval.hi)),
        ),
        time(rtt.p90),
        time(rtt.p99),
        time(rtt.max as f64),
        time(rtt.mean),
        or_none(rtt.stddev),
        or_none(figures.jitter_ns),
        rate(figures.throughput.mean),
        rate(figures.throughput.median),
    ]);
    cells
}

/// The table as text for a spreadsheet: cells apart by TABs.
#[must_use]
pub fn as_text(run: &Run) -> String {
    let units = Units::of(run);
    let mut lines = vec![
        heads(&units)
            .iter()
            .map(|head| {
                if head.unit.is_empty() {
                    head.name.to_owned()
                } else {
                    format!("{} ({})", head.name, head.unit)
                }
            })
            .collect::<Vec<_>>()
            .join("\t"),
    ];
    lines.extend(
        run.points
            .iter()
            .map(|point| cells(point, run.profile.rounds.most(), false, &units).join("\t")),
    );
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
    let palette = Palette::of(ui);
    let units = Units::of(run);
    let heads = heads(&units);
    let measuring = app.shown_progress().map(|progress| progress.point);
    ui.spacing_mut().item_spacing.x = 10.0;
    egui::ScrollArea::horizontal().show(ui, |ui| {
        let mut table = TableBuilder::new(ui)
            .striped(true)
            .vscroll(true)
            .min_scrolled_height(0.0)
            .auto_shrink([false, false])
            .cell_layout(Layout::right_to_left(Align::Center));
        for head in &heads {
            let width = match head.name {
                "Size" => 72.0,
                "Delay" | "Rounds" => 44.0,
                "State" => 96.0,
                "95 % interval" => 104.0,
                "Throughput" | "at median" => 70.0,
                _ => 50.0,
            };
            table = table.column(Column::initial(width).at_least(40.0));
        }
        table
            .header(36.0, |mut row| {
                for head in &heads {
                    row.col(|ui| {
                        ui.with_layout(Layout::top_down(Align::Max), |ui| {
                            ui.spacing_mut().item_spacing.y = 0.0;
                            ui.label(
                                RichText::new(head.name)
                                    .family(medium())
                                    .size(text_size::SMALL),
                            )
                            .on_hover_text(head.hint);
                            if !head.unit.is_empty() {
                                note(ui, head.unit);
                            }
                        });
                    });
                }
            })
            .body(|body| {
                body.rows(ROW_HEIGHT, run.points.len(), |mut row| {
                    let index = row.index();
                    let Some(point) = run.points.get(index) else {
                        return;
                    };
                    let is_measured = measuring == Some(index);
                    let cells = cells(point, run.profile.rounds.most(), is_measured, &units);
                    for (head, cell) in heads.iter().zip(cells) {
                        row.col(|ui| match (&point.error, head.name) {
                            (Some(fault), "State") => {
                                ui.label(RichText::new(cell).color(palette.error))
                                    .on_hover_text(fault.to_string());
                            }
                            _ => {
                                ui.label(cell);
                            }
                        });
                    }
                });
            });
    });
}

fn state(point: &Point, rounds: u32, is_measured: bool) -> String {
    match &point.error {
        Some(fault) => fault.kind.to_string(),
        None if is_measured => "measuring".to_owned(),
        None if point.rounds.len() >= rounds as usize => "done".to_owned(),
        None if point.rounds.is_empty() => "waiting".to_owned(),
        None => "going on".to_owned(),
    }
}
