//! Servers that want something between two probes: a termination, or another connection for each message.

use std::io;
use std::sync::Arc;

use echograph::experiment::{Profile, Rounds, Target};
use echograph::measurement::{About, Run, RunState};
use echograph::protocol::{BetweenProbes, Dialect, Variant};

use crate::support::{FakeServer, Next, Peer, profile, run};

const INVALID_TERMINATION: &str = "404 ERROR: Invalid Connection Termination Message";

/// A profile for somebody else's server: two sizes, two rounds.
fn strangers() -> Profile {
    profile(|p| {
        p.target = Target::Host {
            host: "127.0.0.1".to_owned(),
            port: 1,
        };
        p.timeout_ms = 10_000;
        p.probes = 4;
        p.message_sizes = vec![10, 3_000];
        p.rounds = Rounds::Exactly(2);
    })
}

/// What a server that takes one message from a connection does with it.
fn one_message(peer: &mut Peer, next: &mut u32) -> io::Result<Next> {
    // One that came and said nothing would be waited for, for ever.
    let Ok(message) = peer.message() else {
        return Ok(Next::StopListening);
    };
    let text = String::from_utf8_lossy(&message).into_owned();
    let fields: Vec<&str> = text.split_whitespace().collect();
    match fields.as_slice() {
        ["s", "rtt", _, _, "0"] => {
            *next = 1;
            peer.say("200 OK : Ready\n")?;
        }
        ["m", number, _] if *number == next.to_string() => {
            *next += 1;
            peer.say(message)?;
        }
        ["t"] => peer.say("200 OK : Closing Connection\n")?,
        _ => {
            peer.say("404 ERROR : Invalid Connection Setup Message\n")?;
            return Ok(Next::StopListening);
        }
    }
    Ok(Next::Accept)
}

fn assert_measured(run: &Run, between: BetweenProbes) {
    let lines: Vec<_> = run.transcript.lines.iter().map(|line| &line.text).collect();
    assert_eq!(run.state, RunState::Finished, "{:?}\n{lines:#?}", run.error);
    assert_eq!(run.profile.variant.between_probes, between);
    for point in &run.points {
        assert_eq!(point.probes_echoed(), 8);
        for round in &point.rounds {
            let work = round.work.expect("it is counted");
            assert_eq!(work.writes, 4);
            let message = "m 1 \n".len() as u64 + point.spec.message_size;
            assert_eq!(work.bytes_written, 4 * message);
            assert!(work.paused_ns > 0, "what is in between is not measured");
            let sent: Vec<u64> = round.probes.iter().map(|probe| probe.sent_ns).collect();
            assert!(sent.is_sorted(), "{sent:?}");
            assert_eq!(
                round.tcp, None,
                "the kernel counts what is in between as well"
            );
        }
    }
    let failed = run.checks.iter().filter(|check| !check.passed);
    assert_eq!(failed.collect::<Vec<_>>(), Vec::<&_>::new());
    assert!(!run.checks.is_empty());
}

fn remark(run: &Run) -> &str {
    let remarks = run.server.remarks.iter();
    let mut remarks = remarks.filter(|remark| remark.about == About::Variant);
    &remarks.next().expect("it is remarked on").text
}

#[test]
fn a_server_that_takes_one_message_from_a_connection_is_measured() {
    let (mut next, mut before) = (1, None);
    let server = FakeServer::start(move |_, peer| {
        let then = one_message(peer, &mut next);
        // It goes back to listening, and leaves the connection as it is until there is another one.
        before.replace(peer.held());
        then
    });
    let found = run(server.addr, strangers());
    assert_measured(&found, BetweenProbes::Connection);
    assert!(remark(&found).contains("a connection for each message"));
    // What was found stands in the profile, and is spoken at once the next time.
    let before = server.connections();
    let again = run(server.addr, Profile::clone(&found.profile));
    assert_measured(&again, BetweenProbes::Connection);
    let sessions = 2 * 2;
    assert_eq!(server.connections() - before, sessions * (1 + 4 + 1));
}

#[test]
fn so_is_one_that_closes_behind_each_answer() {
    let mut next = 1;
    let server = FakeServer::start(move |_, peer| one_message(peer, &mut next));
    let found = run(server.addr, strangers());
    assert_measured(&found, BetweenProbes::Connection);
}

/// Answers what comes behind a probe, in words without a line end.
fn answer_termination(peer: &mut Peer) -> io::Result<()> {
    let is_end = peer.line()? == "t";
    peer.say(if is_end {
        "200 OK: Closing Connection"
    } else {
        INVALID_TERMINATION
    })
}

/// A session with a termination after each probe, in words without a line end.
fn terminated_each(peer: &mut Peer, probes: usize) -> io::Result<()> {
    peer.say("200 OK: Ready")?;
    for _ in 0..probes {
        let message = peer.message()?;
        if !message.starts_with(b"m") {
            return peer.say("404 ERROR: Invalid Measurement Message");
        }
        peer.say(message)?;
        answer_termination(peer)?;
    }
    Ok(())
}

#[test]
fn a_server_that_wants_a_termination_after_each_probe_gets_it() {
    let server = FakeServer::start(|_, peer| {
        let setup = peer.line()?;
        let probes = setup.split(' ').nth(2).and_then(|n| n.parse().ok());
        terminated_each(peer, probes.unwrap()).map(|()| Next::Accept)
    });
    let found = run(server.addr, strangers());
    assert_measured(&found, BetweenProbes::Termination);
    let text = remark(&found);
    assert!(text.contains(INVALID_TERMINATION), "{text}");
    assert!(text.contains("a termination after each probe"), "{text}");
}

#[test]
fn a_refusal_in_place_of_an_echo_is_heard_where_the_payload_alone_comes_back() {
    let server = FakeServer::start(|_, peer| {
        let setup = peer.line()?;
        let probes: usize = setup.split(' ').nth(2).unwrap().parse().unwrap();
        peer.say("200 OK: Ready")?;
        for _ in 0..probes {
            let message = peer.message()?;
            let payload = message.splitn(3, |byte| *byte == b' ').nth(2);
            peer.say(payload.unwrap_or(b"404 ERROR: Invalid Measurement Message"))?;
            answer_termination(peer)?;
        }
        Ok(Next::Accept)
    });
    let found = run(server.addr, strangers());
    assert_measured(&found, BetweenProbes::Termination);
    assert_eq!(found.profile.dialect, Dialect::Boston);
    assert!(remark(&found).contains(INVALID_TERMINATION));
}

#[test]
fn so_does_one_that_has_the_size_first_as_well() {
    let server = FakeServer::start(|_, peer| {
        let setup = peer.line()?;
        let fields: Vec<&str> = setup.split(' ').collect();
        match fields.as_slice() {
            ["s", _, "10" | "3000", probes, "0"] => {
                terminated_each(peer, probes.parse().unwrap()).map(|()| Next::Accept)
            }
            // It has none, and closes.
            _ => Ok(Next::Accept),
        }
    });
    let found = run(server.addr, strangers());
    assert_measured(&found, BetweenProbes::Termination);
    assert_eq!(found.profile.dialect, Dialect::BostonSizeFirst);
}

#[test]
fn a_refusal_in_between_ends_the_session_with_the_servers_words() {
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        peer.echo(1)?;
        peer.expect("t")?;
        peer.say("404 ERROR: not now\n")?;
        peer.stall()?;
        Ok(Next::Accept)
    });
    let mut asked = strangers();
    asked.variant = Variant {
        between_probes: BetweenProbes::Termination,
        ..Variant::default()
    };
    asked.strict = true;
    let found: Arc<Run> = run(server.addr, asked);
    assert_eq!(found.state, RunState::Failed);
    let error = found.points[0].error.as_ref().unwrap();
    assert!(error.message.contains("404 ERROR: not now"), "{error}");
    assert_eq!(found.points[0].probes_echoed(), 2, "one in each round");
}

#[test]
fn what_comes_between_two_probes_wants_them_one_at_a_time() {
    let mut asked = strangers();
    asked.variant.between_probes = BetweenProbes::Connection;
    (asked.depth, asked.connections) = (2, 2);
    let problems = asked.problems();
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().all(|one| one.contains("must be 1")), "{said:?}");
}
