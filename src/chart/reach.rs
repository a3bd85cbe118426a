//! How far an axis of values reaches at first, and again after "Fit".
//!
//! It is made for the curves. Medians are always on it, and their intervals until it is [`MOST_INTERVAL`]
//! times as long as the medians need: that of six rounds ends in the worst of them. "Needed" below is the
//! length that both need: on a linear axis from zero on, on a logarithmic one half a decade at least.
//!
//! | what | how far the axis goes for it |
//! | --- | --- |
//! | bands | until it is [`MOST_BAND`] times as long as needed |
//! | landmarks | each whole, if that makes it at most [`MOST_LANDMARK`] times as long, else not at all |
//! | whiskers | until it is [`MOST_WHISKER`] or [`MOST_WHISKER_LOG`] times as long |
//!
//! So the rare extremes never leave the curves less than half of the height. What goes on beyond the axis
//! is drawn up to its edge, and an arrow there says so.

use super::extent::MARGIN;
use super::{Dot, Extent, Scale};

/// Wider intervals than that are seen to be wide.
const MOST_INTERVAL: f64 = 3.0;
/// One disturbed point would else press all others flat.
const MOST_BAND: f64 = 2.5;
/// A bound that lies far off is named at the edge.
const MOST_LANDMARK: f64 = 2.0;
/// A whisker may end in a single disturbed probe.
const MOST_WHISKER: f64 = 1.5;
/// On a logarithmic axis curves need less of it, and the extremes are what many choose it for.
const MOST_WHISKER_LOG: f64 = 2.0;
/// What a flat curve needs of a logarithmic axis, in decades.
const LEAST_LOG: f64 = 0.5;
/// How far an axis of ratios reaches at least.
const LEAST_RATIO: f64 = 1.1;
/// Room beside an outermost landmark, whose name has to stand there, as a share of the axis.
const NAME_MARGIN: f64 = 0.08;

/// An axis of values for these dots and landmarks, each landmark as its least and its greatest value. A
/// linear one begins at zero: half as high is then half as much. Without dots it goes from 0 to 1.
pub fn value_extent<'a>(
    dots: &(impl Iterator<Item = &'a Dot> + Clone),
    landmarks: impl IntoIterator<Item = (f64, f64)>,
    scale: Scale,
) -> Extent {
    let span =
        |of: fn(&Dot) -> Option<(f64, f64)>| Span::of_ends(dots.clone().filter_map(of), scale);
    let medians = Span::of(dots.clone().map(|dot| dot.median), scale);
    let Some(medians) = medians.and_then(|span| span.as_needed(scale)) else {
        return Extent { from: 0.0, to: 1.0 };
    };
    let needed = match span(|dot| dot.interval) {
        Some(intervals) => medians.towards(intervals, MOST_INTERVAL * medians.length()),
        None => medians,
    };
    let length = needed.length();
    let mut reached = needed;
    if let Some(bands) = span(|dot| dot.band) {
        reached = reached.towards(bands, MOST_BAND * length);
    }
    let mut named_at = None;
    for (low, high) in landmarks {
        let Some(landmark) = Span::of([low, high], scale) else {
            continue;
        };
        let with = reached.with(landmark);
        if with.length() <= MOST_LANDMARK * length {
            reached = with;
            named_at = Some(named_at.map_or(landmark, |span: Span| span.with(landmark)));
        }
    }
    if let Some(whiskers) = span(|dot| dot.range) {
        let most = match scale {
            Scale::Linear => MOST_WHISKER,
            Scale::Log => MOST_WHISKER_LOG,
        };
        reached = reached.towards(whiskers, most * length);
    }
    let named = |is_named: bool| if is_named { NAME_MARGIN } else { MARGIN };
    let below = named(named_at.is_some_and(|span: Span| span.from <= reached.from));
    let above = named(named_at.is_some_and(|span: Span| span.to >= reached.to));
    Extent {
        from: match scale {
            Scale::Linear => 0.0,
            Scale::Log => reached.from - below * reached.length(),
        },
        to: reached.to + above * reached.length(),
    }
}

/// An axis of ratios, on which 1 and all of these dots stand, and their intervals as far as those of values do.
/// It reaches at least a tenth to either side: a difference of a few per cent is not to look like one of many.
pub fn ratio_extent<'a>(dots: &(impl Iterator<Item = &'a Dot> + Clone), scale: Scale) -> Extent {
    let least = [1.0 / LEAST_RATIO, LEAST_RATIO];
    let medians = dots.clone().map(|dot| dot.median).chain(least);
    let Some(needed) = Span::of(medians, scale) else {
        return Extent { from: 0.0, to: 1.0 };
    };
    let ends = dots.clone().filter_map(|dot| dot.interval);
    let reached = match Span::of_ends(ends, scale) {
        Some(intervals) => needed.towards(intervals, MOST_INTERVAL * needed.length()),
        None => needed,
    };
    Extent {
        from: reached.from,
        to: reached.to,
    }
    .with_margin()
}

/// A stretch of an axis, in places of its scale.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: f64,
    to: f64,
}

impl Span {
    /// From the least to the greatest of the values that have a place; none is below a linear axis.
    fn of(values: impl IntoIterator<Item = f64>, scale: Scale) -> Option<Self> {
        let lowest = match scale {
            Scale::Linear => 0.0,
            Scale::Log => f64::NEG_INFINITY,
        };
        let places = values.into_iter().filter_map(|value| scale.place(value));
        places
            .map(|place| place.max(lowest))
            .fold(None, |found: Option<Self>, place| {
                let new = Self {
                    from: place,
                    to: place,
                };
                Some(found.map_or(new, |found| found.with(new)))
            })
    }

    /// From the least to the greatest of all these ends.
    fn of_ends(ends: impl IntoIterator<Item = (f64, f64)>, scale: Scale) -> Option<Self> {
        Self::of(ends.into_iter().flat_map(|(low, high)| [low, high]), scale)
    }

    /// As much as a curve needs that has all of its values here. `None` if they are all zero.
    fn as_needed(self, scale: Scale) -> Option<Self> {
        match scale {
            Scale::Linear => (self.to > 0.0).then_some(Self { from: 0.0, ..self }),
            Scale::Log => {
                let lacking = (LEAST_LOG - self.length()).max(0.0) / 2.0;
                Some(Self {
                    from: self.from - lacking,
                    to: self.to + lacking,
                })
            }
        }
    }

    fn length(self) -> f64 {
        self.to - self.from
    }

    fn with(self, other: Self) -> Self {
        Self {
            from: self.from.min(other.from),
            to: self.to.max(other.to),
        }
    }

    /// Longer towards another span, and no longer than `most`. Where both sides want more than there is,
    /// each has half of it at least.
    fn towards(self, other: Self, most: f64) -> Self {
        let room = (most - self.length()).max(0.0);
        let below = (self.from - other.from).max(0.0);
        let above = (other.to - self.to).max(0.0);
        let below = below.min((room / 2.0).max(room - above));
        let above = above.min(room - below);
        Self {
            from: self.from - below,
            to: self.to + above,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extent(dots: &[Dot], landmarks: &[(f64, f64)], scale: Scale) -> Extent {
        value_extent(&dots.iter(), landmarks.iter().copied(), scale)
    }

    #[test]
    fn one_disturbed_probe_presses_nothing_flat() {
        let dots = [
            Dot::test(10.0, (8.0, 12.0)),
            Dot::test(20.0, (18.0, 9_000.0)),
        ];
        let extent = extent(&dots, &[], Scale::Linear);
        assert!(
            (extent.to / (1.5 * 22.0 * 1.05) - 1.0).abs() < 1e-9,
            "{extent:?}"
        );
        assert!(extent.from.abs() < 1e-12);
    }

    #[test]
    fn one_disturbed_round_of_six_presses_nothing_flat() {
        let mut dots = [
            Dot::test(10.0, (8.0, 12.0)),
            Dot::test(20.0, (18.0, 9_000.0)),
        ];
        dots[0].interval = Some((9.0, 9_000.0));
        let extent = extent(&dots, &[], Scale::Linear);
        assert!(extent.to > 60.0 && extent.to < 100.0, "{extent:?}");
    }

    #[test]
    fn a_logarithmic_axis_holds_whiskers_that_leave_the_curves_half_of_it() {
        let dots = [
            Dot::test(10.0, (8.0, 12.0)),
            Dot::test(1_000.0, (900.0, 9_000.0)),
        ];
        let (from, to) = extent(&dots, &[], Scale::Log).values(Scale::Log);
        assert!(
            from < 8.0 && from > 4.0 && to > 9_000.0 && to < 20_000.0,
            "{from} {to}"
        );
        let dots = [Dot::test(10.0, (8.0, 12.0)), Dot::test(1_000.0, (0.0, 9e9))];
        let (from, to) = extent(&dots, &[], Scale::Log).values(Scale::Log);
        assert!(
            from < 8.0 && from > 4.0 && to > 5e4 && to < 5e5,
            "{from} {to}"
        );
    }

    #[test]
    fn a_landmark_that_is_near_is_on_the_axis_and_one_far_off_is_not() {
        let dots = [Dot::test(10.0, (9.0, 11.0)), Dot::test(20.0, (19.0, 21.0))];
        let top = |landmark: f64| extent(&dots, &[(landmark, landmark)], Scale::Linear).to;
        assert!(top(40.0) > 40.0);
        assert!(top(50.0) < 30.0);
        let extent = extent(&dots, &[(1e-3, 1e-3), (8.0, 9.0)], Scale::Log);
        let (from, _) = extent.values(Scale::Log);
        assert!(from < 8.0 && from > 1.0, "{from}");
    }

    #[test]
    fn without_a_value_above_zero_an_axis_goes_from_zero_to_one() {
        for scale in Scale::ALL {
            for dots in [&[][..], &[Dot::test(0.0, (0.0, 0.0))]] {
                let extent = extent(dots, &[], scale);
                assert!(extent.from.abs() < 1e-12 && (extent.to - 1.0).abs() < 1e-12);
            }
        }
    }

    /// Dots of any kind, their whiskers around all else.
    fn dots() -> impl Strategy<Value = Vec<Dot>> {
        let spread = || 1.0_f64..3.0;
        let far = || prop_oneof![1.0_f64..2.0, 1.0_f64..1e6];
        let one = (1.0_f64..1e9, spread(), far(), far(), far(), any::<bool>());
        let one = one.prop_map(|(median, spread, band, low, high, has_interval)| Dot {
            size: 1,
            median,
            interval: has_interval.then_some((median / spread, median * spread)),
            band: Some((median / band.sqrt(), median * band)),
            range: Some((median / (low * band), median * band * high)),
        });
        prop::collection::vec(one, 1..20)
    }

    proptest! {
        #[test]
        fn whiskers_and_landmarks_leave_the_curves_half_of_the_axis(
            dots in dots(),
            landmarks in prop::collection::vec((1e-3_f64..1e12, 1.0_f64..100.0), 0..4),
            is_log: bool,
        ) {
            let scale = if is_log { Scale::Log } else { Scale::Linear };
            let landmarks: Vec<(f64, f64)> =
                landmarks.iter().map(|(low, more)| (*low, low * more)).collect();
            let whole = extent(&dots, &landmarks, scale);
            let share = |value: f64| whole.share(scale.place(value).unwrap());
            // Every median and interval is on it.
            for dot in &dots {
                let (low, high) = dot.interval.unwrap_or((dot.median, dot.median));
                prop_assert!(share(low) >= 0.0 && share(high) <= 1.0, "{whole:?} {dot:?}");
            }
            let bare: Vec<Dot> = dots.iter().map(|dot| Dot { range: None, ..*dot }).collect();
            let curves = extent(&bare, &[], scale);
            prop_assert!(curves.length() >= 0.499 * whole.length(), "{curves:?} {whole:?}");
            prop_assert!(whole.from <= curves.from + 1e-9 && whole.to >= curves.to * (1.0 - 1e-9));
            // Bands alone leave the medians two fifths.
            let flat: Vec<Dot> = bare.iter().map(|dot| Dot { band: None, ..*dot }).collect();
            let medians = extent(&flat, &[], scale);
            prop_assert!(medians.length() >= 0.399 * curves.length(), "{medians:?} {curves:?}");
        }

        #[test]
        fn no_value_makes_an_axis_without_length(
            median: f64, low: f64, high: f64, landmark: f64, is_log: bool,
        ) {
            let scale = if is_log { Scale::Log } else { Scale::Linear };
            let dot = Dot { size: 1, median, interval: None, band: Some((low, high)), range: Some((low, high)) };
            let extent = extent(&[dot], &[(landmark, landmark)], scale);
            prop_assert!(extent.to > extent.from, "{extent:?}");
        }
    }

    #[test]
    fn an_axis_of_ratios_has_one_on_it_and_intervals_that_are_not_wide() {
        for scale in Scale::ALL {
            let (from, to) = ratio_extent(&[].iter(), scale).values(scale);
            assert!(
                from < 0.95 && from > 0.85 && to > 1.05 && to < 1.15,
                "{from} {to}"
            );
            let (from, to) =
                ratio_extent(&[Dot::test(2.0, (0.0, 99.0))].iter(), scale).values(scale);
            assert!(
                from < 0.95 && from > 0.5 && to > 2.2 && to < 2.5,
                "{from} {to}"
            );
        }
    }

    #[test]
    fn one_wide_interval_presses_no_ratios_flat() {
        let wide = Dot {
            interval: Some((0.5, 13.0)),
            ..Dot::test(1.5, (1.0, 2.0))
        };
        let dots = [Dot::test(1.05, (1.0, 1.1)), wide];
        for scale in Scale::ALL {
            let (_, to) = ratio_extent(&dots.iter(), scale).values(scale);
            assert!(to > 1.7 && to < 4.0, "{to}");
        }
    }
}
