//! The thread a check has to itself, and how it is heard and stopped.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::document::{CheckReport, Checked};
use super::wire::Stop;

/// What a check says while it goes on.
#[derive(Debug, Clone)]
pub enum CheckEvent {
    /// A check of that number is under way.
    Began(usize),
    /// A check is done.
    Done(Box<Checked>),
    /// The server is lost: by which check, and what came of it.
    Lost(String),
    /// Something a user should know or do now.
    Says(String),
    /// All is done; nothing comes any more.
    Finished(Box<CheckReport>),
}

/// A check under way. It is told to stop when this is dropped, and not waited for: a name look-up
/// cannot be cut off.
pub struct Checking {
    events: Receiver<CheckEvent>,
    stop: Stop,
}

impl Checking {
    /// Starts a check on a thread of its own. `waker` is called after each event.
    pub(super) fn start(
        waker: Arc<dyn Fn() + Send + Sync>,
        work: impl FnOnce(&Voice, &Stop) -> CheckReport + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, events) = mpsc::channel();
        let stop = Stop::default();
        let voice = Voice { sender, waker };
        let heard = stop.clone();
        thread::Builder::new()
            .name("echograph-check".to_owned())
            .spawn(move || {
                let report = work(&voice, &heard);
                voice.say(CheckEvent::Finished(Box::new(report)));
            })?;
        Ok(Self { events, stop })
    }

    /// The next event that is there already.
    #[must_use]
    pub fn try_next(&self) -> Option<CheckEvent> {
        self.events.try_recv().ok()
    }

    /// The next event, waited for at most so long.
    ///
    /// # Errors
    /// None came in time, or none will come any more.
    pub fn next_timeout(&self, limit: Duration) -> Result<CheckEvent, RecvTimeoutError> {
        self.events.recv_timeout(limit)
    }

    /// Has the check end where it is. Its report still comes, with what was found until then.
    pub fn stop(&self) {
        self.stop.0.store(true, Ordering::Relaxed);
    }
}

impl Drop for Checking {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What the thread speaks with.
#[derive(Clone)]
pub(super) struct Voice {
    sender: mpsc::Sender<CheckEvent>,
    waker: Arc<dyn Fn() + Send + Sync>,
}

impl Voice {
    pub(super) fn say(&self, event: CheckEvent) {
        // Whoever dropped the handle wants to hear no more.
        let _ = self.sender.send(event);
        (self.waker)();
    }
}
