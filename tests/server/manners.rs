//! A server that does otherwise than the text: each option, and each server of the catalogue, as the client
//! sees it.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use echograph::protocol::DelayUnit;
use echograph::server::{Act, Manner, ReplyEnd, Server, ServerConfig, SessionEnd, Texts};

use super::client::{
    BAD_PROBE, BAD_SETUP, CLOSING, Client, READY, config, eventually, probe, start, start_keeping,
};

fn behaving(manner: Manner) -> ServerConfig {
    ServerConfig { manner, ..config() }
}

fn acting(name: &str) -> Server {
    let act: Act = name.parse().expect("it is in the catalogue");
    start(behaving(act.manner()))
}

/// What a client hears of a session of two probes, up to the end.
fn heard(server: &Server) -> String {
    let mut client = Client::connect(server.local_addr());
    client.say("s rtt 2 3 0\nm 1 abc\nm 2 def\nt\n");
    let mut all = Vec::new();
    client.stream.read_to_end(&mut all).expect("an end");
    String::from_utf8(all).expect("text")
}

#[test]
fn replies_end_as_they_are_told_to() {
    for (end, text) in [
        (ReplyEnd::AsTheClient, "\n"),
        (ReplyEnd::Newline, "\n"),
        (ReplyEnd::Nothing, ""),
        (ReplyEnd::Nul, "\0"),
        (ReplyEnd::CrLf, "\r\n"),
    ] {
        let server = start(behaving(Manner {
            reply_end: end,
            ..Manner::default()
        }));
        let expected =
            format!("200 OK: Ready{text}m 1 abc\nm 2 def\n200 OK: Closing Connection{text}");
        assert_eq!(heard(&server), expected, "{end}");
        let mut refused = Client::connect(server.local_addr());
        refused.say("x\n");
        let invalid = BAD_SETUP.trim_end();
        refused.hears(format!("{invalid}{text}"));
        refused.hears_the_end();
    }
    // A client that ends nothing is answered with a line end where that is chosen.
    let server = start(behaving(Manner {
        reply_end: ReplyEnd::Newline,
        ..Manner::default()
    }));
    let mut client = Client::connect(server.local_addr());
    client.say("s rtt 1 1 0");
    client.hears(READY);
}

#[test]
fn echoes_follow_their_template() {
    for (template, echo) in [
        ("{message}\\n", "m 1 abc\n"),
        ("{message}", "m 1 abc"),
        ("{payload}", "abc"),
        ("{payload}\\n", "abc\n"),
        ("<{payload}>\\x00", "<abc>\0"),
        ("got {message} (200 OK)\\n", "got m 1 abc (200 OK)\n"),
    ] {
        for (piece, delay) in [(None, "0"), (Some(1), "0"), (Some(3), "2"), (None, "2")] {
            let server = start(behaving(Manner {
                echo: Some(template.parse().expect("a template")),
                piece: piece.map(|bytes| bytes.try_into().expect("more than 0")),
                ..Manner::default()
            }));
            let mut client = Client::set_up(server.local_addr(), &format!("s rtt 2 3 {delay}\n"));
            // Together, with a stray line end, and a size that is the same in both.
            client.say("m 1 abc\n\nm 2 abc\nt\n");
            let second = echo.replace('1', "2");
            client.hears(format!("{echo}{second}{CLOSING}"));
            client.hears_the_end();
        }
    }
}

#[test]
fn a_payload_alone_comes_back_of_a_size_first_message_too() {
    let server = acting("echo-payload");
    let mut client = Client::set_up(server.local_addr(), "s rtt 3 2 0\n");
    for payload in ["abc", "1 2"] {
        let seq = if payload == "abc" { 1 } else { 2 };
        client.say(format!("m {payload} {seq}\n"));
        client.hears(payload);
    }
}

#[test]
fn a_large_echo_in_small_pieces_comes_back_whole_and_leaves_time_for_others() {
    let server = acting("byte-by-byte");
    let mut large = Client::set_up(server.local_addr(), "s tput 1 100000 0\n");
    large.say(probe(1, 100_000));
    let mut small = Client::set_up(server.local_addr(), "s rtt 3 5 0\n");
    small.probes_and_closes(1, 3, 5);
    large.hears(probe(1, 100_000));
}

#[test]
fn replies_may_be_in_other_words() {
    let server = start(behaving(Manner {
        texts: Texts {
            ready: Some("200 OK:READY".to_owned()),
            closing: Some("1 OK: bye".to_owned()),
            bad_setup: Some("404 A".to_owned()),
            bad_probe: Some("404 B".to_owned()),
            bad_termination: Some("404 C".to_owned()),
        },
        ..Manner::default()
    }));
    assert_eq!(
        heard(&server),
        "200 OK:READY\nm 1 abc\nm 2 def\n1 OK: bye\n"
    );
    for (said, answer) in [
        ("x\n", "404 A\n"),
        ("s rtt 1 1 0\nx\n", "200 OK:READY\n404 B\n"),
        ("s rtt 1 1 0\nm 1 a\nx\n", "200 OK:READY\nm 1 a\n404 C\n"),
    ] {
        let mut client = Client::connect(server.local_addr());
        client.say(said);
        client.hears(answer);
        client.hears_the_end();
    }
}

#[test]
fn a_delay_is_of_the_unit_that_is_chosen() {
    for (unit, delay, least, setup) in [
        (DelayUnit::Seconds, "0.05", 50, READY),
        (DelayUnit::Milliseconds, "50", 50, READY),
        (DelayUnit::Microseconds, "50000", 50, READY),
        (DelayUnit::Nanoseconds, "50000000", 50, READY),
        (DelayUnit::Ignored, "3600000000", 0, READY),
        (DelayUnit::Seconds, "3601", 0, BAD_SETUP),
    ] {
        let (server, sessions) = start_keeping(behaving(Manner {
            delay_unit: unit,
            ..Manner::default()
        }));
        let mut client = Client::connect(server.local_addr());
        client.say(format!("s rtt 1 1 {delay}\n"));
        client.hears(setup);
        if setup == BAD_SETUP {
            continue;
        }
        let from = Instant::now();
        client.say("m 1 a\n");
        client.hears("m 1 a\n");
        assert!(from.elapsed() >= Duration::from_millis(least), "{unit}");
        client.say("t\n");
        client.hears(CLOSING);
        eventually("the summary", || !sessions.lock().unwrap().is_empty());
        let known = sessions.lock().unwrap().remove(0).server_delay;
        assert_eq!(known, Duration::from_millis(least), "{unit}");
    }
}

#[test]
fn only_one_first_number_will_do_where_that_is_chosen() {
    for (act, right, wrong) in [("from-zero", 0, 1), ("from-one", 1, 0)] {
        for strict in [false, true] {
            let act: Act = act.parse().expect("it is in the catalogue");
            let server = start(ServerConfig {
                strict,
                ..behaving(act.manner())
            });
            let mut client = Client::set_up(server.local_addr(), "s rtt 2 4 0\n");
            client.probes_and_closes(right, right + 1, 4);
            let mut client = Client::set_up(server.local_addr(), "s rtt 2 4 0\n");
            client.say(probe(wrong, 4));
            client.hears(BAD_PROBE);
            client.hears_the_end();
        }
    }
}

#[test]
fn sessions_may_need_more_probes_and_sizes_of_a_list() {
    for (act, good, bad) in [
        ("twenty-probes", "s rtt 20 5 0\n", "s rtt 19 5 0\n"),
        ("listed-sizes", "s rtt 5 1000 0\n", "s rtt 5 77 0\n"),
    ] {
        let server = acting(act);
        Client::set_up(server.local_addr(), good);
        let mut client = Client::connect(server.local_addr());
        client.say(bad);
        client.hears(BAD_SETUP);
        client.hears_the_end();
    }
}

#[test]
fn a_server_that_serves_once_ends_by_itself() {
    let server = acting("once");
    assert!(!server.has_ended());
    let mut client = Client::set_up(server.local_addr(), "s rtt 1 1 0\n");
    // One that comes meanwhile is lost with it.
    let mut second = Client::connect(server.local_addr());
    second.say("s rtt 1 1 0\n");
    client.probes_and_closes(1, 1, 1);
    client.stop_talking();
    eventually("it ends", || server.has_ended());
    let heard = second.stream.read(&mut [0; 9]);
    assert!(matches!(heard, Ok(0) | Err(_)), "{heard:?}");
    assert!(TcpStream::connect(server.local_addr()).is_err());
}

#[test]
fn a_server_that_never_answers_the_termination_has_the_client_close() {
    let (server, sessions) = start_keeping(behaving(
        "no-closing"
            .parse::<Act>()
            .expect("in the catalogue")
            .manner(),
    ));
    let mut client = Client::set_up(server.local_addr(), "s rtt 1 1 0\n");
    client.say("m 1 a\nt\n");
    client.hears("m 1 a\n");
    eventually("the summary", || !sessions.lock().unwrap().is_empty());
    assert_eq!(sessions.lock().unwrap().remove(0).end, SessionEnd::Complete);
    let patience = Some(Duration::from_millis(400));
    client
        .stream
        .set_read_timeout(patience)
        .expect("a time-out");
    let nothing = client.stream.read(&mut [0; 9]).expect_err("no reply");
    assert!(
        matches!(nothing.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{nothing}"
    );
    client.stop_talking();
    client.hears_the_end();
}

#[test]
fn a_server_that_resets_does_so_behind_its_closing_reply() {
    let server = acting("reset");
    let mut client = Client::set_up(server.local_addr(), "s rtt 1 1 0\n");
    client.say("m 1 a\n");
    client.hears("m 1 a\n");
    client.say("t\n");
    client.hears(CLOSING);
    let broken = client.stream.read(&mut [0; 9]).expect_err("a reset");
    assert_eq!(broken.kind(), ErrorKind::ConnectionReset);
}

/// What each server of the catalogue that answers does to a plain session, seen on the wire.
#[test]
fn the_catalogue_does_what_it_says() {
    for (act, expected) in [
        (
            "the text",
            "200 OK: Ready\nm 1 abc\nm 2 def\n200 OK: Closing Connection\n",
        ),
        (
            "no-reply-end",
            "200 OK: Readym 1 abc\nm 2 def\n200 OK: Closing Connection",
        ),
        (
            "nul-reply-end",
            "200 OK: Ready\0m 1 abc\nm 2 def\n200 OK: Closing Connection\0",
        ),
        (
            "crlf-reply-end",
            "200 OK: Ready\r\nm 1 abc\nm 2 def\n200 OK: Closing Connection\r\n",
        ),
        ("other-words", "200 Ready\nm 1 abc\nm 2 def\n200 OK:Bye\n"),
        (
            "echo-without-end",
            "200 OK: Ready\nm 1 abcm 2 def200 OK: Closing Connection\n",
        ),
        (
            "echo-payload",
            "200 OK: Ready\nabcdef200 OK: Closing Connection\n",
        ),
        (
            "echo-payload-line",
            "200 OK: Ready\nabc\ndef\n200 OK: Closing Connection\n",
        ),
        (
            "echo-prefix",
            "200 OK: Ready\n100 Data: abc\n100 Data: def\n200 OK: Closing Connection\n",
        ),
        (
            "echo-suffix",
            "200 OK: Ready\nm 1 abc (200 OK)\nm 2 def (200 OK)\n200 OK: Closing Connection\n",
        ),
        (
            "echo-nul",
            "200 OK: Ready\nm 1 abc\n\0m 2 def\n\x00200 OK: Closing Connection\n",
        ),
        (
            "byte-by-byte",
            "200 OK: Ready\nm 1 abc\nm 2 def\n200 OK: Closing Connection\n",
        ),
        (
            "pieces",
            "200 OK: Ready\nm 1 abc\nm 2 def\n200 OK: Closing Connection\n",
        ),
        (
            "once",
            "200 OK: Ready\nm 1 abc\nm 2 def\n200 OK: Closing Connection\n",
        ),
    ] {
        assert_eq!(heard(&acting(act)), expected, "{act}");
    }
}

#[test]
fn the_servers_of_the_catalogue_take_the_delay_for_what_they_say() {
    for (act, delay, least, unlike) in [
        // A second, where a millisecond is asked for.
        ("seconds", "1", Duration::from_secs(1), "ms"),
        // Milliseconds, where an hour is.
        (
            "nanoseconds",
            "3600000",
            Duration::from_micros(3600),
            "an hour",
        ),
        ("no-delay", "3600000", Duration::ZERO, "an hour"),
    ] {
        let server = acting(act);
        let mut client = Client::set_up(server.local_addr(), &format!("s rtt 1 3 {delay}\n"));
        let began = Instant::now();
        client.say("m 1 abc\n");
        // It waits far less than an hour for an echo.
        client.hears("m 1 abc\n");
        assert!(began.elapsed() >= least, "{act} is unlike {unlike}");
    }
}

#[test]
fn an_echo_in_pieces_is_found_in_part_by_a_quick_reader() {
    let server = acting("byte-by-byte");
    let mut client = Client::set_up(server.local_addr(), "s rtt 100000 900 0\n");
    let mut seq = 0;
    eventually("a read finds a part of an echo", || {
        seq += 1;
        let message = probe(seq, 900);
        client.say(&message);
        let mut echo = vec![0; message.len()];
        let count = client.stream.read(&mut echo).expect("some of it");
        client.hears(&message[count..]);
        count < message.len()
    });
}
