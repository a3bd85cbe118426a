//! The engine: one thread that measures.
//!
//! A window or a command line holds an [`Engine`]. It gives commands over a bounded channel and is
//! given lifecycle events over another, and the newest [`Snapshot`] of what is going on (the latest
//! wins). A [`Waker`] lets the engine ask for attention without knowing what a window is. No call
//! here waits for the network.

mod access;
mod attention;
mod calibration;
mod connect;
mod conversation;
#[cfg(unix)]
mod cpu_time;
mod delay_unit;
mod executor;
mod fault;
mod first_echo;
mod in_turn;
mod lane;
mod measure;
mod open_point;
mod opening;
mod picture;
mod placement;
mod progress;
mod quick_ack;
mod quiet;
mod readiness;
mod recording;
mod resume;
mod route;
mod run_queue;
mod session;
mod sitting;
mod socket_options;
mod speech;
mod tcp_info;
mod termination;
mod terms;
mod thread;
mod trial;
mod variants;
mod visit;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc as events;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use attention::Bell;
#[cfg(all(unix, fuzzing))]
#[doc(hidden)]
pub use lane::{Ear, Measured, Measuring, Step, echoes_of, measure_scripted, payload_of};
pub use resume::can_be_resumed;
pub use trial::Trial;

use crate::experiment::{Problem, Profile};
use crate::measurement::{Environment, Run, RunId};
use crate::protocol::AccessKey;

/// Most runs that may wait in the queue.
pub const MAX_QUEUE: usize = 100;

/// What the engine wants attention for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// A newer snapshot: soon is enough.
    Progress,
    /// An event: now.
    Event,
}

/// Called from the engine's thread, so it must be quick.
pub type Waker = Arc<dyn Fn(Wake) + Send + Sync>;

/// What to measure, and where.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// The profile.
    pub profile: Arc<Profile>,
    /// The host to connect to: the profile's, or the embedded server's address.
    pub host: String,
    /// The port to connect to.
    pub port: u16,
    /// What the run is measured with, for its document.
    pub environment: Arc<Environment>,
    /// What the server has to be shown before it serves us, where it is one of this program that wants it. In no
    /// profile and no document: it is a secret.
    pub access_key: Option<AccessKey>,
    /// A run that this engine measured and that ended before its last visit: it goes on from there, under its own
    /// number.
    pub resumes: Option<Arc<Run>>,
}

/// Something that happened to a run.
#[derive(Debug, Clone)]
pub enum EngineEvent {
    /// It waits for its turn.
    Queued(RunId),
    /// It began.
    Started(RunId),
    /// It was taken out of the queue before it began.
    Cancelled(RunId),
    /// It ended; `state` says how.
    Finished(Arc<Run>),
}

/// A run that waits.
#[derive(Debug, Clone)]
pub struct QueueEntry {
    /// Its number.
    pub id: RunId,
    /// What it will measure.
    pub profile: Arc<Profile>,
}

/// How a run stands.
#[derive(Debug, Clone)]
pub struct RunProgress {
    /// All that was measured until now.
    pub run: Arc<Run>,
    /// Visits that are over.
    pub visits_done: u64,
    /// Visits planned.
    pub visits_total: u64,
    /// Probes that are over.
    pub probes_done: u64,
    /// Probes planned, warm-up included.
    pub probes_total: u64,
    /// Time until the end, as far as it can be told.
    pub time_left: Option<Duration>,
    /// The point being measured.
    pub point: usize,
    /// The round being measured, from 1.
    pub round: u32,
    /// The variant of the protocol that is being tried, while it is not known what the server wants.
    pub trial: Option<Trial>,
}

/// The newest picture of the engine.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Runs that wait, next first.
    pub queue: Vec<QueueEntry>,
    /// The run that is measured.
    pub current: Option<RunProgress>,
}

/// Why a command was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The profile cannot be measured.
    #[error(transparent)]
    NotMeasurable(Problem),
    /// Too many runs wait.
    #[error("{MAX_QUEUE} runs wait already; let one finish or cancel one")]
    QueueFull,
    /// The engine's thread is gone, which is a defect of this program.
    #[error("the engine has ended; start the program again")]
    Gone,
}

enum Command {
    Run(RunId, RunRequest),
    Cancel(RunId),
    Stop(RunId),
    Quit,
}

/// The handle of the engine's thread. Dropping it stops the run and ends the thread.
pub struct Engine {
    commands: mpsc::Sender<Command>,
    bell: Bell,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    next_id: AtomicU64,
    /// Runs that wait, those in the channel included.
    waiting: Arc<AtomicUsize>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// The receiving end of the engine's events.
pub struct EngineEvents(events::Receiver<EngineEvent>);

impl EngineEvents {
    /// The next event, if there is one.
    pub fn try_next(&mut self) -> Option<EngineEvent> {
        self.0.try_recv().ok()
    }

    /// The next event, waiting at most `patience` for it.
    pub fn next_timeout(&mut self, patience: Duration) -> Option<EngineEvent> {
        self.0.recv_timeout(patience).ok()
    }
}

impl Engine {
    /// Starts the engine's thread.
    ///
    /// # Errors
    /// The system gives no thread or no event queue.
    pub fn start(waker: Waker) -> std::io::Result<(Self, EngineEvents)> {
        // A run has three events, so the window can be away for many runs before anything waits.
        let (event_sender, event_receiver) = events::sync_channel(4 * MAX_QUEUE);
        let (command_sender, command_receiver) = mpsc::channel(2 * MAX_QUEUE);
        let (snapshot_sender, snapshot_receiver) = watch::channel(Arc::default());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let outlet = progress::Outlet::new(event_sender, snapshot_sender, waker);
        let (bell, attention) = attention::attention()?;
        let waiting = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&waiting);
        let thread = std::thread::Builder::new()
            .name("echograph-engine".to_owned())
            .spawn(move || thread::main(runtime, command_receiver, attention, outlet, counted))?;
        let engine = Self {
            commands: command_sender,
            bell,
            snapshot: snapshot_receiver,
            next_id: AtomicU64::new(1),
            waiting,
            thread: Some(thread),
        };
        Ok((engine, EngineEvents(event_receiver)))
    }

    /// Runs a profile, behind those that wait already.
    ///
    /// # Errors
    /// The profile has a problem, the queue is full, or the engine is gone.
    pub fn run(&self, request: RunRequest) -> Result<RunId, EngineError> {
        if let Some(problem) = request.profile.problems().into_iter().next() {
            return Err(EngineError::NotMeasurable(problem));
        }
        // Counted here: the snapshot is a little behind, and a hundred runs fit into that little.
        let one_more = |waiting| (waiting < MAX_QUEUE).then_some(waiting + 1);
        self.waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .map_err(|_| EngineError::QueueFull)?;
        let id = match &request.resumes {
            Some(run) => run.id,
            None => RunId(self.next_id.fetch_add(1, Ordering::Relaxed)),
        };
        self.commands
            .try_send(Command::Run(id, request))
            .map(|()| {
                self.bell.ring();
                id
            })
            .map_err(|error| {
                self.waiting.fetch_sub(1, Ordering::Relaxed);
                match error {
                    mpsc::error::TrySendError::Full(_) => EngineError::QueueFull,
                    mpsc::error::TrySendError::Closed(_) => EngineError::Gone,
                }
            })
    }

    /// Takes a run out of the queue. One that has begun meanwhile is not touched: that is what
    /// [`stop`](Self::stop) is for.
    pub fn cancel(&self, id: RunId) {
        self.send(Command::Cancel(id));
    }

    /// Ends a run, wherever it is: one that is measured stops, and what was measured stays; one that
    /// waits is taken out of the queue. Then the next begins. A run that has ended is let be, so a
    /// late Stop never hits the run behind it.
    pub fn stop(&self, id: RunId) {
        self.send(Command::Stop(id));
    }

    /// The newest picture.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.borrow().clone()
    }

    fn send(&self, command: Command) {
        // A full channel means the engine has that many commands to work off, a closed one that it
        // has nothing left to stop: neither is a reason to make the window wait.
        let _ = self.commands.try_send(command);
        self.bell.ring();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.send(Command::Quit);
        // Closing the channel is understood as well, should it be full.
        let (closed, _) = mpsc::channel(1);
        self.commands = closed;
        self.bell.ring();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
