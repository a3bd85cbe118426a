//! What happens between the two clock reads of a probe: in the engine as it is shipped, over real
//! sockets, against the server as it is shipped.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use echograph::engine::{Engine, EngineEvent, RunRequest};
use echograph::experiment::{Profile, Rounds, WaitStrategy};
use echograph::measurement::{Environment, Run};
use echograph::server::{Server, ServerConfig, ServerHooks};

/// Most allocations of one thread that are remembered.
const MOST: usize = 200_000;

thread_local! {
    /// Where this thread's allocations are written down, once it is known to be the engine's.
    static SEEN: RefCell<Option<Vec<Instant>>> = const { RefCell::new(None) };
    static WRITING: Cell<bool> = const { Cell::new(false) };
}

struct Watching;

fn note() {
    // Writing it down must not be written down.
    let _ = WRITING.try_with(|writing| {
        if writing.replace(true) {
            return;
        }
        let _ = SEEN.try_with(|seen| {
            if let Ok(mut seen) = seen.try_borrow_mut()
                && let Some(seen) = seen.as_mut()
            {
                assert!(seen.len() < seen.capacity(), "room for every allocation");
                seen.push(Instant::now());
            }
        });
        writing.set(false);
    });
}

#[expect(unsafe_code, reason = "allocations can be seen in no other way")]
// SAFETY: every call is handed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note();
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note();
        // SAFETY: as the caller promised.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static WATCHING: Watching = Watching;

/// Runs a profile and gives the run with every moment at which the engine's thread took or gave back
/// memory.
fn run(profile: Profile) -> (Arc<Run>, Vec<Instant>) {
    assert_eq!(profile.problems(), []);
    let server = Server::start(
        ServerConfig {
            port: 0,
            wait: profile.wait,
            ..ServerConfig::default()
        },
        ServerHooks::default(),
    )
    .unwrap();
    let address: SocketAddr = server.local_addr();
    let (sender, receiver) = mpsc::channel();
    let sender = Mutex::new(sender);
    // The waker is called on the engine's thread: at the beginning of a run the thread is marked, at
    // its end, which is an event, what it saw is taken away.
    let waker = Arc::new(move |wake| {
        if matches!(wake, echograph::engine::Wake::Event) {
            let seen = SEEN.with(|seen| seen.replace(Some(Vec::with_capacity(MOST))));
            if let Some(seen) = seen {
                let _ = sender.lock().unwrap().send(seen);
            }
        }
    });
    let (engine, mut events) = Engine::start(waker).unwrap();
    engine
        .run(RunRequest {
            profile: Arc::new(profile),
            host: address.ip().to_string(),
            port: address.port(),
            environment: Arc::new(Environment::default()),
            access_key: None,
            resumes: None,
        })
        .unwrap();
    let finished = loop {
        match events.next_timeout(Duration::from_mins(2)) {
            Some(EngineEvent::Finished(run)) => break run,
            Some(_) => {}
            None => panic!("the run did not finish"),
        }
    };
    drop(engine);
    let mut seen: Vec<Instant> = receiver.into_iter().flatten().collect();
    seen.sort_unstable();
    (finished, seen)
}

fn profile(wait: WaitStrategy, depth: u32) -> Profile {
    Profile {
        message_sizes: vec![1, 1_000, 65_536],
        probes: 500,
        rounds: Rounds::Exactly(2),
        wait,
        depth,
        timeout_ms: 60_000,
        ..Profile::default()
    }
}

const STRATEGIES: [WaitStrategy; 3] = WaitStrategy::ALL;
/// When nothing has come for so long, the engine shows the run as it waits, which takes memory.
const STANDSTILL: Duration = Duration::from_millis(250);

#[test]
fn nothing_is_allocated_or_freed_between_the_clock_reads_of_a_probe() {
    for wait in STRATEGIES {
        for depth in [1, 8] {
            let (run, seen) = run(profile(wait, depth));
            assert_eq!(run.error, None);
            assert!(!seen.is_empty(), "the engine's thread was watched");
            let mut flights = 0;
            let rounds = run.points.iter().flat_map(|point| &point.rounds);
            for probe in rounds.flat_map(|round| round.probes.iter()) {
                let sent = run.origin + Duration::from_nanos(probe.sent_ns);
                let took = Duration::from_nanos(probe.rtt_ns().unwrap());
                flights += 1;
                // On a machine that stands still: the run is shown as it waits.
                if took >= STANDSTILL {
                    continue;
                }
                let done = sent + took;
                let first = seen.partition_point(|at| *at < sent);
                let inside = seen.get(first).filter(|at| **at <= done);
                assert_eq!(
                    inside, None,
                    "{wait}, depth {depth}: while one was in flight for {took:?}"
                );
            }
            assert_eq!(flights, 3 * 2 * 500);
        }
    }
}

#[test]
fn a_probe_is_one_write_and_no_read_more_than_the_kernel_gives_its_echo_in() {
    for wait in STRATEGIES {
        let (run, _) = run(Profile {
            message_sizes: vec![1, 1_000],
            ..profile(wait, 1)
        });
        assert_eq!(run.error, None);
        for round in run.points.iter().flat_map(|point| &point.rounds) {
            let work = round.work.unwrap();
            assert_eq!(work.writes, 500, "{wait}");
            // A loopback segment carries it whole.
            assert_eq!(work.reads, 500, "{wait}");
            if wait == WaitStrategy::Block {
                assert_eq!(work.empty_reads, 0);
            }
        }
    }
}

#[test]
fn probes_in_flight_are_as_many_as_asked_for_and_each_has_its_own_time() {
    let (run, _) = run(Profile {
        server_delays_ms: vec![2],
        message_sizes: vec![100],
        probes: 64,
        ..profile(WaitStrategy::Auto, 8)
    });
    assert_eq!(run.error, None);
    for round in run.points.iter().flat_map(|point| &point.rounds) {
        let probes: Vec<_> = round.probes.iter().copied().collect();
        assert_eq!(probes.len(), 64);
        let ends = |at: usize| probes[at].sent_ns + probes[at].rtt_ns().unwrap();
        for (at, probe) in probes.iter().enumerate() {
            // Each waits from its own arrival.
            assert!(probe.rtt_ns().unwrap() >= 2_000_000);
            if at >= 8 {
                let before = ends(at - 8);
                assert!(probe.sent_ns >= before, "never more than 8 in flight");
            } else if at >= 1 {
                assert!(probe.sent_ns < ends(0), "the first 8 go out together");
            }
        }
    }
}

#[test]
fn connections_measure_a_point_at_the_same_time_each_with_probes_of_its_own() {
    let (run, _) = run(Profile {
        connections: 3,
        server_delays_ms: vec![2],
        message_sizes: vec![100, 2_000],
        probes: 30,
        ..profile(WaitStrategy::Auto, 2)
    });
    assert_eq!(run.error, None);
    for point in &run.points {
        let which: Vec<_> = point
            .rounds
            .iter()
            .map(|r| (r.number, r.connection))
            .collect();
        assert_eq!(which, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]);
        for round in &point.rounds {
            assert_eq!(round.probes.len(), 30);
            assert!(round.probes.iter().all(|probe| probe.rtt_ns().is_some()));
        }
        // They overlap in time.
        let works: Vec<_> = point
            .rounds
            .iter()
            .take(3)
            .map(|r| r.work.unwrap())
            .collect();
        let last_begin = works.iter().map(|w| w.began_ns).max().unwrap();
        let first_end = works.iter().map(|w| w.ended_ns).min().unwrap();
        assert!(last_begin < first_end);
    }
}
