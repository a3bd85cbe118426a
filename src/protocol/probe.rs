//! The client's probe: one buffer a session, of which only the number changes.

use super::Dialect;
use super::request::Number;

/// Room before the payload: `m 4294967295 `.
const HEAD_ROOM: usize = 13;
/// Room behind it: ` 4294967295\n`.
const TAIL_ROOM: usize = 12;

/// A probe message that is built once and renumbered in place.
#[derive(Debug, Clone)]
pub struct ProbeMessage {
    dialect: Dialect,
    bytes: Vec<u8>,
    payload_len: usize,
    start: usize,
    end: usize,
}

/// How an echo differs from what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EchoFault {
    /// A byte is another one.
    #[error("byte {at} of {len} of the echo differs from what was sent")]
    Differs {
        /// The first byte that differs, from 0.
        at: usize,
        /// Bytes of the message.
        len: usize,
    },
    /// There is more than was sent.
    #[error("the echo is longer than the {len} bytes sent")]
    TooLong {
        /// Bytes of the message.
        len: usize,
    },
}

impl ProbeMessage {
    /// A probe with a payload of `size` lower-case letters.
    #[must_use]
    pub fn new(dialect: Dialect, size: usize) -> Self {
        let mut bytes = vec![b'\n'; HEAD_ROOM + size + TAIL_ROOM];
        for (byte, letter) in bytes
            .iter_mut()
            .skip(HEAD_ROOM)
            .take(size)
            .zip((b'a'..=b'z').cycle())
        {
            *byte = letter;
        }
        Self {
            dialect,
            bytes,
            payload_len: size,
            start: HEAD_ROOM,
            end: HEAD_ROOM + size,
        }
    }

    /// Gives the probe its number and returns the whole message.
    pub fn numbered(&mut self, seq: u32) -> &[u8] {
        let words = self.dialect.words();
        let number = Number::new(seq);
        let payload_end = HEAD_ROOM + self.payload_len;
        self.start = HEAD_ROOM;
        self.end = payload_end;
        if self.dialect.has_phases() {
            if words.payload_before_seq {
                self.put_before(b" ");
                self.put_before(words.probe.as_bytes());
                self.put_behind(b" ");
                self.put_behind(number.as_bytes());
            } else {
                self.put_before(b" ");
                self.put_before(number.as_bytes());
                self.put_before(b" ");
                self.put_before(words.probe.as_bytes());
            }
            self.put_behind(b"\n");
        }
        self.message()
    }

    /// The message as last numbered.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Compares what came back with what was sent. Call it after the clock was read.
    ///
    /// # Errors
    /// The first difference. An echo that is still incomplete is no error.
    pub fn check(&self, received: &[u8]) -> Result<(), EchoFault> {
        let sent = self.message();
        let len = sent.len();
        let common = received.len().min(len);
        // Slices first: comparing byte by byte is many times slower, and equal is the rule.
        if received.get(..common) != sent.get(..common) {
            let at = received
                .iter()
                .zip(sent)
                .position(|(got, want)| got != want)
                .unwrap_or(common);
            return Err(EchoFault::Differs { at, len });
        }
        if received.len() > len {
            return Err(EchoFault::TooLong { len });
        }
        Ok(())
    }

    fn put_before(&mut self, what: &[u8]) {
        let to = self.start;
        self.start = to.saturating_sub(what.len());
        if let Some(place) = self.bytes.get_mut(self.start..to) {
            place.copy_from_slice(what);
        }
    }

    fn put_behind(&mut self, what: &[u8]) {
        let from = self.end;
        self.end = from + what.len();
        if let Some(place) = self.bytes.get_mut(from..self.end) {
            place.copy_from_slice(what);
        }
    }
}
