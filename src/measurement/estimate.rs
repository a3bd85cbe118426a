//! A figure that was estimated, with the interval it was estimated to.

use serde::{Deserialize, Serialize};

/// A value and its 95 % interval, all in the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// The lower end of the interval.
    pub lo: f64,
    /// The upper end of the interval.
    pub hi: f64,
}

impl Estimate {
    /// The same figure in another unit, or turned round: `convert` of all three, ends in order.
    #[must_use]
    pub fn map(self, convert: impl Fn(f64) -> f64) -> Self {
        let (one, other) = (convert(self.lo), convert(self.hi));
        Self {
            value: convert(self.value),
            lo: one.min(other),
            hi: one.max(other),
        }
    }
}
