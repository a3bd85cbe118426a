//! Outliers by the median absolute deviation (MAD): flagged, never dropped.
//!
//! A value x is an outlier when |x - median| > 3.5 s, where s = 1.4826 MAD estimates the standard
//! deviation as far as the bulk of the values has one: B. Iglewicz and D. C. Hoaglin, *How to Detect
//! and Handle Outliers*, ASQC Quality Press 1993 (the modified z-score); the MAD as F. R. Hampel has
//! it, "The Influence Curve and Its Role in Robust Estimation", *Journal of the American Statistical
//! Association* 69 (1974).
//!
//! Where more than half of the values are equal the MAD is 0, and the rule as printed calls everything
//! else an outlier. With measured times that means that the clock's steps are coarse or the path very
//! even, and s is then the greater of two estimates:
//! - 1.4826 q / 2: values that read the same can be half a step q apart from what they read, and the
//!   MAD could be that much. A clock that steps by q gives only multiples of q, so that q is taken as
//!   the greatest common divisor of all values. What lies one or two steps off is no outlier.
//! - sqrt(pi / 2) times the mean absolute deviation from the median, the ratio of the two in a normal
//!   distribution (R. C. Geary, *Biometrika* 27, 1935). What a quarter of the values share is no
//!   outlier.

use super::sorted::Ranked;

/// Values further from the median than this many times s are flagged.
const CUT_OFF: f64 = 3.5;
/// Standard deviation over MAD of a normal distribution: 1 / quantile(3/4).
const SIGMA_PER_MAD: f64 = 1.482_6;
/// Standard deviation over mean absolute deviation of a normal distribution: sqrt(pi / 2).
const SIGMA_PER_MEAN_DEVIATION: f64 = 1.253_314_137_315_500_3;

/// What lies far from the rest, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outliers {
    /// How many of the counted samples.
    pub count: u64,
    /// What is less than this is one; not below 0.
    pub low_ns: f64,
    /// What is more than this is one.
    pub high_ns: f64,
}

impl Outliers {
    /// The outliers among sorted values whose greatest common divisor is `step`; `None` without
    /// values. Takes time with the logarithm of their number, unless more than half are equal.
    #[expect(clippy::cast_precision_loss, reason = "a bound needs no last digit")]
    pub(super) fn of(sorted: Ranked<'_>, step: u64) -> Option<Self> {
        let doubled_median = doubled_median(sorted)?;
        let median = doubled_median as f64 / 2.0;
        let mad = mad_of(sorted)?;
        let sigma = if mad > 0.0 {
            SIGMA_PER_MAD * mad
        } else {
            let sum = sorted
                .iter()
                .map(|value| (2 * u128::from(*value)).abs_diff(doubled_median))
                .fold(0, u128::saturating_add);
            let mean_deviation = sum as f64 / 2.0 / sorted.len() as f64;
            let half_a_step = step as f64 / 2.0;
            (SIGMA_PER_MAD * half_a_step).max(SIGMA_PER_MEAN_DEVIATION * mean_deviation)
        };
        let low_ns = (median - CUT_OFF * sigma).max(0.0);
        let high_ns = median + CUT_OFF * sigma;
        let below = sorted.partition_point(|value| (*value as f64) < low_ns);
        let not_above = sorted.partition_point(|value| *value as f64 <= high_ns);
        Some(Self {
            count: (below + sorted.len() - not_above) as u64,
            low_ns,
            high_ns,
        })
    }

    /// Whether a round-trip time is one.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a bound needs no last digit")]
    pub fn contains(&self, rtt_ns: u64) -> bool {
        let rtt_ns = rtt_ns as f64;
        rtt_ns < self.low_ns || rtt_ns > self.high_ns
    }
}

/// The median absolute deviation from the median of sorted values; `None` without values.
#[must_use]
pub fn mad(sorted: &[u64]) -> Option<f64> {
    mad_of(sorted.into())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
fn mad_of(sorted: Ranked<'_>) -> Option<f64> {
    let doubled_median = doubled_median(sorted)?;
    let lower = nearest(sorted, doubled_median, (sorted.len() - 1) / 2)?;
    let upper = nearest(sorted, doubled_median, sorted.len() / 2)?;
    // Twice each deviation, and the mean of two of them.
    Some((lower + upper) as f64 / 4.0)
}

/// Twice the median: a whole number, so that every deviation from it is exact.
fn doubled_median(sorted: Ranked<'_>) -> Option<u128> {
    let last = sorted.len().checked_sub(1)?;
    Some(u128::from(sorted.get(last / 2)?) + u128::from(sorted.get(sorted.len() / 2)?))
}

/// Twice the distance of the value that is the `rank`th nearest to `doubled / 2`, from 0.
///
/// The `rank + 1` nearest values stand beside each other, so that only where they begin is sought.
fn nearest(sorted: Ranked<'_>, doubled: u128, rank: usize) -> Option<u128> {
    let distance = |at: usize| {
        let value = sorted.get(at)?;
        Some((2 * u128::from(value)).abs_diff(doubled))
    };
    let (mut first, mut end) = (0, sorted.len().checked_sub(rank + 1)?);
    while first < end {
        let middle = usize::midpoint(first, end);
        // The window from `middle` on is better one further right if what it gains is nearer to the
        // centre than what it loses.
        let lost = u128::from(sorted.get(middle)?);
        let gained = u128::from(sorted.get(middle + rank + 1)?);
        if lost + gained < doubled {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    Some(distance(first)?.max(distance(first + rank)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measurement::percentile;

    fn flagged(values: &[u64], step: u64) -> Vec<u64> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let outliers = Outliers::of(sorted.as_slice().into(), step).unwrap();
        let flagged: Vec<u64> = values
            .iter()
            .copied()
            .filter(|value| outliers.contains(*value))
            .collect();
        assert_eq!(flagged.len() as u64, outliers.count);
        flagged
    }

    fn mixed(shares: &[(usize, u64)]) -> Vec<u64> {
        let each = shares.iter().map(|(count, value)| vec![*value; *count]);
        each.collect::<Vec<_>>().concat()
    }

    #[test]
    fn what_is_far_from_the_bulk_is_flagged() {
        // Median 104, deviations 4 3 2 1 0 1 2 3 4 5 896: MAD 3, so that s = 4.4478.
        let values = [100, 101, 102, 103, 104, 105, 106, 107, 108, 99, 1_000];
        let outliers = flagged(&values, 1);
        assert_eq!(outliers, [1_000]);
    }

    #[test]
    fn bounds_are_three_and_a_half_deviations_from_the_median() {
        let sorted = [10_000, 10_100, 10_200, 10_300, 10_400];
        let outliers = Outliers::of(sorted.as_slice().into(), 100).unwrap();
        // MAD 100
        assert!((outliers.low_ns - (10_200.0 - 518.91)).abs() < 1e-9);
        assert!((outliers.high_ns - (10_200.0 + 518.91)).abs() < 1e-9);
        assert_eq!(outliers.count, 0);
        let near_zero = Outliers::of([1, 100, 200].as_slice().into(), 1).unwrap();
        assert!(near_zero.low_ns.abs() < 1e-9, "no time is below 0");
    }

    #[test]
    fn coarse_steps_make_no_outliers_of_all_but_the_median() {
        assert!(flagged(&mixed(&[(60, 100), (40, 101)]), 1).is_empty());
        assert!(flagged(&mixed(&[(95, 100), (5, 101)]), 1).is_empty());
        assert!(flagged(&mixed(&[(90, 4_000), (9, 5_000), (1, 3_000)]), 1_000).is_empty());
        assert!(flagged(&[7; 20], 7).is_empty());
        assert!(flagged(&[0; 20], 0).is_empty());
    }

    #[test]
    fn with_coarse_steps_what_is_far_away_is_flagged_all_the_same() {
        let values = mixed(&[(90, 100), (9, 101), (1, 100_000)]);
        assert_eq!(flagged(&values, 1), [100_000]);
        assert_eq!(flagged(&mixed(&[(99, 100), (1, 1_000)]), 100), [1_000]);
        assert_eq!(flagged(&mixed(&[(1, 1), (99, 1_000)]), 1), [1]);
    }

    #[test]
    fn the_greatest_numbers_do_no_harm() {
        let values = [0, u64::MAX - 1, u64::MAX - 1, u64::MAX - 1];
        assert!(flagged(&values, u64::MAX - 1).is_empty());
        assert_eq!(Outliers::of([].as_slice().into(), 1), None);
    }

    proptest! {
        #[test]
        fn the_mad_is_the_median_of_the_deviations(
            mut values in prop::collection::vec(0_u64..60, 1..60),
        ) {
            values.sort_unstable();
            let doubled_median =
                values[(values.len() - 1) / 2] + values[values.len() / 2];
            let mut deviations: Vec<u64> =
                values.iter().map(|value| (2 * value).abs_diff(doubled_median)).collect();
            deviations.sort_unstable();
            let by_definition = percentile(&deviations, 0.5).unwrap() / 2.0;
            prop_assert_eq!(mad(&values), Some(by_definition));
        }
    }
}
