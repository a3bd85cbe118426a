//! Figures as text: at most four significant digits, thousands apart, and a unit that is always named.

/// A figure ready to show: the digits and, apart from them, the unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The digits.
    pub digits: String,
    /// The unit.
    pub unit: &'static str,
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The blank does not break, so that a figure is never torn from its unit.
        write!(f, "{}\u{a0}{}", self.digits, self.unit)
    }
}

/// A unit of a quantity, and how many of the base unit it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Its name, such as `µs`.
    pub name: &'static str,
    /// How many base units (nanoseconds, bit/s, bytes) make one.
    pub size: f64,
}

const TIMES: [Unit; 4] = [
    Unit {
        name: "ns",
        size: 1.0,
    },
    Unit {
        name: "µs",
        size: 1e3,
    },
    Unit {
        name: "ms",
        size: 1e6,
    },
    Unit {
        name: "s",
        size: 1e9,
    },
];

const RATES: [Unit; 4] = [
    Unit {
        name: "bit/s",
        size: 1.0,
    },
    Unit {
        name: "kbit/s",
        size: 1e3,
    },
    MBIT_PER_S,
    Unit {
        name: "Gbit/s",
        size: 1e9,
    },
];

/// Throughput is shown in this unit alone, but for the axes of plots, so that figures can be compared
/// wherever they stand.
const MBIT_PER_S: Unit = Unit {
    name: "Mbit/s",
    size: 1e6,
};

impl Unit {
    /// The unit in which a time of `ns` nanoseconds reads best.
    #[must_use]
    pub fn of_time(ns: f64) -> Self {
        largest_within(ns, &TIMES)
    }

    /// The unit in which a column of times reads best: that of the middle one, the lower of two, so that
    /// a few long times do not press the digits of all others behind the point. Of none, microseconds.
    #[must_use]
    pub fn of_times(mut times_ns: Vec<f64>) -> Self {
        times_ns.sort_unstable_by(f64::total_cmp);
        let middle = times_ns.len().saturating_sub(1) / 2;
        Self::of_time(times_ns.get(middle).copied().unwrap_or(1e3))
    }

    /// The unit in which the ticks of an axis up to `bits_per_second` read best.
    #[must_use]
    pub fn of_rate(bits_per_second: f64) -> Self {
        largest_within(bits_per_second, &RATES)
    }

    /// Megabit per second, 10^6 bit/s.
    #[must_use]
    pub fn mbit_per_s() -> Self {
        MBIT_PER_S
    }

    /// A value given in base units, as digits in this unit.
    #[must_use]
    pub fn digits(self, value: f64) -> String {
        significant(value / self.size)
    }
}

fn largest_within(value: f64, units: &[Unit; 4]) -> Unit {
    units
        .iter()
        .rev()
        .find(|unit| value.abs() >= unit.size)
        .copied()
        .unwrap_or(units[0])
}

/// A time in nanoseconds.
#[must_use]
pub fn time(ns: f64) -> Figure {
    let unit = Unit::of_time(ns);
    Figure {
        digits: unit.digits(ns),
        unit: unit.name,
    }
}

/// A throughput in bytes per second, shown in Mbit/s.
#[must_use]
pub fn throughput(bytes_per_second: f64) -> Figure {
    Figure {
        digits: MBIT_PER_S.digits(bytes_per_second * 8.0),
        unit: MBIT_PER_S.name,
    }
}

/// A time span for people waiting: `less than 1 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
#[must_use]
pub fn waiting_time(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs_f64().round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the conversion saturates, and a duration is not negative"
    )]
    match seconds as u64 {
        0 => "less than 1 s".to_owned(),
        seconds @ 1..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A whole number with its thousands apart.
#[must_use]
pub fn count(value: u64) -> String {
    thousands_apart(&value.to_string())
}

/// Digits with their thousands apart; the sign and what stands behind the point stay as they are.
#[must_use]
pub fn thousands_apart(number: &str) -> String {
    let whole = number.find('.').unwrap_or(number.len());
    let (whole, rest) = number.split_at(whole);
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut text = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// A number of bytes in words: `1 byte`, `1,000 bytes`.
#[must_use]
pub fn bytes(number: u64) -> String {
    counted(number, "byte")
}

/// A text that begins a sentence.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// A number of things in words: `1 round`, `1,000 rounds`.
#[must_use]
pub fn counted(number: u64, thing: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{} {thing}{many}", count(number))
}

/// Rounds from a least number to a greatest: `6 to 40 rounds`, `6 rounds` where they are the same.
#[must_use]
pub fn span(least: u32, most: u32) -> String {
    let rounds = counted(most.into(), "round");
    if least == most {
        rounds
    } else {
        format!("{least} to {rounds}")
    }
}

/// A number with four significant digits: `0.01235`, `35.10`, `1,235`, `123,500`. Columns of such
/// numbers line up. Never with an exponent; below 1e-12 nothing is measured, and it is `0`.
#[must_use]
pub fn significant(value: f64) -> String {
    const DIGITS: i32 = 4;
    if !value.is_finite() {
        return "–".to_owned();
    }
    // Rounded first: 9.99995 has another number of digits before its point afterwards.
    let rounded: f64 = format!("{value:.*e}", 3).parse().unwrap_or(value);
    if rounded.abs() < 1e-12 {
        return "0".to_owned();
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the logarithm of a finite number is below 400"
    )]
    let before_point = rounded.abs().log10().floor() as i32 + 1;
    let decimals = usize::try_from(DIGITS - before_point).unwrap_or(0);
    thousands_apart(&format!("{rounded:.decimals$}"))
}

/// The same without zeros that say nothing, for the ticks of an axis: `0.5`, `20`.
#[must_use]
pub fn shortest(value: f64) -> String {
    let text = significant(value);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_four_significant_digits_and_a_unit() {
        assert_eq!(time(812.0).to_string(), "812.0\u{a0}ns");
        assert_eq!(time(63_214.4).to_string(), "63.21\u{a0}µs");
        assert_eq!(time(1_050_000_000.0).to_string(), "1.050\u{a0}s");
        assert_eq!(throughput(125_000_000.0).to_string(), "1,000\u{a0}Mbit/s");
        assert_eq!(throughput(15_820.0).to_string(), "0.1266\u{a0}Mbit/s");
        for (value, text, short) in [
            (0.0, "0", "0"),
            (1.0, "1.000", "1"),
            (35.1, "35.10", "35.1"),
            (0.012_345_6, "0.01235", "0.01235"),
            (0.000_079_37, "0.00007937", "0.00007937"),
            (1e-13, "0", "0"),
            (9.999_96, "10.00", "10"),
            (999.96, "1,000", "1,000"),
            (1_234.6, "1,235", "1,235"),
            (123_456.0, "123,500", "123,500"),
            (-2.5, "-2.500", "-2.5"),
            (-123_456.0, "-123,500", "-123,500"),
            (f64::NAN, "–", "–"),
        ] {
            assert_eq!(significant(value), text);
            assert_eq!(shortest(value), short);
        }
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(counted(1, "probe"), "1 probe");
        assert_eq!(span(6, 40), "6 to 40 rounds");
        assert_eq!(span(6, 6), "6 rounds");
        assert_eq!(span(0, 1), "0 to 1 round");
        assert_eq!(counted(1_000, "probe"), "1,000 probes");
    }

    #[test]
    fn a_column_of_times_is_in_the_unit_of_its_middle() {
        let unit = |times: &[f64]| Unit::of_times(times.to_vec()).name;
        assert_eq!(unit(&[27e3, 28e3, 100e6]), "µs");
        assert_eq!(unit(&[100e6, 27e3]), "µs", "of two, the lower");
        assert_eq!(unit(&[100e6, 27e3, 101e6]), "ms");
        assert_eq!(unit(&[]), "µs");
    }

    #[test]
    fn waiting_times_read_as_people_say_them() {
        use std::time::Duration;
        assert_eq!(waiting_time(Duration::from_millis(400)), "less than 1 s");
        assert_eq!(waiting_time(Duration::from_secs(12)), "12 s");
        assert_eq!(waiting_time(Duration::from_secs(200)), "3 min 20 s");
        assert_eq!(waiting_time(Duration::from_mins(125)), "2 h 5 min");
    }
}
