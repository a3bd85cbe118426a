//! How near the dots of a curve stand to each other. Where they would stand on each other less is drawn of
//! each, so that what is left can be read: the line is always whole.

use super::{Curve, Ground};
use crate::measurement::numbers::{float, float_len};

/// Dots nearer to each other than this, in points, have areas instead of strokes.
const DENSE: f64 = 3.0;
/// How much of the way to its neighbour a stroke may take.
const SHARE: f64 = 0.7;

/// How near the dots of a curve stand to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crowd {
    /// From a dot to the next, mostly, in points.
    gap: f64,
}

impl Crowd {
    /// The dots of a curve on a ground, as far as they are within its frame.
    #[must_use]
    pub fn of(curve: &Curve, ground: &impl Ground) -> Self {
        let frame = ground.frame();
        let dots = curve.dots.iter();
        let mut places: Vec<f64> = dots
            .filter_map(|dot| ground.x(float(dot.size)))
            .filter(|x| (frame.left..=frame.left + frame.width).contains(x))
            .collect();
        places.sort_unstable_by(f64::total_cmp);
        let mut gaps: Vec<f64> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.sort_unstable_by(f64::total_cmp);
        let gap = gaps.get(gaps.len() / 2).copied().unwrap_or(f64::INFINITY);
        Self { gap }
    }

    /// Whether strokes would run into each other: areas say the same.
    #[must_use]
    pub fn is_dense(self) -> bool {
        self.gap < DENSE
    }

    /// Every how many dots one has a mark, if marks are this wide.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the conversion saturates"
    )]
    pub fn every(self, width: f64) -> usize {
        ((width / self.gap).ceil() as usize).max(1)
    }

    /// How far to the right of a dot its strokes stand, so that those of several curves do not cover each
    /// other: `place` is that of the curve among `of` of them. `step` is how far neighbours are apart where
    /// there is room. The marks stand at the size itself.
    #[must_use]
    pub fn dodge(self, place: usize, of: usize, step: f64) -> f64 {
        let of = float_len(of.max(1));
        let step = step.min(SHARE * self.gap / of);
        step * (float_len(place) - (of - 1.0) / 2.0)
    }

    /// How wide a stroke is that is to be this wide where there is room.
    #[must_use]
    pub fn stroke(self, wanted: f64) -> f64 {
        wanted.min(SHARE * self.gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{CurveKey, Dot, Frame, SourceId};

    /// 100 points wide, from size 0 to 1000.
    struct Hundred;

    impl Ground for Hundred {
        fn frame(&self) -> Frame {
            Frame {
                left: 0.0,
                top: 0.0,
                width: 100.0,
                height: 100.0,
            }
        }

        fn x(&self, size: f64) -> Option<f64> {
            Some(size / 10.0)
        }

        fn y(&self, _: f64) -> Option<f64> {
            Some(0.0)
        }
    }

    fn crowd(sizes: impl Iterator<Item = u64>) -> Crowd {
        let dots = sizes.map(|size| Dot {
            size,
            median: 1.0,
            interval: None,
            band: None,
            range: None,
        });
        let curve = Curve {
            key: CurveKey {
                source: SourceId(1),
                delay_ms: 0,
            },
            name: String::new(),
            dots: dots.collect(),
            pipelined: false,
        };
        Crowd::of(&curve, &Hundred)
    }

    #[test]
    fn dots_that_stand_apart_are_drawn_whole() {
        let apart = crowd([1, 100, 200, 400, 800, 1000].into_iter());
        assert!(!apart.is_dense());
        assert_eq!((apart.every(9.0), apart.stroke(5.0)), (1, 5.0));
        let alone = crowd([1000].into_iter());
        assert!(!alone.is_dense());
        assert_eq!((alone.every(9.0), alone.stroke(5.0)), (1, 5.0));
    }

    #[test]
    fn strokes_of_several_curves_stand_beside_each_other() {
        let apart = crowd([100, 500, 900].into_iter());
        assert!(apart.dodge(0, 1, 4.0).abs() < 1e-9);
        for (place, wanted) in [(0, -4.0), (1, 0.0), (2, 4.0)] {
            assert!((apart.dodge(place, 3, 4.0) - wanted).abs() < 1e-9);
        }
        // Never as far as to the next size.
        let many = [0, 19].map(|place| apart.dodge(place, 20, 4.0));
        assert!(many[1] - many[0] < 40.0, "{many:?}");
    }

    #[test]
    fn the_nearer_they_stand_the_less_is_drawn_of_each() {
        let near = crowd((0..25).map(|at| 40 * at));
        assert!(!near.is_dense());
        assert_eq!(near.every(9.0), 3);
        assert!((near.stroke(5.0) - 2.8).abs() < 1e-9);
        let dense = crowd(1..=1000);
        assert!(dense.is_dense());
        assert_eq!(dense.every(9.0), 90);
        // What lies outside the frame does not count.
        assert!(!crowd((0..5).map(|at| 200 * at).chain(2_000..9_000)).is_dense());
    }
}
