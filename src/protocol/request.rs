//! The server's ear: recognises the client's messages as their bytes come in.

use memchr::memchr;

use super::{Dialect, Limits, Phase, Setup, SetupField};

/// One whole message from a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// The setup message.
    Setup(Setup),
    /// A probe; `message` is all of it, from its letter to its `\n`, which is what is echoed.
    Probe {
        /// Its sequence number, from 1.
        seq: u32,
        /// All its bytes.
        message: &'a [u8],
    },
    /// The termination message.
    Termination,
    /// Bytes of the `echo` dialect, which has no messages.
    Data(&'a [u8]),
}

/// Why a message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusalReason {
    /// The message does not begin with the letter of its phase.
    #[error("the message does not begin with the letter of this phase")]
    UnknownLetter,
    /// The measurement type is neither of the two.
    #[error("unknown measurement type")]
    UnknownType,
    /// A field is absent.
    #[error("the {0} is missing")]
    MissingField(SetupField),
    /// There is something behind the last field.
    #[error("there is a field too many")]
    ExtraField,
    /// A field that must be a whole number is not.
    #[error("the {0} is not a whole number")]
    NotANumber(SetupField),
    /// A number is below the least one allowed.
    #[error("the {0} is below {1}")]
    TooSmall(SetupField, u64),
    /// A number is over the limit.
    #[error("the {0} is over the limit")]
    OverLimit(SetupField),
    /// The setup line does not end within the limit.
    #[error("the setup line is longer than the limit")]
    LineTooLong,
    /// The line has bytes that are no ASCII text.
    #[error("the line is not ASCII text")]
    NotAscii,
    /// The sequence number is not the next one.
    #[error("the sequence number is not {expected}")]
    WrongSequence {
        /// The number that had to come.
        expected: u32,
    },
    /// The payload ends before its announced size.
    #[error("the payload is {got} bytes, not the {announced} announced")]
    PayloadTooShort {
        /// Bytes before the `\n`.
        got: u64,
        /// Bytes announced.
        announced: u64,
    },
    /// The payload goes on behind its announced size.
    #[error("the payload is longer than the {announced} bytes announced")]
    PayloadTooLong {
        /// Bytes announced.
        announced: u64,
    },
    /// The termination came before the last probe.
    #[error("the termination came before probe {next} of {probes}")]
    TerminationTooEarly {
        /// The probe that had to come.
        next: u32,
        /// Probes announced.
        probes: u32,
    },
    /// Something other than the termination came after the last echo.
    #[error("something other than the termination came after the last probe")]
    NotATermination,
    /// The stream ended inside a message.
    #[error("the stream ended inside a message")]
    EndOfStream,
    /// The server has no room for another session.
    #[error("the server serves as many connections as it may")]
    ServerFull,
    /// The server's memory for messages is used up.
    #[error("the server's memory for messages is used up")]
    OutOfMemory,
    /// Nothing came from the client for too long.
    #[error("nothing came from the client for {0} s")]
    Idle(u64),
}

/// A refused message: the phase decides the 404 line, the reason is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} refused: {reason}", .phase.name())]
pub struct Refusal {
    /// The phase whose 404 line is the answer.
    pub phase: Phase,
    /// What was wrong.
    pub reason: RefusalReason,
}

/// What an end of stream means where it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndOfStream {
    /// After the termination: all is well.
    Complete,
    /// Between two messages: the client left early, there is nothing to answer.
    BetweenMessages(Phase),
    /// Inside a message: answered with the phase's 404.
    InsideMessage(Refusal),
}

#[derive(Debug, Clone, Copy)]
enum State {
    Setup,
    Measurement { setup: Setup, next: u32 },
    Termination,
    Ended,
    Echo,
}

/// Recognises a client's messages, one session long.
///
/// The caller keeps the bytes that have arrived and not been consumed, and shows them all at each
/// call; the parser keeps only where it is, so it never holds more than a few words.
#[derive(Debug)]
pub struct RequestParser {
    dialect: Dialect,
    limits: Limits,
    strict: bool,
    state: State,
    /// Bytes of the unfinished message already searched for a `\n`, so that a large message that
    /// comes in many pieces is searched once.
    scanned: usize,
}

/// Blanks a tolerant reading takes between the termination letter and its `\n`.
const MAX_TERMINATION_BLANKS: usize = 16;

impl RequestParser {
    /// A parser at the start of a session.
    #[must_use]
    pub fn new(dialect: Dialect, limits: Limits, strict: bool) -> Self {
        let state = if dialect.has_phases() {
            State::Setup
        } else {
            State::Echo
        };
        Self {
            dialect,
            limits,
            strict,
            state,
            scanned: 0,
        }
    }

    /// The phase whose message is awaited.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.state {
            State::Setup => Phase::Setup,
            State::Measurement { .. } | State::Echo => Phase::Measurement,
            State::Termination | State::Ended => Phase::Termination,
        }
    }

    /// The bytes the unfinished message will have in all, where that is known already.
    #[must_use]
    pub fn expected_len(&self) -> Option<usize> {
        let State::Measurement { setup, next } = self.state else {
            return None;
        };
        let size = usize::try_from(setup.message_size).ok()?;
        size.checked_add(Number::new(next).as_bytes().len() + 4)
    }

    /// The next message in `input`, which holds every byte that has arrived and was not consumed, and
    /// how many bytes it takes. `None` until it is whole.
    ///
    /// # Errors
    /// The refusal, as soon as the bytes so far can no longer become a valid message.
    pub fn next<'a>(&mut self, input: &'a [u8]) -> Result<Option<(Request<'a>, usize)>, Refusal> {
        let phase = self.phase();
        let found = match self.state {
            State::Setup => self.setup(input),
            State::Measurement { setup, next } => self.probe(input, setup, next),
            State::Termination => self.termination(input),
            State::Ended => Ok(None),
            State::Echo if input.is_empty() => Ok(None),
            State::Echo => Ok(Some((Request::Data(input), input.len()))),
        };
        if !matches!(found, Ok(None)) {
            self.scanned = 0;
        }
        found.map_err(|reason| Refusal { phase, reason })
    }

    /// What the end of the stream means when `left` bytes were not consumed.
    #[must_use]
    pub fn end_of_stream(&self, left: usize) -> EndOfStream {
        match self.state {
            State::Ended | State::Echo => EndOfStream::Complete,
            _ if left == 0 => EndOfStream::BetweenMessages(self.phase()),
            _ => EndOfStream::InsideMessage(Refusal {
                phase: self.phase(),
                reason: RefusalReason::EndOfStream,
            }),
        }
    }

    fn setup<'a>(
        &mut self,
        input: &'a [u8],
    ) -> Result<Option<(Request<'a>, usize)>, RefusalReason> {
        let window = input.get(..self.limits.max_setup_line).unwrap_or(input);
        let Some(end) = memchr(b'\n', window) else {
            return if input.len() >= self.limits.max_setup_line {
                Err(RefusalReason::LineTooLong)
            } else {
                Ok(None)
            };
        };
        let line = window.get(..end).unwrap_or_default();
        let setup = Setup::parse(line, self.dialect, &self.limits, self.strict)?;
        self.state = State::Measurement { setup, next: 1 };
        Ok(Some((Request::Setup(setup), end + 1)))
    }

    fn probe<'a>(
        &mut self,
        input: &'a [u8],
        setup: Setup,
        next: u32,
    ) -> Result<Option<(Request<'a>, usize)>, RefusalReason> {
        let words = self.dialect.words();
        let number = Number::new(next);
        let announced = setup.message_size;
        // Sizes are bounded by the limits; on a platform whose memory cannot hold one, it is too long.
        let size =
            usize::try_from(announced).map_err(|_| RefusalReason::PayloadTooLong { announced })?;

        let termination = words.termination.as_bytes();
        if input
            .get(..termination.len())
            .is_some_and(|start| start == termination)
            && words.probe.as_bytes() != termination
        {
            return Err(RefusalReason::TerminationTooEarly {
                next,
                probes: setup.probes,
            });
        }
        let wrong_number = RefusalReason::WrongSequence { expected: next };
        let mut at = expect(
            input,
            0,
            words.probe.as_bytes(),
            RefusalReason::UnknownLetter,
        )?;
        at = expect(input, at, b" ", RefusalReason::UnknownLetter)?;
        if !words.payload_before_seq {
            at = expect(input, at, number.as_bytes(), wrong_number)?;
            at = expect(input, at, b" ", wrong_number)?;
        }
        if input.len() <= at {
            return Ok(None);
        }

        let payload_end = at + size;
        let from = self.scanned.clamp(at, payload_end);
        let to = input.len().min(payload_end);
        if let Some(found) = input.get(from..to).and_then(|new| memchr(b'\n', new)) {
            return Err(RefusalReason::PayloadTooShort {
                got: (from + found - at) as u64,
                announced,
            });
        }
        self.scanned = to;

        let too_long = RefusalReason::PayloadTooLong { announced };
        let mut end = payload_end;
        if words.payload_before_seq {
            end = expect(input, end, b" ", too_long)?;
            end = expect(input, end, number.as_bytes(), wrong_number)?;
            end = expect(input, end, b"\n", wrong_number)?;
        } else {
            end = expect(input, end, b"\n", too_long)?;
        }
        let Some(message) = input.get(..end) else {
            return Ok(None);
        };
        self.state = if next >= setup.probes {
            State::Termination
        } else {
            State::Measurement {
                setup,
                next: next + 1,
            }
        };
        Ok(Some((Request::Probe { seq: next, message }, end)))
    }

    fn termination<'a>(
        &mut self,
        input: &'a [u8],
    ) -> Result<Option<(Request<'a>, usize)>, RefusalReason> {
        let letter = self.dialect.termination().as_bytes();
        let mut at = expect(input, 0, letter, RefusalReason::NotATermination)?;
        if !self.strict {
            while at < letter.len() + MAX_TERMINATION_BLANKS
                && matches!(input.get(at), Some(b' ' | b'\t' | b'\r'))
            {
                at += 1;
            }
        }
        at = expect(input, at, b"\n", RefusalReason::NotATermination)?;
        if input.len() < at {
            return Ok(None);
        }
        self.state = State::Ended;
        Ok(Some((Request::Termination, at)))
    }
}

/// Checks as much of `wanted` at `at` as has arrived; gives the place behind it, which lies beyond
/// the end of `input` while bytes are missing.
fn expect(
    input: &[u8],
    at: usize,
    wanted: &[u8],
    otherwise: RefusalReason,
) -> Result<usize, RefusalReason> {
    let arrived = input.get(at..).unwrap_or_default();
    let common = arrived.len().min(wanted.len());
    if arrived.get(..common) == wanted.get(..common) {
        Ok(at + wanted.len())
    } else {
        Err(otherwise)
    }
}

/// A decimal number on the stack: a sequence number is written and compared for every probe.
pub(super) struct Number {
    digits: [u8; 10],
    start: usize,
}

impl Number {
    pub(super) fn new(value: u32) -> Self {
        Self::padded(value, 1)
    }

    /// With at least that many digits, zeros in front.
    pub(super) fn padded(mut value: u32, least: usize) -> Self {
        let mut digits = [b'0'; 10];
        let mut start = digits.len();
        for (place, digit) in digits.iter_mut().enumerate().rev() {
            // The remainder of a division by ten fits a byte.
            *digit = b'0' + u8::try_from(value % 10).unwrap_or_default();
            start = place;
            value /= 10;
            if value == 0 {
                break;
            }
        }
        let start = start.min(digits.len().saturating_sub(least));
        Self { digits, start }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }
}
