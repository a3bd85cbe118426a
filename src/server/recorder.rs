//! One session's pen: collects its records and takes them to the log some at a time.
//!
//! A probe is written down after its echo has gone, and costs a push; the log's lock is taken once
//! for many.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::shared::Shared;
use super::{LogEntry, LogRecord};
use crate::protocol::Phase;

/// Probe records held back at most: taking them to the log is done while the client is at work on its
/// next probe, and must not take longer than that. Every session has room for as many.
const MOST_HELD: usize = 16;
/// How long a probe record is held back at most.
const HOLD: Duration = Duration::from_millis(100);

pub(super) struct Recorder {
    shared: Arc<Shared>,
    connection: u64,
    peer: SocketAddr,
    held: Vec<LogRecord>,
    flushed: Instant,
}

impl Recorder {
    pub(super) fn new(shared: Arc<Shared>, connection: u64, peer: SocketAddr) -> Self {
        Self {
            shared,
            connection,
            peer,
            held: Vec::new(),
            flushed: Instant::now(),
        }
    }

    /// Writes down anything but a probe, at once.
    pub(super) fn note(&mut self, phase: Phase, what: LogEntry) {
        self.note_at(Instant::now(), phase, what);
    }

    /// Writes down, at once, what happened at `at`.
    pub(super) fn note_at(&mut self, at: Instant, phase: Phase, what: LogEntry) {
        self.hold(at, phase, what);
        self.flush(at);
    }

    /// Writes down a probe whose echo has been written.
    pub(super) fn probe(&mut self, what: LogEntry, now: Instant) {
        self.hold(now, Phase::Measurement, what);
        if self.held.len() >= MOST_HELD || now.duration_since(self.flushed) >= HOLD {
            self.flush(now);
        }
    }

    /// When records that are held back have to go to the log.
    pub(super) fn flush_at(&self) -> Option<Instant> {
        (!self.held.is_empty()).then(|| self.flushed + HOLD)
    }

    /// Takes all to the log.
    pub(super) fn flush(&mut self, now: Instant) {
        self.flushed = now;
        if !self.held.is_empty() {
            self.shared.log.append(self.held.drain(..));
            self.shared.changed.notify_one();
        }
    }

    fn hold(&mut self, at: Instant, phase: Phase, what: LogEntry) {
        if phase == Phase::Measurement && self.held.capacity() < MOST_HELD {
            self.held.reserve_exact(MOST_HELD);
        }
        self.held.push(LogRecord {
            at,
            connection: self.connection,
            peer: Some(self.peer),
            phase,
            what,
        });
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.flush(Instant::now());
    }
}
