//! What a server sends back for a probe: the message as it came, or what others make of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Idiom;

/// Most bytes before what is returned, and most behind it.
pub const MAX_AROUND_ECHO: usize = 64;

const MESSAGE: &str = "{message}";
const PAYLOAD: &str = "{payload}";

/// What of a probe comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Returned {
    /// The message, but for its line end, which counts to what stands behind.
    Message,
    /// The payload alone.
    Payload,
}

/// How a server puts its echoes. As text, and in files, it is a template: `{message}\n` is the message as
/// it came, `{payload}` the payload alone, `100 Continue, data: {payload}\n` has words before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EchoStyle {
    before: Vec<u8>,
    returned: Returned,
    behind: Vec<u8>,
}

impl EchoStyle {
    /// The message as it was sent.
    #[must_use]
    pub fn whole(idiom: Idiom) -> Self {
        let line_end = if idiom.dialect.has_phases() {
            idiom.line_end()
        } else {
            ""
        };
        Self {
            before: Vec::new(),
            returned: Returned::Message,
            behind: line_end.as_bytes().to_vec(),
        }
    }

    /// What stands before it.
    #[must_use]
    pub fn before(&self) -> &[u8] {
        &self.before
    }

    /// What of the probe it is.
    #[must_use]
    pub fn returned(&self) -> Returned {
        self.returned
    }

    /// What stands behind it.
    #[must_use]
    pub fn behind(&self) -> &[u8] {
        &self.behind
    }

    /// Bytes behind that belong to the message: its line end, where that comes back.
    pub(super) fn needed_behind(&self, idiom: Idiom) -> usize {
        let whole = idiom.line_end().as_bytes();
        if self.returned == Returned::Message && self.behind.starts_with(whole) {
            whole.len()
        } else {
            0
        }
    }

    /// What an echo is to the message with that `head`, `payload` and `tail` (without its line end), if it
    /// is one and all of it has come. Line ends and NULs before it belong to the reply before.
    ///
    /// Gives the style and how many bytes were passed over at the front. The message is looked for before
    /// the payload alone, and at the front before anywhere else, since a short payload may be found in
    /// any words.
    pub(super) fn of(
        came: &[u8],
        head: &[u8],
        payload: &[u8],
        tail: &[u8],
    ) -> Option<(Self, usize)> {
        let stray = came.iter().take_while(|byte| is_stray(**byte)).count();
        let echo = came.get(stray..).unwrap_or_default();
        let message = [head, payload, tail].concat();
        let around = |at: usize, len: usize, returned| {
            let (before, behind) = (echo.get(..at)?, echo.get(at + len..)?);
            let is_short = before.len().max(behind.len()) <= MAX_AROUND_ECHO;
            // What comes back twice is no echo with something around it: the next one has another number there.
            let has_message = |part| memchr::memmem::find(part, &message).is_some();
            let is_once = !has_message(before) && !has_message(behind);
            (is_short && is_once).then(|| Self {
                before: before.to_vec(),
                returned,
                behind: behind.to_vec(),
            })
        };
        let front = |what: &[u8], returned| {
            let is_there = !what.is_empty() && echo.starts_with(what);
            is_there.then(|| around(0, what.len(), returned)).flatten()
        };
        let anywhere = |what: &[u8], returned| {
            let at = memchr::memmem::rfind(echo, what).filter(|_| !what.is_empty())?;
            around(at, what.len(), returned)
        };
        let found = front(&message, Returned::Message)
            .or_else(|| front(payload, Returned::Payload))
            .or_else(|| anywhere(&message, Returned::Message))
            .or_else(|| anywhere(payload, Returned::Payload));
        found.map(|style| (style, stray))
    }
}

/// What may stand between a reply and what follows it.
pub(super) fn is_stray(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0)
}

impl fmt::Display for EchoStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let returned = match self.returned {
            Returned::Message => MESSAGE,
            Returned::Payload => PAYLOAD,
        };
        write!(
            f,
            "{}{returned}{}",
            escaped(&self.before),
            escaped(&self.behind)
        )
    }
}

/// Bytes as text. Braces would be taken for the place of what is returned.
fn escaped(bytes: &[u8]) -> String {
    let text = bytes.escape_ascii().to_string();
    text.replace('{', "\\x7b").replace('}', "\\x7d")
}

/// A text that is no template of an echo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEchoStyle {
    /// The place of what is returned is missing, or there are several.
    #[error("must have {{message}} or {{payload}} in it, once")]
    Returned,
    /// There is too much around it.
    #[error("has more than {MAX_AROUND_ECHO} bytes before or behind {{message}} or {{payload}}")]
    TooLong,
    /// A backslash stands before something that is no escape.
    #[error("has a backslash that is none of \\n, \\r, \\t, \\\\ and \\x00")]
    Escape,
}

impl FromStr for EchoStyle {
    type Err = BadEchoStyle;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (returned, before, behind) = match (text.split_once(MESSAGE), text.split_once(PAYLOAD))
        {
            (Some((before, behind)), None) => (Returned::Message, before, behind),
            (None, Some((before, behind))) => (Returned::Payload, before, behind),
            _ => return Err(BadEchoStyle::Returned),
        };
        if behind.contains(MESSAGE) || behind.contains(PAYLOAD) {
            return Err(BadEchoStyle::Returned);
        }
        let (before, behind) = (unescaped(before)?, unescaped(behind)?);
        if before.len().max(behind.len()) > MAX_AROUND_ECHO {
            return Err(BadEchoStyle::TooLong);
        }
        Ok(Self {
            before,
            returned,
            behind,
        })
    }
}

fn unescaped(text: &str) -> Result<Vec<u8>, BadEchoStyle> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let (escape, more) = rest.split_first().ok_or(BadEchoStyle::Escape)?;
        rest = more;
        bytes.push(match escape {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let digits = rest.get(..2).ok_or(BadEchoStyle::Escape)?;
                rest = rest.get(2..).unwrap_or_default();
                let digits = std::str::from_utf8(digits).map_err(|_| BadEchoStyle::Escape)?;
                u8::from_str_radix(digits, 16).map_err(|_| BadEchoStyle::Escape)?
            }
            b'\\' | b'\'' | b'"' => *escape,
            _ => return Err(BadEchoStyle::Escape),
        });
    }
    Ok(bytes)
}

impl From<EchoStyle> for String {
    fn from(style: EchoStyle) -> Self {
        style.to_string()
    }
}

impl TryFrom<String> for EchoStyle {
    type Error = BadEchoStyle;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
