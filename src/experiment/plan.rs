//! The plan: which point is visited when.

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
}
