//! The plateau of some 40 ms that an echo written in pieces meets, and what is to be learnt from it.
//!
//! A server that writes an echo in two pieces with Nagle's algorithm on (RFC 896) holds the second back
//! until the first is acknowledged; a receiver that has nothing to send delays that acknowledgement (RFC
//! 1122, 4.2.3.2), on Linux by about 40 ms. Where the receiver acknowledges at once, the wait is gone.

use std::ops::RangeInclusive;

use super::units::time;
use super::{Point, PointStatistics};

/// Median RTTs at which a delayed acknowledgement is suspected, beside the server delay, in nanoseconds.
const PLATEAU_NS: RangeInclusive<f64> = 35e6..=60e6;
/// A path is short against that where a connection opens in this time, in nanoseconds.
const SHORT_PATH_NS: u64 = 20_000_000;
/// The wait was the acknowledgement's where less than this share of the time is left without it.
const GONE: f64 = 0.6;

/// Whether a point's RTTs look like it.
#[must_use]
pub fn may_be_delayed_ack(point: &Point) -> bool {
    let Some(statistics) = &point.statistics else {
        return false;
    };
    #[expect(clippy::cast_precision_loss, reason = "delays stay far below 2^52")]
    let delay_ns = point.spec.server_delay_ms as f64 * 1e6;
    // With several probes in flight each echo acknowledges others, and waits behind them.
    let is_alone = point.rounds.iter().all(|round| round.depth == 1);
    let opened = point.rounds.iter().filter_map(|round| round.connect_ns);
    let is_short = opened.min().is_some_and(|ns| ns < SHORT_PATH_NS);
    is_alone && is_short && PLATEAU_NS.contains(&(statistics.rtt.p50 - delay_ns))
}

/// What the points say that were measured once more with what comes acknowledged at once, in sentences.
#[must_use]
pub fn delayed_ack_lesson(points: &[Point]) -> Option<String> {
    let mut gone = Vec::new();
    let mut stayed = Vec::new();
    for point in points {
        let (Some(statistics), Some(with)) = (&point.statistics, median(&point.quick_acked)) else {
            continue;
        };
        let PointStatistics { rtt, .. } = statistics;
        let figures = format!("{}: {} and {}", point.name(), time(rtt.p50), time(with));
        if with < GONE * rtt.p50 {
            gone.push(figures);
        } else {
            stayed.push(figures);
        }
    }
    if gone.is_empty() && stayed.is_empty() {
        return None;
    }
    let mut text = format!(
        "Median RTT without and with acknowledgements at once (TCP_QUICKACK): {}. ",
        [gone.as_slice(), stayed.as_slice()].concat().join("; ")
    );
    text.push_str(if gone.is_empty() {
        "It stays, so that the wait is not that of a delayed acknowledgement."
    } else {
        "The wait is not the path's. This server writes an echo in pieces and without TCP_NODELAY: Nagle's algorithm \
         holds the next piece back until the one before is acknowledged, and this machine delays that \
         acknowledgement by some 40 ms, in the hope to send it along with data. Written in one piece, or with \
         TCP_NODELAY, the echo would come at once."
    });
    Some(text)
}

fn median(rtts: &[u64]) -> Option<f64> {
    let mut sorted = rtts.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len().checked_sub(1)? / 2;
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    let pair =
        [middle, sorted.len() / 2].map(|at| sorted.get(at).copied().unwrap_or_default() as f64);
    Some(f64::midpoint(pair[0], pair[1]))
}

#[cfg(test)]
mod tests {
    use super::super::by_hand;
    use super::*;
    use crate::measurement::{Probe, Round};

    fn point(rtt_ns: u64, connect_ns: u64) -> Point {
        let round = Round {
            connect_ns: Some(connect_ns),
            probes: std::iter::repeat_n(Probe::new(0, Some(rtt_ns)), 4).collect(),
            ..Round::default()
        };
        let mut point = by_hand::point(8_192, [round]);
        point.refresh_statistics();
        point
    }

    #[test]
    fn forty_milliseconds_on_a_short_path_are_suspected_and_on_a_long_one_are_not() {
        assert!(may_be_delayed_ack(&point(44_000_000, 90_000)));
        assert!(!may_be_delayed_ack(&point(44_000_000, 42_000_000)));
        assert!(!may_be_delayed_ack(&point(20_000_000, 90_000)));
        let mut pipelined = point(44_000_000, 90_000);
        let mut round = Round::clone(&pipelined.rounds[0]);
        round.depth = 8;
        pipelined.rounds = vec![round.into()];
        assert!(!may_be_delayed_ack(&pipelined));
        let mut delayed = point(44_000_000, 90_000);
        delayed.spec.server_delay_ms = 44;
        assert!(!may_be_delayed_ack(&delayed), "it asked for that");
    }

    #[test]
    fn both_figures_are_said_and_whose_wait_it_was() {
        let with = |rtts: &[u64]| Point {
            quick_acked: rtts.to_vec(),
            ..point(44_000_000, 90_000)
        };
        assert_eq!(delayed_ack_lesson(&[with(&[])]), None);
        let gone = delayed_ack_lesson(&[with(&[400_000, 300_000])]).unwrap();
        let gone = gone.replace('\u{a0}', " ");
        assert!(
            gone.contains("8,192 bytes: 44.00 ms and 350.0 µs"),
            "{gone}"
        );
        assert!(gone.contains("Nagle"), "{gone}");
        let stayed = delayed_ack_lesson(&[with(&[44_000_000])]).unwrap();
        assert!(stayed.contains("is not that of a delayed"), "{stayed}");
    }
}
