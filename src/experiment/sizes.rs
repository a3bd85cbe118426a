//! Lists of message sizes (and delays), as people type them.
//!
//! `1,100,1K`, linear ranges `1..1000:100`, geometric ranges `1..64K:x2`; K and M are 1024 and 1024².

use crate::protocol::MeasurementType;

/// What a list may look like, for help texts.
pub const LIST_HELP: &str = "for example 1,100,1K or 1..1000:100 or 1..64K:x2";

/// Why a text is no list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// There is nothing in it.
    #[error("is empty; write {LIST_HELP}")]
    Empty,
    /// Two commas with nothing between them.
    #[error("has an empty place between commas")]
    EmptyItem,
    /// A number that is none.
    #[error("\"{0}\" is not a whole number (K and M may follow one)")]
    NotANumber(String),
    /// A number beyond 64 bits.
    #[error("\"{0}\" is too large")]
    TooLarge(String),
    /// A range without its step.
    #[error("\"{0}\" needs a step: {0}:100 adds 100, {0}:x2 doubles")]
    NoStep(String),
    /// A step that does not move.
    #[error("the step in \"{0}\" does not move on")]
    BadStep(String),
    /// The end lies below the start.
    #[error("\"{0}\" ends before it begins")]
    Backwards(String),
    /// A doubling from 0 stays at 0.
    #[error("\"{0}\" cannot grow from 0 by a factor")]
    GeometricFromZero(String),
    /// More values than anyone measures.
    #[error("has more than {0} values")]
    TooMany(usize),
}

/// The values of a list, in the order given, duplicates removed.
///
/// # Errors
/// The first thing in it that cannot be read, or more than `most` values.
pub fn parse_list(text: &str, most: usize) -> Result<Vec<u64>, ListError> {
    if text.trim().is_empty() {
        return Err(ListError::Empty);
    }
    let mut values: Vec<u64> = Vec::new();
    for item in text.split(',') {
        let item = item.trim();
        if item.is_empty() {
            return Err(ListError::EmptyItem);
        }
        for value in Item::parse(item)? {
            // Quadratic, but over at most `most` values.
            if !values.contains(&value) {
                if values.len() == most {
                    return Err(ListError::TooMany(most));
                }
                values.push(value);
            }
        }
    }
    Ok(values)
}

/// One item of a list: a value, or a range as an iterator, so that `1..1G:1` costs nothing.
struct Item {
    next: Option<u64>,
    end: u64,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Add(u64),
    Times(u64),
}

impl Item {
    fn parse(item: &str) -> Result<Self, ListError> {
        let Some((start, rest)) = item.split_once("..") else {
            let value = number(item)?;
            return Ok(Self {
                next: Some(value),
                end: value,
                step: Step::Add(1),
            });
        };
        let Some((end, step)) = rest.split_once(':') else {
            return Err(ListError::NoStep(item.to_owned()));
        };
        let (start, end) = (number(start)?, number(end)?);
        if end < start {
            return Err(ListError::Backwards(item.to_owned()));
        }
        let step = match step.trim().strip_prefix(['x', 'X']) {
            Some(factor) => match number(factor)? {
                0 | 1 => return Err(ListError::BadStep(item.to_owned())),
                _ if start == 0 => return Err(ListError::GeometricFromZero(item.to_owned())),
                factor => Step::Times(factor),
            },
            None => match number(step)? {
                0 => return Err(ListError::BadStep(item.to_owned())),
                step => Step::Add(step),
            },
        };
        Ok(Self {
            next: Some(start),
            end,
            step,
        })
    }
}

impl Iterator for Item {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let value = self.next.filter(|value| *value <= self.end)?;
        self.next = match self.step {
            Step::Add(step) => value.checked_add(step),
            Step::Times(factor) => value.checked_mul(factor),
        };
        Some(value)
    }
}

fn number(text: &str) -> Result<u64, ListError> {
    let text = text.trim();
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (text.get(..text.len() - 1).unwrap_or_default(), 1024),
        Some(b'm' | b'M') => (text.get(..text.len() - 1).unwrap_or_default(), 1024 * 1024),
        _ => (text, 1),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ListError::NotANumber(text.to_owned()));
    }
    digits
        .parse::<u64>()
        .ok()
        .and_then(|value| value.checked_mul(unit))
        .ok_or_else(|| ListError::TooLarge(text.to_owned()))
}

/// A list as text that [`parse_list`] reads back: whole multiples of 1024 with K and M.
#[must_use]
pub fn format_list(values: &[u64]) -> String {
    const K: u64 = 1024;
    const M: u64 = K * K;
    let texts: Vec<String> = values
        .iter()
        .map(|value| match *value {
            value if value >= M && value % M == 0 => format!("{}M", value / M),
            value if value >= K && value % K == 0 => format!("{}K", value / K),
            value => value.to_string(),
        })
        .collect();
    texts.join(",")
}

/// The assignment's sets of message sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeSet {
    /// 1 to 1000 bytes, for round-trip time.
    Rtt,
    /// 1K to 32K in 1024s, for throughput.
    TputBinary,
    /// 1000 to 32,000 bytes, for throughput.
    TputDecimal,
}

impl SizeSet {
    /// Every set, in the order shown.
    pub const ALL: [Self; 3] = [Self::Rtt, Self::TputBinary, Self::TputDecimal];

    /// The set that a measurement type starts with.
    #[must_use]
    pub fn default_for(kind: MeasurementType) -> Self {
        match kind {
            MeasurementType::Rtt => Self::Rtt,
            MeasurementType::Tput => Self::TputBinary,
        }
    }

    /// The sizes, in bytes.
    #[must_use]
    pub fn sizes(self) -> &'static [u64] {
        match self {
            Self::Rtt => &[1, 100, 200, 400, 800, 1000],
            Self::TputBinary => &[1024, 2048, 4096, 8192, 16384, 32768],
            Self::TputDecimal => &[1000, 2000, 4000, 8000, 16000, 32000],
        }
    }

    /// A short name for a button.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rtt => "1 to 1000",
            Self::TputBinary => "1K to 32K",
            Self::TputDecimal => "1000 to 32000",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_are_read_as_the_help_says() {
        let read = |text| parse_list(text, 100).unwrap();
        assert_eq!(read("1,100,1K"), [1, 100, 1024]);
        assert_eq!(read(" 3 , 1,3, 2 "), [3, 1, 2]);
        assert_eq!(read("1..1000:300"), [1, 301, 601, 901]);
        assert_eq!(read("0..10:5"), [0, 5, 10]);
        assert_eq!(read("1..9:x2"), [1, 2, 4, 8]);
        assert_eq!(read("16K..64k:X2,1M"), [16384, 32768, 65536, 1_048_576]);
        assert_eq!(read("18446744073709551615"), [u64::MAX]);
    }

    #[test]
    fn a_bad_list_says_what_is_wrong() {
        use ListError as E;
        let read = |text| parse_list(text, 100).unwrap_err();
        assert_eq!(read("  "), E::Empty);
        assert_eq!(read("1,,2"), E::EmptyItem);
        assert_eq!(read("1,"), E::EmptyItem);
        assert_eq!(read("-1"), E::NotANumber("-1".into()));
        assert_eq!(read("1.5"), E::NotANumber("1.5".into()));
        assert_eq!(read("K"), E::NotANumber("K".into()));
        assert_eq!(read("1..5"), E::NoStep("1..5".into()));
        assert_eq!(read("1..5:0"), E::BadStep("1..5:0".into()));
        assert_eq!(read("1..5:x1"), E::BadStep("1..5:x1".into()));
        assert_eq!(read("5..1:1"), E::Backwards("5..1:1".into()));
        assert_eq!(read("0..5:x2"), E::GeometricFromZero("0..5:x2".into()));
        assert_eq!(
            read("99999999999999999999"),
            E::TooLarge("99999999999999999999".into())
        );
        assert_eq!(read("1..1000:1"), E::TooMany(100));
    }

    proptest! {
        #[test]
        fn a_list_written_is_read_back(values in prop::collection::hash_set(any::<u64>(), 1..50)) {
            let values: Vec<u64> = values.into_iter().collect();
            prop_assert_eq!(parse_list(&format_list(&values), 100), Ok(values));
        }

        #[test]
        fn no_text_panics_or_gives_more_than_allowed(text in "[0-9kKmMx.,: -]{0,30}") {
            if let Ok(values) = parse_list(&text, 20) {
                prop_assert!(!values.is_empty() && values.len() <= 20);
            }
        }
    }
}
