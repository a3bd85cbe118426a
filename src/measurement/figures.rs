//! The figures of a point as its probes come in.
//!
//! Everything is added up in whole numbers and kept in order, so that it does not matter in which
//! pieces the probes came: the figures of a run that goes on are, to the last bit, those of the same
//! samples taken at once. What is new is merged in; nothing is looked at twice.
//!
//! Beside the samples this takes about 9 bytes for each one counted, for all of them in order, 9 more
//! for those of the round that goes on, unless it is the first, and up to 1 while merging.

use std::mem;

use super::interval::median_of;
use super::outliers::Outliers;
use super::series::Growing;
use super::sorted::{Ranked, Sorted};
use super::{Point, PointStatistics, Probe, Round, RttStatistics, Throughput, median_interval};

/// Samples merged at a time, at least. More of them once there are many, so that the work for each
/// stays the same.
const LEAST_BATCH: usize = 4_096;

/// What is known of a point's samples so far.
#[derive(Debug, Clone, Default)]
pub struct PointFigures {
    message_size: u64,
    counted: Sorted,
    sums: Sums,
    /// Whether several probes are in flight at a time, on one connection or on several.
    pipelined: bool,
    closed: Closed,
    open: Open,
    batch: Vec<u64>,
}

/// What each round of a point came to, in the order of the rounds: the values that the median of rounds
/// and its interval are made of. A round is one value, however many probes and connections it has. A
/// round that goes on or broke off counts with what it has; one without an echo that counts is left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RoundFigures {
    /// The rounds' median round-trip times, in nanoseconds.
    pub medians: Vec<f64>,
    /// The rounds' throughput, in payload bytes echoed per second. Stop-and-wait: size / median
    /// round-trip time. Pipelined: what came back in the time it took.
    pub rates: Vec<f64>,
    /// Whether several probes were in flight at a time.
    pub pipelined: bool,
}

impl RoundFigures {
    /// The rounds of a point.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "sizes stay far below 2^52")]
    pub fn of(point: &Point) -> Self {
        let size = point.spec.message_size;
        let mut all = Self::default();
        let mut last = None;
        for round in point.rounds.chunk_by(|one, next| one.number == next.number) {
            // Each by itself: nothing of the others has to be kept in order for it.
            let mut figures = PointFigures::new(size);
            let number = round.first().map(|connection| connection.number);
            if number <= last {
                continue;
            }
            last = number;
            for connection in round {
                figures.feed(connection);
            }
            let found = figures.all_rounds();
            all.pipelined |= figures.pipelined;
            all.medians.extend(found.medians);
            all.rates.extend(found.rates);
        }
        if !all.pipelined {
            let rate = |median: &f64| size as f64 * 1e9 / median.max(1.0);
            all.rates = all.medians.iter().map(rate).collect();
        }
        all
    }
}

/// Sums over the counted samples. Those that grow too large stay at the largest number, in whatever
/// order they are added up.
#[derive(Debug, Clone, Default)]
struct Sums {
    rtts: u128,
    squares: u128,
    differences: u128,
    pairs: u64,
    /// The greatest common divisor.
    step: u64,
}

/// The rounds that are over.
#[derive(Debug, Clone, Default)]
struct Closed {
    last: Option<u32>,
    medians: Vec<f64>,
    elapsed_ns: u128,
    rates: Vec<f64>,
    first_probes: Growing,
    connects: Growing,
    peer_windows: Sorted,
}

/// The round that goes on, over one connection or several.
#[derive(Debug, Clone, Default)]
struct Open {
    number: Option<u32>,
    lanes: Vec<Lane>,
    /// Counted probes.
    echoed: u64,
    /// The counted samples of the round in order, unless they are all there are.
    rtts: Option<Sorted>,
}

/// One connection of the round that goes on.
#[derive(Debug, Clone, Default)]
struct Lane {
    connection: u32,
    /// Probes taken.
    taken: usize,
    last_rtt: Option<u64>,
    first_probe: Option<u64>,
    connect_ns: Option<u64>,
    peer_window: Option<u32>,
    /// When the last warm-up echo was there.
    warm_at: Option<u64>,
    first_sent: Option<u64>,
    last_echo: Option<u64>,
    /// Time between probes that count in which nothing was in flight.
    idle_ns: u64,
    /// Time in which nothing was sent on purpose, as the engine counted it.
    paused_ns: u64,
}

impl PointFigures {
    /// Figures of a point without samples, whose probes carry `message_size` bytes each.
    #[must_use]
    pub fn new(message_size: u64) -> Self {
        Self {
            message_size,
            ..Self::default()
        }
    }

    /// Takes what is new of a round since it was last fed. Rounds come in the order of their numbers,
    /// those of the same number in any order and turn by turn; of a number that was left for the next
    /// nothing more is taken.
    pub fn feed(&mut self, round: &Round) {
        if self.open.number != Some(round.number) {
            if self.closed.last.max(self.open.number) >= Some(round.number) {
                return;
            }
            self.close();
            self.open.number = Some(round.number);
            self.open.rtts = (self.counted.len() > 0).then(Sorted::default);
        }
        let lanes = &mut self.open.lanes;
        let place = lanes
            .iter()
            .position(|lane| lane.connection == round.connection)
            .unwrap_or_else(|| {
                lanes.push(Lane {
                    connection: round.connection,
                    ..Lane::default()
                });
                lanes.len() - 1
            });
        self.pipelined |= round.depth > 1 || lanes.len() > 1;
        let Some(lane) = lanes.get_mut(place) else {
            return;
        };
        lane.connect_ns = round.connect_ns;
        lane.paused_ns = round.work.map_or(0, |work| work.paused_ns);
        lane.peer_window = round.tcp.as_ref().and_then(|tcp| tcp.after.peer_window);
        if lane.first_probe.is_none() {
            lane.first_probe = round.probes.iter().next().and_then(Probe::rtt_ns);
        }
        // Out of the way of the borrow; back in its place below.
        let mut lane = mem::take(lane);
        for probe in round.probes.iter_from(lane.taken) {
            let is_warmup = lane.taken < round.warmup as usize;
            lane.taken += 1;
            let Some(rtt) = probe.rtt_ns() else {
                continue;
            };
            let echo_at = probe.sent_ns.saturating_add(rtt);
            if is_warmup {
                lane.warm_at = lane.warm_at.max(Some(echo_at));
                continue;
            }
            lane.first_sent.get_or_insert(probe.sent_ns);
            if let Some(before) = lane.last_echo.or(lane.warm_at) {
                lane.idle_ns = lane
                    .idle_ns
                    .saturating_add(probe.sent_ns.saturating_sub(before));
            }
            lane.last_echo = lane.last_echo.max(Some(echo_at));
            self.sums.add(rtt, lane.last_rtt.replace(rtt));
            self.batch.push(rtt);
            if self.batch.len() >= LEAST_BATCH.max(self.counted.len() / 8) {
                self.merge();
            }
        }
        self.merge();
        self.batch.shrink_to(LEAST_BATCH);
        if let Some(kept) = self.open.lanes.get_mut(place) {
            *kept = lane;
        }
    }

    /// The figures so far; `None` without samples. A round that goes on counts with its median.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds and sizes stay far below 2^52"
    )]
    pub fn statistics(&self) -> Option<PointStatistics> {
        let all = self.counted.ranked();
        let rounds = self.all_rounds();
        let n = all.len() as u64;
        let mean = self.sums.rtts as f64 / n as f64;
        let rtt = RttStatistics::of(all, mean, self.sums.stddev(all), &rounds.medians)?;
        let throughput = if self.pipelined {
            self.pipelined_throughput(&rounds, n)
        } else {
            Throughput::stop_and_wait(self.message_size, &rtt)
        };
        let window = rounds.peer_windows.ranked().percentile(0.5);
        Some(PointStatistics {
            n,
            rtt,
            jitter_ns: (self.sums.pairs > 0)
                .then(|| self.sums.differences as f64 / self.sums.pairs as f64),
            throughput,
            outliers: Outliers::of(all, self.sums.step)?,
            first_probe: rounds.first_probes.series(),
            connect: rounds.connects.series(),
            window_bound: window.map(|bytes| bytes * 1e9 / rtt.p50.max(1.0)),
        })
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds and sizes stay far below 2^52"
    )]
    fn pipelined_throughput(&self, rounds: &Closed, n: u64) -> Throughput {
        let bytes = n as f64 * self.message_size as f64;
        let mean = bytes * 1e9 / rounds.elapsed_ns.max(1) as f64;
        let mut rates = rounds.rates.clone();
        rates.sort_unstable_by(f64::total_cmp);
        let median = median_of(&rates).unwrap_or(mean);
        Throughput {
            mean,
            median,
            median_of_rounds: median,
            median_ci95: median_interval(&rates),
            low: rates.first().copied().unwrap_or(mean),
            high: rates.last().copied().unwrap_or(mean),
            pipelined: true,
        }
    }

    /// The rounds that are over and the one that goes on, as far as it went.
    fn all_rounds(&self) -> Closed {
        let mut rounds = self.closed.clone();
        let open = self.open.rtts.as_ref().unwrap_or(&self.counted).ranked();
        self.open.close_into(&mut rounds, open, self.message_size);
        rounds
    }

    fn close(&mut self) {
        let open = mem::take(&mut self.open);
        let rtts = open.rtts.as_ref().unwrap_or(&self.counted).ranked();
        open.close_into(&mut self.closed, rtts, self.message_size);
    }

    fn merge(&mut self) {
        self.batch.sort_unstable();
        self.open.echoed += self.batch.len() as u64;
        if let Some(rtts) = &mut self.open.rtts {
            rtts.merge(&self.batch);
        }
        self.counted.merge(&self.batch);
        self.batch.clear();
    }
}

impl Sums {
    fn add(&mut self, rtt: u64, before: Option<u64>) {
        let wide = u128::from(rtt);
        self.rtts = self.rtts.saturating_add(wide);
        self.squares = self.squares.saturating_add(wide * wide);
        if let Some(before) = before {
            let difference = u128::from(rtt.abs_diff(before));
            self.differences = self.differences.saturating_add(difference);
            self.pairs += 1;
        }
        if self.step != 1 {
            self.step = greatest_common_divisor(self.step, rtt);
        }
    }

    /// The standard deviation with n - 1, from whole numbers as long as they hold it.
    #[expect(
        clippy::cast_precision_loss,
        reason = "rounded once, where the figure is made"
    )]
    fn stddev(&self, all: Ranked<'_>) -> Option<f64> {
        let n = all.len() as u128;
        if n < 2 {
            return None;
        }
        // n (n - 1) s^2 = n sum(x^2) - sum(x)^2
        let held = self.squares < u128::MAX;
        let exact = n
            .checked_mul(self.squares)
            .zip(self.rtts.checked_mul(self.rtts))
            .filter(|_| held)
            .map(|(squares, square)| squares.saturating_sub(square));
        let variance = if let Some(exact) = exact {
            exact as f64 / (n * (n - 1)) as f64
        } else {
            // Round-trip times of hours by the million: nothing that is measured, all that a file
            // may hold.
            let mean = self.rtts as f64 / n as f64;
            let squares = all.iter().map(|rtt| (*rtt as f64 - mean).powi(2));
            squares.sum::<f64>() / (n - 1) as f64
        };
        Some(variance.sqrt())
    }
}

impl Open {
    /// Adds the round to those that are over; `rtts` are its counted samples in order.
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds and sizes stay far below 2^52"
    )]
    fn close_into(&self, closed: &mut Closed, rtts: Ranked<'_>, message_size: u64) {
        let Some(number) = self.number else {
            return;
        };
        closed.last = Some(number);
        let of_lanes = |value: fn(&Lane) -> Option<u64>| self.lanes.iter().filter_map(value);
        let mut first_probes = of_lanes(|lane| lane.first_probe).collect();
        closed.first_probes.add_round(&mut first_probes);
        let mut connects = of_lanes(|lane| lane.connect_ns).collect();
        closed.connects.add_round(&mut connects);
        for window in of_lanes(|lane| lane.peer_window.map(u64::from)) {
            closed.peer_windows.insert(window);
        }
        closed.medians.extend(rtts.percentile(0.5));
        // Only of connections that had an echo that counts.
        let began = of_lanes(|lane| {
            let first_sent = lane.first_sent?;
            Some(lane.warm_at.unwrap_or(first_sent))
        });
        let ended = of_lanes(|lane| lane.last_echo);
        if let (Some(began), Some(ended)) = (began.min(), ended.max()) {
            // Pauses are the engine's, and none was longer than what the samples leave for it: one
            // during warm-up is not in this time.
            let pauses = self
                .lanes
                .iter()
                .map(|lane| lane.paused_ns.min(lane.idle_ns));
            let paused_ns = pauses.max().unwrap_or_default();
            let elapsed_ns = u128::from(ended.saturating_sub(began).saturating_sub(paused_ns));
            closed.elapsed_ns += elapsed_ns;
            if elapsed_ns > 0 {
                let bytes = self.echoed as f64 * message_size as f64;
                closed.rates.push(bytes * 1e9 / elapsed_ns as f64);
            }
        }
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measurement::{Probes, TcpChange, Work, percentile};

    /// What a round is made of: warm-up, depth, and for each connection its probes.
    type Drawn = (u32, u32, Vec<Vec<(u64, Option<u64>)>>);

    fn rounds(drawn: &[Drawn]) -> Vec<Round> {
        let mut rounds = Vec::new();
        for (number, (warmup, depth, lanes)) in (1..).zip(drawn) {
            for (connection, probes) in (1..).zip(lanes) {
                let mut tcp = Box::<TcpChange>::default();
                tcp.after.peer_window = (connection != 2).then_some(1_000 * number);
                rounds.push(Round {
                    number,
                    connection,
                    warmup: *warmup,
                    depth: *depth,
                    connect_ns: Some(u64::from(number * 10 + connection)),
                    probes: probes
                        .iter()
                        .map(|(sent, rtt)| Probe::new(*sent, *rtt))
                        .collect(),
                    tcp: Some(tcp),
                    work: (connection != 2).then_some(Work {
                        paused_ns: 500,
                        ..Work::default()
                    }),
                    ..Round::default()
                });
            }
        }
        rounds
    }

    fn begun(round: &Round, probes: usize) -> Round {
        Round {
            probes: round
                .probes
                .iter()
                .take(probes)
                .copied()
                .collect::<Probes>(),
            tcp: None,
            work: None,
            ..round.clone()
        }
    }

    fn drawn(rtt: impl Strategy<Value = u64> + Clone) -> impl Strategy<Value = Vec<Drawn>> {
        let probe = (0_u64..5_000, prop::option::weighted(0.9, rtt));
        let lane = prop::collection::vec(probe, 0..12);
        let round = (0_u32..3, 1_u32..3, prop::collection::vec(lane, 1..4));
        prop::collection::vec(round, 0..9)
    }

    proptest! {
        #[test]
        fn figures_are_the_same_in_whatever_pieces_the_probes_come(
            drawn in prop_oneof![
                drawn(0_u64..5_000),
                drawn((0_u64..4).prop_map(|steps| steps * 1_000)),
                drawn(0..u64::MAX),
            ],
            pieces in prop::collection::vec((0_usize..9, 0_usize..13), 0..40),
        ) {
            let rounds = rounds(&drawn);
            let mut figures = PointFigures::new(64);
            let mut at = 0;
            let mut done = 0;
            for (forward, probes) in pieces {
                // Back and forth among the connections of a round, and now and then on to the next.
                let Some(round) = rounds.get(at) else { break };
                let number = round.number;
                let of_round: Vec<&Round> =
                    rounds.iter().filter(|round| round.number == number).collect();
                let lane = of_round[probes % of_round.len()];
                figures.feed(&begun(lane, probes));
                let so_far = figures.statistics();
                prop_assert_eq!(figures.statistics(), so_far, "asking changes nothing");
                if forward == 0 {
                    for lane in of_round {
                        figures.feed(lane);
                    }
                    at = rounds.iter().position(|r| r.number > number).unwrap_or(rounds.len());
                    done = at;
                    let own = PointStatistics::of(&rounds[..at], 64);
                    prop_assert_eq!(figures.statistics(), own);
                }
            }
            for round in &rounds[done..] {
                figures.feed(round);
            }
            prop_assert_eq!(figures.statistics(), PointStatistics::of(&rounds, 64));
        }

        #[test]
        fn every_sample_that_counts_is_counted_once(drawn in drawn(1_u64..5_000)) {
            let rounds = rounds(&drawn);
            let mut expected: Vec<u64> = rounds.iter().flat_map(Round::counted_rtts).collect();
            expected.sort_unstable();
            let stats = PointStatistics::of(&rounds, 64);
            prop_assert_eq!(stats.map_or(0, |stats| stats.n), expected.len() as u64);
            if let Some(stats) = stats {
                prop_assert_eq!(Some(stats.rtt.p75), percentile(&expected, 0.75));
                let outliers = expected.iter().filter(|rtt| stats.outliers.contains(**rtt));
                prop_assert_eq!(outliers.count() as u64, stats.outliers.count);
            }
        }
    }

    fn round(number: u32, rtts: impl IntoIterator<Item = u64>) -> Round {
        let probes = rtts.into_iter().map(|rtt| Probe::new(0, Some(rtt)));
        Round {
            number,
            probes: probes.collect(),
            ..Round::default()
        }
    }

    #[test]
    fn a_round_that_goes_on_counts_with_its_median() {
        let mut figures = PointFigures::new(1);
        for number in 1..=5 {
            figures.feed(&round(number, [u64::from(number)]));
        }
        assert_eq!(figures.statistics().unwrap().rtt.median_ci95, None);
        figures.feed(&round(6, [60, 70]));
        let interval = |figures: &PointFigures| figures.statistics().unwrap().rtt.median_ci95;
        assert!((interval(&figures).unwrap().hi - 65.0).abs() < 1e-9);
        figures.feed(&round(6, [60, 70, 80]));
        assert!((interval(&figures).unwrap().hi - 70.0).abs() < 1e-9);
    }

    #[test]
    fn of_a_round_that_was_left_nothing_more_is_taken() {
        let mut figures = PointFigures::new(1);
        figures.feed(&round(1, [1]));
        figures.feed(&round(2, [2]));
        figures.feed(&round(1, [1, 1, 1]));
        assert_eq!(figures.statistics().unwrap().n, 2);
    }

    #[test]
    fn many_samples_in_one_round_and_in_many_are_in_order() {
        let value = |n: u64| n * 2_654_435_761 % 100_003;
        let one = round(1, (0..50_000).map(value));
        let mut figures = PointFigures::new(1);
        figures.feed(&one);
        let mut many = PointFigures::new(1);
        for number in 0..50 {
            let from = u64::from(number) * 1_000;
            many.feed(&round(number + 1, (from..from + 1_000).map(value)));
        }
        let (one, many) = (figures.statistics().unwrap(), many.statistics().unwrap());
        let mut sorted: Vec<u64> = (0..50_000).map(value).collect();
        sorted.sort_unstable();
        for share in [
            (one.rtt.p50, 0.5),
            (one.rtt.p999, 0.999),
            (many.rtt.p99, 0.99),
        ] {
            assert_eq!(Some(share.0), percentile(&sorted, share.1));
        }
        assert_eq!(one.rtt.stddev, many.rtt.stddev);
        assert_eq!(one.outliers, many.outliers);
    }

    #[test]
    fn deviations_are_exact_far_from_zero() {
        // 10^12 + {0, 1, 2}: a sum of squares in floating point would have lost them.
        let rtts = [1_000_000_000_000, 1_000_000_000_001, 1_000_000_000_002];
        let mut figures = PointFigures::new(1);
        figures.feed(&round(1, rtts));
        assert_eq!(figures.statistics().unwrap().rtt.stddev, Some(1.0));
    }
}
