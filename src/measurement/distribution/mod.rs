//! The samples of one point, arranged to be looked at: in order of their length, along the probes as
//! they were sent, and round by round.
//!
//! What is new is added to what is there and nothing is looked at twice, so that a picture of a run that
//! goes on costs what it brings and not what it has. Beside the samples this takes about 12 bytes for each
//! one counted. Once arranged, a histogram, an ECDF or a timeline costs what its width can show.

mod ecdf;
mod histogram;
mod rounds;
mod timeline;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use ecdf::Step;
pub use histogram::{Bin, Bins, Histogram, MOST_BINS};
pub use rounds::{RoundRtts, RoundSpread};
pub use timeline::{Along, Bucket, Extremes, Lost, Mark, timeline_columns};

use super::sorted::Sorted;
use super::{Point, Round};
use rounds::OpenRound;
use timeline::Block;

/// The samples of one point, arranged.
#[derive(Debug, Clone, Default)]
pub struct PointSamples {
    /// One for each of the point's rounds and connections, in the same order.
    lanes: Vec<Lane>,
    /// The counted samples in order.
    counted: Sorted,
    /// The greatest common divisor of the counted samples: what the clock's steps are made of.
    step: u64,
    rounds: Vec<RoundSpread>,
    open: OpenRound,
    blocks: Vec<Block>,
}

/// A round over one connection, as far as it was taken.
#[derive(Debug, Clone, Copy)]
struct Lane {
    number: u32,
    connection: u32,
    session: u32,
    taken: usize,
    /// The place of its first probe along the point's probes.
    base: u64,
}

impl Lane {
    fn is_of(&self, round: &Round) -> bool {
        (self.number, self.connection, self.session)
            == (round.number, round.connection, round.session)
    }
}

impl PointSamples {
    /// Takes what is new of a point since it was last fed. Of another point, or one that is not what it
    /// was, everything is taken anew.
    pub fn feed(&mut self, point: &Point) {
        if !self.is_of(&point.rounds) {
            *self = Self::default();
        }
        let mut fresh = Vec::new();
        for (at, round) in point.rounds.iter().enumerate() {
            if self.lanes.get(at).map(|lane| lane.taken) != Some(round.probes.len()) {
                self.take(at, round, &mut fresh);
            }
        }
        self.refresh_open();
        fresh.sort_unstable();
        self.counted.merge(&fresh);
    }

    /// How many samples are counted: echoed, and not warm-up.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.counted.len() as u64
    }

    /// The `share` quantile (0 to 1) of the counted samples in nanoseconds, by linear interpolation
    /// (type 7). `None` without samples.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        self.counted.ranked().percentile(share)
    }

    /// The rounds in their order, the one that goes on included.
    #[must_use]
    pub fn rounds(&self) -> &[RoundSpread] {
        &self.rounds
    }

    /// Places along the probes: a round over several connections is as long as the longest of them.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.rounds
            .last()
            .map_or(0, |round| round.first + round.length)
    }

    /// When the first and the last probe were sent, nanoseconds since the run started.
    #[must_use]
    pub fn sent_between(&self) -> Option<(u64, u64)> {
        let sent = self.rounds.iter().filter_map(|round| round.sent_ns);
        sent.reduce(|(from, to), (began, ended)| (from.min(began), to.max(ended)))
    }

    /// Whether these are the first samples of those rounds.
    fn is_of(&self, rounds: &[Arc<Round>]) -> bool {
        let open = self.open.first_lane;
        self.lanes.len() <= rounds.len()
            && self
                .lanes
                .iter()
                .zip(rounds)
                .enumerate()
                .all(|(at, (lane, round))| {
                    let len = round.probes.len();
                    // What is over does not grow.
                    let is_as_long = lane.taken == len || (at >= open && lane.taken < len);
                    lane.is_of(round) && is_as_long
                })
    }

    fn take(&mut self, at: usize, round: &Round, fresh: &mut Vec<u64>) {
        if at == self.lanes.len() {
            if at == 0 || self.open.number != round.number {
                self.begin_round(at, round);
            }
            let base = self.rounds.last().map_or(0, |round| round.first);
            self.lanes.push(Lane {
                number: round.number,
                connection: round.connection,
                session: round.session,
                taken: 0,
                base,
            });
            if let Some(figures) = self.rounds.last_mut() {
                figures.connections += 1;
            }
        }
        let (Some(lane), Some(figures)) = (self.lanes.get_mut(at), self.rounds.last_mut()) else {
            return;
        };
        for probe in round.probes.iter_from(lane.taken) {
            let position = lane.base + lane.taken as u64;
            let is_warmup = lane.taken < round.warmup as usize;
            lane.taken += 1;
            let mark = Mark::new(at, lane.taken, position, probe);
            timeline::note(&mut self.blocks, mark, probe.rtt_ns().is_some(), is_warmup);
            figures.count(probe, is_warmup);
            if let Some(rtt) = probe.rtt_ns().filter(|_| !is_warmup) {
                self.step = common_divisor(self.step, rtt);
                self.open.fresh.push(rtt);
                fresh.push(rtt);
            }
        }
        figures.length = figures.length.max(lane.taken as u64);
    }

    fn begin_round(&mut self, at: usize, round: &Round) {
        self.refresh_open();
        let first = self.length();
        self.rounds.push(RoundSpread::new(round.number, first));
        self.open = OpenRound::new(round.number, at);
    }

    fn refresh_open(&mut self) {
        if let Some(figures) = self.rounds.last_mut() {
            self.open.refresh(figures);
        }
    }
}

fn common_divisor(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
