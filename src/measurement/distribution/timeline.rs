//! Round-trip times along the probes as they were sent, as far as a width can show them.
//!
//! Of the probes that fall into one column of a plot the least and the greatest are kept, with the places
//! where they stand: no line through all of them would look different where it matters (U. Jugel et al.,
//! "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014). So that a column need not look at
//! each of its probes, they are summed up in blocks as they come; only blocks that lie in two columns are
//! opened.

use serde::{Deserialize, Serialize};

use super::PointSamples;
use crate::measurement::{Point, Probe};

/// Places of a block along the probes.
const BLOCK: u64 = 128;

/// What the probes are laid out along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Along {
    /// Their number, from 0, round after round. Connections that measure at the same time share places.
    #[default]
    Probes,
    /// The time they were sent, nanoseconds since the run started.
    Time,
}

/// A probe that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Its place along the probes, from 0.
    pub position: u64,
    /// When it was sent, nanoseconds since the run started.
    pub sent_ns: u64,
    /// Its round-trip time in nanoseconds; 0 where no echo came.
    pub rtt_ns: u64,
    lane: u32,
    /// Its sequence number in its round.
    pub seq: u32,
}

impl Mark {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounds and probes of a run are below 2^32"
    )]
    pub(super) fn new(lane: usize, seq: usize, position: u64, probe: &Probe) -> Self {
        Self {
            position,
            sent_ns: probe.sent_ns,
            rtt_ns: probe.rtt_ns().unwrap_or(0),
            lane: lane as u32,
            seq: seq as u32,
        }
    }

    /// Where it stands.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "places and nanoseconds stay far below 2^52"
    )]
    pub fn at(&self, along: Along) -> f64 {
        match along {
            Along::Probes => self.position as f64,
            Along::Time => self.sent_ns as f64,
        }
    }

    /// The round and the connection that it belongs to, of the point it was made from.
    #[must_use]
    pub fn round(&self, point: &Point) -> Option<(u32, u32)> {
        let round = point.rounds.get(self.lane as usize)?;
        Some((round.number, round.connection))
    }
}

/// The least and the greatest of some probes, the first of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extremes {
    /// The least.
    pub least: Mark,
    /// The greatest.
    pub most: Mark,
    /// How many probes these are.
    pub n: u64,
}

/// Probes whose echo never came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// The first.
    pub first: Mark,
    /// How many.
    pub n: u64,
}

/// What falls into one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bucket {
    /// Probes that count.
    pub counted: Option<Extremes>,
    /// Warm-up that was echoed.
    pub warmup: Option<Extremes>,
    /// Probes without an echo, warm-up included.
    pub lost: Option<Lost>,
}

impl Bucket {
    fn of(mark: Mark, is_echoed: bool, is_warmup: bool) -> Self {
        let mut bucket = Self::default();
        let extremes = Extremes {
            least: mark,
            most: mark,
            n: 1,
        };
        match (is_echoed, is_warmup) {
            (false, _) => bucket.lost = Some(Lost { first: mark, n: 1 }),
            (true, true) => bucket.warmup = Some(extremes),
            (true, false) => bucket.counted = Some(extremes),
        }
        bucket
    }

    fn is_empty(&self) -> bool {
        self.counted.is_none() && self.warmup.is_none() && self.lost.is_none()
    }

    fn add(&mut self, other: &Self) {
        for (kept, new) in [
            (&mut self.counted, other.counted),
            (&mut self.warmup, other.warmup),
        ] {
            let Some(new) = new else { continue };
            match kept {
                Some(kept) => kept.add(&new),
                None => *kept = Some(new),
            }
        }
        if let Some(new) = other.lost {
            match &mut self.lost {
                Some(kept) => {
                    if new.first.order() < kept.first.order() {
                        kept.first = new.first;
                    }
                    kept.n += new.n;
                }
                None => self.lost = Some(new),
            }
        }
    }
}

impl Mark {
    fn order(&self) -> (u64, u32) {
        (self.position, self.lane)
    }
}

impl Extremes {
    fn add(&mut self, other: &Self) {
        let (new, kept) = (&other.least, &self.least);
        if (new.rtt_ns, new.order()) < (kept.rtt_ns, kept.order()) {
            self.least = *new;
        }
        let (new, kept) = (&other.most, &self.most);
        if new.rtt_ns > kept.rtt_ns || (new.rtt_ns == kept.rtt_ns && new.order() < kept.order()) {
            self.most = *new;
        }
        self.n += other.n;
    }
}

/// Neighbouring probes, summed up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Block {
    all: Bucket,
    sent: Option<(u64, u64)>,
}

/// Takes a probe into the block of its place.
pub(super) fn note(blocks: &mut Vec<Block>, mark: Mark, is_echoed: bool, is_warmup: bool) {
    let Ok(at) = usize::try_from(mark.position / BLOCK) else {
        return;
    };
    if at >= blocks.len() {
        blocks.resize(at + 1, Block::default());
    }
    let Some(block) = blocks.get_mut(at) else {
        return;
    };
    block.all.add(&Bucket::of(mark, is_echoed, is_warmup));
    let (from, to) = block.sent.unwrap_or((mark.sent_ns, mark.sent_ns));
    block.sent = Some((from.min(mark.sent_ns), to.max(mark.sent_ns)));
}

/// Where a place falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Before,
    At(usize),
    Behind,
}

/// At most so many columns that cover what lies between two ends: along the probes, where each is wider than
/// a block, they begin and end where blocks do, so that none of these has to be opened.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places and columns stay far below 2^52, and the conversion saturates"
)]
pub fn timeline_columns(along: Along, (from, to): (f64, f64), many: usize) -> ((f64, f64), usize) {
    let block = BLOCK as f64;
    let width = (to - from) / many.max(1) as f64;
    let is_wide = width > block && width.is_finite();
    if along == Along::Time || !is_wide {
        return ((from, to), many);
    }
    // Places are whole numbers: half a place before one nothing is in doubt.
    let mut width = (width / block).ceil() * block;
    loop {
        let first = ((from + 0.5) / width).floor();
        let last = ((to + 0.5) / width).ceil();
        let columns = (last - first) as usize;
        if columns <= many || columns <= 1 {
            return ((first * width - 0.5, last * width - 0.5), columns);
        }
        width += block;
    }
}

/// Columns of equal width between two ends, both included.
struct Columns {
    from: f64,
    to: f64,
    many: usize,
}

impl Columns {
    /// The column of a place.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of columns, and the conversion saturates"
    )]
    fn of(&self, at: f64) -> Column {
        if at < self.from {
            return Column::Before;
        }
        if at > self.to {
            return Column::Behind;
        }
        let share = (at - self.from) / (self.to - self.from);
        Column::At(((share * self.many as f64) as usize).min(self.many - 1))
    }
}

impl PointSamples {
    /// What can be seen of the probes between two places in so many columns; columns without probes are
    /// left out. `point` is the one that was fed last.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "places and nanoseconds stay far below 2^52"
    )]
    pub fn timeline(
        &self,
        point: &Point,
        along: Along,
        (from, to): (f64, f64),
        many: usize,
    ) -> Vec<Bucket> {
        if many == 0 || from.is_nan() || to.is_nan() || to <= from {
            return Vec::new();
        }
        let columns = Columns { from, to, many };
        let mut buckets = vec![Bucket::default(); many];
        let mut add = |column: Column, new: &Bucket| {
            if let Column::At(place) = column
                && let Some(bucket) = buckets.get_mut(place)
            {
                bucket.add(new);
            }
        };
        for (at, block) in (0_u64..).zip(&self.blocks) {
            let Some(sent) = block.sent else { continue };
            let first = at * BLOCK;
            let (begin, end) = match along {
                Along::Probes => (first as f64, (first + BLOCK - 1) as f64),
                Along::Time => (sent.0 as f64, sent.1 as f64),
            };
            let (one, other) = (columns.of(begin), columns.of(end));
            if one == other {
                add(one, &block.all);
            } else {
                self.opened(point, first, |mark, is_echoed, is_warmup| {
                    let column = columns.of(mark.at(along));
                    add(column, &Bucket::of(mark, is_echoed, is_warmup));
                });
            }
        }
        buckets.retain(|bucket| !bucket.is_empty());
        buckets
    }

    /// Every probe of the block that begins at a place.
    fn opened(&self, point: &Point, first: u64, mut each: impl FnMut(Mark, bool, bool)) {
        let end = first + BLOCK;
        let base = self
            .lanes
            .partition_point(|lane| lane.base <= first)
            .checked_sub(1)
            .and_then(|last| self.lanes.get(last))
            .map_or(0, |lane| lane.base);
        // Connections of one round begin at the same place.
        let start = self.lanes.partition_point(|lane| lane.base < base);
        // Slices, because skipping what is zipped goes through all of it.
        let lanes = self.lanes.get(start..).unwrap_or_default();
        let rounds = point.rounds.get(start..).unwrap_or_default();
        for (at, (lane, round)) in (start..).zip(lanes.iter().zip(rounds)) {
            if lane.base >= end {
                break;
            }
            let skip = usize::try_from(first.saturating_sub(lane.base)).unwrap_or(usize::MAX);
            if skip >= lane.taken {
                continue;
            }
            let probes = round.probes.iter_from(skip).take(lane.taken - skip);
            for (place, probe) in (skip..).zip(probes) {
                let position = lane.base + place as u64;
                if position >= end {
                    break;
                }
                let mark = Mark::new(at, place + 1, position, probe);
                let is_warmup = place < round.warmup as usize;
                each(mark, probe.rtt_ns().is_some(), is_warmup);
            }
        }
    }
}
