//! What every check of a server stands on: connections, messages, and what is known of the server.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::super::answer::seconds;
use super::super::echo::{EchoHabit, Parts};
use super::super::exchange::Exchange;
use super::super::handle::{CheckEvent, Voice};
use super::super::wire::{Came, Stop, Stopped, Wire, words_of};
use super::delay::Seen;
use super::plain::Plain;
use crate::protocol::{
    Dialect, Idiom, LineEnd, MeasurementType, RawSetup, Variant, around_payload,
};

/// A server that refuses a connection may be between two sessions for so long.
const BETWEEN_SESSIONS: Duration = Duration::from_millis(300);
/// One that is away for longer is said to be.
const SAID_TO_BE_GONE: Duration = Duration::from_secs(1);
/// A program that ends after a session is gone this long after it closed.
const LEAVES_WITHIN: Duration = Duration::from_millis(60);
/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(50);
/// Probes of an ordinary session: as many as every course asks for.
const PROBES: u32 = 20;
/// Payload of an ordinary probe, in bytes: one of the assignment's sizes.
pub(super) const SIZE: usize = 100;

/// Why a check goes no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Halt {
    /// The rule is broken; the sentence says how.
    Fail(String),
    /// It cannot be tried; the sentence says why.
    NotApplicable(String),
    /// The server is gone.
    Gone(String),
    /// The check was stopped.
    Stopped,
}

impl From<Stopped> for Halt {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}

/// What a check came to that went to its end.
pub(super) type Act = Result<(), Halt>;

/// How a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    Whole,
    TwoPieces,
    Bytes,
}

/// An ordinary session, or one that differs in something.
#[derive(Clone, Copy)]
pub(super) struct Session {
    pub kind: MeasurementType,
    pub probes: u32,
    pub size: usize,
    pub delay: u64,
    pub payload: fn(u32, usize) -> Vec<u8>,
    pub setup: Sending,
    pub first_probe: Sending,
    pub termination: Sending,
    /// How long one echo may take beyond what any answer may.
    pub patience: Duration,
}

/// What is known of the server.
#[derive(Default)]
pub(super) struct Learned {
    /// What the plain session came to.
    pub plain: Option<Plain>,
    /// Replies of it that end in no `\n`.
    pub replies: Vec<Vec<u8>>,
    /// How it echoes.
    pub habit: EchoHabit,
    /// Whether it ends after each session.
    pub ends_after_session: bool,
    /// Whether it served a second session without having been gone.
    pub serves_again: bool,
    /// Whether a session of the fewest probes was served.
    pub takes_few_probes: bool,
    /// The server delay, once it was seen.
    pub delay: Option<Seen>,
}

/// What every check is made with.
pub(super) struct Prober {
    pub dialect: Dialect,
    /// Where the count begins and what ends a message, as far as this server goes on with nothing else.
    pub variant: Variant,
    pub limit: Duration,
    /// How long a server that is gone is waited for: somebody may start it again.
    pub return_time: Duration,
    pub stop: Stop,
    /// Tells whoever waits what is waited for.
    pub voice: Voice,
    pub exchange: Exchange,
    /// What is unusual and allowed, of the check that goes on.
    pub remarks: Vec<String>,
    /// What there is to say of it although it passed.
    pub detail: String,
    pub learned: Learned,
    /// Why there will be no more connection, where a check found that out.
    pub lost: Option<String>,
    /// Whether the last connection was a session that came to its end.
    pub is_tidy: bool,
    /// How long the server was gone, each time it was.
    pub absences: Vec<Duration>,
    addresses: Vec<SocketAddr>,
    /// The address that answered.
    found: Option<SocketAddr>,
}

impl Prober {
    pub(super) fn new(
        addresses: Vec<SocketAddr>,
        dialect: Dialect,
        limit: Duration,
        return_time: Duration,
        stop: Stop,
        voice: Voice,
    ) -> Self {
        Self {
            dialect,
            variant: Variant::default(),
            limit,
            return_time,
            stop,
            voice,
            exchange: Exchange::default(),
            remarks: Vec::new(),
            detail: String::new(),
            learned: Learned::default(),
            lost: None,
            is_tidy: true,
            absences: Vec::new(),
            addresses,
            found: None,
        }
    }

    /// An ordinary session.
    pub(super) fn usual(&self) -> Session {
        Session {
            kind: MeasurementType::Rtt,
            probes: PROBES.max(self.dialect.least_probes()),
            size: SIZE,
            delay: 0,
            payload: letters,
            setup: Sending::Whole,
            first_probe: Sending::Whole,
            termination: Sending::Whole,
            patience: Duration::ZERO,
        }
    }

    /// A setup message with its `\n`.
    pub(super) fn setup_of(&self, session: &Session) -> Vec<u8> {
        self.raw_setup(
            self.dialect.type_word(session.kind),
            &session.probes.to_string(),
            &session.size.to_string(),
            &session.delay.to_string(),
        )
    }

    /// A setup message any field of which may be wrong.
    pub(super) fn raw_setup(&self, kind: &str, probes: &str, size: &str, delay: &str) -> Vec<u8> {
        let raw = RawSetup {
            kind,
            probes,
            size,
            delay,
        };
        self.ended(raw.line(self.dialect))
    }

    /// A line as a message.
    pub(super) fn ended(&self, line: String) -> Vec<u8> {
        let mut message = line.into_bytes();
        if self.variant.line_end == LineEnd::Newline {
            message.push(b'\n');
        }
        message
    }

    /// The number of a probe, by its place in the session from 1.
    pub(super) fn number(&self, nth: u32) -> String {
        self.idiom().seq_of(nth).to_string()
    }

    fn idiom(&self) -> Idiom {
        Idiom {
            dialect: self.dialect,
            variant: self.variant,
        }
    }

    /// A probe any part of which may be wrong.
    pub(super) fn parts(&self, number: &str, payload: Vec<u8>) -> Parts {
        let (head, tail) = around_payload(self.dialect, number);
        Parts {
            head: head.into_bytes(),
            payload,
            tail: self.ended(tail.trim_end_matches('\n').to_owned()),
        }
    }

    /// The termination with its `\n`.
    pub(super) fn termination(&self) -> Vec<u8> {
        self.idiom().termination().into_bytes()
    }

    /// Whether it was ever there.
    pub(super) fn was_there(&self) -> bool {
        self.found.is_some()
    }

    /// Connects. A server that is gone is waited for.
    pub(super) fn connect(&mut self) -> Result<Wire, Halt> {
        self.is_tidy = false;
        let began = Instant::now();
        let mut was_leaving = false;
        let mut is_said = false;
        let most = if self.found.is_none() {
            Duration::ZERO
        } else {
            self.return_time
        };
        loop {
            self.stop.look()?;
            let why = match self.connect_once() {
                Ok(mut wire) => {
                    if self.is_leaving(&mut wire)? {
                        was_leaving = true;
                        "one was taken, and ended before anything was said".to_owned()
                    } else {
                        let gone = began.elapsed();
                        let was_gone = was_leaving || gone > BETWEEN_SESSIONS;
                        if was_gone && !self.learned.ends_after_session {
                            self.absences.push(gone);
                        }
                        return Ok(wire);
                    }
                }
                Err(error) => words_of(&error),
            };
            if began.elapsed() >= most {
                return Err(Halt::Gone(format!("no connection could be made ({why})")));
            }
            if !is_said && began.elapsed() > SAID_TO_BE_GONE {
                is_said = true;
                self.voice.say(CheckEvent::Says(format!(
                    "The server is gone ({why}). It is waited for {}: start it again, and the checks go on.",
                    seconds(most)
                )));
            }
            self.stop.sleep(LOOK)?;
        }
    }

    /// Whether a server that ends after each session took this connection on its way out, and is gone now: the
    /// kernel takes connections for it until then. That is only looked for where a server may be one.
    fn is_leaving(&self, wire: &mut Wire) -> Result<bool, Halt> {
        let Learned {
            ends_after_session,
            serves_again,
            ..
        } = self.learned;
        let may_be = ends_after_session || (self.learned.plain.is_some() && !serves_again);
        Ok(may_be && matches!(wire.more(LEAVES_WITHIN)?, Came::Ended(_)))
    }

    /// Connects to the first address that answers, and to that one from then on.
    fn connect_once(&mut self) -> std::io::Result<Wire> {
        let mut failed = std::io::Error::from(ErrorKind::NotFound);
        let known = self.found.map(|address| vec![address]);
        for address in known.unwrap_or_else(|| self.addresses.clone()) {
            match Wire::connect(address, self.limit, &self.exchange, &self.stop) {
                Ok(mut wire) => {
                    self.found = Some(address);
                    wire.free_port();
                    return Ok(wire);
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    /// Sends a message in one of the ways.
    pub(super) fn send(&self, wire: &mut Wire, message: &[u8], how: Sending) -> Act {
        let (piece, pause) = match how {
            Sending::Whole => (message.len().max(1), Duration::ZERO),
            Sending::TwoPieces => (message.len().div_ceil(2).max(1), Duration::from_millis(50)),
            Sending::Bytes => (1, Duration::from_millis(2)),
        };
        for (nth, piece) in message.chunks(piece).enumerate() {
            if nth > 0 {
                self.stop.sleep(pause)?;
            }
            if !wire.send(piece, self.limit)? {
                // What the server said before it broke off says more than that it did.
                break;
            }
        }
        Ok(())
    }

    /// Takes a fail for a remark: the text leaves open what happens there.
    pub(super) fn only_remark(&mut self, result: Act, what: &str) -> Act {
        match result {
            Err(Halt::Fail(why)) => {
                self.remarks.push(format!("{what}: {why}"));
                Ok(())
            }
            other => other,
        }
    }
}

/// Letters, others for each number.
pub(super) fn letters(number: u32, size: usize) -> Vec<u8> {
    let first = (number % 26) as usize;
    (b'a'..=b'z').cycle().skip(first).take(size).collect()
}
