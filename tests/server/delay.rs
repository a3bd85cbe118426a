//! The server delay: never early, each echo from its own arrival, in order.

use std::thread;
use std::time::{Duration, Instant};

use echograph::server::LogEntry;

use super::client::{CLOSING, Client, config, eventually, probe, start};

#[test]
pub fn an_echo_never_comes_before_its_delay() {
    let server = start(config());
    for delay_ms in [1_u64, 2, 3, 7, 20] {
        let delay = Duration::from_millis(delay_ms);
        let mut client = Client::set_up(server.local_addr(), &format!("s rtt 30 64 {delay_ms}\n"));
        for seq in 1..=30 {
            let sent = Instant::now();
            client.say(probe(seq, 64));
            client.hears(probe(seq, 64));
            assert!(
                sent.elapsed() >= delay,
                "probe {seq} of delay {delay_ms} ms"
            );
        }
    }
    let (records, _) = server.log().since(0);
    assert!(!records.is_empty());
}

#[test]
pub fn with_several_in_flight_each_echo_waits_from_its_own_arrival() {
    const DELAY: Duration = Duration::from_millis(200);
    let server = start(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 20 8 200\n");
    let mut listener = Client {
        stream: client.stream.try_clone().unwrap(),
    };
    let listening = thread::spawn(move || {
        (1..=20)
            .map(|seq| {
                listener.hears(probe(seq, 8));
                Instant::now()
            })
            .collect::<Vec<_>>()
    });
    let sent: Vec<Instant> = (1..=20)
        .map(|seq| {
            let at = Instant::now();
            client.say(probe(seq, 8));
            thread::sleep(Duration::from_millis(5));
            at
        })
        .collect();
    let heard = listening.join().expect("the echoes come in order");
    for (sent, heard) in sent.iter().zip(&heard) {
        assert!(*heard - *sent >= DELAY);
    }
    // One after the other they would take 20 delays.
    assert!(*heard.last().unwrap() - sent[0] < DELAY * 19);

    client.say("t\n");
    client.hears(CLOSING);
    let probes = || {
        let (records, _) = server.log().since(0);
        records
            .into_iter()
            .filter_map(|record| match record.what {
                LogEntry::Probe {
                    received, echoed, ..
                } => Some((received, echoed)),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    eventually("20 probes are logged", || probes().len() == 20);
    for (received, echoed) in probes() {
        assert!(echoed - received >= DELAY);
    }
}

#[test]
pub fn probes_that_come_in_one_piece_are_all_delayed_once() {
    let server = start(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 100 1 50\n");
    let sent = Instant::now();
    let all: String = (1..=100).map(|seq| probe(seq, 1)).collect();
    client.say(all.clone() + "t\n");
    client.hears(all + CLOSING);
    assert!(sent.elapsed() >= Duration::from_millis(50));
    // One after the other they would take 100 delays, 5 s.
    assert!(sent.elapsed() < Duration::from_secs(5));
}

#[test]
pub fn waiting_for_the_server_delay_is_not_stalling() {
    let mut config = config();
    config.idle_timeout = Duration::from_millis(100);
    let server = start(config);
    let mut client = Client::set_up(server.local_addr(), "s rtt 2 1 500\n");
    client.probes_and_closes(1, 2, 1);
}
