//! Runs compared with a baseline: for each point by how much one is faster or slower, and whether the
//! samples can show it.
//!
//! The unit is the round, since neighbouring round-trip times are correlated: a round is its median
//! round-trip time over all its connections, or its rate where several probes are in flight, as the
//! median of rounds is made. Rounds of the two runs are compared by ranks, and what is found at one point
//! is corrected for how many points there are. See `docs/METHOD.md`.

mod differences;
mod holm;
mod rank;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use self::rank::{LEVEL, Nulls, Pair};
use super::interval::LEAST_VALUES;
use super::{Estimate, RoundFigures, Run};

pub use words::CAUTION;

/// A run compared with a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The points that are in both, in the baseline's order.
    pub points: Vec<PointComparison>,
    /// Points that are in one of the two runs alone.
    pub unmatched: usize,
    /// What differs in how the two were measured, on what, and how they ended.
    pub differences: Vec<Difference>,
}

/// One point of two runs: the same message size and server delay, of whichever measurement type.
#[derive(Debug, Clone, PartialEq)]
pub struct PointComparison {
    /// Payload bytes of a probe.
    pub message_size: u64,
    /// Server delay in milliseconds.
    pub server_delay_ms: u64,
    /// Round-trip time.
    pub rtt: FigureComparison,
    /// Throughput: the inverse of the round-trip time where neither run had several probes in flight,
    /// and the rates of the rounds otherwise.
    pub throughput: FigureComparison,
}

/// What a path is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Round-trip time, in nanoseconds: less is faster.
    Rtt,
    /// Throughput: more is faster. In bytes per second where it is stored, in bit/s where it is drawn.
    Throughput,
}

impl Quantity {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rtt, Self::Throughput];

    /// Its name, as a heading.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rtt => "Round-trip time",
            Self::Throughput => "Throughput",
        }
    }

    /// Whether a ratio of the other run's figure to the baseline's means that the other run is slower.
    fn is_slower(self, ratio: f64) -> bool {
        match self {
            Self::Rtt => ratio > 1.0,
            Self::Throughput => ratio < 1.0,
        }
    }
}

/// One figure of a point in two runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FigureComparison {
    /// What is compared.
    pub quantity: Quantity,
    /// Rounds of the baseline that have the figure.
    pub baseline_rounds: usize,
    /// Rounds of the other run that have it.
    pub other_rounds: usize,
    /// The ratio other / baseline, however few rounds there are: the median of the ratios of every round
    /// of one to every round of the other (Hodges and Lehmann 1963). `None` where a run has no round.
    pub value: Option<f64>,
    /// The same with its 95 % interval (Lehmann 1963), which is that of this point alone; `None` below
    /// six rounds in either run.
    pub ratio: Option<Estimate>,
    /// The two-sided p of the exact test of Wilcoxon, Mann and Whitney, of this point alone; `None`
    /// likewise. It is at most 5 % where the interval leaves out 1.
    pub p: Option<f64>,
    /// The p adjusted for the family (Holm 1979); `None` likewise.
    pub adjusted_p: Option<f64>,
    /// How many points were tested together: those of all runs that were compared at once.
    pub family: usize,
    /// What is to be said.
    pub verdict: Verdict,
}

/// What two runs show of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The other run is faster than the baseline.
    Faster,
    /// The other run is slower than the baseline.
    Slower,
    /// The samples show no difference. There may be one.
    NoDifference,
    /// No samples like these could have shown a difference.
    CannotBeSaid(WhyNot),
}

/// Why nothing can be said of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyNot {
    /// A run has fewer than six rounds of it.
    TooFewRounds,
    /// There are so many points beside it that so few rounds cannot be significant after the
    /// correction, whatever they are.
    TooManyPoints,
}

/// Something that differs between two runs beside their figures, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is, named as in the window.
    pub what: String,
    /// What it is in the baseline.
    pub baseline: String,
    /// What it is in the other run.
    pub other: String,
}

/// Compares a run with a baseline. The correction is for the points of these two.
///
/// Every sample of both runs is looked at: not for each frame that is drawn.
#[must_use]
pub fn compare(baseline: &Run, other: &Run) -> Comparison {
    let mut nulls = Nulls::default();
    let mut one = [draft(baseline, &rounds_of(baseline), other, &mut nulls)];
    judge(&mut one, &mut nulls);
    let [comparison] = one;
    comparison
}

/// Compares runs with a baseline, in their order. The correction is for all points of all of them
/// together: with 95 % nothing is called a difference that is none, in any of the runs.
#[must_use]
pub fn compare_all(baseline: &Run, others: &[&Run]) -> Vec<Comparison> {
    let mut nulls = Nulls::default();
    let rounds = rounds_of(baseline);
    let mut all: Vec<Comparison> = others
        .iter()
        .map(|other| draft(baseline, &rounds, other, &mut nulls))
        .collect();
    judge(&mut all, &mut nulls);
    all
}

/// Message size and server delay.
type Key = (u64, u64);

/// The rounds of each point, in the order of the points.
fn rounds_of(run: &Run) -> Vec<(Key, RoundFigures)> {
    let key = |spec: crate::experiment::PointSpec| (spec.message_size, spec.server_delay_ms);
    let points = run.points.iter();
    points
        .map(|point| (key(point.spec), RoundFigures::of(point)))
        .collect()
}

/// The comparison without what depends on the other points.
fn draft(
    baseline: &Run,
    rounds: &[(Key, RoundFigures)],
    other: &Run,
    nulls: &mut Nulls,
) -> Comparison {
    let mut others: BTreeMap<Key, RoundFigures> = rounds_of(other).into_iter().collect();
    let mut points = Vec::new();
    let mut unmatched = 0;
    for (key, of_baseline) in rounds {
        // Taken out, so that what is left is in the other run alone.
        let Some(of_other) = others.remove(key) else {
            unmatched += 1;
            continue;
        };
        let rtt = FigureComparison::of(
            Quantity::Rtt,
            &of_baseline.medians,
            &of_other.medians,
            nulls,
        );
        let throughput = if of_baseline.pipelined || of_other.pipelined {
            let rates = (&of_baseline.rates, &of_other.rates);
            FigureComparison::of(Quantity::Throughput, rates.0, rates.1, nulls)
        } else {
            FigureComparison {
                quantity: Quantity::Throughput,
                value: rtt.value.map(f64::recip),
                ratio: rtt.ratio.map(|ratio| ratio.map(f64::recip)),
                ..rtt
            }
        };
        points.push(PointComparison {
            message_size: key.0,
            server_delay_ms: key.1,
            rtt,
            throughput,
        });
    }
    Comparison {
        points,
        unmatched: unmatched + others.len(),
        differences: differences::between(baseline, other),
    }
}

impl FigureComparison {
    fn of(quantity: Quantity, baseline: &[f64], other: &[f64], nulls: &mut Nulls) -> Self {
        let pair = Pair::new(baseline, other);
        let is_enough = baseline.len().min(other.len()) >= LEAST_VALUES;
        let null = is_enough.then(|| nulls.of(baseline.len(), other.len()));
        Self {
            quantity,
            baseline_rounds: baseline.len(),
            other_rounds: other.len(),
            value: pair.ratio(),
            ratio: null.and_then(|null| pair.estimate(null)),
            p: null.map(|null| pair.p(null)),
            adjusted_p: None,
            family: 0,
            verdict: Verdict::CannotBeSaid(WhyNot::TooFewRounds),
        }
    }

    fn verdict_at(&self, adjusted: f64, at_best: f64) -> Verdict {
        match self.ratio {
            Some(ratio) if adjusted <= LEVEL && self.quantity.is_slower(ratio.value) => {
                Verdict::Slower
            }
            Some(_) if adjusted <= LEVEL => Verdict::Faster,
            _ if at_best > LEVEL => Verdict::CannotBeSaid(WhyNot::TooManyPoints),
            _ => Verdict::NoDifference,
        }
    }
}

/// Corrects for the number of points and comes to the verdicts: round-trip times are one family,
/// throughput is another.
fn judge(comparisons: &mut [Comparison], nulls: &mut Nulls) {
    let figures: [fn(&mut PointComparison) -> &mut FigureComparison; 2] =
        [|point| &mut point.rtt, |point| &mut point.throughput];
    for figure in figures {
        let points = comparisons.iter_mut().flat_map(|one| &mut one.points);
        let family: Vec<(&mut FigureComparison, f64)> = points
            .filter_map(|point| {
                let figure = figure(point);
                let p = figure.p?;
                Some((figure, p))
            })
            .collect();
        let values: Vec<f64> = family.iter().map(|(_, p)| *p).collect();
        let least: Vec<f64> = family
            .iter()
            .map(|(figure, _)| {
                let null = nulls.of(figure.baseline_rounds, figure.other_rounds);
                null.least_p()
            })
            .collect();
        let adjusted = holm::adjusted(&values).into_iter();
        let judged = adjusted.zip(holm::at_best(&values, &least));
        let number = family.len();
        for ((figure, _), (adjusted, at_best)) in family.into_iter().zip(judged) {
            figure.adjusted_p = Some(adjusted);
            figure.family = number;
            figure.verdict = figure.verdict_at(adjusted, at_best);
        }
    }
}
