//! A server's reply: where it ends, what it says, and how it differs from the text.
//!
//! The text leaves open how a reply ends, so it ends at its `\n`, at the end of the stream, or when
//! nothing came for a moment after its first byte.

use std::time::{Duration, Instant};

use super::wire::{Came, End, Stopped, Wire};
use crate::protocol::quote;

/// A reply that has no `\n` is over when nothing came for that long.
const QUIET: Duration = Duration::from_millis(200);
/// Longest reply.
const MOST_BYTES: usize = 1024;

/// What a reply says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Accepted,
    Refused,
    SomethingElse,
}

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub says: Says,
    /// All of it, with its end.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The next reply, or `None` where nothing came in time or the stream ended without one. One of the
    /// `known` ones is over when its last byte is there.
    pub(super) fn hear(
        wire: &mut Wire,
        limit: Duration,
        known: &[Vec<u8>],
    ) -> Result<Option<Self>, Stopped> {
        skip_strays(wire);
        let is_line = |bytes: &[u8]| {
            let text = bytes.iter().skip_while(|byte| is_stray(**byte));
            text.clone().any(|byte| *byte == b'\n')
                || bytes.len() >= MOST_BYTES
                || known.iter().any(|reply| text.clone().eq(reply))
        };
        if wire.unread().is_empty()
            && wire.until(limit, limit, |bytes| !bytes.is_empty())? != Came::Bytes
        {
            return Ok(None);
        }
        // One that never ends is cut off where it is.
        let until = Instant::now() + limit * 2;
        while !is_line(wire.unread()) && Instant::now() < until {
            match wire.more(QUIET)? {
                Came::Bytes => {}
                Came::Ended(_) | Came::Nothing => break,
            }
        }
        skip_strays(wire);
        let line = memchr::memchr(b'\n', wire.unread()).map(|at| at + 1);
        let len = line.unwrap_or(wire.unread().len()).min(MOST_BYTES);
        let bytes = wire.take(len);
        Ok((!bytes.is_empty()).then(|| Self::of(bytes)))
    }

    fn of(bytes: Vec<u8>) -> Self {
        let says = meaning(&bytes);
        Self { says, bytes }
    }

    /// As it is shown.
    pub(super) fn shown(&self) -> String {
        format!("\"{}\"", quote(&self.bytes))
    }

    /// Its text alone.
    pub(super) fn text(&self) -> &[u8] {
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r' | 0 | b' ');
        let len = self.bytes.iter().rposition(|byte| !is_end(byte));
        let len = len.map_or(0, |at| at + 1);
        self.bytes.get(..len).unwrap_or_default()
    }

    /// How it differs from the line that the text has.
    pub(super) fn remarks(&self, line: &str) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.text() != line.as_bytes() {
            remarks.push(format!(
                "the reply is {}; the text has \"{line}\"",
                self.shown()
            ));
        } else if self.bytes != format!("{line}\n").as_bytes() {
            let rest = self.bytes.get(line.len()..).unwrap_or_default();
            remarks.push(match rest {
                [] => format!("\"{line}\" is not ended by \\n, or by anything"),
                rest => format!("\"{line}\" is ended by \"{}\", not by \\n", quote(rest)),
            });
        }
        remarks
    }
}

/// What came instead of a reply, in words.
pub(super) fn nothing_came(wire: &Wire, limit: Duration) -> String {
    match wire.end() {
        Some(End::Stream) => "the server closed without a word".to_owned(),
        Some(End::Reset) => "the server reset the connection".to_owned(),
        None => format!("nothing came for {}", seconds(limit)),
    }
}

/// A time as it is said.
pub(super) fn seconds(time: Duration) -> String {
    let ms = time.as_millis();
    if ms == 0 {
        "less than 1 ms".to_owned()
    } else if ms < 1_000 {
        format!("{ms} ms")
    } else if ms.is_multiple_of(1_000) {
        format!("{} s", ms / 1_000)
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}

/// Leaves out what the last message may have left behind.
pub(super) fn skip_strays(wire: &mut Wire) {
    let strays = wire.unread().iter().take_while(|byte| is_stray(**byte));
    let count = strays.count();
    wire.take(count);
}

fn is_stray(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0)
}

/// By the first two words without punctuation.
fn meaning(bytes: &[u8]) -> Says {
    let text = String::from_utf8_lossy(bytes);
    let mut words = text
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_error = |word: &str| {
        let word = word.to_ascii_uppercase();
        word.starts_with("ERROR")
    };
    if !is_number(first) {
        return if is_error(first) {
            Says::Refused
        } else {
            Says::SomethingElse
        };
    }
    if (first.len() == 3 && first.starts_with('4')) || is_error(second) {
        Says::Refused
    } else if first == "200" || second.eq_ignore_ascii_case("ok") {
        Says::Accepted
    } else {
        Says::SomethingElse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_known_by_its_number_however_it_goes_on() {
        for good in ["200 OK: Ready\n", "200 Ready", "1 OK: bye", "200\0"] {
            assert_eq!(meaning(good.as_bytes()), Says::Accepted, "{good}");
        }
        for bad in ["404 ERROR: No", "404 ERROR4 – x", "ERROR", "400 x"] {
            assert_eq!(meaning(bad.as_bytes()), Says::Refused, "{bad}");
        }
        for other in ["m 1 aaa\n", "", "100 Continue, data", "hello 404"] {
            assert_eq!(meaning(other.as_bytes()), Says::SomethingElse, "{other}");
        }
    }

    #[test]
    fn what_differs_from_the_text_is_remarked() {
        let remarks = |bytes: &str| Answer::of(bytes.as_bytes().to_vec()).remarks("200 OK: Ready");
        assert!(remarks("200 OK: Ready\n").is_empty());
        assert!(remarks("200 OK: Ready")[0].contains("not ended by \\n"));
        assert!(remarks("200 OK: Ready\n\0")[0].contains("\\n\\x00"));
        assert!(remarks("200 Ready\n")[0].contains("the text has"));
    }
}
