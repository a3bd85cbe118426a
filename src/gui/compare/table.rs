//! The rows of a comparison, in words: for the tab and for the clipboard.

use crate::measurement::units::{bytes, count};
use crate::measurement::{
    Comparison, FigureComparison, PeerResult, PointComparison, Quantity, Verdict,
};

/// Most rows that the tab shows of a run; the clipboard has them all.
pub const MOST_ROWS: usize = 200;

/// The heads of the table.
pub const HEADS: [&str; 6] = [
    "Message size",
    "Server delay",
    "RTT, times the baseline's",
    "Verdict",
    "p after Holm",
    "Throughput, times",
];

/// What stands where something is not known.
const NONE: &str = "-";

/// Which way a verdict leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaning {
    /// Faster than the baseline.
    Faster,
    /// Slower.
    Slower,
    /// Neither.
    Neither,
}

/// One point, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Size, delay and the ratio of the RTTs.
    pub figures: [String; 3],
    /// The verdict, with a sign before it.
    pub verdict: String,
    /// The p.
    pub p: String,
    /// The ratio of the throughputs.
    pub rate: String,
    /// The verdict with the figures it rests on.
    pub sentence: String,
    /// For its colour.
    pub leaning: Leaning,
}

/// A point as a row.
#[must_use]
pub fn row(point: &PointComparison) -> Row {
    let is_one = is_one(point);
    let (rtt, rate) = (&point.rtt, &point.throughput);
    let both = |of: fn(&FigureComparison) -> String| {
        if is_one {
            of(rtt)
        } else {
            format!("RTT: {}; throughput: {}", of(rtt), of(rate))
        }
    };
    Row {
        figures: [
            bytes(point.message_size),
            format!("{} ms", count(point.server_delay_ms)),
            ratio(rtt),
        ],
        verdict: both(verdict),
        p: both(p),
        rate: ratio(rate),
        sentence: both(FigureComparison::sentence),
        leaning: match (rtt.verdict, rate.verdict) {
            (Verdict::Faster, Verdict::Faster) => Leaning::Faster,
            (Verdict::Slower, Verdict::Slower) => Leaning::Slower,
            _ => Leaning::Neither,
        },
    }
}

/// Whether throughput is RTT turned round, so that one verdict is for both.
fn is_one(point: &PointComparison) -> bool {
    let (rtt, rate) = (&point.rtt, &point.throughput);
    rtt.verdict == rate.verdict && rtt.p == rate.p && rtt.adjusted_p == rate.adjusted_p
}

/// The quantities that have sentences of their own.
#[must_use]
pub fn told_apart(comparison: &Comparison) -> &'static [Quantity] {
    if comparison.points.iter().all(is_one) {
        &[Quantity::Rtt]
    } else {
        &[Quantity::Rtt, Quantity::Throughput]
    }
}

/// Why a result of another tool has no verdict.
#[must_use]
pub fn why_no_peer(peer: &PeerResult) -> String {
    format!(
        "cannot be said: a result of {} has no rounds, and rounds are what is compared",
        peer.tool
    )
}

/// A verdict with a sign, so that it is told by more than its colour.
#[must_use]
pub fn verdict(figure: &FigureComparison) -> String {
    let sign = match figure.verdict {
        Verdict::Faster => "+",
        Verdict::Slower => "\u{2212}",
        Verdict::NoDifference => "=",
        Verdict::CannotBeSaid(_) => "?",
    };
    format!("{sign} {}", figure.verdict)
}

fn ratio(figure: &FigureComparison) -> String {
    match (figure.ratio, figure.value) {
        (Some(ratio), _) => format!(
            "{} ({} to {})",
            times(ratio.value),
            times(ratio.lo),
            times(ratio.hi)
        ),
        (None, Some(value)) => times(value),
        (None, None) => NONE.to_owned(),
    }
}

fn p(figure: &FigureComparison) -> String {
    match figure.adjusted_p {
        None => NONE.to_owned(),
        Some(p) if p < 0.001 => "< 0.001".to_owned(),
        Some(p) => format!("{p:.3}"),
    }
}

/// Three decimals: a thousandth is less than any verdict rests on.
fn times(ratio: f64) -> String {
    format!("{ratio:.3}")
}
