//! Where the packets of a run went, and its sockets: what was asked of them and what the system made
//! of it.

use std::collections::BTreeSet;

use super::{Fact, NOT_KNOWN};
use crate::gui::point_words::is_loopback;
use crate::measurement::units::bytes;
use crate::measurement::{Run, SocketSettings};

/// Route, addresses and sockets.
pub(super) fn facts(run: &Run) -> Vec<Fact> {
    let route = run.route.as_ref();
    let interface = route.map_or("", |route| &route.interface);
    let mtu = route.and_then(|route| route.mtu);
    let mut facts = vec![
        Fact::known("Measured", &run.destination),
        Fact::known("From", own_addresses(run)),
        Fact::known("Interface", interface),
        Fact::known("MTU", mtu.map_or_else(String::new, |mtu| bytes(mtu.into()))),
    ];
    if is_loopback(run) {
        facts.push(Fact::new(
            "Loopback",
            "no network was measured: client and server were on this machine, and what was measured is \
             its own network code and this program",
        ));
    }
    facts.extend(sockets(run));
    facts
}

/// Our end's addresses. Each connection has a port of its own, which says nothing.
fn own_addresses(run: &Run) -> String {
    let rounds = run.points.iter().flat_map(|point| &point.rounds);
    let found: BTreeSet<String> = rounds
        .filter_map(|round| Some(round.local?.ip().to_canonical().to_string()))
        .collect();
    let found: Vec<String> = found.into_iter().collect();
    found.join(", ")
}

fn sockets(run: &Run) -> Vec<Fact> {
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
    let buffer = |size: Option<u32>| size.map_or_else(system, |size| bytes(size.into()));
    let mut facts = vec![
        fact(
            "Nagle's algorithm",
            on_or_off(!asked.nodelay),
            set.map(|set| on_or_off(!set.nodelay)),
        ),
        fact(
            "Send buffer",
            buffer(asked.send_buffer),
            set.map(|set| bytes(set.send_buffer)),
        ),
        fact(
            "Receive buffer",
            buffer(asked.receive_buffer),
            set.map(|set| bytes(set.receive_buffer)),
        ),
        fact(
            "Congestion control",
            asked.congestion_control.clone().unwrap_or_else(system),
            set.map(|set| set.congestion_control.clone()),
        ),
    ];
    let refused = |set: &SocketSettings| set.refused.clone();
    let refused = set.map(refused).unwrap_or_default().into_iter();
    facts.extend(refused.map(|why| Fact::wrong("Socket setting", format!("REFUSED: {why}"))));
    facts
}

fn on_or_off(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}

fn system() -> String {
    "left to the system".to_owned()
}
