//! The table of a run: a point a row, within a hundred columns for what is usually measured.

use comfy_table::{CellAlignment, Row, Table, presets};

use super::notes::marks;
use crate::measurement::units::{Unit, count};
use crate::measurement::{Point, PointStatistics, Run};

/// Stands where there is no figure.
const NONE: &str = "–";

/// The table as text, without the blanks that fill its lines up.
pub(super) fn table(run: &Run) -> String {
    let several_delays = run.profile.server_delays_ms.len() > 1;
    let unit = unit_of(run);
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(header(unit, several_delays));
    for point in &run.points {
        table.add_row(row(run, point, unit, several_delays));
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    // What names a row and n stand closer: the room is for figures.
    for (at, padding) in [(0, (0, 0)), (1, (1, 0)), (2, (1, 0))] {
        if let Some(column) = table.column_mut(at) {
            column.set_padding(padding);
        }
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}

/// One unit for all times of the table, so that they can be compared at a glance: that of the middle
/// median.
fn unit_of(run: &Run) -> Unit {
    let medians = run.points.iter().filter_map(|point| point.statistics);
    Unit::of_times(medians.map(|figures| figures.rtt.p50).collect())
}

fn header(unit: Unit, several_delays: bool) -> Row {
    // Three lines: names of one line stand above their unit.
    let time = |name: &str| format!("{name}\n{}", unit.name);
    let mut header = vec!["\nsize\nB".to_owned()];
    header.extend(several_delays.then(|| "\ndelay\nms".to_owned()));
    header.push("\nn".to_owned());
    let names = [
        "\nmin",
        "\np50",
        "rounds'\nmedian",
        "its 95 %\ninterval",
        "\np90",
        "\np99",
        "\nmax",
        "\njitter",
    ];
    header.extend(names.map(time));
    header.push("through-\nput, mean\nMbit/s".to_owned());
    header.push(String::new());
    header.into()
}

fn row(run: &Run, point: &Point, unit: Unit, several_delays: bool) -> Row {
    let mut row = vec![count(point.spec.message_size)];
    row.extend(several_delays.then(|| count(point.spec.server_delay_ms)));
    if let Some(figures) = &point.statistics {
        row.extend(figures_of(figures, unit));
    } else {
        row.push("0".to_owned());
        row.extend(std::iter::repeat_n(NONE.to_owned(), 9));
    }
    row.push(marks(run, point));
    row.into()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "four digits are shown, and nanoseconds stay far below 2^52"
)]
fn figures_of(figures: &PointStatistics, unit: Unit) -> [String; 10] {
    let rtt = figures.rtt;
    [
        count(figures.n),
        unit.digits(rtt.min as f64),
        unit.digits(rtt.p50),
        unit.digits(rtt.median_of_rounds),
        rtt.median_ci95.map_or_else(
            || NONE.to_owned(),
            |interval| format!("{}–{}", unit.digits(interval.lo), unit.digits(interval.hi)),
        ),
        unit.digits(rtt.p90),
        unit.digits(rtt.p99),
        unit.digits(rtt.max as f64),
        figures
            .jitter_ns
            .map_or_else(|| NONE.to_owned(), |jitter| unit.digits(jitter)),
        Unit::mbit_per_s().digits(figures.throughput.mean * 8.0),
    ]
}
