//! From where to where an axis reaches, what of a stretch of values is on it, and how far the axis of message
//! sizes reaches when all is to be seen. Those of values and of ratios have rules of their own: `reach`.

use super::Scale;
use crate::measurement::numbers::float;

/// Room beside the outermost values, as a share of the axis.
pub(super) const MARGIN: f64 = 0.05;

/// From where to where an axis reaches, in places of its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// The lower end.
    pub from: f64,
    /// The upper end, above the lower one.
    pub to: f64,
}

impl Extent {
    /// The values at its ends.
    #[must_use]
    pub fn values(self, scale: Scale) -> (f64, f64) {
        (scale.value(self.from), scale.value(self.to))
    }

    /// Its length in places.
    #[must_use]
    pub fn length(self) -> f64 {
        self.to - self.from
    }

    /// Where a place lies between its ends, 0 to 1.
    #[must_use]
    pub fn share(self, place: f64) -> f64 {
        (place - self.from) / self.length()
    }

    /// What of the values from the least to the greatest is on an axis that reaches from here to there;
    /// `None` if nothing is.
    #[must_use]
    pub fn part(self, (least, greatest): (f64, f64), scale: Scale) -> Option<Part> {
        let place = |value: f64| match scale {
            // Zero lies below whatever a logarithmic axis has on it.
            Scale::Log if value <= 0.0 => f64::NEG_INFINITY,
            Scale::Log => value.log10(),
            Scale::Linear => value,
        };
        let (from, to) = (place(least), place(greatest));
        // Nothing that is not a number passes.
        (from <= to && from <= self.to && to >= self.from).then(|| Part {
            from: from.max(self.from),
            to: to.min(self.to),
            goes_on_below: from < self.from,
            goes_on_above: to > self.to,
        })
    }

    pub(super) fn with_margin(self) -> Self {
        let margin = MARGIN * self.length();
        Self {
            from: self.from - margin,
            to: self.to + margin,
        }
    }
}

/// What of a stretch of values is on an axis, in places of its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Where it begins on the axis.
    pub from: f64,
    /// Where it ends on the axis.
    pub to: f64,
    /// Whether there is more of it below the axis.
    pub goes_on_below: bool,
    /// Whether there is more of it above the axis.
    pub goes_on_above: bool,
}

/// An axis of message sizes on which all of these stand, with room beside the outermost. One size alone
/// stands in the middle.
#[must_use]
pub fn size_extent(sizes: impl IntoIterator<Item = u64>, scale: Scale) -> Extent {
    let places = sizes
        .into_iter()
        .filter_map(|size| scale.place(float(size)));
    let found = places.fold(None, |found: Option<(f64, f64)>, place| {
        let (from, to) = found.unwrap_or((place, place));
        Some((from.min(place), to.max(place)))
    });
    match (found, scale) {
        (None, _) => Extent { from: 0.0, to: 1.0 },
        (Some((from, to)), _) if to > from => Extent { from, to }.with_margin(),
        // Room beside the ends, for the labels of ticks that stand there.
        (Some((place, _)), Scale::Linear) => Extent {
            from: 0.0,
            to: (2.0 * place).max(1.0),
        }
        .with_margin(),
        (Some((place, _)), Scale::Log) => Extent {
            from: place - 1.0,
            to: place + 1.0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_beyond_an_axis_is_cut_there_and_known() {
        let extent = Extent { from: 1.0, to: 3.0 };
        let part = |from: f64, to: f64, scale| {
            let part = extent.part((from, to), scale)?;
            Some((part.from, part.to, part.goes_on_below, part.goes_on_above))
        };
        assert_eq!(
            part(1.5, 2.0, Scale::Linear),
            Some((1.5, 2.0, false, false))
        );
        assert_eq!(part(0.0, 9.0, Scale::Linear), Some((1.0, 3.0, true, true)));
        assert_eq!(
            part(1.0, 3.0, Scale::Linear),
            Some((1.0, 3.0, false, false))
        );
        assert_eq!(part(3.5, 9.0, Scale::Linear), None);
        assert_eq!(part(f64::NAN, 2.0, Scale::Linear), None);
        assert_eq!(part(0.0, 100.0, Scale::Log), Some((1.0, 2.0, true, false)));
        assert_eq!(
            part(100.0, f64::INFINITY, Scale::Log),
            Some((2.0, 3.0, false, true))
        );
        assert_eq!(part(-1.0, 0.0, Scale::Log), None);
    }

    #[test]
    fn one_size_stands_in_the_middle() {
        for scale in Scale::ALL {
            let extent = size_extent([1_000], scale);
            let share = extent.share(scale.place(1_000.0).unwrap());
            assert!((share - 0.5).abs() < 1e-9);
        }
        assert!(size_extent([], Scale::Linear).length() > 0.0);
        assert!(size_extent([7, 7], Scale::Linear).length() > 0.0);
    }
}
