//! The plan: which point is visited when, and about how long all of it takes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::shuffle::shuffled;
use super::{Order, Profile, Rounds};
use crate::protocol::{MeasurementType, Setup};

/// One point of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PointSpec {
    /// What the setup line announces.
    #[serde(rename = "type")]
    pub kind: MeasurementType,
    /// Payload bytes of a probe.
    pub message_size: u64,
    /// Server delay in milliseconds: the number on the wire.
    pub server_delay_ms: u64,
}

/// One visit to a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// The round, from 1.
    pub round: u32,
    /// The point's place in [`Plan::points`].
    pub point: usize,
}

/// A profile spelled out.
#[derive(Debug, Clone)]
pub struct Plan {
    points: Vec<PointSpec>,
    rounds: Rounds,
    order: Order,
    probes: u32,
    connections: u32,
}

/// About how long a plan takes, and what that rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Time in all.
    pub duration: Duration,
    /// Probes in all, warm-up included.
    pub probes: u64,
}

/// What a session costs beside its probes: connection, setup and termination, in round trips.
const ROUND_TRIPS_BESIDE_PROBES: u32 = 3;

impl Plan {
    /// The plan of a profile: server delays outside, message sizes inside, in the order given.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        let points = profile
            .server_delays_ms
            .iter()
            .flat_map(|delay| {
                profile.message_sizes.iter().map(|size| PointSpec {
                    kind: profile.measurement_type,
                    message_size: *size,
                    server_delay_ms: *delay,
                })
            })
            .collect();
        Self {
            points,
            rounds: profile.rounds,
            order: profile.order,
            probes: profile.announced_probes(),
            connections: profile.connections,
        }
    }

    /// The points.
    #[must_use]
    pub fn points(&self) -> &[PointSpec] {
        &self.points
    }

    /// Visits to each point.
    #[must_use]
    pub fn rounds(&self) -> Rounds {
        self.rounds
    }

    /// The places of the points in the order in which a round visits them, for a run with that seed. A
    /// round goes through all points before the next begins, and each in another order, so that a drift
    /// of the path touches all points alike and is not taken for something that depends on the size.
    #[must_use]
    pub fn order(&self, round: u32, seed: u64) -> Vec<usize> {
        match self.order {
            Order::Random => shuffled(self.points.len(), seed, round),
            Order::Sequential => (0..self.points.len()).collect(),
        }
    }

    /// What the setup line of a point says.
    #[must_use]
    pub fn setup(&self, point: &PointSpec) -> Setup {
        Setup {
            kind: point.kind,
            probes: self.probes,
            message_size: point.message_size,
            server_delay_ms: point.server_delay_ms,
        }
    }

    /// Probes of that many visits, warm-up included.
    #[must_use]
    pub fn probes(&self, visits: u64) -> u64 {
        visits * u64::from(self.probes) * u64::from(self.connections)
    }

    /// About how long one visit takes on a path with the given round-trip time.
    #[must_use]
    pub fn visit_duration(&self, point: &PointSpec, rtt: Duration) -> Duration {
        let delay = Duration::from_millis(point.server_delay_ms);
        let probes = delay.saturating_add(rtt).saturating_mul(self.probes);
        probes.saturating_add(rtt.saturating_mul(ROUND_TRIPS_BESIDE_PROBES))
    }

    /// About how long all of it takes on a path with the given round-trip time, with as many rounds as
    /// there can be.
    #[must_use]
    pub fn estimate(&self, rtt: Duration) -> Estimate {
        let round = self
            .points
            .iter()
            .map(|point| self.visit_duration(point, rtt))
            .fold(Duration::ZERO, Duration::saturating_add);
        Estimate {
            duration: round.saturating_mul(self.rounds.most()),
            probes: self.probes(self.points.len() as u64 * u64::from(self.rounds.most())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_visits_every_point_before_the_next_round() {
        let plan = Plan::new(&Profile {
            message_sizes: vec![1, 2],
            server_delays_ms: vec![0, 10],
            rounds: Rounds::Exactly(2),
            warmup: 5,
            order: Order::Sequential,
            ..Profile::default()
        });
        let spelled: Vec<_> = plan
            .points()
            .iter()
            .map(|p| (p.server_delay_ms, p.message_size))
            .collect();
        assert_eq!(spelled, [(0, 1), (0, 2), (10, 1), (10, 2)]);
        assert_eq!(plan.order(1, 7), [0, 1, 2, 3]);
        assert_eq!(plan.order(2, 7), [0, 1, 2, 3]);
        assert_eq!(plan.setup(&plan.points()[0]).probes, 25);
    }

    #[test]
    fn the_estimate_counts_the_server_delay_of_every_probe() {
        let plan = Plan::new(&Profile {
            message_sizes: vec![1],
            server_delays_ms: vec![100],
            probes: 10,
            rounds: Rounds::Exactly(2),
            ..Profile::default()
        });
        let estimate = plan.estimate(Duration::ZERO);
        assert_eq!(estimate.duration, Duration::from_secs(2));
        assert_eq!(estimate.probes, 20);
    }
}
