//! The client's ear: reads a server's one-line replies.

use memchr::{memchr, memchr2};

use super::echo::is_stray;
use super::{Dialect, Phase};

/// Longest reply line in bytes before it is taken for something else.
pub const MAX_REPLY_LINE: usize = 1024;

/// Whether a reply accepts or refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyCode {
    /// `200`, or any number and `OK`.
    Accepted,
    /// `404` or another number of the 400s, or `ERROR`.
    Refused,
}

/// A server's reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What it means.
    pub code: ReplyCode,
    /// Its text as it came, without the blanks about it and its end; what cannot be shown is escaped.
    pub text: String,
}

/// Something that is no reply of this protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReply {
    /// It is a line, but not one of this phase.
    #[error("the server answered \"{0}\"")]
    Unexpected(String),
    /// There is no end of line within [`MAX_REPLY_LINE`] bytes.
    #[error("the server sent {MAX_REPLY_LINE} bytes without an end of line")]
    TooLong,
}

/// The reply at the start of `input` and the bytes it takes; `None` until its end has come: `\n`, or NUL
/// for a tolerant reading, which also passes over line ends and NULs that were left over before it.
///
/// # Errors
/// What came cannot be a reply. A strict reading wants the dialect's exact lines; a tolerant one goes
/// by the first two words, whatever their case and the punctuation about them.
pub fn parse_reply(
    input: &[u8],
    dialect: Dialect,
    phase: Phase,
    strict: bool,
) -> Result<Option<(Reply, usize)>, BadReply> {
    let stray = if strict { 0 } else { stray(input) };
    if stray >= MAX_REPLY_LINE {
        return Err(BadReply::TooLong);
    }
    let input = input.get(stray..).unwrap_or_default();
    let window = input.get(..MAX_REPLY_LINE).unwrap_or(input);
    let end = if strict {
        memchr(b'\n', window)
    } else {
        memchr2(b'\n', 0, window)
    };
    match end {
        Some(end) => {
            let line = window.get(..end).unwrap_or_default();
            read_line(line, dialect, phase, strict).map(|reply| Some((reply, stray + end + 1)))
        }
        None if input.len() >= MAX_REPLY_LINE => Err(BadReply::TooLong),
        None => Ok(None),
    }
}

/// Whether nothing has come but what an earlier reply may have left over.
#[must_use]
pub fn is_left_over(input: &[u8]) -> bool {
    stray(input) == input.len()
}

fn stray(input: &[u8]) -> usize {
    input.iter().take_while(|byte| is_stray(**byte)).count()
}

/// The reply in the bytes left when the stream ended: a tolerant client takes the end of the stream
/// for the end of the line.
///
/// # Errors
/// As [`parse_reply`]; a strict reading has no reply without its `\n`.
pub fn parse_last_reply(
    input: &[u8],
    dialect: Dialect,
    phase: Phase,
    strict: bool,
) -> Result<Reply, BadReply> {
    if strict {
        return Err(BadReply::Unexpected(quote(input)));
    }
    read_line(input, dialect, phase, strict)
}

fn read_line(line: &[u8], dialect: Dialect, phase: Phase, strict: bool) -> Result<Reply, BadReply> {
    let unexpected = || BadReply::Unexpected(quote(line));
    if strict {
        let text = std::str::from_utf8(line).map_err(|_| unexpected())?;
        let code = if phase != Phase::Measurement && text == dialect.accepted_line(phase) {
            ReplyCode::Accepted
        } else if text == dialect.refusal_line(phase) {
            ReplyCode::Refused
        } else {
            return Err(unexpected());
        };
        return Ok(Reply {
            code,
            text: text.to_owned(),
        });
    }
    let is_around = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let start = line.iter().take_while(|byte| is_around(byte)).count();
    let line = line.get(start..).unwrap_or_default();
    let end = line.iter().rev().take_while(|byte| is_around(byte)).count();
    let line = line.get(..line.len() - end).unwrap_or_default();
    let code = judged(&String::from_utf8_lossy(line)).ok_or_else(unexpected)?;
    Ok(Reply {
        code,
        text: legible(line),
    })
}

/// A line of a stranger as text that is safe to show: letters as they are, and an escape for whatever has no
/// shape of its own or would change how the rest is read.
fn legible(line: &[u8]) -> String {
    let mut text = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if has_shape(letter) {
                text.push(letter);
            } else {
                text.extend(letter.escape_default());
            }
        }
        text.extend(chunk.invalid().escape_ascii().map(char::from));
    }
    text
}

/// Whether a character shows as itself. Those that do not: controls, and what Unicode has for the direction and
/// the joining of others (General Category Cf, the blocks in which they lie).
fn has_shape(letter: char) -> bool {
    !letter.is_control()
        && !matches!(
            letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// What the first two words mean, where they mean anything. `200OK` counts as two.
fn judged(text: &str) -> Option<ReplyCode> {
    let is_part = |c: char| c.is_alphanumeric();
    let first = text.trim_start_matches(|c| !is_part(c));
    let digits = first.len() - first.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = first.split_at(digits);
    let word: String = rest
        .trim_start_matches(|c| !is_part(c))
        .chars()
        .take_while(|c| c.is_alphabetic())
        .collect();
    let is = |what: &str| word.eq_ignore_ascii_case(what);
    let number = number.trim_start_matches('0');
    if (number.len() == 3 && number.starts_with('4')) || is("ERROR") {
        Some(ReplyCode::Refused)
    } else if number == "200" || (digits > 0 && is("OK")) {
        Some(ReplyCode::Accepted)
    } else {
        None
    }
}

/// Bytes of a stranger that are shown of many.
const SHOWN: usize = 60;

/// Bytes of a stranger as text that is safe to show, those about `place` if there are many: what is wrong with
/// them begins there.
#[must_use]
pub fn quote_about(bytes: &[u8], place: usize) -> String {
    if place + SHOWN / 4 < SHOWN || place >= bytes.len() {
        return quote(bytes);
    }
    let from = place.saturating_sub(SHOWN / 3);
    format!("…{}", quote(bytes.get(from..).unwrap_or_default()))
}

/// Bytes of a stranger as text that is safe to show: control characters escaped, at most 60 bytes.
#[must_use]
pub fn quote(bytes: &[u8]) -> String {
    let mut text = bytes
        .get(..SHOWN)
        .unwrap_or(bytes)
        .escape_ascii()
        .to_string();
    if bytes.len() > SHOWN {
        text.push('…');
    }
    text
}
