//! How long a session may go on, and how long without anything happening.

use std::time::{Duration, Instant};

use super::dialogue::GivenUp;
use super::owed::after;
use super::shared::Shared;

/// How long a session may go on.
pub(super) struct Bounds {
    pub(super) idle_timeout: Duration,
    /// When the session has taken as long as it may.
    pub(super) over_at: Instant,
}

impl Bounds {
    /// Of a session that began at `begun`.
    pub(super) fn new(shared: &Shared, begun: Instant) -> Self {
        Self {
            idle_timeout: shared.config.idle_timeout,
            over_at: after(begun, shared.config.session_time),
        }
    }

    /// When to look after a session in which nothing has moved since `still`.
    pub(super) fn look_at(&self, still: Instant) -> Instant {
        after(still, self.idle_timeout).min(self.over_at)
    }

    /// Whether it is to be given up, if nothing has moved since `still`.
    pub(super) fn exceeded(&self, still: Instant, now: Instant) -> Option<GivenUp> {
        if after(still, self.idle_timeout) <= now {
            Some(GivenUp::Idle)
        } else {
            (self.over_at <= now).then_some(GivenUp::TooLong)
        }
    }
}
