//! Servers that end, and servers that come back.

use std::time::Duration;

use echograph::measurement::{FaultKind, FaultPhase, Point, Run, RunState};

use crate::support::{FakeServer, Next, profile, run};

const SIX_VISITS: fn(&mut echograph::experiment::Profile) = |p| {
    p.message_sizes = vec![1, 2, 3];
    p.rounds = echograph::experiment::Rounds::Exactly(2);
};

fn echoed(run: &Run) -> Vec<u64> {
    run.points.iter().map(Point::probes_echoed).collect()
}

fn assert_gone(run: &Run, says: &str) {
    assert_eq!(run.state, RunState::Failed);
    for point in &run.points {
        let fault = point.error.as_ref().expect("no point has all its rounds");
        assert_eq!(
            (fault.phase, fault.kind),
            (FaultPhase::Connect, FaultKind::Refused),
            "{fault}"
        );
        assert!(fault.message.contains(says), "{fault}");
    }
    assert!(run.error.as_ref().is_some_and(|error| error.contains(says)));
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_accepts_nobody_is_said_to_have_answered_nobody() {
    // The kernel takes one connection for it, and no more.
    let listener =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let run = run(
        address,
        profile(|p| {
            p.timeout_ms = 300;
            p.target = echograph::experiment::Target::Host {
                host: address.ip().to_string(),
                port: address.port(),
            };
        }),
    );
    let fault = run.points[0].error.as_ref().unwrap();
    assert_eq!(
        (fault.phase, fault.kind),
        (FaultPhase::Setup, FaultKind::TimedOut),
        "{fault}"
    );
    let asked = profile(|_| {});
    assert_eq!(run.profile.dialect, asked.dialect);
    assert_eq!(run.profile.variant, asked.variant);
    assert_eq!(run.server.remarks, []);
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_closes_first_and_is_started_anew_has_its_port_back() {
    // Its own end would keep the port for a minute otherwise.
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        peer.echo(3)?;
        peer.expect("t")?;
        peer.say("200 OK: Closing Connection\n")?;
        peer.close();
        Ok(Next::RestartWhenFree)
    });
    let run = run(
        server.addr,
        profile(|p| {
            SIX_VISITS(p);
            p.target = echograph::experiment::Target::Host {
                host: server.addr.ip().to_string(),
                port: server.addr.port(),
            };
        }),
    );
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
    assert_eq!(echoed(&run), [6, 6, 6]);
}

#[test]
fn a_server_that_ends_after_one_session_is_said_to_have_done_so() {
    let server = FakeServer::start(|_, peer| peer.serve().map(|()| Next::StopListening));
    let run = run(server.addr, profile(SIX_VISITS));
    assert_gone(&run, "served one session and then took no more connections");
    assert_gone(&run, "in a loop");
    assert_eq!(echoed(&run), [3, 0, 0], "what was measured is kept");
    assert!(run.points[0].statistics.is_some());
    assert!(run.points[1].rounds.is_empty());
}

#[test]
fn a_server_that_takes_a_moment_to_end_is_said_to_have_done_so_too() {
    // The listener outlives the session, so that the next connection is taken, and then reset.
    for sizes in [vec![1, 2, 3], vec![1, 2]] {
        let last = sizes.len() - 1;
        let server = FakeServer::start(|_, peer| {
            peer.serve()?;
            peer.close();
            std::thread::sleep(Duration::from_millis(100));
            Ok(Next::StopListening)
        });
        let run = run(server.addr, profile(|p| p.message_sizes = sizes));
        for point in &run.points[1..] {
            let fault = point.error.as_ref().unwrap();
            assert_eq!(fault.phase, FaultPhase::Connect, "{fault}");
            assert!(fault.message.contains("served one session"), "{fault}");
        }
        assert_eq!(run.failed_points().count(), last);
        assert_eq!(echoed(&run)[0], 3);
    }
}

#[test]
fn a_server_that_ends_after_three_sessions_is_said_to_have_served_three() {
    let server = FakeServer::start(|number, peer| {
        peer.serve()?;
        Ok(if number == 3 {
            Next::StopListening
        } else {
            Next::Accept
        })
    });
    let run = run(
        server.addr,
        profile(|p| p.rounds = echograph::experiment::Rounds::Exactly(5)),
    );
    assert_gone(&run, "served 3 sessions and then took no more connections");
    assert_gone(&run, "start it again");
    assert_eq!(echoed(&run), [9]);
}

#[test]
fn a_server_that_ends_after_a_refusal_was_there_all_the_same() {
    let server = FakeServer::start(|_, peer| {
        peer.line()?;
        peer.say("404 ERROR: Invalid Connection Setup Message\n")?;
        Ok(Next::StopListening)
    });
    let run = run(server.addr, profile(|p| p.message_sizes = vec![1, 2]));
    let kinds: Vec<_> = run
        .points
        .iter()
        .map(|point| point.error.as_ref().unwrap().kind)
        .collect();
    assert_eq!(kinds, [FaultKind::RefusedByServer, FaultKind::Refused]);
    let message = &run.points[1].error.as_ref().unwrap().message;
    assert!(
        // The kernel may have taken another one meanwhile.
        message.contains("took") && message.contains("and then took no more connections"),
        "{message}"
    );
}

#[test]
fn a_server_that_is_back_within_half_a_second_is_met_again() {
    let server = FakeServer::start(|number, peer| {
        peer.serve()?;
        Ok(match number {
            2 => Next::Restart(Duration::from_millis(500)),
            _ => Next::Accept,
        })
    });
    let run = run(server.addr, profile(SIX_VISITS));
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
    assert_eq!(echoed(&run), [6, 6, 6]);
}

#[test]
fn a_server_that_never_answers_is_not_asked_at_every_point_of_every_round() {
    let server = FakeServer::start(|_, peer| {
        peer.line()?;
        peer.stall().map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| {
            SIX_VISITS(p);
            p.timeout_ms = 200;
        }),
    );
    assert_eq!((run.state, server.connections()), (RunState::Failed, 3));
    for point in &run.points {
        let fault = point.error.as_ref().expect("nothing was measured");
        assert_eq!(
            (fault.phase, fault.kind),
            (FaultPhase::Setup, FaultKind::TimedOut)
        );
    }
    let said = run.error.as_ref().expect("why it ended");
    assert!(said.contains("did not answer"), "{said}");
}
