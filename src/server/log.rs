//! What the server saw, in a bounded ring that the window and the transcript read.
//!
//! Readers copy a few records at a time and let go of the lock between, so that the server's thread
//! never waits long for a window that shows thousands of them.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Traffic;
use crate::protocol::Phase;

/// Records kept; the oldest go first.
const MAX_RECORDS: usize = 20_000;
/// Records a reader looks at under one lock.
const CHUNK: usize = 256;

/// One thing the server saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// When.
    pub at: Instant,
    /// Which connection, from 1; 0 is the listener.
    pub connection: u64,
    /// Whose.
    pub peer: Option<SocketAddr>,
    /// In which phase of its session.
    pub phase: Phase,
    /// What.
    pub what: LogEntry,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEntry {
    /// Something happened to the listener or a connection, in words.
    Event(String),
    /// A line came: a setup, a termination, or one that was refused. Quoted safely and shortened.
    Received(String),
    /// A reply went out.
    Sent(String),
    /// A probe came and its echo went out.
    Probe {
        /// Its number, from 1. The `echo` dialect has none: there the pieces that came are counted.
        seq: u32,
        /// Its payload bytes.
        message_size: u64,
        /// When its last byte had been read.
        received: Instant,
        /// Just before the first write of its echo.
        echoed: Instant,
    },
    /// A session is over, and this is what it read and wrote.
    Bytes(Traffic),
}

/// The server's log: at most 20 000 records, each found by its place since the server started.
#[derive(Debug, Default)]
pub struct ServerLog {
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    records: VecDeque<LogRecord>,
    /// Records that have left the ring, which is also the place of the first one in it.
    dropped: u64,
}

impl ServerLog {
    /// The records from `cursor` on and the cursor for the next call. Begin with 0. Records that have
    /// left the ring are skipped.
    #[must_use]
    pub fn since(&self, cursor: u64) -> (Vec<LogRecord>, u64) {
        let mut found = Vec::new();
        let next = self.read(cursor, |record| found.push(record.clone()));
        (found, next)
    }

    /// What one client's connections left behind since `from`.
    #[must_use]
    pub fn of_peer(&self, peer: SocketAddr, from: Instant) -> Vec<LogRecord> {
        let peer = plain(peer);
        let mut found = Vec::new();
        self.read(0, |record| {
            if record.peer == Some(peer) && record.at >= from {
                found.push(record.clone());
            }
        });
        found
    }

    /// What the server counted of a client's latest session since `from`, found by the address the
    /// client knows itself by. `None` until that session is over, or when the ring has forgotten it.
    /// A client that has read the end of the connection finds it.
    #[must_use]
    pub fn traffic_of(&self, peer: SocketAddr, from: Instant) -> Option<Traffic> {
        let peer = plain(peer);
        let mut latest = None;
        self.read(0, |record| {
            if let LogEntry::Bytes(traffic) = record.what
                && record.peer == Some(peer)
                && record.at >= from
            {
                latest = Some(traffic);
            }
        });
        latest
    }

    /// Records that have left the ring to make room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    pub(super) fn append(&self, records: impl IntoIterator<Item = LogRecord>) {
        let mut ring = self.lock();
        for record in records {
            if ring.records.len() >= MAX_RECORDS {
                ring.records.pop_front();
                ring.dropped += 1;
            }
            ring.records.push_back(record);
        }
    }

    fn read(&self, cursor: u64, mut each: impl FnMut(&LogRecord)) -> u64 {
        let mut next = cursor;
        // What is added while reading waits for the next call, or a busy server could keep us for ever.
        let end = {
            let ring = self.lock();
            ring.dropped + ring.records.len() as u64
        };
        while next < end {
            let ring = self.lock();
            next = next.max(ring.dropped);
            let Ok(skip) = usize::try_from(next - ring.dropped) else {
                break;
            };
            let before = next;
            for record in ring.records.iter().skip(skip).take(CHUNK) {
                each(record);
                next += 1;
            }
            if next == before {
                break;
            }
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        // A panic elsewhere leaves the ring whole: every change to it is a single push or pop.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address as its owner knows it: an IPv4 client of an IPv6 listener is shown as IPv4.
pub(super) fn plain(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(connection: u64) -> LogRecord {
        LogRecord {
            at: Instant::now(),
            connection,
            peer: Some(SocketAddr::from(([127, 0, 0, 1], 5012))),
            phase: Phase::Setup,
            what: LogEntry::Event(String::new()),
        }
    }

    #[test]
    fn a_reader_continues_where_it_left_off() {
        let log = ServerLog::default();
        log.append((0..1000).map(record));
        let (first, cursor) = log.since(0);
        assert_eq!(first.len(), 1000);
        assert_eq!(log.since(cursor), (Vec::new(), cursor));
        log.append([record(1000)]);
        let (more, _) = log.since(cursor);
        assert_eq!(more.first().map(|record| record.connection), Some(1000));
    }

    #[test]
    fn the_ring_keeps_the_newest_and_counts_the_rest() {
        let log = ServerLog::default();
        log.append((0..MAX_RECORDS as u64 + 5).map(record));
        let (kept, cursor) = log.since(2);
        assert_eq!(kept.len(), MAX_RECORDS);
        assert_eq!(kept.first().map(|record| record.connection), Some(5));
        assert_eq!(cursor, MAX_RECORDS as u64 + 5);
        assert_eq!(log.dropped(), 5);
    }

    #[test]
    fn a_peer_is_found_by_the_address_it_knows_itself_by() {
        let log = ServerLog::default();
        let from = Instant::now();
        log.append([record(1)]);
        let mapped: SocketAddr = "[::ffff:127.0.0.1]:5012".parse().expect("an address");
        assert_eq!(log.of_peer(mapped, from).len(), 1);
        assert_eq!(log.of_peer(mapped, Instant::now()).len(), 0);
    }
}
