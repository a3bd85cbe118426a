//! A run as text for a terminal: what was measured, a table of its points, what there is to know about
//! it, what failed.

use std::fmt::Write;

use super::notes::{name_of, notes};
use super::table::table;
use crate::experiment::{Rounds, Target};
use crate::measurement::units::{counted, span};
use crate::measurement::{FaultKind, Point, Run, RunState};

/// The report of a run.
pub(super) fn report(run: &Run) -> String {
    let mut text = headline(run);
    let _ = write!(text, "\n\n{}\n", table(run));
    for note in notes(run) {
        let _ = write!(text, "\n{note}");
    }
    for (points, message) in failures(run) {
        let _ = write!(text, "\n{points}: {message}");
    }
    if run.state == RunState::Stopped
        && let Some(error) = &run.error
    {
        let _ = write!(text, "\n{error}");
    }
    text.trim_end().to_owned()
}

fn headline(run: &Run) -> String {
    let profile = &run.profile;
    let mut text = format!("{} to {}", profile.measurement_type, run.destination);
    if profile.target == Target::Embedded {
        text.push_str(" (the embedded server)");
    }
    let _ = write!(
        text,
        ", {} of {}",
        match profile.rounds {
            Rounds::Exactly(rounds) => counted(rounds.into(), "round"),
            Rounds::UntilPrecise(precision) => span(precision.min_rounds, precision.max_rounds),
        },
        counted(profile.probes.into(), "probe")
    );
    if profile.warmup > 0 {
        let _ = write!(text, " after {} of warm-up", profile.warmup);
    }
    if let [delay] = *profile.server_delays_ms
        && delay > 0
    {
        let _ = write!(text, ", server delay {delay} ms");
    }
    // No more can be in flight than there are.
    let in_flight = profile.depth.min(profile.announced_probes());
    if in_flight > 1 {
        let _ = write!(text, ", {in_flight} in flight");
    }
    if profile.connections > 1 {
        let _ = write!(text, ", {} connections", profile.connections);
    }
    let _ = write!(text, ", wait {}, dialect {}", profile.wait, profile.dialect);
    text
}

/// What failed, and where. That a stopped run lacks points needs no sentence for each of them.
fn failures(run: &Run) -> Vec<(String, String)> {
    let is_stopped = |point: &Point| {
        let fault = point.error.as_ref();
        fault.is_some_and(|fault| fault.kind == FaultKind::Stopped)
    };
    let all = run.points.len();
    let failures = run.failures().into_iter();
    failures
        .map(|(mut points, message)| {
            points.retain(|point| !is_stopped(point));
            (points, message)
        })
        .filter(|(points, _)| !points.is_empty())
        .map(|(points, message)| {
            let points = if points.len() == all && all > 1 {
                format!("all {all} points")
            } else {
                let names: Vec<String> = points.iter().map(|point| name_of(run, point)).collect();
                names.join(", ")
            };
            (points, message)
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::experiment::{Plan, Precision, Profile};
    use crate::measurement::{Fault, FaultPhase, Point, Probe, by_hand};

    /// A run whose points have rounds of two probes: one echoed after 10 µs times the number of the
    /// point, one never.
    pub(in crate::cli) fn run(profile: Profile, rounds: u32) -> Run {
        let plan = Plan::new(&profile);
        let points = plan.points().iter().zip(1_u64..).map(|(spec, nth)| {
            let mut point = Point::new(*spec);
            let probes = || [Probe::new(0, Some(nth * 10_000)), Probe::new(1, None)];
            let rounds = (1..=rounds).map(|number| Arc::new(by_hand::round(number, probes())));
            point.rounds = rounds.collect();
            point.refresh_statistics();
            point
        });
        let points: Vec<Point> = points.collect();
        Run {
            seed: 7,
            ..by_hand::run(profile, points)
        }
    }

    pub(in crate::cli) fn lines(run: &Run) -> Vec<String> {
        report(run)
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn each_point_is_a_row_under_its_units() {
        let run = run(
            Profile {
                message_sizes: vec![100, 65_536],
                rounds: Rounds::Exactly(6),
                ..Profile::default()
            },
            6,
        );
        assert_eq!(
            lines(&run),
            [
                "rtt to 127.0.0.1:10000 (the embedded server), 6 rounds of 20 probes, wait auto, \
                 dialect boston",
                "",
                "rounds' its 95 % through-",
                "size n min p50 median interval p90 p99 max jitter put, mean",
                "B µs µs µs µs µs µs µs µs Mbit/s",
                "100 6 10.00 10.00 10.00 10.00–10.00 10.00 10.00 10.00 – 80.00",
                "65,536 6 20.00 20.00 20.00 20.00–20.00 20.00 20.00 20.00 – 26,210",
                "",
                "cold start: first probe of a connection 10.00 µs to 20.00 µs (medians)",
                "no model: 2 message sizes cannot show whether the points lie on a line; measure 3 or \
                 more, such as 1, 1K, 4K, 16K, 64K",
                "limit not known: 100 B, 65,536 B",
                "100 B: Not known: 6 probes are too few to tell, it takes 20.",
                "65,536 B: Not known: 6 probes are too few to tell, it takes 20.",
                "order of the points: random, drawn from seed 7 (--seed 7 repeats it)",
            ]
        );
    }

    #[test]
    fn several_delays_have_a_column_and_a_failure_is_said_once() {
        let mut run = run(
            Profile {
                message_sizes: vec![1, 2],
                server_delays_ms: vec![0, 5],
                rounds: Rounds::Exactly(6),
                ..Profile::default()
            },
            0,
        );
        let fault = |message: &str| {
            Some(Fault {
                phase: FaultPhase::Connect,
                kind: FaultKind::Refused,
                message: message.to_owned(),
            })
        };
        run.points[1].error = fault("No.");
        run.points[3].error = fault("No.");
        let shown = lines(&run);
        assert_eq!(shown[5], "1 0 0 – – – – – – – – –");
        assert_eq!(
            shown.last().unwrap(),
            "2 B at 0 ms, 2 B at 5 ms: connect: No."
        );
        for point in &mut run.points {
            point.error = fault("Gone.");
        }
        assert_eq!(lines(&run).last().unwrap(), "all 4 points: connect: Gone.");
    }

    #[test]
    fn what_is_usually_measured_fits_a_hundred_columns() {
        let mut run = run(
            Profile {
                message_sizes: vec![1, 67_108_864],
                server_delays_ms: vec![0, 1_000],
                ..Profile::default()
            },
            6,
        );
        for point in &mut run.points {
            let round = |number: u32| {
                let mut rtt = 12_345 + u64::from(number);
                // From 12 µs to 30 ms in one point.
                let probes = (0..20).map(|nth| {
                    rtt += nth * 160_000;
                    Probe::new(0, Some(rtt))
                });
                Arc::new(by_hand::round(number, probes))
            };
            point.rounds = (1..=40).map(round).collect();
            point.refresh_statistics();
            point.outcome = Some(crate::measurement::PrecisionOutcome::NotReachedInRounds);
        }
        let text = super::table(&run);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(
            widest.is_some_and(|width| width <= 100),
            "{widest:?}\n{text}"
        );
    }

    #[test]
    fn the_headline_says_what_really_can_be() {
        let headline_of = |change: fn(&mut Profile)| {
            let mut profile = Profile::default();
            change(&mut profile);
            headline(&run(profile, 0))
        };
        let deep = headline_of(|p| (p.depth, p.probes, p.rounds) = (1_024, 3, Rounds::Exactly(1)));
        assert!(
            deep.contains(", 1 round of 3 probes, 3 in flight, "),
            "{deep}"
        );
        let single = headline_of(|p| (p.depth, p.probes) = (8, 1));
        assert!(!single.contains("in flight"), "{single}");
        let warm = headline_of(|p| (p.depth, p.probes, p.warmup) = (8, 1, 4));
        assert!(
            warm.contains("1 probe after 4 of warm-up, 5 in flight"),
            "{warm}"
        );
        let same = headline_of(|p| {
            p.rounds = Rounds::UntilPrecise(Precision {
                max_rounds: 6,
                ..Precision::default()
            });
        });
        assert!(same.contains(", 6 rounds of 20 probes"), "{same}");
    }

    #[test]
    fn a_stopped_run_says_so_once() {
        let mut run = run(Profile::default(), 1);
        run.state = RunState::Stopped;
        run.error = Some("The run was stopped.".to_owned());
        for point in &mut run.points {
            point.error = Some(Fault {
                phase: FaultPhase::Measurement,
                kind: FaultKind::Stopped,
                message: "stopped".to_owned(),
            });
        }
        let shown = lines(&run);
        assert_eq!(shown.last().unwrap(), "The run was stopped.");
        assert!(!shown.iter().any(|line| line.ends_with(": stopped")));
    }
}
