//! How a run was measured, in prose: written from the profile, so that it says what was done and
//! nothing else.

use crate::experiment::{Order, Profile, Rounds, Target, WaitStrategy};
use crate::measurement::Run;
use crate::measurement::facts::{milliseconds, sizes_in_short};
use crate::measurement::units::{bytes, count, counted, span};
use crate::protocol::Dialect;

/// Most sizes that are listed one by one.
const MOST_LISTED: usize = 24;

/// The method, in paragraphs.
pub(super) fn method(run: &Run) -> Vec<String> {
    let profile = &run.profile;
    vec![
        [what(run), visits(run), probes(profile)].join(" "),
        [waiting(profile), sockets(profile), times(profile)].join(" "),
        [medians(), throughput(profile)].join(" "),
    ]
}

fn what(run: &Run) -> String {
    let profile = &run.profile;
    let server = match &profile.target {
        Target::Embedded => "its own echo server on the same machine".to_owned(),
        Target::Host { .. } => format!("the server at {}", run.destination),
    };
    let protocol = match profile.dialect {
        Dialect::Echo => "whatever is sent comes back (RFC 862)".to_owned(),
        dialect => format!(
            "a setup message announces type ({}), probes, size and delay, each probe is echoed, and a \
             termination message ends it (dialect {dialect}{})",
            profile.measurement_type,
            if profile.strict {
                ", to the letter"
            } else {
                ""
            }
        ),
    };
    format!("Echograph measured the TCP path to {server}. On each connection {protocol}.")
}

fn visits(run: &Run) -> String {
    let profile = &run.profile;
    let listed = sizes_in_short(&profile.message_sizes, MOST_LISTED);
    let delays = match profile.server_delays_ms.as_slice() {
        [0] | [] => "without a server delay".to_owned(),
        delays => format!("at server delays of {}", milliseconds(delays)),
    };
    let rounds = match profile.rounds {
        Rounds::Exactly(rounds) => format!(
            "Each point was visited in {}",
            counted(rounds.into(), "round")
        ),
        Rounds::UntilPrecise(asked) => format!(
            "Each point was visited in {}, until the 95 % interval of its median was at most {} % of the \
             median wide or {} s were over",
            span(asked.min_rounds, asked.max_rounds),
            asked.ci_width_percent,
            count(asked.time_budget_s.into())
        ),
    };
    let order = match profile.order {
        Order::Random => format!(
            "; every round took the points in another random order (seed {}), so that a drift of the \
             path becomes noise and not a slope",
            run.seed
        ),
        Order::Sequential => ", the points in the order of the list".to_owned(),
    };
    format!("The points are message sizes of {listed} of payload, {delays}. {rounds}{order}.")
}

fn probes(profile: &Profile) -> String {
    let (connections, over) = match profile.connections {
        1 => ("a new connection".to_owned(), "over it"),
        several => (
            format!("{} new connections at a time", count(several.into())),
            "over each",
        ),
    };
    let warmup = match profile.warmup {
        0 => String::new(),
        warmup => format!(
            ", after {} of warm-up that are kept and not counted",
            counted(warmup.into(), "probe")
        ),
    };
    let flight = match profile.depth {
        1 => "each sent when the echo of the one before was there (stop-and-wait)".to_owned(),
        depth => format!("up to {} in flight at a time", count(depth.into())),
    };
    format!(
        "A visit opened {connections} and sent {} {over}{warmup}, {flight}.",
        counted(profile.probes.into(), "probe")
    )
}

fn waiting(profile: &Profile) -> String {
    match profile.wait {
        WaitStrategy::Auto => {
            "Echoes were waited for by asking the socket again and again for as long as the path's recent \
             round trips took, and asleep beyond that."
        }
        WaitStrategy::Spin => "Echoes were waited for by asking the socket again and again.",
        WaitStrategy::Block => {
            "Echoes were waited for asleep, so that what the system takes to wake the program is part of \
             the figures."
        }
    }
    .to_owned()
}

fn sockets(profile: &Profile) -> String {
    let asked = &profile.socket;
    let nagle = if asked.nodelay {
        "Nagle's algorithm was off (TCP_NODELAY)"
    } else {
        "Nagle's algorithm was on"
    };
    let buffer = |name: &str, size: Option<u32>| {
        size.map(|size| format!("a {name} buffer of {}", bytes(size.into())))
    };
    let congestion = asked.congestion_control.as_ref();
    let wanted: Vec<String> = [
        buffer("send", asked.send_buffer),
        buffer("receive", asked.receive_buffer),
        congestion.map(|name| format!("congestion control {name}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if wanted.is_empty() {
        format!("{nagle}; buffers and congestion control were left to the system.")
    } else {
        format!("{nagle}; of the system was asked: {}.", wanted.join(", "))
    }
}

fn times(profile: &Profile) -> String {
    format!(
        "The round-trip time runs from just before the first byte of a probe is written until the last \
         byte of its echo is read, on the monotonic clock; the server delay is contained in it, and \
         nothing is subtracted or halved. A reply that did not come within {} ms, on top of the server \
         delay, counted as lost.",
        count(profile.timeout_ms)
    )
}

fn medians() -> String {
    "The median of a point is the median of its rounds' medians. Its 95 % interval is taken from the \
     same medians by their order (J.-Y. Le Boudec, Performance Evaluation of Computer and Communication \
     Systems, 2010) and needs six rounds; probes of one connection are too alike to count as \
     independent. Percentiles are of all probes by linear interpolation; outliers are counted like all \
     others. Jitter is the mean absolute difference of neighbouring round-trip times within a round."
        .to_owned()
}

fn throughput(profile: &Profile) -> String {
    let is_pipelined = profile.depth > 1 || profile.connections > 1;
    if is_pipelined {
        "Throughput is payload bytes echoed divided by the time they took, with several probes in \
         flight: its mean is that of all rounds together, its median that of the rounds' rates. Mbit/s \
         are 10^6 bit/s."
    } else {
        "Throughput is payload bytes echoed per second: its mean is the sum of the sizes divided by the \
         sum of the round-trip times, its median the size divided by the median round-trip time of the \
         rounds. Mbit/s are 10^6 bit/s."
    }
    .to_owned()
}
