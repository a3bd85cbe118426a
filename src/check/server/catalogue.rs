//! The checks of a server, in the order in which they are tried: harmless ones first, those that have
//! brought servers down last, so that most is learnt of a fragile one.

use super::clients::{Leaving, leave, two_clients};
use super::pieces::{glued, in_pieces};
use super::prober::{Act, Halt, Prober, SIZE, Sending, letters};
use super::refusals::{
    Field, Good, after_probes, changed_setup, cut_off, empty_line, first_message, setup_with,
    with_more_behind,
};
use super::sessions::{
    any_bytes, fewest_probes, large, one_byte, payload, second, text, throughput,
};
use super::{delay, plain};
use crate::protocol::Phase;

/// What a check needs to make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// A server that is there.
    Connection,
    /// A server that took the plain session's setup: of one that refuses that too, a refusal says nothing.
    Setup,
    /// A server that went through the plain session.
    Session,
}

/// One check.
pub(super) struct Entry {
    pub title: &'static str,
    pub rule: &'static str,
    pub sends: &'static str,
    pub expects: &'static str,
    pub needs: Needs,
    pub act: fn(&mut Prober) -> Act,
}

const REFUSED: &str = "the 404 of the setup, then a close";
const REFUSED_PROBE: &str = "the 404 of the measurement, then a close";
const REFUSED_END: &str = "the 404 of the termination, then a close";
const SERVED: &str = "every message answered as ever";
const GOES_ON: &str = "the next session is served";

const fn session(
    title: &'static str,
    rule: &'static str,
    sends: &'static str,
    expects: &'static str,
    act: fn(&mut Prober) -> Act,
) -> Entry {
    Entry {
        title,
        rule,
        sends,
        expects,
        needs: Needs::Session,
        act,
    }
}

const fn setup(
    title: &'static str,
    rule: &'static str,
    sends: &'static str,
    act: fn(&mut Prober) -> Act,
) -> Entry {
    Entry {
        title,
        rule,
        sends,
        expects: REFUSED,
        needs: Needs::Setup,
        act,
    }
}

const fn plain(
    title: &'static str,
    rule: &'static str,
    sends: &'static str,
    expects: &'static str,
    act: fn(&mut Prober) -> Act,
) -> Entry {
    Entry {
        title,
        rule,
        sends,
        expects,
        needs: Needs::Connection,
        act,
    }
}

/// The part of the plain session that a check is about.
fn part(
    prober: &mut Prober,
    part: fn(&plain::Plain) -> Option<&plain::Part>,
    earlier: &str,
) -> Act {
    if prober.learned.plain.is_none() {
        plain::plain_session(prober)?;
    }
    let Some(plain) = &prober.learned.plain else {
        return Ok(());
    };
    match part(plain) {
        None => Err(Halt::NotApplicable(format!(
            "the session ended before it: {earlier}"
        ))),
        Some(Err(why)) => Err(Halt::Fail(why.clone())),
        Some(Ok(remarks)) => {
            prober.remarks.extend(remarks.iter().cloned());
            Ok(())
        }
    }
}

/// A probe of the usual size, with the number of the `nth` of its session.
fn numbered(prober: &Prober, nth: u32) -> Vec<u8> {
    with_number(prober, &prober.number(nth))
}

/// A probe of the usual size with something else for a number.
fn with_number(prober: &Prober, number: &str) -> Vec<u8> {
    prober.parts(number, letters(2, SIZE)).message()
}

/// A probe with a payload that is longer or shorter than announced.
fn sized(prober: &Prober, nth: u32, size: usize) -> Vec<u8> {
    prober
        .parts(&prober.number(nth), letters(2, size))
        .message()
}

/// All of them.
pub(super) static CATALOGUE: &[Entry] = &[
    // The plain session, and what is no strain for any server.
    plain(
        "setup of a plain session",
        "S6",
        "a valid setup: type rtt, size 100, delay 0",
        "200 OK: Ready",
        |p| part(p, |plain| plain.setup.as_ref(), ""),
    ),
    plain(
        "echoes of a plain session",
        "M4",
        "the probes, one at a time",
        "each probe back, all its bytes",
        |p| part(p, |plain| plain.echo.as_ref(), "see check 1"),
    ),
    plain(
        "reply to the termination",
        "T2",
        "the termination after the last echo",
        "200 OK: Closing Connection",
        |p| part(p, |plain| plain.termination.as_ref(), "see checks 1 and 2"),
    ),
    plain(
        "close after the termination",
        "T3",
        "nothing more",
        "the end of the stream",
        |p| part(p, |plain| plain.close.as_ref(), "see checks 1 and 2"),
    ),
    session(
        "reply lines to the letter",
        "G3",
        "nothing: the replies of check 1 and 3 are looked at",
        "one line each, ended by \\n, in the words of the text",
        |p| {
            let plain = p.learned.plain.iter();
            let remarks = plain.flat_map(|plain| plain.replies.iter().cloned());
            p.remarks.extend(remarks);
            Ok(())
        },
    ),
    session(
        "a second session",
        "G4",
        "a plain session again",
        SERVED,
        second,
    ),
    session(
        "type tput",
        "S2",
        "a session of type tput, size 1024",
        SERVED,
        throughput,
    ),
    session(
        "size 1",
        "S4",
        "a session of 1 byte a probe",
        SERVED,
        one_byte,
    ),
    session(
        "messages of 32 KiB",
        "M9",
        "a session of size 32768",
        SERVED,
        |p| large(p, 32 * 1024, false),
    ),
    session(
        "fewest probes",
        "S3",
        "a session of as few probes as there may be",
        SERVED,
        fewest_probes,
    ),
    session(
        "delay and its unit",
        "M5",
        "sessions of delay 0, of 1, and of 60 ms in several units",
        "each echo later by the delay",
        delay::unit,
    ),
    session(
        "delay once for each echo",
        "M6",
        "a session with a delay",
        "every echo later by it, and by no more",
        delay::once,
    ),
    // Every way in which a setup can be wrong.
    setup("unknown letter", "S1", "a setup that begins with x", |p| {
        changed_setup(p, |line| format!("x{}", line.get(1..).unwrap_or_default()))
    }),
    setup("missing field", "S1", "a setup without its delay", |p| {
        changed_setup(p, |line| {
            line.rsplit_once(' ')
                .map_or(line.clone(), |(most, _)| most.to_owned())
        })
    }),
    setup(
        "extra field",
        "S1",
        "a setup with a word behind its delay",
        |p| changed_setup(p, |line| format!("{line} more")),
    ),
    setup("unknown type", "S2", "a setup of type ping", |p| {
        setup_with(p, Field::Type, "ping")
    }),
    setup(
        "probes are no number",
        "S3",
        "ten for the number of probes",
        |p| setup_with(p, Field::Probes, "ten"),
    ),
    setup(
        "negative probes",
        "S3",
        "-1 for the number of probes",
        |p| setup_with(p, Field::Probes, "-1"),
    ),
    setup("zero probes", "S3", "0 for the number of probes", |p| {
        setup_with(p, Field::Probes, "0")
    }),
    setup("size is no number", "S4", "big for the message size", |p| {
        setup_with(p, Field::Size, "big")
    }),
    setup("negative size", "S4", "-100 for the message size", |p| {
        setup_with(p, Field::Size, "-100")
    }),
    setup("zero size", "S4", "0 for the message size", |p| {
        setup_with(p, Field::Size, "0")
    }),
    setup("delay is no number", "S5", "none for the delay", |p| {
        setup_with(p, Field::Delay, "none")
    }),
    setup("negative delay", "S5", "-1 for the delay", |p| {
        setup_with(p, Field::Delay, "-1")
    }),
    setup(
        "probe instead of a setup",
        "S7",
        "probe 1 as the first message",
        |p| {
            let message = numbered(p, 1);
            first_message(p, &message)
        },
    ),
    setup(
        "termination instead of a setup",
        "S7",
        "the termination first",
        |p| {
            let message = p.termination();
            first_message(p, &message)
        },
    ),
    setup("empty line", "S7", "a \\n alone, then a setup", empty_line),
    setup(
        "404 with input behind it",
        "G5",
        "a wrong setup and 20 probes in one write",
        with_more_behind,
    ),
    // Numbers, sizes, letters.
    session(
        "number 2 first",
        "M2",
        "probe 2 as the first",
        REFUSED_PROBE,
        |p| after_probes(p, Good::Some(0), |p| numbered(p, 2)),
    ),
    session(
        "number repeated",
        "M2",
        "probe 1 once more",
        REFUSED_PROBE,
        |p| after_probes(p, Good::Some(1), |p| numbered(p, 1)),
    ),
    session(
        "number skipped",
        "M2",
        "probe 3 after probe 1",
        REFUSED_PROBE,
        |p| after_probes(p, Good::Some(1), |p| numbered(p, 3)),
    ),
    session(
        "number is no number",
        "M2",
        "probe two",
        REFUSED_PROBE,
        |p| after_probes(p, Good::Some(1), |p| with_number(p, "two")),
    ),
    session(
        "payload too short",
        "M3",
        "a payload of 50 bytes, not 100",
        REFUSED_PROBE,
        |p| after_probes(p, Good::Some(1), |p| sized(p, 2, SIZE / 2)),
    ),
    session(
        "payload too long",
        "M3",
        "a payload of 150 bytes, not 100",
        REFUSED_PROBE,
        |p| after_probes(p, Good::Some(1), |p| sized(p, 2, SIZE + SIZE / 2)),
    ),
    session(
        "wrong letter",
        "M1",
        "a probe that begins with x",
        REFUSED_PROBE,
        |p| {
            after_probes(p, Good::Some(1), |p| {
                let mut message = numbered(p, 2);
                if let Some(letter) = message.first_mut() {
                    *letter = b'x';
                }
                message
            })
        },
    ),
    session(
        "termination before the last probe",
        "M8",
        "the termination after probe 1",
        REFUSED_PROBE,
        |p| after_probes(p, Good::Some(1), Prober::termination),
    ),
    session(
        "probe beyond the count",
        "T4",
        "one probe more than announced",
        REFUSED_END,
        |p| {
            let next = p.usual().probes + 1;
            after_probes(p, Good::All, |p| numbered(p, next))
        },
    ),
    session(
        "another word for the termination",
        "T4",
        "quit after the last echo",
        REFUSED_END,
        |p| after_probes(p, Good::All, |p| p.ended("quit".to_owned())),
    ),
    // Sessions that a server may refuse or not be made for.
    session(
        "payload with blanks",
        "M3",
        "payloads of words, digits and punctuation",
        SERVED,
        |p| payload(p, text),
    ),
    session(
        "payload of any bytes",
        "M3",
        "payloads of all bytes but \\n, NUL among them",
        "every message answered as ever (left open)",
        |p| {
            let result = payload(p, any_bytes);
            p.only_remark(result, "payloads of bytes that are no text are not served")
        },
    ),
    session(
        "messages of 64 KiB",
        "M9",
        "a session of size 65536",
        SERVED,
        |p| large(p, 64 * 1024, true),
    ),
    session(
        "messages of 1 MiB",
        "M9",
        "a session of size 1048576",
        SERVED,
        |p| large(p, 1024 * 1024, true),
    ),
    session(
        "two clients",
        "G9",
        "a session, and a second one while it goes on",
        "both served, one after the other too; or a 404 for the second",
        two_clients,
    ),
    // What brings servers down.
    session(
        "setup and probe glued",
        "G2",
        "setup and probe 1 in one write",
        SERVED,
        |p| glued(p, true),
    ),
    session(
        "two probes glued",
        "G2",
        "probes 1 and 2 in one write",
        SERVED,
        |p| glued(p, false),
    ),
    session(
        "setup in two pieces",
        "G1",
        "a setup, 50 ms between its halves",
        SERVED,
        |p| in_pieces(p, |session| session.setup = Sending::TwoPieces),
    ),
    session(
        "probe in two pieces",
        "G1",
        "a probe, 50 ms between its halves",
        SERVED,
        |p| in_pieces(p, |session| session.first_probe = Sending::TwoPieces),
    ),
    session(
        "termination in two pieces",
        "G1",
        "the termination, 50 ms before its \\n",
        SERVED,
        |p| in_pieces(p, |session| session.termination = Sending::TwoPieces),
    ),
    session(
        "byte by byte",
        "G1",
        "setup, probe and termination in single bytes",
        SERVED,
        |p| {
            in_pieces(p, |session| {
                session.setup = Sending::Bytes;
                session.first_probe = Sending::Bytes;
                session.termination = Sending::Bytes;
            })
        },
    ),
    session(
        "client leaves after the setup",
        "G7",
        "a setup, then a close",
        GOES_ON,
        |p| leave(p, Leaving::AfterSetup),
    ),
    session(
        "client resets after the setup",
        "G7",
        "a setup, then a reset",
        GOES_ON,
        |p| leave(p, Leaving::AfterSetupWithReset),
    ),
    session(
        "client leaves before the termination",
        "G7",
        "all probes, then a close",
        GOES_ON,
        |p| leave(p, Leaving::BeforeTermination),
    ),
    session(
        "client does not wait for the end",
        "G7",
        "a whole session, closed right after the termination",
        GOES_ON,
        |p| leave(p, Leaving::WithoutHearingTheEnd),
    ),
    session(
        "client resets with an echo under way",
        "G7",
        "a probe, then a reset",
        GOES_ON,
        |p| leave(p, Leaving::WithEchoUnderWay),
    ),
    session(
        "stream ends inside a setup",
        "G6",
        "half a setup, then the end of our stream",
        "the 404 of the setup, or a close",
        |p| cut_off(p, Phase::Setup),
    ),
    session(
        "stream ends inside a probe",
        "G6",
        "half a probe, then the end of our stream",
        "the 404 of the measurement, or a close",
        |p| cut_off(p, Phase::Measurement),
    ),
    session(
        "client leaves inside a setup",
        "G7",
        "half a setup, then a close",
        GOES_ON,
        |p| leave(p, Leaving::InSetup),
    ),
    session(
        "client leaves inside a probe",
        "G7",
        "half a probe, then a close",
        GOES_ON,
        |p| leave(p, Leaving::InProbe),
    ),
    session(
        "empty connection",
        "G8",
        "nothing: a connection and a close",
        GOES_ON,
        |p| leave(p, Leaving::Empty),
    ),
];
