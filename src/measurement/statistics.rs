//! Statistics of a point.
//!
//! Percentiles come from the raw samples by linear interpolation between order statistics: type 7 of
//! R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", *The American Statistician*
//! 50 (1996). The interval of the median comes from the medians of the rounds, not from pooled
//! samples: neighbouring round-trip times are correlated.

use super::interval::median_of;
use super::sorted::Ranked;
use super::{MedianInterval, Outliers, PointFigures, Round, Series, median_interval};

/// Round-trip time statistics, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RttStatistics {
    /// The least.
    pub min: u64,
    /// The 10th percentile.
    pub p10: f64,
    /// The 25th percentile.
    pub p25: f64,
    /// The median of all samples.
    pub p50: f64,
    /// The 75th percentile.
    pub p75: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The 99.9th percentile.
    pub p999: f64,
    /// The greatest.
    pub max: u64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The sample standard deviation (n - 1); `None` for a single sample.
    pub stddev: Option<f64>,
    /// The median of the rounds' medians, a round being all its connections: what `median_ci95` is
    /// the interval of. Where rounds differ it is not `p50`, which may even lie outside that interval.
    pub median_of_rounds: f64,
    /// The 95 % interval of the median of the rounds' medians; `None` below six rounds.
    pub median_ci95: Option<MedianInterval>,
}

/// Throughput in payload bytes echoed per second.
///
/// Stop-and-wait, one probe in flight: the path's own figure, without what lies between the probes.
/// With several in flight, on one connection or on several: what came back in the time it took. Of a
/// round that time runs from the first write of a probe that counts to the last echo, over all its
/// connections, without the pauses in which the run was shown. Where there is warm-up it runs from the
/// last warm-up echo instead: the probes that follow are under way by then, and the time before was the
/// warm-up's as much as theirs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throughput {
    /// Stop-and-wait: sum of sizes / sum of round-trip times, not the mean of rates. Pipelined: bytes
    /// echoed / time, summed over the rounds.
    pub mean: f64,
    /// Stop-and-wait: size / median round-trip time. Pipelined: the median of the rounds' rates.
    pub median: f64,
    /// Stop-and-wait: size / the median of the rounds' median round-trip times. Pipelined: as
    /// `median`. It is what `median_ci95` is the interval of.
    pub median_of_rounds: f64,
    /// The 95 % interval of the median of the rounds; `None` below six.
    pub median_ci95: Option<MedianInterval>,
    /// Stop-and-wait: size / 90th percentile of the round-trip time. Pipelined: the slowest round's.
    pub low: f64,
    /// Stop-and-wait: size / least round-trip time. Pipelined: the fastest round's.
    pub high: f64,
    /// Whether several probes were in flight at a time.
    pub pipelined: bool,
}

/// What a point's samples say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointStatistics {
    /// Samples counted: echoed and not warm-up.
    pub n: u64,
    /// Round-trip time.
    pub rtt: RttStatistics,
    /// Mean absolute difference of neighbouring round-trip times within a round over one connection,
    /// in nanoseconds; `None` where no round has two.
    pub jitter_ns: Option<f64>,
    /// Throughput.
    pub throughput: Throughput,
    /// What lies far from the rest: flagged, and counted in every figure.
    pub outliers: Outliers,
    /// The cold first probe of each connection, warm-up or not; `None` where none came back.
    pub first_probe: Option<Series>,
    /// How long the connections took to open; `None` where that is not known.
    pub connect: Option<Series>,
    /// The peer's receive window (median over the connections, as last announced) / median round-trip
    /// time, in bytes per second. It is a bound of what one connection can carry one way, and the
    /// figure that class write-ups call throughput; nothing was measured to be that fast. `None`
    /// where the system does not tell the window.
    pub window_bound: Option<f64>,
}

impl PointStatistics {
    /// The statistics of a point's rounds, in their order, each probe carrying `message_size` bytes;
    /// `None` without samples.
    #[must_use]
    pub fn of<'a>(rounds: impl IntoIterator<Item = &'a Round>, message_size: u64) -> Option<Self> {
        let mut figures = PointFigures::new(message_size);
        for round in rounds {
            figures.feed(round);
        }
        figures.statistics()
    }
}

impl RttStatistics {
    /// Of sorted samples, whose mean, deviation and rounds are known.
    pub(super) fn of(
        sorted: Ranked<'_>,
        mean: f64,
        stddev: Option<f64>,
        medians_of_rounds: &[f64],
    ) -> Option<Self> {
        let at = |share| sorted.percentile(share);
        Some(Self {
            min: sorted.get(0)?,
            p10: at(0.1)?,
            p25: at(0.25)?,
            p50: at(0.5)?,
            p75: at(0.75)?,
            p90: at(0.9)?,
            p99: at(0.99)?,
            p999: at(0.999)?,
            max: sorted.last()?,
            mean,
            stddev,
            median_of_rounds: median_of(medians_of_rounds)?,
            median_ci95: median_interval(medians_of_rounds),
        })
    }

    /// The width of the interval in percent of the median that it belongs to; `None` below six rounds.
    #[must_use]
    pub fn interval_width_percent(&self) -> Option<f64> {
        let interval = self.median_ci95?;
        let is_time = self.median_of_rounds > 0.0;
        is_time.then(|| (interval.hi - interval.lo) / self.median_of_rounds * 100.0)
    }
}

impl Throughput {
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds and sizes stay far below 2^52"
    )]
    pub(super) fn stop_and_wait(message_size: u64, rtt: &RttStatistics) -> Self {
        let per_second = |rtt_ns: f64| message_size as f64 * 1e9 / rtt_ns.max(1.0);
        Self {
            mean: per_second(rtt.mean),
            median: per_second(rtt.p50),
            median_of_rounds: per_second(rtt.median_of_rounds),
            median_ci95: rtt.median_ci95.map(|interval| MedianInterval {
                lo: per_second(interval.hi),
                hi: per_second(interval.lo),
            }),
            low: per_second(rtt.p90),
            high: per_second(rtt.min as f64),
            pipelined: false,
        }
    }
}

/// The `share` quantile (0 to 1) of sorted values by linear interpolation (type 7): for rank
/// h = (n - 1) * share, x(floor h) plus the fraction of the way to the next. `None` without values.
#[must_use]
pub fn percentile(sorted: &[u64], share: f64) -> Option<f64> {
    Ranked::from(sorted).percentile(share)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measurement::{Probe, TcpChange, Work, mad};

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
    fn figures_are_those_of_other_programs() {
        // NumPy 2.4.6: percentile(x, [10, 25, 50, 75, 90, 99, 99.9]), mean, std(ddof=1),
        // abs(diff(x)).mean(); SciPy 1.17.1: stats.median_abs_deviation(x).
        let x = [
            812, 905, 1_010, 777, 950, 1_203, 888, 40_310, 931, 870, 1_011, 845, 990, 1_502, 860,
        ];
        let stats = PointStatistics::of(&[round(1, 0, &x.map(Some))], 100).unwrap();
        let rtt = stats.rtt;
        for (found, expected) in [
            (rtt.p10, 825.2),
            (rtt.p25, 865.0),
            (rtt.p50, 931.0),
            (rtt.p75, 1_010.5),
            (rtt.p90, 1_382.4),
            (rtt.p99, 34_876.88),
            (rtt.p999, 39_766.688),
            (rtt.mean, 3_590.933_333_333_333_4),
            (rtt.stddev.unwrap(), 10_159.619_048_444_869),
            (stats.jitter_ns.unwrap(), 5_831.428_571_428_572),
            // 931 -+ 3.5 * 1.4826 * 79
            (stats.outliers.low_ns, 521.061_1),
            (stats.outliers.high_ns, 1_340.938_9),
        ] {
            assert!((found - expected).abs() < 1e-8, "{found} {expected}");
        }
        assert_eq!(stats.outliers.count, 2, "40310 and 1502");
        let mut sorted = x;
        sorted.sort_unstable();
        assert_eq!(mad(&sorted), Some(79.0));
        let mut without_last = x[..14].to_vec();
        without_last.sort_unstable();
        assert_eq!(mad(&without_last), Some(70.5));
    }

    /// A round whose probes were sent at and took what is given.
    fn timed(number: u32, connection: u32, warmup: u32, probes: &[(u64, u64)]) -> Round {
        Round {
            number,
            connection,
            warmup,
            depth: 2,
            probes: probes
                .iter()
                .map(|(sent, rtt)| Probe::new(*sent, Some(*rtt)))
                .collect(),
            ..Round::default()
        }
    }

    #[test]
    fn pipelined_throughput_is_bytes_by_the_time_they_took() {
        // 3 probes in 4 us, 2 in 2 us: two in flight, so that the sum of round trips says less.
        let rounds = [
            timed(1, 1, 0, &[(0, 2_000), (500, 2_000), (2_000, 2_000)]),
            timed(2, 1, 0, &[(10_000, 1_500), (10_100, 1_900)]),
        ];
        let throughput = PointStatistics::of(&rounds, 100).unwrap().throughput;
        assert!(throughput.pipelined);
        assert!((throughput.mean - 500.0 / 6e-6).abs() < 1e-3);
        let (slow, fast) = (300.0 / 4e-6, 200.0 / 2e-6);
        assert!((throughput.median - f64::midpoint(slow, fast)).abs() < 1e-3);
        assert!((throughput.low - slow).abs() < 1e-3);
        assert!((throughput.high - fast).abs() < 1e-3);
        assert_eq!(throughput.median_ci95, None);
    }

    #[test]
    fn warm_up_takes_its_time_with_it() {
        // The clock starts with the warm-up echo at 2 us, when the next probe was under way already.
        let round = timed(1, 1, 1, &[(0, 2_000), (500, 3_500), (2_000, 4_000)]);
        let throughput = PointStatistics::of(&[round], 100).unwrap().throughput;
        assert!((throughput.mean - 200.0 / 4e-6).abs() < 1e-3);
    }

    #[test]
    fn pauses_are_no_time_that_echoes_took() {
        let pause = |paused_ns| {
            Some(Work {
                paused_ns,
                ..Work::default()
            })
        };
        // Nothing in flight from 2 to 9 us, 6 of which the engine was showing the run.
        let mut round = timed(1, 1, 0, &[(0, 1_000), (500, 1_500), (9_000, 1_000)]);
        let mean = |round: &Round| PointStatistics::of([round], 100).unwrap().throughput.mean;
        assert!((mean(&round) - 300.0 / 10e-6).abs() < 1e-3);
        round.work = pause(6_000);
        assert!((mean(&round) - 300.0 / 4e-6).abs() < 1e-3);
        round.work = pause(60_000);
        assert!(
            (mean(&round) - 300.0 / 3e-6).abs() < 1e-3,
            "at most what was idle"
        );
    }

    #[test]
    fn connections_at_a_time_share_their_round() {
        let mut rounds = [
            timed(1, 1, 0, &[(1_000, 3_000)]),
            timed(1, 2, 0, &[(2_000, 7_000)]),
        ];
        for round in &mut rounds {
            round.depth = 1;
        }
        let stats = PointStatistics::of(&rounds, 100).unwrap();
        assert!((stats.throughput.mean - 200.0 / 8e-6).abs() < 1e-3);
        assert!(stats.throughput.pipelined);
        let six: Vec<Round> = (1..=6)
            .flat_map(|number| {
                let at = |connection| {
                    let rtt = u64::from(number * 100 + connection);
                    timed(number, connection, 0, &[(0, rtt)])
                };
                [at(1), at(3)]
            })
            .collect();
        let rtt = PointStatistics::of(&six, 100).unwrap().rtt;
        let interval = rtt.median_ci95.unwrap();
        assert_eq!(
            (interval.lo, interval.hi),
            (102.0, 602.0),
            "pooled by round"
        );
    }

    #[test]
    fn the_first_probe_and_connecting_are_series_of_their_own() {
        let mut rounds = [
            round(1, 1, &[Some(9_000), Some(1_000)]),
            round(2, 1, &[Some(7_000), Some(2_000)]),
            round(3, 1, &[None]),
        ];
        rounds[0].connect_ns = Some(30_000);
        let stats = PointStatistics::of(&rounds, 100).unwrap();
        let first = stats.first_probe.unwrap();
        assert_eq!((first.n, first.min_ns, first.max_ns), (2, 7_000, 9_000));
        assert!((first.p50_ns - 8_000.0).abs() < 1e-9);
        let connect = stats.connect.unwrap();
        assert_eq!((connect.n, connect.min_ns), (1, 30_000));
        rounds[0].connect_ns = None;
        assert_eq!(PointStatistics::of(&rounds, 100).unwrap().connect, None);
    }

    #[test]
    fn the_window_bound_is_window_by_round_trip() {
        let mut rounds = [
            round(1, 0, &[Some(1_000_000)]),
            round(2, 0, &[Some(1_000_000)]),
        ];
        assert_eq!(PointStatistics::of(&rounds, 1).unwrap().window_bound, None);
        for (round, window) in rounds.iter_mut().zip([60_000, 70_000]) {
            let mut tcp = Box::<TcpChange>::default();
            tcp.after.peer_window = Some(window);
            round.tcp = Some(tcp);
        }
        let bound = PointStatistics::of(&rounds, 1)
            .unwrap()
            .window_bound
            .unwrap();
        assert!((bound - 65_000_000.0).abs() < 1e-3, "65,000 bytes in 1 ms");
    }

    #[test]
    fn the_interval_comes_from_the_medians_of_the_rounds() {
        let rounds: Vec<Round> = (1..=6)
            .map(|n| round(n, 0, &[Some(1), Some(u64::from(n) * 10), Some(1_000_000)]))
            .collect();
        let rtt = PointStatistics::of(&rounds, 1).unwrap().rtt;
        let interval = rtt.median_ci95.unwrap();
        assert_eq!((interval.lo, interval.hi), (10.0, 60.0));
        assert!((rtt.median_of_rounds - 35.0).abs() < 1e-9);
    }

    #[test]
    fn an_interval_holds_the_median_it_belongs_to_where_that_of_all_samples_lies_outside() {
        // Two kinds of samples, a little more of the slow ones in all and of the fast ones in most
        // rounds: what a pipeline does that fills up now and then.
        let rounds: Vec<Round> = (1..=9)
            .map(|n| {
                let slow = if n == 9 { 12 } else { 1 };
                let rtts = (0..2).map(|_| 100).chain((0..slow).map(|_| 900));
                round(n, 0, &rtts.map(Some).collect::<Vec<_>>())
            })
            .collect();
        let stats = PointStatistics::of(&rounds, 100).unwrap();
        let (rtt, rate) = (stats.rtt, stats.throughput);
        let interval = rtt.median_ci95.unwrap();
        assert!(rtt.p50 > interval.hi, "{rtt:?}");
        assert!((interval.lo..=interval.hi).contains(&rtt.median_of_rounds));
        assert_eq!(rtt.interval_width_percent(), Some(0.0));
        let rates = rate.median_ci95.unwrap();
        assert!((rates.lo..=rates.hi).contains(&rate.median_of_rounds));
        assert!(rate.median < rates.lo, "{rate:?}");
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
            prop_assert!(min <= r.median_of_rounds && r.median_of_rounds <= max);
            prop_assert!(min <= r.mean + 1e-6 && r.mean <= max + 1e-6);
            prop_assert_eq!(stats.n, rtts.len() as u64);
        }
    }
}
