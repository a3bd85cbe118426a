//! Messages that come in pieces, and messages that come glued together.

use std::time::Duration;

use super::super::answer::skip_strays;
use super::prober::{Act, Halt, Prober, Sending, Session};

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
        prober.parts(
            &prober.number(number),
            (session.payload)(number, session.size),
        )
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
