//! The sentences for what can go wrong: what happened, and what to try.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::measurement::units::capital;
use crate::measurement::{Fault, FaultKind, FaultPhase};
use crate::protocol::{BadReply, EchoFault, Phase, Setup, quote, quote_about};

fn fault(phase: FaultPhase, kind: FaultKind, message: String) -> Fault {
    Fault {
        phase,
        kind,
        message,
    }
}

/// A time in seconds, as sentences have it.
pub(super) fn seconds(duration: Duration) -> String {
    let text = format!("{:.3}", duration.as_secs_f64());
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}

pub(super) fn name_not_found(host: &str, why: &str) -> Fault {
    fault(
        FaultPhase::Resolve,
        FaultKind::NameNotFound,
        format!(
            "No address was found for \"{host}\" ({why}). Check the spelling, or write the address \
             itself."
        ),
    )
}

pub(super) fn look_up_timed_out(host: &str, waited: Duration) -> Fault {
    fault(
        FaultPhase::Resolve,
        FaultKind::TimedOut,
        format!(
            "Looking up \"{host}\" gave no answer within {}. Check the network, or write the address \
             itself.",
            seconds(waited)
        ),
    )
}

/// A server that was to take each message over a connection of its own took no other.
pub(super) fn takes_no_other(address: SocketAddr, why: &Fault) -> Fault {
    fault(
        FaultPhase::Measurement,
        FaultKind::ClosedEarly,
        format!(
            "{address} took the setup, and then no other connection for the probes: {}",
            why.message
        ),
    )
}

/// A server left a termination between two probes without an answer.
pub(super) fn no_answer_in_between(line: &str, waited: Duration) -> Fault {
    fault(
        FaultPhase::Measurement,
        FaultKind::TimedOut,
        format!(
            "The server did not answer \"{line}\" between two probes within {}.",
            seconds(waited)
        ),
    )
}

pub(super) fn connect_timed_out(host: &str, address: SocketAddr, waited: Duration) -> Fault {
    fault(
        FaultPhase::Connect,
        FaultKind::TimedOut,
        format!(
            "{} did not answer within {}. The host may be down, or a firewall may drop the \
             connection; a slow path needs a longer time-out.",
            named(host, address),
            seconds(waited)
        ),
    )
}

/// Whether it was this program or this machine that had too many files open.
fn lacks_descriptors(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        let lacks = [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE];
        lacks
            .iter()
            .any(|lack| error.raw_os_error() == Some(lack.raw_os_error()))
    }
    #[cfg(not(unix))]
    {
        let _ = error; // Not available here.
        false
    }
}

pub(super) fn connect_failed(host: &str, address: SocketAddr, error: &io::Error) -> Fault {
    let peer = named(host, address);
    let (kind, message) = match error.kind() {
        io::ErrorKind::ConnectionRefused => (
            FaultKind::Refused,
            format!(
                "{peer} refused the connection. Is a server running there? Check host and port."
            ),
        ),
        io::ErrorKind::TimedOut => (
            FaultKind::TimedOut,
            format!(
                "{peer} did not answer. The host may be down, or a firewall may drop the connection."
            ),
        ),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => (
            FaultKind::Reset,
            format!("{peer} reset the connection while it was opened. Try again."),
        ),
        _ if lacks_descriptors(error) => (
            FaultKind::Unreachable,
            format!(
                "This program may not open another socket to reach {peer} ({error}). Raise the limit \
                 (ulimit -n), or ask for fewer connections at a time."
            ),
        ),
        _ => (
            FaultKind::Unreachable,
            format!(
                "There is no way to {peer} ({error}). Check the address and this machine's network."
            ),
        ),
    };
    fault(FaultPhase::Connect, kind, message)
}

/// A server that was there is there no more: it took `opened` connections and served some of them.
pub(super) fn server_gone(opened: u64, served: u64, last: &Fault) -> Fault {
    let count = |number, what| match number {
        1 => format!("one {what}"),
        _ => format!("{number} {what}s"),
    };
    let did = match served {
        0 => format!("took {}", count(opened, "connection")),
        _ => format!("served {}", count(served, "session")),
    };
    if last.kind == FaultKind::TimedOut {
        return fault(
            FaultPhase::Connect,
            last.kind,
            format!(
                "The server {did} and then took no more connections: they are not refused, and nobody answers them. \
                 It may hang in a session that is over, or be busy with another client, while its queue is full. \
                 Look at its output, and end it if it hangs."
            ),
        );
    }
    let advice = if served == 1 {
        "It may be a server that ends after one session: start it again and choose 1 round and one \
         message size, or let it accept connections in a loop. If its output says that the address is in use, \
         let it set SO_REUSEADDR before it binds."
    } else {
        "It may have ended or crashed: look at its output (an address that is in use wants SO_REUSEADDR), start \
         it again, and run once more."
    };
    fault(
        FaultPhase::Connect,
        last.kind,
        format!("The server {did} and then took no more connections. {advice}"),
    )
}

/// A server is gone while it is found out how it wants to be spoken to.
pub(super) fn gone_while_trying(differs: &str, last: &Fault) -> Fault {
    fault(
        FaultPhase::Connect,
        last.kind,
        format!(
            "The server took no more connections while variants of the protocol were tried, the last one: \
             {differs}. It may end at a message that it does not know: let it run in a loop (while true; do ./server; \
             done), so that each variant finds it, and run once more."
        ),
    )
}

/// A point whose delay is not asked for, since no echo came with another one.
pub(super) fn delay_not_tried(delay: u64, long: u64) -> Fault {
    fault(
        FaultPhase::Measurement,
        FaultKind::TimedOut,
        format!(
            "Not tried with a server delay of {delay}: with {long} no echo came in time, most likely because this \
             server counts it in seconds."
        ),
    )
}

/// A server that most likely still waits with a delay that was asked for.
pub(super) fn still_delays(delay: u64, last: &Fault) -> Fault {
    fault(
        FaultPhase::Connect,
        last.kind,
        format!(
            "The server serves nobody since it was asked for a server delay of {delay}: counted in seconds, it takes \
             {delay} s for one echo. What was measured is kept. Go on when it is done, or start it again, and ask for \
             a delay of 0 or 1."
        ),
    )
}

/// Another connection of the same run is being served, and this one is not.
pub(super) fn not_beside_another(nth: usize, waited: Duration) -> Fault {
    fault(
        FaultPhase::Setup,
        FaultKind::TimedOut,
        format!(
            "The server did not answer connection {nth} of this run within {} while it served those before it. It \
             serves fewer clients at a time than that: choose fewer connections, or let it accept them while it \
             serves others.",
            seconds(waited)
        ),
    )
}

/// A server took that many connections and answered on none of them.
pub(super) fn never_answered(connections: u32, last: &Fault) -> Fault {
    fault(
        last.phase,
        last.kind,
        format!(
            "The server took {connections} connections one after the other and answered none of their \
             setups. {}",
            last.message
        ),
    )
}

/// A reply began and did not end.
pub(super) fn reply_without_end(phase: Phase, heard: &[u8], waited: Duration) -> Fault {
    fault(
        phase.into(),
        FaultKind::TimedOut,
        format!(
            "The server sent \"{}\" and no end of line within {}. A reply must end in a new line.",
            quote(heard),
            seconds(waited)
        ),
    )
}

/// Nothing, or `came` of the `of` bytes of an echo, came in time.
pub(super) fn timed_out(
    phase: Phase,
    probe: u32,
    setup: &Setup,
    waited: Duration,
    came: usize,
    of: usize,
) -> Fault {
    /// The longest time-out a profile may set, in seconds.
    const LONGEST_TIME_OUT_S: u64 = 3_600;
    let waited_text = seconds(waited);
    let delay = setup.server_delay_ms;
    let message = match phase {
        Phase::Setup => format!(
            "The server took the connection but did not answer the setup message within \
             {waited_text}. It may be busy with another client, or speak another dialect."
        ),
        Phase::Measurement if came >= of && of > 0 => format!(
            "What came back for probe {probe} within {waited_text}, {came} bytes until then, is no echo of it. The \
             server must send back what it receives; a slow path needs a longer time-out."
        ),
        Phase::Measurement if came > 0 => format!(
            "Of the echo of probe {probe} only {came} of {of} bytes came within {waited_text}. The \
             server must send back the whole message, its end of line included; a slow path needs a \
             longer time-out."
        ),
        Phase::Measurement if delay > LONGEST_TIME_OUT_S - 5 => format!(
            "The echo of probe {probe} did not come within {waited_text}. If this server counts the \
             server delay in seconds, {delay} means {delay} s: ask for a smaller delay."
        ),
        Phase::Measurement if delay > 0 => format!(
            "The echo of probe {probe} did not come within {waited_text}. If this server counts the \
             server delay in seconds, {delay} means {delay} s: set the time-out to {} s or more, or \
             ask for a smaller delay.",
            delay + 5
        ),
        Phase::Measurement => format!(
            "The echo of probe {probe} did not come within {waited_text}. The server may have \
             stopped, or wait for more bytes than were sent; a slow path needs a longer time-out."
        ),
        Phase::Termination => format!(
            "The server did not answer the termination message within {waited_text}. All probes \
             were measured."
        ),
    };
    fault(phase.into(), FaultKind::TimedOut, message)
}

fn at(phase: Phase, probe: u32) -> String {
    match phase {
        Phase::Setup => "before it answered the setup message".to_owned(),
        Phase::Measurement => format!("before the echo of probe {probe} was complete"),
        Phase::Termination => "before it answered the termination message".to_owned(),
    }
}

pub(super) fn closed_early(phase: Phase, probe: u32, received: &[u8]) -> Fault {
    let got = if received.is_empty() {
        String::new()
    } else {
        format!(" It had sent \"{}\".", quote(received))
    };
    fault(
        phase.into(),
        FaultKind::ClosedEarly,
        format!(
            "The server closed the connection {}.{got} Look at the server's output for the reason.",
            at(phase, probe)
        ),
    )
}

pub(super) fn broken(phase: Phase, probe: u32, error: &io::Error) -> Fault {
    let where_ = at(phase, probe);
    let (kind, message) = match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => (
            FaultKind::Reset,
            format!(
                "The server reset the connection {where_}. It may have crashed, or closed with \
                 input unread: look at its output."
            ),
        ),
        io::ErrorKind::TimedOut => (
            FaultKind::TimedOut,
            format!("The connection was lost {where_}: the network gave up sending ({error})."),
        ),
        _ => (
            FaultKind::Unreachable,
            format!("The connection broke {where_} ({error}). Check the network."),
        ),
    };
    fault(phase.into(), kind, message)
}

pub(super) fn echo_differs(probe: u32, why: EchoFault, received: &[u8]) -> Fault {
    fault(
        FaultPhase::Measurement,
        FaultKind::EchoDiffers,
        format!(
            "The echo of probe {probe} is not what was sent: {why}. The server sent \"{}\". It must \
             send back the whole message, byte for byte.",
            quote_about(received, why.at())
        ),
    )
}

/// Bytes came back before they had been sent.
pub(super) fn echo_too_early(probe: u32, received: &[u8]) -> Fault {
    fault(
        FaultPhase::Measurement,
        FaultKind::EchoDiffers,
        format!(
            "The server sent \"{}\" before it could have received as much of probe {probe}: more came \
             than had been sent. It must send back what it receives, once.",
            quote(received)
        ),
    )
}

/// The setup was accepted, and more came with the reply.
pub(super) fn more_than_a_reply(reply: &str, behind: &[u8], strict: bool) -> Fault {
    let advice = if strict {
        "Strict wants nothing behind the end of line."
    } else {
        "One line must answer the setup message."
    };
    fault(
        FaultPhase::Setup,
        FaultKind::BadReply,
        format!(
            "The server answered \"{reply}\" and went on with \"{}\" before a probe was sent. {advice}",
            quote(behind)
        ),
    )
}

pub(super) fn refused_by_server(phase: Phase, reply: &str, sent: &str) -> Fault {
    let advice = match phase {
        Phase::Setup => {
            "It may speak another dialect, have no room for another client, or not allow this message size, \
             probe count or delay."
        }
        Phase::Measurement => "It may count the message size or the sequence number differently.",
        Phase::Termination => {
            "It may expect more probes than were announced, or want the termination in other bytes."
        }
    };
    fault(
        phase.into(),
        FaultKind::RefusedByServer,
        format!("The server answered \"{reply}\" to \"{sent}\". {advice}"),
    )
}

/// The server wants an access key and was shown none.
pub(super) fn wants_a_key(reply: &str) -> Fault {
    not_let_in(format!(
        "The server answered \"{reply}\": it serves only clients that know its access key. Ask whoever runs \
         it for the key, and set it (--access-key-file, or \"Access key\" under Advanced)."
    ))
}

/// The server was shown a key that is not its own.
pub(super) fn wrong_key(reply: &str) -> Fault {
    not_let_in(format!(
        "The server answered \"{reply}\": its access key is another one. Compare the two, capitals included."
    ))
}

/// The server does not know what an access key is.
pub(super) fn wants_no_key(reply: &str) -> Fault {
    wants_no_key_because(&format!("The server answered \"{reply}\"."))
}

/// As [`wants_no_key`], with what was heard in a sentence.
pub(super) fn wants_no_key_because(heard: &str) -> Fault {
    not_let_in(format!(
        "{heard} That is no answer to an access key, which only Echograph's server asks for, where it was given \
         one. Leave the key empty for this server."
    ))
}

pub(super) fn no_random_bytes(why: &str) -> Fault {
    not_let_in(format!(
        "The system gives no random bytes ({why}), and without them an access key cannot be shown."
    ))
}

fn not_let_in(message: String) -> Fault {
    fault(FaultPhase::Setup, FaultKind::NotLetIn, message)
}

pub(super) fn bad_reply(phase: Phase, why: &BadReply, strict: bool) -> Fault {
    let advice = if strict {
        "Strict wants the dialect's exact reply: switch it off to accept other wordings."
    } else {
        "It may speak another dialect, or another protocol."
    };
    fault(
        phase.into(),
        FaultKind::BadReply,
        format!(
            "{}, which is no reply of this phase. {advice}",
            capital(&why.to_string())
        ),
    )
}

/// The server sends the setup back as it came.
pub(super) fn setup_came_back(setup: &str) -> Fault {
    fault(
        FaultPhase::Setup,
        FaultKind::BadReply,
        format!(
            "The server sent the setup message \"{}\" back as it came. An echo service does that with whatever it \
             gets, and is measured without setup and termination: choose the dialect \"echo\" for one.",
            quote(setup.as_bytes())
        ),
    )
}

pub(super) fn stopped(phase: FaultPhase) -> Fault {
    fault(
        phase,
        FaultKind::Stopped,
        "The run was stopped here.".to_owned(),
    )
}

fn named(host: &str, address: SocketAddr) -> String {
    let ip = address.ip().to_string();
    if host.trim_matches(['[', ']']) == ip {
        address.to_string()
    } else {
        format!("{host} ({address})")
    }
}
