//! Scales of an axis.

use serde::{Deserialize, Serialize};

/// How values stand along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Scale {
    /// Equal differences are equally long.
    #[default]
    Linear,
    /// Equal ratios are equally long.
    Log,
}

impl Scale {
    /// Every scale.
    pub const ALL: [Self; 2] = [Self::Linear, Self::Log];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "Linear",
            Self::Log => "Log",
        }
    }

    /// Where a value stands: itself, or its decimal logarithm. `None` for what has no place on a
    /// logarithmic axis, and for what is not a number.
    #[must_use]
    pub fn place(self, value: f64) -> Option<f64> {
        let place = match self {
            Self::Linear => value,
            Self::Log if value > 0.0 => value.log10(),
            Self::Log => return None,
        };
        place.is_finite().then_some(place)
    }

    /// The value that stands at a place.
    #[must_use]
    pub fn value(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Log => 10_f64.powf(place),
        }
    }

    /// The scale on which these sizes can be told apart: logarithmic where half of them lie in the
    /// first eighth of the range.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "message sizes stay far below 2^52"
    )]
    pub fn for_sizes(sizes: &[u64]) -> Self {
        let mut sorted = sizes.to_vec();
        sorted.sort_unstable();
        let (Some(least), Some(most), Some(middle)) =
            (sorted.first(), sorted.last(), sorted.get(sorted.len() / 2))
        else {
            return Self::Linear;
        };
        let eighth = *least as f64 + (*most - *least) as f64 / 8.0;
        if sorted.len() > 2 && (*middle as f64) <= eighth {
            Self::Log
        } else {
            Self::Linear
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assignments_sizes_are_linear_and_doublings_are_not() {
        let doublings: Vec<u64> = (0..17).map(|power| 1 << power).collect();
        assert_eq!(
            Scale::for_sizes(&[1, 100, 200, 400, 800, 1000]),
            Scale::Linear
        );
        assert_eq!(
            Scale::for_sizes(&[1024, 2048, 4096, 8192, 16384, 32768]),
            Scale::Linear
        );
        assert_eq!(Scale::for_sizes(&doublings), Scale::Log);
        assert_eq!(Scale::for_sizes(&[]), Scale::Linear);
    }

    #[test]
    fn a_place_is_that_of_its_value() {
        for scale in Scale::ALL {
            for value in [1e-3, 1.0, 65_536.0, 3e9] {
                let place = scale.place(value).unwrap();
                assert!((scale.value(place) / value - 1.0).abs() < 1e-12);
            }
            assert_eq!(scale.place(f64::NAN), None);
        }
        assert_eq!(Scale::Log.place(0.0), None);
        assert_eq!(Scale::Linear.place(0.0), Some(0.0));
    }
}
