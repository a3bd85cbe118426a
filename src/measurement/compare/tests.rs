//! Made-up runs, compared. How often they are said to differ is in `tests/comparison.rs`.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::experiment::{Profile, Target, WaitStrategy};
use crate::measurement::{
    Calibration, Environment, Point, PointStatistics, Probe, Round, RunState, by_hand,
};
use crate::protocol::MeasurementType;

/// Size, server delay, and of each round the round-trip times in nanoseconds.
type Drawn = (u64, u64, Vec<Vec<u64>>);

fn run(points: &[Drawn]) -> Run {
    by_hand::run(by_hand::profile(), points.iter().map(point))
}

fn point((size, delay, rounds): &Drawn) -> Point {
    let rounds = (1..).zip(rounds).map(|(number, rtts)| {
        let mut at = 0;
        let probes = rtts.iter().map(|rtt| {
            at += rtt + 10;
            Probe::new(at - rtt, Some(*rtt))
        });
        by_hand::round(number, probes)
    });
    by_hand::point_at(*size, *delay, rounds)
}

/// A point of so many rounds of one probe, each a little longer than the one before.
fn even(size: u64, from_ns: u64, rounds: u64) -> Drawn {
    let rounds = (0..rounds).map(|at| vec![from_ns + 10 * at]);
    (size, 0, rounds.collect())
}

#[test]
fn points_are_matched_by_size_and_delay() {
    let baseline = run(&[
        even(1, 100_000, 10),
        even(100, 200_000, 10),
        (100, 5, vec![vec![5_000_000]; 10]),
    ]);
    let mut other = run(&[even(100, 220_000, 10), even(1, 100_001, 10), even(7, 1, 10)]);
    for point in &mut other.points {
        point.spec.kind = MeasurementType::Tput;
    }
    let comparison = compare(&baseline, &other);
    let found: Vec<_> = comparison
        .points
        .iter()
        .map(|point| (point.message_size, point.rtt.verdict))
        .collect();
    assert_eq!(
        found,
        [(1, Verdict::NoDifference), (100, Verdict::Slower)],
        "in the baseline's order"
    );
    assert_eq!(comparison.unmatched, 2);
    assert_eq!(
        comparison.summary(Quantity::Rtt),
        "slower at 1 of 2 points, by 10 %; no difference shown at 1; 2 points are in one run alone"
    );
    let nothing = compare(&baseline, &run(&[]));
    assert_eq!((nothing.points.len(), nothing.unmatched), (0, 3));
    assert_eq!(
        nothing.summary(Quantity::Rtt),
        "no point of the same message size and server delay is in both runs"
    );
}

#[test]
fn below_six_rounds_nothing_is_said_but_the_ratio_is_there() {
    let baseline = run(&[even(1, 100_000, 5), even(100, 100_000, 6)]);
    let other = run(&[even(1, 200_000, 40), even(100, 200_000, 6)]);
    let comparison = compare(&baseline, &other);
    let [few, enough] = comparison.points.as_slice() else {
        panic!("two points");
    };
    assert_eq!(few.rtt.verdict, Verdict::CannotBeSaid(WhyNot::TooFewRounds));
    assert_eq!((few.rtt.ratio, few.rtt.p), (None, None));
    assert!((few.rtt.value.unwrap() - 2.0).abs() < 0.01);
    assert_eq!(
        few.throughput.sentence(),
        "cannot be said: 5 rounds in the baseline; at least 6 are needed"
    );
    assert_eq!(enough.rtt.verdict, Verdict::Slower);
    assert_eq!(enough.rtt.family, 1, "what cannot be tested costs nothing");
    assert!((enough.rtt.p.unwrap() - 2.0 / 924.0).abs() < 1e-15);
    assert_eq!(
        comparison.summary(Quantity::Throughput),
        "slower at 1 of 2 points, by 50 %; cannot be said at 1: too few rounds"
    );
}

#[test]
fn six_rounds_say_nothing_of_24_points_however_far_they_lie_apart() {
    let sizes = |from_ns| (1..=24).map(move |size| even(size, from_ns, 6));
    let baseline = run(&sizes(100_000).collect::<Vec<_>>());
    let other = run(&sizes(900_000).collect::<Vec<_>>());
    let comparison = compare(&baseline, &other);
    let many = Verdict::CannotBeSaid(WhyNot::TooManyPoints);
    assert!(
        comparison
            .points
            .iter()
            .all(|point| point.rtt.verdict == many)
    );
    assert_eq!(
        comparison.summary(Quantity::Rtt),
        "cannot be said at any of 24 points: too few rounds"
    );
    let fewer = run(&sizes(900_000).take(23).collect::<Vec<_>>());
    assert_eq!(
        compare(&baseline, &fewer).summary(Quantity::Rtt),
        "slower at all 23 points, by 800 %; 1 point is in one run alone"
    );
    // One family with another run is 46 points.
    let together = compare_all(&baseline, &[&fewer, &fewer]);
    for comparison in &together {
        assert!(
            comparison
                .points
                .iter()
                .all(|point| point.rtt.verdict == many)
        );
    }
}

/// A round of pipelined probes that are all sent at once; the last echo is there after `elapsed_ns`.
fn burst(number: u32, rtt_ns: u64, elapsed_ns: u64) -> Arc<Round> {
    let rtts = [rtt_ns, rtt_ns, elapsed_ns];
    Arc::new(Round {
        number,
        depth: 3,
        probes: rtts
            .map(|rtt| Probe::new(0, Some(rtt)))
            .into_iter()
            .collect(),
        ..Round::default()
    })
}

#[test]
fn of_a_pipeline_the_rates_of_the_rounds_are_compared() {
    let made = |elapsed_ns: u64| {
        let mut made = run(&[even(1_000, 0, 0)]);
        made.points[0].rounds = (1..=8)
            .map(|number| burst(number, 50_000, elapsed_ns + u64::from(number)))
            .collect();
        made
    };
    let comparison = compare(&made(100_000), &made(80_000));
    let point = &comparison.points[0];
    assert_eq!(
        point.rtt.verdict,
        Verdict::NoDifference,
        "all medians alike"
    );
    assert_eq!(point.throughput.verdict, Verdict::Faster);
    assert!((point.throughput.value.unwrap() - 1.25).abs() < 1e-3);
    // Against stop-and-wait: its rounds' rates are size / median RTT.
    let one_by_one = run(&[(1_000, 0, vec![vec![100_000]; 8])]);
    let mixed = compare(&one_by_one, &made(100_000));
    let ratio = mixed.points[0].throughput.value.unwrap();
    assert!((ratio - 3.0).abs() < 1e-3, "{ratio}");
}

#[test]
fn rounds_are_those_that_the_median_of_rounds_is_made_of() {
    let mut made = run(&[(
        10,
        0,
        vec![vec![9, 4, 6], vec![9, 8], vec![3], vec![2, 7, 5, 1]],
    )]);
    let rounds = &mut made.points[0].rounds;
    for round in rounds.iter_mut() {
        Arc::make_mut(round).warmup = 1;
    }
    // A second connection of the first round, and one more of a number that was left behind.
    let beside = Round {
        connection: 2,
        probes: [Probe::new(0, Some(100)), Probe::new(9, Some(20))]
            .into_iter()
            .collect(),
        warmup: 1,
        ..Round::default()
    };
    rounds.insert(1, Arc::new(beside.clone()));
    rounds.push(Arc::new(beside));
    let point = &made.points[0];
    let found = RoundFigures::of(point);
    assert_eq!(
        found.medians,
        [6.0, 8.0, 5.0],
        "the third has no echo that counts"
    );
    assert!(found.pipelined, "two connections at a time");
    let rounds = point.rounds.iter().map(AsRef::as_ref);
    let figures = PointStatistics::of(rounds, 10).unwrap();
    assert!((figures.rtt.median_of_rounds - 6.0).abs() < 1e-9);
    let mut rates = found.rates;
    rates.sort_unstable_by(f64::total_cmp);
    assert!((figures.throughput.high - rates[rates.len() - 1]).abs() < 1e-3);
    assert!((figures.throughput.low - rates[0]).abs() < 1e-3);
}

#[test]
fn what_differs_beside_the_figures_is_listed_with_its_name() {
    let mut baseline = run(&[even(1, 100, 6)]);
    baseline.profile = Arc::new(Profile {
        target: Target::Host {
            host: "192.0.2.1".to_owned(),
            port: 10_000,
        },
        ..Profile::default()
    });
    let floor = |ns| {
        Some(Calibration {
            floor_min_ns: ns,
            ..Calibration::default()
        })
    };
    baseline.calibration = floor(10_000);
    let known = |kernel: &str, load, sysctls: &[(&str, &str)]| {
        Arc::new(Environment {
            kernel: kernel.to_owned(),
            load_average: Some([load, 1.0, 1.0]),
            sysctls: sysctls
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Environment::default()
        })
    };
    baseline.environment = known("6.1", 0.2, &[("net.a", "1"), ("net.b", "2")]);
    let mut other = baseline.clone();
    (other.started, other.seed) = (jiff::Timestamp::MAX, 99);
    other.environment = known("6.1", 0.6, &[("net.a", "1"), ("net.b", "2")]);
    other.calibration = floor(11_500);
    assert_eq!(compare(&baseline, &other).differences, []);

    other.state = RunState::Stopped;
    other.calibration = floor(13_000);
    other.environment = known("", 3.2, &[("net.a", "0"), ("net.c", "3")]);
    other.destination = "192.0.2.9:7".to_owned();
    other.profile = Arc::new(Profile {
        wait: WaitStrategy::Block,
        depth: 4,
        server_delays_ms: vec![0, 50],
        ..(*baseline.profile).clone()
    });
    let found = compare(&baseline, &other).differences;
    let found: Vec<_> = found
        .iter()
        .map(|one| (one.what.as_str(), one.baseline.as_str(), one.other.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("State", "finished", "stopped"),
            ("Server delay", "0 ms", "0, 50 ms"),
            ("Waiting", "auto", "block"),
            ("Probes in flight", "1", "4"),
            ("Measured", "192.0.2.1:10000", "192.0.2.9:7"),
            ("Kernel", "6.1", "not known"),
            (
                "Load",
                "0.20, 1.00, 1.00 wanted a processor over 1, 5 and 15 minutes",
                "3.20, 1.00, 1.00 wanted a processor over 1, 5 and 15 minutes"
            ),
            ("Instrument floor", "10.00\u{a0}µs", "13.00\u{a0}µs"),
            ("net.a", "1", "0"),
            ("net.b", "2", "not known"),
            ("net.c", "not known", "3"),
        ]
    );
    other.environment = known("6.1", 0.2, &[]);
    let found = compare(&baseline, &other).differences;
    let last = found.last().unwrap();
    assert_eq!(
        (
            last.what.as_str(),
            last.baseline.as_str(),
            last.other.as_str()
        ),
        ("TCP settings (sysctl)", "2 settings known", "not known")
    );
}

fn close(one: f64, other: f64) -> bool {
    (one / other - 1.0).abs() < 1e-9
}

fn turned(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Faster => Verdict::Slower,
        Verdict::Slower => Verdict::Faster,
        same => same,
    }
}

fn drawn_points() -> impl Strategy<Value = Vec<Drawn>> {
    let rounds = prop::collection::vec(prop::collection::vec(500_u64..3_000, 1..4), 6..14);
    prop::collection::vec(rounds, 4).prop_map(|points| {
        let points = (1..).zip(points);
        points.map(|(size, rounds)| (size, 0, rounds)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn swapping_the_runs_turns_ratios_and_verdicts_round(
        one in drawn_points(), two in drawn_points(), times in 1_u64..3,
    ) {
        let longer: Vec<Drawn> = two
            .iter()
            .map(|(size, delay, rounds)| {
                let longer = rounds.iter().map(|rtts| rtts.iter().map(|rtt| rtt * times).collect());
                (*size, *delay, longer.collect())
            })
            .collect();
        let (one, two) = (run(&one), run(&longer));
        let (there, back) = (compare(&one, &two), compare(&two, &one));
        for (there, back) in there.points.iter().zip(&back.points) {
            for (there, back) in [(there.rtt, back.rtt), (there.throughput, back.throughput)] {
                let (ratio, inverse) = (there.ratio.unwrap(), back.ratio.unwrap().map(f64::recip));
                prop_assert!(close(ratio.value, inverse.value));
                prop_assert!(close(ratio.lo, inverse.lo) && close(ratio.hi, inverse.hi));
                prop_assert_eq!((there.p, there.adjusted_p), (back.p, back.adjusted_p));
                prop_assert_eq!(there.verdict, turned(back.verdict));
            }
        }
    }

    #[test]
    fn what_is_a_thousand_times_as_long_in_both_is_compared_alike(
        one in drawn_points(), two in drawn_points(),
    ) {
        let scaled = |points: &[Drawn]| -> Vec<Drawn> {
            points.iter().cloned().map(|(size, delay, mut rounds)| {
                rounds.iter_mut().flatten().for_each(|rtt| *rtt *= 1_000);
                (size, delay, rounds)
            }).collect()
        };
        let plain = compare(&run(&one), &run(&two));
        let scaled = compare(&run(&scaled(&one)), &run(&scaled(&two)));
        for (plain, scaled) in plain.points.iter().zip(&scaled.points) {
            prop_assert_eq!(plain.rtt.verdict, scaled.rtt.verdict);
            prop_assert_eq!(plain.rtt.adjusted_p, scaled.rtt.adjusted_p);
            prop_assert!(close(plain.rtt.value.unwrap(), scaled.rtt.value.unwrap()));
        }
    }

    #[test]
    fn the_order_of_rounds_and_points_does_not_matter(
        one in drawn_points(), two in drawn_points(),
    ) {
        let expected = compare(&run(&one), &run(&two));
        let mut other = two;
        other.reverse();
        for (_, _, rounds) in &mut other {
            rounds.reverse();
        }
        let found = compare(&run(&one), &run(&other));
        prop_assert_eq!(expected, found);
    }

    #[test]
    fn a_difference_that_is_claimed_is_one_that_the_interval_shows(
        one in drawn_points(), two in drawn_points(),
    ) {
        for point in compare(&run(&one), &run(&two)).points {
            for figure in [point.rtt, point.throughput] {
                let ratio = figure.ratio.unwrap();
                let (p, adjusted) = (figure.p.unwrap(), figure.adjusted_p.unwrap());
                prop_assert!(p <= adjusted);
                match figure.verdict {
                    Verdict::Slower | Verdict::Faster => {
                        prop_assert!(adjusted <= 0.05 && (ratio.lo > 1.0 || ratio.hi < 1.0));
                    }
                    _ => prop_assert!(adjusted > 0.05),
                }
                prop_assert!(!figure.sentence().is_empty());
            }
        }
    }
}
