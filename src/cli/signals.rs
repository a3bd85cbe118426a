//! Ctrl+C, and on unix the polite request to end (SIGTERM).

use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::output::say;

/// Catches the signals from the moment it is made.
pub(super) struct Signals {
    runtime: Runtime,
    caught: system::Caught,
}

impl Signals {
    pub(super) fn catch() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let caught = {
            let _inside = runtime.enter();
            system::Caught::new()?
        };
        Ok(Self { runtime, caught })
    }

    /// Waits for the next signal.
    pub(super) fn wait(&mut self) {
        self.runtime.block_on(self.caught.next());
    }

    /// Waits for the next signal, or until something is so. Asked ten times a second.
    pub(super) fn wait_unless(&mut self, mut is_so: impl FnMut() -> bool) {
        self.runtime.block_on(async {
            loop {
                let next = tokio::time::timeout(Duration::from_millis(100), self.caught.next());
                if next.await.is_ok() || is_so() {
                    return;
                }
            }
        });
    }

    /// A flag that the first signal sets. The second ends the program at once.
    pub(super) fn into_stop_flag(mut self) -> io::Result<Arc<AtomicBool>> {
        let flag = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&flag);
        thread::Builder::new()
            .name("echograph-signals".to_owned())
            .spawn(move || {
                self.wait();
                stop.store(true, Ordering::Relaxed);
                self.wait();
                say("ended at once");
                process::exit(1);
            })?;
        Ok(flag)
    }
}

#[cfg(unix)]
mod system {
    use std::io;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    pub(super) struct Caught {
        interrupt: Signal,
        terminate: Signal,
    }

    impl Caught {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        }

        pub(super) async fn next(&mut self) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    pub(super) struct Caught;

    impl Caught {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) async fn next(&mut self) {
            if tokio::signal::ctrl_c().await.is_err() {
                // Without the signal there is nothing to wait for but the end of the process.
                std::future::pending::<()>().await;
            }
        }
    }
}
