//! Where ticks stand: at 1, 2 and 5 times powers of ten, or at powers of two for bytes, as close as
//! their labels allow and no closer.

use super::{Axis, AxisKind, Extent, Scale};

/// A mark at an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Its value, in base units.
    pub value: f64,
    /// Where it stands, in places of the axis's scale.
    pub place: f64,
    /// What stands there; empty for a line alone.
    pub label: String,
}

/// Between two labels there is at least this share of the room of one.
const GAP: f32 = 0.8;
/// And at least this much.
const LEAST_GAP: f32 = 14.0;
/// Most ticks of an axis, however long it is.
const MOST: f64 = 120.0;

/// Values of which every one is a tick, and the step between them if they are equally far apart.
struct Candidate {
    values: Vec<f64>,
    step: f64,
}

pub(super) fn ticks(
    axis: Axis,
    extent: Extent,
    length: f32,
    room: &dyn Fn(&str) -> f32,
) -> Vec<Tick> {
    let (from, to) = extent.values(axis.scale);
    let is_sound = from.is_finite() && to.is_finite() && to - from > 0.0;
    // Where neighbouring numbers differ by more than a tick, nothing can be told apart.
    let is_fine = (to - from) > 1e-9 * from.abs().max(to.abs());
    let is_log_sound = axis.scale == Scale::Linear || from > 0.0;
    if !(is_sound && is_fine && is_log_sound && extent.length().is_finite() && length > 0.0) {
        return Vec::new();
    }
    let candidates = match axis.scale {
        Scale::Linear => linear(axis.kind, extent),
        Scale::Log => logarithmic(axis.kind, extent),
    };
    let mut sparsest = Vec::new();
    for candidate in candidates {
        // Writing the labels costs more than all else, and most candidates are too close without any.
        if candidate.step > 0.0
            && axis.scale == Scale::Linear
            && candidate.step / extent.length() * f64::from(length) < f64::from(LEAST_GAP)
        {
            continue;
        }
        let ticks: Vec<Tick> = candidate
            .values
            .iter()
            .filter_map(|value| {
                let place = axis.scale.place(*value)?;
                let within = 1e-9 * extent.length();
                let is_seen = place >= extent.from - within && place <= extent.to + within;
                is_seen.then(|| Tick {
                    value: *value,
                    place,
                    label: axis.label(*value, candidate.step, extent),
                })
            })
            .filter(|tick| !tick.label.is_empty())
            .collect();
        if ticks.is_empty() {
            // An axis without any says nothing.
            continue;
        }
        if do_fit(&ticks, extent, length, room) {
            return ticks;
        }
        sparsest = ticks;
    }
    // Not even two labels have room: the first stands alone.
    sparsest.truncate(1);
    sparsest
}

fn do_fit(ticks: &[Tick], extent: Extent, length: f32, room: &dyn Fn(&str) -> f32) -> bool {
    #[expect(clippy::cast_possible_truncation, reason = "a length on a screen")]
    let at = |tick: &Tick| extent.share(tick.place) as f32 * length;
    ticks.windows(2).all(|pair| {
        let [one, next] = pair else { return true };
        let half = |tick: &Tick| room(&tick.label) / 2.0;
        let (one_half, next_half) = (half(one), half(next));
        let gap = LEAST_GAP.max(GAP * one_half.max(next_half) * 2.0);
        at(next) - at(one) >= one_half + next_half + gap
    })
}

/// Steps from the closest to the widest.
fn linear(kind: AxisKind, extent: Extent) -> Vec<Candidate> {
    steps(kind, extent.length())
        .into_iter()
        .map(|step| multiples(step, extent.from, extent.to))
        .collect()
}

fn multiples(step: f64, from: f64, to: f64) -> Candidate {
    let (first, last) = ((from / step).ceil(), (to / step).floor());
    let mut values = Vec::new();
    let mut index = first;
    while index <= last && values.len() < 1_000 {
        values.push(index * step);
        index += 1.0;
    }
    Candidate { values, step }
}

/// Steps of which there are at most [`MOST`] in a span, the closest first.
fn steps(kind: AxisKind, span: f64) -> Vec<f64> {
    let least = span / MOST;
    let whole = matches!(kind, AxisKind::Bytes { .. } | AxisKind::Count);
    if kind == (AxisKind::Bytes { binary: true }) {
        let least = least.log2().ceil().max(0.0);
        return (0..10)
            .map(|more| (least + f64::from(more)).exp2())
            .collect();
    }
    let power = least.log10().floor();
    (0..6)
        .flat_map(|more| {
            let ten = 10_f64.powf(power + f64::from(more));
            [ten, 2.0 * ten, 5.0 * ten]
        })
        .filter(|step| *step >= least && (!whole || *step >= 1.0))
        .collect()
}

fn logarithmic(kind: AxisKind, extent: Extent) -> Vec<Candidate> {
    let (from, to) = extent.values(Scale::Log);
    let mut found = Vec::new();
    if matches!(kind, AxisKind::Bytes { .. }) {
        // Fewer than two doublings to be seen have no powers of two to speak of.
        if to / from < 4.0 {
            found.extend(linear(
                AxisKind::Bytes {
                    binary: from >= 1024.0,
                },
                Extent { from, to },
            ));
        } else {
            let (first, last) = (from.log2().ceil().max(0.0), to.log2().floor());
            for step in [1.0, 2.0, 4.0, 5.0, 10.0, 20.0] {
                let mut values = Vec::new();
                let mut power = (first / step).ceil() * step;
                while power <= last {
                    values.push(power.exp2());
                    power += step;
                }
                found.push(Candidate { values, step: 0.0 });
            }
        }
        return found;
    }
    // Less than a decade is read as on a linear axis; by a single tick only where there is no other.
    let mut lonely = Vec::new();
    if to / from < 8.0 {
        let within = linear(kind, Extent { from, to }).into_iter();
        (found, lonely) = within.partition(|candidate| candidate.values.len() >= 2);
    }
    let (first, last) = (from.log10().floor(), to.log10().ceil());
    for factors in [&[1.0, 2.0, 5.0][..], &[1.0]] {
        found.push(decades(first, last, 1.0, factors));
    }
    for step in [2.0, 3.0, 6.0, 12.0] {
        found.push(decades((first / step).floor() * step, last, step, &[1.0]));
    }
    found.extend(lonely);
    found
}

fn decades(first: f64, last: f64, step: f64, factors: &[f64]) -> Candidate {
    let mut values = Vec::new();
    let mut power = first;
    while power <= last && values.len() < 1_000 {
        let ten = 10_f64.powf(power);
        values.extend(factors.iter().map(|factor| factor * ten));
        power += step;
    }
    Candidate { values, step: 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(axis: Axis, extent: Extent, length: f32) -> Vec<String> {
        let ticks = axis.ticks(extent, length, width);
        ticks
            .into_iter()
            .map(|tick| tick.label.replace('\u{a0}', " "))
            .collect()
    }

    fn axis(kind: AxisKind, scale: Scale) -> Axis {
        Axis { kind, scale }
    }

    const BINARY: AxisKind = AxisKind::Bytes { binary: true };
    const DECIMAL: AxisKind = AxisKind::Bytes { binary: false };

    #[test]
    fn linear_ticks_stand_at_one_two_and_five_or_at_powers_of_two() {
        let upto = |to| Extent { from: 0.0, to };
        assert_eq!(
            labels(axis(DECIMAL, Scale::Linear), upto(1_000.0), 300.0),
            ["0", "200", "400", "600", "800", "1,000"]
        );
        assert_eq!(
            labels(axis(BINARY, Scale::Linear), upto(32_768.0), 300.0),
            ["0", "8K", "16K", "24K", "32K"]
        );
        assert_eq!(
            labels(axis(AxisKind::Time, Scale::Linear), upto(52_000.0), 250.0),
            ["0", "10", "20", "30", "40", "50"]
        );
    }

    #[test]
    fn a_short_logarithmic_axis_has_a_tick_however_little_room_there_is() {
        let extent = Extent {
            from: 3.552,
            to: 3.652,
        };
        let rate = axis(AxisKind::Rate, Scale::Log);
        assert_eq!(labels(rate, extent, 600.0), ["4.0 kbit/s"]);
    }

    #[test]
    fn logarithmic_ticks_stand_at_one_two_and_five_or_at_powers_of_two() {
        let extent = Extent { from: 3.9, to: 6.1 };
        assert_eq!(
            labels(axis(AxisKind::Time, Scale::Log), extent, 600.0),
            [
                "10 µs", "20 µs", "50 µs", "100 µs", "200 µs", "500 µs", "1 ms"
            ]
        );
        assert_eq!(
            labels(axis(AxisKind::Time, Scale::Log), extent, 200.0),
            ["10 µs", "100 µs", "1 ms"]
        );
        let sizes = Extent {
            from: 0.0,
            to: 4.82,
        };
        assert_eq!(
            labels(axis(DECIMAL, Scale::Log), sizes, 700.0).join(" "),
            "1 2 4 8 16 32 64 128 256 512 1K 2K 4K 8K 16K 32K 64K"
        );
        assert_eq!(
            labels(axis(BINARY, Scale::Log), sizes, 200.0),
            ["1", "16", "256", "4K", "64K"]
        );
    }

    #[test]
    fn less_than_a_decade_of_a_logarithmic_axis_has_ticks_too() {
        let extent = Extent {
            from: 0.9_f64.log10(),
            to: 1.16_f64.log10(),
        };
        assert_eq!(
            labels(axis(AxisKind::Number, Scale::Log), extent, 360.0),
            ["0.90", "0.95", "1.00", "1.05", "1.10", "1.15"]
        );
    }

    #[expect(clippy::cast_precision_loss, reason = "short labels")]
    fn width(label: &str) -> f32 {
        7.0 * label.chars().count() as f32
    }

    proptest! {
        #[test]
        fn ticks_never_collide_and_never_read_the_same(
            kind in prop::sample::select(vec![
                BINARY, DECIMAL, AxisKind::Time, AxisKind::Rate, AxisKind::Number,
            ]),
            from in -2.0_f64..10.0,
            span in 1e-4_f64..12.0,
            is_log: bool,
            length in 1.0_f32..3_000.0,
        ) {
            let scale = if is_log { Scale::Log } else { Scale::Linear };
            let extent = if is_log {
                Extent { from, to: from + span }
            } else {
                Extent { from: 10_f64.powf(from), to: 10_f64.powf(from) * (1.0 + span) }
            };
            let ticks = axis(kind, scale).ticks(extent, length, width);
            for pair in ticks.windows(2) {
                let at = |tick: &Tick| extent.share(tick.place) * f64::from(length);
                let halves = f64::from(f32::midpoint(width(&pair[0].label), width(&pair[1].label)));
                prop_assert!(at(&pair[1]) - at(&pair[0]) >= halves, "{ticks:?}");
                prop_assert_ne!(&pair[0].label, &pair[1].label);
            }
            // Where ten short labels have room, an axis does not stand empty.
            if length > 900.0 && !matches!(kind, AxisKind::Bytes { .. }) {
                prop_assert!(ticks.len() >= 2, "{extent:?} {ticks:?}");
            }
            for tick in &ticks {
                prop_assert!(tick.place >= extent.from - extent.length() * 1e-6);
                prop_assert!(tick.place <= extent.to + extent.length() * 1e-6);
            }
        }

        #[test]
        fn no_extent_makes_an_axis_panic(from: f64, to: f64, length: f32, is_log: bool) {
            let scale = if is_log { Scale::Log } else { Scale::Linear };
            for kind in [BINARY, DECIMAL, AxisKind::Time, AxisKind::Number] {
                let _ = axis(kind, scale).ticks(Extent { from, to }, length, |_| 20.0);
            }
        }
    }
}
