//! The server's ear: recognises the client's messages as their bytes come in.

use super::heard_setup::dialect_of;
use super::number::Number;
use super::{
    Dialect, Idiom, Liberties, LineEnd, Phase, Refusal, RefusalReason, Rules, Setup, SizeCounts,
};

/// One whole message from a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// The setup message.
    Setup(Setup),
    /// A probe.
    Probe {
        /// Its sequence number.
        seq: u32,
        /// All its bytes, from its letter to its line end, which is what is echoed.
        message: &'a [u8],
        /// Where in it the payload begins.
        head: usize,
        /// Bytes of payload.
        payload: usize,
    },
    /// The termination message.
    Termination,
    /// Another setup begins where the termination could stand. It is not consumed: a new parser reads it.
    NextSetup,
    /// Bytes of the `echo` dialect, which has no messages.
    Data(&'a [u8]),
    /// Bytes between two messages that belong to none: line ends, blanks, NULs.
    Stray,
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

/// A message and the bytes it takes; `None` until it is whole.
pub(super) type Found<'a> = Result<Option<(Request<'a>, usize)>, RefusalReason>;

#[derive(Debug, Clone, Copy)]
pub(super) enum State {
    Setup,
    Measurement {
        setup: Setup,
        /// Which probe of the session comes next, from 1.
        next: u32,
    },
    Termination {
        setup: Setup,
    },
    Ended,
    Echo,
}

/// What is known of how a client ends its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// All is known.
    Known,
    /// Its setup ended in `\n`, so its probes should.
    Likely,
    /// Its setup ended in nothing, so its probes should, unless a `\n` comes along.
    Unlikely,
}

/// Recognises a client's messages, one session long.
///
/// The caller keeps the bytes that have arrived and not been consumed, and shows them all at each
/// call; the parser keeps only where it is, so it never holds more than a few words.
///
/// How a client speaks is learned from its setup and its first probe. From then on nothing is waited
/// for but bytes: where a probe ends follows from its size.
#[derive(Debug)]
pub struct RequestParser {
    pub(super) rules: Rules,
    pub(super) state: State,
    /// How the client speaks, as far as that is known.
    pub(super) idiom: Idiom,
    pub(super) ends: Ends,
    /// Whether the order of number and payload is known.
    pub(super) order_known: bool,
    /// Whether the first sequence number is known.
    pub(super) first_known: bool,
    pub(super) delay_ns: u64,
    /// What the client did otherwise and means nothing.
    pub(super) liberties: Liberties,
    /// Bytes of the unfinished message already searched for a `\n`, so that a large message that
    /// comes in many pieces is searched once.
    pub(super) scanned: usize,
    /// Bytes passed over since the last message.
    pub(super) strays: usize,
}

impl RequestParser {
    /// A parser at the start of a session.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let state = if rules.dialect.has_phases() {
            State::Setup
        } else {
            State::Echo
        };
        let mut idiom = Idiom::from(rules.dialect);
        if let Some(first) = rules.first_seq {
            idiom.variant.first_seq = first;
        }
        Self {
            state,
            idiom,
            ends: if rules.strict {
                Ends::Known
            } else {
                Ends::Likely
            },
            order_known: false,
            first_known: rules.first_seq.is_some(),
            delay_ns: 0,
            liberties: Liberties::default(),
            scanned: 0,
            strays: 0,
            rules,
        }
    }

    /// The phase whose message is awaited.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.state {
            State::Setup => Phase::Setup,
            State::Measurement { .. } | State::Echo => Phase::Measurement,
            State::Termination { .. } | State::Ended => Phase::Termination,
        }
    }

    /// How the client speaks, as far as that is known.
    #[must_use]
    pub fn idiom(&self) -> Idiom {
        self.idiom
    }

    /// What the client does otherwise than the text beside that, as far as it is known.
    #[must_use]
    pub fn liberties(&self) -> Liberties {
        self.liberties
    }

    /// The dialect to answer in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.idiom.dialect
    }

    /// The server delay that the setup asked for, in nanoseconds.
    #[must_use]
    pub fn delay_ns(&self) -> u64 {
        self.delay_ns
    }

    /// The bytes the unfinished message will have in all, where that is known already.
    #[must_use]
    pub fn expected_len(&self) -> Option<usize> {
        let State::Measurement { setup, next } = self.state else {
            return None;
        };
        let size = usize::try_from(setup.message_size).ok()?;
        let least = self.idiom.least_digits() as usize;
        let number = Number::padded(self.idiom.seq_of(next), least);
        size.checked_add(number.as_bytes().len() + 4)
    }

    /// The next message in `input`, which holds every byte that has arrived and was not consumed, and
    /// how many bytes it takes. `None` until it is whole.
    ///
    /// # Errors
    /// The refusal, as soon as the bytes so far can no longer become a valid message.
    pub fn next<'a>(&mut self, input: &'a [u8]) -> Result<Option<(Request<'a>, usize)>, Refusal> {
        self.read(input, false)
    }

    /// The same when nothing more came for a while, which may be how the client ends a message.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn after_silence<'a>(
        &mut self,
        input: &'a [u8],
    ) -> Result<Option<(Request<'a>, usize)>, Refusal> {
        self.read(input, true)
    }

    /// Whether silence behind `input` would say something. Never between messages, nor within a probe of
    /// a client that is known, unless it ends in what may be a line end.
    #[must_use]
    pub fn heeds_silence(&self, input: &[u8]) -> bool {
        if self.rules.strict || input.is_empty() {
            return false;
        }
        match self.state {
            State::Setup | State::Termination { .. } => true,
            State::Measurement { .. } => self.ends != Ends::Known || input.last() == Some(&b'\n'),
            State::Ended | State::Echo => false,
        }
    }

    fn read<'a>(
        &mut self,
        input: &'a [u8],
        silent: bool,
    ) -> Result<Option<(Request<'a>, usize)>, Refusal> {
        let phase = self.phase();
        let strict = self.rules.strict;
        let found = match self.state {
            State::Ended => Ok(None),
            State::Echo if input.is_empty() => Ok(None),
            State::Echo => Ok(Some((Request::Data(input), input.len()))),
            State::Setup if strict => self.strict_setup(input),
            State::Measurement { setup, next } if strict => self.strict_probe(input, setup, next),
            State::Termination { .. } if strict => self.strict_termination(input),
            _ => self.tolerant(input, silent),
        };
        if !matches!(found, Ok(None | Some((Request::Stray, _)))) {
            self.scanned = 0;
            self.strays = 0;
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

    /// A setup was understood: its probes come next.
    pub(super) fn set_up(&mut self, setup: Setup, delay_ns: u64, idiom: Idiom) {
        let first_seq = self.idiom.variant.first_seq;
        self.idiom = idiom;
        self.idiom.variant.first_seq = first_seq;
        self.delay_ns = delay_ns;
        self.state = State::Measurement { setup, next: 1 };
    }

    /// A probe was whole: the one behind it is next, or the termination.
    pub(super) fn went_on(&mut self, setup: Setup, index: u32) {
        self.state = if index >= setup.probes {
            State::Termination { setup }
        } else {
            State::Measurement {
                setup,
                next: index + 1,
            }
        };
    }

    /// The setup, once it has come. Sizes and probes may turn out to be the other way round with the
    /// first probe.
    #[must_use]
    pub fn setup(&self) -> Option<Setup> {
        match self.state {
            State::Measurement { setup, .. } | State::Termination { setup } => Some(setup),
            _ => None,
        }
    }

    /// Whether messages are taken to the letter only.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.rules.strict
    }

    /// Whether these bytes begin a setup; `None` while that is open.
    #[must_use]
    pub fn may_be_setup(&self, input: &[u8]) -> Option<bool> {
        let Some(dialect) = dialect_of(input, self.rules.dialect, self.rules.strict) else {
            return Some(false);
        };
        let behind = input.get(dialect.words().setup.len())?;
        Some(matches!(behind, b' ' | b'\t'))
    }

    /// Takes note that the termination comes over another connection.
    pub fn parts_elsewhere(&mut self) {
        self.liberties.add(Liberties::of_parting());
    }

    /// How many bytes of a probe that was recognised are its line end.
    #[must_use]
    pub fn line_end_of(&self, message: &[u8]) -> usize {
        let variant = self.idiom.variant;
        if variant.line_end == LineEnd::Nothing || variant.size_counts != SizeCounts::Payload {
            0
        } else if message.ends_with(b"\r\n") && !self.rules.strict {
            2
        } else {
            usize::from(message.ends_with(b"\n"))
        }
    }

    /// Whether the client ends its messages in nothing, and is to be answered so.
    #[must_use]
    pub fn ends_in_nothing(&self) -> bool {
        self.idiom.variant.line_end == LineEnd::Nothing
    }
}
