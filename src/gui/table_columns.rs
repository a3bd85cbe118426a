//! The columns of the points' table: what each is called, what it means, and what stands in it. Those
//! that decide are shown; all of them are in the copied table, and the others where the pointer rests
//! on a row.

use super::point_words::{AtFloor, at_floor, rounds_done, state};
use crate::measurement::units::{Unit, count};
use crate::measurement::{Limit, MedianInterval, Point, PointStatistics, Run, Series};

/// Units that the whole table is in, so that figures can be compared down a column.
pub struct Units {
    time: Unit,
    rate: Unit,
}

impl Units {
    /// Those in which a run's figures read best.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let figures = run
            .points
            .iter()
            .filter_map(|point| point.statistics.as_ref());
        let least = figures
            .map(|figures| figures.rtt.p50)
            .fold(f64::INFINITY, f64::min);
        Self {
            time: Unit::of_time(if least.is_finite() { least } else { 1e3 }),
            rate: Unit::mbit_per_s(),
        }
    }

    fn time(&self, ns: f64) -> String {
        self.time.digits(ns)
    }

    fn rate(&self, bytes_per_second: f64) -> String {
        self.rate.digits(bytes_per_second * 8.0)
    }

    fn interval(&self, interval: MedianInterval) -> String {
        format!("{} – {}", self.time(interval.lo), self.time(interval.hi))
    }
}

/// What a column's figures are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum In {
    /// Words, or a plain number.
    Nothing,
    /// A unit of its own.
    Own(&'static str),
    /// The table's unit of time.
    Time,
    /// The table's unit of throughput.
    Rate,
}

/// A column.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its figures are counted in.
    unit: In,
    /// What it means.
    pub hint: &'static str,
    /// Its width in points where it is shown.
    pub width: Option<f32>,
    /// Whether only a wide window has room for it.
    pub is_extra: bool,
    cell: Cell,
}

/// How a cell is made.
#[derive(Clone, Copy)]
enum Cell {
    /// Of any point.
    Point(fn(&Row<'_>) -> String),
    /// Of a point that has figures, if it has this one.
    Figure(fn(&PointStatistics, &Units) -> Option<String>),
}

/// A row: a point of a run.
pub struct Row<'a> {
    /// The run.
    pub run: &'a Run,
    /// The point.
    pub point: &'a Point,
    /// Whether it is being measured.
    pub is_measured: bool,
    /// What limited it; `None` while that is not asked yet.
    pub limit: Option<&'a Limit>,
    /// The table's units.
    pub units: &'a Units,
}

impl Column {
    /// Its unit's name; empty where there is none.
    #[must_use]
    pub fn unit(&self, units: &Units) -> &'static str {
        match self.unit {
            In::Nothing => "",
            In::Own(name) => name,
            In::Time => units.time.name,
            In::Rate => units.rate.name,
        }
    }

    /// What stands in it; a dash where there is no such figure.
    #[must_use]
    pub fn cell(&self, row: &Row<'_>) -> String {
        match self.cell {
            Cell::Point(cell) => cell(row),
            Cell::Figure(cell) => row
                .point
                .statistics
                .as_ref()
                .and_then(|figures| cell(figures, row.units))
                .unwrap_or_else(|| "-".to_owned()),
        }
    }
}

/// Every column of a run's table, in order.
#[must_use]
pub fn columns(run: &Run) -> Vec<Column> {
    let has_delay = run.profile.server_delays_ms.iter().any(|delay| *delay > 0);
    let has_mark = run
        .points
        .iter()
        .any(|point| at_floor(run, point).is_some());
    COLUMNS
        .iter()
        .filter(|column| has_mark || column.name != "Mark")
        .map(|column| Column {
            // A column of zeros takes room from those that say something.
            width: column.width.filter(|_| has_delay || column.name != "Delay"),
            ..*column
        })
        .collect()
}

const fn point(
    name: &'static str,
    unit: In,
    width: f32,
    hint: &'static str,
    cell: fn(&Row<'_>) -> String,
) -> Column {
    Column {
        name,
        unit,
        hint,
        width: Some(width),
        is_extra: false,
        cell: Cell::Point(cell),
    }
}

const fn figure(
    name: &'static str,
    unit: In,
    hint: &'static str,
    cell: fn(&PointStatistics, &Units) -> Option<String>,
) -> Column {
    Column {
        name,
        unit,
        hint,
        width: None,
        is_extra: false,
        cell: Cell::Figure(cell),
    }
}

impl Column {
    const fn shown(self, width: f32) -> Self {
        Self {
            width: Some(width),
            ..self
        }
    }

    const fn extra(self) -> Self {
        Self {
            is_extra: true,
            ..self
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
const COLUMNS: [Column; 27] = [
    point("Size", In::Own("bytes"), 72.0, "Payload bytes of a probe.", |row| {
        count(row.point.spec.message_size)
    }),
    point(
        "Delay",
        In::Own("ms"),
        40.0,
        "Server delay, contained in every RTT.",
        |row| count(row.point.spec.server_delay_ms),
    ),
    point(
        "State",
        In::Nothing,
        84.0,
        "How the point stands. Precise: the interval of its median is as narrow as was asked for; not \
         reached: it is not. Of a failed point, what failed first.",
        |row| state(row.run, row.point, row.is_measured),
    ),
    point(
        "Mark",
        In::Nothing,
        70.0,
        "Near floor: the median is so short that the instrument is seen in it. Below floor: it is \
         shorter than the floor, because the machine was slower when it was calibrated.",
        |row| {
            let mark = at_floor(row.run, row.point).map_or("-", AtFloor::word);
            mark.to_owned()
        },
    ),
    point(
        "Rounds",
        In::Nothing,
        44.0,
        "Visits to the point, each on a connection of its own.",
        |row| rounds_done(row.point).to_string(),
    ),
    point(
        "n",
        In::Own("probes"),
        46.0,
        "Samples counted: echoed and not warm-up.",
        |row| count(row.point.statistics.as_ref().map_or(0, |figures| figures.n)),
    ),
    figure("Min", In::Time, "The least RTT.", |of, units| {
        Some(units.time(of.rtt.min as f64))
    }),
    figure("p10", In::Time, "10 of 100 RTTs are below.", |of, units| {
        Some(units.time(of.rtt.p10))
    }),
    figure("p25", In::Time, "A quarter of the RTTs are below.", |of, units| {
        Some(units.time(of.rtt.p25))
    }),
    figure(
        "p50",
        In::Time,
        "Half of all the RTTs are below (type 7 percentile).",
        |of, units| Some(units.time(of.rtt.p50)),
    )
    .shown(50.0)
    .extra(),
    figure(
        "Median of rounds",
        In::Time,
        "The median of the rounds' medians: the dot in the plot, and what the interval beside it \
         belongs to. Where rounds differ it is not the median of all RTTs (p50).",
        |of, units| Some(units.time(of.rtt.median_of_rounds)),
    )
    .shown(108.0),
    figure(
        "95 % interval",
        In::Time,
        "Of the median of the rounds, by order statistics (Le Boudec 2010); needs six rounds.",
        |of, units| of.rtt.median_ci95.map(|interval| units.interval(interval)),
    )
    .shown(104.0),
    figure("p75", In::Time, "Three quarters of the RTTs are below.", |of, units| {
        Some(units.time(of.rtt.p75))
    }),
    figure("p90", In::Time, "90 of 100 RTTs are below.", |of, units| {
        Some(units.time(of.rtt.p90))
    })
    .shown(50.0),
    figure("p99", In::Time, "99 of 100 RTTs are below.", |of, units| {
        Some(units.time(of.rtt.p99))
    })
    .shown(50.0),
    figure("p99.9", In::Time, "999 of 1000 RTTs are below.", |of, units| {
        Some(units.time(of.rtt.p999))
    }),
    figure("Max", In::Time, "The greatest RTT.", |of, units| {
        Some(units.time(of.rtt.max as f64))
    }),
    figure("Mean", In::Time, "Arithmetic mean of the RTTs.", |of, units| {
        Some(units.time(of.rtt.mean))
    }),
    figure("Std dev", In::Time, "Sample standard deviation, n - 1.", |of, units| {
        of.rtt.stddev.map(|ns| units.time(ns))
    }),
    figure(
        "Jitter",
        In::Time,
        "Mean absolute difference of neighbouring RTTs within a round.",
        |of, units| of.jitter_ns.map(|ns| units.time(ns)),
    )
    .shown(50.0)
    .extra(),
    figure(
        "Outliers",
        In::Own("probes"),
        "RTTs further than 3.5 estimated standard deviations (from the MAD) from the median: flagged \
         here, and counted in every figure.",
        |of, _| Some(count(of.outliers.count)),
    ),
    figure(
        "First probe",
        In::Time,
        "Median of the cold first probe of each connection.",
        |of, units| of.first_probe.map(|series| median(&series, units)),
    ),
    figure(
        "Connect",
        In::Time,
        "Median of the time that a connection took to open.",
        |of, units| of.connect.map(|series| median(&series, units)),
    ),
    figure(
        "Throughput",
        In::Rate,
        "Payload bytes echoed, in bits. Stop-and-wait: sum of sizes / sum of RTTs. With several probes \
         in flight: bytes echoed / time.",
        |of, units| Some(units.rate(of.throughput.mean)),
    )
    .shown(68.0),
    figure(
        "at median",
        In::Rate,
        "Stop-and-wait: size / median RTT of the rounds, in bits. With several probes in flight: the \
         median of the rounds' rates.",
        |of, units| Some(units.rate(of.throughput.median_of_rounds)),
    ),
    figure(
        "Window / RTT",
        In::Rate,
        "A bound, not a measurement: the peer's TCP receive window / median RTT, in bits, is what one \
         connection can carry one way at most.",
        |of, units| of.window_bound.map(|bound| units.rate(bound)),
    ),
    point(
        "Limited by",
        In::Nothing,
        136.0,
        "What most of the median RTT comes from, as far as the kernel's and the program's own accounts \
         tell. The sentence and the figures behind it stand where the pointer rests on the row.",
        |row| match row.limit {
            Some(limit) => limit.cause.name().to_owned(),
            None => "-".to_owned(),
        },
    )
    .extra(),
];

fn median(series: &Series, units: &Units) -> String {
    units.time(series.p50_ns)
}
