//! Every kind of fault, provoked for real, in the phases it can happen in.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use echograph::measurement::{Fault, FaultKind, FaultPhase, Point, Run, RunState};

use crate::support::{Bench, FakeServer, Next, Peer, profile, run, said, samples};

/// What went wrong at the only point.
fn fault_of(run: &Run) -> Fault {
    assert_eq!(run.state, RunState::Failed);
    let fault = run.points[0].error.clone().expect("there is a fault");
    assert_eq!(run.error.as_deref(), Some(fault.message.as_str()));
    fault
}

fn assert_fault(fault: &Fault, phase: FaultPhase, kind: FaultKind, says: &[&str]) {
    assert_eq!((fault.phase, fault.kind), (phase, kind), "{fault}");
    for part in says {
        assert!(fault.message.contains(part), "{part:?} is not in: {fault}");
    }
}

/// Runs three probes of ten bytes against a script and returns what went wrong, with the run.
fn fault_with(
    script: impl FnMut(usize, &mut Peer) -> io::Result<Next> + Send + 'static,
) -> (Fault, std::sync::Arc<Run>) {
    let server = FakeServer::start(script);
    let run = run(server.addr, profile(|_| {}));
    (fault_of(&run), run)
}

fn closed_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
}

#[test]
fn a_name_without_an_address_is_not_found() {
    // No name server is asked: a part of a name has 63 letters at most.
    let host = format!("{}.invalid", "x".repeat(64));
    let mut bench = Bench::new();
    bench.start_at(&host, 9, profile(|_| {}));
    let fault = fault_of(&bench.finished());
    let says = [host.as_str(), "Check the spelling"];
    assert_fault(&fault, FaultPhase::Resolve, FaultKind::NameNotFound, &says);
}

#[test]
fn a_closed_port_refuses_at_every_point_and_is_tried_once() {
    let run = run(
        closed_port(),
        profile(|p| {
            p.message_sizes = vec![1, 2];
            p.rounds = echograph::experiment::Rounds::Exactly(3);
        }),
    );
    let says = ["refused the connection", "Is a server running there?"];
    for point in &run.points {
        let fault = point.error.as_ref().unwrap();
        assert_fault(fault, FaultPhase::Connect, FaultKind::Refused, &says);
        assert!(point.rounds.is_empty());
    }
    assert_eq!(run.transcript.lines.len(), 1, "{:?}", said(&run, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn an_address_without_a_route_is_unreachable() {
    // The broadcast address of the loopback network: TCP has no way there, and nothing leaves.
    let addr = "127.255.255.255:9".parse().unwrap();
    let fault = fault_of(&run(addr, profile(|_| {})));
    let says = ["There is no way to 127.255.255.255:9", "Check the address"];
    assert_fault(&fault, FaultPhase::Connect, FaultKind::Unreachable, &says);
}

/// A listener whose queue is full: whoever comes is not answered.
#[cfg(target_os = "linux")]
pub(crate) fn full_listener() -> (SocketAddr, Vec<socket2::Socket>) {
    use socket2::{Domain, Socket, Type};

    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let addr = listener.local_addr().unwrap().as_socket().unwrap();
    let mut sockets = vec![listener];
    for _ in 0..64 {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let full = socket.connect_timeout(&addr.into(), Duration::from_millis(200));
        sockets.push(socket);
        if full.is_err() {
            return (addr, sockets);
        }
    }
    panic!("the queue of a listener never fills here");
}

#[cfg(target_os = "linux")]
#[test]
fn a_host_that_does_not_answer_times_out() {
    let (addr, _kept) = full_listener();
    let fault = fault_of(&run(addr, profile(|p| p.timeout_ms = 300)));
    let says = ["did not answer within 0.3 s", "firewall"];
    assert_fault(&fault, FaultPhase::Connect, FaultKind::TimedOut, &says);
}

/// Runs against a script with a time-out of a second, which a busy machine can keep.
fn time_out_with(
    delay_ms: u64,
    script: impl FnMut(usize, &mut Peer) -> io::Result<Next> + Send + 'static,
) -> (Fault, std::sync::Arc<Run>) {
    let server = FakeServer::start(script);
    let run = run(
        server.addr,
        profile(|p| {
            p.timeout_ms = 1000;
            p.server_delays_ms = vec![delay_ms];
        }),
    );
    (fault_of(&run), run)
}

#[test]
fn a_setup_without_an_answer_times_out() {
    let (fault, _) = time_out_with(0, |_, peer| {
        peer.line()?;
        peer.stall().map(|()| Next::Accept)
    });
    let says = ["within 1 s", "another dialect"];
    assert_fault(&fault, FaultPhase::Setup, FaultKind::TimedOut, &says);
}

#[test]
fn to_a_strict_client_a_reply_without_end_is_said_to_have_come_so_far() {
    let server = FakeServer::start(|_, peer| {
        peer.line()?;
        peer.say("200 OK: Ready")?;
        peer.stall().map(|()| Next::Accept)
    });
    let strict = profile(|p| {
        p.timeout_ms = 1000;
        p.strict = true;
    });
    let run = run(server.addr, strict);
    let fault = fault_of(&run);
    let says = ["\"200 OK: Ready\"", "no end of line within 1 s"];
    assert_fault(&fault, FaultPhase::Setup, FaultKind::TimedOut, &says);
    let lines = said(&run, 1);
    assert!(
        lines.contains(&"CSP < 200 OK: Ready".to_owned()),
        "{lines:?}"
    );
}

#[test]
fn an_echo_that_does_not_come_times_out_and_its_probe_is_kept() {
    let (fault, run) = time_out_with(0, |_, peer| {
        peer.ready()?;
        peer.echo(1)?;
        peer.stall().map(|()| Next::Accept)
    });
    let says = ["probe 2", "within 1 s", "longer time-out"];
    assert_fault(&fault, FaultPhase::Measurement, FaultKind::TimedOut, &says);
    let rtts: Vec<_> = samples(&run.points[0])
        .iter()
        .map(|probe| probe.rtt_ns().is_some())
        .collect();
    assert_eq!(rtts, [true, false]);
    assert_eq!(run.points[0].statistics.map(|s| s.n), Some(1));
}

#[test]
fn a_delay_that_may_be_counted_in_seconds_is_told_with_the_time_out_to_set() {
    let (fault, _) = time_out_with(50, |_, peer| {
        peer.ready()?;
        peer.stall().map(|()| Next::Accept)
    });
    let says = ["within 1.05 s", "50 means 50 s", "time-out to 55 s or more"];
    assert_fault(&fault, FaultPhase::Measurement, FaultKind::TimedOut, &says);
}

#[test]
fn an_echo_that_stays_short_is_said_to_be_so() {
    // A server that strips the end of line from what it echoes.
    let (fault, _) = time_out_with(0, |_, peer| {
        peer.ready()?;
        let message = peer.message()?;
        peer.say(&message[..message.len() - 1])?;
        peer.stall().map(|()| Next::Accept)
    });
    let says = ["14 of 15 bytes", "end of line included"];
    assert_fault(&fault, FaultPhase::Measurement, FaultKind::TimedOut, &says);
}

#[test]
fn a_termination_without_an_answer_times_out_where_it_is_strict_after_everything_was_measured() {
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        peer.echo(3)?;
        peer.line()?;
        peer.stall().map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| (p.strict, p.timeout_ms) = (true, 1_000)),
    );
    let fault = fault_of(&run);
    let says = ["within 1 s", "All probes"];
    assert_fault(&fault, FaultPhase::Termination, FaultKind::TimedOut, &says);
    assert_eq!(run.points[0].probes_echoed(), 3);
}

#[test]
fn a_server_that_closes_early_is_said_to_have_done_so() {
    let (fault, _) = fault_with(|_, peer| peer.line().map(|_| Next::Accept));
    let says = ["before it answered the setup message"];
    assert_fault(&fault, FaultPhase::Setup, FaultKind::ClosedEarly, &says);

    let (fault, run) = fault_with(|_, peer| {
        peer.ready()?;
        peer.echo(1)?;
        peer.line().map(|_| Next::Accept)
    });
    let says = ["before the echo of probe 2 was complete"];
    assert_fault(
        &fault,
        FaultPhase::Measurement,
        FaultKind::ClosedEarly,
        &says,
    );
    assert_eq!(samples(&run.points[0]).len(), 2, "the one without echo too");

    let (fault, _) = fault_with(|_, peer| {
        peer.ready()?;
        peer.line()?;
        peer.say("m 1 abc").map(|()| Next::Accept)
    });
    let says = ["probe 1", "\"m 1 abc\""];
    assert_fault(
        &fault,
        FaultPhase::Measurement,
        FaultKind::ClosedEarly,
        &says,
    );
}

#[test]
fn a_reset_is_told_from_a_close() {
    let (fault, _) = fault_with(|_, peer| {
        peer.line()?;
        peer.reset().map(|()| Next::Accept)
    });
    let says = ["reset the connection before it answered the setup message"];
    assert_fault(&fault, FaultPhase::Setup, FaultKind::Reset, &says);

    let (fault, _) = fault_with(|_, peer| {
        peer.ready()?;
        peer.echo(2)?;
        peer.line()?;
        peer.reset().map(|()| Next::Accept)
    });
    let says = ["reset the connection before the echo of probe 3"];
    assert_fault(&fault, FaultPhase::Measurement, FaultKind::Reset, &says);
}

#[test]
fn an_echo_that_differs_is_told_with_the_place() {
    let (fault, run) = fault_with(|_, peer| {
        peer.ready()?;
        let mut message = peer.message()?;
        message[6] = b'!';
        peer.say(message)?;
        peer.stall().map(|()| Next::Accept)
    });
    let says = ["probe 1", "byte 7 of the 15", "byte for byte"];
    assert_fault(
        &fault,
        FaultPhase::Measurement,
        FaultKind::EchoDiffers,
        &says,
    );
    assert_eq!(samples(&run.points[0])[0].rtt_ns(), None);

    let (fault, _) = fault_with(|_, peer| {
        peer.ready()?;
        let mut message = peer.message()?;
        message.extend_from_slice(b"more");
        peer.say(message)?;
        peer.stall().map(|()| Next::Accept)
    });
    let says = ["longer than the 15 bytes"];
    assert_fault(
        &fault,
        FaultPhase::Measurement,
        FaultKind::EchoDiffers,
        &says,
    );

    let (fault, _) = fault_with(|_, peer| {
        peer.ready()?;
        peer.line()?;
        peer.say("m 1 abd\n").map(|()| Next::Accept)
    });
    let says = ["byte 7 of the 15"];
    assert_fault(
        &fault,
        FaultPhase::Measurement,
        FaultKind::EchoDiffers,
        &says,
    );

    // The payload alone: at once, not after the time-out.
    let (fault, _) = fault_with(|_, peer| {
        peer.ready()?;
        let message = peer.message()?;
        peer.say(&message[4..])?;
        peer.stall().map(|()| Next::Accept)
    });
    let says = ["byte 1 of the 15", "the whole message"];
    assert_fault(
        &fault,
        FaultPhase::Measurement,
        FaultKind::EchoDiffers,
        &says,
    );
}

#[test]
fn what_nobody_asked_for_is_said_of_the_probe_it_came_for() {
    // Eight probes in flight and right echoes, with more behind them in the same piece.
    let behind = |more: &'static [u8]| {
        let server = FakeServer::start(move |_, peer| {
            peer.ready()?;
            let mut echoes = Vec::new();
            for _ in 0..8 {
                echoes.extend(peer.message()?);
            }
            echoes.extend_from_slice(more);
            peer.say(echoes)?;
            peer.stall().map(|()| Next::Accept)
        });
        let run = run(
            server.addr,
            profile(|p| {
                p.probes = 20;
                p.depth = 8;
            }),
        );
        let fault = fault_of(&run);
        let echoed = samples(&run.points[0])
            .iter()
            .filter(|probe| probe.rtt_ns().is_some())
            .count();
        (fault, echoed)
    };
    let (fault, echoed) = behind(b"m 9 abcdefghij\nm 10 abcdefghij\n");
    let says = [
        "sent \"m 9 abc",
        "of probe 9",
        "more came than had been sent",
    ];
    assert_fault(
        &fault,
        FaultPhase::Measurement,
        FaultKind::EchoDiffers,
        &says,
    );
    assert_eq!(echoed, 8);
    let (fault, echoed) = behind(b"and more of it, and more");
    let says = ["echo of probe 8", "longer than the 15 bytes", "m 8 abc"];
    assert_fault(
        &fault,
        FaultPhase::Measurement,
        FaultKind::EchoDiffers,
        &says,
    );
    assert_eq!(echoed, 7);
}

#[test]
fn a_refusal_is_told_in_each_phase_with_the_servers_words() {
    let (fault, not_set_up) = fault_with(|_, peer| {
        peer.line()?;
        peer.say("404 ERROR: Invalid Connection Setup Message\n")?;
        Ok(Next::Accept)
    });
    let says = ["Invalid Connection Setup", "\"s rtt 3 10 0\"", "dialect"];
    assert_fault(&fault, FaultPhase::Setup, FaultKind::RefusedByServer, &says);
    let line = "CSP < 404 ERROR: Invalid Connection Setup Message".to_owned();
    assert!(said(&not_set_up, 1).contains(&line));

    let (fault, measured) = fault_with(|_, peer| {
        peer.ready()?;
        peer.echo(1)?;
        peer.line()?;
        peer.say("404 ERROR: Invalid Measurement Message\n")?;
        Ok(Next::Accept)
    });
    let says = ["Invalid Measurement", "m 2 abcdefgh", "sequence number"];
    assert_fault(
        &fault,
        FaultPhase::Measurement,
        FaultKind::RefusedByServer,
        &says,
    );
    assert_eq!(samples(&measured.points[0]).len(), 2);
    let line = "MP < 404 ERROR: Invalid Measurement Message".to_owned();
    assert!(said(&measured, 1).contains(&line));

    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        peer.echo(3)?;
        peer.line()?;
        peer.say("404 ERROR: Invalid Connection Termination Message\n")?;
        Ok(Next::Accept)
    });
    let run = run(server.addr, profile(|p| p.strict = true));
    let says = ["Invalid Connection Termination", "\"t\""];
    assert_fault(
        &fault_of(&run),
        FaultPhase::Termination,
        FaultKind::RefusedByServer,
        &says,
    );
    assert_eq!(run.points[0].probes_echoed(), 3);
}

#[test]
fn a_refusal_is_heard_before_the_setup_message_was_said() {
    // A full server may refuse whoever comes, and close.
    let server = FakeServer::start(|_, peer| {
        peer.say("404 ERROR: Invalid Connection Setup Message\n")?;
        peer.close();
        Ok(Next::Accept)
    });
    let sizes: Vec<u64> = (1..=20).collect();
    let run = run(server.addr, profile(|p| p.message_sizes = sizes));
    for point in &run.points {
        let fault = point.error.as_ref().unwrap();
        assert_fault(fault, FaultPhase::Setup, FaultKind::RefusedByServer, &[]);
    }
}

#[test]
fn a_refusal_is_heard_while_the_probe_is_still_being_written() {
    for (pause_ms, resets) in [(0, false), (20, false), (0, true), (20, true)] {
        let server = FakeServer::start(move |_, peer| {
            peer.ready()?;
            peer.bytes(100)?;
            std::thread::sleep(Duration::from_millis(pause_ms));
            peer.say("404 ERROR: Invalid Measurement Message\n")?;
            // Closing with input unread resets as well.
            if resets {
                peer.reset()?;
            }
            Ok(Next::Accept)
        });
        // Larger than what the kernel keeps for both ends.
        let sizes: Vec<u64> = (0..3).map(|more| (16 << 20) + more).collect();
        let run = run(server.addr, profile(|p| p.message_sizes = sizes));
        for point in &run.points {
            let fault = point.error.as_ref().unwrap();
            let says = ["Invalid Measurement Message"];
            assert_fault(
                fault,
                FaultPhase::Measurement,
                FaultKind::RefusedByServer,
                &says,
            );
        }
    }
}

#[test]
fn another_text_is_no_reply() {
    let (fault, _) = fault_with(|_, peer| {
        peer.line()?;
        peer.say("HTTP/1.1 400 Bad Request\r\n")?;
        peer.stall().map(|()| Next::Accept)
    });
    let says = ["\"HTTP/1.1 400 Bad Request\\r\"", "another protocol"];
    assert_fault(&fault, FaultPhase::Setup, FaultKind::BadReply, &says);

    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        peer.echo(3)?;
        peer.line()?;
        peer.say("Bye\n")?;
        peer.stall().map(|()| Next::Accept)
    });
    let run = run(server.addr, profile(|p| p.strict = true));
    let says = ["\"Bye\""];
    assert_fault(
        &fault_of(&run),
        FaultPhase::Termination,
        FaultKind::BadReply,
        &says,
    );

    let (fault, _) = fault_with(|_, peer| {
        peer.line()?;
        peer.say(vec![b'2'; 2000])?;
        peer.stall().map(|()| Next::Accept)
    });
    let says = ["1024 bytes without an end of line"];
    assert_fault(&fault, FaultPhase::Setup, FaultKind::BadReply, &says);
}

#[test]
fn one_failed_point_does_not_lose_the_others_and_is_tried_again() {
    // The second size is refused in its first two rounds.
    let mut refused = 0;
    let server = FakeServer::start(move |_, peer| {
        let setup = peer.line()?;
        if setup == "s rtt 3 20 0" && refused < 2 {
            refused += 1;
            peer.say("404 ERROR: Invalid Connection Setup Message\n")?;
            return Ok(Next::Accept);
        }
        peer.say("200 OK: Ready\n")?;
        peer.echo(3)?;
        peer.closing().map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| {
            p.message_sizes = vec![10, 20, 30];
            p.rounds = echograph::experiment::Rounds::Exactly(4);
        }),
    );
    assert_eq!(run.state, RunState::Failed);
    let echoed: Vec<_> = run.points.iter().map(Point::probes_echoed).collect();
    assert_eq!(echoed, [12, 6, 12]);
    let failed: Vec<_> = run.failed_points().map(|p| p.spec.message_size).collect();
    assert_eq!(failed, [20]);
    assert_eq!(run.points[1].rounds.len(), 4);
    assert_eq!(server.connections(), 12);
}
