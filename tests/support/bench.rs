//! Runs profiles and collects what came of them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use echograph::engine::{Engine, EngineEvent, EngineEvents, RunRequest, Snapshot};
use echograph::experiment::{Order, Profile, Rounds};
use echograph::measurement::{
    Direction, Environment, Point, PointStatistics, Probe, Run, RunId, Side,
};

use super::PATIENCE;

/// A small profile whose points are visited in their order, changed as a test needs it. Its time-out is long, so that a busy machine fails no
/// test.
pub fn profile(change: impl FnOnce(&mut Profile)) -> Profile {
    let mut profile = Profile {
        message_sizes: vec![10],
        probes: 3,
        rounds: Rounds::Exactly(1),
        order: Order::Sequential,
        timeout_ms: 30_000,
        ..Profile::default()
    };
    change(&mut profile);
    assert_eq!(profile.problems(), []);
    profile
}

/// Runs a profile against an address to its end.
pub fn run(addr: SocketAddr, profile: Profile) -> Arc<Run> {
    let mut bench = Bench::new();
    bench.start(addr, profile);
    bench.finished()
}

/// An engine and its events.
pub struct Bench {
    pub engine: Engine,
    pub events: EngineEvents,
}

impl Bench {
    pub fn new() -> Self {
        let (engine, events) = Engine::start(Arc::new(|_| {})).expect("an engine starts");
        Self { engine, events }
    }

    pub fn start(&self, addr: SocketAddr, profile: Profile) -> RunId {
        self.start_at(&addr.ip().to_string(), addr.port(), profile)
    }

    pub fn start_at(&self, host: &str, port: u16, profile: Profile) -> RunId {
        self.engine
            .run(request(host, port, profile))
            .expect("there is room in the queue")
    }

    /// The next event in words, such as `started 1`.
    pub fn event(&mut self) -> String {
        match self.events.next_timeout(PATIENCE) {
            Some(EngineEvent::Queued(id)) => format!("queued {}", id.0),
            Some(EngineEvent::Started(id)) => format!("started {}", id.0),
            Some(EngineEvent::Cancelled(id)) => format!("cancelled {}", id.0),
            Some(EngineEvent::Finished(run)) => format!("finished {}", run.id.0),
            None => panic!("no event came"),
        }
    }

    /// The next run to finish. Every picture seen on the way must agree with itself.
    pub fn finished(&mut self) -> Arc<Run> {
        let ends = Instant::now() + PATIENCE;
        while Instant::now() < ends {
            if let Some(current) = &self.engine.snapshot().current {
                assert_statistics_are_those_of_the_samples(&current.run);
            }
            let event = self.events.next_timeout(Duration::from_millis(5));
            if let Some(EngineEvent::Finished(run)) = event {
                assert_statistics_are_those_of_the_samples(&run);
                return run;
            }
        }
        panic!("the run did not finish");
    }

    /// Waits until the picture shows what is wanted.
    pub fn until(&self, what: &str, is_so: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        let ends = Instant::now() + PATIENCE;
        while Instant::now() < ends {
            let snapshot = self.engine.snapshot();
            if is_so(&snapshot) {
                return snapshot;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("the picture never showed {what}");
    }
}

pub fn request(host: &str, port: u16, profile: Profile) -> RunRequest {
    RunRequest {
        profile: Arc::new(profile),
        host: host.to_owned(),
        port,
        environment: Arc::new(Environment::default()),
        access_key: None,
        resumes: None,
    }
}

fn assert_statistics_are_those_of_the_samples(run: &Run) {
    for point in &run.points {
        let rounds = point.rounds.iter().map(AsRef::as_ref);
        let own = PointStatistics::of(rounds, point.spec.message_size);
        assert_eq!(point.statistics, own, "at {:?}", point.spec);
    }
}

/// What the client recorded of a session: `>` said, `<` heard, `*` happened, each with its phase.
pub fn said(run: &Run, session: u32) -> Vec<String> {
    let lines = run.transcript.lines.iter();
    lines
        .filter(|line| line.session == session && line.side == Side::Client)
        .map(|line| {
            let sign = match line.direction {
                Direction::Sent => '>',
                Direction::Received => '<',
                Direction::Event => '*',
            };
            format!("{} {sign} {}", line.phase.abbreviation(), line.text)
        })
        .collect()
}

/// All probes of a point, over its rounds.
pub fn samples(point: &Point) -> Vec<Probe> {
    let rounds = point.rounds.iter();
    rounds
        .flat_map(|round| round.probes.iter().copied())
        .collect()
}
