//! Reading a setup line: to the letter, or as strangers write it.

use super::{
    Dialect, Idiom, Limits, MeasurementType, RefusalReason, Rules, Separator, Setup, SetupField,
};
use crate::protocol::idiom::{Digits, PADDED};

/// Digits behind the point that count.
const DECIMALS: usize = 9;
const NS_IN_MS: u64 = 1_000_000;

/// A setup line that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeardSetup {
    pub setup: Setup,
    /// The server delay in nanoseconds.
    pub delay_ns: u64,
    /// The dialect it is in, and how it is written.
    pub idiom: Idiom,
}

/// The dialect whose setup letter a line begins with; the one that is spoken anyway comes first, and is
/// the only one for a strict reading.
pub(super) fn dialect_of(line: &[u8], spoken: Dialect, strict: bool) -> Option<Dialect> {
    let is_in = |dialect: &Dialect| line.starts_with(dialect.words().setup.as_bytes());
    let others = [Dialect::Boston, Dialect::Bologna];
    let others = others.into_iter().filter(|_| !strict);
    std::iter::once(spoken).chain(others).find(is_in)
}

/// Reads a setup line without its `\n`.
///
/// # Errors
/// The first thing in it that the grammar or the limits forbid. A strict reading wants single spaces
/// and nothing around them; a tolerant one takes any run of blanks, decimals, either word for
/// throughput, and words in capitals.
pub(super) fn read_setup(line: &[u8], rules: &Rules) -> Result<HeardSetup, RefusalReason> {
    let strict = rules.strict;
    let text = std::str::from_utf8(line).map_err(|_| RefusalReason::NotAscii)?;
    // Typed at a prompt, the escape comes as it was typed.
    let text = if strict {
        text
    } else {
        text.trim_end().trim_end_matches("\\n")
    };
    let blank: fn(char) -> bool = if strict {
        |c| c == ' '
    } else {
        |c| matches!(c, ' ' | '\t' | '\r' | '\0')
    };
    // A strict split keeps empty fields, so that a doubled blank is seen as one field too many.
    let mut fields = text
        .split(blank)
        .filter(|field| strict || !field.is_empty());
    let letter = fields.next().unwrap_or_default();
    let dialect = dialect_of(letter.as_bytes(), rules.dialect, strict)
        .filter(|dialect| dialect.words().setup == letter)
        .ok_or(RefusalReason::UnknownLetter)?;
    let words = dialect.words();
    let mut field = |name| fields.next().ok_or(RefusalReason::MissingField(name));

    let kind = kind_of(field(SetupField::MeasurementType)?, dialect, strict)?;
    let order = if words.size_before_probes {
        [SetupField::MessageSize, SetupField::Probes]
    } else {
        [SetupField::Probes, SetupField::MessageSize]
    };
    let mut numbers = [0_u64; 2];
    let mut is_padded = true;
    let mut has_zeros = false;
    let mut note_digits = |text: &str| {
        is_padded &= text.len() == PADDED as usize;
        has_zeros |= text.len() > 1 && text.starts_with('0');
    };
    for (number, name) in numbers.iter_mut().zip(order) {
        let text = field(name)?;
        note_digits(text);
        *number = whole_number(text, name, strict)?;
    }
    let [first, second] = numbers;
    let (probes, message_size) = if words.size_before_probes {
        (second, first)
    } else {
        (first, second)
    };
    let text = field(SetupField::ServerDelay)?;
    note_digits(text);
    let delay_ns = delay_of(text, rules)?;
    if fields.next().is_some() {
        return Err(RefusalReason::ExtraField);
    }

    let probes = probes_in_range(probes, dialect, rules)?;
    size_in_range(message_size, rules)?;
    if delay_ns > rules.limits.max_delay_ms.saturating_mul(NS_IN_MS) {
        return Err(RefusalReason::OverLimit(SetupField::ServerDelay));
    }
    let mut idiom = Idiom::from(dialect);
    if !strict && is_padded && has_zeros {
        idiom.variant.digits = Digits::Padded;
    }
    if text_has_tab(line) {
        idiom.variant.separator = Separator::Tab;
    }
    Ok(HeardSetup {
        setup: Setup {
            kind,
            probes,
            message_size,
            server_delay_ms: delay_ns / NS_IN_MS,
        },
        delay_ns,
        idiom,
    })
}

/// Whether a tolerant reading would refuse a line that begins like that whatever still came of it. `reason` is why it
/// is refused as it is.
pub(super) fn is_beyond_mending(line: &[u8], reason: RefusalReason) -> bool {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    match reason {
        RefusalReason::UnknownLetter
        | RefusalReason::TooSmall(..)
        | RefusalReason::OverLimit(..)
        | RefusalReason::NotInList
        | RefusalReason::ExtraField => true,
        // `rt` may become `rtt`, where nothing stands behind it yet.
        RefusalReason::UnknownType => {
            let mut words = line.split(blank).filter(|word| !word.is_empty());
            words.nth(2).is_some()
        }
        // `0.` may become `0.5`.
        RefusalReason::NotANumber(_) => !line.ends_with(b"."),
        _ => false,
    }
}

/// The same setup with sizes and probes the other way round.
///
/// # Errors
/// The limit that it is over then.
pub(super) fn swapped(setup: Setup, to: Dialect, rules: &Rules) -> Result<Setup, RefusalReason> {
    let probes = probes_in_range(setup.message_size, to, rules)?;
    let message_size = u64::from(setup.probes);
    size_in_range(message_size, rules)?;
    Ok(Setup {
        probes,
        message_size,
        ..setup
    })
}

fn text_has_tab(line: &[u8]) -> bool {
    line.contains(&b'\t')
}

fn kind_of(word: &str, dialect: Dialect, strict: bool) -> Result<MeasurementType, RefusalReason> {
    let kinds = [MeasurementType::Rtt, MeasurementType::Tput];
    let exact = kinds
        .into_iter()
        .find(|kind| word == dialect.type_word(*kind));
    let tolerant = || {
        let dialects = [Dialect::Boston, Dialect::Bologna];
        let is_word = |kind: &MeasurementType| {
            let known = dialects.map(|dialect| dialect.type_word(*kind));
            known.iter().any(|known| known.eq_ignore_ascii_case(word))
        };
        // Some clients of Bologna's send the place in their menu.
        let number = match word {
            "0" if dialect == Dialect::Bologna => Some(MeasurementType::Rtt),
            "1" if dialect == Dialect::Bologna => Some(MeasurementType::Tput),
            _ => None,
        };
        kinds.into_iter().find(is_word).or(number)
    };
    let kind = if strict {
        exact
    } else {
        exact.or_else(tolerant)
    };
    kind.ok_or(RefusalReason::UnknownType)
}

/// The server delay in nanoseconds.
fn delay_of(text: &str, rules: &Rules) -> Result<u64, RefusalReason> {
    let field = SetupField::ServerDelay;
    let over = RefusalReason::OverLimit(field);
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) if !rules.strict => (whole, decimals),
        _ => (text, "0"),
    };
    let whole = digits(whole, field)?;
    digits(decimals, field)?;
    let counted = decimals.get(..DECIMALS).unwrap_or(decimals);
    let mut billionths: u128 = counted.parse().map_err(|_| over)?;
    for _ in counted.len()..DECIMALS {
        billionths *= 10;
    }
    let billionths = u128::from(whole) * 1_000_000_000 + billionths;
    rules.delay_unit.in_nanoseconds(billionths).ok_or(over)
}

fn whole_number(text: &str, field: SetupField, strict: bool) -> Result<u64, RefusalReason> {
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !strict && zeros.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    };
    digits(whole, field)
}

fn digits(text: &str, field: SetupField) -> Result<u64, RefusalReason> {
    // `u64::from_str` also takes a leading plus sign, which the grammar has not.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RefusalReason::NotANumber(field));
    }
    text.parse().map_err(|_| RefusalReason::OverLimit(field))
}

fn probes_in_range(value: u64, dialect: Dialect, rules: &Rules) -> Result<u32, RefusalReason> {
    let Limits { max_probes, .. } = rules.limits;
    let least = rules.least_probes.unwrap_or(dialect.least_probes());
    let field = SetupField::Probes;
    in_range(value, u64::from(least.max(1)), u64::from(max_probes), field)?;
    u32::try_from(value).map_err(|_| RefusalReason::OverLimit(field))
}

fn size_in_range(value: u64, rules: &Rules) -> Result<(), RefusalReason> {
    let most = rules.limits.max_message_size;
    in_range(value, 1, most, SetupField::MessageSize)?;
    if rules.sizes.is_empty() || rules.sizes.contains(&value) {
        Ok(())
    } else {
        Err(RefusalReason::NotInList)
    }
}

fn in_range(value: u64, least: u64, most: u64, field: SetupField) -> Result<(), RefusalReason> {
    if value < least {
        Err(RefusalReason::TooSmall(field, least))
    } else if value > most {
        Err(RefusalReason::OverLimit(field))
    } else {
        Ok(())
    }
}
