//! Sessions that go well, in every dialect and however their bytes come.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::thread;
use std::time::Duration;

use echograph::protocol::Dialect;
use echograph::server::{ServerConfig, SessionEnd};

use super::client::{
    CLOSING, Client, READY, config, eventually, probe, speaking, start, start_keeping,
};

#[test]
pub fn a_boston_session_runs_to_its_end() {
    let (server, sessions) = start_keeping(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 3 5 0\n");
    client.probes_and_closes(1, 3, 5);
    eventually("the summary", || !sessions.lock().unwrap().is_empty());
    let summary = sessions.lock().unwrap().remove(0);
    assert_eq!(summary.end, SessionEnd::Complete);
    assert_eq!(summary.probes_echoed, 3);
    assert_eq!(summary.peer, client.stream.local_addr().unwrap());
    assert_eq!(server.status().sessions_complete, 1);
    assert_eq!(server.status().connections_in_all, 1);
    eventually("the place is free again", || {
        server.status().connections_now == 0
    });
}

#[test]
pub fn a_bologna_session_runs_to_its_end() {
    let server = start(speaking(Dialect::Bologna));
    let mut client = Client::connect(server.local_addr());
    client.say("h thput 20 100 0\n");
    client.hears("200 OK - Ready\n");
    for seq in 1..=20 {
        client.say(probe(seq, 100));
        client.hears(probe(seq, 100));
    }
    client.say("b\n");
    client.hears("200 OK - Closing\n");
    client.hears_the_end();
}

#[test]
pub fn a_size_first_session_runs_to_its_end() {
    let server = start(speaking(Dialect::BostonSizeFirst));
    let mut client = Client::connect(server.local_addr());
    client.say("s rtt 7 2 0\n");
    client.hears(READY);
    for probe in ["m payload 1\n", "m 1 2 3 4 2\n"] {
        client.say(probe);
        client.hears(probe);
    }
    client.say("t\n");
    client.hears(CLOSING);
    client.hears_the_end();
}

#[test]
pub fn the_echo_dialect_gives_back_whatever_comes() {
    let (server, sessions) = start_keeping(speaking(Dialect::Echo));
    let mut client = Client::connect(server.local_addr());
    for data in [&b"s rtt 1 1 1\n"[..], b"\0\xff\n\n", b"t\n"] {
        client.say(data);
        client.hears(data);
    }
    client.stop_talking();
    client.hears_the_end();
    eventually("the summary", || !sessions.lock().unwrap().is_empty());
    assert_eq!(sessions.lock().unwrap().remove(0).end, SessionEnd::Complete);
}

#[test]
pub fn bytes_may_come_one_by_one() {
    let server = start(config());
    let mut client = Client::connect(server.local_addr());
    let mut slowly = |bytes: &str, answer: &str| {
        for byte in bytes.bytes() {
            client.say([byte]);
            thread::sleep(Duration::from_millis(1));
        }
        client.hears(answer);
    };
    slowly("s tput 2 4 0\n", READY);
    slowly("m 1 abcd\n", "m 1 abcd\n");
    slowly("m 2 m 3 \n", "m 2 m 3 \n");
    slowly("t\n", CLOSING);
    client.hears_the_end();
}

#[test]
pub fn a_whole_session_may_come_in_one_piece() {
    let server = start(config());
    let mut client = Client::connect(server.local_addr());
    client.say("s rtt 3 2 0\nm 1 ab\nm 2 cd\nm 3 ef\nt\n");
    client.hears(format!("{READY}m 1 ab\nm 2 cd\nm 3 ef\n{CLOSING}"));
    client.hears_the_end();
}

#[test]
fn payload_bytes_other_than_the_line_end_are_free() {
    let server = start(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 1 255 0\n");
    let mut message = b"m 1 ".to_vec();
    message.extend((0..=255).filter(|byte| *byte != b'\n'));
    message.push(b'\n');
    client.say(&message);
    client.hears(&message);
}

#[test]
pub fn big_messages_come_back_whole() {
    let server = start(config());
    let size = 5_000_000;
    let mut client = Client::set_up(server.local_addr(), &format!("s tput 2 {size} 0\n"));
    client.probes_and_closes(1, 2, size);
}

#[test]
pub fn thousands_of_small_messages_may_be_in_flight() {
    let server = start(config());
    let count = 20_000;
    let mut client = Client::set_up(server.local_addr(), &format!("s rtt {count} 3 0\n"));
    let mut talker = Client {
        stream: client.stream.try_clone().unwrap(),
    };
    let talking = thread::spawn(move || {
        let all: String = (1..=count).map(|seq| probe(seq, 3)).collect();
        talker.say(all + "t\n");
    });
    for seq in 1..=count {
        client.hears(probe(seq, 3));
    }
    client.hears(CLOSING);
    client.hears_the_end();
    talking.join().unwrap();
}

#[test]
pub fn what_follows_the_termination_is_ignored() {
    let server = start(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 1 1 0\n");
    client.say("m 1 a\nt\nand then some");
    client.hears(format!("m 1 a\n{CLOSING}"));
    client.hears_the_end();
}

#[test]
pub fn a_client_that_has_said_everything_still_gets_its_echoes() {
    let server = start(config());
    let mut client = Client::connect(server.local_addr());
    client.say("s rtt 3 1 30\nm 1 a\nm 2 b\n");
    client.stop_talking();
    client.hears(format!("{READY}m 1 a\nm 2 b\n"));
    client.hears_the_end();
}

#[test]
pub fn many_clients_each_get_their_own_echoes() {
    let server = start(config());
    let to = server.local_addr();
    let clients: Vec<_> = (1..=60)
        .map(|size| {
            thread::spawn(move || {
                let mut client = Client::set_up(to, &format!("s rtt 20 {size} 1\n"));
                client.probes_and_closes(1, 20, size);
            })
        })
        .collect();
    for client in clients {
        client.join().expect("every client is served");
    }
    assert_eq!(server.status().sessions_complete, 60);
}

#[test]
fn a_server_of_one_place_serves_one_session_after_the_other() {
    let server = start(ServerConfig {
        max_connections: 1,
        ..config()
    });
    for _ in 0..50 {
        let mut client = Client::set_up(server.local_addr(), "s rtt 1 1 0\n");
        client.probes_and_closes(1, 1, 1);
    }
}

#[test]
fn ipv6_is_served_too() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        println!("skipped: this machine has no ::1");
        return;
    }
    let server = start(ServerConfig {
        bind: IpAddr::V6(Ipv6Addr::LOCALHOST),
        ..config()
    });
    assert!(server.local_addr().to_string().starts_with("[::1]:"));
    let mut client = Client::set_up(server.local_addr(), "s rtt 1 1 0\n");
    client.probes_and_closes(1, 1, 1);

    let everywhere = start(ServerConfig {
        bind: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        ..config()
    });
    let port = everywhere.local_addr().port();
    let mut client = Client::set_up((Ipv6Addr::LOCALHOST, port).into(), "s rtt 1 1 0\n");
    client.probes_and_closes(1, 1, 1);
    let any = start(ServerConfig {
        bind: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        ..config()
    });
    let port = any.local_addr().port();
    let mut client = Client::set_up((Ipv4Addr::LOCALHOST, port).into(), "s rtt 1 1 0\n");
    client.probes_and_closes(1, 1, 1);
}
