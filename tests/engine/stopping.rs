//! Stop, in everything a run can be doing. The promise is 100 ms; a busy machine is given more before
//! a test fails, and the time it took is printed.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use echograph::experiment::Profile;
use echograph::measurement::{FaultKind, FaultPhase, Run, RunId, RunState};

use crate::support::{Bench, FakeServer, Next, PATIENCE, Peer, profile, samples};

/// A bench has one run.
const FIRST: RunId = RunId(1);
/// Far above the promise and far below every time-out of a profile here.
const AT_MOST: Duration = Duration::from_secs(2);

fn stop(bench: &mut Bench, what: &str) -> Arc<Run> {
    let began = Instant::now();
    bench.engine.stop(FIRST);
    let run = bench.finished();
    let took = began.elapsed();
    println!("stop {what}: {took:?}");
    assert!(took < AT_MOST, "stop {what} took {took:?}");
    assert_eq!(run.state, RunState::Stopped);
    assert!(run.error.is_some());
    run
}

/// A server whose script tells when it has come to the place to stop at.
fn telling(
    mut script: impl FnMut(&Sender<()>, &mut Peer) -> std::io::Result<Next> + Send + 'static,
) -> (FakeServer, Receiver<()>) {
    let (sender, there) = channel();
    let server = FakeServer::start(move |_, peer| script(&sender, peer));
    (server, there)
}

/// Runs until the server says that the place is reached, and a moment longer; then stops.
fn stop_at(server: &FakeServer, there: &Receiver<()>, profile: Profile, what: &str) -> Arc<Run> {
    let mut bench = Bench::new();
    bench.start(server.addr, profile);
    there.recv_timeout(PATIENCE).expect("the place is reached");
    std::thread::sleep(Duration::from_millis(30));
    stop(&mut bench, what)
}

fn assert_stopped(run: &Run, phase: FaultPhase) {
    let fault = run.points[0].error.as_ref().unwrap();
    assert_eq!((fault.phase, fault.kind), (phase, FaultKind::Stopped));
}

#[test]
fn during_the_look_up() {
    // It may be over when Stop comes; that it can be left at any moment is tested beside its code.
    let mut bench = Bench::new();
    bench.start_at("localhost", 1, profile(|_| {}));
    let began = Instant::now();
    bench.engine.stop(FIRST);
    let run = bench.finished();
    println!("stop during the look-up: {:?}", began.elapsed());
    assert!(matches!(run.state, RunState::Stopped | RunState::Failed));
}

#[cfg(target_os = "linux")]
#[test]
fn while_connecting() {
    let (addr, _kept) = crate::faults::full_listener();
    let mut bench = Bench::new();
    bench.start(addr, profile(|_| {}));
    // Nothing tells when connecting begins; on a busy machine, calibrating takes a third of a second.
    std::thread::sleep(Duration::from_secs(1));
    let run = stop(&mut bench, "while connecting");
    assert_stopped(&run, FaultPhase::Connect);
}

#[test]
fn waiting_for_the_reply_to_the_setup() {
    let (server, there) = telling(|there, peer| {
        peer.line()?;
        there.send(()).unwrap();
        peer.stall().map(|()| Next::Accept)
    });
    let run = stop_at(
        &server,
        &there,
        profile(|_| {}),
        "waiting for the setup reply",
    );
    assert_stopped(&run, FaultPhase::Setup);
}

#[test]
fn waiting_for_an_echo_keeps_what_was_measured_and_the_probe_on_its_way() {
    let (server, there) = telling(|there, peer| {
        peer.ready()?;
        peer.echo(2)?;
        peer.line()?;
        there.send(()).unwrap();
        peer.stall().map(|()| Next::Accept)
    });
    let profile = profile(|p| {
        p.message_sizes = vec![1, 2];
        p.probes = 10;
    });
    let run = stop_at(&server, &there, profile, "waiting for an echo");
    assert_stopped(&run, FaultPhase::Measurement);
    let kept = samples(&run.points[0]);
    let echoed: Vec<_> = kept.iter().map(|probe| probe.rtt_ns().is_some()).collect();
    assert_eq!(echoed, [true, true, false]);
    assert!(kept.is_sorted_by_key(|probe| probe.sent_ns));
    assert_eq!(run.points[0].statistics.map(|s| s.n), Some(2));
    let fault = run.points[1].error.as_ref().unwrap();
    assert_eq!(fault.kind, FaultKind::Stopped, "it was not reached");
}

#[test]
fn while_a_large_message_is_being_made() {
    let (server, there) = telling(|there, peer| {
        peer.ready()?;
        there.send(()).unwrap();
        peer.stall().map(|()| Next::Accept)
    });
    let profile = profile(|p| p.message_sizes = vec![64 << 20]);
    let run = stop_at(&server, &there, profile, "while a large message is made");
    assert_stopped(&run, FaultPhase::Measurement);
}

#[test]
fn in_the_middle_of_a_large_write() {
    let (server, there) = telling(|there, peer| {
        peer.ready()?;
        peer.bytes(1000)?;
        there.send(()).unwrap();
        peer.stall().map(|()| Next::Accept)
    });
    let profile = profile(|p| p.message_sizes = vec![32 << 20]);
    let run = stop_at(&server, &there, profile, "in the middle of a large write");
    assert_stopped(&run, FaultPhase::Measurement);
    assert_eq!(samples(&run.points[0]).len(), 1);
}

#[test]
fn in_the_middle_of_a_large_echo() {
    let (server, there) = telling(|there, peer| {
        peer.ready()?;
        peer.echo_bytes(8 << 20)?;
        there.send(()).unwrap();
        peer.stall().map(|()| Next::Accept)
    });
    let profile = profile(|p| p.message_sizes = vec![32 << 20]);
    let run = stop_at(&server, &there, profile, "in the middle of a large echo");
    assert_stopped(&run, FaultPhase::Measurement);
    assert_eq!(samples(&run.points[0])[0].rtt_ns(), None);
}

#[test]
fn waiting_for_the_reply_to_the_termination() {
    let (server, there) = telling(|there, peer| {
        peer.ready()?;
        peer.echo(3)?;
        peer.line()?;
        there.send(()).unwrap();
        peer.stall().map(|()| Next::Accept)
    });
    let profile = profile(|p| p.rounds = echograph::experiment::Rounds::Exactly(2));
    let run = stop_at(
        &server,
        &there,
        profile,
        "waiting for the termination reply",
    );
    assert_stopped(&run, FaultPhase::Termination);
    assert_eq!(run.points[0].probes_echoed(), 3);
}

#[test]
fn between_rounds() {
    // The server is gone and waited for.
    let (server, there) = telling(|there, peer| {
        peer.serve()?;
        there.send(()).unwrap();
        Ok(Next::StopListening)
    });
    let profile = profile(|p| p.rounds = echograph::experiment::Rounds::Exactly(2));
    let run = stop_at(&server, &there, profile, "between rounds");
    assert_stopped(&run, FaultPhase::Connect);
    assert_eq!(run.points[0].probes_echoed(), 3);
}

#[test]
fn in_the_midst_of_probes_that_come_and_go() {
    let server = FakeServer::honest();
    let mut bench = Bench::new();
    let profile = profile(|p| p.probes = 1_000_000);
    bench.start(server.addr, profile);
    bench.until("probes", |snapshot| {
        snapshot
            .current
            .as_ref()
            .is_some_and(|current| current.probes_done > 100)
    });
    let run = stop(&mut bench, "in the midst of probes");
    assert_stopped(&run, FaultPhase::Measurement);
    assert!(run.points[0].probes_echoed() > 100);
}

#[test]
fn while_short_sessions_follow_each_other() {
    let server = FakeServer::honest();
    let mut bench = Bench::new();
    let profile = profile(|p| {
        p.probes = 1;
        p.rounds = echograph::experiment::Rounds::Exactly(10_000);
    });
    bench.start(server.addr, profile);
    bench.until("rounds", |snapshot| {
        snapshot
            .current
            .as_ref()
            .is_some_and(|current| current.visits_done > 3)
    });
    let run = stop(&mut bench, "while short sessions follow each other");
    assert!(run.points[0].rounds.len() > 3);
}

#[test]
fn with_nothing_to_stop_is_no_harm() {
    let server = FakeServer::honest();
    let mut bench = Bench::new();
    bench.engine.stop(FIRST);
    bench.start(server.addr, profile(|_| {}));
    let run = bench.finished();
    assert_eq!(run.state, RunState::Finished);
    // A Stop that comes too late is not taken for the run that follows.
    bench.engine.stop(FIRST);
    bench.start(server.addr, profile(|_| {}));
    assert_eq!(bench.finished().state, RunState::Finished);
}

#[test]
fn dropping_the_engine_ends_a_run_and_its_thread() {
    let (server, there) = telling(|there, peer| {
        peer.ready()?;
        there.send(()).unwrap();
        peer.stall().map(|()| Next::Accept)
    });
    let mut bench = Bench::new();
    bench.start(server.addr, profile(|_| {}));
    bench.start(server.addr, profile(|_| {}));
    there.recv_timeout(PATIENCE).unwrap();
    let began = Instant::now();
    drop(bench.engine);
    println!("dropping the engine during a run: {:?}", began.elapsed());
    assert!(began.elapsed() < AT_MOST);
    let mut finished = Vec::new();
    while let Some(event) = bench.events.try_next() {
        if let echograph::engine::EngineEvent::Finished(run) = event {
            finished.push((run.id.0, run.state));
        }
    }
    assert_eq!(finished, [(1, RunState::Stopped)]);
}

#[test]
fn dropping_the_engine_during_a_look_up_ends_it_too() {
    let bench = Bench::new();
    bench.start_at("localhost", 1, profile(|_| {}));
    let began = Instant::now();
    drop(bench);
    println!(
        "dropping the engine during a look-up: {:?}",
        began.elapsed()
    );
    assert!(began.elapsed() < AT_MOST);
}
