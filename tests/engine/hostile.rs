//! Servers that mean no good: what they send is bounded and answered with a clear error.

use echograph::measurement::{Fault, FaultKind, FaultPhase, RunState};

use crate::support::{FakeServer, Next, Peer, profile, run};

/// Says it again and again until the client leaves.
fn flood(peer: &mut Peer, what: &[u8]) {
    let much = what.repeat((64 << 10) / what.len());
    while peer.say(&much).is_ok() {}
}

fn fault_with(
    script: impl FnMut(usize, &mut Peer) -> std::io::Result<Next> + Send + 'static,
) -> Fault {
    let server = FakeServer::start(script);
    let run = run(server.addr, profile(|_| {}));
    run.points[0].error.clone().expect("there is a fault")
}

#[test]
fn a_flood_before_the_reply_to_the_setup_is_a_bad_reply() {
    for what in [&b"x"[..], b"2", b"noise\n", b"\n", b"\0", b"\xff\xfe"] {
        let fault = fault_with(move |_, peer| {
            flood(peer, what);
            Ok(Next::Accept)
        });
        assert_eq!(
            (fault.phase, fault.kind),
            (FaultPhase::Setup, FaultKind::BadReply),
            "{fault}"
        );
        assert!(fault.message.len() < 1000, "{fault}");
    }
}

#[test]
fn refusals_without_end_are_one_refusal() {
    let line = b"404 ERROR: Invalid Connection Setup Message\n";
    let fault = fault_with(|_, peer| {
        flood(peer, line);
        Ok(Next::Accept)
    });
    assert_eq!(fault.kind, FaultKind::RefusedByServer, "{fault}");

    let fault = fault_with(|_, peer| {
        peer.ready()?;
        peer.line()?;
        flood(peer, b"404 ERROR: Invalid Measurement Message\n");
        Ok(Next::Accept)
    });
    assert_eq!(
        (fault.phase, fault.kind),
        (FaultPhase::Measurement, FaultKind::RefusedByServer),
        "{fault}"
    );
}

#[test]
fn what_follows_the_reply_to_the_setup_is_not_taken_for_an_echo() {
    // In one piece with the reply it is seen before a probe is sent.
    let fault = fault_with(|_, peer| {
        peer.line()?;
        peer.say("200 OK: Ready\nm 1 abcdefghij\n")?;
        peer.stall().map(|()| Next::Accept)
    });
    assert_eq!(
        (fault.phase, fault.kind),
        (FaultPhase::Setup, FaultKind::BadReply),
        "{fault}"
    );
    assert!(fault.message.contains("m 1 abcdefghij"), "{fault}");

    let fault = fault_with(|_, peer| {
        peer.line()?;
        peer.say("200 OK: Ready\n")?;
        flood(peer, b"noise");
        Ok(Next::Accept)
    });
    assert!(
        matches!(fault.kind, FaultKind::BadReply | FaultKind::EchoDiffers),
        "{fault}"
    );
}

#[test]
fn an_echo_that_comes_before_its_probe_was_sent_is_none() {
    // The server guesses a large probe and sends it without having read any of it.
    let size = 24 << 20;
    let server = FakeServer::start(move |_, peer| {
        peer.ready()?;
        let payload: Vec<u8> = (b'a'..=b'z').cycle().take(size).collect();
        peer.say([b"m 1 ", payload.as_slice(), b"\n"].concat())?;
        peer.stall().map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| p.message_sizes = vec![size as u64]),
    );
    let fault = run.points[0].error.clone().unwrap();
    assert_eq!(fault.kind, FaultKind::EchoDiffers, "{fault}");
    assert_eq!(run.points[0].probes_echoed(), 0);
}

#[test]
fn a_flood_behind_the_last_reply_keeps_no_run_from_its_end() {
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        peer.echo(3)?;
        peer.closing()?;
        flood(peer, b"noise");
        Ok(Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| p.rounds = echograph::experiment::Rounds::Exactly(3)),
    );
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
}

#[test]
fn what_a_server_says_is_shown_without_its_control_characters() {
    let fault = fault_with(|_, peer| {
        peer.line()?;
        peer.say("404 \x1b[31mred\x07\t\u{202e}– done\r\n")
            .map(|()| Next::Accept)
    });
    assert_eq!(fault.kind, FaultKind::RefusedByServer);
    assert!(!fault.message.contains(char::is_control), "{fault:?}");
    // None is dropped: a TAB or a direction mark may be the very thing that is wrong.
    let shown = "404 \\u{1b}[31mred\\u{7}\\t\\u{202e}– done";
    assert!(fault.message.contains(shown), "{fault:?}");
}
