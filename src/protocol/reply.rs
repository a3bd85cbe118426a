//! The client's ear: reads a server's one-line replies.

use memchr::memchr;

use super::{Dialect, Phase};

/// Longest reply line in bytes before it is taken for something else.
pub const MAX_REPLY_LINE: usize = 1024;

/// Whether a reply accepts or refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyCode {
    /// `200`
    Accepted,
    /// `404`
    Refused,
}

/// A server's reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What it means.
    pub code: ReplyCode,
    /// Its text as it came, without its end.
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

/// The reply at the start of `input` and the bytes it takes; `None` until its `\n` has come.
///
/// # Errors
/// What came cannot be a reply. A strict reading wants the dialect's exact lines; a tolerant one goes
/// by the first word alone.
pub fn parse_reply(
    input: &[u8],
    dialect: Dialect,
    phase: Phase,
    strict: bool,
) -> Result<Option<(Reply, usize)>, BadReply> {
    let window = input.get(..MAX_REPLY_LINE).unwrap_or(input);
    match memchr(b'\n', window) {
        Some(end) => {
            let line = window.get(..end).unwrap_or_default();
            read_line(line, dialect, phase, strict).map(|reply| Some((reply, end + 1)))
        }
        None if input.len() >= MAX_REPLY_LINE => Err(BadReply::TooLong),
        None => Ok(None),
    }
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
    let text = String::from_utf8_lossy(line);
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\0');
    let first = text.split(|c: char| !c.is_ascii_digit()).next();
    let code = match first {
        Some("200") => ReplyCode::Accepted,
        Some("404") => ReplyCode::Refused,
        _ => return Err(unexpected()),
    };
    Ok(Reply {
        code,
        text: text.chars().filter(|c| !c.is_control()).collect(),
    })
}

/// Bytes of a stranger as text that is safe to show: control characters escaped, at most 60 bytes.
#[must_use]
pub fn quote(bytes: &[u8]) -> String {
    const SHOWN: usize = 60;
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
