//! Messages that have to be refused: with the 404 of their phase, and then the connection is closed.

use super::super::answer::{Answer, Says, nothing_came, seconds};
use super::super::wire::{Came, End, Wire};
use super::prober::{Act, Halt, Prober, SIZE, Sending, letters};
use crate::measurement::units::capital;
use crate::protocol::{Phase, quote};

/// Sends a first message that is no valid setup.
pub(super) fn first_message(prober: &mut Prober, message: &[u8]) -> Act {
    let mut wire = prober.connect()?;
    prober.send(&mut wire, message, Sending::Whole)?;
    let own = phase_of(prober, message);
    refused(prober, wire, Phase::Setup, own, 1)
}

/// A setup that differs from a good one in one field.
pub(super) fn setup_with(prober: &mut Prober, field: Field, value: &str) -> Act {
    let session = prober.usual();
    let mut fields = [
        prober.dialect.type_word(session.kind).to_owned(),
        session.probes.to_string(),
        session.size.to_string(),
        "0".to_owned(),
    ];
    if let Some(place) = fields.get_mut(field as usize) {
        value.clone_into(place);
    }
    let [kind, count, size, delay] = &fields;
    let message = prober.raw_setup(kind, count, size, delay);
    first_message(prober, &message)
}

/// A field of the setup, in the order in which [`setup_with`] has them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    Type,
    Probes,
    Size,
    Delay,
}

/// A setup line that is made over as a whole.
pub(super) fn changed_setup(prober: &mut Prober, change: fn(String) -> String) -> Act {
    let session = prober.usual();
    let line = String::from_utf8_lossy(&prober.setup_of(&session)).into_owned();
    let message = change(line.trim_end().to_owned());
    let message = prober.ended(message);
    first_message(prober, &message)
}

/// A refused message with more input behind it: the 404 must arrive all the same.
pub(super) fn with_more_behind(prober: &mut Prober) -> Act {
    let session = prober.usual();
    let kind = prober.dialect.type_word(session.kind);
    let mut message = prober.raw_setup(kind, "none", "100", "0");
    for number in 1..=20 {
        let probe = prober.parts(&prober.number(number), letters(number, SIZE));
        message.extend(probe.message());
    }
    first_message(prober, &message)
}

/// An empty line, which may be passed over.
pub(super) fn empty_line(prober: &mut Prober) -> Act {
    let mut wire = prober.connect()?;
    prober.send(&mut wire, b"\n", Sending::Whole)?;
    if wire.until(prober.limit / 2, prober.limit, |came| !came.is_empty())? != Came::Nothing {
        return refused(prober, wire, Phase::Setup, None, 1);
    }
    let session = prober.usual();
    let setup = prober.setup_of(&session);
    prober.send(&mut wire, &setup, Sending::Whole)?;
    prober.ready(&mut wire).map_err(|halt| match halt {
        Halt::Fail(why) => Halt::Fail(format!(
            "An empty line was neither refused with a 404 nor passed over. {why}"
        )),
        other => other,
    })?;
    prober
        .remarks
        .push("an empty line is passed over; the text has no such message".to_owned());
    for number in 1..=session.probes {
        prober.echo(&mut wire, &session, number, Sending::Whole)?;
    }
    prober.terminate(wire, Sending::Whole)
}

/// A wrong message after so many good probes.
pub(super) fn after_probes(
    prober: &mut Prober,
    good: Good,
    message: impl FnOnce(&Prober) -> Vec<u8>,
) -> Act {
    let session = prober.usual();
    let (count, phase) = match good {
        Good::Some(count) => (count, Phase::Measurement),
        Good::All => (session.probes, Phase::Termination),
    };
    let mut wire = prober.open(&session)?;
    for number in 1..=count {
        prober.echo(&mut wire, &session, number, Sending::Whole)?;
    }
    let message = message(prober);
    super::super::answer::skip_strays(&mut wire);
    prober.send(&mut wire, &message, Sending::Whole)?;
    let own = phase_of(prober, &message);
    refused(prober, wire, phase, own, count + 2)
}

/// How many good probes come first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Good {
    Some(u32),
    All,
}

/// The stream ends inside a message.
pub(super) fn cut_off(prober: &mut Prober, phase: Phase) -> Act {
    let session = prober.usual();
    let (mut wire, message) = if phase == Phase::Setup {
        (prober.connect()?, prober.setup_of(&session))
    } else {
        let mut wire = prober.open(&session)?;
        prober.echo(&mut wire, &session, 1, Sending::Whole)?;
        (
            wire,
            prober.parts(&prober.number(2), letters(2, SIZE)).message(),
        )
    };
    let half = message.get(..message.len() / 2).unwrap_or_default();
    prober.send(&mut wire, half, Sending::Whole)?;
    wire.end_stream();
    let heard = prober.hear(&mut wire)?;
    match (&heard, wire.end()) {
        (None, Some(End::Stream)) => {
            let said = "it closes without a 404 when the stream ends inside a message";
            prober.remarks.push(said.to_owned());
            wire.close();
            Ok(())
        }
        (None, Some(End::Reset)) => {
            let said = "it resets the connection when the stream ends inside a message";
            prober.remarks.push(said.to_owned());
            wire.close();
            Ok(())
        }
        (None, None) => Err(Halt::Fail(format!(
            "Expected a 404 or a close; the server did neither within {}. A read that returns 0 bytes \
             is the end of the stream: no more will come, so leave the loop.",
            seconds(prober.limit)
        ))),
        _ => judge(prober, wire, heard, phase, None, u32::MAX),
    }
}

/// The refusal of what was sent last. `own` is the phase that the message would belong to, `next` the
/// number of the next probe, should it be taken for a good one.
fn refused(
    prober: &mut Prober,
    mut wire: Wire,
    phase: Phase,
    own: Option<Phase>,
    next: u32,
) -> Act {
    let heard = prober.hear(&mut wire)?;
    judge(prober, wire, heard, phase, own, next)
}

/// Where to look when something that is wrong was not refused.
const LOOK: &str = "Look at where the server tests this message.";

fn judge(
    prober: &mut Prober,
    mut wire: Wire,
    heard: Option<Answer>,
    phase: Phase,
    own: Option<Phase>,
    next: u32,
) -> Act {
    let line = prober.dialect.refusal_line(phase);
    let session = prober.usual();
    // What came is first: in a list of many checks what is expected is the same in most.
    let fail = |came: String, look: &str| {
        Err(Halt::Fail(format!(
            "{}; expected \"{line}\" and a close. {look}",
            capital(&came)
        )))
    };
    let Some(answer) = heard else {
        let look = match wire.end() {
            Some(_) => "Send the 404 before closing.",
            None => {
                "Look at whether this message is checked at all, and whether the server waits for \
                 more of it."
            }
        };
        let came = nothing_came(&wire, prober.limit);
        prober.end_politely(wire, &session, next);
        return fail(came, look);
    };
    match answer.says {
        Says::Refused => {}
        Says::Accepted => {
            prober.end_politely(wire, &session, next);
            return fail(
                format!("{} came, and the message was accepted", answer.shown()),
                LOOK,
            );
        }
        Says::SomethingElse => {
            prober.end_politely(wire, &session, next);
            return fail(format!("\"{}\" came", quote(&answer.bytes)), LOOK);
        }
    }
    let others = [Phase::Setup, Phase::Measurement, Phase::Termination];
    let of_another = others.into_iter().find(|other| {
        *other != phase && answer.text() == prober.dialect.refusal_line(*other).as_bytes()
    });
    match of_another {
        Some(other) if own == Some(other) => prober.remarks.push(format!(
            "the 404 is that of the {}, to which the message would belong; here it came in the {}",
            other.name(),
            phase.name()
        )),
        Some(other) => {
            return fail(
                format!("{} came, the 404 of the {}", answer.shown(), other.name()),
                "Look at which phase the server thinks it is in.",
            );
        }
        None => prober.remarks.extend(answer.remarks(line)),
    }
    match wire.until_end(prober.limit)? {
        Some(End::Stream) => {}
        Some(End::Reset) => prober.remarks.push(
            "after the 404 the connection was reset: input was left unread, and a reset can destroy \
             the 404 on its way (G5)"
                .to_owned(),
        ),
        None => {
            return Err(Halt::Fail(format!(
                "Expected a close after the 404; {} came, and {} later the connection was still open. \
                 Close the socket after a refusal.",
                answer.shown(),
                seconds(prober.limit)
            )));
        }
    }
    wire.close();
    Ok(())
}

/// The phase whose letter a message begins with.
fn phase_of(prober: &Prober, message: &[u8]) -> Option<Phase> {
    let probe = prober.parts("1", Vec::new());
    if message.starts_with(prober.dialect.termination().as_bytes()) {
        Some(Phase::Termination)
    } else if message.first() == probe.head.first() {
        Some(Phase::Measurement)
    } else {
        None
    }
}
