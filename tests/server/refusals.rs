//! Everything that is refused: the 404 of its phase arrives, and then an end, not a reset.

use echograph::protocol::{Dialect, Limits, Phase, RefusalReason};
use echograph::server::{ServerConfig, SessionEnd};

use super::client::{
    BAD_PROBE, BAD_SETUP, BAD_TERMINATION, Client, config, eventually, probe, speaking, start,
    start_keeping,
};

/// A client that goes on sending after its mistake still reads the refusal, then the end.
fn refused(config: ServerConfig, before: &str, mistake: &str, answer: &str) {
    let server = start(config);
    for and_more in ["", "more", &"m 1 more than a buffer holds\n".repeat(3000)] {
        let mut client = Client::connect(server.local_addr());
        client.say(format!("{before}{mistake}{and_more}"));
        client.hears(answer);
        client.hears_the_end();
    }
}

#[test]
fn a_bad_setup() {
    for setup in [
        "x rtt 1 1 0\n",
        "s xyz 1 1 0\n",
        "s rtt 1 1\n",
        "s rtt 1 1 0 0\n",
        "s rtt 0 1 0\n",
        "s rtt 1 0 0\n",
        "s rtt 1 1 -1\n",
        "s rtt 1 1.5 0\n",
        "s rtt 1 1 1.5.5\n",
        "s rtt 1 99999999999999999999999 0\n",
        "s rtt 99999999999 1 0\n",
        "s rtt 1 1 99999999999999\n",
        "m 1 a\n",
        "t\n",
        "GET / HTTP/1.1\r\n",
    ] {
        refused(config(), "", setup, BAD_SETUP);
        refused(strict(), "", setup, BAD_SETUP);
    }
}

fn strict() -> ServerConfig {
    ServerConfig {
        strict: true,
        ..config()
    }
}

#[test]
fn a_setup_line_that_never_ends() {
    refused(config(), "", &"s".repeat(1000), BAD_SETUP);
}

#[test]
fn a_setup_that_asks_for_more_than_the_limits() {
    let limits = Limits {
        max_message_size: 100,
        max_probes: 10,
        max_delay_ms: 1000,
        ..Limits::default()
    };
    for setup in ["s rtt 11 1 0\n", "s rtt 1 101 0\n", "s rtt 1 1 1001\n"] {
        let config = ServerConfig { limits, ..config() };
        refused(config, "", setup, BAD_SETUP);
    }
}

#[test]
fn a_strict_server_takes_a_setup_only_to_the_letter() {
    for setup in [
        "s  rtt 1 1 0\n",
        "s\trtt 1 1 0\n",
        "s rtt 1 1 0 \n",
        "s rtt 1 1 0\r\n",
        "s RTT 1 1 0\n",
        "s thput 1 1 0\n",
        "s rtt 1 1 0.5\n",
        "s rtt 1.0 1 0\n",
        "\ns rtt 1 1 0\n",
        "h rtt 20 1 0\n",
        "\n",
    ] {
        refused(strict(), "", setup, BAD_SETUP);
    }
}

#[test]
fn a_strict_server_takes_a_probe_only_to_the_letter() {
    for mistake in [
        "m 0 abcd\n",
        "m 01 abcd\n",
        "m  1 abcd\n",
        "m\t1 abcd\n",
        "m ab 1\n",
        "m 1 a\ncd\n",
        "\n",
    ] {
        let answer = format!("200 OK: Ready\n{BAD_PROBE}");
        refused(strict(), "s rtt 2 4 0\n", mistake, &answer);
    }
    let answer = format!("200 OK: Ready\nm 1 a\n{BAD_TERMINATION}");
    for mistake in ["t \n", "\n", "s rtt 1 1 0\n", "m 1 a\n"] {
        refused(strict(), "s rtt 1 1 0\nm 1 a\n", mistake, &answer);
    }
}

#[test]
pub fn a_probe_that_is_not_what_was_announced() {
    let wrong = [
        "m 2 abcd\n",      // the sequence number
        "m 02 abcd\n",     //
        "m -1 abcd\n",     //
        "x 1 abcd\n",      // the letter
        "m 1 abc\n",       // too short
        "m 1 abcde\n",     // too long
        "m 1 abcdefghijk", // too long, and no end yet
        "t\n",             // too early
        "s rtt 2 4 0\n",
    ];
    for mistake in wrong {
        let answer = format!("200 OK: Ready\n{BAD_PROBE}");
        refused(config(), "s rtt 2 4 0\n", mistake, &answer);
    }
}

#[test]
fn a_probe_that_comes_twice_after_the_echo_of_the_first() {
    let answer = format!("200 OK: Ready\nm 1 abcd\n{BAD_PROBE}");
    refused(config(), "s rtt 2 4 0\nm 1 abcd\n", "m 1 abcd\n", &answer);
}

#[test]
fn an_early_termination_after_some_probes() {
    let answer = format!("200 OK: Ready\nm 1 abcd\n{BAD_PROBE}");
    refused(config(), "s rtt 2 4 0\nm 1 abcd\n", "t\n", &answer);
}

#[test]
pub fn a_refusal_comes_after_the_echoes_still_owed() {
    let answer = format!("200 OK: Ready\nm 1 abcd\n{BAD_PROBE}");
    refused(config(), "s rtt 2 4 30\nm 1 abcd\n", "m 3 abcd\n", &answer);
}

#[test]
fn anything_but_the_termination_after_the_last_probe() {
    let answer = format!("200 OK: Ready\nm 1 a\n{BAD_TERMINATION}");
    for mistake in ["m 2 a\n", "x\n", "tt\n", "ss rtt 1 1 0\n"] {
        refused(config(), "s rtt 1 1 0\nm 1 a\n", mistake, &answer);
    }
}

#[test]
fn a_bologna_session_of_fewer_than_twenty_probes() {
    let answer = "404 ERROR - Invalid Hello message\n";
    refused(speaking(Dialect::Bologna), "", "h rtt 19 1 0\n", answer);
}

#[test]
pub fn the_end_of_the_stream_inside_a_message() {
    let server = start(config());
    for (said, answer) in [
        ("s rtt", BAD_SETUP.to_owned()),
        (
            "s rtt 1 9 0\nm 1 abc",
            format!("200 OK: Ready\n{BAD_PROBE}"),
        ),
        (
            "s rtt 1 1 0\nm 1 a\nm 1",
            format!("200 OK: Ready\nm 1 a\n{BAD_TERMINATION}"),
        ),
    ] {
        let mut client = Client::connect(server.local_addr());
        client.say(said);
        client.stop_talking();
        client.hears(answer);
        client.hears_the_end();
    }
}

#[test]
pub fn a_client_that_leaves_between_messages_is_no_refusal() {
    let (server, sessions) = start_keeping(config());
    for (said, heard, phase) in [
        ("", "", Phase::Setup),
        ("s rtt 2 1 0\n", "200 OK: Ready\n", Phase::Measurement),
        (
            "s rtt 1 1 0\nm 1 a\n",
            "200 OK: Ready\nm 1 a\n",
            Phase::Termination,
        ),
    ] {
        let mut client = Client::connect(server.local_addr());
        client.say(said);
        client.hears(heard);
        client.stop_talking();
        client.hears_the_end();
        eventually("the summary", || !sessions.lock().unwrap().is_empty());
        let end = sessions.lock().unwrap().remove(0).end;
        assert_eq!(end, SessionEnd::ClientLeft(phase));
    }
}

#[test]
fn a_full_server_refuses_and_serves_again_when_there_is_room() {
    let (server, sessions) = start_keeping(ServerConfig {
        max_connections: 2,
        ..config()
    });
    let to = server.local_addr();
    let mut one = Client::set_up(to, "s rtt 1 1 0\n");
    let _two = Client::set_up(to, "s rtt 1 1 0\n");
    for setup in ["s rtt 1 1 0\n", "s rtt 1 1 0\nm 1 a\nt\n", ""] {
        let mut three = Client::connect(to);
        three.say(setup);
        three.hears(BAD_SETUP);
        three.hears_the_end();
    }
    eventually("three summaries", || sessions.lock().unwrap().len() == 3);
    for summary in sessions.lock().unwrap().iter() {
        assert!(
            matches!(summary.end, SessionEnd::Refused(refusal) if refusal.reason == RefusalReason::ServerFull),
            "{summary}"
        );
    }
    one.probes_and_closes(1, 1, 1);
    Client::set_up(to, "s rtt 1 1 0\n").probes_and_closes(1, 1, 1);
}

#[test]
pub fn a_session_that_needs_more_memory_than_there_is() {
    let (server, sessions) = start_keeping(ServerConfig {
        memory_budget: 300_000,
        ..config()
    });
    let to = server.local_addr();
    let mut big = Client::set_up(to, "s rtt 1 1000000 0\n");
    let mut small = Client::set_up(to, "s rtt 1 100 0\n");
    big.say(&probe(1, 1_000_000)[..700_000]);
    big.hears(BAD_PROBE);
    big.hears_the_end();
    small.probes_and_closes(1, 1, 100);
    eventually("the summaries", || sessions.lock().unwrap().len() == 2);
    assert!(
        sessions.lock().unwrap().iter().any(
            |summary| matches!(summary.end, SessionEnd::Refused(refusal) if refusal.reason == RefusalReason::OutOfMemory)
        )
    );
    eventually("all memory is back", || server.status().memory_in_use == 0);
}
