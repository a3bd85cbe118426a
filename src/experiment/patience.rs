//! How long to ask again and again before sleeping: one rule for the client, the server and the
//! calibration. Pure; whoever waits has the clock.

use std::time::Duration;

use super::WaitStrategy;

/// Waits that are remembered.
const REMEMBERED: usize = 8;
/// A path longer than this is waited for asleep: being woken takes well under a tenth of it, and
/// spinning through it would cost a processor.
const LONGEST_PATH: Duration = Duration::from_micros(500);
/// Spun beyond twice the path's own time: what a scheduler's interruption may take at the other end.
const MARGIN: Duration = Duration::from_micros(50);
/// Spun while nothing is known of the path yet.
const AT_FIRST: Duration = Duration::from_micros(300);
/// Of the remembered waits, so many may have been spun through in vain before spinning is given up.
const MOST_IN_VAIN: usize = 4;
/// Between two looks no more time passes unless another thread had the processor: the shortest slices
/// of a scheduler are longer, and so much is never copied between two looks at one message.
const PREEMPTED: Duration = Duration::from_micros(700);
/// For so many waits it is given up.
const REST: u32 = 64;

/// The time to spin.
///
/// It follows the path's own recent waits: twice the least of the last eight and a margin. The least,
/// because one late echo says nothing about the path. Where spinning does not help it is given up for a
/// while: what is waited for comes as soon as this thread sleeps, if it needs the processor that is spun
/// on, and then every spin would only be added to the wait.
#[derive(Debug, Clone)]
pub struct Patience {
    strategy: WaitStrategy,
    recent: [Duration; REMEMBERED],
    /// Which of them were spun through in vain.
    in_vain: [bool; REMEMBERED],
    seen: usize,
    rest: u32,
    /// Whether the next wait is slept through.
    nap: bool,
}

impl Patience {
    /// Of a program that may use `cpus` processors. With a single one, spinning would only keep a peer
    /// on the same machine from answering.
    #[must_use]
    pub fn new(strategy: WaitStrategy, cpus: usize) -> Self {
        let strategy = if cpus < 2 && strategy == WaitStrategy::Auto {
            WaitStrategy::Block
        } else {
            strategy
        };
        Self {
            strategy,
            recent: [Duration::ZERO; REMEMBERED],
            in_vain: [false; REMEMBERED],
            seen: 0,
            rest: 0,
            nap: false,
        }
    }

    /// Takes note of a wait, and of whether all the time to spin was spent and it went on.
    pub fn saw(&mut self, wait: Duration, in_vain: bool) {
        self.nap = false;
        if self.strategy != WaitStrategy::Auto {
            return;
        }
        let place = self.seen % REMEMBERED;
        if let (Some(recent), Some(vain)) =
            (self.recent.get_mut(place), self.in_vain.get_mut(place))
        {
            *recent = wait;
            *vain = in_vain;
        }
        self.seen += 1;
        self.rest = self.rest.saturating_sub(1);
        let in_vain = self.in_vain.iter().filter(|in_vain| **in_vain).count();
        if in_vain >= MOST_IN_VAIN {
            self.rest = REST;
            self.in_vain = [false; REMEMBERED];
        }
    }

    /// Takes note of `away`, between two looks of a thread that did not sleep. Longer than any look
    /// takes, it means that another thread had the processor; and two that spin on the same one, of
    /// which each waits for the other, can keep each other from it for a scheduler's slice each time,
    /// while another processor is free. So the next wait is slept through, whatever the strategy: who
    /// is woken is placed where there is room. Says whether that is so.
    pub fn looked_after(&mut self, away: Duration) -> bool {
        let lost = away >= PREEMPTED && self.strategy != WaitStrategy::Block;
        self.nap |= lost;
        lost
    }

    /// Takes note that this thread, or the one it waits for, runs on another processor now, or may: it
    /// moved, or another connection begins. What kept it from spinning is past.
    pub fn moved(&mut self) {
        self.in_vain = [false; REMEMBERED];
        self.rest = 0;
        self.nap = false;
    }

    /// How long to spin after something came; `None` for ever.
    #[must_use]
    pub fn budget(&self) -> Option<Duration> {
        match self.strategy {
            _ if self.nap => Some(Duration::ZERO),
            WaitStrategy::Spin => None,
            WaitStrategy::Block => Some(Duration::ZERO),
            WaitStrategy::Auto if self.rest > 0 => Some(Duration::ZERO),
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
    #[must_use]
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
    fn the_budget_follows_the_paths_own_recent_waits() {
        let mut patience = Patience::new(WaitStrategy::Auto, 2);
        assert_eq!(patience.budget(), Some(AT_FIRST));
        patience.saw(us(10), false);
        assert_eq!(patience.budget(), Some(us(70)));
        for _ in 0..7 {
            patience.saw(us(40_000), false);
        }
        assert_eq!(patience.budget(), Some(us(70)), "one short one is enough");
        patience.saw(us(40_000), false);
        assert_eq!(
            patience.budget(),
            Some(us(0)),
            "a long path is slept through"
        );
        assert!(!patience.asks_at_once());
        patience.saw(us(80), false);
        assert_eq!(patience.budget(), Some(us(210)));
    }

    #[test]
    fn spinning_that_does_not_help_is_given_up_for_a_while() {
        let mut patience = Patience::new(WaitStrategy::Auto, 2);
        patience.saw(us(10), false);
        for _ in 0..3 {
            patience.saw(us(400), true);
            patience.saw(us(10), false);
        }
        assert!(patience.asks_at_once(), "three of eight are bad luck");
        patience.saw(us(400), true);
        assert_eq!(patience.budget(), Some(us(0)));
        for _ in 0..REST {
            assert!(!patience.asks_at_once());
            patience.saw(us(30), false);
        }
        assert_eq!(patience.budget(), Some(us(110)), "and then tried again");
    }

    #[test]
    fn whoever_lost_the_processor_sleeps_once_so_that_it_is_placed_anew() {
        for strategy in [WaitStrategy::Auto, WaitStrategy::Spin] {
            let mut patience = Patience::new(strategy, 2);
            patience.saw(us(10), false);
            patience.looked_after(us(300));
            assert!(patience.asks_at_once());
            patience.looked_after(us(3_900));
            assert_eq!(patience.budget(), Some(us(0)), "{strategy}");
            patience.saw(us(20), false);
            assert!(patience.asks_at_once(), "{strategy}");
        }
    }

    #[test]
    fn whoever_moved_to_another_processor_spins_again_at_once() {
        let mut patience = Patience::new(WaitStrategy::Auto, 2);
        for _ in 0..MOST_IN_VAIN {
            patience.saw(us(10), true);
        }
        assert!(patience.looked_after(us(4_000)));
        assert!(!patience.asks_at_once());
        patience.moved();
        assert!(patience.asks_at_once());
        patience.saw(us(10), true);
        assert!(
            patience.asks_at_once(),
            "what was in vain before is forgotten"
        );
    }

    #[test]
    fn the_other_strategies_know_no_budget() {
        let mut patience = Patience::new(WaitStrategy::Spin, 1);
        for _ in 0..100 {
            patience.saw(us(40_000), true);
        }
        assert_eq!(patience.budget(), None);
        assert_eq!(Patience::new(WaitStrategy::Block, 8).budget(), Some(us(0)));
        assert_eq!(Patience::new(WaitStrategy::Auto, 1).budget(), Some(us(0)));
    }
}
