//! What was found: samples, points, runs, and the statistics drawn from them. Pure: no I/O, no clock.

mod fault;
mod interval;
mod round;
mod run;
mod statistics;
mod transcript;
pub mod units;

pub use fault::{Fault, FaultKind, FaultPhase};
pub use interval::{MedianInterval, median_interval};
pub use round::{Probe, Round};
pub use run::{Environment, Point, Run, RunId, RunState};
pub use statistics::{PointStatistics, RttStatistics, Throughput, percentile};
pub use transcript::{
    Direction, MAX_TRANSCRIPT_LINES, Side, Transcript, TranscriptLine, probe_text,
};
