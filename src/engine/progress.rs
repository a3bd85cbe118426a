//! What goes out of the engine: events, and pictures of the run that are never more frequent than
//! they are worth.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{EngineEvent, QueueEntry, RunProgress, Snapshot, Wake, Waker};

/// Between rounds, a picture at most this often: a display shows no more.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(33);
/// Inside a round, where a picture can disturb the next probe, only this often.
const INSIDE_A_ROUND: Duration = Duration::from_millis(100);
/// Taking pictures may cost at most one part in this many of the time.
const COST_SHARE: u32 = 20;

/// Where events and pictures leave the engine.
pub(super) struct Outlet {
    events: SyncSender<EngineEvent>,
    snapshots: watch::Sender<Arc<Snapshot>>,
    waker: Waker,
    /// Shared between the run that is measured and the commands that come meanwhile; both live on
    /// the engine's thread.
    queue: RefCell<Vec<QueueEntry>>,
}

impl Outlet {
    pub fn new(
        events: SyncSender<EngineEvent>,
        snapshots: watch::Sender<Arc<Snapshot>>,
        waker: Waker,
    ) -> Self {
        Self {
            events,
            snapshots,
            waker,
            queue: RefCell::default(),
        }
    }

    /// Sends an event. A listener that has fallen far behind is waited for, without keeping the
    /// thread; one that is gone needs none.
    pub async fn event(&self, event: EngineEvent) {
        let mut event = event;
        while let Err(TrySendError::Full(back)) = self.events.try_send(event) {
            event = back;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        (self.waker)(Wake::Event);
    }

    /// Shows the queue and, if one is measured, the run.
    pub fn picture(&self, current: Option<RunProgress>) {
        self.snapshots.send_replace(Arc::new(Snapshot {
            queue: self.queue.borrow().clone(),
            current,
        }));
        (self.waker)(Wake::Progress);
    }

    /// Shows another queue beside the run as it was last shown.
    pub fn queue(&self, queue: Vec<QueueEntry>) {
        self.queue.replace(queue);
        let current = self.snapshots.borrow().current.clone();
        self.picture(current);
    }
}

/// When the next picture is due.
#[derive(Debug)]
pub(super) struct Pace {
    last: Instant,
    cost: Duration,
}

impl Pace {
    pub fn new(now: Instant) -> Self {
        Self {
            last: now,
            cost: Duration::ZERO,
        }
    }

    pub fn is_due(&self, now: Instant, inside_a_round: bool) -> bool {
        let least = if inside_a_round {
            INSIDE_A_ROUND
        } else {
            BETWEEN_ROUNDS
        };
        now.duration_since(self.last) >= least.max(self.cost * COST_SHARE)
    }

    pub fn taken(&mut self, began: Instant, ended: Instant) {
        self.last = ended;
        self.cost = ended.duration_since(began);
    }
}

/// Tells how long the rest will take from what was seen so far.
#[derive(Debug)]
pub(super) struct Forecast {
    /// Per point: what a visit takes beside the server delay, as last seen.
    beside_delay: Vec<Option<Duration>>,
}

impl Forecast {
    pub fn new(points: usize) -> Self {
        Self {
            beside_delay: vec![None; points],
        }
    }

    pub fn seen(&mut self, point: usize, took: Duration, delay: Duration) {
        if let Some(place) = self.beside_delay.get_mut(point) {
            *place = Some(took.saturating_sub(delay));
        }
    }

    /// Time for one visit to `point`, whose probes wait `delay` in all.
    pub fn visit(&self, point: usize, delay: Duration) -> Option<Duration> {
        let own = self.beside_delay.get(point).copied().flatten();
        // A point not seen yet takes what the others take, until it says otherwise.
        let guess = own.or_else(|| {
            let seen: Vec<Duration> = self.beside_delay.iter().flatten().copied().collect();
            let count = u32::try_from(seen.len()).ok().filter(|count| *count > 0)?;
            Some(seen.iter().sum::<Duration>() / count)
        });
        match guess {
            Some(beside) => Some(beside + delay),
            None if delay > Duration::ZERO => Some(delay),
            None => None,
        }
    }
}
