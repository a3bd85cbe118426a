//! What a server counts the server delay in: the assignment's text names no unit.

use super::units::{count, time};
use super::{Point, PointStatistics};

/// How far the added time may lie off a whole unit for each of the delay.
const TOLERANCE: std::ops::RangeInclusive<f64> = 0.7..=1.5;
/// A sleep of no time takes up to this long, in nanoseconds, and so does one of some microseconds: a processor
/// is handed over and back.
const SLEEP_OF_NOTHING: f64 = 150_000.0;
/// A difference is one where it is more than this share of the RTT without a delay.
const NOTICEABLE: f64 = 0.25;
/// How the sentence begins that names one.
const UNIT_IS: &str = "This server's delay unit is";
/// Units that programs use, in nanoseconds.
const UNITS: [(f64, &str); 4] = [
    (1e9, "seconds"),
    (1e6, "milliseconds"),
    (1e3, "microseconds"),
    (1.0, "nanoseconds"),
];

/// What the points of a run say of it, as a sentence. `without` is the median RTT without a delay, in
/// nanoseconds, for a run that has no such point. `None` where nothing was measured with a delay, or nothing
/// without.
#[must_use]
pub fn delay_unit(points: &[Point], without: Option<f64>) -> Option<String> {
    let median = |statistics: &PointStatistics| statistics.rtt.p50;
    let of = |point: &Point| point.statistics.as_ref().map(median);
    let mut delayed: Vec<(&Point, f64)> = points
        .iter()
        .filter(|point| point.spec.server_delay_ms > 0)
        .filter_map(|point| Some((point, of(point)?)))
        .collect();
    // The longest delay stands out most.
    delayed.sort_by_key(|(point, _)| std::cmp::Reverse(point.spec.server_delay_ms));
    let mut sentences = delayed.into_iter().filter_map(|(point, with)| {
        let plain = points.iter().find(|other| {
            other.spec.server_delay_ms == 0 && other.spec.message_size == point.spec.message_size
        });
        let without = plain.and_then(of).or(without)?;
        Some(sentence(point.spec.server_delay_ms, with, without))
    });
    // A point that a busy moment fell upon may be clear of no unit where the others are of one.
    let first = sentences.next()?;
    let is_clear = |sentence: &String| sentence.starts_with(UNIT_IS);
    if is_clear(&first) {
        return Some(first);
    }
    Some(sentences.find(is_clear).unwrap_or(first))
}

/// What a server that was asked for that delay waited, in nanoseconds, as far as the median RTT shows it: with the
/// delay, and `without` one where that was measured too. A server may count it in another unit, or ignore it.
pub(super) fn waited_ns(asked_ms: u64, with: f64, without: Option<f64>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "delays stay far below 2^52")]
    let asked = asked_ms as f64 * 1e6;
    match without.map(|without| (without, (with - without).max(0.0))) {
        _ if asked_ms == 0 => 0.0,
        None if asked <= with => asked,
        None => 0.0,
        // Less than can be told from the path's own changes: no more than was asked for.
        Some((without, added)) if added <= NOTICEABLE * without => added.min(asked),
        Some((_, added)) if asked <= with && TOLERANCE.contains(&(added / asked)) => asked,
        Some((_, added)) => added,
    }
}

fn sentence(delay: u64, with: f64, without: f64) -> String {
    let added = with - without;
    #[expect(clippy::cast_precision_loss, reason = "delays stay far below 2^52")]
    let each = added / delay as f64;
    let unit = UNITS
        .iter()
        .find(|(ns, _)| TOLERANCE.contains(&(each / ns)));
    let number = count(delay);
    let figures = format!(
        "the median RTT was {} with a server delay of {number}",
        time(with)
    );
    let figures = format!("{figures} and {} without one", time(without));
    if added <= NOTICEABLE * without {
        return format!(
            "A server delay makes no difference that can be seen: {figures}. This server ignores it, or its \
             delay unit is too short to be seen."
        );
    }
    if added < SLEEP_OF_NOTHING {
        return format!(
            "A server delay adds {}: {figures}. That is what it takes to sleep for no time at all, so this server \
             ignores it, or rounds it to nothing, or its delay unit is microseconds or less.",
            time(added)
        );
    }
    match unit {
        Some((_, unit)) => format!("{UNIT_IS} {unit}: {figures}."),
        None => format!(
            "No usual delay unit fits this server: {figures}, which is {} for each of the {number}.",
            time(each)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::by_hand;
    use super::*;
    use crate::experiment::PointSpec;
    use crate::measurement::{Probe, Round};

    fn point(delay: u64, rtt_ns: u64) -> Point {
        let probes = std::iter::repeat_n(Probe::new(0, Some(rtt_ns)), 5);
        let round = Round {
            probes: probes.collect(),
            ..Round::default()
        };
        let mut point = by_hand::point(100, [round]);
        point.spec = PointSpec {
            server_delay_ms: delay,
            ..point.spec
        };
        point.refresh_statistics();
        point
    }

    #[test]
    fn the_unit_is_found_from_the_rtt_with_a_delay_against_that_without() {
        let said = |delay, with| {
            let said = delay_unit(&[point(0, 100_000), point(delay, with)], None);
            said.unwrap().replace('\u{a0}', " ")
        };
        assert_eq!(
            said(2, 2_000_150_000),
            "This server's delay unit is seconds: the median RTT was 2.000 s with a server delay of 2 and \
             100.0 µs without one."
        );
        assert!(said(50, 50_120_000).starts_with("This server's delay unit is milliseconds"));
        assert!(said(1_000, 1_100_000).starts_with("This server's delay unit is microseconds"));
        assert!(said(1_000_000, 1_150_000).starts_with("This server's delay unit is nanoseconds"));
        assert!(said(50, 110_000).contains("ignores it"));
        // A sleep of nothing, or 50 microseconds: nobody can tell.
        let little = said(50, 160_000);
        assert!(little.contains("adds 60.00 µs"), "{little}");
        assert!(little.contains("rounds it to nothing"), "{little}");
        assert!(said(10, 4_100_000).contains("400.0 µs for each of the 10"));
    }

    #[test]
    fn without_a_point_that_has_none_the_rtt_without_a_delay_must_be_given() {
        let points = [point(1, 1_000_100_000)];
        assert_eq!(delay_unit(&points, None), None);
        let said = delay_unit(&points, Some(100_000.0)).unwrap();
        assert!(said.contains("delay unit is seconds"), "{said}");
        assert_eq!(delay_unit(&[point(0, 1)], Some(1.0)), None, "no delay");
    }
}
