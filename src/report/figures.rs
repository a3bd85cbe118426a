//! The figures of a run as a table: the columns that matter, each in one unit.

use crate::measurement::units::{Unit, count};
use crate::measurement::{MedianInterval, Point, PointStatistics, Run, limit_of};

/// A table of a run's points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// The name and the unit of each column.
    pub heads: Vec<(&'static str, &'static str)>,
    /// A cell for each column of each point.
    pub rows: Vec<Vec<String>>,
}

/// What stands where there is no figure.
const NONE: &str = "–";

enum Kind {
    Count(&'static str, fn(&Point) -> Option<u64>),
    Time(fn(&PointStatistics) -> Option<f64>),
    Interval(fn(&PointStatistics) -> Option<MedianInterval>),
    Rate(fn(&PointStatistics) -> Option<f64>),
}

type Column = (&'static str, Kind);

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
const COLUMNS: [Column; 15] = [
    (
        "Size",
        Kind::Count("bytes", |point| Some(point.spec.message_size)),
    ),
    (
        "Delay",
        Kind::Count("ms", |point| Some(point.spec.server_delay_ms)),
    ),
    (
        "n",
        Kind::Count("probes", |point| {
            Some(point.statistics.as_ref().map_or(0, |of| of.n))
        }),
    ),
    (
        "Rounds",
        Kind::Count("", |point| Some(point.rounds_done() as u64)),
    ),
    (
        "Median of rounds",
        Kind::Time(|of| Some(of.rtt.median_of_rounds)),
    ),
    ("95 % interval", Kind::Interval(|of| of.rtt.median_ci95)),
    ("Min", Kind::Time(|of| Some(of.rtt.min as f64))),
    ("p10", Kind::Time(|of| Some(of.rtt.p10))),
    ("p50", Kind::Time(|of| Some(of.rtt.p50))),
    ("p90", Kind::Time(|of| Some(of.rtt.p90))),
    ("p99", Kind::Time(|of| Some(of.rtt.p99))),
    ("Max", Kind::Time(|of| Some(of.rtt.max as f64))),
    ("Jitter", Kind::Time(|of| of.jitter_ns)),
    (
        "Throughput, median",
        Kind::Rate(|of| Some(of.throughput.median_of_rounds)),
    ),
    (
        "Throughput, mean",
        Kind::Rate(|of| Some(of.throughput.mean)),
    ),
];

/// The figures of every point.
pub(super) fn figures(run: &Run) -> Table {
    let has_delay = run
        .points
        .iter()
        .any(|point| point.spec.server_delay_ms > 0);
    let columns = || {
        COLUMNS
            .iter()
            .filter(|(name, _)| has_delay || *name != "Delay")
    };
    let units: Vec<Option<Unit>> = columns().map(|(_, kind)| unit(run, kind)).collect();
    let heads = columns()
        .zip(&units)
        .map(|((name, kind), unit)| match kind {
            Kind::Count(things, _) => (*name, *things),
            _ => (*name, unit.map_or("", |unit| unit.name)),
        });
    let row = |point: &Point| {
        let cells = columns()
            .zip(&units)
            .map(|((_, kind), unit)| cell(point, kind, *unit));
        cells
            .map(|cell| cell.unwrap_or_else(|| NONE.to_owned()))
            .collect()
    };
    Table {
        heads: heads.collect(),
        rows: run.points.iter().map(row).collect(),
    }
}

/// The unit of a column. Times are all in that of the medians, so that they can be read along a row.
fn unit(run: &Run, kind: &Kind) -> Option<Unit> {
    match kind {
        Kind::Count(..) => None,
        Kind::Time(_) | Kind::Interval(_) => {
            let points = run.points.iter();
            let figures = points.filter_map(|point| point.statistics.as_ref());
            let medians = figures.map(|figures| figures.rtt.median_of_rounds);
            Some(Unit::of_times(medians.collect()))
        }
        Kind::Rate(_) => Some(Unit::mbit_per_s()),
    }
}

fn cell(point: &Point, kind: &Kind, unit: Option<Unit>) -> Option<String> {
    let figures = point.statistics.as_ref();
    match kind {
        Kind::Count(_, number) => number(point).map(count),
        Kind::Time(time) => Some(unit?.digits(time(figures?)?)),
        Kind::Interval(interval) => {
            let MedianInterval { lo, hi } = interval(figures?)?;
            Some(format!("{} – {}", unit?.digits(lo), unit?.digits(hi)))
        }
        // Shown in bits.
        Kind::Rate(rate) => Some(unit?.digits(rate(figures?)? * 8.0)),
    }
}

/// What limited each point: its name, the cause, and the sentence.
pub(super) fn limits(run: &Run) -> Vec<[String; 3]> {
    let points = run.points.iter();
    let of_point = |point: &Point| {
        let limit = limit_of(run, point)?;
        Some([point.name(), limit.cause.name().to_owned(), limit.sentence])
    };
    points.filter_map(of_point).collect()
}

/// What failed: the points, and how.
pub(super) fn failures(run: &Run) -> Vec<(String, String)> {
    let failures = run.failures().into_iter();
    failures
        .map(|(points, told)| {
            let names: Vec<String> = points.into_iter().map(Point::name).collect();
            (names.join(", "), told)
        })
        .collect()
}
