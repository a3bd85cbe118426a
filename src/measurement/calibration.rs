//! What the instrument itself costs, measured before a run and after it.

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
    /// the run, in nanoseconds (median): what the instrument itself takes as a rule.
    pub floor_ns: f64,
    /// The least of them, in nanoseconds; 0 where it was not kept.
    pub floor_min_ns: u64,
    /// Round trips it was taken from.
    pub round_trips: u32,
}

impl Calibration {
    /// The instrument's floor, in nanoseconds: the least round trip of the calibration. Other work and a
    /// processor that wakes slowly make round trips longer and none shorter, so that of all figures of a
    /// calibration the least is the nearest to a bound that no path is seen below. The median is what the
    /// instrument took while it was calibrated, and that may be more than what it takes in the run.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    pub fn least_ns(&self) -> f64 {
        match self.floor_min_ns {
            0 => self.floor_ns,
            least => least as f64,
        }
    }

    /// Of two calibrations, the one with the lesser floor: the other was taken while the machine was slower.
    #[must_use]
    pub fn or_lesser(self, other: Self) -> Self {
        if other.least_ns() < self.least_ns() {
            other
        } else {
            self
        }
    }

    /// Whether a round-trip time is so close to the floor that the instrument is seen in it.
    #[must_use]
    pub fn is_near_floor(&self, rtt_ns: f64) -> bool {
        rtt_ns < FLOOR_MARGIN * self.least_ns()
    }

    /// Whether a round-trip time lies below the floor: the machine was slower when it was calibrated.
    #[must_use]
    pub fn is_above(&self, rtt_ns: f64) -> bool {
        self.least_ns() > rtt_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_the_least_round_trip_and_not_what_the_machine_took_as_a_rule() {
        let slow = Calibration {
            floor_ns: 60_000.0,
            floor_min_ns: 7_000,
            ..Calibration::default()
        };
        assert!(!slow.is_above(20_000.0), "a figure between the two");
        assert!(slow.is_above(6_999.0));
        let slower = Calibration {
            floor_ns: 8_000.0,
            floor_min_ns: 7_500,
            ..Calibration::default()
        };
        assert_eq!(
            (slow.or_lesser(slower), slower.or_lesser(slow)),
            (slow, slow)
        );
        assert!(slow.is_near_floor(69_999.0) && !slow.is_near_floor(70_000.0));
        let not_kept = Calibration {
            floor_min_ns: 0,
            ..slow
        };
        assert!(not_kept.is_above(20_000.0), "the median is all there is");
    }
}
