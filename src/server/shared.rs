//! What the listener, the sessions and the handle have in common.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::budget::Budget;
use super::parted::Parted;
use super::places::ByAddress;
use super::{LogEntry, LogRecord, ServerConfig, ServerHooks, ServerLog};
use crate::experiment::WaitStrategy;
use crate::protocol::Phase;

/// Least time between two calls of the waker.
const WAKE_INTERVAL: Duration = Duration::from_millis(100);

/// How the server is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServerStatus {
    /// Connections being served.
    pub connections_now: u64,
    /// Connections that ever came, those turned away included.
    pub connections_in_all: u64,
    /// Connections that were turned away: over a limit, or not to be let in.
    pub turned_away: u64,
    /// Sessions that went through to their termination.
    pub sessions_complete: u64,
    /// Sessions that are polling for their next probe, rather than asleep.
    pub polling_now: u64,
    /// Bytes of memory the connections hold for messages.
    pub memory_in_use: usize,
}

pub(super) struct Shared {
    pub(super) config: ServerConfig,
    pub(super) hooks: ServerHooks,
    pub(super) log: Arc<ServerLog>,
    pub(super) budget: Arc<Budget>,
    /// Told when something that is shown changed.
    pub(super) changed: Notify,
    pub(super) served: Arc<AtomicU64>,
    pub(super) by_address: Arc<ByAddress>,
    /// Sessions whose termination may come over another connection.
    pub(super) parted: Parted,
    /// Connections outside the limit: being turned away, or waiting for their last line to arrive.
    pub(super) leaving: Arc<AtomicU64>,
    pub(super) in_all: AtomicU64,
    pub(super) turned_away: AtomicU64,
    pub(super) complete: AtomicU64,
    /// Sessions whose probes come so quickly that they would poll.
    pub(super) hot: Arc<AtomicU64>,
    /// Those of them that do.
    pub(super) polling: Arc<AtomicU64>,
    /// Whether every session is to end. Sessions that sleep are told by the token; this is for those
    /// that do not, which would take a lock to ask it.
    pub(super) stopping: AtomicBool,
    /// The place in [`WaitStrategy::ALL`] of how sessions that begin will wait.
    wait: AtomicU8,
}

impl Shared {
    pub(super) fn new(config: ServerConfig, hooks: ServerHooks) -> Self {
        let wait = AtomicU8::new(place(config.wait));
        Self {
            budget: Arc::new(Budget::new(config.memory_budget)),
            config,
            hooks,
            log: Arc::default(),
            changed: Notify::new(),
            served: Arc::default(),
            by_address: Arc::default(),
            parted: Parted::default(),
            leaving: Arc::default(),
            in_all: AtomicU64::new(0),
            turned_away: AtomicU64::new(0),
            complete: AtomicU64::new(0),
            hot: Arc::default(),
            polling: Arc::default(),
            stopping: AtomicBool::new(false),
            wait,
        }
    }

    /// How a session that begins now waits.
    pub(super) fn wait(&self) -> WaitStrategy {
        let place = usize::from(self.wait.load(Ordering::Relaxed));
        WaitStrategy::ALL.get(place).copied().unwrap_or_default()
    }

    pub(super) fn set_wait(&self, wait: WaitStrategy) {
        self.wait.store(place(wait), Ordering::Relaxed);
    }

    /// Whether every session is to end.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    pub(super) fn status(&self) -> ServerStatus {
        ServerStatus {
            connections_now: self.served.load(Ordering::Relaxed),
            connections_in_all: self.in_all.load(Ordering::Relaxed),
            turned_away: self.turned_away.load(Ordering::Relaxed),
            sessions_complete: self.complete.load(Ordering::Relaxed),
            polling_now: self.polling.load(Ordering::Relaxed),
            memory_in_use: self.budget.used(),
        }
    }

    /// Writes down something about the listener itself.
    pub(super) fn note(&self, event: String) {
        self.log.append([LogRecord {
            at: Instant::now(),
            connection: 0,
            peer: None,
            phase: Phase::Setup,
            what: LogEntry::Event(event),
        }]);
        self.changed.notify_one();
    }

    /// Writes down something about the listener that whoever runs the server has to know.
    pub(super) fn tell(&self, event: String) {
        if let Some(on_event) = &self.hooks.on_event {
            on_event(&event);
        }
        self.note(event);
    }

    /// Calls the waker after changes, at once for the first and then at the interval.
    pub(super) async fn wake_when_changed(&self) {
        loop {
            self.changed.notified().await;
            self.wake();
            tokio::time::sleep(WAKE_INTERVAL).await;
        }
    }

    pub(super) fn wake(&self) {
        if let Some(waker) = &self.hooks.waker {
            waker();
        }
    }
}

fn place(wait: WaitStrategy) -> u8 {
    let places = (0_u8..).zip(WaitStrategy::ALL);
    let found = places.into_iter().find(|(_, known)| *known == wait);
    found.map_or(0, |(place, _)| place)
}

/// One connection in a count of connections; leaves the count when dropped.
pub(super) struct Slot(Arc<AtomicU64>);

impl Slot {
    /// A place in `count` while it is below `limit`.
    pub(super) fn take(count: &Arc<AtomicU64>, limit: u64) -> Option<Self> {
        count
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
                (now < limit).then_some(now + 1)
            })
            .ok()
            .map(|_| Self(Arc::clone(count)))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
