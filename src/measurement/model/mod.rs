//! The model of a path: T(n) = alpha + n / beta, drawn through the points of one server delay.
//!
//! Source: R. W. Hockney, "The communication challenge for MPP: Intel Paragon and Meiko CS-2",
//! *Parallel Computing* 20 (1994), 389-398: the time of a message of n bytes is a start-up time and n by
//! an asymptotic rate, and `n_1/2`, their product, is the message size at which half of that rate is
//! reached. There T is the time one way; here it is the round trip as it was measured, and nothing is
//! halved. So alpha is the round trip of an empty message, and beta is payload echoed per second: on a
//! symmetric link of rate R it is about R / 2, since the payload crosses the link twice.
//!
//! How the line is found stands in `line`, how its intervals are in `resample`. What the points cannot
//! support is refused, see [`NoFit`].

mod line;
#[cfg(test)]
pub(super) mod made;
mod refusal;
mod resample;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use self::line::{Fitter, Line};
pub use self::refusal::{Flat, NoFit};
use self::refusal::{Support, bent, one_segment, within_one_segment};
use self::resample::{Rounds, Spread};
use super::interval::{LEAST_VALUES, median_of};
use super::{Estimate, MedianInterval, Point, Run, median_interval, percentile};
use crate::experiment::{MAX_SIZES, MAX_VISITS};

/// The model, as it is written.
pub const MODEL: &str = "T(n) = alpha + n / beta";
/// How the line and its intervals are found, as a document says it.
pub const MODEL_METHOD: &str = "weighted median of pairwise slopes (Theil-Sen, errors proportional to \
                                T) over the medians of rounds; percentile intervals from resampled rounds";
/// What the resampling draws its numbers from: the same samples always give the same intervals.
pub const MODEL_SEED: u64 = 1994;
/// Distinct message sizes that a line needs: through two there is always one.
pub(super) const LEAST_SIZES: usize = 3;
/// A point further from the line than this, and than its own interval, does not lie on it.
const OFF_THE_LINE: f64 = 0.1;

/// The model fitted to the points of one server delay. Times are nanoseconds, sizes payload bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The server delay of these points, in milliseconds. It is part of alpha.
    pub server_delay_ms: u64,
    /// The round trip of an empty message, server delay included, in nanoseconds.
    pub alpha_ns: Estimate,
    /// Payload echoed per second where messages are large, in bytes.
    pub beta: Estimate,
    /// `n_1/2` = alpha * beta in bytes: the message size at which half of beta is reached.
    pub half_size: Estimate,
    /// How far each point lies from the line, by message size.
    pub residuals: Vec<Residual>,
    /// Message sizes with too few rounds for an interval: they are no part of this.
    pub left_out: Vec<u64>,
    /// Lines that the intervals were taken from.
    pub resamples: u32,
    /// Whether the packets never left this machine: beta is the rate of copying then.
    pub is_loopback: bool,
    /// The instrument's floor in nanoseconds, where alpha without the delay is within ten times of it.
    pub near_floor_ns: Option<f64>,
}

/// A point beside the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residual {
    /// Payload bytes.
    pub message_size: u64,
    /// The median of its rounds, in nanoseconds.
    pub measured_ns: f64,
    /// What the line has there, in nanoseconds.
    pub fitted_ns: f64,
    /// The 95 % interval of the point's own median.
    pub interval: Option<MedianInterval>,
}

impl Residual {
    /// Measured less fitted, in nanoseconds.
    #[must_use]
    pub fn difference_ns(&self) -> f64 {
        self.measured_ns - self.fitted_ns
    }

    /// The difference in percent of what the line has.
    #[must_use]
    pub fn percent(&self) -> f64 {
        self.difference_ns() / self.fitted_ns.max(1.0) * 100.0
    }

    /// Whether the line misses the point's own interval.
    #[must_use]
    pub fn is_outside_interval(&self) -> bool {
        self.interval
            .is_some_and(|own| self.fitted_ns < own.lo || self.fitted_ns > own.hi)
    }

    /// Whether the point is so far off that the line does not describe it.
    #[must_use]
    pub fn is_off_the_line(&self) -> bool {
        self.percent().abs() > OFF_THE_LINE * 100.0 && self.is_outside_interval()
    }
}

impl Fit {
    /// The round-trip time of a message of `size` bytes by the line, in nanoseconds.
    #[must_use]
    pub fn rtt_ns(&self, size: f64) -> f64 {
        self.alpha_ns.value + size * 1e9 / self.beta.value
    }

    /// Payload echoed per second with messages of `size` bytes by the line, n / T(n), in bytes.
    #[must_use]
    pub fn throughput(&self, size: f64) -> f64 {
        size * 1e9 / self.rtt_ns(size).max(1.0)
    }

    /// Alpha without the server delay that was asked for, in nanoseconds; `None` without one. How late the
    /// server wakes is still in it.
    #[must_use]
    pub fn alpha_without_delay_ns(&self) -> Option<Estimate> {
        let delay_ns = delay_ns(self.server_delay_ms);
        (delay_ns > 0.0).then(|| self.alpha_ns.map(|alpha| alpha - delay_ns))
    }

    /// The rate of a symmetric link that would give this beta, in bytes per second: twice beta, since the
    /// payload crosses it twice. `None` where there is no link.
    #[must_use]
    pub fn link_rate(&self) -> Option<Estimate> {
        (!self.is_loopback).then(|| self.beta.map(|beta| 2.0 * beta))
    }

    /// The point that lies furthest from the line, as a share of what the line has.
    #[must_use]
    pub fn furthest(&self) -> Option<&Residual> {
        let share = |residual: &Residual| residual.percent().abs();
        let residuals = self.residuals.iter();
        residuals.max_by(|one, other| share(one).total_cmp(&share(other)))
    }

    /// How far the points lie from the line, the median of them, in percent of what the line has.
    #[must_use]
    pub fn median_residual_percent(&self) -> f64 {
        let shares: Vec<f64> = self.residuals.iter().map(|r| r.percent().abs()).collect();
        median_of(&shares).unwrap_or_default()
    }

    /// Whether all points lie on the line as far as they are known: none is off by more than a tenth
    /// and by more than its own interval.
    #[must_use]
    pub fn is_one_line(&self) -> bool {
        self.furthest_off().is_none()
    }

    /// How far the point lies from the line that lies furthest off, in percent of the line; `None` where
    /// all lie on it as far as they are known.
    #[must_use]
    pub fn furthest_off(&self) -> Option<f64> {
        off_the_line(&self.residuals)
            .map(|residual| residual.percent().abs())
            .reduce(f64::max)
    }
}

/// The points that do not lie on the line.
fn off_the_line(residuals: &[Residual]) -> impl Iterator<Item = &Residual> {
    residuals
        .iter()
        .filter(|residual| residual.is_off_the_line())
}

/// On which side of the line a point lies that is so many percent off.
fn side(percent: f64) -> &'static str {
    if percent > 0.0 { "above" } else { "below" }
}

/// The model of each server delay of a run, in the profile's order.
#[must_use]
pub fn fits(run: &Run) -> Vec<(u64, Result<Fit, NoFit>)> {
    let delays = run.profile.server_delays_ms.iter();
    delays
        .map(|delay_ms| (*delay_ms, fit_delay(run, *delay_ms)))
        .collect()
}

/// The model of the points of one server delay.
///
/// # Errors
/// What the points cannot support, see [`NoFit`].
pub fn fit_delay(run: &Run, server_delay_ms: u64) -> Result<Fit, NoFit> {
    let points: Vec<&Point> = run
        .points
        .iter()
        .filter(|point| point.spec.server_delay_ms == server_delay_ms)
        .collect();
    let measured = measured(&points)?;
    let sizes = distinct(measured.iter().map(|point| point.size));
    if sizes < LEAST_SIZES {
        return Err(NoFit::FewSizes { sizes });
    }
    let (precise, few): (Vec<Measured>, Vec<Measured>) = measured
        .into_iter()
        .partition(|point| point.rounds.medians.len() >= LEAST_VALUES);
    if distinct(precise.iter().map(|point| point.size)) < LEAST_SIZES {
        let most = few.iter().map(|point| point.rounds.medians.len()).max();
        return Err(NoFit::FewRounds {
            rounds: most.unwrap_or_default(),
        });
    }
    let is_loopback = run.is_loopback();
    let largest = precise.last().map_or(0, |point| point.size);
    let segment = super::landmarks::segment_size(&points);
    if let Some(refusal) = one_segment(&run.profile, largest, segment, is_loopback) {
        return Err(refusal);
    }

    let places: Vec<(f64, f64)> = precise.iter().map(Measured::place).collect();
    let heights: Vec<f64> = places.iter().map(|(_, height)| *height).collect();
    let mut fitter = Fitter::new(&places);
    let line = fitter.line(&heights).ok_or(NoFit::FewSizes { sizes: 1 })?;
    let residuals = residuals(&precise, line);
    let (sources, sizes): (Vec<Rounds>, Vec<u64>) = precise
        .into_iter()
        .map(|point| (point.rounds, point.size))
        .unzip();
    let spread = Spread::of(&sources, &mut fitter, MODEL_SEED);
    let slope = spread.slope(line.slope);
    let support = Support {
        line,
        slope,
        delay_ns: delay_ns(server_delay_ms),
        smallest: sizes.first().copied().unwrap_or_default(),
        largest,
        scatter_ns: scatter_ns(&residuals),
        is_one_segment: within_one_segment(&run.profile, largest, segment),
    };
    support.check(segment)?;
    if let Some(refusal) = bent(&residuals) {
        return Err(refusal);
    }

    let alpha_ns = spread.height(line.height);
    let own_ns = line.height - delay_ns(server_delay_ms);
    Ok(Fit {
        server_delay_ms,
        alpha_ns,
        beta: slope.map(|ns_per_byte| 1e9 / ns_per_byte),
        half_size: spread.ratio(line.height / line.slope),
        residuals,
        left_out: few.iter().map(|point| point.size).collect(),
        resamples: spread.count(),
        is_loopback,
        near_floor_ns: run
            .calibration
            .filter(|floor| floor.is_near_floor(own_ns))
            .map(|floor| floor.least_ns()),
    })
}

/// A point with samples.
struct Measured {
    size: u64,
    rounds: Rounds,
    median_ns: f64,
}

impl Measured {
    #[expect(clippy::cast_precision_loss, reason = "sizes stay far below 2^52")]
    fn place(&self) -> (f64, f64) {
        (self.size as f64, self.median_ns)
    }
}

/// The points that have samples, by message size.
fn measured(points: &[&Point]) -> Result<Vec<Measured>, NoFit> {
    let mut measured = Vec::new();
    let mut visits = 0_u64;
    for point in points {
        let mut by_number: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for round in &point.rounds {
            let rtts: Vec<u64> = round.counted_rtts().collect();
            if rtts.is_empty() {
                continue;
            }
            // With several in flight, on one connection or on several, a round trip holds the queue.
            if round.depth > 1 || by_number.insert(round.number, rtts).is_some() {
                return Err(NoFit::Pipelined);
            }
        }
        visits += by_number.len() as u64;
        let rounds: (Vec<u32>, Vec<f64>) = by_number
            .into_iter()
            .filter_map(|(number, mut rtts)| {
                rtts.sort_unstable();
                Some((number, percentile(&rtts, 0.5)?))
            })
            .unzip();
        if let Some(median_ns) = median_of(&rounds.1) {
            measured.push(Measured {
                size: point.spec.message_size,
                rounds: Rounds {
                    numbers: rounds.0,
                    medians: rounds.1,
                },
                median_ns,
            });
        }
    }
    // A document may hold more than any profile asks for, and drawing lines takes time.
    if measured.len() > MAX_SIZES || visits > MAX_VISITS {
        return Err(NoFit::TooMany);
    }
    if measured.is_empty() {
        return Err(NoFit::NothingMeasured);
    }
    measured.sort_by_key(|point| point.size);
    Ok(measured)
}

/// How many different ones there are; they come in ascending order.
fn distinct(sizes: impl Iterator<Item = u64>) -> usize {
    let mut sizes: Vec<u64> = sizes.collect();
    sizes.dedup();
    sizes.len()
}

fn residuals(points: &[Measured], line: Line) -> Vec<Residual> {
    points
        .iter()
        .map(|point| {
            let (size, measured_ns) = point.place();
            Residual {
                message_size: point.size,
                measured_ns,
                fitted_ns: line.height + line.slope * size,
                interval: median_interval(&point.rounds.medians),
            }
        })
        .collect()
}

/// How far points usually lie from the line, in nanoseconds.
fn scatter_ns(residuals: &[Residual]) -> f64 {
    let distances: Vec<f64> = residuals
        .iter()
        .map(|residual| residual.difference_ns().abs())
        .collect();
    median_of(&distances).unwrap_or_default()
}

/// A server delay in nanoseconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "delays stay far below 2^52 nanoseconds"
)]
fn delay_ns(delay_ms: u64) -> f64 {
    delay_ms as f64 * 1e6
}
