//! The log: what the window's transcript shows of the server's side.

use std::time::Instant;

use echograph::protocol::Phase;
use echograph::server::{LogEntry, LogRecord, Server};

use super::client::{BAD_PROBE, Client, config, eventually, start};

/// The records of one client, once its connection is closed, as text.
fn story(server: &Server, client: &Client, from: Instant) -> Vec<String> {
    let peer = client.stream.local_addr().unwrap();
    let log = server.log();
    eventually("the connection is closed", || {
        log.of_peer(peer, from)
            .last()
            .is_some_and(|record| record.what == LogEntry::Event("closed".into()))
    });
    let records = log.of_peer(peer, from);
    assert!(records.is_sorted_by_key(|record| record.at));
    records
        .iter()
        .map(|record| tell(record).replace(&peer.to_string(), "PEER"))
        .collect()
}

fn tell(record: &LogRecord) -> String {
    let phase = record.phase.abbreviation();
    match &record.what {
        LogEntry::Event(what) => format!("{phase} -- {what}"),
        LogEntry::Received(line) => format!("{phase} <- {line}"),
        LogEntry::Sent(line) => format!("{phase} -> {line}"),
        LogEntry::Probe {
            seq, message_size, ..
        } => format!("{phase} probe {seq} of {message_size} bytes"),
        LogEntry::Bytes(traffic) => format!("{phase} -- {traffic}"),
    }
}

#[test]
pub fn a_session_is_told_in_order() {
    let server = start(config());
    let from = Instant::now();
    let mut client = Client::set_up(server.local_addr(), "s rtt 3 5 0\n");
    client.probes_and_closes(1, 3, 5);
    client.stop_talking();
    assert_eq!(
        story(&server, &client, from),
        [
            "CSP -- connection from PEER",
            "CSP <- s rtt 3 5 0",
            "CSP -> 200 OK: Ready",
            "MP probe 1 of 5 bytes",
            "MP probe 2 of 5 bytes",
            "MP probe 3 of 5 bytes",
            "CTP <- t",
            "CTP -> 200 OK: Closing Connection",
            "CTP -- 44 bytes received, 71 sent",
            "CTP -- end of data",
            "CTP -- closed",
        ]
    );
    let (all, _) = server.log().since(0);
    let first = all.first().expect("a record");
    assert_eq!(first.connection, 0);
    assert_eq!(
        first.what,
        LogEntry::Event(format!("listening on {}", server.local_addr()))
    );
}

#[test]
fn a_refusal_is_told_with_its_reason_and_what_was_said_is_quoted_safely() {
    let server = start(config());
    let from = Instant::now();
    let mut client = Client::set_up(server.local_addr(), "s rtt 2 5 0\n");
    client.say("m 1 \x1b[31mway too long\n");
    client.hears(BAD_PROBE);
    client.hears_the_end();
    client.stop_talking();
    assert_eq!(
        story(&server, &client, from),
        [
            "CSP -- connection from PEER",
            "CSP <- s rtt 2 5 0",
            "CSP -> 200 OK: Ready",
            r"MP <- m 1 \x1b[31mway too long",
            "MP -- measurement refused: the payload is longer than the 5 bytes announced",
            "MP -> 404 ERROR: Invalid Measurement Message",
            "MP -- 34 bytes received, 53 sent",
            "MP -- end of data",
            "MP -- closed",
        ]
    );
}

#[test]
pub fn the_last_probes_are_told_without_waiting_for_the_next() {
    let server = start(config());
    let from = Instant::now();
    let mut client = Client::set_up(server.local_addr(), "s rtt 9 1 0\n");
    for probe in ["m 1 a\n", "m 2 b\n"] {
        client.say(probe);
        client.hears(probe);
    }
    let peer = client.stream.local_addr().unwrap();
    eventually("both probes are told", || {
        let records = server.log().of_peer(peer, from);
        records
            .iter()
            .filter(|record| record.phase == Phase::Measurement)
            .count()
            == 2
    });
}
