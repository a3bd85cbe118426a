//! What is said to a server in a session, and what has to come for it.

use std::time::{Duration, Instant};

use super::super::answer::{Answer, Says, nothing_came, seconds, skip_strays};
use super::super::echo::Parts;
use super::super::wire::{Came, End, Wire};
use super::prober::{Act, Halt, Prober, Sending, Session};
use crate::protocol::Phase;

impl Prober {
    /// A connection whose setup was accepted.
    pub(super) fn open(&mut self, session: &Session) -> Result<Wire, Halt> {
        let mut wire = self.connect()?;
        let setup = self.setup_of(session);
        self.send(&mut wire, &setup, session.setup)?;
        self.ready(&mut wire)?;
        Ok(wire)
    }

    /// Hears a reply. One that ends in nothing need not be waited for when it comes again.
    pub(super) fn hear(&mut self, wire: &mut Wire) -> Result<Option<Answer>, Halt> {
        /// Replies that are kept: a server has a handful.
        const MOST_KEPT: usize = 16;
        let known = &mut self.learned.replies;
        let answer = Answer::hear(wire, self.limit, known)?;
        if let Some(Answer { bytes, .. }) = &answer
            && !bytes.ends_with(b"\n")
            && known.len() < MOST_KEPT
            && !known.contains(bytes)
        {
            known.push(bytes.clone());
        }
        Ok(answer)
    }

    /// Hears that the setup was accepted.
    pub(super) fn ready(&mut self, wire: &mut Wire) -> Result<Answer, Halt> {
        let expected = self.dialect.accepted_line(Phase::Setup);
        match self.hear(wire)? {
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
        let probe = self.parts(&self.number(number), payload);
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
        let echo = self.learned.habit.echo_of(probe);
        if echo.first().is_some_and(|byte| !matches!(byte, 0 | b'\n')) {
            skip_strays(wire);
        }
        let limit = self.limit + patience;
        // Slices first: it is asked after every piece of a large echo, and equal is the rule.
        let differs = |came: &[u8]| {
            let common = came.len().min(echo.len());
            if came.get(..common) == echo.get(..common) {
                return None;
            }
            came.iter().zip(&echo).position(|(came, sent)| came != sent)
        };
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
                let answer = self.hear(wire)?;
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
        let (answers, closes) = self.learned.plain.as_ref().map_or((true, true), |plain| {
            (plain.is_answered(), plain.is_closed())
        });
        let termination = self.termination();
        skip_strays(&mut wire);
        self.send(&mut wire, &termination, how)?;
        if answers {
            match self.hear(&mut wire)? {
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

    /// The rest of a session, from the probe of that number on.
    pub(super) fn rest(&mut self, mut wire: Wire, session: &Session, from: u32) -> Act {
        for number in from..=session.probes {
            self.echo(&mut wire, session, number, Sending::Whole)?;
        }
        self.terminate(wire, Sending::Whole)
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
}
