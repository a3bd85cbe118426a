//! What a session is to be like: as the profile has it, or as a trial does.

use std::time::Duration;

use super::executor::Execution;
use super::trial::STALL_OF_A_TRIAL;
use crate::experiment::{PointSpec, QuickAck};
use crate::protocol::Setup;

/// What a session is to be like.
pub(super) struct Terms {
    pub setup: Setup,
    pub connections: u32,
    pub depth: u32,
    pub time_out: Duration,
    pub quick_ack: bool,
}

impl Terms {
    /// The same with what comes acknowledged at once.
    pub fn with_quick_ack(self) -> Self {
        Self {
            quick_ack: true,
            ..self
        }
    }

    /// The same over one connection, with one probe at a time.
    pub fn of_one_connection(self) -> Self {
        Self {
            connections: 1,
            depth: 1,
            ..self
        }
    }

    /// Whether what is measured is the same, however long it is waited for.
    pub fn ask_the_same_as(&self, other: &Self) -> bool {
        (self.setup, self.connections, self.depth) == (other.setup, other.connections, other.depth)
    }
}

impl Execution<'_> {
    /// What a session is to be like: as the profile has it, or as a trial does.
    pub(super) fn terms(&self, spec: &PointSpec) -> Terms {
        let profile = self.profile();
        let (setup, time_out) = (self.plan.setup(spec), self.time_out());
        let as_asked = Terms {
            setup,
            connections: profile.connections,
            depth: profile.depth,
            time_out,
            quick_ack: profile.socket.quick_ack == QuickAck::On,
        };
        if self.trial.is_none() {
            return as_asked;
        }
        Terms {
            setup: self.plan.setup(&self.spec_of_trial(spec)),
            time_out: STALL_OF_A_TRIAL.min(time_out),
            ..as_asked.of_one_connection()
        }
    }
}
