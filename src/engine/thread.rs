//! The engine's thread: works off commands, one run at a time.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::progress::Outlet;
use super::{Command, EngineEvent, QueueEntry, RunRequest, executor};
use crate::measurement::RunId;

pub(super) fn main(runtime: Runtime, commands: mpsc::Receiver<Command>, outlet: Outlet) {
    // A measurement must not be made to yield every so many reads: that would be seen in it.
    runtime.block_on(tokio::task::unconstrained(work(commands, outlet)));
    // Nothing of ours may outlive the handle; a name look-up has a thread of its own.
    runtime.shutdown_background();
}

async fn work(mut commands: mpsc::Receiver<Command>, outlet: Outlet) {
    let mut queue = Queue::default();
    loop {
        let Some((id, request)) = queue.waiting.pop_front() else {
            match commands.recv().await {
                Some(Command::Quit) | None => return,
                Some(Command::Stop) => {}
                Some(command) => queue.change(command, &outlet).await,
            }
            continue;
        };
        queue.show(&outlet);
        outlet.event(EngineEvent::Started(id)).await;

        let stop = CancellationToken::new();
        let mut quit = false;
        let run = {
            let measuring = executor::execute(id, request, &stop, &outlet);
            tokio::pin!(measuring);
            loop {
                tokio::select! {
                    biased;
                    run = &mut measuring => break run,
                    command = commands.recv(), if !quit => match command {
                        Some(Command::Stop) => stop.cancel(),
                        Some(Command::Quit) | None => {
                            quit = true;
                            stop.cancel();
                        }
                        Some(command) => queue.change(command, &outlet).await,
                    },
                }
            }
        };
        outlet.picture(None);
        outlet.event(EngineEvent::Finished(Arc::new(run))).await;
        if quit {
            return;
        }
    }
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(RunId, RunRequest)>,
}

impl Queue {
    async fn change(&mut self, command: Command, outlet: &Outlet) {
        match command {
            Command::Run(id, request) => {
                self.waiting.push_back((id, request));
                self.show(outlet);
                outlet.event(EngineEvent::Queued(id)).await;
            }
            Command::Cancel(id) => {
                let before = self.waiting.len();
                self.waiting.retain(|(waiting, _)| *waiting != id);
                if self.waiting.len() < before {
                    self.show(outlet);
                    outlet.event(EngineEvent::Cancelled(id)).await;
                }
            }
            Command::Stop | Command::Quit => {}
        }
    }

    fn show(&self, outlet: &Outlet) {
        let entries = self.waiting.iter().map(|(id, request)| QueueEntry {
            id: *id,
            profile: Arc::clone(&request.profile),
        });
        outlet.queue(entries.collect());
    }
}
