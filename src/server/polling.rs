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

use super::dialogue::Dialogue;
use super::owed::after;
use super::shared::{Shared, Slot};
use super::wire::Wire;
use crate::experiment::{Patience, WaitStrategy};

/// How long a session that may not poll counts as hot after its client's last move.
const COOLING: Duration = Duration::from_millis(10);
/// How long a session that is to spin polls for a client that does not move: one that measures does, and
/// one that does not costs a processor until its time is over.
const LONGEST_SPIN: Duration = Duration::from_secs(1);
/// How long before an echo is due the clock is asked again and again for a client whose probes come quickly:
/// more than most wake-ups take.
const EARLY: Duration = Duration::from_micros(100);

/// How often a session that is hot alone asks before the others and the runtime have a turn again: some
/// microseconds, a fraction of what the runtime's own part of a turn costs the client otherwise.
const ASKS_ALONE: u32 = 16;
/// Probes in a row that were polled for until the runtime gives up watching the socket. Giving it up and
/// taking it back costs as much as some twenty probes gain by it.
const IN_A_ROW: u32 = 32;
/// Asks in a row that found nothing after which the processor is offered to another thread. Quicker
/// clients than that are never kept waiting by it; and where there are more threads than processors, the
/// client, or the part of the system that delivers its bytes, may be waiting for this very processor.
const ASKS_UNTIL_YIELD: u32 = 64;

/// How one session waits.
pub(super) struct Polling {
    strategy: WaitStrategy,
    shared: Arc<Shared>,
    patience: Patience,
    /// Whether all the time to poll was spent since the client last moved.
    in_vain: bool,
    /// Probes that were polled for since the session slept last.
    in_a_row: u32,
    /// When the socket was asked in vain last, since it was slept.
    looked: Option<Instant>,
    /// While it is hot.
    hot: Option<Slot>,
    /// While it polls.
    turn: Option<Slot>,
}

impl Polling {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let strategy = if shared.config.most_polling == 0 {
            WaitStrategy::Block
        } else {
            shared.wait()
        };
        Self {
            strategy,
            // One is for the client, should it be on this machine: `most_polling` counts the others.
            patience: Patience::new(strategy, 1 + shared.config.most_polling),
            in_vain: false,
            in_a_row: 0,
            looked: None,
            shared,
            hot: None,
            turn: None,
        }
    }

    /// Takes note of how long the client took to begin its next message, which came now.
    pub(super) fn waited(&mut self, wait: Duration, now: Instant) {
        self.patience.saw(wait, std::mem::take(&mut self.in_vain));
        if let Some(looked) = self.looked.take() {
            self.patience
                .looked_after(now.saturating_duration_since(looked));
        }
    }

    /// Until when to poll for a probe of a client that last moved then; `None` to sleep at once.
    pub(super) fn until(&mut self, dialogue: &Dialogue) -> Option<Instant> {
        let budget = self.patience.budget().unwrap_or(LONGEST_SPIN);
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
        wire: &mut Wire,
        dialogue: &mut Dialogue,
        until: Instant,
        look_at: Instant,
        mut gave_way: impl FnMut(),
    ) -> Option<io::Result<usize>> {
        if self.in_a_row >= IN_A_ROW
            && let Err(error) = wire.bare()
        {
            return Some(Err(error));
        }
        let socket = match wire.socket() {
            Ok(socket) => socket,
            Err(error) => return Some(Err(error)),
        };
        let mut asked: u32 = 0;
        let read = poll_fn(|context| {
            let hot = self.shared.hot.load(Ordering::Relaxed);
            if hot > self.shared.config.most_polling as u64 {
                self.turn = None;
                self.looked = None;
                return Poll::Ready(None);
            }
            let asks = if hot > 1 { 1 } else { ASKS_ALONE };
            let room = dialogue.room();
            for _ in 0..asks {
                match (&*socket).read(room) {
                    Err(error)
                        if matches!(
                            error.kind(),
                            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                        ) => {}
                    read => return Poll::Ready(Some(read)),
                }
            }
            let now = Instant::now();
            self.looked = Some(now);
            if now >= until {
                self.in_vain = true;
                self.cool();
            }
            if now >= until || now >= look_at || self.shared.is_stopping() {
                self.looked = None;
                return Poll::Ready(None);
            }
            if self.turn.is_none() {
                self.turn = Slot::take(&self.shared.polling, u64::MAX);
            }
            asked += asks;
            if asked >= ASKS_UNTIL_YIELD {
                asked = 0;
                std::thread::yield_now();
            }
            gave_way();
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.in_a_row = match read {
            Some(_) => self.in_a_row.saturating_add(1),
            None => 0,
        };
        read
    }

    /// When a hot session that sleeps has slept long enough to be hot no more, if its client last moved
    /// then.
    pub(super) fn cools_at(&self, moved: Instant) -> Option<Instant> {
        let cooling = match self.strategy {
            WaitStrategy::Auto => COOLING,
            WaitStrategy::Spin => LONGEST_SPIN,
            WaitStrategy::Block => return None,
        };
        self.hot.is_some().then(|| after(moved, cooling))
    }

    /// Takes note that probes no longer come quickly.
    pub(super) fn cool(&mut self) {
        self.hot = None;
        self.turn = None;
    }

    /// For how long to ask the clock before an echo is due, instead of sleeping to the end.
    pub(super) fn early(&self) -> Duration {
        let quick = self.patience.asks_at_once();
        let others = self.shared.hot.load(Ordering::Relaxed) - u64::from(self.hot.is_some());
        if quick && others < self.shared.config.most_polling as u64 {
            EARLY
        } else {
            Duration::ZERO
        }
    }
}
