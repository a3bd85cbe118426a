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

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    use super::*;
    use crate::server::{Server, ServerConfig, ServerHooks};

    const PATIENCE: Duration = Duration::from_mins(2);

    fn server() -> (Server, ServerSide) {
        let config = ServerConfig {
            port: 0,
            ..ServerConfig::default()
        };
        let server = Server::start(config, ServerHooks::default()).expect("a server");
        let side = ServerSide {
            log: server.log(),
            records: Arc::default(),
            listening: None,
        };
        (server, side)
    }

    fn say(stream: &mut TcpStream, line: &str, answer: &str) {
        stream.write_all(line.as_bytes()).expect("written");
        let mut heard = vec![0; answer.len()];
        stream.read_exact(&mut heard).expect("answered");
        assert_eq!(heard, answer.as_bytes());
    }

    fn says(reader: &PeerReader, wanted: &str) -> bool {
        reader.records().iter().any(|record| match &record.what {
            LogEntry::Received(text) | LogEntry::Sent(text) | LogEntry::Event(text) => {
                text.contains(wanted)
            }
            LogEntry::Probe { .. } | LogEntry::Bytes(_) => false,
        })
    }

    fn until_said(reader: &mut PeerReader, wanted: &str) {
        let began = Instant::now();
        while !says(reader, wanted) {
            assert!(began.elapsed() < PATIENCE, "{:?}", reader.records());
            std::thread::sleep(Duration::from_millis(2));
            reader.read_on();
        }
    }

    #[test]
    fn a_connection_is_read_on_from_where_it_was_read_to() {
        let (server, side) = server();
        let from = Instant::now();
        let mut one = TcpStream::connect(server.local_addr()).expect("connected");
        let mut other = TcpStream::connect(server.local_addr()).expect("connected");
        say(&mut one, "s rtt 1 3 0\n", "200 OK: Ready\n");
        let mut reader = PeerReader::new(&side, one.local_addr().expect("an end"), from);
        until_said(&mut reader, "200 OK: Ready");
        let read = reader.records().to_vec();
        assert!(reader.cursor > 0 && reader.is_whole(), "{read:?}");

        say(&mut other, "s rtt 1 7 0\n", "200 OK: Ready\n");
        say(&mut one, "m 1 abc\n", "m 1 abc\n");
        say(&mut one, "t\n", "200 OK: Closing Connection\n");
        until_said(&mut reader, "Closing");
        let after = reader.records();
        assert_eq!(
            after.get(..read.len()),
            Some(&read[..]),
            "nothing is read twice"
        );
        assert!(!says(&reader, "rtt 1 7"), "another connection's: {after:?}");
        let places: Vec<Instant> = after.iter().map(|record| record.at).collect();
        assert!(places.is_sorted());
        let (_, end) = side.log.since(reader.cursor);
        reader.read_on();
        assert!(reader.cursor >= end);
        server.stop();
    }

    #[test]
    fn what_the_log_has_forgotten_comes_from_what_was_kept() {
        let (server, mut side) = server();
        let from = Instant::now();
        let mut one = TcpStream::connect(server.local_addr()).expect("connected");
        say(&mut one, "s rtt 1 3 0\n", "200 OK: Ready\n");
        let peer = one.local_addr().expect("an end");
        let mut reader = PeerReader::new(&side, peer, from);
        until_said(&mut reader, "200 OK: Ready");
        side.records = reader.records().to_vec().into();
        // The log of another server knows nothing of this peer.
        let (empty, elsewhere) = self::server();
        side.log = Arc::clone(&elsewhere.log);
        let kept = PeerReader::new(&side, peer, from);
        assert_eq!(kept.records(), reader.records());
        server.stop();
        empty.stop();
    }
}
