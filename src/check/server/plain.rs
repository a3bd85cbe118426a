//! The plain session: what every client does. The first checks are judged by it, and all the others
//! stand on what it shows.

use std::time::{Duration, Instant};

use super::super::answer::{Answer, Says, nothing_came, seconds, skip_strays};
use super::super::echo::EchoHabit;
use super::super::exchange::Line;
use super::super::wire::{Came, End, Wire};
use super::prober::{Act, Halt, Prober, Sending, Session};
use crate::protocol::{ACCESS_KEY_REQUIRED, LineEnd, Phase, Variant};

/// What an echo that is not the probe itself may still go on for.
const QUIET: Duration = Duration::from_millis(200);
/// What may stand behind an echo or a reply comes within that.
const BEHIND: Duration = Duration::from_millis(60);

/// The first answer of all may take so many times as long as any other.
const PATIENCE_WITH_THE_FIRST: u32 = 4;

/// The numbers of the checks of the plain session's first two parts.
const OF_SETUP: usize = 1;
const OF_ECHO: usize = 2;

/// What one part of the session came to: remarks, or what was wrong.
pub(super) type Part = Result<Vec<String>, String>;

/// What the plain session came to. A part that was not reached is `None`.
#[derive(Debug, Clone, Default)]
pub(super) struct Plain {
    pub setup: Option<Part>,
    pub echo: Option<Part>,
    pub termination: Option<Part>,
    pub close: Option<Part>,
    /// The rule that it has otherwise, where it wants a manner that the text does not have, and the check that failed
    /// for it.
    pub wants: Option<(usize, &'static str)>,
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

    /// Whether a valid setup was accepted.
    pub(super) fn takes_setup(&self) -> bool {
        self.is_complete || matches!(self.setup, Some(Ok(_)))
    }

    /// Whether numbers from 0, with the same setup, may get further.
    fn may_count_from_zero(&self) -> bool {
        !self.is_complete && matches!((&self.setup, &self.echo), (Some(Ok(_)), Some(Err(_))))
    }

    /// What this session came to where `another`, in a `manner` that the text does not have, went to its end.
    fn saved_by(self, another: Self, manner: &Manner) -> Self {
        let told = |part: Option<Part>, otherwise: Option<Part>| match part {
            Some(Err(why)) => Some(Err(format!(
                "It wants {}; the checks go on with that. {why}",
                manner.words
            ))),
            Some(Ok(_)) | None => otherwise,
        };
        let check = if matches!(self.setup, Some(Err(_))) {
            OF_SETUP
        } else {
            OF_ECHO
        };
        Self {
            setup: told(self.setup, another.setup),
            echo: told(self.echo, another.echo),
            wants: Some((check, manner.rule)),
            ..another
        }
    }

    /// The first thing that kept the session from its end.
    pub(super) fn obstacle(&self) -> &'static str {
        match (&self.setup, &self.echo) {
            (Some(Ok(_)), _) => "no echo could be made sense of (check 2)",
            _ => "no setup was accepted (check 1)",
        }
    }
}

/// Goes through the plain session and keeps what it came to. A server that does not go on with the text's is
/// asked once more in other manners, so that one mistake does not hide all the others.
pub(super) fn plain_session(prober: &mut Prober) -> Act {
    let mut plain = Plain::default();
    let limit = prober.limit;
    // It may be busy with another client, which says nothing against it.
    prober.limit = limit * PATIENCE_WITH_THE_FIRST;
    let mut outcome = go_through(prober, &mut plain, limit);
    prober.limit = limit;
    if outcome.is_ok() {
        outcome = in_another_manner(prober, &mut plain);
    }
    plain.exchange = prober.exchange.take();
    prober.learned.plain = Some(plain);
    outcome
}

/// A manner that the text does not have and real servers want: where the count begins, what ends a message.
struct Manner {
    first_seq: u32,
    line_end: LineEnd,
    words: &'static str,
    /// The rule that has it otherwise.
    rule: &'static str,
}

const MANNERS: [Manner; 3] = [
    Manner {
        first_seq: 0,
        line_end: LineEnd::Newline,
        words: "numbers from 0 (M2 has them from 1)",
        rule: "M2",
    },
    Manner {
        first_seq: 1,
        line_end: LineEnd::Nothing,
        words: "no \\n at the end of a message (G1 has one)",
        rule: "G1",
    },
    Manner {
        first_seq: 0,
        line_end: LineEnd::Nothing,
        words: "numbers from 0 and no \\n at the end of a message (M2 and G1 have it otherwise)",
        rule: "G1",
    },
];

fn in_another_manner(prober: &mut Prober, plain: &mut Plain) -> Act {
    let limit = prober.limit;
    let mut bare = Plain::default();
    for manner in &MANNERS {
        let Manner {
            first_seq,
            line_end,
            words,
            ..
        } = *manner;
        let may_help = match (first_seq, line_end) {
            (0, LineEnd::Newline) => plain.may_count_from_zero(),
            (0, LineEnd::Nothing) => bare.may_count_from_zero(),
            _ => !plain.is_complete,
        };
        if !may_help {
            continue;
        }
        prober.exchange.note(&format!("once more, with {words}"));
        prober.variant = Variant {
            first_seq,
            line_end,
            ..Variant::default()
        };
        let mut another = Plain::default();
        match go_through(prober, &mut another, limit) {
            Err(Halt::Stopped) => return Err(Halt::Stopped),
            // What it did before it went is what there is to say of it.
            Err(_) => break,
            Ok(()) if another.is_complete => {
                *plain = std::mem::take(plain).saved_by(another, manner);
                return Ok(());
            }
            Ok(()) if first_seq == 1 => bare = another,
            Ok(()) => {}
        }
    }
    if !plain.is_complete {
        prober.variant = Variant::default();
    }
    Ok(())
}

/// `limit` is what any answer but the first may take.
fn go_through(prober: &mut Prober, plain: &mut Plain, limit: Duration) -> Act {
    let session = prober.usual();
    let mut wire = prober.connect()?;
    let setup = prober.setup_of(&session);
    prober.send(&mut wire, &setup, Sending::Whole)?;
    let began = Instant::now();
    let ready = prober.ready(&mut wire);
    prober.limit = limit;
    match ready {
        Ok(answer) => {
            let took = began.elapsed();
            let line = prober.dialect.accepted_line(Phase::Setup);
            plain.replies.extend(remarks_of(&mut wire, answer, line)?);
            let late = (took > limit).then(|| {
                format!(
                    "the first answer took {}: it served somebody else, or is slow to begin",
                    seconds(took)
                )
            });
            plain.setup = Some(Ok(late.into_iter().collect()));
        }
        Err(Halt::Fail(why)) => {
            let look = if why.contains(ACCESS_KEY_REQUIRED) {
                "It is an Echograph server that was given an access key, which a check does not show: check it \
                 without one."
            } else {
                "Look at how the setup line is read and taken apart, which values are refused, and \
                        whether the reply is sent (flushed) before the next read. A server of another course \
                        is checked in its dialect (--dialect), one that serves a client at a time when no other \
                        is there."
            };
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
            seconds(prober.limit)
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
    let probe = prober.parts(&prober.number(1), (session.payload)(1, session.size));
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
