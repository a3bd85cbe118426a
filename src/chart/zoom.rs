//! How far an axis can be zoomed: in until nothing more can be told apart, out until what was measured is
//! small, and never away from it. Beyond that numbers are no help, and drawing them costs for nothing.

use super::{Axis, AxisKind, Extent, Scale};

/// The longest axis, as many times as long as the fitted one.
const LONGEST: f64 = 3.0;
/// A logarithmic one gets at most so many decades longer.
const MOST_DECADES: f64 = 4.0;
/// How far a linear one reaches below the fitted one, as a share of that.
const MOST_BELOW: f64 = 0.25;
/// The shortest linear axis of values, as a share of the fitted one.
const SHORTEST: f64 = 1e-3;
/// The shortest logarithmic one, in decades: a tenth more or less.
const FEWEST_DECADES: f64 = 0.1;
/// The shortest axis of message sizes, in bytes: between whole bytes there is nothing.
const FEWEST_BYTES: f64 = 8.0;

/// What is shown of an axis on which `wanted` was to be seen, where all of it is `fitted`.
#[must_use]
pub fn zoomed(wanted: Extent, fitted: Extent, axis: Axis) -> Extent {
    let middle = f64::midpoint(wanted.from, wanted.to);
    let length = wanted.length();
    if !(middle.is_finite() && length.is_finite()) {
        return fitted;
    }
    let all = fitted.length();
    let longest = match axis.scale {
        Scale::Linear => LONGEST * all,
        Scale::Log => (LONGEST * all).min(all + MOST_DECADES),
    };
    let middle_kept = middle.clamp(fitted.from, fitted.to);
    let shortest = match (axis.kind, axis.scale) {
        (AxisKind::Bytes { .. }, Scale::Linear) => FEWEST_BYTES,
        (AxisKind::Bytes { .. }, Scale::Log) => {
            let bytes = axis.scale.value(middle_kept);
            (1.0 + FEWEST_BYTES / bytes).log10()
        }
        (_, Scale::Linear) => SHORTEST * all,
        (_, Scale::Log) => FEWEST_DECADES,
    };
    // Nothing measured is negative.
    let lowest = match axis.scale {
        Scale::Linear => fitted.from - MOST_BELOW * all,
        Scale::Log => f64::NEG_INFINITY,
    };
    let length_kept = length.clamp(shortest.min(all), longest);
    #[expect(
        clippy::float_cmp,
        reason = "what is within bounds stays the very same"
    )]
    if length_kept == length && middle_kept == middle && wanted.from >= lowest {
        return wanted;
    }
    let from = (middle_kept - length_kept / 2.0).max(lowest);
    Extent {
        from,
        to: from + length_kept,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KINDS: [AxisKind; 3] = [
        AxisKind::Bytes { binary: true },
        AxisKind::Time,
        AxisKind::Rate,
    ];

    proptest! {
        #[test]
        fn however_far_one_zooms_ticks_are_left_and_what_was_measured_is_near(
            // As large as messages may be, and times and rates with them.
            (from, length) in (-1.0..3.0_f64, 0.1..5.0_f64),
            (middle, zoom) in (-1e9..1e9_f64, -30.0..30.0_f64),
            kind in prop::sample::select(&KINDS[..]),
            is_log in any::<bool>(),
        ) {
            let scale = if is_log { Scale::Log } else { Scale::Linear };
            let axis = Axis { kind, scale };
            // No message has less than a byte, and no time less than a nanosecond.
            let (from, length) = (from.max(0.0), length.max(1.0));
            let fitted = match scale {
                Scale::Log => Extent { from, to: from + length },
                Scale::Linear => Extent { from: 0.0, to: 10_f64.powf(from + length).max(20.0) },
            };
            let half = fitted.length() * zoom.exp() / 2.0;
            let wanted = Extent { from: middle - half, to: middle + half };
            let shown = zoomed(wanted, fitted, axis);
            let slack = 1e-9 * fitted.length().max(1.0);
            prop_assert!(shown.to >= fitted.from - slack && shown.from <= fitted.to + slack);
            prop_assert!(is_log || shown.from >= fitted.from - 0.25 * fitted.length() - slack);
            prop_assert!(shown.length() <= 3.0 * fitted.length() + slack);
            let ticks = axis.ticks(shown, 600.0, |label| label.chars().map(|_| 7.0).sum());
            prop_assert!(!ticks.is_empty(), "{axis:?} {shown:?}");
            // What is within the bounds is not touched again.
            prop_assert_eq!(zoomed(fitted, fitted, axis), fitted);
        }
    }

    #[test]
    fn what_is_no_number_shows_everything() {
        let axis = Axis {
            kind: AxisKind::Time,
            scale: Scale::Linear,
        };
        let fitted = Extent {
            from: 0.0,
            to: 10.0,
        };
        for (from, to) in [(f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert_eq!(zoomed(Extent { from, to }, fitted, axis), fitted);
        }
    }
}
