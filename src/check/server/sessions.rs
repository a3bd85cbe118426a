//! Sessions that have to be served: every form of the setup, large messages, messages in pieces or
//! glued together, two clients, clients that leave.

use std::time::Duration;

use super::super::answer::{Answer, Says, nothing_came, seconds, skip_strays};
use super::super::wire::{Came, Wire};
use super::prober::{Act, Halt, Prober, Sending, Session};
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
                prober.ends_after_session = true;
                return Err(Halt::Fail(format!(
                    "{ended} It was there again after {}; the checks go on.",
                    seconds(gone)
                )));
            }
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
    prober.session(&session).map(drop)
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
    let mut wire = prober.connect()?;
    let setup = prober.setup_of(&session);
    prober.send(&mut wire, &setup, Sending::Whole)?;
    match Answer::hear(&mut wire, prober.limit)? {
        Some(answer) if answer.says == Says::Accepted => {}
        Some(answer) if answer.says == Says::Refused => {
            prober.remarks.push(format!(
                "a session of {} is refused ({}); a server may want 10 probes and more",
                crate::measurement::units::counted(session.probes.into(), "probe"),
                answer.shown()
            ));
            return Ok(());
        }
        Some(answer) => {
            return Err(Halt::Fail(format!(
                "Expected the setup to be accepted; {} came.",
                answer.shown()
            )));
        }
        None => {
            return Err(Halt::Fail(format!(
                "Expected the setup to be accepted; {}.",
                nothing_came(&wire, prober.limit)
            )));
        }
    }
    for number in 1..=session.probes {
        prober.echo(&mut wire, &session, number, Sending::Whole)?;
    }
    prober.terminate(wire, Sending::Whole)?;
    prober.takes_one_probe = true;
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
    let mut wire = prober.connect()?;
    let setup = prober.setup_of(&session);
    prober.send(&mut wire, &setup, Sending::Whole)?;
    if may_refuse {
        match Answer::hear(&mut wire, prober.limit)? {
            Some(answer) if answer.says == Says::Accepted => {}
            Some(answer) if answer.says == Says::Refused => {
                return Err(Halt::NotApplicable(format!(
                    "the server takes no messages of {size} bytes, and says so at the setup: {}",
                    answer.shown()
                )));
            }
            Some(answer) => {
                return Err(Halt::Fail(format!(
                    "Expected the setup of {size} bytes to be accepted or refused; {} came.",
                    answer.shown()
                )));
            }
            None => {
                return Err(Halt::Fail(format!(
                    "Expected the setup of {size} bytes to be accepted or refused; {}.",
                    nothing_came(&wire, prober.limit)
                )));
            }
        }
    } else {
        prober.ready(&mut wire)?;
    }
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

/// A session one message of which comes in pieces.
pub(super) fn in_pieces(prober: &mut Prober, change: fn(&mut Session)) -> Act {
    let mut session = prober.usual();
    change(&mut session);
    prober.session(&session).map(drop).map_err(|halt| match halt {
        Halt::Fail(why) => Halt::Fail(format!(
            "{why} The message came in pieces: one recv is not one message. Read on until its \\n is there."
        )),
        other => other,
    })
}

/// The setup and the first probe in one write, or the first two probes.
pub(super) fn glued(prober: &mut Prober, with_setup: bool) -> Act {
    let result = glued_session(prober, with_setup);
    let what = if with_setup {
        "the setup and the first probe in one write are not served"
    } else {
        "two probes in one write are not served"
    };
    prober.only_remark(result, what)
}

fn glued_session(prober: &mut Prober, with_setup: bool) -> Act {
    let session = prober.usual();
    let probe = |prober: &Prober, number: u32| {
        prober.parts(&number.to_string(), (session.payload)(number, session.size))
    };
    let first = probe(prober, 1);
    let (mut wire, next) = if with_setup {
        let mut wire = prober.connect()?;
        let both = [prober.setup_of(&session), first.message()].concat();
        prober.send(&mut wire, &both, Sending::Whole)?;
        prober.ready(&mut wire)?;
        prober.hear_echo(&mut wire, &first, 1, Duration::ZERO)?;
        (wire, 2)
    } else {
        let mut wire = prober.open(&session)?;
        let second = probe(prober, 2);
        skip_strays(&mut wire);
        let both = [first.message(), second.message()].concat();
        prober.send(&mut wire, &both, Sending::Whole)?;
        prober.hear_echo(&mut wire, &first, 1, Duration::ZERO)?;
        prober.hear_echo(&mut wire, &second, 2, Duration::ZERO)?;
        (wire, 3)
    };
    for number in next..=session.probes {
        prober.echo(&mut wire, &session, number, Sending::Whole)?;
    }
    prober.terminate(wire, Sending::Whole)
}

/// Two clients at the same time.
pub(super) fn two_clients(prober: &mut Prober) -> Act {
    let session = prober.usual();
    let other = Session {
        payload: |number, size| super::prober::letters(number + 13, size),
        ..session
    };
    let mut first = prober.open(&session)?;
    prober.echo(&mut first, &session, 1, Sending::Whole)?;
    let mut second = prober.connect()?;
    let setup = prober.setup_of(&other);
    prober.send(&mut second, &setup, Sending::Whole)?;
    let came = second.until(prober.limit / 2, prober.limit / 2, |came| !came.is_empty())?;
    if came == Came::Nothing {
        rest(prober, first, &session, 2)?;
        prober.ready(&mut second).map_err(|halt| match halt {
            Halt::Fail(why) => Halt::Fail(format!(
                "A second client that waited while the first was served has to be served after it. {why}"
            )),
            other => other,
        })?;
        prober.detail = "It serves one client after the other; the second waited.".to_owned();
        return rest(prober, second, &other, 1);
    }
    match Answer::hear(&mut second, prober.limit)? {
        Some(answer) if answer.says == Says::Refused => {
            prober.detail = format!("It refuses a second client: {}.", answer.shown());
            second.close();
            rest(prober, first, &session, 2)
        }
        Some(answer) if answer.says == Says::Accepted => {
            prober.detail = "It serves both at once.".to_owned();
            both(prober, first, second, &session, &other)
        }
        Some(answer) => Err(Halt::Fail(format!(
            "Expected the second client's setup to be answered; {} came.",
            answer.shown()
        ))),
        None => Err(Halt::Fail(format!(
            "Expected the second client to be served, refused with a 404, or left waiting until the first \
             is done; {}.",
            nothing_came(&second, prober.limit)
        ))),
    }
}

/// Both sessions, a probe of one after a probe of the other.
fn both(
    prober: &mut Prober,
    mut first: Wire,
    mut second: Wire,
    session: &Session,
    other: &Session,
) -> Act {
    let mixed = |halt| match halt {
        Halt::Fail(why) => Halt::Fail(format!(
            "{why} Another client was served at the same time. What belongs to a session (probes, size, \
             delay, next number) must not be shared by all, as global and static variables are."
        )),
        other => other,
    };
    for number in 1..=session.probes {
        prober
            .echo(&mut second, other, number, Sending::Whole)
            .map_err(mixed)?;
        if number < session.probes {
            prober
                .echo(&mut first, session, number + 1, Sending::Whole)
                .map_err(mixed)?;
        }
    }
    prober.terminate(first, Sending::Whole).map_err(mixed)?;
    prober.terminate(second, Sending::Whole).map_err(mixed)
}

/// The rest of a session, from the probe of that number on.
fn rest(prober: &mut Prober, mut wire: Wire, session: &Session, from: u32) -> Act {
    for number in from..=session.probes {
        prober.echo(&mut wire, session, number, Sending::Whole)?;
    }
    prober.terminate(wire, Sending::Whole)
}

/// How a client leaves.
#[derive(Debug, Clone, Copy)]
pub(super) enum Leaving {
    InSetup,
    AfterSetup,
    AfterSetupWithReset,
    InProbe,
    WithEchoUnderWay,
    BeforeTermination,
    WithoutHearingTheEnd,
    Empty,
}

/// A client that leaves early. What has to come is a next session that is served, which whoever called
/// tries.
pub(super) fn leave(prober: &mut Prober, when: Leaving) -> Act {
    let session = prober.usual();
    let probe = |prober: &Prober, number: u32| {
        let payload = (session.payload)(number, session.size);
        prober.parts(&number.to_string(), payload).message()
    };
    let half = |message: Vec<u8>| {
        message
            .get(..message.len() / 2)
            .unwrap_or_default()
            .to_vec()
    };
    match when {
        Leaving::Empty => prober.connect()?.close(),
        Leaving::InSetup => {
            let mut wire = prober.connect()?;
            let half = half(prober.setup_of(&session));
            prober.send(&mut wire, &half, Sending::Whole)?;
            wire.close();
        }
        Leaving::AfterSetup => prober.open(&session)?.close(),
        Leaving::AfterSetupWithReset => prober.open(&session)?.reset(),
        Leaving::InProbe => {
            let mut wire = prober.open(&session)?;
            prober.echo(&mut wire, &session, 1, Sending::Whole)?;
            let half = half(probe(prober, 2));
            prober.send(&mut wire, &half, Sending::Whole)?;
            wire.close();
        }
        Leaving::WithEchoUnderWay => {
            let mut wire = prober.open(&session)?;
            let message = probe(prober, 1);
            prober.send(&mut wire, &message, Sending::Whole)?;
            wire.reset();
        }
        Leaving::BeforeTermination | Leaving::WithoutHearingTheEnd => {
            let mut wire = prober.open(&session)?;
            for number in 1..=session.probes {
                prober.echo(&mut wire, &session, number, Sending::Whole)?;
            }
            if matches!(when, Leaving::WithoutHearingTheEnd) {
                let termination = prober.termination();
                prober.send(&mut wire, &termination, Sending::Whole)?;
            }
            wire.close();
        }
    }
    Ok(())
}
