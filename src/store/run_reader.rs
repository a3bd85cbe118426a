//! Reading a run document back.
//!
//! What comes out is as it was measured: rounds and samples as written, figures worked out anew from
//! the samples, so a document cannot claim others than its samples have. Fields that are not known are
//! passed over. The run's number is 0 and its origin the moment of reading: both mean something only
//! within the process that measured.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::error::Category;

use super::run_columns::Samples;
use super::run_connections::Connections;
use super::run_document::{NS_PER_MS, RUN_DOCUMENT_FORMAT, RUN_DOCUMENT_VERSION, StateDocument};
use super::run_profile::ProfileDocument;
use super::run_tcp::TcpRows;
use super::{Position, RunDocumentError};
use crate::experiment::{MAX_DELAYS, MAX_MESSAGE_SIZE, MAX_SIZES, PointSpec};
use crate::measurement::{
    Calibration, Check, Environment, Fault, MAX_TRANSCRIPT_LINES, Point, PrecisionOutcome, Route,
    Run, RunId, SocketSettings, Traits, Transcript, TranscriptLine,
};
use crate::protocol::MeasurementType;

/// The largest run document that is read, in bytes: more than ten million samples.
pub const MAX_RUN_DOCUMENT_BYTES: u64 = 512 * 1024 * 1024;

/// Reads a run from a file.
///
/// # Errors
/// See [`RunDocumentError`].
pub fn load_run(path: &Path) -> Result<Run, RunDocumentError> {
    let file = File::open(path)?;
    if file.metadata()?.len() > MAX_RUN_DOCUMENT_BYTES {
        return Err(RunDocumentError::TooLarge);
    }
    read_run(file)
}

/// Reads a run document.
///
/// # Errors
/// See [`RunDocumentError`].
pub fn read_run(reader: impl Read) -> Result<Run, RunDocumentError> {
    let mut bytes = Vec::new();
    reader
        .take(MAX_RUN_DOCUMENT_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_RUN_DOCUMENT_BYTES {
        return Err(RunDocumentError::TooLarge);
    }
    check_header(&bytes)?;
    let document: Document = serde_json::from_slice(&bytes).map_err(|error| in_words(&error))?;
    drop(bytes);
    document.into_run()
}

/// Format and version, before anything else is asked of the document: a later version may differ in
/// every other field.
fn check_header(bytes: &[u8]) -> Result<(), RunDocumentError> {
    #[derive(Deserialize)]
    struct Header {
        format: String,
        version: u64,
    }
    match serde_json::from_slice::<Header>(bytes) {
        Ok(Header { format, .. }) if format != RUN_DOCUMENT_FORMAT => {
            Err(RunDocumentError::NotARun)
        }
        Ok(Header { version, .. }) if version != RUN_DOCUMENT_VERSION => {
            Err(RunDocumentError::UnknownVersion(version))
        }
        Ok(_) => Ok(()),
        Err(error) if error.is_data() => Err(RunDocumentError::NotARun),
        Err(error) => Err(in_words(&error)),
    }
}

fn in_words(error: &serde_json::Error) -> RunDocumentError {
    let at = Position {
        line: error.line(),
        column: error.column(),
    };
    let text = error.to_string();
    // The position is a field of its own here.
    let why = match text.rsplit_once(" at line ") {
        Some((why, _)) => why.to_owned(),
        None => text,
    };
    match error.classify() {
        Category::Eof => RunDocumentError::BreaksOff { at },
        Category::Data => RunDocumentError::WrongField { at, why },
        Category::Syntax | Category::Io => RunDocumentError::NotJson { at, why },
    }
}

#[derive(Deserialize)]
struct Document {
    started: Timestamp,
    state: StateDocument,
    error: Option<String>,
    #[serde(default)]
    destination: String,
    #[serde(default)]
    seed: u64,
    route: Option<Route>,
    socket: Option<SocketSettings>,
    calibration: Option<Calibration>,
    #[serde(default)]
    checks: Vec<Check>,
    profile: ProfileDocument,
    environment: Environment,
    #[serde(default)]
    transcript_omitted: u64,
    #[serde(default)]
    server: Traits,
    transcript: Vec<TranscriptLine>,
    points: Vec<PointDocument>,
}

#[derive(Deserialize)]
struct PointDocument {
    #[serde(rename = "type")]
    kind: MeasurementType,
    message_size: u64,
    server_delay_ns: u64,
    precision: Option<PrecisionOutcome>,
    #[serde(default)]
    quick_ack_rtt_ns: Vec<u64>,
    error: Option<Fault>,
    connections: Option<Connections>,
    tcp: Option<TcpRows>,
    samples: Samples,
}

impl Document {
    fn into_run(self) -> Result<Run, RunDocumentError> {
        let mut points = Vec::new();
        let mut kept = HashMap::new();
        for (number, point) in (1..).zip(self.points) {
            let wrong = |why| RunDocumentError::WrongPoint { point: number, why };
            if number > MAX_SIZES * MAX_DELAYS {
                return Err(wrong("no run has as many points".to_owned()));
            }
            if let Some(known) = kept.insert(point.place(), number) {
                return Err(wrong(format!("it is point {known} once more")));
            }
            points.push(point.into_point().map_err(wrong)?);
        }
        if points.is_empty() {
            return Err(RunDocumentError::NoPoints);
        }
        let mut lines = self.transcript;
        let beyond = lines.len().saturating_sub(MAX_TRANSCRIPT_LINES);
        lines.truncate(MAX_TRANSCRIPT_LINES);
        Ok(Run {
            id: RunId(0),
            started: self.started,
            origin: Instant::now(),
            state: self.state.into(),
            error: self.error,
            profile: Arc::new(self.profile.into()),
            destination: self.destination,
            environment: Arc::new(self.environment),
            points,
            seed: self.seed,
            calibration: self.calibration,
            server: self.server,
            socket: self.socket,
            route: self.route,
            checks: self.checks,
            transcript: Transcript {
                lines,
                omitted: self.transcript_omitted.saturating_add(beyond as u64),
            },
        })
    }
}

impl PointDocument {
    /// What no two points of a run have in common.
    fn place(&self) -> (MeasurementType, u64, u64) {
        (self.kind, self.message_size, self.server_delay_ns)
    }

    fn into_point(self) -> Result<Point, String> {
        if self.message_size == 0 {
            return Err("its message size is 0, and a probe carries at least one byte".to_owned());
        }
        if self.message_size > MAX_MESSAGE_SIZE {
            return Err(format!(
                "its message size is {}, and the largest that is measured is {MAX_MESSAGE_SIZE}",
                self.message_size
            ));
        }
        if !self.server_delay_ns.is_multiple_of(NS_PER_MS) {
            return Err("its server delay is not a whole number of milliseconds".to_owned());
        }
        let mut point = Point::new(PointSpec {
            kind: self.kind,
            message_size: self.message_size,
            server_delay_ms: self.server_delay_ns / NS_PER_MS,
        });
        point.rounds = self.samples.rounds(self.connections, self.tcp)?;
        point.error = self.error;
        point.outcome = self.precision;
        point.quick_acked = self.quick_ack_rtt_ns;
        point.refresh_statistics();
        Ok(point)
    }
}
