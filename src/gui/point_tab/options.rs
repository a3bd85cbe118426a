//! What is chosen in the tab of the point.

use serde::{Deserialize, Serialize};

use crate::chart::Scale;
use crate::measurement::Along;

/// What is remembered of the tab from one start to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PointOptions {
    /// The scale of round-trip times in all of its plots.
    pub rtt: Scale,
    /// How the distribution is shown.
    pub distribution: DistributionView,
    /// What the timeline's probes are laid out along.
    pub along: Along,
    /// Which plot has the second column where there is no third.
    pub second: SecondColumn,
}

/// How a distribution is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum DistributionView {
    /// How many probes took about as long.
    #[default]
    Histogram,
    /// The share of probes that took no longer.
    Ecdf,
}

/// A plot of the second column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SecondColumn {
    /// The probes as they were sent.
    #[default]
    Timeline,
    /// The rounds.
    Rounds,
}
