//! Figures as text: at most four significant digits, and a unit that is named.

/// A unit of time for showing nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeUnit {
    /// Nanoseconds.
    Nanoseconds,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
}

impl TimeUnit {
    /// The largest unit in which a time is at least 1.
    #[must_use]
    pub fn of(ns: f64) -> Self {
        [Self::Seconds, Self::Milliseconds, Self::Microseconds]
            .into_iter()
            .find(|unit| ns >= unit.nanoseconds())
            .unwrap_or(Self::Nanoseconds)
    }

    /// Its symbol.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Microseconds => "µs",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
        }
    }

    /// A time in this unit, without the symbol.
    #[must_use]
    pub fn show(self, ns: f64) -> String {
        significant(ns / self.nanoseconds())
    }

    fn nanoseconds(self) -> f64 {
        match self {
            Self::Nanoseconds => 1.0,
            Self::Microseconds => 1e3,
            Self::Milliseconds => 1e6,
            Self::Seconds => 1e9,
        }
    }
}

/// A time with the unit that suits it, such as `35.12 µs`.
#[must_use]
pub fn duration(ns: f64) -> String {
    let unit = TimeUnit::of(ns);
    format!("{} {}", unit.show(ns), unit.symbol())
}

/// Payload bytes per second as megabits (10^6) per second, without the unit.
#[must_use]
pub fn mbit_per_second(bytes_per_second: f64) -> f64 {
    bytes_per_second * 8.0 / 1e6
}

/// A number with four significant digits: `0.01235`, `35.10`, `1235`, `123500`.
#[must_use]
pub fn significant(value: f64) -> String {
    const DIGITS: i32 = 4;
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0" } else { "–" }.to_owned();
    }
    // Rounded first: 9.99995 has another number of digits before its point afterwards.
    let rounded: f64 = format!("{value:.*e}", 3).parse().unwrap_or(value);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the logarithm of a finite number is below 400"
    )]
    let before_point = rounded.abs().log10().floor() as i32 + 1;
    let decimals = usize::try_from(DIGITS - before_point).unwrap_or(0);
    format!("{rounded:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1.000"),
            (35.1, "35.10"),
            (0.012_345_6, "0.01235"),
            (9.999_96, "10.00"),
            (999.96, "1000"),
            (1_234.6, "1235"),
            (123_456.0, "123500"),
            (-2.5, "-2.500"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(significant(value), text);
        }
    }

    #[test]
    fn a_time_has_the_unit_that_suits_it() {
        assert_eq!(duration(850.0), "850.0 ns");
        assert_eq!(duration(35_123.0), "35.12 µs");
        assert_eq!(duration(2_000_000.0), "2.000 ms");
        assert_eq!(duration(1.5e9), "1.500 s");
    }

    #[test]
    fn throughput_is_in_millions_of_bits() {
        assert!((mbit_per_second(1_250_000.0) - 10.0).abs() < 1e-12);
    }
}
