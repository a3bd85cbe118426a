//! Two samples compared by the ranks of their values: how far one lies from the other, as a ratio, and
//! how likely so much is by chance. No shape of distribution is assumed.
//!
//! Sources: H. B. Mann and D. R. Whitney, "On a Test of Whether one of Two Random Variables is
//! Stochastically Larger than the Other", *Annals of Mathematical Statistics* 18 (1947), for the test;
//! J. L. Hodges and E. L. Lehmann, "Estimates of Location Based on Rank Tests", same journal 34 (1963),
//! for the estimate; E. L. Lehmann, "Nonparametric Confidence Intervals for a Shift Parameter", same
//! volume, for the interval; all three in M. Hollander, D. A. Wolfe and E. Chicken, *Nonparametric
//! Statistical Methods*, Wiley 2014, chapter 4. What is a shift there is a ratio here: a shift of the
//! logarithms, whose ranks are the same.
//!
//! U is the number of pairs that speak against a difference in the direction that is looked at. A tied
//! pair is counted as one of them: of all ways to break the ties this gives the largest p, so the test
//! never rejects more often than it says, and the interval, ends included, leaves out 1 exactly where
//! the test rejects.

use std::collections::BTreeMap;

use crate::measurement::Estimate;
use crate::measurement::numbers::float_len;

/// An error of the first kind that is accepted.
pub(super) const LEVEL: f64 = 0.05;

/// Steps that the exact distribution may take. Beyond that each sample has more than twenty values, and
/// the normal approximation is good.
const MOST_STEPS: u64 = 4_000_000;

/// Two samples of positive values, in order.
#[derive(Debug)]
pub(super) struct Pair {
    baseline: Vec<f64>,
    other: Vec<f64>,
}

impl Pair {
    /// Of values in any order. Those that are no positive number are taken for the least that is one.
    pub(super) fn new(baseline: &[f64], other: &[f64]) -> Self {
        let in_order = |values: &[f64]| {
            let mut values: Vec<f64> = values.iter().map(|value| value.clamp(1e-9, 1e30)).collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        Self {
            baseline: in_order(baseline),
            other: in_order(other),
        }
    }

    /// The median of all ratios of a value of the other sample to one of the baseline's, of two in the
    /// middle their geometric mean; `None` where a sample is empty.
    pub(super) fn ratio(&self) -> Option<f64> {
        let pairs = self.pairs();
        let lower = self.ratio_at(pairs.checked_sub(1)? / 2 + 1);
        let upper = self.ratio_at(pairs / 2 + 1);
        Some((lower * upper).sqrt())
    }

    /// The ratio with its 95 % interval; `None` where the samples are too small for one.
    pub(super) fn estimate(&self, null: &Null) -> Option<Estimate> {
        let critical = null.critical()?;
        Some(Estimate {
            value: self.ratio()?,
            lo: self.ratio_at(critical + 1),
            hi: self.ratio_at(self.pairs() - critical),
        })
    }

    /// The two-sided p of the samples coming from the same distribution.
    pub(super) fn p(&self, null: &Null) -> f64 {
        let not_above = self.ratios_up_to(1.0);
        let not_below = self.pairs() - self.ratios_up_to(1.0_f64.next_down());
        null.two_sided(not_above.min(not_below))
    }

    fn pairs(&self) -> u64 {
        self.baseline.len() as u64 * self.other.len() as u64
    }

    /// The ratio of a rank, from 1, found by halving: of the numbers that a ratio can be, which stand in
    /// the order of their bits, the least that has so many ratios up to it. There may be a hundred
    /// million ratios; none is kept.
    fn ratio_at(&self, rank: u64) -> f64 {
        let (mut least, mut most) = (0, f64::INFINITY.to_bits());
        while least < most {
            let middle = u64::midpoint(least, most);
            if self.ratios_up_to(f64::from_bits(middle)) >= rank {
                most = middle;
            } else {
                least = middle + 1;
            }
        }
        f64::from_bits(least)
    }

    /// How many ratios are at most so large.
    fn ratios_up_to(&self, bound: f64) -> u64 {
        let mut others = self.other.iter().peekable();
        let (mut passed, mut all) = (0, 0);
        // The larger the divisor, the more values of the other sample are within the bound.
        for divisor in &self.baseline {
            while others.next_if(|value| *value / divisor <= bound).is_some() {
                passed += 1;
            }
            all += passed;
        }
        all
    }
}

/// The distribution of U where both samples come from the same distribution.
#[derive(Debug)]
pub(super) enum Null {
    /// P(U <= u) for each u up to the middle.
    Exact(Vec<f64>),
    /// Normal, with the mean and the standard deviation of U.
    Normal { mean: f64, deviation: f64 },
}

impl Null {
    /// For samples of so many values.
    pub(super) fn of(one: usize, other: usize) -> Self {
        let (few, many) = (one.min(other), one.max(other));
        let pairs = few as u64 * many as u64;
        if pairs.saturating_mul(few as u64) <= MOST_STEPS {
            return Self::Exact(exact(few, many));
        }
        let (few, many) = (float_len(few), float_len(many));
        Self::Normal {
            mean: few * many / 2.0,
            deviation: (few * many * (few + many + 1.0) / 12.0).sqrt(),
        }
    }

    /// The two-sided p of so small a U, or a smaller one.
    #[expect(
        clippy::cast_precision_loss,
        reason = "pairs of rounds stay far below 2^52"
    )]
    pub(super) fn two_sided(&self, u: u64) -> f64 {
        let below = match self {
            Self::Exact(up_to) => {
                let place = usize::try_from(u).unwrap_or(usize::MAX);
                up_to.get(place).copied().unwrap_or(1.0)
            }
            // Half a step on, since U is a whole number.
            Self::Normal { mean, deviation } => normal_up_to((u as f64 + 0.5 - mean) / deviation),
        };
        (2.0 * below).min(1.0)
    }

    /// The least p that samples of this size can have, all values of one above all of the other.
    pub(super) fn least_p(&self) -> f64 {
        self.two_sided(0)
    }

    /// The largest U with a p of at most 5 %.
    fn critical(&self) -> Option<u64> {
        let mut beyond = 0;
        let mut step = 1_u64 << 40;
        while step > 0 {
            if self.two_sided(beyond + step - 1) <= LEVEL {
                beyond += step;
            } else {
                step /= 2;
            }
        }
        beyond.checked_sub(1)
    }
}

/// The distributions that were needed so far, by the sizes of the samples.
#[derive(Debug, Default)]
pub(super) struct Nulls(BTreeMap<(usize, usize), Null>);

impl Nulls {
    /// For samples of so many values.
    pub(super) fn of(&mut self, one: usize, other: usize) -> &Null {
        self.0
            .entry((one.min(other), one.max(other)))
            .or_insert_with_key(|(few, many)| Null::of(*few, *many))
    }
}

/// P(U <= u) up to the middle. The arrangements of the two samples with a given U are the coefficients of
/// the product over i = 1 .. few of (1 - x^(many + i)) / (1 - x^i) (Mann and Whitney's recurrence, summed
/// up; G. E. Andrews, *The Theory of Partitions*, 1976, chapter 3).
fn exact(few: usize, many: usize) -> Vec<f64> {
    let mut arrangements = vec![0.0; few * many / 2 + 1];
    let mut all = 1.0;
    if let Some(first) = arrangements.first_mut() {
        *first = 1.0;
    }
    for i in 1..=few {
        let shift = many + i;
        for u in (shift..arrangements.len()).rev() {
            arrangements[u] -= arrangements[u - shift];
        }
        for u in i..arrangements.len() {
            arrangements[u] += arrangements[u - i];
        }
        all *= float_len(shift) / float_len(i);
    }
    let mut up_to = 0.0;
    for value in &mut arrangements {
        up_to += *value;
        *value = up_to / all;
    }
    arrangements
}

/// The share of the standard normal distribution up to `z`: by its power series near the middle and by
/// P. S. Laplace's continued fraction in the tails (M. Abramowitz and I. A. Stegun, *Handbook of
/// Mathematical Functions*, 1964, formulas 26.2.11 and 26.2.14).
fn normal_up_to(z: f64) -> f64 {
    let distance = z.abs();
    let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    let tail = if distance < 3.0 {
        let (mut term, mut sum) = (distance, distance);
        for odd in (3..=101).step_by(2) {
            term *= z * z / f64::from(odd);
            sum += term;
        }
        0.5 - density * sum
    } else {
        let fraction = (1..=100)
            .rev()
            .fold(distance, |rest, step| distance + f64::from(step) / rest);
        density / fraction
    };
    if z > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn critical_values_are_those_of_the_published_table() {
        // Two-sided, 5 %: the largest U that is significant.
        for (one, other, critical) in [
            (4, 4, 0),
            (5, 5, 2),
            (5, 20, 20),
            (6, 6, 5),
            (6, 7, 6),
            (6, 20, 27),
            (8, 8, 13),
            (9, 11, 23),
            (10, 10, 23),
            (12, 15, 49),
            (15, 15, 64),
            (17, 20, 105),
            (20, 20, 127),
        ] {
            let null = Null::of(one, other);
            assert_eq!(null.critical(), Some(critical), "{one} and {other}");
        }
        assert_eq!(Null::of(3, 3).critical(), None, "its least p is 10 %");
    }

    #[test]
    fn six_against_six_has_924_arrangements() {
        let null = Null::of(6, 6);
        // Of U = 0, 1, 2, 3 there are 1, 1, 2, 3: the partitions of these numbers.
        for (u, arrangements) in [(0, 1.0), (1, 2.0), (2, 4.0), (3, 7.0), (4, 12.0)] {
            let p = null.two_sided(u);
            assert!((p - 2.0 * arrangements / 924.0).abs() < 1e-15, "{u}: {p}");
        }
        assert!((null.two_sided(18) - 1.0).abs() < 1e-15);
        assert!((null.two_sided(u64::MAX) - 1.0).abs() < 1e-15);
    }

    /// P(U <= u) by the recurrence, which only adds.
    fn by_recurrence(one: usize, other: usize) -> Vec<f64> {
        let pairs = one * other;
        let mut rows = vec![vec![0.0; pairs + 1]; other + 1];
        for row in &mut rows {
            row[0] = 1.0;
        }
        for i in 1..=one {
            for j in 1..=other {
                let (share_i, share_j) = (
                    float_len(i) / float_len(i + j),
                    float_len(j) / float_len(i + j),
                );
                for u in (0..=pairs).rev() {
                    let greatest_of_first = if u >= j { rows[j][u - j] } else { 0.0 };
                    rows[j][u] = share_i * greatest_of_first + share_j * rows[j - 1][u];
                }
            }
        }
        let mut up_to = 0.0;
        let add = |value: &f64| {
            up_to += value;
            up_to
        };
        rows[other].iter().map(add).collect()
    }

    #[test]
    fn the_exact_distribution_is_that_of_the_recurrence() {
        for (one, other) in [(1, 1), (6, 6), (7, 12), (20, 20), (6, 40), (40, 40)] {
            let expected = by_recurrence(one, other);
            for (u, found) in exact(one.min(other), one.max(other)).iter().enumerate() {
                let off = (found / expected[u] - 1.0).abs();
                assert!(off < 1e-9, "{one} and {other}, {u}: {found}");
            }
        }
    }

    #[test]
    fn the_exact_distribution_and_the_normal_one_meet_where_one_follows_the_other() {
        let Null::Exact(up_to) = Null::of(158, 158) else {
            panic!("158 is within the steps");
        };
        let whole = up_to[up_to.len() - 1];
        assert!((0.5..0.51).contains(&whole), "half and a little: {whole}");
        let deviation = (158.0_f64 * 158.0 * 317.0 / 12.0).sqrt();
        let normal = Null::Normal {
            mean: 158.0 * 79.0,
            deviation,
        };
        let exact = Null::Exact(up_to);
        // The exact values by whole numbers of any length.
        for (u, expected, within) in [
            (8321, 2.186_862_020_582e-07, 0.5),
            (9985, 2.043_669_177_696e-03, 0.05),
            (10858, 4.548_368_692_299e-02, 0.005),
            (11233, 1.243_049_799_165e-01, 0.005),
        ] {
            let off = exact.two_sided(u) / expected - 1.0;
            assert!(off.abs() < 1e-9, "{u}: {off}");
            let off = normal.two_sided(u) / expected - 1.0;
            assert!(off.abs() < within, "{u}: {off}");
        }
        assert!(matches!(Null::of(160, 160), Null::Normal { .. }));
    }

    #[test]
    fn the_normal_distribution_is_that_of_the_tables() {
        for (z, share) in [
            (0.0, 0.5),
            (-1.0, 0.158_655_253_931_457_05),
            (-1.959_963_984_540_054, 0.025),
            (-2.999_999, 0.001_349_902_464_107_28),
            (-3.0, 0.001_349_898_031_630_094_6),
            (-6.0, 9.865_876_450_376_98e-10),
            (1.0, 0.841_344_746_068_543),
        ] {
            let found = normal_up_to(z);
            assert!((found / share - 1.0).abs() < 1e-9, "{z}: {found}");
        }
    }

    #[test]
    fn the_estimate_is_made_of_the_ratios_in_order() {
        let (baseline, other) = ([1.0, 2.0, 4.0], [8.0, 16.0]);
        let pair = Pair::new(&baseline, &other);
        let in_order: Vec<f64> = (1..=6).map(|rank| pair.ratio_at(rank)).collect();
        assert_eq!(in_order, [2.0, 4.0, 4.0, 8.0, 8.0, 16.0]);
        let middle = pair.ratio().unwrap();
        assert!((middle - 32.0_f64.sqrt()).abs() < 1e-12, "between 4 and 8");
        assert_eq!(Pair::new(&[], &other).ratio(), None);
    }

    #[test]
    fn the_p_is_that_of_a_textbook() {
        // Hollander and Wolfe, example 4.1 (permeability of membranes); R's wilcox.test gives W = 35 and
        // a one-sided p of 0.1272, which is 382 of 3003 arrangements.
        let term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let earlier = [1.15, 0.88, 0.90, 0.74, 1.21];
        let p = Pair::new(&term, &earlier).p(&Null::of(10, 5));
        assert!((p - 2.0 * 382.0 / 3003.0).abs() < 1e-12, "{p}");
    }

    #[test]
    fn ties_speak_against_a_difference() {
        let even = [5.0; 8];
        let p = Pair::new(&even, &even).p(&Null::of(8, 8));
        assert!((p - 1.0).abs() < 1e-15);
        // 6.0 is in both: the pair counts as one that is not in order.
        let baseline = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let other = [6.0, 7.0, 8.0, 9.0, 10.0, 11.0];
        let null = Null::of(6, 6);
        let p = Pair::new(&baseline, &other).p(&null);
        assert!((p - null.two_sided(1)).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn the_interval_leaves_out_one_where_the_test_rejects_and_nowhere_else(
            baseline in prop::collection::vec(1_u32..30, 6..25),
            other in prop::collection::vec(1_u32..40, 6..25),
        ) {
            let values = |whole: &[u32]| whole.iter().map(|v| f64::from(*v)).collect::<Vec<f64>>();
            let pair = Pair::new(&values(&baseline), &values(&other));
            let null = Null::of(baseline.len(), other.len());
            let ratio = pair.estimate(&null).unwrap();
            prop_assert!(ratio.lo <= ratio.value && ratio.value <= ratio.hi, "{ratio:?}");
            let excludes = ratio.lo > 1.0 || ratio.hi < 1.0;
            prop_assert_eq!(excludes, pair.p(&null) <= LEVEL, "{:?}", ratio);
        }

        #[test]
        fn ratios_found_by_halving_are_those_of_the_whole_list(
            baseline in prop::collection::vec(1e-3_f64..1e6, 1..12),
            other in prop::collection::vec(1e-3_f64..1e6, 1..12),
        ) {
            let pair = Pair::new(&baseline, &other);
            let mut all: Vec<f64> = baseline
                .iter()
                .flat_map(|divisor| other.iter().map(move |value| value / divisor))
                .collect();
            all.sort_unstable_by(f64::total_cmp);
            for (rank, ratio) in (1..).zip(all) {
                prop_assert_eq!(pair.ratio_at(rank).to_bits(), ratio.to_bits());
            }
        }
    }
}
