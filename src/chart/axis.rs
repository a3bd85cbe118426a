//! What an axis measures: its title, its unit, and what stands at its ticks.

use super::ticks::{self, Tick};
use super::{Extent, Scale};
use crate::experiment::format_list;
use crate::measurement::units::{Unit, shortest, thousands_apart};

/// What an axis measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisKind {
    /// Bytes. On a linear axis ticks stand at powers of two where the sizes are multiples of 1024, at
    /// 1, 2 and 5 times powers of ten where they are not; on a logarithmic one always at powers of two.
    Bytes {
        /// Whether the sizes are multiples of 1024.
        binary: bool,
    },
    /// Nanoseconds.
    Time,
    /// Bit/s.
    Rate,
    /// A number without a unit.
    Number,
    /// A whole number of things.
    Count,
}

impl AxisKind {
    /// The axis of these message sizes.
    #[must_use]
    pub fn of_sizes(sizes: &[u64]) -> Self {
        Self::Bytes {
            binary: !sizes.is_empty() && sizes.iter().all(|size| size % 1024 == 0),
        }
    }
}

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// What it measures.
    pub kind: AxisKind,
    /// How its values stand.
    pub scale: Scale,
}

impl Axis {
    /// The unit in which all labels of a linear axis are, as its magnitude asks for. `None` where each
    /// label says its own, and where there is none.
    #[must_use]
    pub fn unit(self, extent: Extent) -> Option<Unit> {
        if self.scale == Scale::Log {
            return None;
        }
        let most = extent.to.abs().max(extent.from.abs());
        match self.kind {
            AxisKind::Time => Some(Unit::of_time(most)),
            AxisKind::Rate => Some(Unit::of_rate(most)),
            AxisKind::Bytes { .. } | AxisKind::Number | AxisKind::Count => None,
        }
    }

    /// A title: a name, and the unit where the labels do not say it.
    #[must_use]
    pub fn title(self, name: &str, extent: Extent) -> String {
        match (self.kind, self.unit(extent)) {
            (AxisKind::Bytes { .. }, _) => format!("{name} (bytes)"),
            (_, Some(unit)) => format!("{name} ({})", unit.name),
            (_, None) => name.to_owned(),
        }
    }

    /// The ticks of an axis that is `length` long, in the units in which `room` tells how much of it a
    /// label takes. As many as there can be without two labels touching; those between that have no
    /// label are marked by a line alone.
    pub fn ticks(self, extent: Extent, length: f32, room: impl Fn(&str) -> f32) -> Vec<Tick> {
        ticks::ticks(self, extent, length, &room)
    }

    /// What stands at a tick, `step` from the next one (0 if they are not equally far apart).
    #[must_use]
    pub fn label(self, value: f64, step: f64, extent: Extent) -> String {
        match (self.kind, self.unit(extent)) {
            (AxisKind::Bytes { .. }, _) => bytes_label(value),
            (_, Some(unit)) => decimals(value / unit.size, step / unit.size),
            (AxisKind::Number | AxisKind::Count, None) => decimals(value, step),
            (AxisKind::Time, None) => with_unit(value, step, Unit::of_time(value)),
            (AxisKind::Rate, None) => with_unit(value, step, Unit::of_rate(value)),
        }
    }
}

fn with_unit(value: f64, step: f64, unit: Unit) -> String {
    format!(
        "{}\u{a0}{}",
        decimals(value / unit.size, step / unit.size),
        unit.name
    )
}

/// Sizes as in lists of sizes: K is 1024, M is 1024K. What is no whole number of bytes has no label.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, and the conversion saturates"
)]
fn bytes_label(value: f64) -> String {
    // Beyond 2^53 neighbouring numbers are more than a byte apart.
    let is_size = (0.0..=9_007_199_254_740_992.0).contains(&value);
    if !is_size || (value - value.round()).abs() > 1e-6 * value.abs().max(1.0) {
        return String::new();
    }
    let size = value.round() as u64;
    if size > 0 && size.is_multiple_of(1024) {
        format_list(&[size])
    } else {
        thousands_apart(&size.to_string())
    }
}

/// A number with as many decimals as its step needs: neighbours never read the same.
fn decimals(value: f64, step: f64) -> String {
    if step <= 0.0 {
        return shortest(value);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 12"
    )]
    let decimals = (-(step * 1.000_001).log10().floor()).clamp(0.0, 12.0) as usize;
    let text = format!(
        "{:.decimals$}",
        if value.abs() < step / 1e3 { 0.0 } else { value }
    );
    thousands_apart(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_follow_the_magnitude_that_is_seen() {
        let time = Axis {
            kind: AxisKind::Time,
            scale: Scale::Linear,
        };
        let upto = |to| Extent { from: 0.0, to };
        assert_eq!(time.title("RTT", upto(900.0)), "RTT (ns)");
        assert_eq!(time.title("RTT", upto(90_000.0)), "RTT (µs)");
        assert_eq!(time.title("RTT", upto(9e7)), "RTT (ms)");
        let rate = Axis {
            kind: AxisKind::Rate,
            ..time
        };
        assert_eq!(rate.title("Throughput", upto(3e9)), "Throughput (Gbit/s)");
        assert_eq!(rate.title("Throughput", upto(3e6)), "Throughput (Mbit/s)");
        let log = Axis {
            scale: Scale::Log,
            ..time
        };
        let extent = Extent { from: 3.0, to: 6.0 };
        assert_eq!(log.title("RTT", extent), "RTT");
        assert_eq!(log.label(2e4, 0.0, extent), "20\u{a0}µs");
        assert_eq!(log.label(1e6, 0.0, extent), "1\u{a0}ms");
    }

    #[test]
    fn labels_have_the_decimals_that_tell_neighbours_apart() {
        assert_eq!(decimals(10.005, 0.005), "10.005");
        assert_eq!(decimals(0.0, 0.5), "0.0");
        assert_eq!(decimals(1_500.0, 500.0), "1,500");
        assert_eq!(decimals(-1e-17, 0.2), "0.0");
        assert_eq!(bytes_label(65_536.0), "64K");
        assert_eq!(bytes_label(1_000.0), "1,000");
        assert_eq!(bytes_label(2_000.0), "2,000");
        assert_eq!(bytes_label(0.5), "");
        assert_eq!(bytes_label(1e30), "");
    }
}
