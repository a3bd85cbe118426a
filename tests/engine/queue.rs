//! The queue, the order of events, and the picture of it all.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use echograph::engine::{EngineError, MAX_QUEUE, Snapshot};
use echograph::measurement::{Point, RunId, RunState};

use crate::support::{Bench, FakeServer, Next, PATIENCE, profile};

/// A server that holds its first session up until it is told to go on.
fn held_up() -> (FakeServer, Sender<()>) {
    let (go_on, wait) = channel::<()>();
    let server = FakeServer::start(move |number, peer| {
        let fields = peer.ready()?;
        if number == 1 && wait.recv_timeout(PATIENCE).is_err() {
            // Nobody will: the client is to stop.
            return peer.stall().map(|()| Next::Accept);
        }
        peer.echo(fields[2].parse().map_err(io::Error::other)?)?;
        peer.closing().map(|()| Next::Accept)
    });
    (server, go_on)
}

fn waiting(snapshot: &Snapshot) -> Vec<u64> {
    snapshot.queue.iter().map(|entry| entry.id.0).collect()
}

#[test]
fn runs_wait_for_each_other_and_each_can_be_cancelled() {
    let (server, go_on) = held_up();
    let mut bench = Bench::new();
    for probes in 1..=4 {
        bench.start(server.addr, profile(|p| p.probes = probes));
    }
    let shown = bench.until("three that wait", |s| waiting(s) == [2, 3, 4]);
    let probes: Vec<_> = shown
        .queue
        .iter()
        .map(|entry| entry.profile.probes)
        .collect();
    assert_eq!(probes, [2, 3, 4], "each entry says what it will measure");
    assert_eq!(shown.current.as_ref().map(|c| c.run.id), Some(RunId(1)));

    bench.engine.cancel(RunId(3));
    bench.until("two that wait", |s| waiting(s) == [2, 4]);
    // Unknown, measured already, cancelled already: nothing happens.
    for id in [99, 1, 3] {
        bench.engine.cancel(RunId(id));
    }
    go_on.send(()).unwrap();
    let events: Vec<String> = (0..11).map(|_| bench.event()).collect();
    let of = |id: u64| -> Vec<&str> {
        let end = format!(" {id}");
        let own = events.iter().filter_map(|event| event.strip_suffix(&end));
        own.collect()
    };
    for id in [1, 2, 4] {
        assert_eq!(of(id), ["queued", "started", "finished"], "{events:?}");
    }
    assert_eq!(of(3), ["queued", "cancelled"], "{events:?}");
    let turns: Vec<&String> = events
        .iter()
        .filter(|event| event.starts_with("started") || event.starts_with("finished"))
        .collect();
    assert_eq!(
        turns,
        [
            "started 1",
            "finished 1",
            "started 2",
            "finished 2",
            "started 4",
            "finished 4"
        ]
    );
    let shown = bench.until("nothing", |s| s.current.is_none());
    assert!(shown.queue.is_empty());
    assert!(bench.events.try_next().is_none());
}

#[test]
fn stop_goes_on_to_the_next() {
    let (server, go_on) = held_up();
    let mut bench = Bench::new();
    bench.start(server.addr, profile(|_| {}));
    bench.start(server.addr, profile(|_| {}));
    bench.until("the first", |s| s.current.is_some() && waiting(s) == [2]);
    bench.engine.stop(RunId(1));
    let first = bench.finished();
    assert_eq!((first.id, first.state), (RunId(1), RunState::Stopped));
    go_on.send(()).unwrap();
    let second = bench.finished();
    assert_eq!((second.id, second.state), (RunId(2), RunState::Finished));
}

#[test]
fn the_queue_takes_its_hundred_and_says_when_it_is_full() {
    let (server, _go_on) = held_up();
    let mut bench = Bench::new();
    bench.start(server.addr, profile(|_| {}));
    assert_eq!(
        (bench.event(), bench.event()),
        ("queued 1".into(), "started 1".into())
    );
    for _ in 0..MAX_QUEUE {
        bench.start(server.addr, profile(|_| {}));
    }
    let one_more = crate::support::request("127.0.0.1", 1, profile(|_| {}));
    assert_eq!(
        bench.engine.run(one_more.clone()),
        Err(EngineError::QueueFull)
    );
    bench.until("a hundred", |s| s.queue.len() == MAX_QUEUE);

    bench.engine.cancel(RunId(2));
    bench.until("one less", |s| s.queue.len() == MAX_QUEUE - 1);
    assert!(bench.engine.run(one_more.clone()).is_ok());
    assert_eq!(bench.engine.run(one_more), Err(EngineError::QueueFull));
}

#[test]
fn a_listener_that_does_not_listen_holds_neither_a_run_nor_stop_nor_the_end_up() {
    let (server, go_on) = held_up();
    let mut bench = Bench::new();
    bench.start(server.addr, profile(|_| {}));
    bench.until("the run", |s| s.current.is_some());
    // More events than there is room for.
    for _ in 0..400 {
        let id = bench.start(server.addr, profile(|_| {}));
        bench.until("it waiting", |s| waiting(s) == [id.0]);
        bench.engine.cancel(id);
        bench.until("it cancelled", |s| s.queue.is_empty());
    }
    go_on.send(()).unwrap();
    bench.until("the end of the run", |s| s.current.is_none());
    // No event was lost, and they are in order.
    let events: Vec<String> = (0..803).map(|_| bench.event()).collect();
    assert_eq!(
        events[..4],
        ["queued 1", "started 1", "queued 2", "cancelled 2"]
    );
    assert_eq!(events[800..], ["queued 401", "cancelled 401", "finished 1"]);
    // And the next run goes as any.
    bench.start(server.addr, profile(|_| {}));
    assert_eq!(bench.finished().state, RunState::Finished);
}

#[test]
fn an_engine_nobody_listens_to_can_be_dropped() {
    let (server, _go_on) = held_up();
    let bench = Bench::new();
    bench.start(server.addr, profile(|_| {}));
    for _ in 0..400 {
        let id = bench.start(server.addr, profile(|_| {}));
        bench.until("it waiting", |s| waiting(s) == [id.0]);
        bench.engine.cancel(id);
        bench.until("it cancelled", |s| s.queue.is_empty());
    }
    let began = Instant::now();
    let Bench { engine, events } = bench;
    drop(engine);
    println!("dropping an engine with full events: {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(2));
    drop(events);
}

#[test]
fn the_picture_shows_how_far_a_run_has_come() {
    // Each echo takes a moment, so that there is something to see.
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        for _ in 0..10 {
            let message = peer.message()?;
            std::thread::sleep(Duration::from_millis(20));
            peer.say(message)?;
        }
        peer.closing().map(|()| Next::Accept)
    });
    let bench = Bench::new();
    bench.start(
        server.addr,
        profile(|p| {
            p.message_sizes = vec![1, 2];
            p.rounds = echograph::experiment::Rounds::Exactly(2);
            p.probes = 8;
            p.warmup = 2;
        }),
    );
    let mut last = (0, 0);
    let mut seen_inside_a_round = false;
    let mut foreseen = false;
    loop {
        let snapshot = bench.until("the run", |s| {
            s.current
                .as_ref()
                .is_none_or(|c| (c.visits_done, c.probes_done) != last)
        });
        let Some(current) = &snapshot.current else {
            if last == (0, 0) {
                continue;
            }
            break;
        };
        let now = (current.visits_done, current.probes_done);
        assert!(now >= last, "{now:?} after {last:?}");
        last = now;
        assert_eq!((current.visits_total, current.probes_total), (4, 40));
        assert!(current.visits_done <= 4 && current.probes_done <= 40);
        assert!((1..=2).contains(&current.round) && current.point < 2);
        seen_inside_a_round |= current.probes_done % 10 != 0;
        if let Some(left) = current.time_left {
            foreseen = true;
            assert!(left < Duration::from_mins(10), "{left:?}");
        }
        let sent: u64 = current.run.points.iter().map(Point::probes_sent).sum();
        assert_eq!(sent, current.probes_done, "nothing failed here");
    }
    assert!(seen_inside_a_round && foreseen);
}
