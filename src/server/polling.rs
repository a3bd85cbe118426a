//! Asking a socket again at once, while that is exact and cheap.
//!
//! A session is hot while its probes come so quickly that sleeping until the next one would cost the
//! client more than the path does. A hot session that finds nothing asks to be run again and lets the
//! runtime take the next task, so hot sessions take turns and the runtime looks after everyone else in
//! between. It reads the socket itself: the runtime makes no system call after a read that found
//! nothing until it has heard from the system again.

use std::future::poll_fn;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::net::TcpStream;

use super::dialogue::Dialogue;
use super::owed::after;
use super::shared::{Shared, Slot};
use crate::experiment::WaitStrategy;

/// Waits that are remembered.
const REMEMBERED: usize = 8;
/// A path whose shortest wait is longer is slow enough to be slept for.
const SLOW: Duration = Duration::from_micros(500);
/// What a wait may exceed twice the shortest by: what a scheduler takes to run the client.
const MARGIN: Duration = Duration::from_micros(50);
/// Longest time polled for one probe.
const LONGEST: Duration = Duration::from_millis(1);
/// How long a session that may not poll counts as hot after its client's last move.
const COOLING: Duration = Duration::from_millis(10);
/// How long before an echo is due the clock is asked again and again for a client whose probes come quickly:
/// more than most wake-ups take.
const EARLY: Duration = Duration::from_micros(100);

/// Turns in a row that found nothing after which the processor is offered to another thread. Quicker
/// clients than that are never kept waiting by it; and where there are more threads than processors, the
/// client, or the part of the system that delivers its bytes, may be waiting for this very processor.
const TURNS_ALONE: u32 = 64;

/// How one session waits.
pub(super) struct Polling {
    strategy: WaitStrategy,
    shared: Arc<Shared>,
    waits: Waits,
    hot: Option<Slot>,
    polling: Option<Slot>,
}

impl Polling {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            strategy: if shared.config.most_polling == 0 {
                WaitStrategy::Block
            } else {
                shared.wait()
            },
            shared,
            waits: Waits::default(),
            hot: None,
            polling: None,
        }
    }

    /// Takes note of how long the client took to begin its next message.
    pub(super) fn waited(&mut self, wait: Duration) {
        self.waits.remember(wait);
    }

    /// Until when to poll for a probe of a client that last moved then; `None` to sleep at once.
    pub(super) fn until(&mut self, dialogue: &Dialogue) -> Option<Instant> {
        let budget = match self.strategy {
            WaitStrategy::Block => return None,
            WaitStrategy::Spin => Duration::MAX,
            WaitStrategy::Auto => self.waits.budget(),
        };
        if budget.is_zero() || !dialogue.awaits_probe() {
            self.cool();
            return None;
        }
        let until = after(dialogue.moved(), budget);
        if self.hot.is_none() {
            // A client that has been silent for longer already is none to begin to poll for.
            if Instant::now() >= until {
                return None;
            }
            self.hot = Slot::take(&self.shared.hot, u64::MAX);
        }
        Some(until)
    }

    /// Reads what comes before `until` and before `look_at`, by asking again and again. `None` where
    /// nothing came, others came in between, or the session is to end: then it is time to sleep.
    /// `gave_way` is called when everyone else has had a turn.
    pub(super) async fn read(
        &mut self,
        stream: &TcpStream,
        dialogue: &mut Dialogue,
        until: Instant,
        look_at: Instant,
        mut gave_way: impl FnMut(),
    ) -> Option<io::Result<usize>> {
        let socket = SockRef::from(stream);
        let mut turns: u32 = 0;
        poll_fn(|context| {
            if self.is_crowded() {
                self.polling = None;
                return Poll::Ready(None);
            }
            match (&*socket).read(dialogue.room()) {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                    ) => {}
                read => return Poll::Ready(Some(read)),
            }
            let now = Instant::now();
            if now >= until {
                self.cool();
            }
            if now >= until || now >= look_at || self.shared.is_stopping() {
                return Poll::Ready(None);
            }
            if self.polling.is_none() {
                self.polling = Slot::take(&self.shared.polling, u64::MAX);
            }
            turns = turns.wrapping_add(1);
            if turns.is_multiple_of(TURNS_ALONE) {
                std::thread::yield_now();
            }
            gave_way();
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }

    /// When a hot session that sleeps has slept long enough to be hot no more, if its client last moved
    /// then.
    pub(super) fn cools_at(&self, moved: Instant) -> Option<Instant> {
        (self.strategy == WaitStrategy::Auto && self.hot.is_some()).then(|| after(moved, COOLING))
    }

    /// Takes note that probes no longer come quickly.
    pub(super) fn cool(&mut self) {
        self.hot = None;
        self.polling = None;
    }

    /// For how long to ask the clock before an echo is due, instead of sleeping to the end.
    pub(super) fn early(&self) -> Duration {
        let quick = match self.strategy {
            WaitStrategy::Block => false,
            WaitStrategy::Auto => !self.waits.budget().is_zero(),
            WaitStrategy::Spin => true,
        };
        let others = self.shared.hot.load(Ordering::Relaxed) - u64::from(self.hot.is_some());
        if quick && others < self.shared.config.most_polling as u64 {
            EARLY
        } else {
            Duration::ZERO
        }
    }

    /// Whether more sessions would poll than there are processors for.
    fn is_crowded(&self) -> bool {
        self.shared.hot.load(Ordering::Relaxed) > self.shared.config.most_polling as u64
    }
}

/// The last waits for a client's next message.
#[derive(Debug, Default)]
struct Waits {
    last: [Option<Duration>; REMEMBERED],
    next: usize,
}

impl Waits {
    fn remember(&mut self, wait: Duration) {
        if let Some(place) = self.last.get_mut(self.next % REMEMBERED) {
            *place = Some(wait);
        }
        self.next = (self.next + 1) % REMEMBERED;
    }

    /// How long polling for the next is worth it. Nothing is known of a new client: it is taken to be
    /// just quick enough.
    fn budget(&self) -> Duration {
        let least = self.last.iter().flatten().min().copied().unwrap_or(SLOW);
        if least > SLOW {
            return Duration::ZERO;
        }
        (2 * least + MARGIN).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_waits(waits_us: &[u64]) -> Duration {
        let mut waits = Waits::default();
        for us in waits_us {
            waits.remember(Duration::from_micros(*us));
        }
        waits.budget()
    }

    #[test]
    fn the_budget_follows_the_shortest_of_the_last_waits() {
        assert_eq!(after_waits(&[20, 10, 400]), Duration::from_micros(70));
        assert_eq!(after_waits(&[10; 8]), Duration::from_micros(70));
        let slower = [[10; 1], [300; 1]].concat().into_iter();
        let slower: Vec<u64> = slower.chain([200; 8]).collect();
        assert_eq!(after_waits(&slower), Duration::from_micros(450));
    }

    #[test]
    fn a_slow_client_is_slept_for_at_once_and_a_new_one_is_given_a_chance() {
        assert_eq!(after_waits(&[501; 3]), Duration::ZERO);
        assert_eq!(after_waits(&[500]), LONGEST);
        assert_eq!(after_waits(&[]), LONGEST);
    }
}
