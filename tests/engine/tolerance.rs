//! What others' servers do and may do, and where strict draws the line.

use echograph::measurement::{FaultKind, FaultPhase, RunState};

use crate::support::{FakeServer, Next, profile, run, said};

/// A server that ends its replies as told, and closes behind the last one.
fn replying(ready: &'static str, closing: &'static str) -> FakeServer {
    FakeServer::start(move |_, peer| {
        peer.line()?;
        peer.say(ready)?;
        peer.echo(3)?;
        peer.line()?;
        peer.say(closing)?;
        Ok(Next::Accept)
    })
}

#[test]
fn replies_may_end_in_other_ways_unless_strict() {
    for (ready, closing) in [
        ("200 OK: Ready\r\n", "200 OK: Closing Connection\r\n"),
        ("200 OK: Ready\n\0", "200 OK: Closing Connection\n\0"),
        ("200 OK: Ready\n", "200 OK: Closing Connection"),
        ("200 OK: Ready\n", "200 OK: Closing Connection\0"),
        ("200 Go on\n", "200 Bye\n"),
        ("200 OK \u{2013} Ready\n", "200\n"),
        ("  200 OK\n", "200 OK\nwas nice\n"),
    ] {
        let server = replying(ready, closing);
        let tolerant = run(server.addr, profile(|_| {}));
        assert_eq!(
            tolerant.state,
            RunState::Finished,
            "{ready:?} {closing:?} {:?}",
            tolerant.error
        );

        if closing != "200 OK\nwas nice\n" {
            let strict = run(server.addr, profile(|p| p.strict = true));
            let fault = strict.points[0].error.clone().expect("strict minds");
            assert_eq!(fault.kind, FaultKind::BadReply, "{ready:?} {closing:?}");
            assert!(fault.message.contains("trict"), "{fault}");
        }
    }
}

#[test]
fn silence_ends_a_reply_that_does_not_end_itself() {
    for ready in ["200 OK: Ready", "200 OK: Ready\0"] {
        let server = replying(ready, "200 OK: Closing Connection\n");
        let run = run(server.addr, profile(|_| {}));
        assert_eq!(run.state, RunState::Finished, "{ready:?} {:?}", run.error);
        assert!(said(&run, 1).contains(&"CSP < 200 OK: Ready".to_owned()));
    }
}

#[test]
fn a_server_may_close_without_a_reply_to_the_termination_unless_strict() {
    let silent = |_, peer: &mut crate::support::Peer| {
        peer.ready()?;
        peer.echo(3)?;
        peer.line()?;
        Ok(Next::Accept)
    };
    let server = FakeServer::start(silent);
    let tolerant = run(server.addr, profile(|_| {}));
    assert_eq!(tolerant.state, RunState::Finished, "{:?}", tolerant.error);
    let lines = said(&tolerant, 1);
    assert!(
        lines.contains(&"CTP * the server closed without a reply".to_owned()),
        "{lines:?}"
    );

    let strict = run(server.addr, profile(|p| p.strict = true));
    let fault = strict.points[0].error.clone().unwrap();
    assert_eq!(
        (fault.phase, fault.kind),
        (FaultPhase::Termination, FaultKind::ClosedEarly)
    );
    assert_eq!(strict.points[0].probes_echoed(), 3, "nothing is lost by it");
}

#[test]
fn a_server_may_leave_right_after_the_last_echo() {
    for with_reset in [false, true] {
        let server = FakeServer::start(move |_, peer| {
            peer.ready()?;
            peer.echo(3)?;
            if with_reset {
                // The echo must have been read, or the reset would destroy it.
                std::thread::sleep(std::time::Duration::from_millis(50));
                peer.reset()?;
            }
            Ok(Next::Accept)
        });
        let run = run(
            server.addr,
            profile(|p| p.rounds = echograph::experiment::Rounds::Exactly(5)),
        );
        assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
        assert_eq!(run.points[0].probes_echoed(), 15);
    }
}

#[test]
fn a_server_that_waits_for_the_client_to_close_costs_a_moment_and_no_fault() {
    // The time-out is no longer than the moment.
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        peer.echo(3)?;
        peer.closing()?;
        peer.stall().map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| {
            p.rounds = echograph::experiment::Rounds::Exactly(3);
            p.timeout_ms = 100;
        }),
    );
    // A busy machine may miss so short a time-out, but never when everything has come.
    for point in &run.points {
        let fault = point.error.as_ref();
        assert!(
            fault.is_none_or(|fault| fault.phase != FaultPhase::Termination),
            "{fault:?}"
        );
    }
}

#[test]
fn a_refusal_without_an_end_is_heard_though_the_server_resets_behind_it() {
    let server = FakeServer::start(|_, peer| {
        peer.one_read()?;
        peer.say("404 ERROR: Invalid Connection Setup Message")?;
        std::thread::sleep(std::time::Duration::from_millis(20));
        peer.reset().map(|()| Next::Accept)
    });
    let run = run(server.addr, profile(|_| {}));
    let fault = run.points[0].error.clone().unwrap();
    assert_eq!(
        (fault.phase, fault.kind),
        (FaultPhase::Setup, FaultKind::RefusedByServer)
    );
}
