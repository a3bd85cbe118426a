//! The plain session: what every client does. The first checks are judged by it, and all the others
//! stand on what it shows.

use std::time::{Duration, Instant};

use super::super::answer::{Answer, Says, nothing_came, skip_strays};
use super::super::echo::EchoHabit;
use super::super::exchange::Line;
use super::super::wire::{Came, End, Wire};
use super::prober::{Act, Halt, Prober, Sending, Session};
use crate::protocol::Phase;

/// What an echo that is not the probe itself may still go on for.
const QUIET: Duration = Duration::from_millis(200);
/// What may stand behind an echo or a reply comes within that.
const BEHIND: Duration = Duration::from_millis(60);

/// What one part of the session came to: remarks, or what was wrong.
pub(super) type Part = Result<Vec<String>, String>;

/// What the plain session came to. A part that was not reached is `None`.
#[derive(Debug, Clone, Default)]
pub(super) struct Plain {
    pub setup: Option<Part>,
    pub echo: Option<Part>,
    pub termination: Option<Part>,
    pub close: Option<Part>,
    /// How the replies differ from the text.
    pub replies: Vec<String>,
    /// Whether every probe was answered in a way that can be gone on with.
    pub is_complete: bool,
    pub exchange: (Vec<Line>, u64),
}

impl Plain {
    /// Whether the termination is answered.
    pub(super) fn is_answered(&self) -> bool {
        matches!(self.termination, Some(Ok(_)))
    }

    /// Whether the server closes by itself.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.close, Some(Ok(_)))
    }

    /// The first thing that kept the session from its end.
    pub(super) fn obstacle(&self) -> &'static str {
        match (&self.setup, &self.echo) {
            (Some(Ok(_)), _) => "no echo could be made sense of (check 2)",
            _ => "no setup was accepted (check 1)",
        }
    }
}

/// Goes through the plain session and keeps what it came to.
pub(super) fn plain_session(prober: &mut Prober) -> Act {
    let mut plain = Plain::default();
    let outcome = go_through(prober, &mut plain);
    plain.exchange = prober.exchange.take();
    prober.learned.plain = Some(plain);
    outcome
}

fn go_through(prober: &mut Prober, plain: &mut Plain) -> Act {
    let session = prober.usual();
    let mut wire = prober.connect()?;
    let setup = prober.setup_of(&session);
    prober.send(&mut wire, &setup, Sending::Whole)?;
    match prober.ready(&mut wire) {
        Ok(answer) => {
            let line = prober.dialect.accepted_line(Phase::Setup);
            plain.replies.extend(remarks_of(&mut wire, answer, line)?);
            plain.setup = Some(Ok(Vec::new()));
        }
        Err(Halt::Fail(why)) => {
            let look = "Look at how the setup line is read and taken apart, which values are refused, and \
                        whether the reply is sent (flushed) before the next read.";
            plain.setup = Some(Err(format!("{why} {look}")));
            return Ok(());
        }
        Err(other) => return Err(other),
    }

    match echoes(prober, &mut wire, &session) {
        Ok(part) => plain.echo = Some(part),
        Err(Halt::Fail(why)) => {
            plain.echo = Some(Err(why));
            return Ok(());
        }
        Err(other) => return Err(other),
    }
    plain.is_complete = true;

    let termination = prober.termination();
    skip_strays(&mut wire);
    prober.send(&mut wire, &termination, Sending::Whole)?;
    let line = prober.dialect.accepted_line(Phase::Termination);
    plain.termination = Some(match prober.hear(&mut wire)? {
        Some(answer) if answer.says == Says::Accepted => {
            plain.replies.extend(remarks_of(&mut wire, answer, line)?);
            Ok(Vec::new())
        }
        Some(answer) => Err(format!(
            "Expected \"{line}\"; {} came. Look at how the message after the last probe is \
             recognised.",
            answer.shown()
        )),
        None => Err(format!(
            "Expected \"{line}\"; {}. Look at whether the server counts its probes as announced and \
             then reads one message more.",
            nothing_came(&wire, prober.limit)
        )),
    });
    plain.close = Some(match wire.until_end(prober.limit)? {
        Some(End::Stream) => Ok(Vec::new()),
        Some(End::Reset) => Ok(vec![
            "the connection was reset, not closed: input was left unread, and a reset can destroy a \
             reply on its way"
                .to_owned(),
        ]),
        None => Err(format!(
            "Expected the end of the stream; the connection was still open {} after the termination. \
             Close the socket once the reply is sent, instead of waiting for the client.",
            super::super::answer::seconds(prober.limit)
        )),
    });
    wire.close();
    prober.is_tidy = true;
    Ok(())
}

/// The reply's difference from the text, with what stands behind it.
fn remarks_of(wire: &mut Wire, mut answer: Answer, line: &str) -> Result<Vec<String>, Halt> {
    if wire.unread().is_empty() && wire.more(BEHIND)? == Came::Nothing {
        return Ok(answer.remarks(line));
    }
    let strays = wire.unread().iter().take_while(|byte| **byte == 0).count();
    answer.bytes.extend(wire.take(strays));
    Ok(answer.remarks(line))
}

/// All the echoes; the first one is learned from.
fn echoes(prober: &mut Prober, wire: &mut Wire, session: &Session) -> Result<Part, Halt> {
    let probe = prober.parts("1", (session.payload)(1, session.size));
    let message = probe.message();
    prober.send(wire, &message, Sending::Whole)?;
    let is_whole = |came: &[u8]| came.len() >= message.len() && came.starts_with(&message);
    wire.until(prober.limit, prober.limit * 2, |came| !came.is_empty())?;
    let until = Instant::now() + prober.limit * 2;
    while !is_whole(wire.unread()) && Instant::now() < until && wire.more(QUIET)? == Came::Bytes {}
    // Whether there is something behind it.
    while wire.unread().len() < 4 * message.len()
        && Instant::now() < until
        && wire.more(BEHIND)? == Came::Bytes
    {}
    let echo = wire.take(usize::MAX);
    let shown = crate::protocol::quote(&echo);
    if echo.is_empty() {
        return Err(Halt::Fail(format!(
            "Expected the echo of probe 1; {}. Look at whether the server reads a whole line, goes on \
             to the measurement after its reply, and sends (flushes) each echo.",
            nothing_came(wire, prober.limit)
        )));
    }
    let Some(habit) = EchoHabit::learn(&probe, &echo) else {
        return Err(Halt::Fail(format!(
            "Expected the echo of probe 1, \"{}\"; \"{shown}\" came. Numbers begin with 1, and the \
             echo is the whole probe.",
            crate::protocol::quote(&message)
        )));
    };
    prober.learned.habit = habit;
    for number in 2..=session.probes {
        prober.echo(wire, session, number, Sending::Whole)?;
    }
    if prober.learned.habit.is_exact() {
        return Ok(Ok(Vec::new()));
    }
    Ok(Err(format!(
        "Expected each probe back as it came, all its bytes; \"{shown}\" came for \"{}\". The server {}. \
         Send back the line that was read, with its \\n.",
        crate::protocol::quote(&message),
        prober.learned.habit.in_words()
    )))
}
