//! The run document: a run as JSON, for other programs, and to be opened again.
//!
//! Times are whole nanoseconds, sizes bytes, throughput bytes per second; samples stand in columns.
//! The figures are there for other programs: whoever reads a document back works them out anew from
//! its samples. Fields may be added, none is taken away or changes its meaning. Beyond what the
//! format began with there are
//!
//! | field | what it is |
//! | --- | --- |
//! | `destination` | the address measured |
//! | `seed` | what the random order was drawn from |
//! | `route`, `socket` | where the packets left this machine, and what the system set for the sockets; null before a connection |
//! | `calibration` | what the instrument itself costs; null where that was not measured |
//! | `checks` | whether the run agrees with itself |
//! | `server` | what the server does differently from the text: in `echo` how it puts its echoes (null: as the messages came), in `remarks` sentences with what each is `about` |
//! | `transcript_omitted` | lines that were not kept |
//! | `fit` | the model T(n) = alpha + n / beta: `method`, `seed` of the resampling, and for each of `delays` `alpha_ns`, `beta_bytes_per_s`, `half_size_bytes` (each `value`, `lo`, `hi` of 95 %), `resamples` and `residuals`, or in `error` why there is none; null where nothing was measured, as in all documents of the first programs |
//!
//! and in each point
//!
//! | field | what it is |
//! | --- | --- |
//! | `rtt_ns.p10`, `p25`, `p75`, `p999` | more percentiles |
//! | `rtt_ns.median_of_rounds` | the median of the rounds' medians, to which `median_ci95` belongs; `p50` is of all samples |
//! | `throughput` | `median_of_rounds` and the interval of it, `low` and `high`, and whether several probes were in flight (`pipelined`) |
//! | `outliers` | how many samples lie below `low_ns` or above `high_ns`; they are counted all the same |
//! | `first_probe_ns`, `connect_ns` | the cold first probe of each connection, and how long each took to open |
//! | `window_bound` | receive window of the peer / median RTT, in bytes per second: a bound, nothing measured |
//! | `limit` | what limited the point: `cause`, `sentence`, and the `evidence` as pairs of a name and a figure |
//! | `precision` | `reached`, `not_reached_in_rounds`, `not_reached_in_time`, or null without a stop rule |
//! | `quick_ack_rtt_ns` | RTTs of one round more in which what came was acknowledged at once; empty where there was no reason for one |
//! | `connections` | columns, a row for each connection of each round: `round`, `connection` (of those that measure at the same time, from 1), `session` (of all of the run, as in the transcript), warm-up probes, depth, how long it took to connect, our own address, and what measuring over it took |
//! | `tcp` | columns, two rows (`when`: `before`, `after`) for each connection of which the kernel said something; null if it said nothing |
//! | `samples.connection` | the connection of each sample, as in `connections` |
//!
//! A run that is still going on is written as `interrupted`: that is what it is to whoever finds the
//! document later.

use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::json_layout::Layout;
use super::run_fit::FitDocument;
use super::run_point::PointDocument;
use super::run_profile::ProfileDocument;
use super::write_atomically;
use crate::measurement::{
    Calibration, Check, Environment, Route, Run, RunState, SocketSettings, Traits, TranscriptLine,
};

/// What the document's `format` says.
pub const RUN_DOCUMENT_FORMAT: &str = "echograph-run";
/// What the document's `version` says.
pub const RUN_DOCUMENT_VERSION: u64 = 1;
/// Nanoseconds in the unit of the server delay on the wire.
pub(super) const NS_PER_MS: u64 = 1_000_000;

/// Writes a run to a file, all or nothing.
///
/// # Errors
/// What the operating system says.
pub fn save_run(path: &Path, run: &Run) -> io::Result<()> {
    write_atomically(path, |file| write_run(run, file))
}

/// Writes a run as JSON, one sample after the other.
///
/// # Errors
/// What the writer says.
pub fn write_run(run: &Run, mut writer: impl Write) -> io::Result<()> {
    let document = Document {
        format: RUN_DOCUMENT_FORMAT,
        version: RUN_DOCUMENT_VERSION,
        started: run.started,
        state: run.state.into(),
        error: run.error.as_deref(),
        destination: &run.destination,
        seed: run.seed,
        route: run.route.as_ref(),
        socket: run.socket.as_ref(),
        calibration: run.calibration.as_ref().filter(|floor| is_finite(floor)),
        checks: &run.checks,
        server: &run.server,
        profile: ProfileDocument::from(run.profile.as_ref()),
        environment: &run.environment,
        transcript_omitted: run.transcript.omitted,
        transcript: &run.transcript.lines,
        points: run
            .points
            .iter()
            .map(|point| PointDocument::of(run, point))
            .collect(),
        fit: FitDocument::of(run),
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut writer, Layout::default());
    document.serialize(&mut serializer)?;
    writer.write_all(b"\n")?;
    writer.flush()
}

/// JSON has no words for what is not finite, and a figure that is not one says nothing anyway.
fn is_finite(floor: &Calibration) -> bool {
    let figures = [floor.clock_cost_ns, floor.empty_read_ns, floor.floor_ns];
    figures.iter().all(|figure| figure.is_finite())
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u64,
    started: Timestamp,
    state: StateDocument,
    error: Option<&'a str>,
    destination: &'a str,
    seed: u64,
    route: Option<&'a Route>,
    socket: Option<&'a SocketSettings>,
    calibration: Option<&'a Calibration>,
    checks: &'a [Check],
    server: &'a Traits,
    profile: ProfileDocument,
    environment: &'a Environment,
    transcript_omitted: u64,
    transcript: &'a [TranscriptLine],
    points: Vec<PointDocument<'a>>,
    fit: Option<FitDocument>,
}

/// A run's state in a document.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StateDocument {
    Finished,
    Stopped,
    Failed,
    Interrupted,
}

impl From<RunState> for StateDocument {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Finished => Self::Finished,
            RunState::Stopped => Self::Stopped,
            RunState::Failed => Self::Failed,
            RunState::Running | RunState::Interrupted => Self::Interrupted,
        }
    }
}

impl From<StateDocument> for RunState {
    fn from(state: StateDocument) -> Self {
        match state {
            StateDocument::Finished => Self::Finished,
            StateDocument::Stopped => Self::Stopped,
            StateDocument::Failed => Self::Failed,
            StateDocument::Interrupted => Self::Interrupted,
        }
    }
}
