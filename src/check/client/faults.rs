//! Sessions in which the server does something unusual, and what the client has to make of it.

use std::time::Duration;

use super::super::answer::seconds;
use super::super::wire::Stopped;
use super::catalogue::Session;
use super::sitting::{Heard, Sitting};
use crate::protocol::{Phase, Setup, quote};

/// How late a late echo is.
const LATE: Duration = Duration::from_millis(700);
/// Pieces of an echo in pieces.
const PIECES: usize = 4;

/// What came of a session.
pub(super) enum Found {
    Pass(Vec<String>),
    Fail(String),
    NotApplicable(String),
}

/// What a session came to, and whether the client goes on with another one on the same connection.
pub(super) type Outcome = Result<(Found, bool), Stopped>;

/// Goes through a session of that kind.
pub(super) fn session(sitting: &mut Sitting, kind: Session, first: &Heard) -> Outcome {
    let setup = match first {
        Heard::Line(line) => sitting.setup(line, false),
        other => Err(other.in_words()),
    };
    let setup = match setup {
        Ok(setup) => setup,
        Err(why) => {
            let why = format!("the setup could not be understood: {why}");
            return Ok((Found::NotApplicable(why), false));
        }
    };
    let found = match kind {
        Session::RefusedSetup => {
            sitting.refuse(Phase::Setup)?;
            stops(sitting, "the setup was refused")?
        }
        Session::RepliesInPieces => {
            if !sitting.say(sitting.dialect.accepted_line(Phase::Setup), 2)? {
                return Ok((early(sitting, "half of the reply to the setup"), false));
            }
            return whole(sitting, setup, 1, 2);
        }
        _ => {
            sitting.say(sitting.dialect.accepted_line(Phase::Setup), 1)?;
            return at_a_probe(sitting, kind, setup);
        }
    };
    Ok((found, false))
}

/// Echoes a probe or two, then does what is unusual.
fn at_a_probe(sitting: &mut Sitting, kind: Session, setup: Setup) -> Outcome {
    let at = setup.probes.min(2);
    for _ in 1..at {
        if let Err(missing) = echo(sitting, setup)? {
            return Ok((Found::NotApplicable(missing), false));
        }
    }
    let message = match probe(sitting, setup)? {
        Ok(message) => message,
        Err(missing) => return Ok((Found::NotApplicable(missing), false)),
    };
    match kind {
        Session::EchoInPieces => {
            if !sitting.send(&message, PIECES)? {
                return Ok((early(sitting, "a part of the echo"), false));
            }
            whole(sitting, setup, at + 1, 1)
        }
        Session::LateEcho => {
            if !sitting.is_still(LATE)? {
                return Ok((early(sitting, "nothing of the echo"), false));
            }
            if sitting.wire.end().is_some() {
                let why = format!(
                    "Expected the client to wait for an echo {} late; it closed.",
                    seconds(LATE)
                );
                return Ok((Found::Fail(why), false));
            }
            sitting.send(&message, 1)?;
            whole(sitting, setup, at + 1, 1)
        }
        Session::WrongEcho => wrong_echo(sitting, setup, at, message),
        Session::RefusedProbe => {
            sitting.refuse(Phase::Measurement)?;
            Ok((stops(sitting, "the probe was refused with a 404")?, false))
        }
        _ => {
            sitting.wire.end_stream();
            Ok((stops(sitting, "the server had left")?, false))
        }
    }
}

fn wrong_echo(sitting: &mut Sitting, setup: Setup, at: u32, message: Vec<u8>) -> Outcome {
    let mut wrong = message;
    let middle = wrong.len() / 2;
    if let Some(byte) = wrong.get_mut(middle) {
        *byte = if *byte == b'#' { b'%' } else { b'#' };
    }
    sitting.send(&wrong, 1)?;
    if at >= setup.probes {
        let why = "the session has one probe, so there is no next one to leave out";
        finish(sitting)?;
        return Ok((Found::NotApplicable(why.to_owned()), false));
    }
    let most = most(setup);
    let found = match sitting.next(most)? {
        Heard::Line(line) if sitting.is_termination(&line) => {
            sitting.say(sitting.dialect.accepted_line(Phase::Termination), 1)?;
            sitting.wire.end_stream();
            sitting.wire.until_end(sitting.limit)?;
            Found::Pass(Vec::new())
        }
        Heard::Line(line) => {
            let remark = format!(
                "the client goes on after an echo that was not what it sent, with \"{}\"; what it then \
                 measures is not known to be an echo",
                quote(&line)
            );
            sitting.send(&line, 1)?;
            let (_, goes_on) = whole(sitting, setup, at + 2, 1)?;
            return Ok((Found::Pass(vec![remark]), goes_on));
        }
        Heard::Ended(_) => Found::Pass(Vec::new()),
        other => Found::Fail(format!(
            "Expected the client to close after a wrong echo, or to go on; {}. It may be waiting for bytes \
             that do not come.",
            other.in_words()
        )),
    };
    Ok((found, false))
}

/// The rest of a session that has to be a good one, from the probe of that number on.
fn whole(sitting: &mut Sitting, setup: Setup, from: u32, pieces: usize) -> Outcome {
    for number in from..=setup.probes {
        if let Err(missing) = echo(sitting, setup)? {
            let why = format!("Expected probe {number} of {}; {missing}.", setup.probes);
            return Ok((Found::Fail(why), false));
        }
    }
    match sitting.next(1024)? {
        Heard::Line(line) if sitting.is_termination(&line) => {
            let was_still =
                sitting.say(sitting.dialect.accepted_line(Phase::Termination), pieces)?;
            sitting.wire.end_stream();
            sitting.wire.until_end(sitting.limit)?;
            if was_still {
                Ok((Found::Pass(Vec::new()), false))
            } else {
                Ok((
                    early(sitting, "half of the reply to the termination"),
                    false,
                ))
            }
        }
        Heard::Line(line) if sitting.is_setup(&line) => {
            // That there was no termination is said of the plain session.
            sitting.wire.put_back(&line);
            Ok((Found::Pass(Vec::new()), true))
        }
        other => {
            let why = format!(
                "Expected the termination after the last echo; {}.",
                other.in_words()
            );
            Ok((Found::Fail(why), false))
        }
    }
}

/// Answers the termination, if it comes.
fn finish(sitting: &mut Sitting) -> Result<(), Stopped> {
    if let Heard::Line(_) = sitting.next(1024)? {
        sitting.say(sitting.dialect.accepted_line(Phase::Termination), 1)?;
    }
    sitting.wire.end_stream();
    sitting.wire.until_end(sitting.limit)?;
    Ok(())
}

/// Whether the client says nothing more, and closes.
fn stops(sitting: &mut Sitting, when: &str) -> Result<Found, Stopped> {
    let end = sitting.wire.until_end(sitting.limit)?;
    let more = sitting.wire.take(usize::MAX);
    let termination = sitting.is_termination(&more);
    Ok(match (more.is_empty(), end) {
        (false, _) if !termination => Found::Fail(format!(
            "Expected nothing more after {when}; \"{}\" came. Look at whether each reply is looked at before \
             the next message is sent.",
            quote(&more)
        )),
        (_, None) => Found::Fail(format!(
            "Expected the client to close after {when}; {} later the connection was still open. A read that \
             returns 0 bytes is the end of the stream.",
            seconds(sitting.limit)
        )),
        (false, Some(_)) => Found::Pass(vec![format!(
            "the client sends its termination after {when}"
        )]),
        (true, Some(_)) => Found::Pass(Vec::new()),
    })
}

/// The client spoke before it could have what it has to wait for.
fn early(sitting: &Sitting, had: &str) -> Found {
    Found::Fail(format!(
        "Expected nothing before the whole line had come; \"{}\" came when {had} had been sent. Read until the \
         \\n is there: one recv is not one message.",
        quote(sitting.wire.unread())
    ))
}

/// Hears a probe and echoes it.
fn echo(sitting: &mut Sitting, setup: Setup) -> Result<Result<(), String>, Stopped> {
    match probe(sitting, setup)? {
        Ok(message) => {
            sitting.send(&message, 1)?;
            Ok(Ok(()))
        }
        Err(missing) => Ok(Err(missing)),
    }
}

/// Hears a probe, or says what came instead.
fn probe(sitting: &mut Sitting, setup: Setup) -> Result<Result<Vec<u8>, String>, Stopped> {
    Ok(match sitting.next(most(setup))? {
        Heard::Line(line) if !sitting.is_termination(&line) => Ok(line),
        other => Err(other.in_words()),
    })
}

fn most(setup: Setup) -> usize {
    usize::try_from(setup.message_size)
        .unwrap_or(usize::MAX)
        .saturating_add(1024)
}
