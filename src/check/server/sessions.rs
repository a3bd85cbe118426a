//! Sessions that have to be served: one after another, of every form, with large messages.

use std::time::Duration;

use super::super::answer::{Answer, Says, nothing_came, seconds};
use super::super::wire::Wire;
use super::prober::{Act, Halt, Prober, Sending, Session};
use crate::measurement::units::counted;
use crate::protocol::MeasurementType;

/// One echo of a large message may take that much longer.
const LARGE: Duration = Duration::from_secs(3);
/// All echoes of a large message may take that long together; then it was tried enough.
const ENOUGH: Duration = Duration::from_secs(20);

/// A second session after the first.
pub(super) fn second(prober: &mut Prober) -> Act {
    let session = prober.usual();
    let absences = prober.absences.len();
    let served = prober.session(&session);
    let ended = "Expected a second session to be served like the first; the server ended after one. Put \
                 a loop around accept, and leave it only when the server is to end.";
    match served {
        Err(Halt::Gone(_)) => {
            prober.lost = Some("it ended after one session".to_owned());
            Err(Halt::Fail(ended.to_owned()))
        }
        served => {
            let gone: Duration = prober.absences.drain(absences..).sum();
            if gone > Duration::ZERO {
                prober.learned.ends_after_session = true;
                return Err(Halt::Fail(format!(
                    "{ended} It was there again after {}; the checks go on.",
                    seconds(gone)
                )));
            }
            prober.learned.serves_again = served.is_ok();
            served.map(drop)
        }
    }
}

/// A session of the other type.
pub(super) fn throughput(prober: &mut Prober) -> Act {
    let session = Session {
        kind: MeasurementType::Tput,
        size: 1024,
        ..prober.usual()
    };
    let (wire, session) = begun_at_one_of(prober, session, 1_000)?;
    prober.rest(wire, &session, 1)
}

/// A session of one byte a probe.
pub(super) fn one_byte(prober: &mut Prober) -> Act {
    let session = Session {
        size: 1,
        ..prober.usual()
    };
    prober.session(&session).map(drop)
}

/// A session of as few probes as there may be.
pub(super) fn fewest_probes(prober: &mut Prober) -> Act {
    let session = Session {
        probes: prober.dialect.least_probes(),
        ..prober.usual()
    };
    let mut wire = match begun(prober, &session)? {
        Begun::Accepted(wire) => wire,
        Begun::Refused(answer) => {
            prober.remarks.push(format!(
                "a session of {} is refused ({}); a server may want 20 probes and more",
                counted(session.probes.into(), "probe"),
                answer.shown()
            ));
            return Ok(());
        }
    };
    for number in 1..=session.probes {
        prober.echo(&mut wire, &session, number, Sending::Whole)?;
    }
    prober.terminate(wire, Sending::Whole)?;
    prober.learned.takes_few_probes = true;
    Ok(())
}

/// A session with a payload of other bytes than letters.
pub(super) fn payload(prober: &mut Prober, payload: fn(u32, usize) -> Vec<u8>) -> Act {
    let session = Session {
        payload,
        ..prober.usual()
    };
    prober.session(&session).map(drop)
}

/// Text with blanks, digits and punctuation.
pub(super) fn text(number: u32, size: usize) -> Vec<u8> {
    let words = b"t 404 ERROR: \"quoted\" m 2 200 OK, 100% & more; {x}\\n ";
    let skip = number as usize;
    words
        .iter()
        .copied()
        .cycle()
        .skip(skip)
        .take(size)
        .collect()
}

/// Every byte but `\n`, the NUL first.
pub(super) fn any_bytes(number: u32, size: usize) -> Vec<u8> {
    let skip = (number as usize - 1) * 37;
    let all = (0..=u8::MAX).filter(|byte| *byte != b'\n').cycle();
    all.skip(skip).take(size).collect()
}

/// A session of large messages. `may_refuse`: a server may have a lower limit, if it says so at the setup.
pub(super) fn large(prober: &mut Prober, size: usize, may_refuse: bool) -> Act {
    let session = Session {
        kind: MeasurementType::Tput,
        size,
        patience: LARGE,
        ..prober.usual()
    };
    let (mut wire, session) = if may_refuse {
        match begun(prober, &session)? {
            Begun::Accepted(wire) => (wire, session),
            Begun::Refused(answer) => {
                return Err(Halt::NotApplicable(format!(
                    "the server takes no messages of {size} bytes, and says so at the setup: {}",
                    answer.shown()
                )));
            }
        }
    } else {
        begun_at_one_of(prober, session, size / 1024 * 1_000)?
    };
    let mut taken = Duration::ZERO;
    for number in 1..=session.probes {
        taken += prober
            .echo(&mut wire, &session, number, Sending::Whole)
            .map_err(|halt| match halt {
                Halt::Fail(why) => Halt::Fail(format!(
                    "{why} A probe of {size} bytes comes in many pieces: read until all its bytes are \
                     there, and write until all are written."
                )),
                other => other,
            })?;
        if taken > ENOUGH && number < session.probes {
            prober.remarks.push(format!(
                "{number} echoes of {size} bytes took {}; the others were not waited for",
                seconds(taken)
            ));
            return Ok(());
        }
    }
    prober.terminate(wire, Sending::Whole)
}

/// A session of one of the assignment's sizes. There is a set of them in 1024s and one in 1000s, and a
/// server may know only the other one.
fn begun_at_one_of(
    prober: &mut Prober,
    session: Session,
    other_size: usize,
) -> Result<(Wire, Session), Halt> {
    let first = match begun(prober, &session)? {
        Begun::Accepted(wire) => return Ok((wire, session)),
        Begun::Refused(answer) => answer,
    };
    let other = Session {
        size: other_size,
        ..session
    };
    match begun(prober, &other)? {
        Begun::Accepted(wire) => {
            prober.remarks.push(format!(
                "the size {} is refused and {other_size} is served; the assignment has a set of sizes in 1024s \
                 and one in 1000s",
                session.size
            ));
            Ok((wire, other))
        }
        Begun::Refused(_) => Err(Halt::Fail(format!(
            "Expected a setup of size {} to be accepted, one of the assignment's sizes; {} came, and for \
             {other_size} too.",
            session.size,
            first.shown()
        ))),
    }
}

/// What a setup came to that a server may refuse.
enum Begun {
    Accepted(Wire),
    Refused(Answer),
}

fn begun(prober: &mut Prober, session: &Session) -> Result<Begun, Halt> {
    let mut wire = prober.connect()?;
    let setup = prober.setup_of(session);
    prober.send(&mut wire, &setup, Sending::Whole)?;
    let came = match prober.hear(&mut wire)? {
        Some(answer) if answer.says == Says::Accepted => return Ok(Begun::Accepted(wire)),
        Some(answer) if answer.says == Says::Refused => return Ok(Begun::Refused(answer)),
        Some(answer) => format!("{} came", answer.shown()),
        None => nothing_came(&wire, prober.limit),
    };
    Err(Halt::Fail(format!(
        "Expected the setup to be accepted, or refused with a 404; {came}."
    )))
}
