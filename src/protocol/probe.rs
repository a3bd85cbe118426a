//! The client's probe: one buffer a session, of which only the number changes.

use super::number::Number;
use super::{BetweenProbes, EchoStyle, Idiom, Returned};

/// Room before the payload: `m 4294967295 `.
const HEAD_ROOM: usize = 13;
/// Room behind it: ` 4294967295\n`.
const TAIL_ROOM: usize = 12;

/// A probe message that is built once and renumbered in place.
#[derive(Debug, Clone)]
pub struct ProbeMessage {
    idiom: Idiom,
    /// What comes back.
    style: EchoStyle,
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

impl EchoFault {
    /// The first byte that is wrong, from 0.
    #[must_use]
    pub fn at(&self) -> usize {
        match self {
            Self::Differs { at, .. } => *at,
            Self::TooLong { len } => *len,
        }
    }
}

impl ProbeMessage {
    /// A probe for a message size of `size`, of lower-case letters, that comes back as it is sent.
    #[must_use]
    pub fn new(idiom: impl Into<Idiom>, size: usize) -> Self {
        let idiom = idiom.into();
        // Never longer than the size, which is a number of bytes in memory.
        let size = usize::try_from(idiom.payload_len(size as u64)).unwrap_or(size);
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
            idiom,
            style: EchoStyle::whole(idiom),
            bytes,
            payload_len: size,
            start: HEAD_ROOM,
            end: HEAD_ROOM + size,
        }
    }

    /// Has it come back in another style.
    pub fn returns_as(&mut self, style: EchoStyle) {
        self.style = style;
    }

    /// Whether it is sent between a setup and a termination.
    pub(crate) fn has_phases(&self) -> bool {
        self.idiom.dialect.has_phases()
    }

    /// Makes it the `index`th probe of its session, from 1, and returns the whole message.
    pub fn numbered(&mut self, index: u32) -> &[u8] {
        let frame = Frame::new(self.idiom, index);
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

    /// Bytes of the `index`th message.
    #[must_use]
    pub fn len_of(&self, index: u32) -> usize {
        let frame = Frame::new(self.idiom, index);
        frame.head().len() + self.payload_len + frame.tail().len()
    }

    /// Bytes of the `index`th message beside its payload.
    pub(super) fn frame_len(idiom: Idiom, index: u32) -> usize {
        let frame = Frame::new(idiom, index);
        frame.head().len() + frame.tail().len()
    }

    /// Bytes that come back for the `index`th message until its echo is there: from behind the last byte
    /// that was needed of the echo before.
    #[must_use]
    pub fn echo_len(&self, index: u32) -> usize {
        let frame = Frame::new(self.idiom, index);
        self.echo(&frame, index).iter().map(|part| part.len()).sum()
    }

    /// The first `len` of these bytes.
    #[must_use]
    pub fn echo_begin(&self, index: u32, len: usize) -> Vec<u8> {
        let frame = Frame::new(self.idiom, index);
        let parts = self.echo(&frame, index);
        parts.into_iter().flatten().take(len).copied().collect()
    }

    /// Bytes that still come behind the last byte that is needed of an echo.
    #[must_use]
    pub fn echo_rest(&self) -> &[u8] {
        let needed = self.style.needed_behind(self.idiom);
        self.style.behind().get(needed..).unwrap_or_default()
    }

    /// Compares what came back with the first echo due. Call it after the clock was read.
    ///
    /// # Errors
    /// The first difference. An echo that is still incomplete is no error.
    pub fn check(&self, received: &[u8]) -> Result<(), EchoFault> {
        let sent = self.message();
        compare(received, 0, sent.len(), &[sent])
    }

    /// Compares a piece of an echo with that of the `index`th message, from byte `offset` of it on. The
    /// message may have got another number meanwhile.
    ///
    /// # Errors
    /// The first difference. A piece that ends before the echo is no error.
    pub fn check_part(&self, index: u32, offset: usize, piece: &[u8]) -> Result<(), EchoFault> {
        let frame = Frame::new(self.idiom, index);
        let echo = self.echo(&frame, index);
        let len = echo.iter().map(|part| part.len()).sum();
        compare(piece, offset, len, &echo)
    }

    /// In which style the `index`th message came back, if all that came is its echo. Gives as well how many
    /// bytes before it were left over from a reply. For the first echo of a server that is not known.
    #[must_use]
    pub fn style_of(&self, index: u32, came: &[u8]) -> Option<(EchoStyle, usize)> {
        let frame = Frame::new(self.idiom, index);
        let tail = self.tail_of(&frame);
        EchoStyle::of(came, frame.head(), self.payload(), tail)
    }

    /// The parts of the `index`th echo.
    fn echo<'a>(&'a self, frame: &'a Frame, index: u32) -> [&'a [u8]; 6] {
        let (head, tail): (&[u8], &[u8]) = match self.style.returned() {
            Returned::Message => (frame.head(), self.tail_of(frame)),
            Returned::Payload => (&[], &[]),
        };
        // What comes between two probes is asked for, and brings the rest of the one before with it.
        let follows = index > 1 && self.idiom.variant.between_probes == BetweenProbes::Nothing;
        let before: &[u8] = if follows { self.echo_rest() } else { &[] };
        let needed = self.style.needed_behind(self.idiom);
        let behind = self.style.behind().get(..needed).unwrap_or_default();
        [
            before,
            self.style.before(),
            head,
            self.payload(),
            tail,
            behind,
        ]
    }

    /// What stands behind the payload, without the line end.
    fn tail_of<'a>(&self, frame: &'a Frame) -> &'a [u8] {
        let tail = frame.tail();
        let line_end = self.idiom.line_end().as_bytes();
        tail.strip_suffix(line_end).unwrap_or(tail)
    }

    fn payload(&self) -> &[u8] {
        let end = HEAD_ROOM + self.payload_len;
        self.bytes.get(HEAD_ROOM..end).unwrap_or_default()
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

/// Compares `received`, which begins at byte `offset` of an echo of `len` bytes, with the echo's parts.
fn compare(received: &[u8], offset: usize, len: usize, parts: &[&[u8]]) -> Result<(), EchoFault> {
    let mut rest = received;
    let mut at = offset;
    let mut start = 0;
    for part in parts {
        let skip = at - start;
        start += part.len();
        let Some(expected) = part.get(skip..) else {
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
        if rest.is_empty() {
            return Ok(());
        }
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
    fn new(idiom: Idiom, index: u32) -> Self {
        let mut frame = Self {
            bytes: [0; HEAD_ROOM + TAIL_ROOM],
            head_len: 0,
            len: 0,
        };
        if idiom.dialect.has_phases() {
            let words = idiom.dialect.words();
            let number = Number::padded(idiom.seq_of(index), idiom.least_digits() as usize);
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
            frame.put(idiom.line_end().as_bytes());
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
