//! A run as curves: one for each server delay, a dot for each point; and what another tool measured as one.

use std::collections::BTreeMap;

use crate::measurement::units::count;
use crate::measurement::{PeerPoint, PeerResult, Point, PointStatistics, Quantity, Run};

/// Where curves come from: a number for each run and each result of another program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u64);

/// Which curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CurveKey {
    /// Where it comes from.
    pub source: SourceId,
    /// Its server delay in milliseconds.
    pub delay_ms: u64,
}

/// A point's figures in a plot, in base units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// The message size in bytes.
    pub size: u64,
    /// The median of the rounds: what the interval belongs to.
    pub median: f64,
    /// The 95 % interval of the median; `None` below six rounds.
    pub interval: Option<(f64, f64)>,
    /// The 10th and the 90th percentile of all probes.
    pub band: Option<(f64, f64)>,
    /// The least and the greatest: of all probes, or of the rounds where several are in flight.
    pub range: Option<(f64, f64)>,
}

#[cfg(test)]
impl Dot {
    /// One whose median is known to 10 %.
    pub(super) fn test(median: f64, range: (f64, f64)) -> Self {
        Self {
            size: 1,
            median,
            interval: Some((median * 0.9, median * 1.1)),
            band: None,
            range: Some(range),
        }
    }
}

/// Dots that belong together, by message size.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Which one.
    pub key: CurveKey,
    /// What the legend calls it.
    pub name: String,
    /// Its dots.
    pub dots: Vec<Dot>,
    /// Whether several probes were in flight, so that throughput is not RTT turned round.
    pub pipelined: bool,
}

/// The curves of a run, in its profile's order of server delays. Those without figures have no dots.
#[must_use]
pub fn curves_of_run(run: &Run, source: SourceId, quantity: Quantity) -> Vec<Curve> {
    let mut delays = run.profile.server_delays_ms.clone();
    if delays.is_empty() {
        delays.push(0);
    }
    let mut of_delays: BTreeMap<u64, Vec<(&Point, &PointStatistics)>> = BTreeMap::new();
    for point in &run.points {
        if let Some(figures) = point.statistics.as_ref() {
            let points = of_delays.entry(point.spec.server_delay_ms).or_default();
            points.push((point, figures));
        }
    }
    delays
        .into_iter()
        .map(|delay_ms| {
            let mut points = of_delays.remove(&delay_ms).unwrap_or_default();
            points.sort_by_key(|(point, _)| point.spec.message_size);
            let pipelined = points
                .iter()
                .any(|(_, figures)| figures.throughput.pipelined);
            let dots = points
                .into_iter()
                .map(|(point, figures)| dot(point.spec.message_size, figures, quantity))
                .collect();
            Curve {
                key: CurveKey { source, delay_ms },
                name: format!("delay {}\u{a0}ms", count(delay_ms)),
                dots,
                pipelined,
            }
        })
        .collect()
}

/// What another tool measured, as one curve. Its dots have no interval: it knows no rounds. Without
/// figures of this quantity it has no dots.
#[must_use]
pub fn curves_of_peer(peer: &PeerResult, source: SourceId, quantity: Quantity) -> Vec<Curve> {
    let dots = peer.points.iter();
    vec![Curve {
        key: CurveKey {
            source,
            delay_ms: 0,
        },
        name: peer.conversion.clone(),
        dots: dots.filter_map(|point| peer_dot(point, quantity)).collect(),
        pipelined: false,
    }]
}

fn peer_dot(point: &PeerPoint, quantity: Quantity) -> Option<Dot> {
    let of = |median: f64| Dot {
        size: point.message_size,
        median,
        interval: None,
        band: None,
        range: None,
    };
    match quantity {
        Quantity::Rtt => {
            let rtt = point.rtt_ns?;
            Some(Dot {
                band: rtt.p10.zip(rtt.p90),
                range: rtt.min.zip(rtt.max),
                ..of(rtt.value)
            })
        }
        Quantity::Throughput => point.throughput_bytes_per_s.map(|rate| of(8.0 * rate)),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds and sizes stay far below 2^52"
)]
fn dot(size: u64, figures: &PointStatistics, quantity: Quantity) -> Dot {
    let rtt = &figures.rtt;
    match quantity {
        Quantity::Rtt => Dot {
            size,
            median: rtt.median_of_rounds,
            interval: rtt.median_ci95.map(|interval| (interval.lo, interval.hi)),
            band: Some((rtt.p10, rtt.p90)),
            range: Some((rtt.min as f64, rtt.max as f64)),
        },
        Quantity::Throughput => {
            let rate = &figures.throughput;
            let bits = |bytes_per_second: f64| bytes_per_second * 8.0;
            let at = |rtt_ns: f64| bits(size as f64 * 1e9 / rtt_ns.max(1.0));
            Dot {
                size,
                median: bits(rate.median_of_rounds),
                interval: rate
                    .median_ci95
                    .map(|interval| (bits(interval.lo), bits(interval.hi))),
                band: (!rate.pipelined).then(|| (at(rtt.p90), at(rtt.p10))),
                range: Some(if rate.pipelined {
                    (bits(rate.low), bits(rate.high))
                } else {
                    (at(rtt.max as f64), at(rtt.min as f64))
                }),
            }
        }
    }
}
