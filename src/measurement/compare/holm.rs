//! Many tests at a time: p values so adjusted that with 95 % none of the true "no difference" is
//! rejected, however many tests there are and however they depend on each other.
//!
//! Source: S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", *Scandinavian Journal of
//! Statistics* 6 (1979).

use crate::measurement::numbers::float_len;

/// The adjusted p of each test, in the order given: of the p in order, the j-th of m times m - j + 1, and
/// no less than that of any before it.
pub(super) fn adjusted(values: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![1.0; values.len()];
    let mut greatest = 0.0_f64;
    let mut left = float_len(values.len());
    for (place, p) in in_order(values) {
        greatest = greatest.max(left * p).min(1.0);
        left -= 1.0;
        if let Some(slot) = adjusted.get_mut(place) {
            *slot = greatest;
        }
    }
    adjusted
}

/// The adjusted p that each test would have if its own p were the least that it can be, `least`, and
/// those of the others what they are. Where that is too large the test could not have rejected anything,
/// whatever it saw.
pub(super) fn at_best(values: &[f64], least: &[f64]) -> Vec<f64> {
    let ordered = in_order(values);
    let mut left = float_len(values.len());
    let mut greatest = 0.0_f64;
    // Behind the first n of them: what is adjusted is at least so much.
    let mut behind = vec![0.0];
    for (_, p) in &ordered {
        greatest = greatest.max(left * p);
        behind.push(greatest);
        left -= 1.0;
    }
    let of = |(own, least): (&f64, &f64)| {
        let least = least.min(*own);
        // None of these is the test's own, which is not below its least.
        let before = ordered.partition_point(|(_, p)| *p < least);
        let floor = behind.get(before).copied().unwrap_or(1.0);
        (float_len(values.len() - before) * least)
            .max(floor)
            .min(1.0)
    };
    values.iter().zip(least).map(of).collect()
}

/// The values with their places, least first.
fn in_order(values: &[f64]) -> Vec<(usize, f64)> {
    let mut ordered: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    ordered.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    ordered
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_those_of_a_worked_example() {
        // The example of pingouin's documentation; R's p.adjust(p, "holm") gives the same.
        let found = adjusted(&[0.50, 0.003, 0.32, 0.054, 0.0003]);
        for (found, expected) in found.iter().zip([0.64, 0.012, 0.64, 0.162, 0.0015]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!(adjusted(&[]), [0.0; 0]);
        assert_eq!(adjusted(&[0.04]), [0.04], "a single test stays as it is");
    }

    #[test]
    fn six_rounds_are_enough_for_23_points_and_not_for_24() {
        let least = 2.0 / 924.0;
        for (points, possible) in [(23, true), (24, false)] {
            let values = vec![0.5; points];
            let best = at_best(&values, &vec![least; points]);
            assert!(best.iter().all(|best| (*best <= 0.05) == possible));
        }
    }

    proptest! {
        #[test]
        fn at_best_is_what_a_least_p_would_have_been_adjusted_to(
            drawn in prop::collection::vec((0.0_f64..=1.0, 0.0_f64..=1.0), 1..30),
        ) {
            let values: Vec<f64> = drawn.iter().map(|(one, other)| one.max(*other)).collect();
            let least: Vec<f64> = drawn.iter().map(|(one, other)| one.min(*other)).collect();
            let best = at_best(&values, &least);
            for (place, (least, best)) in least.iter().zip(best).enumerate() {
                let mut as_if = values.clone();
                as_if[place] = *least;
                let expected = adjusted(&as_if)[place];
                prop_assert!((best - expected).abs() < 1e-12, "{} {}", best, expected);
            }
        }

        #[test]
        fn adjusting_keeps_the_order_and_never_helps(
            values in prop::collection::vec(0.0_f64..=1.0, 1..30),
        ) {
            let found = adjusted(&values);
            for (one, p) in found.iter().zip(&values) {
                prop_assert!(*p <= *one && *one <= 1.0);
                for (other, q) in found.iter().zip(&values) {
                    prop_assert!(p > q || one <= other);
                }
            }
        }
    }
}
