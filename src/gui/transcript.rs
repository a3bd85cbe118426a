//! One session's transcript as rows of two columns, client and server. Probe lines are made here, from
//! the samples and the server's records.

use std::time::Instant;

use crate::measurement::units::time;
use crate::measurement::{Direction, Round, Run, Side, probe_text};
use crate::protocol::Phase;
use crate::server::{LogEntry, LogRecord};

/// One side of a row: when, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Nanoseconds since the session began; the server may have heard before we were told.
    pub at_ns: i64,
    /// What was said or happened.
    pub text: String,
    /// Whether it is an event rather than a line of the protocol.
    pub is_event: bool,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The phase.
    pub phase: Phase,
    /// The client's side.
    pub client: Option<Cell>,
    /// The server's side.
    pub server: Option<Cell>,
}

/// A session's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionRows {
    /// The rows, by time.
    pub rows: Vec<Row>,
    /// Whether the server's side was recorded.
    pub server_seen: bool,
}

/// Finds a round by its session's number: the point's place and the round.
#[must_use]
pub fn find_session(run: &Run, session: u32) -> Option<(usize, &Round)> {
    run.points.iter().enumerate().find_map(|(index, point)| {
        let found = point.rounds.iter().find(|round| round.session == session)?;
        Some((index, found.as_ref()))
    })
}

/// The numbers of all sessions that have rows, in order.
#[must_use]
pub fn sessions(run: &Run) -> Vec<u32> {
    let mut numbers: Vec<u32> = run
        .transcript
        .lines
        .iter()
        .map(|line| line.session)
        .filter(|session| *session > 0)
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// What one side did, before it is paired with the other.
struct Said {
    phase: Phase,
    at_ns: i64,
    text: String,
    /// What the other side's matching entry is called, so that both stand in one row.
    key: Key,
    is_event: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// A line from the client: setup 0, probes by number, termination last.
    ToServer(u64),
    /// A line from the server, likewise.
    ToClient(u64),
    Event,
}

const TERMINATION: u64 = u64::MAX;

fn line_key(phase: Phase, from_client: bool) -> Key {
    let place = match phase {
        Phase::Setup => 0,
        // A line in the measurement phase that is no probe is a refusal.
        Phase::Measurement => TERMINATION - 1,
        Phase::Termination => TERMINATION,
    };
    if from_client {
        Key::ToServer(place)
    } else {
        Key::ToClient(place)
    }
}

/// The rows of one session. `records` is what the embedded server recorded of its peer, if it still
/// has it.
#[must_use]
pub fn session_rows(run: &Run, session: u32, records: &[LogRecord]) -> SessionRows {
    let Some(began) = run
        .transcript
        .lines
        .iter()
        .find(|line| line.session == session && line.side == Side::Client)
        .map(|line| line.at_ns)
    else {
        return SessionRows::default();
    };
    let client = client_side(run, session, began);
    let mut server = server_records(run, records, began);
    if server.is_empty() {
        server = stored_server_lines(run, session, began);
    }
    let server_seen = !server.is_empty();
    SessionRows {
        rows: pair(client, server),
        server_seen,
    }
}

fn client_side(run: &Run, session: u32, began: i64) -> Vec<Said> {
    let mut said: Vec<Said> = run
        .transcript
        .lines
        .iter()
        .filter(|line| line.session == session && line.side == Side::Client)
        .map(|line| Said {
            phase: line.phase,
            at_ns: line.at_ns - began,
            text: line.text.to_string(),
            key: match line.direction {
                Direction::Event => Key::Event,
                Direction::Sent => line_key(line.phase, true),
                Direction::Received => line_key(line.phase, false),
            },
            is_event: line.direction == Direction::Event,
        })
        .collect();
    if let Some((point, round)) = find_session(run, session) {
        let size = run
            .points
            .get(point)
            .map_or(0, |point| point.spec.message_size);
        for (seq, warmup, probe) in round.numbered() {
            let sent = i64::try_from(probe.sent_ns)
                .unwrap_or(i64::MAX)
                .saturating_sub(began);
            said.push(Said {
                phase: Phase::Measurement,
                at_ns: sent,
                text: probe_text(seq, size),
                key: Key::ToServer(u64::from(seq)),
                is_event: false,
            });
            if let Some(rtt) = probe.rtt_ns() {
                let mark = if warmup { ", warm-up" } else { "" };
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "nanoseconds stay far below 2^52"
                )]
                let rtt_text = time(rtt as f64);
                said.push(Said {
                    phase: Phase::Measurement,
                    at_ns: sent.saturating_add(i64::try_from(rtt).unwrap_or(i64::MAX)),
                    text: format!("echo {seq}, RTT {rtt_text}{mark}"),
                    key: Key::ToClient(u64::from(seq)),
                    is_event: false,
                });
            }
        }
    }
    said.sort_by_key(|said| said.at_ns);
    said
}

fn since(run: &Run, at: Instant, began: i64) -> i64 {
    let after = i64::try_from(at.saturating_duration_since(run.origin).as_nanos());
    let before = i64::try_from(run.origin.saturating_duration_since(at).as_nanos());
    after.unwrap_or(i64::MAX) - before.unwrap_or(0) - began
}

fn server_records(run: &Run, records: &[LogRecord], began: i64) -> Vec<Said> {
    let mut said = Vec::new();
    for record in records {
        let mut say = |at, text: String, key| {
            said.push(Said {
                phase: record.phase,
                at_ns: since(run, at, began),
                text,
                is_event: key == Key::Event,
                key,
            });
        };
        match &record.what {
            LogEntry::Event(text) => say(record.at, text.clone(), Key::Event),
            LogEntry::Received(text) => say(record.at, text.clone(), line_key(record.phase, true)),
            LogEntry::Sent(text) => say(record.at, text.clone(), line_key(record.phase, false)),
            LogEntry::Probe {
                seq,
                message_size,
                received,
                echoed,
            } => {
                let number = u64::from(*seq);
                say(
                    *received,
                    probe_text(*seq, *message_size),
                    Key::ToServer(number),
                );
                say(*echoed, format!("echo {seq}"), Key::ToClient(number));
            }
        }
    }
    said.sort_by_key(|said| said.at_ns);
    said
}

fn stored_server_lines(run: &Run, session: u32, began: i64) -> Vec<Said> {
    run.transcript
        .lines
        .iter()
        .filter(|line| line.session == session && line.side == Side::Server)
        .map(|line| Said {
            phase: line.phase,
            at_ns: line.at_ns - began,
            text: line.text.to_string(),
            key: match line.direction {
                Direction::Event => Key::Event,
                Direction::Received => line_key(line.phase, true),
                Direction::Sent => line_key(line.phase, false),
            },
            is_event: line.direction == Direction::Event,
        })
        .collect()
}

/// Puts what both sides say of the same line into one row; everything else has a row of its own, at
/// its time.
fn pair(client: Vec<Said>, server: Vec<Said>) -> Vec<Row> {
    let mut by_key: std::collections::HashMap<(bool, u64), Said> = std::collections::HashMap::new();
    let mut rows: Vec<(i64, Row)> = Vec::new();
    for said in server {
        match said.key {
            Key::Event => rows.push(row(None, Some(said))),
            Key::ToServer(number) => {
                by_key.insert((true, number), said);
            }
            Key::ToClient(number) => {
                by_key.insert((false, number), said);
            }
        }
    }
    for said in client {
        let other = match said.key {
            Key::Event => None,
            Key::ToServer(number) => by_key.remove(&(true, number)),
            Key::ToClient(number) => by_key.remove(&(false, number)),
        };
        rows.push(row(Some(said), other));
    }
    rows.extend(by_key.into_values().map(|said| row(None, Some(said))));
    rows.sort_by_key(|(at, row)| (row.phase, *at));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(client: Option<Said>, server: Option<Said>) -> (i64, Row) {
    let first = client.as_ref().or(server.as_ref());
    let at = first.map_or(0, |said| said.at_ns);
    let phase = first.map_or(Phase::Setup, |said| said.phase);
    let cell = |said: Said| Cell {
        at_ns: said.at_ns,
        text: said.text,
        is_event: said.is_event,
    };
    (
        at,
        Row {
            phase,
            client: client.map(cell),
            server: server.map(cell),
        },
    )
}

/// Milliseconds since the session began, to the microsecond.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
pub fn clock(at_ns: i64) -> String {
    format!("{:.3}", at_ns as f64 / 1e6)
}

/// The session as the two-column table of a class report, cells apart by TABs.
#[must_use]
pub fn as_text(rows: &SessionRows) -> String {
    let mut text = String::from("Phase\tTime (ms)\tClient\tTime (ms)\tServer\n");
    for row in &rows.rows {
        let side = |cell: &Option<Cell>| {
            cell.as_ref().map_or_else(
                || "\t".to_owned(),
                |cell| {
                    format!(
                        "{}\t{}",
                        clock(cell.at_ns),
                        cell.text.replace(['\t', '\n'], " ")
                    )
                },
            )
        };
        let (client, server) = (side(&row.client), side(&row.server));
        text.push_str(&format!(
            "{}\t{client}\t{server}\n",
            row.phase.abbreviation()
        ));
    }
    if !rows.server_seen {
        text.push_str("\t\t\t\tnot seen from here\n");
    }
    text
}
