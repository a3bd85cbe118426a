//! The plain session of a client: what it says, in which order, and when.

use std::time::Duration;

use super::super::answer::seconds;
use super::super::wire::{End, Stopped};
use super::sitting::{Heard, Sitting};
use crate::protocol::{Phase, Setup, quote};

/// How long we keep a client waiting to see whether it waits.
const MOMENT: Duration = Duration::from_millis(150);
/// As long before an echo, of the first few probes.
const SHORT_MOMENT: Duration = Duration::from_millis(30);
const KEPT_WAITING: u32 = 5;

/// The checks of the plain session, in the order of the catalogue.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Setup,
    WaitsForReply,
    Form,
    Numbers,
    Sizes,
    OneAtATime,
    Termination,
    Close,
}

/// How many there are.
pub(super) const PARTS: usize = 8;

/// What came of one of them: remarks, or what was wrong. `None` where the session ended before.
pub(super) type Found = Option<Result<Vec<String>, String>>;

/// What the plain session showed.
#[derive(Default)]
pub(super) struct Plain {
    pub found: [Found; PARTS],
    /// The setup, if it could be understood.
    pub setup: Option<Setup>,
    /// Whether the client goes on with another session on the same connection.
    pub goes_on: bool,
}

impl Plain {
    fn pass(&mut self, part: Part, remarks: Vec<String>) {
        if let Some(found) = self.found.get_mut(part as usize)
            && found.is_none()
        {
            *found = Some(Ok(remarks));
        }
    }

    /// The first fault counts.
    fn fail(&mut self, part: Part, why: String) {
        if let Some(found) = self.found.get_mut(part as usize)
            && !matches!(found, Some(Err(_)))
        {
            *found = Some(Err(why));
        }
    }
}

/// Goes through the plain session with a client.
pub(super) fn plain_session(sitting: &mut Sitting, first: &Heard) -> Result<Plain, Stopped> {
    let mut plain = Plain::default();
    let Some(setup) = setup(sitting, first, &mut plain)? else {
        return Ok(plain);
    };
    plain.setup = Some(setup);
    let dialect = sitting.dialect;
    if sitting.is_still(MOMENT)? {
        sitting.say(dialect.accepted_line(Phase::Setup), 1)?;
    } else {
        let came = quote(sitting.wire.unread());
        plain.fail(
            Part::WaitsForReply,
            format!(
                "Expected nothing before the reply to the setup; \"{came}\" came. Read a whole line before \
                 the first probe is sent."
            ),
        );
        sitting.say(dialect.accepted_line(Phase::Setup), 1)?;
    }
    if !probes(sitting, setup, &mut plain)? {
        return Ok(plain);
    }
    end(sitting, &mut plain)?;
    Ok(plain)
}

fn setup(
    sitting: &mut Sitting,
    first: &Heard,
    plain: &mut Plain,
) -> Result<Option<Setup>, Stopped> {
    let form = sitting.form();
    let (Heard::Line(line) | Heard::Unended(line)) = first else {
        let why = format!("Expected \"{form}\\n\"; {}.", first.in_words());
        plain.fail(Part::Setup, why);
        return Ok(None);
    };
    let ended = matches!(first, Heard::Line(_));
    match (sitting.setup(line, true), sitting.setup(line, false)) {
        (Ok(setup), _) if ended => {
            plain.pass(Part::Setup, Vec::new());
            Ok(Some(setup))
        }
        (_, Ok(setup)) if ended => {
            let shown = quote(line);
            plain.fail(
                Part::Setup,
                format!(
                    "Expected \"{form}\\n\" with one space between fields and nothing else; \"{shown}\" \
                     came. What it means is clear, so the session went on."
                ),
            );
            Ok(Some(setup))
        }
        (strictly, _) => {
            let why = match strictly {
                Err(why) if ended => format!(": {why}"),
                _ => ": it does not end in \\n".to_owned(),
            };
            plain.fail(
                Part::Setup,
                format!("Expected \"{form}\\n\"; \"{}\" came{why}.", quote(line)),
            );
            sitting.refuse(Phase::Setup)?;
            sitting.wire.until_end(sitting.limit)?;
            Ok(None)
        }
    }
}

/// The measurement; `false` if the session ended in it.
fn probes(sitting: &mut Sitting, setup: Setup, plain: &mut Plain) -> Result<bool, Stopped> {
    let size = setup.message_size;
    let most = usize::try_from(size)
        .unwrap_or(usize::MAX)
        .saturating_add(1024);
    for number in 1..=setup.probes {
        let heard = sitting.next(most)?;
        let Heard::Line(line) = &heard else {
            let part = if number == 1 {
                Part::WaitsForReply
            } else {
                Part::Form
            };
            let what = if number == 1 {
                "after \"200 ...\" for the setup"
            } else {
                "after the echo of the one before"
            };
            plain.fail(
                part,
                format!(
                    "Expected probe {number} of {} {what}; {}.",
                    setup.probes,
                    heard.in_words()
                ),
            );
            return Ok(false);
        };
        if number == 1 {
            plain.pass(Part::WaitsForReply, Vec::new());
        }
        if sitting.is_termination(line) {
            plain.fail(
                Part::Termination,
                format!(
                    "Expected probe {number} of the {} that the setup announced; the termination came.",
                    setup.probes
                ),
            );
            sitting.refuse(Phase::Measurement)?;
            sitting.wire.until_end(sitting.limit)?;
            return Ok(false);
        }
        let parts = [Part::Form, Part::Numbers, Part::Sizes];
        for (part, fault) in parts.into_iter().zip(sitting.faults(line, number, size)) {
            if let Some(why) = fault {
                plain.fail(part, why);
            }
        }
        let moment = if number <= KEPT_WAITING {
            SHORT_MOMENT
        } else {
            Duration::ZERO
        };
        if !sitting.is_still(moment)? {
            let came = quote(sitting.wire.unread());
            plain.fail(
                Part::OneAtATime,
                format!("Expected nothing before the echo of probe {number}; \"{came}\" came."),
            );
        }
        sitting.send(line, 1)?;
    }
    for part in [Part::Form, Part::Numbers, Part::Sizes, Part::OneAtATime] {
        plain.pass(part, Vec::new());
    }
    Ok(true)
}

/// The termination and the close.
fn end(sitting: &mut Sitting, plain: &mut Plain) -> Result<(), Stopped> {
    let termination = sitting.dialect.termination();
    let heard = sitting.next(1024)?;
    match &heard {
        Heard::Line(line) if line.strip_suffix(b"\n") == Some(termination.as_bytes()) => {
            plain.pass(Part::Termination, Vec::new());
        }
        Heard::Line(line) if sitting.is_termination(line) => {
            let remark = format!(
                "there are blanks behind the termination: \"{}\"",
                quote(line)
            );
            plain.pass(Part::Termination, vec![remark]);
        }
        Heard::Line(line) if sitting.is_setup(line) => {
            plain.fail(
                Part::Termination,
                format!(
                    "Expected \"{termination}\\n\" after the last echo; another setup came, \"{}\". A session \
                     ends with its termination, and each has a connection of its own.",
                    quote(line)
                ),
            );
            sitting.wire.put_back(line);
            plain.goes_on = true;
            return Ok(());
        }
        other => {
            plain.fail(
                Part::Termination,
                format!(
                    "Expected \"{termination}\\n\" after the last echo; {}.",
                    other.in_words()
                ),
            );
            if matches!(other, Heard::Line(_) | Heard::Unended(_)) {
                sitting.refuse(Phase::Termination)?;
                sitting.wire.until_end(sitting.limit)?;
            }
            return Ok(());
        }
    }
    sitting.say(sitting.dialect.accepted_line(Phase::Termination), 1)?;
    sitting.wire.end_stream();
    let end = sitting.wire.until_end(sitting.limit)?;
    let more = quote(sitting.wire.unread());
    match end {
        Some(_) if !more.is_empty() => plain.fail(
            Part::Close,
            format!("Expected nothing after the termination; \"{more}\" came."),
        ),
        Some(End::Stream) => plain.pass(Part::Close, Vec::new()),
        Some(End::Reset) => plain.pass(
            Part::Close,
            vec!["the client reset the connection instead of closing it: it left the reply unread".to_owned()],
        ),
        None => plain.fail(
            Part::Close,
            format!(
                "Expected the client to close once it had the reply; {} later the connection was still open.",
                seconds(sitting.limit)
            ),
        ),
    }
    Ok(())
}
