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
    /// A byte is another one. People count from 1.
    #[error("byte {} of the {len} of the echo differs from what was sent", at + 1)]
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
        let frame = Frame::new(self.dialect, seq);
        self.start = HEAD_ROOM;
        self.end = HEAD_ROOM + self.payload_len;
        self.put_before(frame.head());
        self.put_behind(frame.tail());
        self.message()
    }

    /// The message as last numbered.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Bytes of the message with that number.
    #[must_use]
    pub fn len_of(&self, seq: u32) -> usize {
        let frame = Frame::new(self.dialect, seq);
        frame.head().len() + self.payload_len + frame.tail().len()
    }

    /// Compares what came back with what was sent. Call it after the clock was read.
    ///
    /// # Errors
    /// The first difference. An echo that is still incomplete is no error.
    pub fn check(&self, received: &[u8]) -> Result<(), EchoFault> {
        let sent = self.message();
        compare(received, 0, sent.len(), &[(0, sent)])
    }

    /// Compares a piece of an echo with the message of number `seq`, from byte `offset` of it on. The
    /// message may have got another number meanwhile.
    ///
    /// # Errors
    /// The first difference. A piece that ends before the message is no error.
    pub fn check_part(&self, seq: u32, offset: usize, piece: &[u8]) -> Result<(), EchoFault> {
        let frame = Frame::new(self.dialect, seq);
        let payload_end = HEAD_ROOM + self.payload_len;
        let payload = self.bytes.get(HEAD_ROOM..payload_end).unwrap_or_default();
        let (head, tail) = (frame.head(), frame.tail());
        let tail_at = head.len() + payload.len();
        let len = tail_at + tail.len();
        compare(
            piece,
            offset,
            len,
            &[(0, head), (head.len(), payload), (tail_at, tail)],
        )
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

/// Compares `received`, which begins at byte `offset` of a message of `len` bytes, with the message's
/// parts, each with the place where it begins.
fn compare(
    received: &[u8],
    offset: usize,
    len: usize,
    parts: &[(usize, &[u8])],
) -> Result<(), EchoFault> {
    let mut rest = received;
    let mut at = offset;
    for (start, part) in parts {
        let Some(expected) = at.checked_sub(*start).and_then(|skip| part.get(skip..)) else {
            continue;
        };
        let common = expected.len().min(rest.len());
        let (got, wanted) = (rest.get(..common), expected.get(..common));
        // Slices first: comparing byte by byte is many times slower, and equal is the rule.
        if got != wanted {
            let differs = got
                .unwrap_or_default()
                .iter()
                .zip(wanted.unwrap_or_default())
                .position(|(got, wanted)| got != wanted);
            let at = at + differs.unwrap_or(common);
            return Err(EchoFault::Differs { at, len });
        }
        rest = rest.get(common..).unwrap_or_default();
        at += common;
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(EchoFault::TooLong { len })
    }
}

/// What stands before and behind the payload of a numbered message.
struct Frame {
    bytes: [u8; HEAD_ROOM + TAIL_ROOM],
    head_len: usize,
    len: usize,
}

impl Frame {
    fn new(dialect: Dialect, seq: u32) -> Self {
        let mut frame = Self {
            bytes: [0; HEAD_ROOM + TAIL_ROOM],
            head_len: 0,
            len: 0,
        };
        if dialect.has_phases() {
            let words = dialect.words();
            let number = Number::new(seq);
            frame.put(words.probe.as_bytes());
            frame.put(b" ");
            if !words.payload_before_seq {
                frame.put(number.as_bytes());
                frame.put(b" ");
            }
            frame.head_len = frame.len;
            if words.payload_before_seq {
                frame.put(b" ");
                frame.put(number.as_bytes());
            }
            frame.put(b"\n");
        }
        frame
    }

    fn put(&mut self, what: &[u8]) {
        let to = self.len + what.len();
        if let Some(place) = self.bytes.get_mut(self.len..to) {
            place.copy_from_slice(what);
            self.len = to;
        }
    }

    fn head(&self) -> &[u8] {
        self.bytes.get(..self.head_len).unwrap_or_default()
    }

    fn tail(&self) -> &[u8] {
        self.bytes.get(self.head_len..self.len).unwrap_or_default()
    }
}
