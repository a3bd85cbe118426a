//! Whether the times of a run agree with each other.

use std::collections::VecDeque;

use super::tally::{Tally, round_words};
use crate::measurement::numbers::float;
use crate::measurement::units::{count, significant, time};
use crate::measurement::{Check, Point, Probe, Round, Work};

/// A clock's reading is a whole number of nanoseconds: a sum or difference of two can be off by one.
const ROUNDING_NS: u64 = 1;
/// How far the two sides of Little's law may be apart.
const LITTLE_TOLERANCE: f64 = 0.01;

/// The round-trip times of a round with one probe in flight add up to no more than it took. What is
/// left over lies between the probes, and is stated.
pub(super) fn sum_of_rtts(points: &[Point]) -> Option<Check> {
    let mut tally = Tally::new("sum of round-trip times within elapsed time", "round");
    for (point, round, work) in worked(points) {
        let echoed = round.probes.iter().filter_map(Probe::rtt_ns);
        let (number, sum) = echoed.fold((0, 0_u64), |(number, sum), rtt| {
            (number + 1, sum.saturating_add(rtt))
        });
        if round.depth != 1 || number == 0 {
            continue;
        }
        let elapsed = work.elapsed_ns();
        let agrees = sum <= elapsed.saturating_add(number * ROUNDING_NS);
        let (sum, elapsed) = (float(sum), float(elapsed));
        let between = elapsed - sum;
        // A probe without an echo was waited for: that time is not between probes.
        let is_whole = number == round.probes.len() as u64;
        let share = between / elapsed.max(1.0);
        let badness = match (agrees, is_whole) {
            (false, _) => -share,
            (true, true) => share,
            (true, false) => 0.0,
        };
        tally.see(agrees, badness, || {
            format!(
                "{}: {} of round trips in {}, {} % between them",
                round_words(point, round),
                time(sum),
                time(elapsed),
                significant(share * 100.0)
            )
        });
    }
    tally.check()
}

/// Never more probes are in flight than were asked for, echoes keep their order, and all of it lies
/// between the beginning and the end of the round.
pub(super) fn in_flight(points: &[Point]) -> Option<Check> {
    let mut tally = Tally::new("probes in flight at a time", "round");
    for point in points {
        for round in &point.rounds {
            if round.probes.is_empty() {
                continue;
            }
            let found = Flights::of(round);
            // No more can be in flight than there are.
            let most = u64::from(round.depth).min(round.probes.len() as u64);
            let agrees = found.most <= most && found.fault.is_none();
            tally.see(agrees, float(found.most), || {
                let place = round_words(point, round);
                match found.fault {
                    Some(fault) => format!("{place}: {fault}"),
                    None => format!("{place}: {} in flight, {most} could be", found.most),
                }
            });
        }
    }
    tally.check()
}

struct Flights {
    /// The most probes in flight at a time.
    most: u64,
    fault: Option<String>,
}

impl Flights {
    fn of(round: &Round) -> Self {
        let mut fault = None;
        let mut say = |words: String| {
            fault.get_or_insert(words);
        };
        let mut most = 0;
        // When the echoes of those in flight will have come, in their order.
        let mut echoes: VecDeque<u64> = VecDeque::new();
        let (mut last_sent, mut last_echo) = (0, 0);
        for (seq, _, probe) in round.numbered() {
            let sent = probe.sent_ns;
            if sent < last_sent {
                say(format!("probe {seq} was sent before the one before it"));
            }
            last_sent = sent;
            while echoes
                .front()
                .is_some_and(|echo| *echo <= sent + ROUNDING_NS)
            {
                echoes.pop_front();
            }
            // One that never came back is in flight until the end.
            let echo = probe
                .rtt_ns()
                .map_or(u64::MAX, |rtt| sent.saturating_add(rtt));
            if echo.saturating_add(ROUNDING_NS) < last_echo {
                say(format!(
                    "the echo of probe {seq} came before the one before it"
                ));
            }
            last_echo = last_echo.max(echo);
            echoes.push_back(echo);
            most = most.max(echoes.len() as u64);
            if let Some(work) = round.work
                && (sent + ROUNDING_NS < work.began_ns
                    || (echo < u64::MAX && echo > work.ended_ns.saturating_add(ROUNDING_NS)))
            {
                say(format!("probe {seq} lies outside its round"));
            }
        }
        Self { most, fault }
    }
}

/// Every probe that was sent is counted, warm-up, or without an echo; and no more were sent than were
/// announced.
pub(super) fn every_probe(points: &[Point], announced: u32) -> Option<Check> {
    let mut tally = Tally::new("every probe accounted for", "point");
    for point in points {
        if point.rounds.is_empty() {
            continue;
        }
        let counted = point.statistics.map_or(0, |figures| figures.n);
        let (mut warm, mut unanswered) = (0_u64, 0_u64);
        let mut longest = 0;
        for round in &point.rounds {
            longest = longest.max(round.probes.len());
            for (_, is_warmup, probe) in round.numbered() {
                match probe.rtt_ns() {
                    None => unanswered += 1,
                    Some(_) => warm += u64::from(is_warmup),
                }
            }
        }
        let sent = point.probes_sent();
        let sum = counted + warm + unanswered;
        let agrees = sum == sent && longest <= announced as usize;
        tally.see(agrees, float(sum.abs_diff(sent)), || {
            format!(
                "{}: {} counted, {} warm-up and {} without echo, of {} sent, at most {longest} of \
                 {announced} on a connection",
                point.name(),
                count(counted),
                count(warm),
                count(unanswered),
                count(sent),
            )
        });
    }
    tally.check()
}

/// Little's law: the mean round-trip time times the rate is the mean number in flight, which the
/// engine adds up by itself; and that is never above the depth.
///
/// J. D. C. Little, "A Proof for the Queuing Formula: L = λW", *Operations Research* 9 (1961).
pub(super) fn littles_law(points: &[Point]) -> Option<Check> {
    let mut tally = Tally::new("mean RTT x rate = mean in flight", "point");
    for point in points {
        let (mut times, mut in_flight, mut elapsed, mut probes) = (0.0, 0.0, 0.0, 0_u64);
        let mut above_depth: f64 = 0.0;
        for (_, round, work) in worked(std::slice::from_ref(point)) {
            for probe in round.probes.iter() {
                // Without an echo it is in flight until the round is given up.
                let waited = work.ended_ns.saturating_sub(probe.sent_ns);
                times += float(probe.rtt_ns().unwrap_or(waited));
                probes += 1;
            }
            in_flight += float(work.in_flight_ns);
            elapsed += float(work.elapsed_ns());
            let room = f64::from(round.depth) * float(work.elapsed_ns().max(1));
            above_depth = above_depth.max(float(work.in_flight_ns) / room);
        }
        if probes == 0 || elapsed <= 0.0 {
            continue;
        }
        let difference = (times - in_flight).abs() / times.max(1.0);
        let agrees = difference <= LITTLE_TOLERANCE && above_depth <= 1.0 + LITTLE_TOLERANCE;
        tally.see(agrees, difference.max(above_depth - 1.0), || {
            format!(
                "{}: {} x {} probes/s = {}, counted {} on each connection; at most {} of the depth",
                point.name(),
                time(times / float(probes)),
                significant(float(probes) * 1e9 / elapsed),
                significant(times / elapsed),
                significant(in_flight / elapsed),
                significant(above_depth),
            )
        });
    }
    tally.check()
}

/// The rounds of which it was kept what they took.
pub(super) fn worked(points: &[Point]) -> impl Iterator<Item = (&Point, &Round, Work)> {
    points.iter().flat_map(|point| {
        let rounds = point.rounds.iter();
        rounds.filter_map(move |round| Some((point, round.as_ref(), round.work?)))
    })
}
