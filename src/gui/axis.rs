//! Axes of the plots: where ticks stand and what they say. `egui_plot` has no logarithmic axis, so the
//! message size is transformed here, and the ticks with it.

use egui_plot::{GridInput, GridMark};

use crate::experiment::format_list;
use crate::measurement::units::shortest;

/// Scale of the message-size axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeScale {
    /// Bytes.
    Linear,
    /// Powers of two.
    Log2,
}

impl SizeScale {
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
            Self::Log2
        } else {
            Self::Linear
        }
    }

    /// Where a size stands on the axis.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "message sizes stay far below 2^52"
    )]
    pub fn place(self, size: u64) -> f64 {
        match self {
            Self::Linear => size as f64,
            Self::Log2 => (size.max(1) as f64).log2(),
        }
    }

    /// The ticks between two places, at most about `room` of them.
    #[must_use]
    pub fn ticks(self, input: &GridInput, room: f64, powers_of_two: bool) -> Vec<GridMark> {
        match self {
            Self::Log2 => linear_ticks(input, room, true, 1.0),
            Self::Linear => linear_ticks(input, room, powers_of_two, 1.0),
        }
    }

    /// What stands at a tick: a size in bytes, K and M as in lists of sizes.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the conversion saturates"
    )]
    pub fn label(self, place: f64) -> String {
        let size = match self {
            Self::Linear => place,
            Self::Log2 => place.exp2(),
        };
        if size < 0.0 || (self == Self::Log2 && place < 0.0) {
            return String::new();
        }
        format_list(&[size.round() as u64])
    }
}

/// Ticks at 1, 2 or 5 times a power of ten, or at powers of two, never closer than the room allows.
#[must_use]
pub fn linear_ticks(
    input: &GridInput,
    room: f64,
    powers_of_two: bool,
    least_step: f64,
) -> Vec<GridMark> {
    let (from, to) = input.bounds;
    let span = to - from;
    if !span.is_finite() || span <= 0.0 {
        return Vec::new();
    }
    let wanted = (span / room.max(1.0)).max(least_step);
    let step = if powers_of_two {
        wanted.log2().ceil().exp2()
    } else {
        let power = 10_f64.powf(wanted.log10().floor());
        [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * power)
            .find(|step| *step >= wanted * 0.999_999)
            .unwrap_or(10.0 * power)
    };
    let first = (from / step).ceil();
    let mut marks = Vec::new();
    let mut index = 0.0;
    while marks.len() < 200 {
        let value = (first + index) * step;
        if value > to {
            break;
        }
        marks.push(GridMark {
            value,
            step_size: step,
        });
        index += 1.0;
    }
    marks
}

/// What stands at a tick of a figure's axis.
#[must_use]
pub fn figure_label(value: f64) -> String {
    if value < 0.0 {
        String::new()
    } else {
        shortest(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(from: f64, to: f64, room: f64, powers_of_two: bool) -> Vec<f64> {
        let input = GridInput {
            bounds: (from, to),
            base_step_size: 1.0,
        };
        linear_ticks(&input, room, powers_of_two, 0.0)
            .iter()
            .map(|mark| mark.value)
            .collect()
    }

    #[test]
    fn ticks_stand_at_round_numbers() {
        assert_eq!(
            values(0.0, 1000.0, 5.0, false),
            [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]
        );
        assert_eq!(
            values(3.0, 90.0, 10.0, false),
            [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]
        );
        assert_eq!(
            values(0.0, 32768.0, 4.0, true),
            [0.0, 8192.0, 16384.0, 24576.0, 32768.0]
        );
        assert!(values(0.0, f64::NAN, 4.0, true).is_empty());
        assert!(values(5.0, 5.0, 4.0, false).is_empty());
    }

    #[test]
    fn the_assignments_sizes_are_linear_and_doublings_are_not() {
        let doublings: Vec<u64> = (0..17).map(|power| 1 << power).collect();
        assert_eq!(
            SizeScale::for_sizes(&[1, 100, 200, 400, 800, 1000]),
            SizeScale::Linear
        );
        assert_eq!(
            SizeScale::for_sizes(&[1024, 2048, 4096, 8192, 16384, 32768]),
            SizeScale::Linear
        );
        assert_eq!(SizeScale::for_sizes(&doublings), SizeScale::Log2);
        assert_eq!(SizeScale::for_sizes(&[]), SizeScale::Linear);
        assert_eq!(SizeScale::Log2.label(10.0), "1K");
    }
}
