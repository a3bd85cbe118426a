//! The embedded server's side of a run: its log, what of it was kept when the run ended, and a reader
//! that follows one connection without reading the log anew.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use crate::server::{LogEntry, LogRecord, ServerLog};

/// The embedded server's side of a run.
#[derive(Debug, Clone)]
pub struct ServerSide {
    /// The server's log, which may still be told of the last session's end.
    pub log: Arc<ServerLog>,
    /// The records when the run ended: the log forgets them as it goes on.
    pub records: Arc<[LogRecord]>,
    /// That it began to listen.
    pub listening: Option<LogRecord>,
}

/// What the server recorded of one connection, read on from where it was read to.
#[derive(Debug)]
pub struct PeerReader {
    log: Arc<ServerLog>,
    cursor: u64,
    peer: SocketAddr,
    from: Instant,
    /// Which of the peer's connections; the same local port may serve a later session.
    connection: Option<u64>,
    records: Vec<LogRecord>,
}

impl PeerReader {
    /// Reads what is there of the connection that `peer`, our end of it, opened about `from`.
    #[must_use]
    pub fn new(side: &ServerSide, peer: SocketAddr, from: Instant) -> Self {
        let (found, cursor) = side.log.since(0);
        let mut reader = Self {
            log: Arc::clone(&side.log),
            cursor,
            peer: SocketAddr::new(peer.ip().to_canonical(), peer.port()),
            from,
            connection: None,
            records: Vec::new(),
        };
        reader.take(found);
        if !reader.is_whole() {
            // The log has forgotten the beginning, or all of it.
            reader.connection = None;
            reader.records.clear();
            reader.take(side.records.iter().cloned());
        }
        reader
    }

    /// Reads what was recorded since.
    pub fn read_on(&mut self) {
        let (found, cursor) = self.log.since(self.cursor);
        self.cursor = cursor;
        self.take(found);
    }

    /// All that was read, in the order of the log.
    #[must_use]
    pub fn records(&self) -> &[LogRecord] {
        &self.records
    }

    fn take(&mut self, found: impl IntoIterator<Item = LogRecord>) {
        for record in found {
            if record.peer != Some(self.peer) || record.at < self.from {
                continue;
            }
            if *self.connection.get_or_insert(record.connection) == record.connection {
                self.records.push(record);
            }
        }
    }

    fn is_whole(&self) -> bool {
        self.records.first().is_some_and(|first| {
            matches!(&first.what, LogEntry::Event(text) if text.starts_with("connection from"))
        })
    }
}
