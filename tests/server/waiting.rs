//! How the server waits: whatever the strategy, everybody is served and every bound holds.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use echograph::experiment::WaitStrategy;
use echograph::protocol::Phase;
use echograph::server::{ServerConfig, SessionEnd};

use super::client::{BAD_PROBE, CLOSING, Client, config, eventually, probe, start, start_keeping};

/// What one session needs to poll, whatever this machine has.
fn waiting(wait: WaitStrategy) -> ServerConfig {
    ServerConfig {
        wait,
        most_polling: 1,
        ..config()
    }
}

/// A client that is in its measurement for as long as it is wanted.
struct Moving {
    client: Client,
    seq: u32,
}

impl Moving {
    fn set_up(to: SocketAddr) -> Self {
        Self {
            client: Client::set_up(to, "s rtt 1000000 1 0\n"),
            seq: 0,
        }
    }

    fn moves(&mut self) {
        self.seq += 1;
        served(&mut self.client, self.seq, 1);
    }
}

fn served(client: &mut Client, seq: u32, size: usize) {
    client.say(probe(seq, size));
    client.hears(probe(seq, size));
}

#[test]
fn it_polls_for_a_quick_client_and_leaves_a_processor_to_it() {
    let config = ServerConfig::default();
    assert_eq!(config.wait, WaitStrategy::Auto);
    let processors = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    assert_eq!(config.most_polling, processors - 1);
}

#[test]
fn a_second_client_is_served_while_the_first_keeps_the_server_polling() {
    for wait in [WaitStrategy::Auto, WaitStrategy::Spin] {
        let server = start(waiting(wait));
        let to = server.local_addr();
        let enough = AtomicBool::new(false);
        thread::scope(|scope| {
            let first = scope.spawn(|| {
                let mut client = Client::set_up(to, "s rtt 1000000 10 0\n");
                let mut seq = 0;
                while !enough.load(Ordering::Relaxed) {
                    seq += 1;
                    served(&mut client, seq, 10);
                }
                seq
            });
            eventually("the server polls", || server.status().polling_now > 0);
            for size in [1, 1_000, 300_000] {
                Client::set_up(to, &format!("s tput 20 {size} 0\n")).probes_and_closes(1, 20, size);
            }
            enough.store(true, Ordering::Relaxed);
            assert!(first.join().expect("the first is served all the while") > 0);
        });
    }
}

#[test]
fn two_quick_clients_both_come_to_their_end() {
    for wait in WaitStrategy::ALL {
        for most_polling in [0, 1, 2] {
            let server = start(ServerConfig {
                most_polling,
                ..waiting(wait)
            });
            let to = server.local_addr();
            thread::scope(|scope| {
                for size in [14, 30_000] {
                    scope.spawn(move || {
                        Client::set_up(to, &format!("s rtt 500 {size} 0\n"))
                            .probes_and_closes(1, 500, size);
                    });
                }
            });
            assert_eq!(server.status().sessions_complete, 2);
            eventually("nobody polls any more", || server.status().polling_now == 0);
        }
    }
}

#[test]
fn with_more_hot_sessions_than_may_poll_none_polls_until_there_are_fewer() {
    let server = start(waiting(WaitStrategy::Spin));
    let to = server.local_addr();
    let polling = || server.status().polling_now;
    let mut one = Moving::set_up(to);
    eventually("the only one polls", || {
        one.moves();
        polling() == 1
    });
    let mut two = Moving::set_up(to);
    eventually("none polls", || {
        one.moves();
        two.moves();
        polling() == 0
    });
    one.moves();
    two.moves();
    thread::sleep(Duration::from_millis(20));
    assert_eq!(polling(), 0);
    drop(two);
    eventually("the one that is left polls", || {
        one.moves();
        polling() == 1
    });
}

#[test]
fn a_server_that_may_not_poll_sleeps_and_serves() {
    let server = start(ServerConfig {
        most_polling: 0,
        ..waiting(WaitStrategy::Spin)
    });
    let mut client = Client::set_up(server.local_addr(), "s rtt 9 1 0\n");
    for seq in 1..=8 {
        served(&mut client, seq, 1);
        assert_eq!(server.status().polling_now, 0);
    }
    client.probes_and_closes(9, 9, 1);
}

#[test]
fn a_session_that_sleeps_among_many_does_not_keep_the_others_from_polling() {
    let server = start(waiting(WaitStrategy::Auto));
    let to = server.local_addr();
    // Both are new, so both are hot for a moment; then one goes on and the other is silent.
    let _silent = Client::set_up(to, "s rtt 9 1 0\n");
    let mut client = Client::set_up(to, "s rtt 1000000 1 0\n");
    let mut seq = 0;
    eventually("the one that goes on polls", || {
        for _ in 0..20 {
            seq += 1;
            served(&mut client, seq, 1);
        }
        server.status().polling_now == 1
    });
}

/// After many quick probes nothing but the session itself looks at its socket. It has to hear of
/// everything all the same.
#[test]
fn after_many_quick_probes_a_client_may_take_its_time_read_slowly_or_leave() {
    const SIZE: usize = 100_000;
    const QUICK: u32 = 100;
    const SLOWLY: u32 = 100;
    for wait in [WaitStrategy::Auto, WaitStrategy::Spin] {
        let (server, sessions) = start_keeping(waiting(wait));
        let to = server.local_addr();
        let mut client = Client::set_up(to, &format!("s rtt 100000 {SIZE} 0\n"));
        for seq in 1..=QUICK {
            served(&mut client, seq, SIZE);
        }
        thread::sleep(Duration::from_millis(30));
        for seq in QUICK + 1..=2 * QUICK {
            served(&mut client, seq, SIZE);
        }
        // Far more than sockets hold: the server has to wait until it may write.
        thread::scope(|scope| {
            let mut writer = client.stream.try_clone().expect("the same socket");
            scope.spawn(move || {
                for seq in 2 * QUICK + 1..=2 * QUICK + SLOWLY {
                    let probe = probe(seq, SIZE);
                    writer
                        .write_all(probe.as_bytes())
                        .expect("the server reads");
                }
            });
            thread::sleep(Duration::from_millis(30));
            for seq in 2 * QUICK + 1..=2 * QUICK + SLOWLY {
                client.hears(probe(seq, SIZE));
            }
        });
        for seq in 2 * QUICK + SLOWLY + 1..=3 * QUICK + SLOWLY {
            served(&mut client, seq, SIZE);
        }
        drop(client);
        eventually("the end of the session is seen", || {
            let sessions = sessions.lock().expect("unpoisoned");
            matches!(sessions.last(), Some(last) if last.end == SessionEnd::ClientLeft(Phase::Measurement))
        });
        eventually("its socket is given back", || {
            server.status().connections_now == 0
        });
    }
}

#[test]
fn stopping_does_not_wait_for_sessions_that_poll() {
    for wait in [WaitStrategy::Auto, WaitStrategy::Spin] {
        let (server, sessions) = start_keeping(waiting(wait));
        let to = server.local_addr();
        let quick = thread::spawn(move || {
            let mut client = Client::set_up(to, "s rtt 1000000 10 0\n");
            let mut echo = [0; 64];
            for seq in 1.. {
                use std::io::{Read, Write};
                if client
                    .stream
                    .write_all(probe(seq, 10).as_bytes())
                    .and_then(|()| client.stream.read(&mut echo))
                    .is_ok_and(|count| count > 0)
                {
                    continue;
                }
                break;
            }
        });
        eventually("the server polls", || server.status().polling_now == 1);
        let from = Instant::now();
        server.stop();
        // Generous, for a busy machine.
        assert!(from.elapsed() < Duration::from_secs(5));
        quick.join().expect("the client is told");
        assert_eq!(sessions.lock().unwrap().remove(0).end, SessionEnd::Stopped);
    }
}

#[test]
fn a_client_that_stalls_while_it_is_polled_for_is_ended() {
    let (server, sessions) = start_keeping(ServerConfig {
        idle_timeout: Duration::from_millis(300),
        ..waiting(WaitStrategy::Spin)
    });
    let mut client = Client::set_up(server.local_addr(), "s rtt 9 1 0\n");
    served(&mut client, 1, 1);
    eventually("it is polled for", || server.status().polling_now == 1);
    client.hears(BAD_PROBE);
    client.hears_the_end();
    eventually("the summary", || !sessions.lock().unwrap().is_empty());
    let end = sessions.lock().unwrap().remove(0).end;
    assert_eq!(end, SessionEnd::Idle(Phase::Measurement));
    eventually("nobody polls any more", || server.status().polling_now == 0);
}

#[test]
fn a_client_that_vanishes_while_it_is_polled_for_is_noticed() {
    for linger in [None, Some(Duration::ZERO)] {
        let (server, sessions) = start_keeping(waiting(WaitStrategy::Spin));
        let mut moving = Moving::set_up(server.local_addr());
        eventually("it is polled for", || {
            moving.moves();
            server.status().polling_now == 1
        });
        let socket = socket2::SockRef::from(&moving.client.stream);
        socket.set_linger(linger).unwrap();
        drop(moving);
        eventually("the summary", || !sessions.lock().unwrap().is_empty());
        let end = sessions.lock().unwrap().remove(0).end;
        match linger {
            None => assert_eq!(end, SessionEnd::ClientLeft(Phase::Measurement)),
            Some(_) => assert!(matches!(end, SessionEnd::Reset(_)), "{end}"),
        }
    }
}

#[test]
fn the_strategy_can_be_changed_for_sessions_to_come() {
    let server = start(waiting(WaitStrategy::Block));
    let to = server.local_addr();
    let mut asleep = Client::set_up(to, "s rtt 2 1 0\n");
    served(&mut asleep, 1, 1);
    assert_eq!(server.status().polling_now, 0);
    server.set_wait(WaitStrategy::Spin);
    let mut polled = Moving::set_up(to);
    eventually("the new one is polled for", || {
        polled.moves();
        server.status().polling_now == 1
    });
    asleep.probes_and_closes(2, 2, 1);
}

/// Processor time of the server's thread.
#[cfg(target_os = "linux")]
mod processor_time {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::{Arc, Mutex};

    use echograph::server::{Server, ServerHooks};

    use super::*;

    /// A server and where its thread's processor time is told.
    fn start_watched(config: ServerConfig) -> (Server, PathBuf) {
        let place: Arc<Mutex<Option<PathBuf>>> = Arc::default();
        let hooks = ServerHooks {
            waker: Some(Arc::new({
                let place = Arc::clone(&place);
                move || {
                    let own = fs::read_link("/proc/thread-self").expect("Linux");
                    place.lock().unwrap().get_or_insert(own);
                }
            })),
            on_session: None,
            ..ServerHooks::default()
        };
        let server = Server::start(config, hooks).expect("a server");
        eventually("it tells its thread", || place.lock().unwrap().is_some());
        let own = place.lock().unwrap().take().expect("told");
        let stat = PathBuf::from("/proc").join(own).join("stat");
        (server, stat)
    }

    /// User and system time together, in seconds.
    fn used(stat: &PathBuf) -> f64 {
        let text = fs::read_to_string(stat).expect("the thread lives");
        let (_, fields) = text.rsplit_once(')').expect("a name in parentheses");
        // Fields 14 and 15, of which the name was the second, in ticks of 10 ms.
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: u32 = ticks.map(|field| field.parse::<u32>().unwrap()).sum();
        f64::from(ticks) / 100.0
    }

    #[test]
    fn a_session_that_goes_silent_stops_costing_processor_time() {
        for wait in [WaitStrategy::Auto, WaitStrategy::Block] {
            let (server, stat) = start_watched(waiting(wait));
            let mut client = Client::set_up(server.local_addr(), "s rtt 1001 10 0\n");
            for seq in 1..=1000 {
                served(&mut client, seq, 10);
            }
            let (before, from) = (used(&stat), Instant::now());
            thread::sleep(Duration::from_millis(600));
            let share = (used(&stat) - before) / from.elapsed().as_secs_f64();
            assert!(share < 1.0 / 3.0, "{wait}: {share:.2} of a processor");
            client.probes_and_closes(1001, 1001, 10);
        }
    }

    #[test]
    fn quick_clients_that_are_too_many_to_poll_for_cost_no_processor_time_once_silent() {
        let (server, stat) = start_watched(waiting(WaitStrategy::Auto));
        let to = server.local_addr();
        let mut clients = [0; 3].map(|_| Client::set_up(to, "s rtt 200 10 0\n"));
        for seq in 1..200 {
            for client in &mut clients {
                served(client, seq, 10);
            }
        }
        let (before, from) = (used(&stat), Instant::now());
        thread::sleep(Duration::from_millis(600));
        let share = (used(&stat) - before) / from.elapsed().as_secs_f64();
        assert!(share < 1.0 / 3.0, "{share:.2} of a processor");
        for client in &mut clients {
            client.probes_and_closes(200, 200, 10);
        }
    }

    #[test]
    fn a_slow_client_costs_no_processor_time() {
        let (server, stat) = start_watched(waiting(WaitStrategy::Auto));
        let mut client = Client::set_up(server.local_addr(), "s rtt 100 10 0\n");
        let (before, from) = (used(&stat), Instant::now());
        for seq in 1..=100 {
            served(&mut client, seq, 10);
            thread::sleep(Duration::from_millis(5));
        }
        let share = (used(&stat) - before) / from.elapsed().as_secs_f64();
        assert!(share < 1.0 / 3.0, "{share:.2} of a processor");
    }

    #[test]
    fn spinning_does_poll() {
        // Else the two tests before this one would say nothing.
        let (server, stat) = start_watched(waiting(WaitStrategy::Spin));
        let mut client = Moving::set_up(server.local_addr());
        let before = used(&stat);
        eventually("half a second of a processor is used", || {
            client.moves();
            used(&stat) - before >= 0.5
        });
    }

    #[test]
    fn spinning_ends_when_the_client_has_been_silent_for_a_second() {
        let (server, stat) = start_watched(waiting(WaitStrategy::Spin));
        let mut client = Moving::set_up(server.local_addr());
        let polls = || server.status().polling_now == 1;
        eventually("it polls", || {
            client.moves();
            polls()
        });
        eventually("it sleeps", || server.status().polling_now == 0);
        let (before, from) = (used(&stat), Instant::now());
        thread::sleep(Duration::from_secs(1));
        let share = (used(&stat) - before) / from.elapsed().as_secs_f64();
        assert!(share < 0.5, "{share:.2} of a processor");
        eventually("it polls again", || {
            client.moves();
            polls()
        });
    }
}

/// What holds for a server that polls a little holds for one that always does, and for one that never
/// does.
macro_rules! under_each_strategy {
    ($($file:ident::$scenario:ident,)*) => {
        mod spinning {
            $(#[test] fn $scenario() { super::under(super::WaitStrategy::Spin, crate::server::$file::$scenario); })*
        }
        mod sleeping {
            $(#[test] fn $scenario() { super::under(super::WaitStrategy::Block, crate::server::$file::$scenario); })*
        }
    };
}

fn under(wait: WaitStrategy, scenario: fn()) {
    super::client::with_wait(wait, scenario);
}

under_each_strategy! {
    sessions::a_boston_session_runs_to_its_end,
    sessions::a_bologna_session_runs_to_its_end,
    sessions::a_size_first_session_runs_to_its_end,
    sessions::the_echo_dialect_gives_back_whatever_comes,
    sessions::bytes_may_come_one_by_one,
    sessions::a_whole_session_may_come_in_one_piece,
    sessions::big_messages_come_back_whole,
    sessions::thousands_of_small_messages_may_be_in_flight,
    sessions::what_follows_the_termination_is_ignored,
    sessions::a_client_that_has_said_everything_still_gets_its_echoes,
    sessions::many_clients_each_get_their_own_echoes,
    delay::an_echo_never_comes_before_its_delay,
    delay::with_several_in_flight_each_echo_waits_from_its_own_arrival,
    delay::probes_that_come_in_one_piece_are_all_delayed_once,
    delay::waiting_for_the_server_delay_is_not_stalling,
    refusals::a_probe_that_is_not_what_was_announced,
    refusals::a_refusal_comes_after_the_echoes_still_owed,
    refusals::the_end_of_the_stream_inside_a_message,
    refusals::a_client_that_leaves_between_messages_is_no_refusal,
    refusals::a_session_that_needs_more_memory_than_there_is,
    hostile::a_client_that_stalls_is_ended_in_its_phase_while_another_is_served,
    hostile::a_setup_line_that_trickles_in_is_ended_all_the_same,
    hostile::a_client_that_never_reads_costs_only_itself,
    hostile::a_client_that_vanishes_during_its_delay_is_noticed,
    hostile::a_client_that_closes_during_a_long_delay_leaves_its_place,
    hostile::clients_that_always_have_more_to_give_leave_time_for_others,
    hostile::noise_is_refused_and_never_more,
    lifecycle::stopping_takes_less_than_a_second_and_frees_the_port_whatever_the_clients_do,
    lifecycle::the_window_is_woken_for_changes_but_not_for_every_probe,
    lifecycle::a_hook_that_panics_ends_its_session_alone,
    log::a_session_is_told_in_order,
    log::the_last_probes_are_told_without_waiting_for_the_next,
}

#[test]
fn both_ends_count_the_same_bytes() {
    for wait in WaitStrategy::ALL {
        let (server, sessions) = start_keeping(waiting(wait));
        let from = Instant::now();
        let setup = "s tput 3 100000 0\n";
        let mut client = Client::set_up(server.local_addr(), setup);
        client.probes_and_closes(1, 3, 100_000);
        let of_probes = 3 * probe(1, 100_000).len() as u64;
        let received = (setup.len() + 2) as u64 + of_probes;
        let sent = (super::client::READY.len() + CLOSING.len()) as u64 + of_probes;

        let own = client.stream.local_addr().unwrap();
        let counted = server
            .log()
            .traffic_of(own, from)
            .expect("the end was read");
        assert_eq!((counted.received, counted.sent), (received, sent));
        assert_eq!(
            (counted.probes_received, counted.echoes_sent),
            (of_probes, of_probes)
        );
        eventually("the summary", || !sessions.lock().unwrap().is_empty());
        assert_eq!(sessions.lock().unwrap().remove(0).traffic, counted);
        assert_eq!(server.log().traffic_of(own, Instant::now()), None);
    }
}
