//! Liberties that clients take with the text and that change nothing of what their messages say.

use std::fmt;

use super::{Dialect, Digits, Idiom, MeasurementType, Separator};

/// Which of them a client took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Liberties(u8);

const BLANKS: Liberties = Liberties(1);
const CARRIAGE_RETURNS: Liberties = Liberties(1 << 1);
const DECIMALS: Liberties = Liberties(1 << 2);
const ZEROS: Liberties = Liberties(1 << 3);
const TYPE_WORD: Liberties = Liberties(1 << 4);
const TYPED_ESCAPE: Liberties = Liberties(1 << 5);
const TABS: Liberties = Liberties(1 << 6);

const PARTED: Liberties = Liberties(1 << 7);

const WORDS: [(Liberties, &str); 8] = [
    (BLANKS, "blanks where the text has none"),
    (TABS, "TABs in probes"),
    (CARRIAGE_RETURNS, "\\r before \\n"),
    (DECIMALS, "decimals"),
    (ZEROS, "zeros before numbers"),
    (TYPE_WORD, "another word for the measurement type"),
    (TYPED_ESCAPE, "the two letters \\n in place of a line end"),
    (PARTED, "the termination over a connection of its own"),
];

/// A line end as somebody typed it.
pub(super) const TYPED: &[u8] = b"\\n";

impl Liberties {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Takes note of more.
    pub(super) fn add(&mut self, more: Self) {
        self.0 |= more.0;
    }

    /// That of a client whose termination comes over another connection.
    pub(super) fn of_parting() -> Self {
        PARTED
    }

    fn when(self, is_taken: bool) -> Self {
        if is_taken { self } else { Self::default() }
    }

    fn all(some: impl IntoIterator<Item = Self>) -> Self {
        let some = some.into_iter().map(|one| one.0);
        Self(some.fold(0, |all, one| all | one))
    }

    /// Those of a setup line that was understood, without its `\n`.
    pub(super) fn of_setup(line: &[u8], idiom: Idiom) -> Self {
        let text = line.strip_suffix(b"\r").unwrap_or(line);
        let plain = text.strip_suffix(TYPED).unwrap_or(text);
        let fields: Vec<&[u8]> = fields(plain).collect();
        let numbers = fields.get(2..).unwrap_or_default();
        let has_zeros = numbers.iter().any(|number| begins_with_zeros(number));
        let kinds = [MeasurementType::Rtt, MeasurementType::Tput];
        let is_of_the_text = |word: &&[u8]| {
            let mut words = kinds.iter().map(|kind| idiom.dialect.type_word(*kind));
            words.any(|known| known.as_bytes() == *word)
        };
        // What an idiom has a word for is said there.
        let lengths = fields.iter().map(|field| field.len() + 1);
        let is_of_tabs = idiom.variant.separator == Separator::Tab;
        Self::all([
            BLANKS.when(plain.len() + 1 != lengths.sum::<usize>()),
            CARRIAGE_RETURNS.when(text.len() != line.len()),
            TYPED_ESCAPE.when(plain.len() != text.len()),
            DECIMALS.when(numbers.iter().any(|number| number.contains(&b'.'))),
            ZEROS.when(has_zeros && idiom.variant.digits == Digits::Plain),
            TYPE_WORD.when(!fields.get(1).is_some_and(is_of_the_text)),
            BLANKS.when(is_of_tabs && plain.contains(&b' ')),
        ])
    }

    /// Those of a probe: what stands before its payload, and what behind it.
    pub(super) fn of_probe(head: &[u8], behind: &[u8], idiom: Idiom) -> Self {
        let words = idiom.dialect.words();
        let numbers = if words.payload_before_seq {
            behind
        } else {
            head
        };
        let number = fields(numbers).find(|field| field.first().is_some_and(u8::is_ascii_digit));
        let number = number.unwrap_or_default();
        // A letter, a blank, a number, a blank; or a blank and a number.
        let blanks = head.iter().chain(behind).filter(|byte| is_blank(**byte));
        let is_padded = idiom.variant.digits == Digits::Padded;
        Self::all([
            BLANKS.when(blanks.count() > 2),
            TABS.when(head.iter().chain(behind).any(|byte| *byte == b'\t')),
            CARRIAGE_RETURNS.when(behind.contains(&b'\r')),
            DECIMALS.when(number.contains(&b'.')),
            ZEROS.when(begins_with_zeros(number) && !is_padded),
        ])
    }

    /// Those of a termination. A blank behind its letter stands for a line end that is not there.
    pub(super) fn of_termination(message: &[u8], dialect: Dialect) -> Self {
        let behind = message.get(dialect.termination().len()..);
        let behind = behind.unwrap_or_default();
        Self::all([
            BLANKS.when(behind.contains(&b'\n') && behind.iter().any(|byte| is_blank(*byte))),
            TYPED_ESCAPE.when(behind.starts_with(TYPED)),
            CARRIAGE_RETURNS.when(behind.contains(&b'\r')),
        ])
    }
}

fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let between = |byte: &u8| is_blank(*byte) || matches!(byte, b'\r' | b'\n' | 0);
    line.split(between).filter(|field| !field.is_empty())
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn begins_with_zeros(number: &[u8]) -> bool {
    matches!(number, [b'0', b'0'..=b'9', ..])
}

/// In words, for people; nothing where there are none.
impl fmt::Display for Liberties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let taken = WORDS.iter().filter(|(one, _)| self.0 & one.0 != 0);
        let words: Vec<&str> = taken.map(|(_, word)| *word).collect();
        f.write_str(&words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(taken: Liberties) -> String {
        taken.to_string()
    }

    #[test]
    fn what_keeps_to_the_text_takes_none() {
        let boston = Idiom::default();
        assert!(Liberties::of_setup(b"s rtt 10 100 0", boston).is_empty());
        assert!(Liberties::of_probe(b"m 1 ", b"\n", boston).is_empty());
        assert!(Liberties::of_probe(b"m 0 ", b"", boston).is_empty());
        let size_first = Idiom::from(Dialect::BostonSizeFirst);
        assert!(Liberties::of_probe(b"m ", b" 10\n", size_first).is_empty());
        assert!(Liberties::of_termination(b"t\n", Dialect::Boston).is_empty());
        assert!(Liberties::of_termination(b"t ", Dialect::Boston).is_empty());
        let mut tabs = boston;
        tabs.variant.separator = Separator::Tab;
        assert!(Liberties::of_setup(b"s\trtt\t10\t100\t0", tabs).is_empty());
        let mut padded = Idiom::from(Dialect::Bologna);
        padded.variant.digits = Digits::Padded;
        assert!(Liberties::of_setup(b"h rtt 00020 00100 00000", padded).is_empty());
        assert!(Liberties::of_probe(b"m 00001 ", b"", padded).is_empty());
    }

    #[test]
    fn each_has_its_words() {
        let boston = Idiom::default();
        for (line, words) in [
            (&b"s  rtt 10 100 0"[..], "blanks where"),
            (b"s rtt 10 100 0 ", "blanks where"),
            (b"s rtt 10 100 0\r", "\\r before"),
            (b"s rtt 10.0 100 0", "decimals"),
            (b"s rtt 10 100 0.5", "decimals"),
            (b"s rtt 010 100 0", "zeros before"),
            (b"s RTT 10 100 0", "another word"),
            (b"s rtt 10 100 0\\n", "the two letters"),
        ] {
            let taken = said(Liberties::of_setup(line, boston));
            assert!(taken.starts_with(words), "{taken}");
            assert!(!taken.contains(", "), "{taken}");
        }
        for (head, behind, words) in [
            (&b"m 1  "[..], &b"\n"[..], "blanks where the text has none"),
            (b"m 1 ", b" \n", "blanks where the text has none"),
            (b"m\t1 ", b"\n", "TABs in probes"),
            (b"m 1 ", b"\r\n", "\\r before \\n"),
            (b"m 1.0 ", b"\n", "decimals"),
            (b"m 01 ", b"\n", "zeros before numbers"),
        ] {
            assert_eq!(said(Liberties::of_probe(head, behind, boston)), words);
        }
        let blanks = Liberties::of_termination(b"t  \n", Dialect::Boston);
        assert_eq!(said(blanks), "blanks where the text has none");
    }
}
