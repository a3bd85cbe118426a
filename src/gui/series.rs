//! A run as series for the plots: one for each server delay, one dot for each point, and what is said
//! of a dot under the pointer.

use super::axis::SizeScale;
use super::point_words::rounds_done;
use crate::measurement::units::{bytes, count, counted, throughput, time};
use crate::measurement::{Point, PointStatistics, Run};

/// Which figure a plot shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Round-trip time.
    Rtt,
    /// Throughput.
    Throughput,
}

/// A point's figures in a plot, in base units: nanoseconds or bit/s.
#[derive(Debug, Clone, Copy)]
pub struct Dot {
    /// Its place on the axis of message sizes.
    pub x: f64,
    /// The median of the rounds: what the interval belongs to.
    pub median: f64,
    /// The least RTT; of throughput what it is at the 90th percentile, or in the slowest round.
    pub low: f64,
    /// The 90th percentile of the RTT; of throughput what it is at the least, or in the fastest round.
    pub high: f64,
    /// The 95 % interval of the median.
    pub interval: Option<(f64, f64)>,
}

/// One server delay's dots, by message size.
pub struct Series<'a> {
    /// The server delay in milliseconds.
    pub delay_ms: u64,
    /// Its dots, by message size, each with its point.
    pub points: Vec<(Dot, &'a Point)>,
}

/// The series of a run.
#[must_use]
pub fn series(run: &Run, quantity: Quantity, scale: SizeScale) -> Vec<Series<'_>> {
    run.profile
        .server_delays_ms
        .iter()
        .map(|delay_ms| {
            let mut points: Vec<(Dot, &Point)> = run
                .points
                .iter()
                .filter(|point| point.spec.server_delay_ms == *delay_ms)
                .filter_map(|point| {
                    let figures = point.statistics.as_ref()?;
                    let size = point.spec.message_size;
                    let dot = dot(figures, quantity, scale.place(size));
                    Some((dot, point))
                })
                .collect();
            points.sort_by_key(|(_, point)| point.spec.message_size);
            Series {
                delay_ms: *delay_ms,
                points,
            }
        })
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
fn dot(figures: &PointStatistics, quantity: Quantity, x: f64) -> Dot {
    let rtt = &figures.rtt;
    let interval = rtt.median_ci95;
    match quantity {
        Quantity::Rtt => Dot {
            x,
            median: rtt.median_of_rounds,
            low: rtt.min as f64,
            high: rtt.p90,
            interval: interval.map(|interval| (interval.lo, interval.hi)),
        },
        Quantity::Throughput => {
            let rate = &figures.throughput;
            let bits = |bytes_per_second: f64| bytes_per_second * 8.0;
            Dot {
                x,
                median: bits(rate.median_of_rounds),
                low: bits(rate.low),
                high: bits(rate.high),
                interval: rate
                    .median_ci95
                    .map(|interval| (bits(interval.lo), bits(interval.hi))),
            }
        }
    }
}

/// What a series is called.
#[must_use]
pub fn series_name(delay_ms: u64) -> String {
    format!("{} ms", count(delay_ms))
}

/// What is said of the dot under the pointer.
#[must_use]
pub fn read_out(series: &[Series<'_>], name: &str, index: usize) -> Option<String> {
    let found = series
        .iter()
        .find(|series| series_name(series.delay_ms) == name)?;
    let (_, point) = found.points.get(index)?;
    let figures = point.statistics.as_ref()?;
    let rtt = &figures.rtt;
    let interval = rtt.median_ci95.map_or_else(
        || "needs 6 rounds".to_owned(),
        |interval| format!("{} to {}", time(interval.lo), time(interval.hi)),
    );
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    let min = time(rtt.min as f64);
    Some(format!(
        "{}, server delay {} ms\n\
         median RTT of the rounds {}\n\
         its 95 % interval {interval}\n\
         of all probes: least {min}, p50 {}, p90 {}, p99 {}\n\
         throughput {} (median of the rounds), {} (mean)\n\
         {}, {}",
        bytes(point.spec.message_size),
        count(point.spec.server_delay_ms),
        time(rtt.median_of_rounds),
        time(rtt.p50),
        time(rtt.p90),
        time(rtt.p99),
        throughput(figures.throughput.median_of_rounds),
        throughput(figures.throughput.mean),
        counted(figures.n, "probe"),
        counted(rounds_done(point) as u64, "round"),
    ))
}
