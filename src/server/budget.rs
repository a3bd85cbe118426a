//! The memory all connections share for messages.
//!
//! An eighth of it is kept for connections that need little, so that a few that send large messages
//! cannot lock out the rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A share up to this size is small.
const SMALL: usize = 64 * 1024;

/// A number of bytes that is never exceeded, whoever asks.
#[derive(Debug)]
pub(super) struct Budget {
    used: AtomicUsize,
    limit: usize,
}

impl Budget {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            used: AtomicUsize::new(0),
            limit,
        }
    }

    /// Bytes held now.
    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// A permit of no bytes yet.
    pub(super) fn permit(self: &Arc<Self>) -> Permit {
        Permit {
            budget: Arc::clone(self),
            bytes: 0,
        }
    }

    /// Takes `more` bytes for a share that will be `bytes` large.
    fn take(&self, more: usize, bytes: usize) -> bool {
        let kept = if bytes > SMALL { self.limit / 8 } else { 0 };
        self.used
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(more)
                    .filter(|sum| *sum <= self.limit - kept)
            })
            .is_ok()
    }
}

/// One connection's share. It goes back when dropped.
#[derive(Debug)]
pub(super) struct Permit {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Permit {
    /// Whether less than half of the budget is in use once the share is `bytes` large.
    pub(super) fn is_modest(&self, bytes: usize) -> bool {
        let others = self.budget.used().saturating_sub(self.bytes);
        others.saturating_add(bytes) <= self.budget.limit / 2
    }

    /// Makes the share `bytes` large. Growing fails, and changes nothing, where the budget has no
    /// more; shrinking never fails.
    pub(super) fn resize(&mut self, bytes: usize) -> bool {
        if bytes > self.bytes {
            if !self.budget.take(bytes - self.bytes, bytes) {
                return false;
            }
        } else if bytes < self.bytes {
            self.budget
                .used
                .fetch_sub(self.bytes - bytes, Ordering::Relaxed);
        }
        self.bytes = bytes;
        true
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.resize(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permits_share_the_budget_and_give_it_back() {
        let budget = Arc::new(Budget::new(100));
        let mut one = budget.permit();
        let mut two = budget.permit();
        assert!(one.resize(60));
        assert!(!two.resize(41));
        assert!(two.resize(40));
        assert!(!one.resize(usize::MAX), "no overflow");
        assert!(one.resize(10));
        assert_eq!(budget.used(), 50);
        drop(two);
        assert_eq!(budget.used(), 10);
    }

    #[test]
    fn large_shares_leave_something_for_small_ones() {
        let budget = Arc::new(Budget::new(80 * SMALL));
        let mut large = budget.permit();
        let mut small = budget.permit();
        assert!(!large.resize(70 * SMALL + 1));
        assert!(large.resize(70 * SMALL));
        assert!(small.resize(SMALL));
        assert!(!small.resize(2 * SMALL));
    }
}
