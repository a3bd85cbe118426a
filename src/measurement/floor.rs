//! How a point stands to the instrument's floor.

use super::{Point, Run};

/// How a point stands to the instrument's floor, where that has to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtFloor {
    /// So near that the instrument is seen in its figures.
    Near,
    /// Its median is shorter than the floor, which is therefore none.
    Below,
}

impl AtFloor {
    /// As a mark in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Near => "near floor",
            Self::Below => "below floor",
        }
    }
}

/// How a point stands to the instrument's floor. A run over loopback is all about being near it; there
/// that is said once for the run.
#[must_use]
pub fn at_floor(run: &Run, point: &Point) -> Option<AtFloor> {
    let calibration = run.calibration?;
    let median = point.statistics.as_ref()?.rtt.p50;
    if calibration.is_above(median) {
        return Some(AtFloor::Below);
    }
    let is_near = calibration.is_near_floor(median) && !run.is_loopback();
    is_near.then_some(AtFloor::Near)
}
