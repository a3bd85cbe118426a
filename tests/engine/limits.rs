//! What limited a point, made on this computer with real sockets: the run has to name it.
//!
//! Other work on the processors is a cause too, and nothing that these checks make. A run that says
//! that it was disturbed is made again, and where all of them were nothing is asked of the last.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use echograph::experiment::{Profile, Rounds};
use echograph::measurement::{Cause, Limit, Run, limit_of};

use super::support::{FakeServer, Next, Peer, profile, run};

const TRIES: usize = 5;

fn limit(run: &Run) -> Limit {
    let point = run.points.first().expect("there is a point");
    assert_eq!(point.error, None);
    limit_of(run, point).expect("there are samples")
}

/// Whether the processors were not ours all the time, or nobody could say what the machine takes itself.
fn is_disturbed(run: &Run) -> bool {
    run.calibration.is_none()
        || run
            .points
            .iter()
            .flat_map(|point| &point.rounds)
            .any(|round| {
                let Some(work) = round.work else { return true };
                let waited = work.queued_ns.max(work.contended_ns).unwrap_or_default();
                5 * waited >= work.elapsed_ns()
            })
}

/// The sentence of a run that names this cause; `None` on a machine that is busy with something else.
fn provoked(cause: Cause, addr: SocketAddr, change: impl Fn(&mut Profile)) -> Option<String> {
    for _ in 0..TRIES {
        let run = run(addr, profile(&change));
        let limit = limit(&run);
        if limit.cause == cause {
            return Some(limit.sentence);
        }
        assert!(
            is_disturbed(&run),
            "{cause:?} was made, and said: {limit:?}"
        );
    }
    None
}

fn twenty(profile: &mut Profile) {
    profile.probes = 20;
    profile.rounds = Rounds::Exactly(2);
}

/// A server that takes what has come, thinks, and gives it back.
fn thinks(time: Duration) -> FakeServer {
    let serve = move |peer: &mut Peer| -> io::Result<()> {
        peer.ready()?;
        loop {
            let came = peer.one_read()?;
            if came.starts_with(b"t") {
                return peer.say("200 OK: Closing Connection\n");
            }
            std::thread::sleep(time);
            peer.say(came)?;
        }
    };
    FakeServer::start(move |_, peer| serve(peer).map(|()| Next::Accept))
}

#[test]
fn few_probes_say_nothing_and_how_many_they_were() {
    let server = FakeServer::honest();
    let run = run(server.addr, profile(|p| p.probes = 1));
    let limit = limit(&run);
    assert_eq!(limit.cause, Cause::NotKnown);
    assert_eq!(
        limit.sentence,
        "Not known: 1 probe is too few to tell, it takes 20."
    );
}

#[test]
fn a_server_that_thinks_before_each_echo_is_named_with_several_in_flight_too() {
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        for _ in 0..20 {
            let message = peer.message()?;
            std::thread::sleep(Duration::from_millis(5));
            peer.say(message)?;
        }
        peer.closing().map(|()| Next::Accept)
    });
    for size in [100, 65_536] {
        let said = provoked(Cause::Server, server.addr, |p| {
            twenty(p);
            p.message_sizes = vec![size];
            p.depth = 8;
        });
        if let Some(said) = said {
            assert!(said.starts_with("The server: "), "{said}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn messages_that_nagles_algorithm_holds_back_say_so() {
    let server = thinks(Duration::from_millis(10));
    let said = provoked(Cause::Nagle, server.addr, |p| {
        twenty(p);
        p.probes = 80;
        p.message_sizes = vec![100];
        p.depth = 8;
        p.socket.nodelay = false;
    });
    if let Some(said) = said {
        assert!(said.contains("TCP_NODELAY is off"), "{said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_send_buffer_smaller_than_a_message_is_named_with_its_size() {
    let server = FakeServer::honest();
    let said = provoked(Cause::SendBuffer, server.addr, |p| {
        twenty(p);
        p.message_sizes = vec![65_536];
        p.socket.send_buffer = Some(4_096);
    });
    if let Some(said) = said {
        assert!(said.contains("100.0 % of the messages"), "{said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_receive_buffer_smaller_than_an_echo_is_named_with_its_size() {
    let server = FakeServer::honest();
    let said = provoked(Cause::ReceiveBuffer, server.addr, |p| {
        twenty(p);
        p.message_sizes = vec![262_144];
        p.socket.receive_buffer = Some(4_096);
    });
    if let Some(said) = said {
        assert!(said.starts_with("Our receive buffer of "), "{said}");
    }
}
