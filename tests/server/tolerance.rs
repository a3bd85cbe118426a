//! What a server that is not strict takes from strangers' clients.

use std::thread;
use std::time::{Duration, Instant};

use echograph::protocol::Dialect;
use echograph::server::{Server, ServerConfig, SessionEnd};

use super::client::{
    BAD_PROBE, BAD_SETUP, CLOSING, Client, READY, config, eventually, probe, speaking, start,
    start_keeping,
};

/// Longer than the silence that a server takes for an end.
const LONG: Duration = Duration::from_millis(600);

/// Says and hears in turn, and then hears the end.
fn served(config: ServerConfig, exchanges: &[(&str, &str)]) {
    let server = start(config);
    let mut client = Client::connect(server.local_addr());
    for (said, heard) in exchanges {
        client.say(said);
        client.hears(heard);
    }
    client.hears_the_end();
}

#[test]
pub fn blank_lines_and_nuls_between_messages_are_passed_over() {
    served(
        config(),
        &[
            ("\n\0\r\ns rtt 3 4 0\n\n", READY),
            ("\nm 1 abcd\n\n \n", "m 1 abcd\n"),
            ("\0m 2 abcd\n\nm 3 abcd\n", "m 2 abcd\nm 3 abcd\n"),
            ("\n\0\nt\n\n", CLOSING),
        ],
    );
}

#[test]
fn what_is_passed_over_between_messages_is_bounded() {
    let server = start(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 1 1 0\n");
    client.say("\n".repeat(5000));
    client.hears(BAD_PROBE);
    client.hears_the_end();
}

#[test]
fn what_is_passed_over_between_delayed_echoes_is_not_echoed() {
    served(
        config(),
        &[(
            "s rtt 3 1 20\n\nm 1 a\n\n\nm 2 b\n\0m 3 c\n\nt\n",
            "200 OK: Ready\nm 1 a\nm 2 b\nm 3 c\n200 OK: Closing Connection\n",
        )],
    );
}

#[test]
fn a_termination_may_have_blanks_behind_it_or_no_line_end() {
    for last in ["t \n", "t\t\r\n", "t", "t "] {
        let session = [("s rtt 1 1 0\n", READY), ("m 1 a\n", "m 1 a\n")];
        served(config(), &[session[0], session[1], (last, CLOSING)]);
    }
    let server = start(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 1 1 0\n");
    client.say("m 1 a\nt");
    client.stop_talking();
    client.hears(format!("m 1 a\n{CLOSING}"));
    client.hears_the_end();
}

#[test]
fn blanks_tabs_zeros_and_capitals_are_free() {
    for setup in [
        "s  rtt   1\t4  0\n",
        "s\trtt\t1\t4\t0\n",
        " s rtt 1 4 0 \r\n",
        "s rtt 001 04 00\n",
        "s RTT 1 4 0\n",
        "s rtt 1.0 4.00 0.0\n",
    ] {
        for message in ["m 1 abcd\n", "m  01 abcd\n", "m\t1\tabcd\n", "m 1 abcd\r\n"] {
            served(
                config(),
                &[(setup, READY), (message, message), ("t\n", CLOSING)],
            );
        }
    }
}

#[test]
fn a_delay_in_fractions_is_waited_for_in_fractions() {
    let (server, sessions) = start_keeping(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 50 1 0.5\n");
    let from = Instant::now();
    for seq in 1..=50 {
        client.say(probe(seq, 1));
        client.hears(probe(seq, 1));
    }
    assert!(from.elapsed() >= Duration::from_millis(25));
    client.say("t\n");
    client.hears(CLOSING);
    eventually("the summary", || !sessions.lock().unwrap().is_empty());
    let summary = sessions.lock().unwrap().remove(0);
    assert_eq!(summary.server_delay, Duration::from_micros(500));
    assert!(summary.to_string().contains("delay 0.5 ms"), "{summary}");
}

/// No line end anywhere: replies have none either.
#[test]
pub fn a_client_without_line_ends_is_served_without_them() {
    let server = start(config());
    let mut client = Client::connect(server.local_addr());
    client.say("s rtt 20 100 0");
    client.hears("200 OK: Ready");
    let payload = "x".repeat(100);
    let from = Instant::now();
    for seq in 1..=20 {
        let probe = format!("m {seq} {payload}");
        client.say(&probe);
        client.hears(&probe);
    }
    assert!(
        from.elapsed() < 20 * Duration::from_millis(250),
        "no probe is waited behind"
    );
    client.say("t");
    client.hears("200 OK: Closing Connection");
    client.hears_the_end();
}

#[test]
fn a_setup_without_a_line_end_may_be_followed_by_probes_with_one() {
    served(
        config(),
        &[
            ("s rtt 2 3 0", "200 OK: Ready"),
            ("m 1 abc\n", "m 1 abc\n"),
            ("m 2 abc\n", "m 2 abc\n"),
            ("t\n", "200 OK: Closing Connection"),
        ],
    );
}

#[test]
fn a_client_whose_probes_alone_lack_line_ends_is_waited_for_once() {
    let server = start(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 30 3 0\n");
    client.say("m 1 abc");
    client.hears("m 1 abc");
    let from = Instant::now();
    for seq in 2..=30 {
        let probe = format!("m {seq} abc");
        client.say(&probe);
        client.hears(&probe);
    }
    assert!(from.elapsed() < 29 * Duration::from_millis(250));
    // A line end that comes after all belongs to nothing.
    client.say("\nt\n");
    client.hears(CLOSING);
    client.hears_the_end();
}

#[test]
fn once_a_client_is_known_to_end_its_probes_they_need_their_end() {
    let server = start(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 3 3 0\n");
    client.say("m 1 abc\nm 2 abc");
    client.hears("m 1 abc\n");
    thread::sleep(LONG);
    client.say("\n");
    client.hears("m 2 abc\n");
    client.say("m 3 abcm");
    client.hears(BAD_PROBE);
    client.hears_the_end();
}

#[test]
pub fn a_payload_may_hold_any_byte_where_the_count_shows_it() {
    let server = start(config());
    let mut client = Client::set_up(server.local_addr(), "s rtt 3 256 0\n");
    for seq in 1..=3 {
        let mut message = format!("m {seq} ").into_bytes();
        message.extend(0..=255);
        message.push(b'\n');
        client.say(&message);
        client.hears(&message);
    }
    client.say("t\n");
    client.hears(CLOSING);
    client.hears_the_end();
}

#[test]
fn a_payload_that_ends_too_soon_is_refused_after_a_silence() {
    for before in ["", "m 1 abcde\n"] {
        let server = start(config());
        let mut client = Client::set_up(server.local_addr(), "s rtt 4 5 0\n");
        client.say(before);
        client.hears(before);
        let next = if before.is_empty() { 1 } else { 2 };
        let from = Instant::now();
        client.say(format!("m {next} abc\n"));
        client.hears(BAD_PROBE);
        assert!(from.elapsed() >= Duration::from_millis(200));
        client.hears_the_end();
    }
}

#[test]
fn a_count_may_begin_at_zero() {
    served(
        config(),
        &[
            ("s rtt 2 1 0\n", READY),
            ("m 0 a\n", "m 0 a\n"),
            ("m 1 a\n", "m 1 a\n"),
            ("t\n", CLOSING),
        ],
    );
    served(
        config(),
        &[
            ("s rtt 3 1 0\nm 0 a\n", "200 OK: Ready\nm 0 a\n"),
            ("m 2 a\n", BAD_PROBE),
        ],
    );
}

#[test]
pub fn each_dialect_is_recognised_and_answered_in() {
    for dialect in [Dialect::Boston, Dialect::Bologna, Dialect::BostonSizeFirst] {
        let number_first = [
            ("s rtt 2 3 0\n", READY),
            ("m 1 abc\n", "m 1 abc\n"),
            ("m 2 1 2\n", "m 2 1 2\n"),
            ("t\n", CLOSING),
        ];
        served(speaking(dialect), &number_first);
        let size_first = [
            ("s rtt 3 2 0\n", READY),
            ("m abc 1\n", "m abc 1\n"),
            ("m 1 2 2\n", "m 1 2 2\n"),
            ("t\n", CLOSING),
        ];
        served(speaking(dialect), &size_first);
        let mut bologna = vec![("h thput 20 1 0\n", "200 OK - Ready\n")];
        let probes: Vec<_> = (1..=20).map(|seq| probe(seq, 1)).collect();
        bologna.extend(probes.iter().map(|probe| (probe.as_str(), probe.as_str())));
        bologna.push(("b\n", "200 OK - Closing\n"));
        served(speaking(dialect), &bologna);
    }
    let invalid = "404 ERROR - Invalid Hello message\n";
    served(config(), &[("h rtt 19 1 0\n", invalid)]);
    served(config(), &[("h ping 20 1 0\n", invalid)]);
}

#[test]
fn a_setup_without_an_end_is_refused_when_nothing_that_may_come_can_make_it_right() {
    let server = start(config());
    for setup in [
        "s rtt 10 0 0",
        "s rtt 0 10 0",
        "s rtt 10 100 0 5",
        "s rtt ten 100 0",
        "s ping 10 100 0",
        "t\\n",
        "m 1 abc",
    ] {
        let mut client = Client::connect(server.local_addr());
        client.say(setup);
        client.hears(BAD_SETUP);
        client.hears_the_end();
    }
    // What may still become one is waited for.
    for (now, later) in [
        ("s rtt 10 1", "00 0\n"),
        ("s r", "tt 10 100 0\n"),
        ("s rtt 10 100 0.", "5\n"),
    ] {
        let mut client = Client::connect(server.local_addr());
        client.say(now);
        std::thread::sleep(LONG);
        client.say(later);
        client.hears(READY);
    }
}

#[test]
fn the_size_may_stand_before_the_probes_in_the_setup_alone() {
    let probe = |seq: u32, size: usize| format!("m {seq} {}\n", "a".repeat(size));
    for (size, probes, end) in [(12, 2, "\n"), (2, 12, "\n"), (12, 2, ""), (2, 12, "")] {
        let server = start(config());
        let mut client = Client::connect(server.local_addr());
        client.say(format!("s rtt {size} {probes} 0{end}"));
        client.hears(if end.is_empty() {
            READY.trim_end()
        } else {
            READY
        });
        for seq in 1..=probes {
            let probe = probe(seq, size);
            let probe = if end.is_empty() {
                probe.trim_end()
            } else {
                &probe
            };
            client.say(probe);
            client.hears(probe);
        }
        client.say(format!("t{end}"));
        client.hears(if end.is_empty() {
            CLOSING.trim_end()
        } else {
            CLOSING
        });
        client.hears_the_end();
    }
    // What fits neither way is refused as ever.
    for size in [1, 3, 11, 13] {
        served(
            config(),
            &[("s rtt 12 2 0\n", READY), (&probe(1, size), BAD_PROBE)],
        );
    }
}

#[test]
fn blanks_about_a_payload_and_decimals_of_a_number_are_taken_where_the_count_shows_them() {
    for message in [
        "m 1  hello\n",
        "m \t 1    hello\n",
        "m 1 hello \n",
        "m 1 hello\t \r\n",
        "m 1.0 hello\n",
        "m 01.000  hello \n",
        "m 1  hell\n",
        "m 1 hell \n",
        "m 1 he lo\n",
    ] {
        served(
            config(),
            &[
                ("s rtt 1 5 0\n", READY),
                (message, message),
                ("t\n", CLOSING),
            ],
        );
    }
    for (message, answer) in [
        ("m 1.5 hello\n", BAD_PROBE),
        ("m 1. hello\n", BAD_PROBE),
        ("m 1   hell\n", BAD_PROBE),
    ] {
        let server = start(config());
        let mut client = Client::set_up(server.local_addr(), "s rtt 1 5 0\n");
        client.say(message);
        client.hears(answer);
    }
}

#[test]
fn a_size_first_client_without_line_ends_may_count_from_zero() {
    let server = start(config());
    let mut client = Client::connect(server.local_addr());
    client.say("s rtt 6 12 0.0");
    client.hears("200 OK: Ready");
    for seq in 0..12 {
        let probe = format!("m abc\nef {seq}");
        client.say(&probe);
        client.hears(&probe);
    }
    client.say("t ");
    client.hears("200 OK: Closing Connection");
    client.hears_the_end();
}

#[test]
fn a_size_first_session_keeps_the_limits() {
    let server = start(config());
    // Read that way it would be more probes than there may be.
    let mut client = Client::set_up(server.local_addr(), "s rtt 9 2000000 0\n");
    client.say("m abcdefghi 1\n");
    client.hears(BAD_PROBE);
    client.hears_the_end();
}

#[test]
fn numbers_of_five_digits_have_the_line_end_counted_in_the_size() {
    let server = start(config());
    let mut client = Client::connect(server.local_addr());
    client.say("h rtt 00020 00006 00000\n");
    client.hears("200 OK - Ready\n");
    for seq in 0..20 {
        let probe = format!("m {seq:05} \nabcd\n");
        client.say(&probe);
        client.hears(&probe);
    }
    client.say("b\n\0");
    client.hears("200 OK - Closing\n");
    client.hears_the_end();
}

#[test]
pub fn several_sessions_may_follow_each_other_on_a_connection() {
    let (server, sessions) = start_keeping(config());
    let mut client = Client::connect(server.local_addr());
    let probes = |client: &mut Client, from: u32| {
        for seq in from..from + 3 {
            client.say(probe(seq, 4));
            client.hears(probe(seq, 4));
        }
    };
    client.say("s rtt 3 4 0\n");
    client.hears(READY);
    probes(&mut client, 1);
    client.say("t\n");
    client.hears(CLOSING);
    // The next one behind a closing reply, and one where the termination could stand.
    client.say("s tput 3 4 0\n");
    client.hears(READY);
    probes(&mut client, 0);
    client.say("s rtt 3 4 0\n");
    client.hears(READY);
    probes(&mut client, 1);
    // The same probes once more.
    probes(&mut client, 1);
    client.say("t\n");
    client.hears(CLOSING);
    client.hears_the_end();
    eventually("three summaries", || sessions.lock().unwrap().len() == 3);
    let ends: Vec<_> = sessions
        .lock()
        .unwrap()
        .iter()
        .map(|s| (s.end.clone(), s.probes_echoed))
        .collect();
    assert_eq!(
        ends,
        [
            (SessionEnd::Complete, 3),
            (SessionEnd::Continued, 3),
            (SessionEnd::Complete, 6)
        ]
    );
    eventually("its place is free", || server.status().connections_now == 0);
    eventually("all memory is back", || server.status().memory_in_use == 0);
}

#[test]
fn several_sessions_may_come_in_one_piece() {
    let session = "s rtt 1 2 0\nm 1 ab\nt\n";
    let answer = format!("{READY}m 1 ab\n{CLOSING}");
    served(config(), &[(&session.repeat(3), &answer.repeat(3))]);
}

#[test]
fn each_of_several_sessions_counts_its_own_bytes() {
    let (server, sessions) = start_keeping(config());
    let mut client = Client::connect(server.local_addr());
    let session = "s rtt 1 2 0\nm 1 ab\nt\n";
    client.say(session.repeat(2) + "s rtt 1 2 0\nm 1 ab\n" + session + "s");
    client.stop_talking();
    let answer = format!("{READY}m 1 ab\n{CLOSING}");
    client.hears(answer.repeat(2) + READY + "m 1 ab\n" + &answer);
    client.hears_the_end();
    eventually("four summaries", || sessions.lock().unwrap().len() == 4);
    let received: Vec<u64> = sessions
        .lock()
        .unwrap()
        .iter()
        .map(|summary| summary.traffic.received)
        .collect();
    assert_eq!(received[..3], [21, 21, 19]);
}

#[test]
fn a_strict_server_serves_one_session_a_connection() {
    let strict = ServerConfig {
        strict: true,
        ..config()
    };
    served(
        strict,
        &[(
            "s rtt 1 1 0\nm 1 a\nt\ns rtt 1 1 0\n",
            "200 OK: Ready\nm 1 a\n200 OK: Closing Connection\n",
        )],
    );
}

#[test]
fn a_session_that_follows_finds_a_full_server_full() {
    let server = start(ServerConfig {
        max_connections: 1,
        ..config()
    });
    let to = server.local_addr();
    let mut client = Client::set_up(to, "s rtt 1 1 0\n");
    client.say("m 1 a\nt\n");
    client.hears(format!("m 1 a\n{CLOSING}"));
    // The place was given up with the closing reply; whoever comes first has it.
    let mut other = Client::set_up(to, "s rtt 1 1 0\n");
    client.stop_talking();
    client.hears_the_end();
    other.probes_and_closes(1, 1, 1);
}

#[test]
fn what_is_no_setup_stays_refused() {
    for setup in [
        "x rtt 1 1 0\n",
        "s ping 1 1 0\n",
        "s 0 1 1 0\n",
        "sx rtt 1 1 0\n",
    ] {
        served(config(), &[(setup, BAD_SETUP)]);
    }
}

/// What is said in a session, and what is heard.
fn sessions() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (setup, ready, bye, closing) in [
        ("s rtt 20 7 0\n", READY, "t\n", CLOSING),
        ("\n\0s\trtt  020\t7  0.0 \r\n", READY, "t \r\n", CLOSING),
        (
            "h thput 20 7 0\n",
            "200 OK - Ready\n",
            "b\n",
            "200 OK - Closing\n",
        ),
    ] {
        for first in [0, 1] {
            for payload in ["abcdefg", "1 2\n\0 \n"] {
                let probes = lines(first, |seq| format!("m {seq} {payload}\n"));
                let said = format!("{setup}{probes}{bye}");
                all.push((said, format!("{ready}{probes}{closing}")));
            }
        }
    }
    let probes = lines(1, |seq| format!("m abcdefg {seq}\n"));
    let said = format!("s rtt 7 20 0\n{probes}t\n");
    all.push((said, format!("{READY}{probes}{CLOSING}")));
    all
}

/// Twenty probes in a row.
fn lines(first: u32, line: impl Fn(u32) -> String) -> String {
    let all: Vec<String> = (first..first + 20).map(line).collect();
    all.concat()
}

#[test]
fn a_session_cut_into_any_pieces_is_served_the_same() {
    let server = start(ServerConfig {
        // This client may be kept waiting for a processor, and means nothing by it.
        silence: Duration::from_secs(20),
        ..config()
    });
    let mut state = 7_u64;
    for (said, answer) in sessions() {
        for longest in [1, 3, 11, 60] {
            let mut client = Client::connect(server.local_addr());
            let mut rest = said.as_bytes();
            while !rest.is_empty() {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let cut = 1 + (state >> 33) % longest;
                let cut = usize::try_from(cut).unwrap().min(rest.len());
                let (piece, more) = rest.split_at(cut);
                client.say(piece);
                rest = more;
                if state >> 62 == 0 {
                    thread::sleep(Duration::from_micros(200));
                }
            }
            client.hears(&answer);
            client.hears_the_end();
        }
    }
}

#[test]
fn a_termination_may_come_over_a_connection_of_its_own() {
    let (server, kept) = start_keeping(config());
    for (setup, probe, own) in [
        ("s rtt 1 3 0\n", "m 1 abc\n", "t\n"),
        // As somebody types it at a prompt.
        ("s rtt 1 3 0\\n", "m 0 abc", "t\\n"),
    ] {
        let typed = setup.ends_with("\\n");
        let ended = |text: &'static str| if typed { text.trim_end() } else { text };
        let mut client = Client::connect(server.local_addr());
        client.say(setup);
        client.hears(ended(READY));
        client.say(probe);
        client.hears(probe);
        let together = kept.lock().unwrap().len();
        drop(client);
        eventually("it has left", || kept.lock().unwrap().len() > together);
        let mut client = Client::connect(server.local_addr());
        client.say(own);
        client.hears(ended(CLOSING));
        client.hears_the_end();
        eventually("it has ended", || kept.lock().unwrap().len() > together + 1);
        let last = kept.lock().unwrap().last().unwrap().clone();
        assert_eq!(last.end, SessionEnd::Complete);
        let line = last.to_string();
        let said = "the termination over a connection of its own";
        assert!(line.contains(said), "{line}");
        // Once, and nothing else in its place.
        let mut client = Client::connect(server.local_addr());
        client.say("t\n");
        client.hears(BAD_SETUP);
        client.hears_the_end();
    }
}

#[test]
fn a_session_that_was_left_goes_on_with_its_termination_alone() {
    let refused = |server: &Server, said: &str| {
        let mut client = Client::connect(server.local_addr());
        client.say(said);
        client.hears(BAD_SETUP);
        client.hears_the_end();
    };
    let left = |config, said: &str| {
        let (server, kept) = start_keeping(config);
        let mut client = Client::set_up(server.local_addr(), "s rtt 2 3 0\n");
        client.say(said);
        client.hears(said);
        drop(client);
        eventually("it has left", || kept.lock().unwrap().len() == 1);
        server
    };
    // The last probe is missing, or the server is strict.
    refused(&left(config(), "m 1 abc\n"), "m 2 abc\n");
    refused(&left(config(), "m 1 abc\n"), "t\n");
    let strict = ServerConfig {
        strict: true,
        ..config()
    };
    refused(&left(strict, "m 1 abc\nm 2 abc\n"), "t\n");
    // All is there: a probe more is none of it, and a setup is another session's.
    let server = left(config(), "m 1 abc\nm 2 abc\n");
    refused(&server, "m 3 abc\n");
    drop(Client::set_up(server.local_addr(), "s rtt 2 3 0\n"));
}
