//! Servers that others wrote: each differs from the text in its own way, and is measured all the same with
//! no setting touched, is told apart by what it does, and is never tried in vain for ever.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use echograph::experiment::{Order, Profile, Rounds, Target};
use echograph::measurement::{About, FaultKind, FaultPhase, Run, RunId, RunState};
use echograph::protocol::{Dialect, Digits, LineEnd, Separator, SetupOrder, SizeCounts, Variant};

use crate::support::{Bench, FakeServer, Next, Peer, profile, run, said};

/// A profile for somebody else's server.
fn strangers(change: impl FnOnce(&mut Profile)) -> Profile {
    profile(|p| {
        p.target = Target::Host {
            host: "127.0.0.1".to_owned(),
            port: 1,
        };
        // Nothing here takes as long, on a busy machine either.
        p.timeout_ms = 10_000;
        change(p);
    })
}

/// Measures a server, one connection after the other, and expects no fault.
fn measured(script: impl FnMut(&mut Peer) -> io::Result<()> + Send + 'static) -> Arc<Run> {
    let run = measured_in(strangers(|_| {}), script);
    assert_eq!(run.points[0].probes_echoed(), 3);
    run
}

fn measured_in(
    profile: Profile,
    mut script: impl FnMut(&mut Peer) -> io::Result<()> + Send + 'static,
) -> Arc<Run> {
    let server = FakeServer::start(move |_, peer| {
        // Whatever it does then, it takes the next one.
        let _ = script(peer);
        Ok(Next::Accept)
    });
    let run = run(server.addr, profile);
    assert_eq!(
        run.state,
        RunState::Finished,
        "{:?}\n{:?}",
        run.error,
        lines(&run)
    );
    let failed = run.checks.iter().filter(|check| !check.passed);
    assert_eq!(failed.collect::<Vec<_>>(), Vec::<&_>::new());
    run
}

fn lines(run: &Run) -> Vec<String> {
    let lines = run.transcript.lines.iter();
    lines.map(|line| line.text.to_string()).collect()
}

fn remark(run: &Run, about: About) -> &str {
    let mut remarks = run.server.remarks.iter();
    let found = remarks.find(|remark| remark.about == about);
    found.map_or_else(
        || {
            panic!(
                "nothing about {about} in {:?}: {:#?}",
                run.server.remarks,
                lines(run)
            )
        },
        |remark| remark.text.as_str(),
    )
}

fn variant(change: impl FnOnce(&mut Variant)) -> Variant {
    let mut variant = Variant::default();
    change(&mut variant);
    variant
}

const INVALID_SETUP: &str = "404 ERROR: Invalid Connection Setup Message\n";
const INVALID_PROBE: &str = "404 ERROR: Invalid Measurement Message\n";

/// Takes a setup of that form, or refuses and closes.
fn take(peer: &mut Peer, is_right: impl FnOnce(&str) -> bool, ready: &str) -> io::Result<()> {
    let setup = peer.line()?;
    if is_right(&setup) {
        return peer.say(ready);
    }
    peer.say(INVALID_SETUP)?;
    Err(io::ErrorKind::InvalidData.into())
}

/// Echoes three probes that begin with these words, or refuses and closes.
fn echo_if(peer: &mut Peer, heads: [&str; 3]) -> io::Result<()> {
    for head in heads {
        let message = peer.message()?;
        if !message.starts_with(head.as_bytes()) {
            peer.say(INVALID_PROBE)?;
            return Err(io::ErrorKind::InvalidData.into());
        }
        peer.say(message)?;
    }
    Ok(())
}

#[test]
fn a_server_of_the_other_course_is_measured_in_its_own_letters() {
    let run = measured_in(strangers(|p| p.probes = 20), |peer| {
        take(peer, |setup| setup == "h rtt 20 10 0", "200 OK - Ready")?;
        peer.echo(20)?;
        peer.expect("b")?;
        peer.say("200 OK - Closing")
    });
    assert_eq!(run.profile.dialect, Dialect::Bologna);
    let text = remark(&run, About::Variant);
    for quoted in [
        "404 ERROR: Invalid Connection Setup Message",
        "bologna dialect",
        "h rtt 20 10 0",
    ] {
        assert!(text.contains(quoted), "{quoted}: {text}");
    }
    let text = remark(&run, About::Setup);
    assert!(
        text.contains("\"200 OK - Ready\"; the text has \"200 OK - Ready\\n\""),
        "{text}"
    );
}

#[test]
fn a_server_with_a_least_number_of_probes_gets_them_and_the_rest_is_warm_up() {
    let run = measured_in(strangers(|_| {}), |peer| {
        take(peer, |setup| setup == "h rtt 20 10 0", "200 OK - Ready\n")?;
        peer.echo(20)?;
        peer.expect("b")?;
        peer.say("200 OK - Closing\n")
    });
    assert_eq!(run.profile.variant.least_probes, 20);
    assert_eq!(run.profile.probes, 3, "what was asked for");
    let round = &run.points[0].rounds[0];
    assert_eq!((round.probes.len(), round.warmup), (20, 17));
    let statistics = run.points[0].statistics.as_ref().unwrap();
    assert_eq!(statistics.n, 3);
}

#[test]
fn sequence_numbers_may_begin_at_zero() {
    let run = measured(|peer| {
        peer.ready()?;
        echo_if(peer, ["m 0 ", "m 1 ", "m 2 "])?;
        peer.closing()
    });
    assert_eq!(run.profile.variant, variant(|v| v.first_seq = 0));
    let text = remark(&run, About::Variant);
    assert!(text.contains("sequence numbers from 0"), "{text}");
    assert!(text.contains("m 1 abcdefgh"), "what was refused: {text}");
    assert!(text.contains("m 0 abcdefgh"), "what works: {text}");
}

#[test]
fn a_server_that_waits_for_one_probe_less_counts_from_zero() {
    // It looks at nothing but whether a number is the last one.
    let run = measured(|peer| {
        peer.ready()?;
        loop {
            let message = peer.message()?;
            let number = message[2];
            peer.say(message)?;
            if number == b'2' {
                return match peer.line()?.as_str() {
                    "t" => peer.say("200 OK: Closing Connection\n"),
                    _ => peer.say("404 ERROR: Invalid Connection Termination Message\n"),
                };
            }
        }
    });
    assert_eq!(run.profile.variant.first_seq, 0);
}

#[test]
fn the_setup_may_want_tabs() {
    let run = measured(|peer| {
        take(peer, |setup| setup == "s\trtt\t3\t10\t0", "200 OK: Ready\n")?;
        peer.echo(3)?;
        peer.closing()
    });
    assert_eq!(
        run.profile.variant,
        variant(|v| v.separator = Separator::Tab)
    );
}

#[test]
fn the_setup_may_want_the_size_first() {
    let run = measured(|peer| {
        take(peer, |setup| setup == "s rtt 10 3 0", "200 OK: Ready\n")?;
        peer.echo(3)?;
        peer.closing()
    });
    assert_eq!(run.profile.dialect, Dialect::BostonSizeFirst);
}

#[test]
fn the_size_may_count_the_whole_message() {
    // It reads no more of a message than the size that was announced.
    let run = measured(|peer| {
        let setup = peer.line()?;
        let fields: Vec<_> = setup.split(' ').collect();
        let [_, _, size, "3", "0"] = fields.as_slice() else {
            return peer.say(INVALID_SETUP);
        };
        let size: usize = size.parse().unwrap_or(0);
        peer.say("200 OK: Ready\n")?;
        for _ in 0..3 {
            let message = peer.one_read()?;
            if message.len() > size {
                return peer.reset();
            }
            peer.say(message)?;
        }
        peer.closing()
    });
    assert_eq!(run.profile.variant.size_counts, SizeCounts::Message);
    assert_eq!(run.profile.dialect, Dialect::BostonSizeFirst);
}

#[test]
fn a_server_may_want_no_line_ends_anywhere() {
    let run = measured(|peer| {
        if peer.one_read()? != b"s rtt 3 10 0" {
            return peer.say("404 ERROR: Invalid Connection Setup Message");
        }
        peer.say("200 OK: Ready")?;
        for number in 1..=3 {
            let message = peer.one_read()?;
            if message != format!("m {number} abcdefghij").into_bytes() {
                return peer.stall();
            }
            peer.say(message)?;
        }
        match peer.one_read()?.as_slice() {
            b"t " => peer.say("200 OK: Closing Connection"),
            _ => peer.say("404 ERROR: Invalid Connection Termination Message"),
        }
    });
    assert_eq!(
        run.profile.variant,
        variant(|v| v.line_end = LineEnd::Nothing)
    );
}

#[test]
fn what_the_form_has_of_another_server_is_no_obstacle() {
    let run = measured_in(strangers(|p| p.variant.first_seq = 0), |peer| {
        if peer.one_read()? != b"s rtt 3 10 0" {
            return peer.stall();
        }
        peer.say("200 OK: Ready")?;
        for number in 1..=3 {
            let message = peer.one_read()?;
            if message != format!("m {number} abcdefghij").into_bytes() {
                return peer.say(INVALID_PROBE);
            }
            peer.say(message)?;
        }
        peer.one_read()?;
        peer.say("200 OK: Closing Connection")
    });
    assert_eq!(
        run.profile.variant,
        variant(|v| v.line_end = LineEnd::Nothing)
    );
}

#[test]
fn a_probe_that_ends_in_a_line_end_may_hang_a_server() {
    let run = measured(|peer| {
        peer.one_read()?;
        peer.say("200 OK: Ready")?;
        for _ in 0..3 {
            let message = peer.bytes(4 + 10)?;
            peer.say(message)?;
        }
        // What was too much is in the way of the termination.
        match peer.one_read()?.as_slice() {
            b"t " => peer.say("200 OK: Closing Connection"),
            _ => peer.stall(),
        }
    });
    assert_eq!(run.points[0].probes_echoed(), 3);
}

#[test]
fn numbers_may_have_a_fixed_width_and_the_size_may_count_the_line_end() {
    let script = |peer: &mut Peer| {
        let setup = peer.message()?;
        peer.say("200 OK - Ready\0")?;
        if setup != b"h rtt 00020 00010 00000\n" {
            // It sends back as much as it expects, with something else behind what came.
            let mut message = peer.one_read()?;
            message.resize(8 + 10, b'?');
            return peer.say(message);
        }
        for number in 1..=20 {
            let message = peer.bytes(8 + 10)?;
            assert_eq!(message, format!("m {number:05} abcdefghi\n").into_bytes());
            peer.say(message)?;
        }
        peer.expect("b")?;
        peer.say("200 OK - Closing\0")
    };
    let run = measured_in(strangers(|p| p.probes = 20), script);
    let wanted = variant(|v| {
        v.digits = Digits::Padded;
        v.size_counts = SizeCounts::PayloadAndLineEnd;
    });
    assert_eq!(
        (run.profile.dialect, run.profile.variant),
        (Dialect::Bologna, wanted)
    );
}

/// A server that sends something else back for a probe, and what its style is called.
fn echoing(style: &'static str, echo: fn(&[u8]) -> Vec<u8>, piece: usize) {
    let run = measured(move |peer| {
        peer.ready()?;
        for _ in 0..3 {
            let message = peer.message()?;
            peer.say_in_pieces(echo(&message), piece)?;
        }
        peer.closing()
    });
    assert_eq!(run.profile.variant, Variant::default(), "{style}");
    let found = run.server.echo.as_ref().expect("it is not the text's");
    assert_eq!(found.to_string(), style);
    let text = remark(&run, About::Echo);
    assert!(text.contains(style), "{text}");
    for round in &run.points[0].rounds {
        assert!(round.probes.iter().all(|probe| probe.rtt_ns().is_some()));
    }
}

#[test]
fn echoes_of_any_style_are_learnt_from_the_first_one() {
    let payload = |message: &[u8]| message[4..message.len() - 1].to_vec();
    for piece in [1, 1_000] {
        echoing("{payload}", |m| m[4..m.len() - 1].to_vec(), piece);
        echoing("{payload}\\n", |m| m[4..].to_vec(), piece);
        echoing("{message}", |m| m[..m.len() - 1].to_vec(), piece);
        echoing("{message}\\n\\x00", |m| [m, b"\0"].concat(), piece);
        echoing(
            "{message} (200 OK)\\n",
            |m| [&m[..m.len() - 1], b" (200 OK)\n"].concat(),
            piece,
        );
        echoing(
            "{message} \\n",
            |m| [&m[..m.len() - 1], b" \n"].concat(),
            piece,
        );
        echoing(
            "100 Continue, data: {payload}\\n",
            |m| [b"100 Continue, data: ", &m[4..]].concat(),
            piece,
        );
    }
    assert_eq!(payload(b"m 1 ab\n"), b"ab");
}

#[test]
fn an_echo_of_the_message_leaves_nothing_to_remark_on() {
    for piece in [1, 1_000] {
        let run = measured(move |peer| {
            peer.ready()?;
            for _ in 0..3 {
                let message = peer.message()?;
                peer.say_in_pieces(message, piece)?;
            }
            peer.closing()
        });
        assert_eq!(run.server.echo, None);
        assert_eq!(run.server.remarks, []);
    }
}

#[test]
fn the_clock_stops_at_the_last_byte_that_was_needed() {
    // The style is known only after a silence, and what was put behind comes later than the echo.
    let run = measured(|peer| {
        peer.ready()?;
        for _ in 0..3 {
            let message = peer.message()?;
            peer.say(&message[4..message.len() - 1])?;
            std::thread::sleep(Duration::from_millis(30));
            peer.say("\n")?;
        }
        peer.closing()
    });
    let slowest = run.points[0].rounds[0].counted_rtts().max().unwrap();
    // The kernel alone needs microseconds; the silence is 200 ms, and a busy machine is given a share of it.
    assert!(slowest < 150_000_000, "{slowest} ns");
    assert_eq!(
        run.server.echo.as_ref().unwrap().to_string(),
        "{payload}\\n"
    );
}

#[test]
fn a_server_that_was_only_busy_is_not_taken_for_a_peculiar_one() {
    // It takes whatever it is sent, so any variant seems to work once it has the time.
    let server = FakeServer::start(|number, peer| {
        peer.line()?;
        if number == 1 {
            peer.stall()?;
        }
        peer.say("200 OK: Ready\n")?;
        loop {
            let message = peer.message()?;
            if message.starts_with(b"m") {
                peer.say(message)?;
            } else {
                peer.say("200 OK: Closing Connection\n")?;
                return Ok(Next::Accept);
            }
        }
    });
    let profile = strangers(|p| {
        p.timeout_ms = 500;
        p.rounds = Rounds::Exactly(2);
    });
    let run = run(server.addr, profile);
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
    assert_eq!(run.points[0].error, None);
    assert_eq!(run.points[0].probes_echoed(), 6);
    assert_eq!(
        (run.profile.dialect, run.profile.variant),
        Default::default()
    );
    let text = remark(&run, About::Setup);
    assert!(text.contains("it was busy then"), "{text}");
    assert_eq!(run.server.remarks.len(), 1, "{:?}", run.server.remarks);
}

#[test]
fn a_closing_reply_may_come_with_the_last_echo() {
    let run = measured(|peer| {
        peer.ready()?;
        peer.echo(2)?;
        let mut last = peer.message()?;
        last.extend_from_slice(b"200 OK: Closing\n");
        peer.say(last)
    });
    let text = remark(&run, About::Termination);
    assert!(text.contains("200 OK: Closing"), "{text}");
}

#[test]
fn words_that_begin_with_200_before_an_echo_are_no_reply() {
    for prefix in ["200 ", "200|", "200 OK: "] {
        let run = measured(move |peer| {
            peer.ready()?;
            for _ in 0..3 {
                let message = peer.message()?;
                peer.say([prefix.as_bytes(), &message].concat())?;
            }
            peer.closing()
        });
        assert_eq!(run.profile.variant, Variant::default());
        let style = run.server.echo.as_ref().unwrap().to_string();
        assert_eq!(style, format!("{prefix}{{message}}\\n"));
    }
}

#[test]
fn a_stray_byte_before_the_first_echo_is_skipped() {
    for stray in ["\n", "\0", "\n\0\n"] {
        let run = measured(move |peer| {
            peer.ready()?;
            let first = peer.message()?;
            peer.say([stray.as_bytes(), &first].concat())?;
            peer.echo(2)?;
            peer.closing()
        });
        assert_eq!(run.profile.variant, Variant::default());
        assert_eq!(run.server.echo, None);
    }
}

#[test]
fn line_ends_and_nuls_before_every_echo_are_skipped() {
    for stray in ["\n", "\0", "\r\n\0"] {
        let run = measured(move |peer| {
            peer.ready()?;
            for _ in 0..3 {
                let message = peer.message()?;
                // Some of them long before, some of them with the echo.
                peer.say_in_pieces([stray.as_bytes(), &message].concat(), 2)?;
            }
            peer.closing()
        });
        assert_eq!(run.profile.variant, Variant::default());
        assert_eq!(run.server.echo, None);
        assert!(run.points[0].rounds.iter().all(|round| {
            round
                .work
                .is_some_and(|work| work.bytes_beside == Some(3 * stray.len() as u64))
        }));
    }
}

#[test]
fn what_comes_back_twice_is_no_echo_in_a_style_of_its_own() {
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        let message = peer.message()?;
        peer.say([message.clone(), message].concat())?;
        let _ = peer.message();
        Ok(Next::Accept)
    });
    let run = run(server.addr, strangers(|p| p.message_sizes = vec![3]));
    assert_eq!(run.points[0].probes_echoed(), 0);
    let why = &run.points[0].error.as_ref().unwrap().message;
    assert!(why.contains("longer than the 8 bytes sent"), "{why}");
}

#[test]
fn a_setup_that_comes_back_is_said_to_be_an_echo_services() {
    let server = FakeServer::start(|_, peer| {
        loop {
            let message = peer.message()?;
            peer.say(message)?;
        }
    });
    let run = run(server.addr, strangers(|_| {}));
    let why = &run.points[0].error.as_ref().unwrap().message;
    assert!(
        why.contains("echo service") && why.contains("dialect \"echo\""),
        "{why}"
    );
}

#[test]
fn what_happens_once_after_good_echoes_changes_nothing_of_how_a_server_is_spoken_to() {
    let server = FakeServer::start(|number, peer| {
        peer.ready()?;
        if number == 1 {
            peer.echo(2)?;
            peer.message()?;
            peer.say(INVALID_PROBE)?;
            return Ok(Next::Accept);
        }
        peer.echo(5)?;
        peer.closing().map(|()| Next::Accept)
    });
    let profile = strangers(|p| (p.probes, p.rounds) = (5, Rounds::Exactly(2)));
    let run = run(server.addr, profile);
    let why = &run.points[0].error.as_ref().unwrap().message;
    assert!(why.contains("Invalid Measurement Message"), "{why}");
    assert_eq!(run.points[0].probes_echoed(), 2 + 5);
    assert_eq!(run.profile.dialect, Dialect::Boston);
    assert_eq!(run.profile.variant, Variant::default());
    assert_eq!(server.connections(), 3);
}

#[test]
fn a_line_that_a_trial_left_open_is_ended_before_the_connection() {
    // It waits for a whole line, and would ask for the rest of it for ever.
    let ends = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&ends);
    let server = FakeServer::start(move |_, peer| {
        keep.lock().unwrap().push(peer.line());
        Ok(Next::Accept)
    });
    let run = run(server.addr, strangers(|p| p.timeout_ms = 500));
    assert_eq!(run.state, RunState::Failed);
    drop(server);
    let ends = ends.lock().unwrap();
    assert!(ends.len() > 4, "{ends:?}");
    assert!(ends.iter().all(Result::is_ok), "{ends:?}");
}

#[test]
fn an_ordinary_size_without_a_delay_is_measured_first() {
    for seed in 1..=5 {
        let setups = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&setups);
        let server = FakeServer::start(move |_, peer| {
            keep.lock().unwrap().push(peer.line()?);
            peer.say("200 OK: Ready\n")?;
            peer.echo(3)?;
            peer.closing().map(|()| Next::Accept)
        });
        run(
            server.addr,
            strangers(|p| {
                p.order = Order::Random;
                p.seed = Some(seed);
                p.message_sizes = vec![1, 40_000, 130];
                p.server_delays_ms = vec![1, 0];
            }),
        );
        let setups = setups.lock().unwrap();
        assert_eq!(setups[0], "s rtt 3 130 0");
        let delays = setups.iter().map(|line| line.ends_with(" 1"));
        assert!(delays.is_sorted(), "{setups:?}");
    }
}

#[test]
fn a_termination_that_is_refused_is_an_end_all_the_same() {
    for answer in [
        "404 ERROR: Invalid Connection Termination Message\n",
        "Bye\n",
    ] {
        let server = FakeServer::start(move |_, peer| {
            peer.ready()?;
            peer.echo(3)?;
            peer.expect("t")?;
            peer.say(answer).map(|()| Next::Accept)
        });
        let run = run(server.addr, strangers(|p| p.rounds = Rounds::Exactly(2)));
        assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
        assert_eq!(run.points[0].probes_echoed(), 6);
        // It was not spoken to in any other way.
        assert_eq!(server.connections(), 2);
        let text = remark(&run, About::Termination);
        assert!(text.contains(answer.trim_end()), "{text}");
        assert!(text.contains("All was measured."), "{text}");
    }
}

#[test]
fn the_letter_alone_may_be_what_ends_a_session_without_line_ends() {
    let server = FakeServer::start(|_, peer| {
        if peer.one_read()? != b"s rtt 3 10 0" {
            peer.say("404 ERROR: Invalid Connection Setup Message")?;
            return Ok(Next::Accept);
        }
        peer.say("200 OK: Ready")?;
        for _ in 0..3 {
            let message = peer.one_read()?;
            peer.say(message)?;
        }
        let answer = match peer.one_read()?.as_slice() {
            b"t" => "200 OK: Closing Connection\n",
            _ => "404 ERROR: Invalid Connection Termination Message\n",
        };
        peer.say(answer).map(|()| Next::Accept)
    });
    let run = run(server.addr, strangers(|p| p.rounds = Rounds::Exactly(3)));
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
    assert_eq!(run.points[0].probes_echoed(), 9);
    assert_eq!(
        run.profile.variant,
        variant(|v| v.line_end = LineEnd::Nothing)
    );
    let text = remark(&run, About::Termination);
    assert!(text.contains("\"t\" alone"), "{text}");
}

#[test]
fn what_was_met_in_trials_that_failed_is_not_said_of_the_server() {
    let server = FakeServer::start(|_, peer| {
        if peer.line()?.starts_with('h') {
            peer.say("200 OK: Ready, and welcome\n")?;
        }
        peer.say(INVALID_SETUP).map(|()| Next::Accept)
    });
    let run = run(server.addr, strangers(|_| {}));
    assert_eq!(run.state, RunState::Failed);
    let abouts: Vec<_> = run.server.remarks.iter().map(|one| one.about).collect();
    assert_eq!(abouts, [About::Variant]);
}

#[test]
fn the_setup_may_have_probes_and_size_the_other_way_round_and_nothing_else() {
    let run = measured(|peer| {
        take(peer, |setup| setup == "s rtt 10 3 0", "200 OK: Ready\n")?;
        echo_if(
            peer,
            ["m 1 abcdefghij\n", "m 2 abcdefghij\n", "m 3 abcdefghij\n"],
        )?;
        peer.closing()
    });
    assert_eq!(run.profile.dialect, Dialect::Boston);
    assert_eq!(
        run.profile.variant,
        variant(|v| v.setup_order = SetupOrder::Swapped)
    );
    // Of one that takes any numbers the probes show it.
    let run = measured(|peer| {
        let setup = peer.line()?;
        let size: u64 = setup
            .split(' ')
            .nth(2)
            .and_then(|n| n.parse().ok())
            .unwrap();
        peer.say("200 OK: Ready\n")?;
        for number in 1..=3 {
            let message = peer.message()?;
            let head = format!("m {number} ");
            if message.len() as u64 != head.len() as u64 + size + 1
                || !message.starts_with(head.as_bytes())
            {
                return peer.say(INVALID_PROBE);
            }
            peer.say(message)?;
        }
        peer.closing()
    });
    assert_eq!(
        run.profile.variant,
        variant(|v| v.setup_order = SetupOrder::Swapped)
    );
}

#[test]
fn an_order_of_the_setup_that_shows_at_a_small_size_alone_is_found_there() {
    // It takes the size for the probes, and looks at neither number nor length of a probe.
    let profile = strangers(|p| {
        (p.probes, p.rounds) = (10, Rounds::Exactly(2));
        p.message_sizes = vec![100, 1];
    });
    let run = measured_in(profile, |peer| {
        let setup = peer.line()?;
        let probes: u32 = setup
            .split(' ')
            .nth(3)
            .and_then(|n| n.parse().ok())
            .unwrap();
        peer.say("200 OK: Ready\n")?;
        for _ in 0..probes {
            let message = peer.message()?;
            if message == b"t\n" {
                break;
            }
            peer.say(message)?;
        }
        peer.say("200 OK: Closing Connection\n")
    });
    assert_eq!(
        run.profile.variant,
        variant(|v| v.setup_order = SetupOrder::Swapped),
        "{:#?}",
        lines(&run)
    );
    for point in &run.points {
        assert_eq!(point.error, None);
        assert_eq!(point.probes_echoed(), 20);
    }
}

#[test]
fn a_termination_without_an_answer_is_an_end_all_the_same() {
    let run = measured(|peer| {
        peer.ready()?;
        peer.echo(3)?;
        peer.expect("t")?;
        peer.stall()
    });
    let text = remark(&run, About::Termination);
    assert!(text.contains("without an answer"), "{text}");
}

#[test]
fn a_server_that_answers_when_our_side_is_closed_is_heard() {
    let run = measured(|peer| {
        peer.ready()?;
        peer.echo(3)?;
        peer.expect("t")?;
        match peer.line() {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            heard => panic!("{heard:?}"),
        }
        peer.say("200 OK: Closing Connection\n")
    });
    let said = said(&run, 1);
    assert!(
        said.contains(&"CTP < 200 OK: Closing Connection".to_owned()),
        "{said:?}"
    );
}

#[test]
fn no_connection_is_empty_and_none_is_beside_another() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&heard);
    let server = FakeServer::start(move |_, peer| {
        keep.lock().unwrap().push(peer.one_read()?);
        peer.say(INVALID_SETUP)?;
        Ok(Next::Accept)
    });
    let run = run(server.addr, strangers(|p| p.probes = 20));
    let fault = run.points[0].error.as_ref().unwrap();
    assert_eq!(
        (fault.phase, fault.kind),
        (FaultPhase::Setup, FaultKind::RefusedByServer),
        "what the profile asked for is what failed"
    );
    assert!(fault.message.contains("s rtt 20 10 0"), "{fault}");
    assert_eq!(run.profile.variant, Variant::default());
    assert_eq!(run.profile.dialect, Dialect::Boston);
    let text = remark(&run, About::Variant);
    assert!(text.contains("none went better"), "{text}");
    let each = "bologna dialect (connection setup: server said 404)";
    assert!(text.contains(each), "{text}");
    assert_eq!(run.server.remarks.len(), 1);
    let heard = heard.lock().unwrap();
    assert!(
        (3..=9).contains(&heard.len()),
        "8 trials at most: {}",
        heard.len()
    );
    assert!(heard.iter().all(|bytes| !bytes.is_empty()));
    let mut different = heard.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), heard.len(), "nothing is tried twice");
}

#[test]
fn strict_tries_nothing_and_learns_nothing() {
    let connections = |script: fn(&mut Peer) -> io::Result<()>| {
        let server = FakeServer::start(move |_, peer| script(peer).map(|()| Next::Accept));
        let run = run(server.addr, strangers(|p| p.strict = true));
        let fault = run.points[0].error.clone().unwrap();
        (server.connections(), fault)
    };
    let (count, fault) = connections(|peer| {
        peer.line()?;
        peer.say(INVALID_SETUP)
    });
    assert_eq!((count, fault.kind), (1, FaultKind::RefusedByServer));
    let (count, fault) = connections(|peer| {
        peer.ready()?;
        let message = peer.message()?;
        peer.say(&message[4..])
    });
    assert_eq!((count, fault.kind), (1, FaultKind::EchoDiffers), "{fault}");
}

#[test]
fn a_size_that_is_refused_does_not_make_another_dialect_of_it() {
    // It takes anything else, so that every variant with another size in its place would seem to work.
    let heard = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&heard);
    let server = FakeServer::start(move |_, peer| {
        let setup = peer.line()?;
        let is_too_large = setup.split(' ').nth(3) == Some("5000");
        keep.lock().unwrap().push(setup);
        if is_too_large {
            peer.say(INVALID_SETUP)?;
        } else {
            peer.say("200 OK: Ready\n")?;
            peer.echo(3)?;
            peer.closing()?;
        }
        Ok(Next::Accept)
    });
    let run = run(
        server.addr,
        strangers(|p| p.message_sizes = vec![5_000, 10, 20]),
    );
    let kinds: Vec<_> = run
        .points
        .iter()
        .map(|point| point.error.as_ref().map(|fault| fault.kind))
        .collect();
    assert_eq!(kinds, [Some(FaultKind::RefusedByServer), None, None]);
    assert_eq!(run.profile.dialect, Dialect::Boston);
    let heard = heard.lock().unwrap();
    assert!(
        heard.iter().all(|setup| setup.starts_with("s rtt 3 ")),
        "{heard:?}"
    );
}

#[test]
fn where_sessions_went_well_before_nothing_is_tried() {
    let server = FakeServer::start(|number, peer| {
        if number == 2 {
            peer.line()?;
            peer.say(INVALID_SETUP)?;
        } else {
            peer.serve()?;
        }
        Ok(Next::Accept)
    });
    let run = run(server.addr, strangers(|p| p.rounds = Rounds::Exactly(3)));
    assert_eq!(run.points[0].probes_echoed(), 6);
    assert_eq!(server.connections(), 3);
}

#[test]
fn a_server_that_is_gone_after_a_trial_is_awaited_and_the_trials_go_on() {
    let server = FakeServer::start(|_, peer| {
        let setup = peer.line()?;
        if setup.starts_with('h') {
            peer.say("200 OK - Ready\n")?;
            peer.echo(20)?;
            peer.expect("b")?;
            peer.say("200 OK - Closing\n")?;
            return Ok(Next::Accept);
        }
        peer.say(INVALID_SETUP)?;
        peer.close();
        Ok(Next::Restart(Duration::from_millis(1_500)))
    });
    let mut bench = Bench::new();
    bench.start(server.addr, strangers(|p| p.probes = 20));
    let is_awaited = |snapshot: &echograph::engine::Snapshot| {
        let trial = snapshot.current.as_ref().and_then(|run| run.trial.as_ref());
        trial.is_some_and(|trial| trial.awaits_server && trial.number == 1 && trial.most == 8)
    };
    bench.until("that the server is awaited", is_awaited);
    let run = bench.finished();
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
    assert_eq!(run.profile.dialect, Dialect::Bologna);
    let gone = "the server is gone; its return is awaited for 10 s";
    assert!(lines(&run).contains(&gone.to_owned()), "{:?}", lines(&run));
}

#[test]
fn trials_are_shown_and_can_be_stopped() {
    let server = FakeServer::start(|_, peer| {
        let setup = peer.line()?;
        if setup.starts_with('s') {
            peer.say(INVALID_SETUP)?;
        } else {
            peer.stall()?;
        }
        Ok(Next::Accept)
    });
    let mut bench = Bench::new();
    bench.start(server.addr, strangers(|p| p.timeout_ms = 60_000));
    let shows = |snapshot: &echograph::engine::Snapshot| {
        let trial = snapshot.current.as_ref().and_then(|run| run.trial.as_ref());
        trial.is_some_and(|trial| trial.differs.contains("bologna"))
    };
    bench.until("a trial", shows);
    bench.engine.stop(RunId(1));
    let run = bench.finished();
    assert_eq!(run.state, RunState::Stopped);
    assert_eq!(
        run.profile.dialect,
        Dialect::Boston,
        "it is not known to work"
    );
}

#[test]
fn the_unit_of_the_server_delay_is_found_and_said() {
    let serving = |delay: fn(u64) -> Duration| {
        let server = FakeServer::start(move |_, peer| {
            let fields = peer.ready()?;
            let delay = delay(fields[4].parse().unwrap());
            for _ in 0..3 {
                let message = peer.message()?;
                std::thread::sleep(delay);
                peer.say(message)?;
            }
            peer.closing().map(|()| Next::Accept)
        });
        let run = run(server.addr, strangers(|p| p.server_delays_ms = vec![1]));
        assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
        assert_eq!(
            run.points[0].probes_echoed(),
            3,
            "the session without is none of it"
        );
        remark(&run, About::Delay).to_owned()
    };
    let seconds = serving(Duration::from_secs);
    assert!(seconds.contains("delay unit is seconds"), "{seconds}");
}

#[test]
fn what_has_no_delay_is_measured_before_a_server_sleeps_for_seconds() {
    // It serves one client at a time, and counts in seconds: 50 would be fifty of them.
    let server = FakeServer::start(|_, peer| {
        let setup = peer.line()?;
        peer.say("200 OK: Ready\n")?;
        if setup.ends_with(" 50") {
            peer.message()?;
            std::thread::sleep(Duration::from_secs(4));
            return Ok(Next::Accept);
        }
        peer.echo(3)?;
        peer.closing().map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        strangers(|p| {
            p.timeout_ms = 700;
            p.order = Order::Random;
            p.message_sizes = vec![10, 100, 1000];
            p.server_delays_ms = vec![0, 50];
            p.rounds = Rounds::Exactly(2);
        }),
    );
    assert_eq!(run.state, RunState::Failed);
    for point in &run.points {
        let echoed = if point.spec.server_delay_ms == 0 {
            3
        } else {
            0
        };
        assert_eq!(point.probes_echoed(), echoed, "{:#?}", lines(&run));
        let why = &point.error.as_ref().unwrap().message;
        assert!(why.contains("seconds"), "{why}");
    }
    let text = remark(&run, About::Delay);
    assert!(text.contains("most likely seconds"), "{text}");
    // Nobody asks again for what takes so long.
    assert!(server.connections() <= 5, "{}", server.connections());
}

#[test]
fn a_delay_that_is_never_over_is_said_to_be_longer_than_it_seems() {
    let server = FakeServer::start(|_, peer| {
        let fields = peer.ready()?;
        if fields[4] != "0" {
            // Until the client has left.
            while peer.one_read().is_ok() {}
            return Ok(Next::Accept);
        }
        peer.echo(3)?;
        peer.closing().map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        strangers(|p| (p.timeout_ms, p.server_delays_ms) = (1_000, vec![100])),
    );
    let fault = run.points[0].error.as_ref().unwrap();
    assert_eq!(
        (fault.phase, fault.kind),
        (FaultPhase::Measurement, FaultKind::TimedOut)
    );
    let text = remark(&run, About::Delay);
    assert!(
        text.contains("longer than a millisecond, most likely seconds"),
        "{text}"
    );
}

/// Serves sessions until it has served that many, and then only after it was started again.
fn ending_after(sessions: usize) -> (FakeServer, Arc<std::sync::atomic::AtomicBool>) {
    use std::sync::atomic::{AtomicBool, Ordering};
    let is_started_again = Arc::new(AtomicBool::new(false));
    let again = Arc::clone(&is_started_again);
    let server = FakeServer::start(move |number, peer| {
        if number > sessions && !again.load(Ordering::SeqCst) {
            // As if nobody were there, for as long as a run waits for its return.
            peer.close();
            return Ok(Next::Restart(Duration::from_millis(4_500)));
        }
        peer.serve().map(|()| Next::Accept)
    });
    (server, is_started_again)
}

#[test]
fn a_run_goes_on_where_its_server_was_gone_and_keeps_what_was_measured() {
    let (server, again) = ending_after(1);
    let mut bench = Bench::new();
    let asked = strangers(|p| {
        p.message_sizes = vec![10, 20, 30];
        p.rounds = Rounds::Exactly(2);
    });
    bench.start(server.addr, asked.clone());
    let broken = bench.finished();
    assert_eq!(broken.state, RunState::Failed);
    assert!(echograph::engine::can_be_resumed(&broken));
    let first: Vec<_> = broken.points[0].rounds.clone();
    assert_eq!(first.len(), 1);

    again.store(true, std::sync::atomic::Ordering::SeqCst);
    let mut request = crate::support::request("127.0.0.1", server.addr.port(), asked);
    request.resumes = Some(Arc::clone(&broken));
    // It listens again only after a while.
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(bench.engine.run(request).unwrap(), broken.id);
    let whole = bench.finished();
    assert_eq!(
        whole.state,
        RunState::Finished,
        "{:?} {:#?}",
        whole.error,
        lines(&whole)
    );
    assert_eq!(whole.id, broken.id);
    assert_eq!(
        whole.points[0].rounds[0], first[0],
        "what was measured is not changed"
    );
    for point in &whole.points {
        assert_eq!(point.rounds_done(), 2);
        assert_eq!(point.probes_echoed(), 6);
    }
    assert!(lines(&whole).contains(&"resumed".to_owned()));
    assert!(!echograph::engine::can_be_resumed(&whole));
}

#[test]
fn a_stranger_that_floods_or_guesses_is_left_and_not_believed() {
    type Script = fn(&mut Peer) -> io::Result<()>;
    let flood: Script = |peer| {
        peer.ready()?;
        peer.message()?;
        loop {
            peer.say([b'x'; 4_096])?;
        }
    };
    let guess: Script = |peer| {
        peer.ready()?;
        let payload: Vec<u8> = (b'a'..=b'z').cycle().take(8 << 20).collect();
        peer.say([b"m 1 ", payload.as_slice(), b"\n"].concat())?;
        peer.stall()
    };
    for (script, size) in [(flood, 10), (guess, 8 << 20)] {
        let server = FakeServer::start(move |_, peer| {
            let _ = script(peer);
            Ok(Next::Accept)
        });
        let asked = strangers(|p| {
            p.message_sizes = vec![size];
        });
        let run = run(server.addr, asked);
        let fault = run.points[0].error.as_ref().expect("nothing was measured");
        assert_eq!(
            (fault.phase, fault.kind),
            (FaultPhase::Measurement, FaultKind::EchoDiffers),
            "{fault}"
        );
        assert_eq!(run.points[0].probes_echoed(), 0);
        assert!(run.points[0].statistics.is_none());
    }
}

#[test]
fn what_was_seen_in_trials_is_in_no_figure() {
    // The first sessions go well for a while, and slowly, so that they are shown as they go.
    let run = measured_in(strangers(|p| p.probes = 6), |peer| {
        take(
            peer,
            |setup| setup.starts_with("s rtt 6 "),
            "200 OK: Ready\n",
        )?;
        let first = peer.message()?;
        let counts_from_zero = first.starts_with(b"m 0 ");
        peer.say(&first)?;
        for _ in 1..if counts_from_zero { 6 } else { 5 } {
            let message = peer.message()?;
            std::thread::sleep(Duration::from_millis(120));
            peer.say(message)?;
        }
        if counts_from_zero {
            peer.closing()
        } else {
            peer.reset()
        }
    });
    assert_eq!(run.points[0].rounds.len(), 1);
    let statistics = run.points[0].statistics.as_ref().unwrap();
    assert_eq!(statistics.n, 6);
}
