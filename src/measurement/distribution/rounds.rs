//! Each round of a point in a few figures.

use crate::measurement::Probe;
use crate::measurement::sorted::Sorted;

/// A round in a few figures. Over several connections it is one round all the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundSpread {
    /// Its number, from 1.
    pub number: u32,
    /// Connections that measured at the same time.
    pub connections: u32,
    /// Samples that count: echoed, and not warm-up.
    pub n: u64,
    /// Warm-up probes, echoed or not.
    pub warmup: u64,
    /// Probes whose echo never came, warm-up included.
    pub unanswered: u64,
    /// What its counted samples say; `None` without any.
    pub rtts: Option<RoundRtts>,
    /// The place of its first probe along the point's probes, from 0.
    pub first: u64,
    /// How many places it takes.
    pub length: u64,
    /// When its first and its last probe were sent, nanoseconds since the run started.
    pub sent_ns: Option<(u64, u64)>,
}

/// Round-trip times of a round, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundRtts {
    /// The 10th percentile.
    pub p10: f64,
    /// The median.
    pub median: f64,
    /// The 90th percentile.
    pub p90: f64,
}

impl RoundSpread {
    pub(super) fn new(number: u32, first: u64) -> Self {
        Self {
            number,
            connections: 0,
            n: 0,
            warmup: 0,
            unanswered: 0,
            rtts: None,
            first,
            length: 0,
            sent_ns: None,
        }
    }

    pub(super) fn count(&mut self, probe: &Probe, is_warmup: bool) {
        let is_echoed = probe.rtt_ns().is_some();
        self.n += u64::from(is_echoed && !is_warmup);
        self.warmup += u64::from(is_warmup);
        self.unanswered += u64::from(!is_echoed);
        let (from, to) = self.sent_ns.unwrap_or((probe.sent_ns, probe.sent_ns));
        self.sent_ns = Some((from.min(probe.sent_ns), to.max(probe.sent_ns)));
    }
}

/// The counted samples of the round that goes on.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenRound {
    pub number: u32,
    /// The first of its connections among all rounds of the point.
    pub first_lane: usize,
    /// Samples that are not in order yet.
    pub fresh: Vec<u64>,
    counted: Sorted,
}

impl OpenRound {
    pub fn new(number: u32, first_lane: usize) -> Self {
        Self {
            number,
            first_lane,
            ..Self::default()
        }
    }

    /// Brings the round's figures up to date.
    pub fn refresh(&mut self, figures: &mut RoundSpread) {
        if self.fresh.is_empty() {
            return;
        }
        self.fresh.sort_unstable();
        self.counted.merge(&self.fresh);
        self.fresh.clear();
        let counted = self.counted.ranked();
        let at = |share| counted.percentile(share);
        figures.rtts = match (at(0.1), at(0.5), at(0.9)) {
            (Some(p10), Some(median), Some(p90)) => Some(RoundRtts { p10, median, p90 }),
            _ => None,
        };
    }
}
