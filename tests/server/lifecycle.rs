//! Starting where one can, saying why where one cannot, and stopping whatever the clients do.

use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use echograph::server::{Server, ServerConfig, ServerHooks, SessionEnd, StartError};

use super::client::{BAD_SETUP, Client, config, eventually, probe, start, start_keeping};

/// A loopback address that no other test takes ports of, for tests that need a port to stay theirs.
fn alone() -> ServerConfig {
    let mut config = config();
    if cfg!(target_os = "linux") {
        config.bind = IpAddr::V4(Ipv4Addr::new(127, 0, 77, 1));
    }
    config
}

#[test]
fn it_listens_on_10000_of_this_machine_alone_unless_asked() {
    let config = ServerConfig::default();
    assert_eq!(config.bind, IpAddr::V4(Ipv4Addr::LOCALHOST));
    assert_eq!(config.port, 10_000);
    assert!(!config.fall_back && !config.strict);
}

#[test]
pub fn stopping_takes_less_than_a_second_and_frees_the_port_whatever_the_clients_do() {
    let (server, sessions) = start_keeping(alone());
    let to = server.local_addr();
    let _silent = Client::connect(to);
    let _half = Client::set_up(to, "s rtt 1 9 0\n");
    let mut waiting = Client::set_up(to, "s rtt 1 1 3600000\n");
    waiting.say("m 1 a\n");
    let mut deaf = Client::set_up(to, "s tput 9 3000000 0\n");
    deaf.stream
        .set_write_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let _ = std::io::Write::write_all(&mut deaf.stream, probe(1, 3_000_000).as_bytes());
    let mut refused = Client::connect(to);
    refused.say("nonsense\n");
    refused.hears(BAD_SETUP);
    eventually("all are there", || server.status().connections_in_all == 5);

    let log = server.log();
    let from = Instant::now();
    server.stop();
    // Generous, for a busy machine; without waiting on any client it is a few milliseconds.
    assert!(from.elapsed() < Duration::from_secs(5));
    let stopped = sessions.lock().unwrap().iter().fold(0, |count, summary| {
        count + usize::from(summary.end == SessionEnd::Stopped)
    });
    assert_eq!(stopped, 4);
    let (records, _) = log.since(0);
    let last = format!("{:?}", records.last().map(|record| record.what.clone()));
    assert!(last.contains("stopped listening"), "{last}");

    for _ in 0..3 {
        let again = start(ServerConfig {
            port: to.port(),
            ..alone()
        });
        assert_eq!(again.local_addr(), to);
        Client::set_up(to, "s rtt 1 1 0\n").probes_and_closes(1, 1, 1);
        again.stop();
    }
    assert!(TcpStream::connect(to).is_err());
}

#[test]
fn dropping_it_stops_it() {
    let server = start(alone());
    let to = server.local_addr();
    drop(server);
    assert!(TcpStream::connect(to).is_err());
}

#[test]
fn it_takes_a_free_port_where_the_wanted_one_is_taken_and_says_so() {
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let taken = other.local_addr().unwrap().port();
    let server = start(ServerConfig {
        port: taken,
        fall_back: true,
        ..config()
    });
    assert_eq!(server.port_taken(), Some(taken));
    assert_ne!(server.local_addr().port(), taken);
    Client::set_up(server.local_addr(), "s rtt 1 1 0\n").probes_and_closes(1, 1, 1);
    assert_eq!(start(config()).port_taken(), None);
}

#[test]
fn an_address_in_use_is_said_with_what_to_do() {
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let addr = other.local_addr().unwrap();
    let wanted = ServerConfig {
        port: addr.port(),
        ..config()
    };
    let error = Server::start(wanted, ServerHooks::default()).err().unwrap();
    assert!(matches!(error, StartError::AddressInUse { addr: at } if at == addr));
    assert_eq!(
        error.to_string(),
        format!(
            "{addr} is in use by another program: end that program, or choose another port (0 takes \
             a free one)"
        )
    );
}

#[test]
fn an_address_of_another_machine_is_said_with_what_to_do() {
    let elsewhere = ServerConfig {
        bind: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        fall_back: true,
        ..config()
    };
    let error = Server::start(elsewhere, ServerHooks::default())
        .err()
        .unwrap();
    assert!(matches!(error, StartError::AddressNotAvailable { .. }));
    assert_eq!(
        error.to_string(),
        "192.0.2.1 is not an address of this machine: choose 127.0.0.1 for this machine alone, or \
         0.0.0.0 or :: for everyone who can reach it"
    );
}

#[test]
fn a_forbidden_port_is_said_with_what_to_do() {
    let error = StartError::PermissionDenied {
        addr: "127.0.0.1:80".parse().unwrap(),
    };
    assert_eq!(
        error.to_string(),
        "this user is not permitted to listen on 127.0.0.1:80: choose a port of 1024 or above, or 0 \
         for a free one"
    );
}

#[test]
pub fn the_window_is_woken_for_changes_but_not_for_every_probe() {
    let calls = Arc::new(AtomicUsize::new(0));
    let hooks = ServerHooks {
        waker: Some(Arc::new({
            let calls = Arc::clone(&calls);
            move || {
                calls.fetch_add(1, Ordering::Relaxed);
            }
        })),
        on_session: None,
        ..ServerHooks::default()
    };
    let server = Server::start(config(), hooks).unwrap();
    eventually("it is woken when the server listens", || {
        calls.load(Ordering::Relaxed) > 0
    });
    let before = calls.load(Ordering::Relaxed);
    let from = Instant::now();
    Client::set_up(server.local_addr(), "s rtt 5000 10 0\n").probes_and_closes(1, 5000, 10);
    eventually("it is woken for the session", || {
        calls.load(Ordering::Relaxed) > before
    });
    let most = from.elapsed().as_millis() / 100 + 2;
    let woken = calls.load(Ordering::Relaxed) - before;
    assert!(woken as u128 <= most, "{woken} times, at most {most}");
}

#[test]
pub fn a_hook_that_panics_ends_its_session_alone() {
    let hooks = ServerHooks {
        waker: None,
        on_session: Some(Arc::new(|_| panic!("a hook of this test"))),
        ..ServerHooks::default()
    };
    let server = Server::start(config(), hooks).unwrap();
    for _ in 0..3 {
        let mut client = Client::set_up(server.local_addr(), "s rtt 1 1 0\n");
        client.say("m 1 a\n");
        client.hears("m 1 a\n");
        drop(client);
    }
    eventually("the places are free", || {
        server.status().connections_now == 0
    });
    server.stop();
}
