//! The interval of a median, from order statistics.
//!
//! Source: J.-Y. Le Boudec, *Performance Evaluation of Computer and Communication Systems*, EPFL
//! Press 2010, theorem 2.1 and table A.1. For n independent values the number below the true median
//! is binomial (n, 1/2), so `[x(j), x(k)]` covers it with probability P(j <= B <= k - 1). No shape of
//! distribution is assumed.

/// The least number of values that has a 95 % interval at all: with five, even the whole range covers
/// the median with only 93.75 %.
pub const LEAST_VALUES: usize = 6;

/// A 95 % interval of the median.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MedianInterval {
    /// Its lower end.
    pub lo: f64,
    /// Its upper end.
    pub hi: f64,
}

/// The 95 % interval of the median of `values`, which need not be sorted; `None` below six.
#[must_use]
pub fn median_interval(values: &[f64]) -> Option<MedianInterval> {
    let n = values.len();
    if n < LEAST_VALUES {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let j = lower_rank(n);
    let lo = *sorted.get(j - 1)?;
    let hi = *sorted.get(n - j)?;
    Some(MedianInterval { lo, hi })
}

/// The median of `values`, which need not be sorted: the mean of the two in the middle where their number
/// is even. It lies in their [`median_interval`]. `None` without values.
pub(super) fn median_of(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let lower = sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some(f64::midpoint(*lower, *sorted.get(sorted.len() / 2)?))
}

/// The largest rank j (from 1) with P(B(n, 1/2) <= j - 1) <= 2.5 %; the upper rank is n + 1 - j.
fn lower_rank(n: usize) -> usize {
    if n > 1_000 {
        // Beyond that the normal approximation of the same table is exact to a rank, and 2^-n is no
        // longer a number.
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "n is a number of rounds, far below 2^52"
        )]
        let rank = (0.5 * n as f64 - 0.979_98 * (n as f64).sqrt()).floor() as usize;
        return rank.max(1);
    }
    let mut term = 0.5_f64.powi(i32::try_from(n).unwrap_or(i32::MAX));
    let mut below = 0.0;
    let mut rank = 0;
    for k in 0..n {
        below += term;
        if below > 0.025 {
            break;
        }
        rank = k + 1;
        #[expect(clippy::cast_precision_loss, reason = "n is at most 1000")]
        {
            term *= (n - k) as f64 / (k + 1) as f64;
        }
    }
    rank.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_published_table() {
        // n and j of Le Boudec's table A.1 (95 %).
        for (n, j) in [
            (6, 1),
            (8, 1),
            (9, 2),
            (11, 2),
            (12, 3),
            (20, 6),
            (30, 10),
            (50, 18),
            (70, 27),
        ] {
            assert_eq!(lower_rank(n), j, "n = {n}");
        }
    }

    #[test]
    fn the_two_ways_to_a_rank_agree_where_they_meet() {
        assert!(lower_rank(1_000).abs_diff(lower_rank(1_001)) <= 1);
    }

    #[test]
    fn five_rounds_have_no_interval() {
        assert_eq!(median_interval(&[1.0, 2.0, 3.0, 4.0, 5.0]), None);
        let six = [6.0, 1.0, 5.0, 2.0, 4.0, 3.0];
        assert_eq!(
            median_interval(&six),
            Some(MedianInterval { lo: 1.0, hi: 6.0 })
        );
    }

    #[test]
    fn a_median_lies_in_its_own_interval() {
        assert_eq!(median_of(&[]), None);
        assert_eq!(median_of(&[4.0, 1.0]), Some(2.5));
        for n in 6..60 {
            let values: Vec<f64> = (0..n).map(|at| f64::from(at * 37 % 61)).collect();
            let interval = median_interval(&values).unwrap();
            let median = median_of(&values).unwrap();
            assert!((interval.lo..=interval.hi).contains(&median), "n = {n}");
        }
    }
}
