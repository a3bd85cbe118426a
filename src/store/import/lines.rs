//! Text files line by line, and numbers as other programs print them.
//!
//! A line is bounded, so that a file without line ends does not fill the memory; what is wrong with one
//! is said with its place. Lines may end as on any system.

use std::io::{BufRead, Read};

use super::super::Position;
use super::PeerFileError;

/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 4 * 1024;
/// As much of a field is quoted in a sentence, in characters.
const MAX_QUOTED: usize = 24;

/// A text file, one line at a time.
pub(super) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            line: Vec::new(),
            number: 0,
        }
    }

    /// The next line without its end; `None` at the end of the file.
    pub fn next(&mut self) -> Result<Option<Line<'_>>, PeerFileError> {
        self.line.clear();
        let mut bounded = self.reader.by_ref().take(MAX_LINE + 1);
        if bounded.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.line.len() as u64 > MAX_LINE {
            return Err(PeerFileError::Wrong {
                at: self.position(),
                why: format!("this line is longer than {MAX_LINE} bytes"),
            });
        }
        let text = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let is_first = self.number == 1;
        Ok(Some(Line {
            number: self.number,
            // Some editors begin a file with a byte order mark, which is no part of the text.
            text: match text.strip_prefix(b"\xef\xbb\xbf") {
                Some(rest) if is_first => rest,
                _ => text,
            },
        }))
    }

    /// Where the line that was read last begins.
    pub fn position(&self) -> Position {
        Position {
            line: self.number.max(1),
            column: 1,
        }
    }
}

/// A line of a text file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub number: usize,
    pub text: &'a [u8],
}

/// A piece of a line, without the blanks around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    line: Line<'a>,
    offset: usize,
    pub text: &'a [u8],
}

impl<'a> Line<'a> {
    /// What stands between blanks.
    pub fn words(self) -> impl Iterator<Item = Field<'a>> {
        self.pieces(u8::is_ascii_whitespace)
            .filter(|field| !field.text.is_empty())
    }

    /// What stands between commas.
    pub fn cells(self) -> impl Iterator<Item = Field<'a>> {
        self.pieces(|byte| *byte == b',').map(|field| {
            let blanks = field.text.len() - field.text.trim_ascii_start().len();
            Field {
                offset: field.offset + blanks,
                text: field.text.trim_ascii(),
                ..field
            }
        })
    }

    fn pieces(self, between: impl Fn(&u8) -> bool) -> impl Iterator<Item = Field<'a>> {
        let mut begin = 0;
        self.text.split(between).map(move |text| {
            let offset = begin;
            begin += text.len() + 1;
            Field {
                line: self,
                offset,
                text,
            }
        })
    }

    /// That something is wrong with the line as a whole.
    pub fn wrong(self, why: impl Into<String>) -> PeerFileError {
        PeerFileError::Wrong {
            at: Position {
                line: self.number,
                column: 1,
            },
            why: why.into(),
        }
    }
}

impl Field<'_> {
    /// What follows a name that stands at the beginning.
    pub fn after(self, name: &[u8]) -> Option<Self> {
        let text = self.text.strip_prefix(name)?;
        Some(Self {
            offset: self.offset + name.len(),
            text,
            ..self
        })
    }

    /// That something is wrong here, said behind what stands here.
    pub fn wrong(self, why: &str) -> PeerFileError {
        let before = self.line.text.get(..self.offset).unwrap_or_default();
        let text = String::from_utf8_lossy(self.text);
        let mut quoted: String = text.chars().take(MAX_QUOTED).collect();
        if quoted.len() < text.len() {
            quoted.push_str("..");
        }
        let quoted = quoted.escape_debug();
        PeerFileError::Wrong {
            at: Position {
                line: self.line.number,
                column: String::from_utf8_lossy(before).chars().count() + 1,
            },
            why: format!("\"{quoted}\" {why}"),
        }
    }
}

/// A number without sign and exponent as a whole number of its `decimals`-th decimals: `1.25` with 3
/// is 1250. `None` for anything else, also for more decimals than that.
pub(super) fn fixed(text: &[u8], decimals: usize) -> Option<u64> {
    let (whole, part) = match text.iter().position(|byte| *byte == b'.') {
        Some(point) => (text.get(..point)?, text.get(point + 1..)?),
        None => (text, [].as_slice()),
    };
    let ends_in_point = text.last() == Some(&b'.');
    if whole.is_empty() || ends_in_point || part.len() > decimals {
        return None;
    }
    let zeros = std::iter::repeat_n(&b'0', decimals - part.len());
    whole
        .iter()
        .chain(part)
        .chain(zeros)
        .try_fold(0_u64, |value, byte| {
            let digit = char::from(*byte).to_digit(10)?;
            value.checked_mul(10)?.checked_add(u64::from(digit))
        })
}

/// A decimal number and how far it may lie from what was printed with so many decimals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    pub value: f64,
    /// Half of the last decimal.
    pub half: f64,
    pub decimals: usize,
}

/// A number with a decimal point and without sign and exponent, of at most 12 decimals.
#[expect(
    clippy::cast_precision_loss,
    reason = "a number of more digits than 2^53 has is rounded, as any decimal number is"
)]
pub(super) fn decimal(text: &[u8]) -> Option<Decimal> {
    const MAX_DECIMALS: usize = 12;
    let point = text.iter().position(|byte| *byte == b'.')?;
    let decimals = text.len() - point - 1;
    if decimals > MAX_DECIMALS {
        return None;
    }
    let digits = fixed(text, decimals)?;
    let last = (0..decimals).fold(1.0, |scale, _| scale * 10.0);
    Some(Decimal {
        value: digits as f64 / last,
        half: 0.5 / last,
        decimals,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        assert_eq!(fixed(b"2.417848247", 9), Some(2_417_848_247));
        assert_eq!(fixed(b"2.5", 9), Some(2_500_000_000));
        assert_eq!(fixed(b"7", 3), Some(7_000));
        let nothing: [&[u8]; 9] = [
            b"", b".", b"1.", b".5", b"-1", b"+1", b"1e3", b"nan", b"1.2345",
        ];
        for text in nothing {
            assert_eq!(fixed(text, 3), None, "{text:?}");
        }
        assert_eq!(fixed(b"18446744073709551616", 0), None);
        let read = decimal(b"0.00000651").unwrap();
        assert!((read.value - 6.51e-6).abs() < 1e-18 && (read.half - 5e-9).abs() < 1e-18);
        assert!(decimal(b"651").is_none() && decimal(b"inf").is_none());
    }

    #[test]
    fn a_field_knows_its_place() {
        let line = Line {
            number: 4,
            text: "é, 2".as_bytes(),
        };
        let field = line.cells().nth(1).unwrap();
        assert_eq!(
            field.wrong("is two").to_string(),
            "line 4, column 4: \"2\" is two"
        );
        assert_eq!(line.words().count(), 2);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let long = vec![b'1'; 5_000];
        let mut lines = Lines::new(long.as_slice());
        let error = lines.next().unwrap_err().to_string();
        assert_eq!(
            error,
            "line 1, column 1: this line is longer than 4096 bytes"
        );
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(number in 0_u64..u64::MAX / 2, decimals in 1_usize..10) {
            let scale = 10_u64.pow(u32::try_from(decimals).unwrap());
            let text = format!("{}.{:0decimals$}", number / scale, number % scale);
            prop_assert_eq!(fixed(text.as_bytes(), decimals), Some(number));
        }

        #[test]
        fn any_bytes_are_a_number_or_none(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
            let read = decimal(&bytes);
            prop_assert!(read.is_none_or(|number| number.value.is_finite()));
        }
    }
}
