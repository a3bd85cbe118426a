//! Where the packets of a run went, and its sockets: what was asked of them and what the system made
//! of it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::{Fact, NOT_KNOWN};
use crate::experiment::Target;
use crate::measurement::Run;
use crate::measurement::units::bytes;

/// What was measured, from where, over what.
#[must_use]
pub fn path(run: &Run) -> Vec<Fact> {
    let route = run.route.as_ref();
    let interface = route.map_or("", |route| &route.interface);
    let mtu = route.and_then(|route| route.mtu);
    vec![
        measured(run),
        Fact::new("From", own_addresses(run)),
        Fact::new("Interface", interface),
        Fact::new("MTU", mtu.map_or_else(String::new, |mtu| bytes(mtu.into()))),
        loopback(run),
    ]
}

fn measured(run: &Run) -> Fact {
    let at = &run.destination;
    match run.profile.target {
        // Its port is the system's choice.
        Target::Embedded => Fact::new("Measured", "the embedded server").with(match at.as_str() {
            "" => String::new(),
            at => format!(" at {at}"),
        }),
        Target::Host { .. } => Fact::new("Measured", at),
    }
}

/// Our end's addresses. Each connection has a port of its own, which says nothing.
fn own_addresses(run: &Run) -> String {
    let rounds = run.points.iter().flat_map(|point| &point.rounds);
    let found: BTreeSet<IpAddr> = rounds
        .filter_map(|round| Some(round.local?.ip().to_canonical()))
        .collect();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    found.join(", ")
}

fn loopback(run: &Run) -> Fact {
    let fact = |is_so: &str| Fact::new("Loopback", is_so);
    if run.is_loopback() {
        fact("yes").with(
            ": no network was measured. Client and server were on this machine, and what was measured is \
             its own network code and this program.",
        )
    } else if run.route.is_some() {
        fact("no")
    } else {
        fact("")
    }
}

/// What was asked of the sockets, with what the system made of it.
#[must_use]
pub fn sockets(run: &Run) -> Vec<Fact> {
    let asked = &run.profile.socket;
    let set = run.socket.as_ref();
    let fact = |name, asked: String, set: Option<String>| {
        let set = set.filter(|set| !set.is_empty());
        let set = set.map_or_else(
            || NOT_KNOWN.to_owned(),
            |set| format!("the kernel set {set}"),
        );
        Fact::new(name, format!("asked: {asked}; {set}"))
    };
    let or_system =
        |asked: Option<String>| asked.unwrap_or_else(|| "left to the system".to_owned());
    let size = |size: u32| bytes(size.into());
    let refused = set.map_or(&[][..], |set| &set.refused);
    vec![
        fact(
            "Nagle's algorithm",
            on_or_off(!asked.nodelay),
            set.map(|set| on_or_off(!set.nodelay)),
        ),
        fact(
            "Send buffer",
            or_system(asked.send_buffer.map(size)),
            set.map(|set| bytes(set.send_buffer)),
        ),
        fact(
            "Receive buffer",
            or_system(asked.receive_buffer.map(size)),
            set.map(|set| bytes(set.receive_buffer)),
        ),
        fact(
            "Congestion control",
            or_system(asked.congestion_control.clone()),
            set.map(|set| set.congestion_control.clone()),
        ),
        Fact {
            is_wrong: !refused.is_empty(),
            ..Fact::new(
                "Refused by the system",
                match refused {
                    [] if set.is_some() => "nothing".to_owned(),
                    refused => refused.join("; "),
                },
            )
        },
    ]
}

fn on_or_off(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}
