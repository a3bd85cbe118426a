//! How far the axes reach when everything that matters is to be seen.

use super::{Dot, Scale};

/// A band makes a linear axis at most this many times as long as medians and intervals need: one
/// disturbed point would otherwise press all others flat.
const MOST_BAND: f64 = 2.5;
/// The same of a whisker, which may end in a single disturbed probe.
const MOST_WHISKER: f64 = 1.5;
/// The same of either on a logarithmic axis, where a decade more takes little room.
const MOST_LOG: f64 = 100.0;
/// How far an axis of ratios reaches at least.
const LEAST_RATIO: f64 = 1.1;
/// Room beside the outermost values, as a share of the axis.
const MARGIN: f64 = 0.05;

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

    fn with_margin(self) -> Self {
        let margin = MARGIN * self.length();
        Self {
            from: self.from - margin,
            to: self.to + margin,
        }
    }
}

/// Up to which value bands and whiskers are drawn when the axis is fitted; beyond, an arrow stands for
/// the rest, and the figures are in tables. `None` without dots.
pub fn ceiling<'a>(dots: &(impl Iterator<Item = &'a Dot> + Clone), scale: Scale) -> Option<f64> {
    let highest = |of: fn(&Dot) -> f64| dots.clone().map(of).reduce(f64::max);
    let trusted = highest(Dot::trusted)?;
    let band = highest(|dot| dot.band.map_or(0.0, |(_, high)| high))?;
    let whisker = highest(|dot| dot.range.map_or(0.0, |(_, high)| high))?;
    let (band_share, whisker_share) = match scale {
        Scale::Linear => (MOST_BAND, MOST_WHISKER),
        Scale::Log => (MOST_LOG, MOST_LOG),
    };
    let drawn = band
        .min(band_share * trusted)
        .max(whisker.min(whisker_share * trusted));
    Some(trusted.max(drawn))
}

/// An axis of message sizes on which all of these stand, with room beside the outermost. One size alone
/// stands in the middle.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "message sizes stay far below 2^52"
)]
pub fn size_extent(sizes: impl IntoIterator<Item = u64>, scale: Scale) -> Extent {
    let places = sizes
        .into_iter()
        .filter_map(|size| scale.place(size as f64));
    let found = places.fold(None, |found: Option<(f64, f64)>, place| {
        let (from, to) = found.unwrap_or((place, place));
        Some((from.min(place), to.max(place)))
    });
    match (found, scale) {
        (None, _) => Extent { from: 0.0, to: 1.0 },
        (Some((from, to)), _) if to > from => Extent { from, to }.with_margin(),
        (Some((place, _)), Scale::Linear) => Extent {
            from: 0.0,
            to: (2.0 * place).max(1.0),
        },
        (Some((place, _)), Scale::Log) => Extent {
            from: place - 1.0,
            to: place + 1.0,
        },
    }
}

/// An axis of values on which all of these dots stand, whiskers up to `ceiling`. A linear one begins at
/// zero: half as high is then half as much. Without dots it goes from 0 to 1.
pub fn value_extent<'a>(
    dots: impl IntoIterator<Item = &'a Dot> + Clone,
    scale: Scale,
    ceiling: f64,
) -> Extent {
    let highest = |dot: &Dot| {
        let top = |pair: Option<(f64, f64)>| pair.map_or(dot.median, |(_, high)| high);
        let drawn = top(dot.band).max(top(dot.range)).min(ceiling);
        scale.place(dot.trusted().max(drawn))
    };
    let tops = dots.clone().into_iter().filter_map(highest);
    let lows = dots.into_iter().filter_map(|dot| scale.place(dot.least()));
    let (Some(top), Some(low)) = (tops.reduce(f64::max), lows.reduce(f64::min)) else {
        return Extent { from: 0.0, to: 1.0 };
    };
    match scale {
        Scale::Linear if top > 0.0 => Extent {
            from: 0.0,
            to: top * (1.0 + MARGIN),
        },
        Scale::Linear => Extent { from: 0.0, to: 1.0 },
        // A flat curve has a decade around it.
        Scale::Log => {
            let lacking = (0.3 - (top - low)).max(0.0) / 2.0;
            Extent {
                from: low - lacking,
                to: top + lacking,
            }
            .with_margin()
        }
    }
}

/// An axis of ratios, on which 1 and all of these dots with their intervals stand. It reaches at least a
/// tenth to either side: a difference of a few per cent is not to look like one of many.
pub fn ratio_extent<'a>(dots: impl IntoIterator<Item = &'a Dot>, scale: Scale) -> Extent {
    let (mut low, mut high) = (1.0 / LEAST_RATIO, LEAST_RATIO);
    for dot in dots {
        let (from, to) = dot.interval.unwrap_or((dot.median, dot.median));
        for ratio in [dot.median, from, to] {
            if scale.place(ratio).is_some() {
                low = ratio.min(low);
                high = ratio.max(high);
            }
        }
    }
    let place = |ratio: f64, or: f64| scale.place(ratio).unwrap_or(or);
    Extent {
        from: place(low, 0.0),
        to: place(high, 1.0),
    }
    .with_margin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(median: f64, range: (f64, f64)) -> Dot {
        Dot {
            size: 1,
            median,
            interval: Some((median * 0.9, median * 1.1)),
            band: None,
            range: Some(range),
        }
    }

    #[test]
    fn one_disturbed_probe_presses_nothing_flat() {
        let dots = [dot(10.0, (8.0, 12.0)), dot(20.0, (18.0, 9_000.0))];
        let ceiling = ceiling(&dots.iter(), Scale::Linear).unwrap();
        let extent = value_extent(&dots, Scale::Linear, ceiling);
        assert!(
            (extent.to / (1.5 * 22.0 * 1.05) - 1.0).abs() < 1e-9,
            "{extent:?}"
        );
        assert!(extent.from.abs() < 1e-12);
    }

    #[test]
    fn a_logarithmic_axis_holds_every_value() {
        let dots = [dot(10.0, (8.0, 12.0)), dot(20.0, (18.0, 900.0))];
        let ceiling = ceiling(&dots.iter(), Scale::Log).unwrap();
        let (from, to) = value_extent(&dots, Scale::Log, ceiling).values(Scale::Log);
        assert!(
            from < 8.0 && from > 4.0 && to > 900.0 && to < 2_000.0,
            "{from} {to}"
        );
    }

    #[test]
    fn an_axis_of_ratios_has_one_on_it_and_every_interval() {
        for scale in Scale::ALL {
            let (from, to) = ratio_extent([], scale).values(scale);
            assert!(
                from < 0.95 && from > 0.85 && to > 1.05 && to < 1.15,
                "{from} {to}"
            );
            let (from, to) = ratio_extent(&[dot(2.0, (0.0, 99.0))], scale).values(scale);
            assert!(
                from < 0.95 && from > 0.5 && to > 2.2 && to < 2.5,
                "{from} {to}"
            );
        }
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
