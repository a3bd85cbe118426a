//! How fast a client is read from, where the server is not to be kept busy by it.
//!
//! A token bucket (as in RFC 2697, with one rate): what was not read is saved for a quarter of a second, so
//! that a client which keeps to the rate on average does not notice it. Whoever sends more is read from more
//! slowly, and the flow control of TCP slows it down.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use super::owed::after;

/// The least rate there is, in bytes a second: below it, waiting for a message would look like silence.
pub const LEAST_RATE: u64 = 1024;
/// How much is saved, as a share of what a second has.
const SAVED: f64 = 0.25;
/// How much there has to be before it is read: few large reads cost less than many small ones.
const WORTH_READING: f64 = 0.125;

#[derive(Debug)]
pub(super) struct Allowance {
    /// Bytes a second.
    rate: f64,
    /// Bytes that may be read now.
    left: f64,
    at: Instant,
}

impl Allowance {
    pub(super) fn new(rate: NonZeroU64, now: Instant) -> Self {
        // Far below 2^53, or of no consequence.
        #[expect(clippy::cast_precision_loss)]
        let rate = rate.get().max(LEAST_RATE) as f64;
        Self {
            rate,
            left: rate * SAVED,
            at: now,
        }
    }

    /// When something may be read again, if that is not now.
    pub(super) fn held_until(&mut self, now: Instant) -> Option<Instant> {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + passed * self.rate).min(self.rate * SAVED);
        self.at = now;
        if self.left >= 1.0 {
            return None;
        }
        let wait = (self.rate * WORTH_READING - self.left) / self.rate;
        Some(after(now, Duration::from_secs_f64(wait)))
    }

    /// Bytes that may be read now.
    pub(super) fn bytes(&self) -> usize {
        // A float that is too large becomes the largest there is.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = self.left.max(1.0) as usize;
        whole
    }

    /// Takes note that so many were.
    pub(super) fn spend(&mut self, count: usize) {
        #[expect(clippy::cast_precision_loss)]
        let count = count as f64;
        self.left -= count;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_more_is_read_than_the_rate_and_what_was_saved(
            rate in 1..u32::MAX, wants in prop::collection::vec((1..1usize << 20, 0..2_000u64), 1..200)
        ) {
            let begun = Instant::now();
            let most_a_second = f64::from(rate).max(1024.0);
            let rate = NonZeroU64::new(rate.into()).expect("above 0");
            let mut allowance = Allowance::new(rate, begun);
            let (mut now, mut read) = (begun, 0.0);
            for (wanted, idle_ms) in wants {
                now += Duration::from_millis(idle_ms);
                if let Some(until) = allowance.held_until(now) {
                    prop_assert!(until > now && until - now <= Duration::from_millis(126));
                    now = until;
                    prop_assert_eq!(allowance.held_until(now), None);
                }
                let count = wanted.min(allowance.bytes());
                allowance.spend(count);
                read += f64::from(u32::try_from(count).expect("few"));
                let passed = (now - begun).as_secs_f64();
                let most = most_a_second * (passed + SAVED) + 1.0;
                prop_assert!(read <= most * (1.0 + 1e-9), "{} in {} s", read, passed);
            }
        }
    }

    #[test]
    fn a_client_below_the_rate_is_never_held_up() {
        let mut now = Instant::now();
        let rate = NonZeroU64::new(8_000).expect("above 0");
        let mut allowance = Allowance::new(rate, now);
        for _ in 0..1_000 {
            assert_eq!(allowance.held_until(now), None);
            assert!(allowance.bytes() >= 800);
            allowance.spend(800);
            now += Duration::from_millis(100);
        }
    }
}
