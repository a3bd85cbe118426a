//! What the server bears: each limit holds for the client that goes beyond it, and for nobody else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::num::NonZeroU64;
use std::thread;
use std::time::{Duration, Instant};

use echograph::experiment::WaitStrategy;
use echograph::protocol::{Phase, RefusalReason};
use echograph::server::{ServerConfig, SessionEnd, SessionSummary};
use socket2::{Domain, Socket, Type};

use super::client::{
    BAD_PROBE, BAD_SETUP, Client, PATIENCE, config, eventually, probe, start, start_keeping,
    with_wait,
};

/// A connection from another of the addresses that loopback has.
fn connect_from(last: u8, to: SocketAddr) -> Client {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let from = SocketAddr::from(([127, 0, 0, last], 0));
    socket.bind(&from.into()).expect("an address of loopback");
    socket.connect(&to.into()).expect("a connection");
    let stream = TcpStream::from(socket);
    stream.set_nodelay(true).expect("TCP_NODELAY");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    Client { stream }
}

fn ends(sessions: &std::sync::Mutex<Vec<SessionSummary>>) -> Vec<SessionEnd> {
    let sessions = sessions.lock().expect("unpoisoned");
    sessions.iter().map(|summary| summary.end.clone()).collect()
}

#[test]
fn an_address_has_so_many_connections_and_others_have_theirs() {
    let (server, sessions) = start_keeping(ServerConfig {
        max_connections_per_address: 2,
        ..config()
    });
    let to = server.local_addr();
    let mut one = connect_from(1, to);
    let two = connect_from(1, to);
    eventually("both are served", || server.status().connections_now == 2);
    let mut third = connect_from(1, to);
    third.say("s rtt 1 1 0\n");
    third.hears(BAD_SETUP);
    third.hears_the_end();
    eventually("the reason", || {
        let is_it = |end: &SessionEnd| matches!(end, SessionEnd::Refused(refusal) if refusal.reason == RefusalReason::AddressFull);
        ends(&sessions).iter().any(is_it)
    });
    assert_eq!(server.status().turned_away, 1);
    let mut neighbour = connect_from(2, to);
    neighbour.say("s rtt 1 1 0\n");
    neighbour.hears("200 OK: Ready\n");
    neighbour.probes_and_closes(1, 1, 1);
    one.say("s rtt 1 1 0\n");
    one.hears("200 OK: Ready\n");
    drop(two);
    eventually("the place is free", || server.status().connections_now == 1);
    let mut again = connect_from(1, to);
    again.say("s rtt 1 1 0\n");
    again.hears("200 OK: Ready\n");
    again.probes_and_closes(1, 1, 1);
}

#[test]
fn only_clients_of_the_networks_named_are_let_in() {
    for bind in [
        IpAddr::from(Ipv4Addr::UNSPECIFIED),
        Ipv6Addr::UNSPECIFIED.into(),
    ] {
        let (server, sessions) = start_keeping(ServerConfig {
            bind,
            allow: "127.0.0.1, 127.0.0.8/29".parse().expect("a list"),
            ..config()
        });
        // An IPv6 listener knows these clients by mapped addresses.
        let to = SocketAddr::from(([127, 0, 0, 1], server.local_addr().port()));
        for welcome in [1, 8, 15] {
            let mut client = connect_from(welcome, to);
            client.say("s rtt 2 5 0\n");
            client.hears("200 OK: Ready\n");
            client.probes_and_closes(1, 2, 5);
        }
        for stranger in [2, 7, 16] {
            connect_from(stranger, to).hears_the_end();
        }
        eventually("all are accounted for", || ends(&sessions).len() == 6);
        let refused = ends(&sessions)
            .into_iter()
            .filter(|end| *end == SessionEnd::NotLetIn);
        assert_eq!(refused.count(), 3);
        assert_eq!(server.status().turned_away, 3);
        assert_eq!(server.status().connections_now, 0);
    }
}

#[test]
fn a_session_that_takes_too_long_is_ended_however_busy_it_is() {
    for wait in WaitStrategy::ALL {
        with_wait(wait, || {
            let (server, sessions) = start_keeping(ServerConfig {
                session_time: Duration::from_millis(300),
                ..config()
            });
            let mut client = Client::set_up(server.local_addr(), "s rtt 1000000 10 0\n");
            let refused = (1..=1_000_000).any(|seq| {
                client.say(probe(seq, 10));
                let mut letter = [0];
                client.stream.peek(&mut letter).expect("an answer");
                if letter == *b"4" {
                    return true;
                }
                client.hears(probe(seq, 10));
                thread::sleep(Duration::from_micros(500));
                false
            });
            assert!(refused);
            client.hears(BAD_PROBE);
            client.hears_the_end();
            eventually("the summary", || {
                ends(&sessions) == [SessionEnd::TooLong(Phase::Measurement)]
            });
        });
    }
}

#[test]
fn server_delays_buy_no_time_beyond_the_sessions() {
    let (server, sessions) = start_keeping(ServerConfig {
        session_time: Duration::from_millis(300),
        ..config()
    });
    let mut hopeless = Client::connect(server.local_addr());
    hopeless.say("s rtt 1 1 301\n");
    hopeless.hears(BAD_SETUP);
    hopeless.hears_the_end();
    let mut client = Client::set_up(server.local_addr(), "s rtt 2 1 250\n");
    client.say("m 1 a\n");
    client.hears("m 1 a\n");
    client.say("m 2 a\n");
    client.hears(BAD_PROBE);
    client.hears_the_end();
    eventually("the summary", || ends(&sessions).len() == 2);
    let last = ends(&sessions).pop();
    assert_eq!(last, Some(SessionEnd::TooLong(Phase::Measurement)));
}

#[test]
fn a_client_over_the_rate_is_slowed_down_and_loses_nothing() {
    const RATE: u64 = 256 * 1024;
    for wait in WaitStrategy::ALL {
        with_wait(wait, || {
            let server = start(ServerConfig {
                max_rate: NonZeroU64::new(RATE),
                ..config()
            });
            let mut client = Client::set_up(server.local_addr(), "s tput 8 40000 0\n");
            let began = Instant::now();
            client.probes_and_closes(1, 8, 40_000);
            // A quarter of a second's worth may have been saved.
            let least = Duration::from_millis(320_000 * 1000 / RATE - 250);
            assert!(began.elapsed() >= least, "{:?}", began.elapsed());
        });
    }
}

#[test]
fn a_flood_is_read_no_faster_than_the_rate_and_others_are_served() {
    const RATE: u64 = 64 * 1024;
    let server = start(ServerConfig {
        max_rate: NonZeroU64::new(RATE),
        ..config()
    });
    let to = server.local_addr();
    let mut flood = Client::set_up(to, "s tput 3 30000 0\n");
    let began = Instant::now();
    let messages: String = (1..=3).map(|seq| probe(seq, 30_000)).collect();
    flood.say(&messages);
    Client::set_up(to, "s rtt 3 10 0\n").probes_and_closes(1, 3, 10);
    flood.hears(&messages);
    assert!(began.elapsed() >= Duration::from_millis(90_000 * 1000 / RATE - 250));
    flood.say("t\n");
    flood.hears("200 OK: Closing Connection\n");
    flood.hears_the_end();
}
