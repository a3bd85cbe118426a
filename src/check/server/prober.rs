//! What every check of a server stands on: connections, messages, and what is known of the server.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::super::answer::{Answer, Says, nothing_came, seconds, skip_strays};
use super::super::echo::{EchoHabit, Parts};
use super::super::exchange::Exchange;
use super::super::wire::{Came, End, Stop, Stopped, Wire, words_of};
use super::delay::Seen;
use super::plain::Plain;
use crate::protocol::{Dialect, MeasurementType, Phase, RawSetup, around_payload};

/// A server that refuses a connection may be between two sessions for so long.
const BETWEEN_SESSIONS: Duration = Duration::from_millis(300);
/// A server that is gone is waited for that long: somebody may start it again.
pub(super) const RETURN: Duration = Duration::from_secs(10);
/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(50);
/// Probes of an ordinary session: as many as every server takes.
const PROBES: u32 = 10;
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

pub(super) struct Prober {
    pub dialect: Dialect,
    pub strict: bool,
    pub limit: Duration,
    pub stop: Stop,
    pub exchange: Exchange,
    /// What is unusual and allowed, of the check that goes on.
    pub remarks: Vec<String>,
    /// What there is to say of it although it passed.
    pub detail: String,
    /// What the plain session came to.
    pub plain: Option<Plain>,
    pub habit: EchoHabit,
    /// Whether the server is known to end after each session.
    pub ends_after_session: bool,
    /// Why there will be no more connection, where a check found that out.
    pub lost: Option<String>,
    /// Whether the last connection was a session that came to its end.
    pub is_tidy: bool,
    /// Whether a session of one probe was served.
    pub takes_one_probe: bool,
    /// The server delay, once it was seen.
    pub delay: Option<Seen>,
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
        strict: bool,
        limit: Duration,
        stop: Stop,
    ) -> Self {
        Self {
            dialect,
            strict,
            limit,
            stop,
            exchange: Exchange::default(),
            remarks: Vec::new(),
            detail: String::new(),
            plain: None,
            habit: EchoHabit::default(),
            ends_after_session: false,
            lost: None,
            is_tidy: true,
            takes_one_probe: false,
            delay: None,
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
        let mut line = raw.line(self.dialect).into_bytes();
        line.push(b'\n');
        line
    }

    /// A probe any part of which may be wrong.
    pub(super) fn parts(&self, number: &str, payload: Vec<u8>) -> Parts {
        let (head, tail) = around_payload(self.dialect, number);
        Parts {
            head: head.into_bytes(),
            payload,
            tail: tail.into_bytes(),
        }
    }

    /// The termination with its `\n`.
    pub(super) fn termination(&self) -> Vec<u8> {
        format!("{}\n", self.dialect.termination()).into_bytes()
    }

    /// Connects. A server that is gone is waited for.
    pub(super) fn connect(&mut self) -> Result<Wire, Halt> {
        self.is_tidy = false;
        let began = Instant::now();
        let most = if self.found.is_none() {
            Duration::ZERO
        } else {
            RETURN
        };
        loop {
            self.stop.look()?;
            let error = match self.connect_once() {
                Ok(wire) => {
                    let gone = began.elapsed();
                    if gone > BETWEEN_SESSIONS && !self.ends_after_session {
                        self.absences.push(gone);
                    }
                    return Ok(wire);
                }
                Err(error) => error,
            };
            if began.elapsed() >= most {
                let why = words_of(&error);
                return Err(Halt::Gone(format!("no connection could be made ({why})")));
            }
            self.stop.sleep(LOOK)?;
        }
    }

    /// Connects to the first address that answers, and to that one from then on.
    fn connect_once(&mut self) -> std::io::Result<Wire> {
        let mut failed = std::io::Error::from(ErrorKind::NotFound);
        let known = self.found.map(|address| vec![address]);
        for address in known.unwrap_or_else(|| self.addresses.clone()) {
            match Wire::connect(address, self.limit, &self.exchange, &self.stop) {
                Ok(wire) => {
                    self.found = Some(address);
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

    /// A connection whose setup was accepted.
    pub(super) fn open(&mut self, session: &Session) -> Result<Wire, Halt> {
        let mut wire = self.connect()?;
        let setup = self.setup_of(session);
        self.send(&mut wire, &setup, session.setup)?;
        self.ready(&mut wire)?;
        Ok(wire)
    }

    /// Hears that the setup was accepted.
    pub(super) fn ready(&mut self, wire: &mut Wire) -> Result<Answer, Halt> {
        let expected = self.dialect.accepted_line(Phase::Setup);
        match Answer::hear(wire, self.limit)? {
            Some(answer) if answer.says == Says::Accepted => Ok(answer),
            Some(answer) => Err(Halt::Fail(format!(
                "Expected \"{expected}\" for a valid setup; {} came.",
                answer.shown()
            ))),
            None => Err(Halt::Fail(format!(
                "Expected \"{expected}\" for a valid setup; {}.",
                nothing_came(wire, self.limit)
            ))),
        }
    }

    /// Sends one probe and hears its echo; how long that took.
    pub(super) fn echo(
        &mut self,
        wire: &mut Wire,
        session: &Session,
        number: u32,
        how: Sending,
    ) -> Result<Duration, Halt> {
        let payload = (session.payload)(number, session.size);
        let probe = self.parts(&number.to_string(), payload);
        skip_strays(wire);
        let began = Instant::now();
        self.send(wire, &probe.message(), how)?;
        self.hear_echo(wire, &probe, number, session.patience)?;
        Ok(began.elapsed())
    }

    /// Hears the echo of a probe that was sent.
    pub(super) fn hear_echo(
        &mut self,
        wire: &mut Wire,
        probe: &Parts,
        number: u32,
        patience: Duration,
    ) -> Act {
        let echo = self.habit.echo_of(probe);
        if echo.first().is_some_and(|byte| !matches!(byte, 0 | b'\n')) {
            skip_strays(wire);
        }
        let limit = self.limit + patience;
        let differs = |came: &[u8]| came.iter().zip(&echo).position(|(came, sent)| came != sent);
        // Large messages come in many pieces, each of which buys time, within a bound.
        let came = wire.until(limit, limit * 5, |came| {
            came.len() >= echo.len() || differs(came).is_some()
        })?;
        let unread = wire.unread();
        let fault = match (differs(unread), came) {
            (None, Came::Bytes) => {
                wire.take(echo.len());
                return Ok(());
            }
            (Some(0), _) if !unread.is_empty() => {
                let answer = Answer::hear(wire, self.limit)?;
                let shown = answer.map_or_else(|| "nothing".to_owned(), |one| one.shown());
                format!("{shown} came")
            }
            (Some(at), _) => format!("byte {} of {} is another", at + 1, echo.len()),
            (None, _) if unread.is_empty() => nothing_came(wire, limit),
            (None, _) => {
                let why = match wire.end() {
                    Some(End::Stream) => "the server closed".to_owned(),
                    Some(End::Reset) => "the server reset the connection".to_owned(),
                    None => format!("nothing came for {}", seconds(limit)),
                };
                format!("{} of {} bytes came, then {why}", unread.len(), echo.len())
            }
        };
        Err(Halt::Fail(format!(
            "Expected the echo of probe {number}, {} bytes; {fault}.",
            echo.len()
        )))
    }

    /// Ends a session as a client should.
    pub(super) fn terminate(&mut self, wire: Wire, how: Sending) -> Act {
        let mut wire = wire;
        let (answers, closes) = self.plain.as_ref().map_or((true, true), |plain| {
            (plain.is_answered(), plain.is_closed())
        });
        let termination = self.termination();
        skip_strays(&mut wire);
        self.send(&mut wire, &termination, how)?;
        if answers {
            match Answer::hear(&mut wire, self.limit)? {
                Some(answer) if answer.says == Says::Accepted => {}
                Some(answer) => {
                    return Err(Halt::Fail(format!(
                        "Expected \"{}\" for the termination; {} came.",
                        self.dialect.accepted_line(Phase::Termination),
                        answer.shown()
                    )));
                }
                None => {
                    return Err(Halt::Fail(format!(
                        "Expected \"{}\" for the termination; {}.",
                        self.dialect.accepted_line(Phase::Termination),
                        nothing_came(&wire, self.limit)
                    )));
                }
            }
        }
        if closes {
            wire.until_end(self.limit)?;
        }
        wire.close();
        self.is_tidy = true;
        Ok(())
    }

    /// A whole session; how long each echo took.
    pub(super) fn session(&mut self, session: &Session) -> Result<Vec<Duration>, Halt> {
        let mut wire = self.open(session)?;
        let mut times = Vec::new();
        for number in 1..=session.probes {
            let how = if number == 1 {
                session.first_probe
            } else {
                Sending::Whole
            };
            times.push(self.echo(&mut wire, session, number, how)?);
        }
        self.terminate(wire, session.termination)?;
        Ok(times)
    }

    /// Ends a session that should not have gone on, as a client would that noticed nothing: a server that
    /// took one wrong message must not be judged by how it bears a client that leaves early.
    pub(super) fn end_politely(&mut self, mut wire: Wire, session: &Session, from: u32) {
        if wire.end().is_some() {
            return;
        }
        self.exchange
            .note("the session is gone through to its end, as far as it goes");
        let limit = self.limit;
        self.limit = limit / 4;
        let ended = (from..=session.probes)
            .try_for_each(|number| {
                self.echo(&mut wire, session, number, Sending::Whole)
                    .map(drop)
            })
            .and_then(|()| self.terminate(wire, Sending::Whole));
        self.is_tidy = ended.is_ok();
        self.limit = limit;
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
