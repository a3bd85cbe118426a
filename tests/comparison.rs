//! How often runs of one path are said to differ, and how often a difference that is there is found. The
//! functions that decide are those that ship; only the probes are drawn.
//!
//! The figures of `docs/METHOD.md` come from
//! `cargo test --test comparison -- --ignored --nocapture`.

use std::time::Duration;

use echograph::experiment::{Decision, Precision, Profile, decide, is_look};
use echograph::measurement::{
    Point, Probe, Quantity, Run, Verdict, by_hand, compare, compare_all, median_interval,
};

use self::random::Random;

#[path = "support/random.rs"]
mod random;

const SIZES: [u64; 6] = [1, 100, 200, 400, 800, 1_000];
/// Probes of a round, an odd number.
const PROBES: usize = 9;

/// A path: its round-trip times have a heavy tail, lean on their neighbours, and differ from round to
/// round.
#[derive(Debug, Clone, Copy)]
struct Path {
    /// How far rounds lie apart: the deviation of the logarithm of their level.
    spread: f64,
    /// How much of a round's deviation is that of the round before.
    from_last: f64,
    /// How many times as long as the first path's.
    longer: f64,
    /// How many of the points, from the first on, are longer.
    longer_points: usize,
}

impl Path {
    fn even(spread: f64) -> Self {
        Self {
            spread,
            from_last: 0.0,
            longer: 1.0,
            longer_points: SIZES.len(),
        }
    }

    fn longer(self, longer: f64) -> Self {
        Self { longer, ..self }
    }
}

/// When a point has enough rounds.
#[derive(Debug, Clone, Copy)]
enum Until {
    Rounds(u32),
    Precise,
}

fn measure(path: Path, until: Until, random: &mut Random) -> Run {
    let profile = Profile {
        message_sizes: SIZES.to_vec(),
        ..by_hand::profile()
    };
    let points = SIZES.iter().enumerate().map(|(place, size)| {
        let longer = if place < path.longer_points {
            path.longer
        } else {
            1.0
        };
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let level = (100_000.0 + 20.0 * *size as f64) * longer;
        point(*size, level, path, until, random)
    });
    by_hand::run(profile, points.collect::<Vec<Point>>())
}

fn point(size: u64, level: f64, path: Path, until: Until, random: &mut Random) -> Point {
    let precision = Precision::default();
    let mut rounds = Vec::new();
    let mut medians = Vec::new();
    let mut last = random.normal();
    for number in 1.. {
        let fresh = (1.0 - path.from_last.powi(2)).sqrt();
        last = path.from_last * last + fresh * random.normal();
        let mut rtts = rtts_of(level * (path.spread * last).exp(), random);
        let probes = rtts.iter().map(|rtt| Probe::new(0, Some(*rtt)));
        rounds.push(by_hand::round(number, probes));
        let is_over = match until {
            Until::Rounds(rounds) => number >= rounds,
            Until::Precise => {
                rtts.sort_unstable();
                #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
                medians.push(rtts[PROBES / 2] as f64);
                medians.sort_unstable_by(f64::total_cmp);
                let (below, above) = (medians[(medians.len() - 1) / 2], medians[medians.len() / 2]);
                let middle = f64::midpoint(below, above);
                let interval = median_interval(&medians).map(|interval| (interval.lo, interval.hi));
                let decision = decide(interval, middle, number, Duration::ZERO, &precision);
                is_look(&precision, number) && decision != Decision::GoOn
            }
        };
        if is_over {
            break;
        }
    }
    by_hand::point(size, rounds)
}

/// Each leans on the one before, and one of thirty is held up, for a time without a mean.
fn rtts_of(level: f64, random: &mut Random) -> [u64; PROBES] {
    let mut last = random.normal();
    std::array::from_fn(|_| {
        last = 0.6 * last + 0.8 * random.normal();
        let held_up = if random.share() < 1.0 / 30.0 {
            1.0 / random.share()
        } else {
            1.0
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the conversion saturates"
        )]
        let rtt = (level * (0.02 * last).exp() * held_up) as u64;
        rtt
    })
}

/// What came of many pairs of runs.
#[derive(Debug, Default)]
struct Outcome {
    pairs: u32,
    /// Pairs with a verdict of `faster` or `slower` at any point.
    differ: u32,
    /// Points with the verdict `faster`.
    faster: u32,
    /// Points that are longer, and those of them with the verdict `slower`.
    longer: u32,
    found: u32,
    /// Points whose interval, taken alone, holds the true ratio.
    held: u32,
    points: u32,
    /// Rounds of the baselines' points.
    rounds: usize,
}

fn simulate(path: Path, until: Until, pairs: u32) -> Outcome {
    let mut random = Random(0x5EED_C0DE);
    let mut outcome = Outcome::default();
    for _ in 0..pairs {
        let baseline = measure(path.longer(1.0), until, &mut random);
        let other = measure(path, until, &mut random);
        let comparison = compare(&baseline, &other);
        let mut differs = false;
        for (place, point) in comparison.points.iter().enumerate() {
            let truth = if place < path.longer_points {
                path.longer
            } else {
                1.0
            };
            let ratio = point.rtt.ratio.expect("at least six rounds");
            let is_longer = path.longer > 1.0 && place < path.longer_points;
            outcome.points += 1;
            outcome.rounds += point.rtt.baseline_rounds;
            outcome.longer += u32::from(is_longer);
            outcome.found += u32::from(is_longer && point.rtt.verdict == Verdict::Slower);
            outcome.held += u32::from(ratio.lo <= truth && truth <= ratio.hi);
            outcome.faster += u32::from(point.rtt.verdict == Verdict::Faster);
            differs |= matches!(point.rtt.verdict, Verdict::Slower | Verdict::Faster);
        }
        outcome.pairs += 1;
        outcome.differ += u32::from(differs);
    }
    outcome
}

fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole)
}

#[test]
#[ignore = "takes minutes: prints the tables of docs/METHOD.md"]
fn the_tables_of_the_document() {
    let row = |name: &str, path: Path, until: Until| {
        let same = simulate(path, until, 4_000);
        let all = simulate(path.longer(1.1), until, 1_000);
        let one = Path {
            longer_points: 1,
            ..path.longer(1.1)
        };
        let one = simulate(one, until, 1_000);
        println!(
            "| {name} | {:.1} % | {:.1} % | {:.1} % | {:.1} % |",
            100.0 - percent(same.differ, same.pairs),
            percent(same.held, same.points),
            percent(one.found, one.longer),
            percent(all.found, all.longer),
        );
    };
    for spread in [0.02, 0.05, 0.1] {
        for rounds in [6, 10, 20, 40] {
            let name = format!("{rounds} rounds, spread {:.0} %", 100.0 * spread);
            row(&name, Path::even(spread), Until::Rounds(rounds));
        }
        let name = format!("stop rule, spread {:.0} %", 100.0 * spread);
        row(&name, Path::even(spread), Until::Precise);
    }
    for from_last in [0.3, 0.6, 0.9] {
        let path = Path {
            from_last,
            ..Path::even(0.05)
        };
        let name = format!("20 rounds, spread 5 %, correlation {from_last} with the round before");
        row(&name, path, Until::Rounds(20));
    }
}

/// Of 400 pairs, where 5 % are called different, 31 at most are in 99 of 100 cases. The numbers drawn
/// are always the same, so that the outcome is too.
const PAIRS: u32 = 400;

#[test]
fn runs_of_the_same_path_show_no_difference_at_any_point_in_95_of_100() {
    for rounds in [6, 10, 20] {
        let outcome = simulate(Path::even(0.05), Until::Rounds(rounds), PAIRS);
        assert!(outcome.differ <= 31, "{rounds} rounds: {outcome:?}");
        assert!(outcome.differ > 0, "a test that never rejects says nothing");
        let held = percent(outcome.held, outcome.points);
        assert!((94.0..=97.0).contains(&held), "{rounds} rounds: {held} %");
    }
}

#[test]
fn the_stop_rule_costs_a_percent_of_that() {
    // 6 of 100 are called different: of 120 pairs 14 at most in 99 of 100 cases.
    let outcome = simulate(Path::even(0.05), Until::Precise, 120);
    assert!(outcome.differ <= 14, "{outcome:?}");
    assert!(outcome.rounds > 120 * 6 * 10, "the rule was at work");
}

#[test]
fn a_tenth_more_is_found_where_rounds_are_enough_for_their_spread() {
    for (rounds, spread, found) in [
        (6, 0.02, 99.0..=100.0),
        (6, 0.05, 30.0..=60.0),
        (10, 0.05, 75.0..=95.0),
        (20, 0.05, 98.0..=100.0),
    ] {
        let outcome = simulate(
            Path::even(spread).longer(1.1),
            Until::Rounds(rounds),
            PAIRS / 3,
        );
        let slower = percent(outcome.found, outcome.longer);
        assert!(found.contains(&slower), "{rounds}, {spread}: {slower} %");
        assert_eq!(outcome.faster, 0, "{rounds}, {spread}");
    }
}

#[test]
fn several_runs_of_one_path_are_one_family() {
    let mut random = Random(11);
    let mut differ = 0;
    for _ in 0..250 {
        let mut run = || measure(Path::even(0.05), Until::Rounds(8), &mut random);
        let (baseline, others) = (run(), [run(), run(), run()]);
        let all = compare_all(&baseline, &others.each_ref());
        assert!(
            all.iter()
                .flat_map(|one| &one.points)
                .all(|point| point.rtt.family == 18)
        );
        let summaries = all.iter().map(|one| one.summary(Quantity::Rtt));
        let none = "no difference that these samples can show at any of 6 points";
        differ += u32::from(summaries.filter(|text| text != none).count() > 0);
    }
    assert!(differ <= 21, "{differ} of 250, where 5 % would be 12.5");
}
