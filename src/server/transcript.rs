//! What the embedded server saw of a run, as lines of the run's transcript.
//!
//! The two know a connection by the same address: our end of it is the server's peer. Probes are left
//! out, as on the client's side: they follow from the samples.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use super::{LogEntry, LogRecord};
use crate::measurement::{BytesAtServer, Direction, Run, Side, TranscriptLine, bytes_at_server};

/// Adds to a run what the server that it was measured on has recorded: its side of the transcript, and
/// whether it counted the same bytes.
pub fn add_server_side(run: &mut Run, records: &[LogRecord]) {
    let lines = transcript_lines(run, records);
    run.transcript.merge(lines);
    let sessions = sessions(run, records);
    let counted: HashMap<u32, BytesAtServer> = records
        .iter()
        .filter_map(|record| match record.what {
            LogEntry::Bytes(traffic) => {
                let session = *sessions.get(&record.connection)?;
                let counted = BytesAtServer {
                    probes_received: traffic.probes_received,
                    echoes_sent: traffic.echoes_sent,
                };
                Some((session, counted))
            }
            _ => None,
        })
        .collect();
    let check = bytes_at_server(run, |round| counted.get(&round.session).copied());
    run.checks.extend(check);
}

/// The lines for a run out of a server's log: everything of its connections, and the latest
/// `listening on` as session 0.
#[must_use]
pub fn transcript_lines(run: &Run, records: &[LogRecord]) -> Vec<TranscriptLine> {
    let sessions = sessions(run, records);
    let listening = records
        .iter()
        .rev()
        .find(|record| record.peer.is_none() && says_listening(&record.what));
    let of_run = records.iter().filter_map(|record| {
        let session = *sessions.get(&record.connection)?;
        line(run, record, session)
    });
    listening
        .and_then(|record| line(run, record, 0))
        .into_iter()
        .chain(of_run)
        .collect()
}

fn says_listening(entry: &LogEntry) -> bool {
    matches!(entry, LogEntry::Event(text) if text.starts_with("listening on"))
}

/// The run's session of each of the server's connections.
///
/// A long run may use an address again, and the log forgets its oldest records, so an address's last
/// connection is its last session, and so on backwards.
fn sessions(run: &Run, records: &[LogRecord]) -> HashMap<u64, u32> {
    let mut of_address: HashMap<(IpAddr, u16), Vec<u32>> = HashMap::new();
    for round in run.points.iter().flat_map(|point| &point.rounds) {
        if let Some(local) = round.local {
            of_address
                .entry(plain(local))
                .or_default()
                .push(round.session);
        }
    }
    for sessions in of_address.values_mut() {
        sessions.sort_unstable();
    }
    let mut found = HashMap::new();
    for record in records
        .iter()
        .rev()
        .filter(|record| record.at >= run.origin)
    {
        if let Some(peer) = record.peer
            && !found.contains_key(&record.connection)
            && let Some(session) = of_address.get_mut(&plain(peer)).and_then(Vec::pop)
        {
            found.insert(record.connection, session);
        }
    }
    found
}

/// An IPv4 address that came through an IPv6 socket is the IPv4 address.
fn plain(address: SocketAddr) -> (IpAddr, u16) {
    (address.ip().to_canonical(), address.port())
}

fn line(run: &Run, record: &LogRecord, session: u32) -> Option<TranscriptLine> {
    let (direction, text) = match &record.what {
        LogEntry::Event(text) => (Direction::Event, text.as_str().into()),
        LogEntry::Received(text) => (Direction::Received, text.as_str().into()),
        LogEntry::Sent(text) => (Direction::Sent, text.as_str().into()),
        LogEntry::Bytes(traffic) => (Direction::Event, traffic.to_string().into()),
        LogEntry::Probe { .. } => return None,
    };
    Some(TranscriptLine {
        at_ns: nanoseconds_between(run.origin, record.at),
        side: Side::Server,
        phase: record.phase,
        direction,
        session,
        text,
    })
}

fn nanoseconds_between(origin: Instant, at: Instant) -> i64 {
    let whole = |later: Instant, earlier: Instant| {
        i64::try_from(later.saturating_duration_since(earlier).as_nanos()).unwrap_or(i64::MAX)
    };
    if at >= origin {
        whole(at, origin)
    } else {
        -whole(origin, at)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::experiment::Profile;
    use crate::measurement::{Round, by_hand};
    use crate::protocol::Phase;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn run(origin: Instant, rounds: &[(u32, u16)]) -> Run {
        let rounds = (1..).zip(rounds).map(|(number, (session, port))| Round {
            session: *session,
            local: Some(address(*port)),
            ..by_hand::round(number, [])
        });
        Run {
            origin,
            ..by_hand::run(Profile::default(), [by_hand::point(1, rounds)])
        }
    }

    fn record(at: Instant, connection: u64, peer: Option<SocketAddr>, what: LogEntry) -> LogRecord {
        LogRecord {
            at,
            connection,
            peer,
            phase: Phase::Setup,
            what,
        }
    }

    #[test]
    fn a_connection_is_found_by_our_end_of_it() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let event = |text: &str| LogEntry::Event(text.to_owned());
        let probe = LogEntry::Probe {
            seq: 1,
            message_size: 1,
            received: at(0),
            echoed: at(0),
        };
        let mapped: SocketAddr = "[::ffff:127.0.0.1]:5002".parse().unwrap();
        let records = [
            record(at(0), 0, None, event("listening on 127.0.0.1:1")),
            record(at(1), 0, None, event("listening on 127.0.0.1:2")),
            record(at(2), 1, Some(address(5001)), event("of an earlier run")),
            record(at(11), 2, Some(address(5001)), event("first")),
            record(at(12), 2, Some(address(5001)), probe),
            record(at(13), 3, Some(address(6000)), event("of someone else")),
            record(at(14), 4, Some(mapped), LogEntry::Received("s".to_owned())),
            record(
                at(15),
                5,
                Some(address(5001)),
                LogEntry::Sent("the port again".to_owned()),
            ),
            record(at(16), 0, None, event("stopped listening")),
        ];
        let run = run(at(10), &[(1, 5001), (2, 5002), (7, 5001)]);
        let lines = transcript_lines(&run, &records);
        let shown: Vec<_> = lines
            .iter()
            .map(|line| (line.session, line.at_ns / 1_000_000, &*line.text))
            .collect();
        assert_eq!(
            shown,
            [
                (0, -9, "listening on 127.0.0.1:2"),
                (1, 1, "first"),
                (2, 4, "s"),
                (7, 5, "the port again"),
            ]
        );
        assert!(lines.iter().all(|line| line.side == Side::Server));
        assert_eq!(lines[2].direction, Direction::Received);
    }
}
