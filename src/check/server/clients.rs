//! Two clients at a time, and clients that leave.

use super::super::answer::{Says, nothing_came};
use super::super::wire::{Came, Wire};
use super::prober::{Act, Halt, Prober, Sending, Session, letters};

/// Two clients at the same time.
pub(super) fn two_clients(prober: &mut Prober) -> Act {
    let session = prober.usual();
    // What belongs to one session must not be seen in the other, so nothing is the same in both.
    let other = Session {
        probes: session.probes + 2,
        size: 2 * session.size,
        payload: |number, size| letters(number + 13, size),
        ..session
    };
    let mut first = prober.open(&session)?;
    prober.echo(&mut first, &session, 1, Sending::Whole)?;
    let mut second = prober.connect()?;
    let setup = prober.setup_of(&other);
    prober.send(&mut second, &setup, Sending::Whole)?;
    let came = second.until(prober.limit / 2, prober.limit / 2, |came| !came.is_empty())?;
    if came == Came::Nothing {
        prober.rest(first, &session, 2)?;
        prober.ready(&mut second).map_err(|halt| match halt {
            Halt::Fail(why) => Halt::Fail(format!(
                "A second client that waited while the first was served has to be served after it. {why}"
            )),
            other => other,
        })?;
        prober
            .detail
            .push_str("It serves one client after the other; the second waited.");
        return prober.rest(second, &other, 1);
    }
    match prober.hear(&mut second)? {
        Some(answer) if answer.says == Says::Refused => {
            prober.detail = format!("It refuses a second client: {}.", answer.shown());
            second.close();
            prober.rest(first, &session, 2)
        }
        Some(answer) if answer.says == Says::Accepted => {
            prober.detail.push_str("It serves both at once.");
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
    for number in 1..=other.probes {
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
        prober.parts(&prober.number(number), payload).message()
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
