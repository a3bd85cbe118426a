//! The engine's thread: works off commands, one run at a time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::attention::Attention;
use super::progress::Outlet;
use super::{Command, EngineEvent, QueueEntry, RunRequest, executor};
use crate::measurement::RunId;

pub(super) fn main(
    runtime: Runtime,
    commands: mpsc::Receiver<Command>,
    attention: Attention,
    outlet: Outlet,
    waiting: Arc<AtomicUsize>,
) {
    // A measurement must not be made to yield every so many reads: that would be seen in it.
    runtime.block_on(tokio::task::unconstrained(work(
        commands, attention, outlet, waiting,
    )));
    // Nothing of ours may outlive the handle; a name look-up has a thread of its own.
    runtime.shutdown_background();
}

async fn work(
    mut commands: mpsc::Receiver<Command>,
    attention: Attention,
    outlet: Outlet,
    waiting: Arc<AtomicUsize>,
) {
    let mut queue = Queue {
        runs: VecDeque::new(),
        waiting,
    };
    loop {
        // A listener that has fallen behind hears of the last run before the next begins.
        if !outlet.is_behind()
            && let Some((id, request)) = queue.next(&outlet)
        {
            if measure(id, request, &mut commands, &attention, &mut queue, &outlet).await
                == Then::Quit
            {
                return;
            }
            continue;
        }
        tokio::select! {
            biased;
            command = commands.recv() => match command {
                Some(Command::Quit) | None => return,
                Some(command) => queue.change(command, &outlet),
            },
            () = outlet.catch_up(), if outlet.is_behind() => {}
        }
    }
}

#[derive(PartialEq, Eq)]
enum Then {
    GoOn,
    Quit,
}

/// Runs a profile to its end while commands are worked off.
async fn measure(
    id: RunId,
    request: RunRequest,
    commands: &mut mpsc::Receiver<Command>,
    attention: &Attention,
    queue: &mut Queue,
    outlet: &Outlet,
) -> Then {
    outlet.event(EngineEvent::Started(id));
    let stop = CancellationToken::new();
    let mut then = Then::GoOn;
    let run = {
        let measuring = executor::execute(id, request, &stop, attention, outlet);
        tokio::pin!(measuring);
        loop {
            tokio::select! {
                biased;
                run = &mut measuring => break run,
                command = commands.recv(), if then == Then::GoOn => {
                    // All of them: the measuring goes on asleep until somebody rings again.
                    let mut next = Some(command);
                    while let Some(command) = next {
                        match command {
                            Some(Command::Stop(ended)) if ended == id => stop.cancel(),
                            Some(Command::Quit) | None => {
                                then = Then::Quit;
                                stop.cancel();
                                break;
                            }
                            Some(command) => queue.change(command, outlet),
                        }
                        next = commands.try_recv().ok().map(Some);
                    }
                },
            }
        }
    };
    outlet.picture(None);
    outlet.event(EngineEvent::Finished(Arc::new(run)));
    then
}

struct Queue {
    runs: VecDeque<(RunId, RunRequest)>,
    /// How many there are and are on their way here; the handle counts up.
    waiting: Arc<AtomicUsize>,
}

impl Queue {
    fn next(&mut self, outlet: &Outlet) -> Option<(RunId, RunRequest)> {
        let next = self.runs.pop_front()?;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.show(outlet);
        Some(next)
    }

    fn change(&mut self, command: Command, outlet: &Outlet) {
        match command {
            Command::Run(id, request) => {
                self.runs.push_back((id, request));
                self.show(outlet);
                outlet.event(EngineEvent::Queued(id));
            }
            Command::Cancel(id) | Command::Stop(id) => {
                let before = self.runs.len();
                self.runs.retain(|(waiting, _)| *waiting != id);
                let cancelled = before - self.runs.len();
                if cancelled > 0 {
                    self.waiting.fetch_sub(cancelled, Ordering::Relaxed);
                    self.show(outlet);
                    outlet.event(EngineEvent::Cancelled(id));
                }
            }
            Command::Quit => {}
        }
    }

    fn show(&self, outlet: &Outlet) {
        let entries = self.runs.iter().map(|(id, request)| QueueEntry {
            id: *id,
            profile: Arc::clone(&request.profile),
        });
        outlet.queue(entries.collect());
    }
}
