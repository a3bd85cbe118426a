//! The columns of the points' table in order of importance: what each is called, what it means, and
//! which figure of a point stands in it.

use super::point_words::{rounds_done, state};
use crate::measurement::units::{Unit, count};
use crate::measurement::{
    AtFloor, Limit, MedianInterval, Point, PointStatistics, Run, Series, at_floor,
};

/// A row: a point of a run.
pub struct Row<'a> {
    /// The run.
    pub run: &'a Run,
    /// The point.
    pub point: &'a Point,
    /// Whether it is being measured.
    pub is_measured: bool,
    /// What limited it; `None` without figures.
    pub limit: Option<&'a Limit>,
}

/// A column.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it means: formula, source, and what it is not.
    pub hint: &'static str,
    /// The least room for what stands in it, in points: words that come and go move nothing.
    pub least: f32,
    cell: Cell,
}

/// What stands in a column.
#[derive(Clone, Copy)]
enum Cell {
    /// Words.
    Words(fn(&Row<'_>) -> Option<String>),
    /// A whole number and what is counted.
    Count(&'static str, fn(&Row<'_>) -> Option<u64>),
    /// A time in nanoseconds.
    Time(fn(&PointStatistics) -> Option<f64>),
    /// A throughput in bytes per second.
    Rate(fn(&PointStatistics) -> Option<f64>),
    /// An interval of times, in the unit of the column of medians.
    Interval(fn(&PointStatistics) -> Option<MedianInterval>),
}

/// The unit that all of a column is in: one that can be read down the column.
#[derive(Debug, Clone, Copy)]
pub enum ColumnUnit {
    /// Words, or a plain number.
    None,
    /// What is counted.
    Things(&'static str),
    /// A unit of time or throughput.
    Of(Unit),
}

impl ColumnUnit {
    /// Its name; empty where there is none.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Things(name) => name,
            Self::Of(unit) => unit.name,
        }
    }

    fn digits(self, value: f64) -> String {
        match self {
            Self::Of(unit) => unit.digits(value),
            Self::None | Self::Things(_) => String::new(),
        }
    }
}

impl Column {
    /// Whether sentences stand in it, which begin at the left and may be cut at the right.
    #[must_use]
    pub fn is_sentences(&self) -> bool {
        [ERROR, SENTENCE].contains(&self.name)
    }

    /// The unit of its figures in a run: that of its middle figure.
    #[must_use]
    pub fn unit(&self, run: &Run) -> ColumnUnit {
        let figures = || {
            let points = run.points.iter();
            points.filter_map(|point| point.statistics.as_ref())
        };
        match self.cell {
            Cell::Words(_) | Cell::Count("", _) => ColumnUnit::None,
            Cell::Count(things, _) => ColumnUnit::Things(things),
            Cell::Time(time) => {
                ColumnUnit::Of(Unit::of_times(figures().filter_map(time).collect()))
            }
            Cell::Interval(_) => {
                let medians = figures().map(|figures| figures.rtt.median_of_rounds);
                ColumnUnit::Of(Unit::of_times(medians.collect()))
            }
            Cell::Rate(_) => ColumnUnit::Of(Unit::mbit_per_s()),
        }
    }

    /// What stands in a row; `None` where there is no such figure.
    #[must_use]
    pub fn cell(&self, unit: ColumnUnit, row: &Row<'_>) -> Option<String> {
        let figures = row.point.statistics.as_ref();
        match self.cell {
            Cell::Words(words) => words(row),
            Cell::Count(_, number) => number(row).map(count),
            Cell::Time(time) => Some(unit.digits(time(figures?)?)),
            // Shown in bits.
            Cell::Rate(rate) => Some(unit.digits(rate(figures?)? * 8.0)),
            Cell::Interval(interval) => {
                let MedianInterval { lo, hi } = interval(figures?)?;
                Some(format!("{} – {}", unit.digits(lo), unit.digits(hi)))
            }
        }
    }

    /// Its heads in a copied table, of which an interval has two.
    #[must_use]
    pub fn copied_heads(&self, unit: ColumnUnit) -> Vec<String> {
        let named = |name: String| match unit.name() {
            "" => name,
            unit => format!("{name} ({unit})"),
        };
        match self.cell {
            Cell::Interval(_) => ["low", "high"]
                .map(|end| named(format!("{} {end}", self.name)))
                .to_vec(),
            _ => vec![named(self.name.to_owned())],
        }
    }

    /// What stands under [`copied_heads`](Self::copied_heads): figures as programs read them, without
    /// anything between thousands, and nothing where there is no figure.
    #[must_use]
    pub fn copied(&self, unit: ColumnUnit, row: &Row<'_>) -> Vec<String> {
        let cell = self.cell(unit, row).unwrap_or_default();
        match self.cell {
            Cell::Words(_) => vec![cell],
            Cell::Interval(_) => {
                let plain = cell.replace(',', "");
                let (low, high) = plain.split_once(" – ").unwrap_or_default();
                vec![low.to_owned(), high.to_owned()]
            }
            _ => vec![cell.replace(',', "")],
        }
    }
}

/// How many columns at the left name a row, and stay in sight.
#[must_use]
pub fn that_name_rows(columns: &[Column]) -> usize {
    let names_row = |column: &&Column| ["Size", "Delay"].contains(&column.name);
    columns.iter().take_while(names_row).count()
}

/// The columns of a run's table, in order: those that say something of it.
#[must_use]
pub fn columns(run: &Run) -> Vec<Column> {
    let has_delay = run.profile.server_delays_ms.iter().any(|delay| *delay > 0);
    let any = |is_so: &dyn Fn(&Point) -> bool| run.points.iter().any(is_so);
    let has_mark = any(&|point| at_floor(run, point).is_some());
    let has_error = any(&|point| point.error.is_some());
    let says_something = |column: &&Column| match column.name {
        "Delay" => has_delay,
        "Mark" => has_mark,
        ERROR => has_error,
        _ => true,
    };
    COLUMNS.iter().filter(says_something).copied().collect()
}

/// Room for a figure of four digits.
const FIGURE: f32 = 44.0;
/// What went wrong at a point.
const ERROR: &str = "Error";
/// What limited a point, in a sentence.
const SENTENCE: &str = "What limited it";

const fn column(name: &'static str, least: f32, cell: Cell, hint: &'static str) -> Column {
    Column {
        name,
        hint,
        least,
        cell,
    }
}

const fn words(
    name: &'static str,
    least: f32,
    hint: &'static str,
    words: fn(&Row<'_>) -> Option<String>,
) -> Column {
    column(name, least, Cell::Words(words), hint)
}

const fn number(
    name: &'static str,
    things: &'static str,
    hint: &'static str,
    number: fn(&Row<'_>) -> Option<u64>,
) -> Column {
    column(name, FIGURE, Cell::Count(things, number), hint)
}

const fn time(
    name: &'static str,
    hint: &'static str,
    time: fn(&PointStatistics) -> Option<f64>,
) -> Column {
    column(name, FIGURE, Cell::Time(time), hint)
}

const fn rate(
    name: &'static str,
    hint: &'static str,
    rate: fn(&PointStatistics) -> Option<f64>,
) -> Column {
    column(name, FIGURE, Cell::Rate(rate), hint)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
const COLUMNS: [Column; 29] = [
    number("Size", "bytes", "Payload bytes of a probe.", |row| {
        Some(row.point.spec.message_size)
    }),
    number(
        "Delay",
        "ms",
        "Server delay, contained in every RTT.",
        |row| Some(row.point.spec.server_delay_ms),
    ),
    words(
        "State",
        76.0,
        "How the point stands. Precise: the interval of its median is as narrow as was asked for; not \
         reached: it is not. Of a failed point, what failed first.",
        |row| Some(state(row.run, row.point, row.is_measured)),
    ),
    words(
        "Mark",
        70.0,
        "Near floor: the median is so short that the instrument is seen in it. Below floor: it is \
         shorter than the floor, because the machine was slower when it was calibrated.",
        |row| at_floor(row.run, row.point).map(|mark| AtFloor::word(mark).to_owned()),
    ),
    number(
        "n",
        "probes",
        "Samples counted: echoed and not warm-up.",
        |row| Some(row.point.statistics.as_ref().map_or(0, |figures| figures.n)),
    ),
    number(
        "Rounds",
        "",
        "Visits to the point, each on a connection of its own.",
        |row| Some(rounds_done(row.run, row.point) as u64),
    ),
    time(
        "Median of rounds",
        "The median of the rounds' medians: the dot in the plot, and what the interval beside it \
         belongs to. Where rounds differ it is not the median of all RTTs (p50).",
        |of| Some(of.rtt.median_of_rounds),
    ),
    column(
        "95 % interval",
        2.0 * FIGURE,
        Cell::Interval(|of| of.rtt.median_ci95),
        "Of the median of the rounds, by order statistics (Le Boudec 2010); needs six rounds.",
    ),
    time(
        "p50",
        "Half of all the RTTs are below (type 7 percentile).",
        |of| Some(of.rtt.p50),
    ),
    time("p90", "90 of 100 RTTs are below.", |of| Some(of.rtt.p90)),
    time("p99", "99 of 100 RTTs are below.", |of| Some(of.rtt.p99)),
    time(
        "Jitter",
        "Mean absolute difference of neighbouring RTTs within a round.",
        |of| of.jitter_ns,
    ),
    rate(
        "Throughput, median",
        "Payload bytes echoed, in bits: the dot in the plot. Stop-and-wait: size / median RTT of the \
         rounds. With several probes in flight: the median of the rounds' rates.",
        |of| Some(of.throughput.median_of_rounds),
    ),
    words(
        "Limited by",
        112.0,
        "What most of the median RTT comes from, as far as the kernel's and the program's own accounts \
         tell. The sentence is the last column; the figures behind it stand where the pointer rests on \
         the row.",
        |row| Some(row.limit?.cause.name().to_owned()),
    ),
    rate(
        "Throughput, mean",
        "Payload bytes echoed, in bits, over all of the time: less than the median where some probes \
         took long. Stop-and-wait: sum of sizes / sum of RTTs. With several probes in flight: bytes \
         echoed / time.",
        |of| Some(of.throughput.mean),
    ),
    rate(
        "Bound: window / RTT",
        "A bound, not a measurement: the peer's TCP receive window / median RTT, in bits, is what one \
         connection can carry one way at most. Write-ups often call it throughput.",
        |of| of.window_bound,
    ),
    time("Min", "The least RTT.", |of| Some(of.rtt.min as f64)),
    time("Max", "The greatest RTT.", |of| Some(of.rtt.max as f64)),
    time("Mean", "Arithmetic mean of the RTTs.", |of| {
        Some(of.rtt.mean)
    }),
    time(
        "Std dev",
        "Sample standard deviation of the RTTs, n - 1.",
        |of| of.rtt.stddev,
    ),
    time(
        "First probe",
        "Median of the cold first probe of each connection.",
        |of| of.first_probe.map(median),
    ),
    time(
        "Connect",
        "Median of the time that a connection took to open.",
        |of| of.connect.map(median),
    ),
    number(
        "Outliers",
        "probes",
        "RTTs further than 3.5 estimated standard deviations (from the MAD) from the median: flagged \
         here, and counted in every figure.",
        |row| Some(row.point.statistics.as_ref()?.outliers.count),
    ),
    time("p10", "10 of 100 RTTs are below.", |of| Some(of.rtt.p10)),
    time("p25", "A quarter of the RTTs are below.", |of| {
        Some(of.rtt.p25)
    }),
    time("p75", "Three quarters of the RTTs are below.", |of| {
        Some(of.rtt.p75)
    }),
    time("p99.9", "999 of 1,000 RTTs are below.", |of| {
        Some(of.rtt.p999)
    }),
    words(ERROR, 0.0, "What failed first at the point.", |row| {
        row.point.error.as_ref().map(ToString::to_string)
    }),
    words(
        SENTENCE,
        0.0,
        "What limited the point in a sentence, with the figures that decide.",
        |row| Some(row.limit?.sentence.clone()),
    ),
];

fn median(series: Series) -> f64 {
    series.p50_ns
}
