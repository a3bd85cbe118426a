//! The empirical distribution function: what share of the samples is no longer than a time.

use super::PointSamples;

/// A step of the function. It is exact: this many samples are no longer than this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// A sample's round-trip time in nanoseconds.
    pub rtt_ns: u64,
    /// Samples that are not longer.
    pub count: u64,
}

impl PointSamples {
    /// The steps that can be told apart where `edges`, in nanoseconds and ascending, are the edges of
    /// the columns in which they are drawn: in each the last one, at the sample at which it stands. Steps
    /// before the first edge are told by the first one, those behind the last edge are left out.
    #[must_use]
    pub fn ecdf(&self, edges: &[f64]) -> Vec<Step> {
        let ranked = self.counted.ranked();
        let mut steps: Vec<Step> = Vec::new();
        let mut before = 0;
        for edge in edges {
            let count = self.not_longer(*edge);
            if count > before
                && let Some(rtt_ns) = ranked.get(count - 1)
            {
                steps.push(Step {
                    rtt_ns,
                    count: count as u64,
                });
                before = count;
            }
        }
        steps
    }

    /// The share of samples (0 to 1) that are not longer than `rtt_ns`. `None` without samples.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn share_not_longer(&self, rtt_ns: f64) -> Option<f64> {
        let n = self.counted.len();
        (n > 0).then(|| self.not_longer(rtt_ns) as f64 / n as f64)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    pub(super) fn not_longer(&self, rtt_ns: f64) -> usize {
        let ranked = self.counted.ranked();
        ranked.partition_point(|sample| *sample as f64 <= rtt_ns)
    }
}
