//! What goes out of the engine: events, and pictures of the run that are never more frequent than
//! they are worth.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{EngineEvent, QueueEntry, RunProgress, Snapshot, Wake, Waker};

/// Between rounds a picture at most this often: the measuring waits while it is drawn.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(200);
/// Where probes take long, a picture at most this often.
const SELDOM: Duration = Duration::from_millis(100);
/// Among probes that follow each other quickly, where each picture takes a pause, only this often.
const RARELY: Duration = Duration::from_secs(1);
/// Taking pictures may cost at most one part in this many of the time.
const COST_SHARE: u32 = 20;
/// Waiting for the window to draw may take this much more of the time.
const WAITING_IS_CHEAPER: u32 = 4;

/// How often a listener that has fallen behind is looked after.
const BEHIND: Duration = Duration::from_millis(10);

/// Where events and pictures leave the engine.
pub(super) struct Outlet {
    events: SyncSender<EngineEvent>,
    /// Events the listener has no room for yet.
    held_back: RefCell<VecDeque<EngineEvent>>,
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
            held_back: RefCell::default(),
            snapshots,
            waker,
            queue: RefCell::default(),
        }
    }

    /// Sends an event. One that a listener far behind has no room for is held back: no run that is
    /// measured and no Stop waits for it.
    pub fn event(&self, event: EngineEvent) {
        self.held_back.borrow_mut().push_back(event);
        self.send_held_back();
    }

    /// Whether events are held back.
    pub fn is_behind(&self) -> bool {
        !self.held_back.borrow().is_empty()
    }

    /// Completes after another try to send what is held back.
    pub async fn catch_up(&self) {
        tokio::time::sleep(BEHIND).await;
        self.send_held_back();
    }

    fn send_held_back(&self) {
        let mut held_back = self.held_back.borrow_mut();
        let mut sent = false;
        while let Some(event) = held_back.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => sent = true,
                Err(TrySendError::Full(event)) => {
                    held_back.push_front(event);
                    break;
                }
                // Nobody listens any more.
                Err(TrySendError::Disconnected(_)) => {}
            }
        }
        drop(held_back);
        if sent {
            (self.waker)(Wake::Event);
        }
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

/// Where a run is when a picture could be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    BetweenRounds,
    AmongSlowProbes,
    AmongQuickProbes,
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

    pub fn is_due(&self, now: Instant, place: Place) -> bool {
        let least = match place {
            Place::AmongSlowProbes => SELDOM,
            Place::BetweenRounds => BETWEEN_ROUNDS,
            Place::AmongQuickProbes => RARELY,
        };
        now.duration_since(self.last) >= least.max(self.cost * COST_SHARE)
    }

    /// The measuring waited for the window, until then.
    pub fn waited(&mut self, time: Duration, ended: Instant) {
        self.last = ended;
        // Waiting may take more of the time than working: nothing else is to be done meanwhile.
        self.cost = self.cost.max(time / WAITING_IS_CHEAPER);
    }

    pub fn taken(&mut self, began: Instant, ended: Instant) {
        self.last = ended;
        self.cost = ended.duration_since(began);
    }
}

/// Tells how long the rest will take from what was seen so far.
#[derive(Debug)]
pub(super) struct Forecast {
    seen: Vec<Option<Seen>>,
}

/// How a point's last visit went.
#[derive(Debug, Clone, Copy)]
enum Seen {
    /// It took this beside the server delay.
    Complete { beside_delay: Duration },
    /// It failed after this, and is taken to do so again.
    Failed { took: Duration },
}

impl Forecast {
    pub fn new(points: usize) -> Self {
        Self {
            seen: vec![None; points],
        }
    }

    pub fn seen(&mut self, point: usize, took: Duration, delay: Duration) {
        self.keep(
            point,
            Seen::Complete {
                beside_delay: took.saturating_sub(delay),
            },
        );
    }

    pub fn failed(&mut self, point: usize, took: Duration) {
        self.keep(point, Seen::Failed { took });
    }

    fn keep(&mut self, point: usize, seen: Seen) {
        if let Some(place) = self.seen.get_mut(point) {
            *place = Some(seen);
        }
    }

    /// Time for one visit to `point`, whose probes wait `delay` in all.
    pub fn visit(&self, point: usize, delay: Duration) -> Option<Duration> {
        match self.seen.get(point).copied().flatten() {
            Some(Seen::Complete { beside_delay }) => return Some(beside_delay + delay),
            Some(Seen::Failed { took }) => return Some(took),
            None => {}
        }
        // A point not seen yet takes what the others take, until it says otherwise.
        let (mut sum, mut count) = (Duration::ZERO, 0);
        for seen in self.seen.iter().flatten() {
            if let Seen::Complete { beside_delay } = seen {
                sum += *beside_delay;
                count += 1;
            }
        }
        match sum.checked_div(count) {
            Some(beside_delay) => Some(beside_delay + delay),
            None if delay > Duration::ZERO => Some(delay),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// The window draws a frame for each picture, and never needs more than thirty of them a second.
    #[test]
    fn however_cheap_pictures_are_there_are_fewer_than_thirty_a_second() {
        let began = Instant::now();
        for place in [
            Place::BetweenRounds,
            Place::AmongSlowProbes,
            Place::AmongQuickProbes,
        ] {
            let mut pace = Pace::new(began);
            let mut taken = Vec::new();
            for asked in 0..5_000 {
                let now = began + ms(asked);
                if pace.is_due(now, place) {
                    pace.taken(now, now);
                    pace.waited(Duration::ZERO, now);
                    taken.push(now);
                }
            }
            assert!(taken.len() >= 4, "there are some: {place:?}");
            let least = Duration::from_secs(1) / 30;
            let apart = |pair: &[Instant]| pair[1].duration_since(pair[0]) > least;
            assert!(taken.windows(2).all(apart), "{place:?}");
        }
    }

    #[test]
    fn pictures_that_cost_much_are_taken_seldom() {
        let began = Instant::now();
        let mut pace = Pace::new(began);
        pace.taken(began, began + ms(40));
        assert!(!pace.is_due(began + ms(800), Place::AmongSlowProbes));
        assert!(pace.is_due(began + ms(840), Place::AmongSlowProbes));
    }

    #[test]
    fn a_visit_is_foreseen_from_the_point_itself_or_else_from_the_others() {
        let mut forecast = Forecast::new(3);
        assert_eq!(forecast.visit(0, Duration::ZERO), None, "nothing is known");
        assert_eq!(
            forecast.visit(0, ms(500)),
            Some(ms(500)),
            "that much at least"
        );
        forecast.seen(0, ms(510), ms(500));
        forecast.seen(1, ms(30), ms(0));
        assert_eq!(forecast.visit(0, ms(500)), Some(ms(510)));
        assert_eq!(forecast.visit(2, ms(100)), Some(ms(120)), "their mean");
    }

    #[test]
    fn a_visit_that_failed_is_taken_to_fail_again_and_says_nothing_of_others() {
        let mut forecast = Forecast::new(2);
        forecast.failed(0, ms(5_000));
        assert_eq!(forecast.visit(0, ms(100)), Some(ms(5_000)));
        assert_eq!(forecast.visit(1, Duration::ZERO), None);
        forecast.seen(0, ms(110), ms(100));
        assert_eq!(forecast.visit(0, ms(100)), Some(ms(110)));
    }
}
