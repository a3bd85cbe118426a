//! One session's transcript as rows of two columns, client and server. Probe lines are made here, from
//! the samples and the server's records.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Instant;

use crate::experiment::Target;
use crate::measurement::units::time;
use crate::measurement::{Direction, Round, Run, RunState, Side, probe_text};
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

/// Which way a line of the protocol goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The phase.
    pub phase: Phase,
    /// Which way it goes; an event goes none.
    pub way: Option<Way>,
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
    /// Why there is nothing of the server's side, where there is nothing.
    pub server_missing: Option<&'static str>,
}

/// Finds a round by its session's number: the point's place and the round.
#[must_use]
pub fn find_session(run: &Run, session: u32) -> Option<(usize, &Round)> {
    run.points.iter().enumerate().find_map(|(index, point)| {
        let found = point.rounds.iter().find(|round| round.session == session)?;
        Some((index, found.as_ref()))
    })
}

/// The numbers of the sessions that have rows, in order, kept up as lines are added.
#[derive(Debug, Default)]
pub struct Sessions {
    numbers: Vec<u32>,
    lines: usize,
    state: Option<RunState>,
}

impl Sessions {
    /// The numbers now. Lines of a run that goes on are only added; when it ends, those of the server
    /// come between them.
    pub fn of(&mut self, run: &Run) -> &[u32] {
        if self.state != Some(run.state) {
            *self = Self {
                state: Some(run.state),
                ..Self::default()
            };
        }
        let lines = &run.transcript.lines;
        for line in lines.get(self.lines..).unwrap_or_default() {
            if line.session > 0
                && let Err(place) = self.numbers.binary_search(&line.session)
            {
                self.numbers.insert(place, line.session);
            }
        }
        self.lines = lines.len();
        &self.numbers
    }
}

/// An event of the server; the connection it took is the one the client opened.
fn event_key(text: &str) -> Key {
    if text.starts_with("connection from") {
        Key::Opened
    } else {
        Key::Event
    }
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// A line from the client: setup 0, probes by number, termination last.
    ToServer(u64),
    /// A line from the server, likewise.
    ToClient(u64),
    /// The connection was opened.
    Opened,
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
    // That it listens says nothing of this session; of one that goes on it may not have said it yet.
    let is_going_on = run.state == RunState::Running && run.profile.target == Target::Embedded;
    let is_seen = is_going_on || server.iter().any(|said| said.key != Key::Event);
    let server_missing = (!is_seen).then_some(match run.profile.target {
        Target::Embedded => "no longer kept",
        Target::Host { .. } => "not seen from here",
    });
    SessionRows {
        rows: pair(client, server),
        server_missing,
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
                Direction::Event if line.text.starts_with("connected to") => Key::Opened,
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
                text: probe_text(run.profile.idiom(), seq, size),
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
                is_event: matches!(key, Key::Event | Key::Opened),
                key,
            });
        };
        match &record.what {
            LogEntry::Event(text) => say(record.at, text.clone(), event_key(text)),
            LogEntry::Received(text) => say(record.at, text.clone(), line_key(record.phase, true)),
            LogEntry::Sent(text) => say(record.at, text.clone(), line_key(record.phase, false)),
            LogEntry::Bytes(traffic) => say(record.at, traffic.to_string(), Key::Event),
            LogEntry::Probe {
                seq,
                message_size,
                received,
                echoed,
            } => {
                let idiom = run.profile.idiom();
                let index = idiom.index_of(*seq);
                let number = u64::from(index);
                say(
                    *received,
                    probe_text(idiom, index, *message_size),
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
        .filter(|line| line.side == Side::Server && [0, session].contains(&line.session))
        .map(|line| Said {
            phase: line.phase,
            at_ns: line.at_ns - began,
            text: line.text.to_string(),
            key: match line.direction {
                Direction::Event => event_key(&line.text),
                Direction::Received => line_key(line.phase, true),
                Direction::Sent => line_key(line.phase, false),
            },
            is_event: line.direction == Direction::Event,
        })
        .collect()
}

/// Puts what both sides say of the same line into one row. What only the server says stands where its
/// time belongs among the server's, so that each column runs forward.
fn pair(client: Vec<Said>, server: Vec<Said>) -> Vec<Row> {
    let mut matching: HashMap<Key, Said> = HashMap::new();
    let mut server_alone = Vec::new();
    for said in server {
        if said.key == Key::Event {
            server_alone.push(said);
        } else {
            matching.insert(said.key, said);
        }
    }
    let mut rows: Vec<Row> = client
        .into_iter()
        .map(|said| {
            let other = matching.remove(&said.key);
            row(Some(said), other)
        })
        .collect();
    server_alone.extend(matching.into_values());
    server_alone.sort_by_key(|said| said.at_ns);
    // Both are in the order of time, so one pass finds every place.
    let mut place = 0;
    for said in server_alone {
        let is_later = |row: &Row| {
            row.phase > said.phase
                || row
                    .server
                    .as_ref()
                    .is_some_and(|cell| cell.at_ns > said.at_ns)
        };
        let ahead = rows.get(place..).unwrap_or_default();
        place += ahead.iter().position(is_later).unwrap_or(ahead.len());
        rows.insert(place, row(None, Some(said)));
        place += 1;
    }
    rows
}

fn row(client: Option<Said>, server: Option<Said>) -> Row {
    let first = client.as_ref().or(server.as_ref());
    let phase = first.map_or(Phase::Setup, |said| said.phase);
    let way = first.and_then(|said| match said.key {
        Key::ToServer(_) => Some(Way::ToServer),
        Key::ToClient(_) => Some(Way::ToClient),
        Key::Opened | Key::Event => None,
    });
    let cell = |said: Said| Cell {
        at_ns: said.at_ns,
        text: said.text,
        is_event: said.is_event,
    };
    Row {
        phase,
        way,
        client: client.map(cell),
        server: server.map(cell),
    }
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
    if let Some(why) = rows.server_missing {
        let _ = writeln!(text, "\t\t\t\t{why}");
    }
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
        let phase = row.phase.abbreviation();
        let _ = writeln!(text, "{phase}	{client}	{server}");
    }
    text
}
