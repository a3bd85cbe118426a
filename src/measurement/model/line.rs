//! A robust line through points whose errors are about proportional to their height.
//!
//! The slope is the weighted median of the slopes between all pairs of points (H. Theil, "A rank-invariant
//! method of linear and polynomial regression analysis", 1950; P. K. Sen, "Estimates of the regression
//! coefficient based on Kendall's tau", *JASA* 63, 1968). With errors proportional to T the slope between
//! two points has a standard error proportional to `sqrt(T_i^2 + T_j^2) / |n_j - n_i|`. With the inverse of
//! that as weight the median would be at its most efficient (for weights that grow with the distance: L. A.
//! Jaeckel, "Estimating regression coefficients by minimizing the dispersion of the residuals", *Annals of
//! Mathematical Statistics* 43, 1972). But sizes usually double from one to the next, and then the pairs of
//! the largest message alone would have nearly half of the weight: were it disturbed, the line would go with
//! it. So the weight is the square root of that inverse. Where sizes double this leaves the largest message a
//! quarter of the weight and costs a tenth of the efficiency. Without weights most pairs would be of small
//! messages, whose slopes are noise.
//!
//! The height at 0 is the weighted median of `T_i - slope * n_i`, with the weights `1 / T_i`.

/// Most pairs that are looked at. Up to 64 points these are all of them.
const MOST_PAIRS: usize = 2_016;

/// A line: `height + slope * n`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// At 0, in nanoseconds. Not negative: no round trip is.
    pub height: f64,
    /// Nanoseconds a byte.
    pub slope: f64,
}

/// How a line is drawn through heights at given sizes; once made, for any heights.
pub(super) struct Fitter {
    sizes: Vec<f64>,
    /// Of each point: the inverse of its height.
    weights: Vec<f64>,
    pairs: Vec<Pair>,
    values: Vec<(f64, f64)>,
}

struct Pair {
    one: usize,
    other: usize,
    distance: f64,
    weight: f64,
}

impl Fitter {
    /// For points at these sizes, in ascending order, that are about so high.
    pub fn new(points: &[(f64, f64)]) -> Self {
        let count = points.len();
        // Of more points only those pairs that are some multiple of a step apart: each point is still
        // in about as many as any other.
        let step = (count * count.saturating_sub(1) / 2)
            .div_ceil(MOST_PAIRS)
            .max(1);
        let mut pairs = Vec::new();
        for (one, (size, height)) in points.iter().enumerate() {
            let others = points.iter().enumerate().skip(one + step).step_by(step);
            for (other, (other_size, other_height)) in others {
                let distance = other_size - size;
                if distance > 0.0 {
                    let error = height.max(1.0).hypot(other_height.max(1.0)) / distance;
                    let weight = 1.0 / error.sqrt();
                    pairs.push(Pair {
                        one,
                        other,
                        distance,
                        weight,
                    });
                }
            }
        }
        Self {
            sizes: points.iter().map(|(size, _)| *size).collect(),
            weights: points.iter().map(|(_, t)| 1.0 / t.max(1.0)).collect(),
            values: Vec::with_capacity(pairs.len().max(count)),
            pairs,
        }
    }

    /// The line through these heights; `None` without two sizes.
    pub fn line(&mut self, heights: &[f64]) -> Option<Line> {
        let Self {
            sizes,
            weights,
            pairs,
            values,
        } = self;
        values.clear();
        values.extend(pairs.iter().filter_map(|pair| {
            let rise = heights.get(pair.other)? - heights.get(pair.one)?;
            Some((rise / pair.distance, pair.weight))
        }));
        let slope = weighted_median(values)?;
        let points = || sizes.iter().zip(weights.iter()).zip(heights);
        values.clear();
        values.extend(points().map(|((size, weight), height)| (height - slope * size, *weight)));
        let height = weighted_median(values)?;
        if height >= 0.0 {
            return Some(Line { height, slope });
        }
        // The best of the lines that begin at nothing.
        values.clear();
        values.extend(
            points()
                .filter(|((size, _), _)| **size > 0.0)
                .map(|((size, weight), height)| (height / size, size * weight)),
        );
        Some(Line {
            height: 0.0,
            slope: weighted_median(values)?,
        })
    }
}

/// The value with half of the weight on either side; the middle of two where the halves meet between
/// them.
fn weighted_median(values: &mut [(f64, f64)]) -> Option<f64> {
    values.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut below = 0.0;
    let mut values = values.iter();
    while let Some((value, weight)) = values.next() {
        below += weight;
        if below > half * (1.0 + 1e-12) {
            return Some(*value);
        }
        if below >= half * (1.0 - 1e-12) {
            let next = values.next().map_or(*value, |(next, _)| *next);
            return Some(f64::midpoint(*value, next));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(points: &[(f64, f64)]) -> Line {
        let heights: Vec<f64> = points.iter().map(|(_, height)| *height).collect();
        Fitter::new(points).line(&heights).unwrap()
    }

    proptest! {
        #[test]
        fn an_exact_line_is_found_again(
            height in 1_f64..1e9,
            slope in 1e-3_f64..1e4,
            sizes in prop::collection::btree_set(1_u32..16_777_216, 3..130),
        ) {
            let points: Vec<(f64, f64)> = sizes
                .iter()
                .map(|size| (f64::from(*size), height + slope * f64::from(*size)))
                .collect();
            let found = line(&points);
            // What a sum of such numbers can hold.
            let most = points.last().unwrap().1;
            let distance = points.last().unwrap().0 - points[0].0;
            prop_assert!((found.height - height).abs() <= 1e-9 * most * (1.0 + 1e7 / distance));
            prop_assert!((found.slope - slope).abs() * distance <= 1e-9 * most * (1.0 + 1e7 / distance));
        }
    }

    #[test]
    fn a_point_far_off_hardly_moves_the_line() {
        let doubling = || (0..17).map(|power| f64::from(1 << power));
        for off in 0..17 {
            for factor in [0.3, 1.5, 30.0] {
                let points: Vec<(f64, f64)> = (0_u32..)
                    .zip(doubling())
                    // A little noise: without any, the median would hit the line itself.
                    .map(|(at, n)| {
                        let noise = 1.0 + 0.01 * (f64::from(at * 7 % 5) - 2.0);
                        let disturbed = if at == off { factor } else { 1.0 };
                        (n, (100_000.0 + 3.0 * n) * noise * disturbed)
                    })
                    .collect();
                let found = line(&points);
                assert!((found.height / 1e5 - 1.0).abs() < 0.03, "{off} {found:?}");
                assert!((found.slope / 3.0 - 1.0).abs() < 0.12, "{off} {found:?}");
            }
        }
    }

    #[test]
    fn a_line_does_not_begin_below_nothing() {
        // Twice as far takes four times as long.
        let found = line(&[(1e6, 1e6), (2e6, 4e6), (4e6, 16e6)]);
        assert!(found.height.abs() < f64::EPSILON, "{found:?}");
        assert!((1.0..=4.0).contains(&found.slope), "{found:?}");
    }

    #[test]
    fn points_of_one_size_have_no_line() {
        let points = [(5.0, 1.0), (5.0, 2.0)];
        assert_eq!(Fitter::new(&points).line(&[1.0, 2.0]), None);
        assert_eq!(Fitter::new(&[]).line(&[]), None);
    }

    #[test]
    fn half_of_the_weight_lies_on_either_side() {
        assert_eq!(weighted_median(&mut []), None);
        assert_eq!(weighted_median(&mut [(9.0, 1.0), (1.0, 1.0)]), Some(5.0));
        assert_eq!(weighted_median(&mut [(9.0, 1.0), (1.0, 3.0)]), Some(1.0));
        let mut three = [(3.0, 1.0), (1.0, 1.0), (2.0, 1.0)];
        assert_eq!(weighted_median(&mut three), Some(2.0));
    }
}
