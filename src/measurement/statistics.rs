//! Statistics of a point.
//!
//! Percentiles come from the raw samples by linear interpolation between order statistics: type 7 of
//! R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", *The American Statistician*
//! 50 (1996). The interval of the median comes from the medians of the rounds, not from pooled
//! samples: neighbouring round-trip times are correlated.

use super::{MedianInterval, Round, median_interval};

/// Round-trip time statistics, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RttStatistics {
    /// The least.
    pub min: u64,
    /// The median.
    pub p50: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The greatest.
    pub max: u64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The sample standard deviation (n - 1); `None` for a single sample.
    pub stddev: Option<f64>,
    /// The 95 % interval of the median of the rounds' medians; `None` below six rounds.
    pub median_ci95: Option<MedianInterval>,
}

/// Throughput of a stop-and-wait point, in payload bytes echoed per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throughput {
    /// Sum of sizes / sum of round-trip times: not the mean of rates.
    pub mean: f64,
    /// Size / median round-trip time.
    pub median: f64,
}

/// What a point's samples say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointStatistics {
    /// Samples counted: echoed and not warm-up.
    pub n: u64,
    /// Round-trip time.
    pub rtt: RttStatistics,
    /// Mean absolute difference of neighbouring round-trip times within a round, in nanoseconds;
    /// `None` where no round has two.
    pub jitter_ns: Option<f64>,
    /// Throughput.
    pub throughput: Throughput,
}

impl PointStatistics {
    /// The statistics of a point's rounds, each probe carrying `message_size` bytes; `None` without
    /// samples.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds and sizes stay far below 2^52"
    )]
    pub fn of<'a>(rounds: impl IntoIterator<Item = &'a Round>, message_size: u64) -> Option<Self> {
        let mut all: Vec<u64> = Vec::new();
        let mut medians = Vec::new();
        let (mut differences, mut pairs) = (0_u64, 0_u64);
        let mut round_rtts = Vec::new();
        for round in rounds {
            round_rtts.clear();
            round_rtts.extend(round.counted_rtts());
            for (one, next) in round_rtts.iter().zip(round_rtts.iter().skip(1)) {
                differences = differences.saturating_add(one.abs_diff(*next));
                pairs += 1;
            }
            all.extend_from_slice(&round_rtts);
            round_rtts.sort_unstable();
            medians.extend(percentile(&round_rtts, 0.5));
        }
        all.sort_unstable();
        let (min, max) = (*all.first()?, *all.last()?);
        let n = all.len() as u64;
        let sum: f64 = all.iter().map(|rtt| *rtt as f64).sum();
        let mean = sum / n as f64;
        let stddev = (n > 1).then(|| {
            let squares: f64 = all.iter().map(|rtt| (*rtt as f64 - mean).powi(2)).sum();
            (squares / (n - 1) as f64).sqrt()
        });
        let p50 = percentile(&all, 0.5)?;
        let per_second = |rtt_ns: f64| message_size as f64 * 1e9 / rtt_ns.max(1.0);
        Some(Self {
            n,
            rtt: RttStatistics {
                min,
                p50,
                p90: percentile(&all, 0.9)?,
                p99: percentile(&all, 0.99)?,
                max,
                mean,
                stddev,
                median_ci95: median_interval(&medians),
            },
            jitter_ns: (pairs > 0).then(|| differences as f64 / pairs as f64),
            throughput: Throughput {
                mean: per_second(mean),
                median: per_second(p50),
            },
        })
    }
}

/// The `share` quantile (0 to 1) of sorted values by linear interpolation (type 7): for rank
/// h = (n - 1) * share, x(floor h) plus the fraction of the way to the next. `None` without values.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks and nanoseconds stay far below 2^52"
)]
pub fn percentile(sorted: &[u64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let rank = last as f64 * share.clamp(0.0, 1.0);
    let below = rank.floor();
    let lower = *sorted.get(below as usize)? as f64;
    let upper = *sorted.get((below as usize + 1).min(last))? as f64;
    Some(lower + (rank - below) * (upper - lower))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measurement::Probe;

    fn round(number: u32, warmup: u32, rtts: &[Option<u64>]) -> Round {
        Round {
            number,
            session: number,
            warmup,
            connect_ns: None,
            local: None,
            probes: rtts.iter().map(|rtt| Probe::new(0, *rtt)).collect(),
            ..Round::default()
        }
    }

    #[test]
    fn percentiles_are_those_of_type_7() {
        // R: quantile(c(1, 2, 3, 4, 10), c(.5, .9, .99), type = 7)
        let values = [1, 2, 3, 4, 10];
        assert_eq!(percentile(&values, 0.5), Some(3.0));
        assert!((percentile(&values, 0.9).unwrap() - 7.6).abs() < 1e-9);
        assert!((percentile(&values, 0.99).unwrap() - 9.76).abs() < 1e-9);
        assert_eq!(percentile(&[7], 0.99), Some(7.0));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn figures_are_worked_out_as_defined() {
        let rounds = [
            round(1, 1, &[Some(9_000), Some(1_000), Some(3_000), None]),
            round(2, 1, &[Some(9_000), Some(2_000), Some(6_000), Some(2_000)]),
        ];
        let stats = PointStatistics::of(&rounds, 100).unwrap();
        assert_eq!(stats.n, 5);
        assert_eq!((stats.rtt.min, stats.rtt.max), (1_000, 6_000));
        assert!((stats.rtt.mean - 2_800.0).abs() < 1e-9);
        assert!((stats.rtt.p50 - 2_000.0).abs() < 1e-9);
        // sqrt((1800^2 + 200^2 + 800^2 + 3200^2 + 800^2) / 4)
        assert!((stats.rtt.stddev.unwrap() - 1_923.538_406_2).abs() < 1e-6);
        // |3-1|, |6-2|, |2-6| microseconds: never across rounds
        assert!((stats.jitter_ns.unwrap() - 10_000.0 / 3.0).abs() < 1e-9);
        assert!((stats.throughput.mean - 100.0 / 2.8e-6).abs() < 1e-3);
        assert!((stats.throughput.median - 100.0 / 2.0e-6).abs() < 1e-3);
        assert_eq!(stats.rtt.median_ci95, None);
    }

    #[test]
    fn the_interval_comes_from_the_medians_of_the_rounds() {
        let rounds: Vec<Round> = (1..=6)
            .map(|n| round(n, 0, &[Some(1), Some(u64::from(n) * 10), Some(1_000_000)]))
            .collect();
        let interval = PointStatistics::of(&rounds, 1)
            .unwrap()
            .rtt
            .median_ci95
            .unwrap();
        assert_eq!((interval.lo, interval.hi), (10.0, 60.0));
    }

    #[test]
    fn without_samples_there_are_no_figures() {
        assert_eq!(PointStatistics::of(&[], 1), None);
        assert_eq!(PointStatistics::of(&[round(1, 0, &[None])], 1), None);
        assert_eq!(PointStatistics::of(&[round(1, 1, &[Some(5)])], 1), None);
    }

    proptest! {
        #[test]
        fn figures_stand_in_their_order(
            rtts in prop::collection::vec(1_u64..1_000_000_000, 1..200),
        ) {
            let rtts: Vec<Option<u64>> = rtts.into_iter().map(Some).collect();
            let stats = PointStatistics::of(&[round(1, 0, &rtts)], 64).unwrap();
            let r = stats.rtt;
            #[expect(clippy::cast_precision_loss)]
            let (min, max) = (r.min as f64, r.max as f64);
            prop_assert!(min <= r.p50 && r.p50 <= r.p90 && r.p90 <= r.p99 && r.p99 <= max);
            prop_assert!(min <= r.mean + 1e-6 && r.mean <= max + 1e-6);
            prop_assert_eq!(stats.n, rtts.len() as u64);
        }
    }
}
