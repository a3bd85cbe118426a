//! How long to spin before sleeping.

use std::time::Duration;

use crate::experiment::WaitStrategy;

/// Round trips that are remembered.
const REMEMBERED: usize = 8;
/// A path longer than this is waited for asleep: being woken takes well under a tenth of it, and
/// spinning through it would cost a processor.
const LONGEST_PATH: Duration = Duration::from_micros(500);
/// Spun beyond twice the path's own time: what a scheduler's interruption may take at the other end.
const MARGIN: Duration = Duration::from_micros(50);
/// Spun while nothing is known of the path yet.
const AT_FIRST: Duration = Duration::from_micros(300);

/// The time to spin, which follows the path's own recent round trips: twice the least of the last
/// eight and a margin. The least, because one late echo says nothing about the path.
#[derive(Debug)]
pub(super) struct Patience {
    strategy: WaitStrategy,
    recent: [Duration; REMEMBERED],
    seen: usize,
}

impl Patience {
    /// Of a program that may use `cpus` processors. With a single one, spinning would only keep a peer
    /// on the same machine from answering.
    pub fn new(strategy: WaitStrategy, cpus: usize) -> Self {
        let strategy = if cpus < 2 && strategy == WaitStrategy::Auto {
            WaitStrategy::Block
        } else {
            strategy
        };
        Self {
            strategy,
            recent: [Duration::ZERO; REMEMBERED],
            seen: 0,
        }
    }

    /// Takes note of a round trip.
    pub fn saw(&mut self, rtt: Duration) {
        if let Some(place) = self.recent.get_mut(self.seen % REMEMBERED) {
            *place = rtt;
        }
        self.seen += 1;
    }

    /// How long to spin after something came; `None` for ever.
    pub fn budget(&self) -> Option<Duration> {
        match self.strategy {
            WaitStrategy::Spin => None,
            WaitStrategy::Block => Some(Duration::ZERO),
            WaitStrategy::Auto => {
                let least = self.recent.iter().take(self.seen).min();
                Some(match least {
                    None => AT_FIRST,
                    Some(least) if *least <= LONGEST_PATH => *least * 2 + MARGIN,
                    Some(_) => Duration::ZERO,
                })
            }
        }
    }

    /// Whether a socket is asked right after something was sent, or only once the system says that
    /// something came.
    pub fn asks_at_once(&self) -> bool {
        self.budget().is_none_or(|budget| !budget.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn us(us: u64) -> Duration {
        Duration::from_micros(us)
    }

    #[test]
    fn the_budget_follows_the_paths_own_recent_round_trips() {
        let mut patience = Patience::new(WaitStrategy::Auto, 2);
        assert_eq!(patience.budget(), Some(AT_FIRST));
        patience.saw(us(10));
        assert_eq!(patience.budget(), Some(us(70)));
        for _ in 0..7 {
            patience.saw(us(40_000));
        }
        assert_eq!(patience.budget(), Some(us(70)), "one short one is enough");
        patience.saw(us(40_000));
        assert_eq!(
            patience.budget(),
            Some(us(0)),
            "a long path is slept through"
        );
        assert!(!patience.asks_at_once());
        patience.saw(us(80));
        assert_eq!(patience.budget(), Some(us(210)));
    }

    #[test]
    fn the_other_strategies_know_no_budget() {
        let mut patience = Patience::new(WaitStrategy::Spin, 1);
        patience.saw(us(40_000));
        assert_eq!(patience.budget(), None);
        assert_eq!(Patience::new(WaitStrategy::Block, 8).budget(), Some(us(0)));
        assert_eq!(Patience::new(WaitStrategy::Auto, 1).budget(), Some(us(0)));
    }
}
