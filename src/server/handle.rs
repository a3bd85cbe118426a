//! Starting, stopping and asking the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};

use tokio_util::sync::CancellationToken;

use super::bind::bind;
use super::listener::serve;
use super::shared::Shared;
use super::{ServerConfig, ServerHooks, ServerLog, ServerStatus, StartError};
use crate::experiment::WaitStrategy;

/// Turns of sessions that do not sleep after which the system is asked for everyone's events. A turn
/// that finds nothing is a few microseconds.
const TURNS: u32 = 4;

/// A server that is listening. It stops when dropped.
pub struct Server {
    addr: SocketAddr,
    port_taken: Option<u16>,
    shared: Arc<Shared>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts listening; clients can connect as soon as this returns.
    ///
    /// # Errors
    /// Why the address could not be taken, as a sentence with what to do.
    pub fn start(config: ServerConfig, hooks: ServerHooks) -> Result<Self, StartError> {
        let (listener, port_taken) = bind(&config)?;
        let wanted = SocketAddr::new(config.bind, config.port);
        let failed = |error| StartError::new(wanted, error);
        let addr = listener.local_addr().map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .event_interval(TURNS)
            .build()
            .map_err(failed)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(failed)?
        };

        let shared = Arc::new(Shared::new(config, hooks));
        if let Some(port) = port_taken {
            shared.note(format!("port {port} is taken by another program"));
        }
        shared.note(format!("listening on {addr}"));
        let stop = CancellationToken::new();
        let serving = serve(listener, Arc::clone(&shared), stop.clone());
        let thread = thread::Builder::new()
            .name("echograph-server".to_owned())
            .spawn(move || runtime.block_on(serving))
            .map_err(failed)?;
        Ok(Self {
            addr,
            port_taken,
            shared,
            stop,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// The port that was wanted, where it was taken and another is used.
    #[must_use]
    pub fn port_taken(&self) -> Option<u16> {
        self.port_taken
    }

    /// How it is doing.
    #[must_use]
    pub fn status(&self) -> ServerStatus {
        self.shared.status()
    }

    /// Has sessions that begin from now on wait in this way.
    pub fn set_wait(&self, wait: WaitStrategy) {
        self.shared.set_wait(wait);
    }

    /// Whether it has ended by itself, as one that serves a single connection does.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// What it saw. The log outlives the server.
    #[must_use]
    pub fn log(&self) -> Arc<ServerLog> {
        Arc::clone(&self.shared.log)
    }

    /// Ends every connection and returns when the port is free again, well within a second.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        self.stop.cancel();
        if let Some(thread) = self.thread.take()
            // A hook that drops the server runs on the very thread it would wait for.
            && thread.thread().id() != thread::current().id()
        {
            // A hook's panic was reported when it happened.
            let _ = thread.join();
        }
    }
}
