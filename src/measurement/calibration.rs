//! What the instrument itself costs, measured before a run.

use serde::{Deserialize, Serialize};

/// A path this many times longer than the instrument's own floor is shown by it without a mark.
pub const FLOOR_MARGIN: f64 = 10.0;

/// The instrument's own figures, on this machine and at that time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Calibration {
    /// What reading the clock costs, in nanoseconds (median).
    pub clock_cost_ns: f64,
    /// The smallest step of the clock that was seen, in nanoseconds.
    pub clock_resolution_ns: u64,
    /// What asking a socket in vain costs, in nanoseconds (median).
    pub empty_read_ns: f64,
    /// Round-trip time over this machine's loopback interface of the smallest probe, waited for as in
    /// the run, in nanoseconds (median): no path can be seen shorter than that.
    pub floor_ns: f64,
    /// The least of them, in nanoseconds.
    pub floor_min_ns: u64,
    /// Round trips it was taken from.
    pub round_trips: u32,
}

impl Calibration {
    /// Whether a round-trip time is so close to the floor that the instrument is seen in it.
    #[must_use]
    pub fn is_near_floor(&self, rtt_ns: f64) -> bool {
        rtt_ns < FLOOR_MARGIN * self.floor_ns
    }
}
