//! Runs made by hand, for tests and benches: what every one of them has is said here, once, so that a test
//! says only what it is about. What a test needs otherwise it sets afterwards.

use std::sync::Arc;
use std::time::Instant;

use super::{Environment, Point, Probe, Round, Run, RunId, RunState, Traits, Transcript};
use crate::experiment::{PointSpec, Profile, Target};
use crate::protocol::MeasurementType;

/// The profile of a run against a host elsewhere, at an address that is kept for examples.
#[must_use]
pub fn profile() -> Profile {
    Profile {
        target: Target::Host {
            host: "192.0.2.1".to_owned(),
            port: 10_000,
        },
        ..Profile::default()
    }
}

/// A finished run of these points, of whose machine and path nothing is known.
#[must_use]
pub fn run(profile: Profile, points: impl IntoIterator<Item = Point>) -> Run {
    Run {
        id: RunId(1),
        started: jiff::Timestamp::UNIX_EPOCH,
        origin: Instant::now(),
        state: RunState::Finished,
        error: None,
        destination: match &profile.target {
            Target::Embedded => "127.0.0.1:10000".to_owned(),
            Target::Host { host, port } => format!("{host}:{port}"),
        },
        profile: Arc::new(profile),
        environment: Arc::new(Environment::default()),
        points: points.into_iter().collect(),
        transcript: Transcript::default(),
        seed: 1,
        calibration: None,
        server: Traits::default(),
        socket: None,
        route: None,
        checks: Vec::new(),
    }
}

/// A point of round-trip times without a server delay, with its figures.
#[must_use]
pub fn point(message_size: u64, rounds: impl IntoIterator<Item = Round>) -> Point {
    point_at(message_size, 0, rounds)
}

/// The same with a server delay.
#[must_use]
pub fn point_at(
    message_size: u64,
    server_delay_ms: u64,
    rounds: impl IntoIterator<Item = Round>,
) -> Point {
    let mut point = Point::new(PointSpec {
        kind: MeasurementType::Rtt,
        message_size,
        server_delay_ms,
    });
    point.rounds = rounds.into_iter().map(Arc::new).collect();
    point.refresh_statistics();
    point
}

/// A round of these probes over one connection, which bears the number of the round.
#[must_use]
pub fn round(number: u32, probes: impl IntoIterator<Item = Probe>) -> Round {
    Round {
        number,
        session: number,
        probes: probes.into_iter().collect(),
        ..Round::default()
    }
}
