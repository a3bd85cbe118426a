use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::measurement::{Probe, by_hand};

/// Rounds: warm-up probes, and for each connection when its probes were sent and how long they took.
type Drawn = (u32, Vec<Vec<(u64, Option<u64>)>>);

fn point(drawn: &[Drawn]) -> Point {
    let mut rounds = Vec::new();
    for (number, (warmup, lanes)) in (1..).zip(drawn) {
        for (connection, probes) in (1..).zip(lanes) {
            let probes = probes.iter().map(|(sent, rtt)| Probe::new(*sent, *rtt));
            rounds.push(Round {
                connection,
                session: number * 10 + connection,
                warmup: *warmup,
                ..by_hand::round(number, probes)
            });
        }
    }
    by_hand::point(1, rounds)
}

/// The same, as it was when only so many probes of all were there.
fn begun(point: &Point, mut probes: usize) -> Point {
    let mut begun = point.clone();
    begun.rounds.clear();
    let mut number = None;
    for round in &point.rounds {
        // Connections of a round open together.
        if probes == 0 && number != Some(round.number) {
            break;
        }
        number = Some(round.number);
        let taken = probes.min(round.probes.len());
        probes -= taken;
        begun.rounds.push(Arc::new(Round {
            probes: round.probes.iter().take(taken).copied().collect(),
            ..Round::clone(round)
        }));
    }
    begun
}

fn samples(point: &Point) -> PointSamples {
    let mut samples = PointSamples::default();
    samples.feed(point);
    samples
}

fn of_rtts(rtts: impl IntoIterator<Item = u64>) -> Point {
    let probes = rtts.into_iter().zip(0..);
    point(&[(0, vec![probes.map(|(rtt, at)| (at, Some(rtt))).collect()])])
}

fn counted(point: &Point) -> Vec<u64> {
    let rounds = point.rounds.iter();
    let mut all: Vec<u64> = rounds.flat_map(|round| round.counted_rtts()).collect();
    all.sort_unstable();
    all
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let rtt = prop_oneof![50_u64..90, 0_u64..100_000, Just(1_000)];
    let probe = (0_u64..5_000, prop::option::weighted(0.9, rtt));
    let lane = prop::collection::vec(probe, 0..200);
    prop::collection::vec((0_u32..4, prop::collection::vec(lane, 1..3)), 0..6)
}

const ALONG: [Along; 2] = [Along::Probes, Along::Time];

proptest! {
    #[test]
    fn every_sample_is_in_one_bin(drawn in drawn()) {
        let samples = samples(&point(&drawn));
        for bins in [Bins::Linear, Bins::Log] {
            let histogram = samples.histogram(bins);
            let sum: u64 = histogram.bins.iter().map(|bin| bin.count).sum();
            prop_assert_eq!(sum + histogram.beyond, samples.n());
            prop_assert!(histogram.bins.len() <= MOST_BINS);
            prop_assert!(bins == Bins::Linear || histogram.beyond == 0);
            for pair in histogram.bins.windows(2) {
                prop_assert_eq!(pair[0].to_ns.to_bits(), pair[1].from_ns.to_bits());
                prop_assert!(pair[0].from_ns < pair[0].to_ns);
            }
        }
    }

    #[test]
    fn each_bin_has_the_samples_between_its_ends(drawn in drawn()) {
        let point = point(&drawn);
        let counted = counted(&point);
        let histogram = samples(&point).histogram(Bins::Linear);
        for (at, bin) in histogram.bins.iter().enumerate() {
            let is_last = at + 1 == histogram.bins.len();
            let within = counted.iter().filter(|rtt| {
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                let rtt = **rtt as f64;
                rtt >= bin.from_ns && (rtt < bin.to_ns || (is_last && rtt <= bin.to_ns))
            });
            prop_assert_eq!(within.count() as u64, bin.count);
        }
    }

    #[test]
    fn the_distribution_function_rises_to_one_and_each_of_its_steps_is_exact(
        drawn in drawn(),
        columns in 1_u32..300,
    ) {
        let point = point(&drawn);
        let counted = counted(&point);
        let samples = samples(&point);
        let edges: Vec<f64> = (0..=columns)
            .map(|at| 100_000.0 * f64::from(at) / f64::from(columns))
            .collect();
        let steps = samples.ecdf(&edges);
        prop_assert!(steps.len() <= edges.len());
        for pair in steps.windows(2) {
            prop_assert!(pair[0].rtt_ns < pair[1].rtt_ns && pair[0].count < pair[1].count);
        }
        for step in &steps {
            let exact = counted.iter().filter(|rtt| **rtt <= step.rtt_ns).count();
            prop_assert_eq!(exact as u64, step.count);
            prop_assert!(counted.contains(&step.rtt_ns));
        }
        prop_assert_eq!(steps.last().map_or(0, |step| step.count), samples.n());
    }

    #[test]
    fn the_least_and_the_greatest_of_every_column_survive(
        drawn in drawn(),
        many in 1_usize..40,
        (from, to) in (0.0..2_500.0, 1.0..2_500.0),
    ) {
        let point = point(&drawn);
        let samples = samples(&point);
        for along in ALONG {
            let to = from + to;
            let columns = samples.timeline(&point, along, (from, to), many);
            // By hand, each probe by itself.
            let mut expected = vec![(Vec::new(), Vec::new(), 0_u64); many];
            let (mut base, mut length, mut number) = (0_u64, 0_u64, 0);
            for round in &point.rounds {
                if round.number != number {
                    (base, length, number) = (base + length, 0, round.number);
                }
                length = length.max(round.probes.len() as u64);
                for (place, (_, is_warmup, probe)) in (0..).zip(round.numbered()) {
                    let at = match along {
                        Along::Probes => base + place,
                        Along::Time => probe.sent_ns,
                    };
                    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                    let at = at as f64;
                    if at < from || at > to {
                        continue;
                    }
                    #[expect(
                        clippy::cast_precision_loss,
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "small numbers"
                    )]
                    let column = (((at - from) / (to - from) * many as f64) as usize).min(many - 1);
                    let (counted, warmup, lost) = &mut expected[column];
                    match (probe.rtt_ns(), is_warmup) {
                        (None, _) => *lost += 1,
                        (Some(rtt), true) => warmup.push(rtt),
                        (Some(rtt), false) => counted.push(rtt),
                    }
                }
            }
            expected.retain(|(counted, warmup, lost)| {
                !counted.is_empty() || !warmup.is_empty() || *lost > 0
            });
            let of = |rtts: &Vec<u64>| Some((*rtts.iter().min()?, *rtts.iter().max()?, rtts.len() as u64));
            let seen = |extremes: Option<Extremes>| {
                extremes.map(|of| (of.least.rtt_ns, of.most.rtt_ns, of.n))
            };
            prop_assert_eq!(columns.len(), expected.len());
            for (column, (counted, warmup, lost)) in columns.iter().zip(&expected) {
                prop_assert_eq!(seen(column.counted), of(counted));
                prop_assert_eq!(seen(column.warmup), of(warmup));
                prop_assert_eq!(column.lost.map_or(0, |lost| lost.n), *lost);
            }
        }
    }

    #[test]
    fn wide_columns_cover_what_is_seen_and_open_no_block(
        from in -10.0..1e6_f64,
        span in 1.0..1e7_f64,
        many in 1_usize..2_000,
    ) {
        let to = from + span;
        let ((first, last), columns) = timeline_columns(Along::Probes, (from, to), many);
        prop_assert!(first <= from && last >= to && (1..=many).contains(&columns));
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let width = |columns: usize| (last - first) / columns as f64;
        if width(columns) > 128.0 {
            for edge in [first + 0.5, width(columns)] {
                prop_assert!((edge % 128.0).abs() < 1e-9, "{edge}");
            }
        } else {
            prop_assert_eq!(((first, last), columns), ((from, to), many));
        }
        let along_time = timeline_columns(Along::Time, (from, to), many);
        prop_assert_eq!(along_time, ((from, to), many));
    }

    #[test]
    fn in_whatever_pieces_the_probes_come_the_same_is_seen(
        drawn in drawn(),
        mut pieces in prop::collection::vec(0_usize..1_500, 0..8),
    ) {
        let point = point(&drawn);
        let whole = samples(&point);
        let mut grown = PointSamples::default();
        pieces.sort_unstable();
        for probes in pieces {
            grown.feed(&begun(&point, probes));
        }
        grown.feed(&point);
        prop_assert_eq!(grown.rounds(), whole.rounds());
        prop_assert_eq!(grown.histogram(Bins::Linear), whole.histogram(Bins::Linear));
        prop_assert_eq!(grown.n(), whole.n());
        for along in ALONG {
            let seen = |samples: &PointSamples| samples.timeline(&point, along, (0.0, 5_000.0), 37);
            prop_assert_eq!(seen(&grown), seen(&whole));
        }
    }
}

#[test]
fn a_histograms_bins_are_as_wide_as_the_rule_says_and_the_far_tail_is_collected() {
    // 1,000 values, one at each nanosecond from 10,001 on: the quartiles are 499.5 apart, and
    // 2 * 499.5 / 10 is 99.9, which the clock makes 100.
    let mut rtts: Vec<u64> = (10_001..=11_000).collect();
    let histogram = samples(&of_rtts(rtts.clone())).histogram(Bins::Linear);
    let width = |bin: &Bin| bin.to_ns - bin.from_ns;
    assert!(
        histogram
            .bins
            .iter()
            .all(|bin| (width(bin) - 100.0).abs() < 1e-9)
    );
    assert_eq!(histogram.bins.len(), 10);
    assert!(histogram.bins.iter().all(|bin| bin.count == 100));
    assert_eq!((histogram.beyond, histogram.longest_ns), (0, None));

    rtts.push(5_000_000);
    let histogram = samples(&of_rtts(rtts.clone())).histogram(Bins::Linear);
    assert_eq!(
        (histogram.beyond, histogram.longest_ns),
        (1, Some(5_000_000))
    );
    let all = samples(&of_rtts(rtts)).histogram(Bins::Log);
    assert_eq!(all.beyond, 0);
    assert!(all.bins.last().is_some_and(|bin| bin.to_ns > 5_000_000.0));
}

#[test]
fn a_clock_of_coarse_steps_makes_no_comb() {
    // 1,000 values at each of 30 steps.
    let rtts = (0..30_000_u64).map(|at| 1_000 * (10 + at % 30));
    let histogram = samples(&of_rtts(rtts)).histogram(Bins::Linear);
    let counts: Vec<u64> = histogram.bins.iter().map(|bin| bin.count).collect();
    let (last, others) = counts.split_last().unwrap();
    assert!(others.iter().all(|count| *count == counts[0]), "{counts:?}");
    assert!(*last <= counts[0]);
}

#[test]
fn samples_that_are_all_alike_are_one_bin_and_one_step() {
    let samples = samples(&of_rtts([700; 40]));
    for bins in [Bins::Linear, Bins::Log] {
        let histogram = samples.histogram(bins);
        let full: Vec<&Bin> = histogram.bins.iter().filter(|bin| bin.count > 0).collect();
        assert_eq!(full.len(), 1, "{histogram:?}");
        assert!(full[0].from_ns < 700.0 && full[0].to_ns > 700.0);
    }
    assert_eq!(
        samples.ecdf(&[600.0, 700.0, 800.0]),
        [Step {
            rtt_ns: 700,
            count: 40
        }]
    );
    assert_eq!(samples.share_not_longer(699.0), Some(0.0));
}

#[test]
fn rounds_are_told_by_their_own_median_and_percentiles() {
    let lane = |from: u64| (0..11).map(|at| (from + at, Some(from + at))).collect();
    let point = point(&[(0, vec![lane(100)]), (1, vec![lane(200), lane(300)])]);
    let samples = samples(&point);
    let [first, second] = samples.rounds() else {
        panic!("{:?}", samples.rounds());
    };
    let rtts = first.rtts.unwrap();
    for (found, expected) in [(rtts.p10, 101.0), (rtts.median, 105.0), (rtts.p90, 109.0)] {
        assert!((found - expected).abs() < 1e-9, "{rtts:?}");
    }
    assert_eq!((first.n, first.first, first.length), (11, 0, 11));
    assert_eq!((second.connections, second.n, second.warmup), (2, 20, 2));
    assert_eq!((second.first, second.length), (11, 11));
    assert!((second.rtts.unwrap().median - 255.5).abs() < 1e-9);
    assert_eq!(samples.sent_between(), Some((100, 310)));
}

#[test]
fn another_point_takes_the_place_of_the_one_before() {
    let mut samples = samples(&of_rtts(0..100));
    let other = point(&vec![(0, vec![vec![(0, Some(7)); 3]]); 2]);
    samples.feed(&other);
    assert_eq!((samples.n(), samples.rounds().len()), (6, 2));
    samples.feed(&of_rtts([]));
    assert_eq!(samples.n(), 0);
    assert_eq!(samples.histogram(Bins::Linear), Histogram::default());
    assert!(samples.ecdf(&[1.0]).is_empty() && samples.quantile(0.5).is_none());
}
