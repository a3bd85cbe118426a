//! The point that is looked at more closely: chosen in a plot, in the table or with the arrow keys.

use super::app::App;
use crate::chart::SourceId;
use crate::measurement::{Point, Run, RunId};

/// Which point of which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Selected {
    /// The run.
    pub run: RunId,
    /// The point's message size in bytes.
    pub message_size: u64,
    /// The point's server delay in milliseconds.
    pub delay_ms: u64,
}

impl Selected {
    /// A point of a run.
    #[must_use]
    pub fn new(run: &Run, point: &Point) -> Self {
        Self {
            run: run.id,
            message_size: point.spec.message_size,
            delay_ms: point.spec.server_delay_ms,
        }
    }

    /// The point, in the run that it belongs to.
    #[must_use]
    pub fn find(self, run: &Run) -> Option<&Point> {
        let mut points = run.points.iter();
        points.find(|point| Self::new(run, point) == self)
    }
}

impl App {
    /// The point that is looked at more closely.
    #[must_use]
    pub fn selected(&self) -> Option<Selected> {
        self.selected
    }

    /// Where a run's curves come from.
    #[must_use]
    pub fn source_of(run: &Run) -> SourceId {
        SourceId(run.id.0)
    }
}
