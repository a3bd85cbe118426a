//! What was found: samples, points, runs, and the statistics drawn from them. Pure: no I/O, no clock.

#[doc(hidden)]
pub mod by_hand;
mod calibration;
mod checks;
mod compare;
mod delay_unit;
mod delayed_ack;
mod distribution;
mod estimate;
pub mod facts;
mod fault;
mod figures;
mod floor;
mod interval;
mod landmarks;
mod limit;
mod model;
pub(crate) mod numbers;
mod outliers;
mod peer;
mod probes;
mod round;
mod run;
mod series;
mod sorted;
mod spoken;
mod statistics;
mod tcp;
mod traits;
mod transcript;
pub mod units;

pub use calibration::{Calibration, FLOOR_MARGIN};
pub use checks::{BytesAtServer, bytes_at_server, check_run};
pub use compare::{
    CAUTION, Comparison, Difference, FigureComparison, PointComparison, Quantity, Verdict, WhyNot,
    compare, compare_all,
};
pub use delay_unit::delay_unit;
pub use delayed_ack::{delayed_ack_lesson, may_be_delayed_ack};
pub use distribution::{
    Along, Bin, Bins, Bucket, Extremes, Histogram, Lost, MOST_BINS, Mark, PointSamples, RoundRtts,
    RoundSpread, Step, timeline_columns,
};
pub use estimate::Estimate;
pub use fault::{Fault, FaultKind, FaultPhase};
pub use figures::{PointFigures, RoundFigures};
pub use floor::{AtFloor, at_floor};
pub use interval::{MedianInterval, median_interval};
pub use landmarks::{Landmark, LandmarkKind, LandmarkSet, Place, landmarks};
pub use limit::{Cause, Limit, limit_of};
pub use model::{Fit, Flat, MODEL, MODEL_METHOD, MODEL_SEED, NoFit, Residual, fit_delay, fits};
pub use outliers::{Outliers, mad};
pub use peer::{PeerFigure, PeerPoint, PeerResult, PeerRtt, PeerTool, PeerTraffic};
pub use probes::Probes;
pub use round::{Probe, Round, Work};
pub use run::{Check, Environment, Point, PrecisionOutcome, Run, RunId, RunState};
pub use series::Series;
pub use spoken::Spoken;
pub use statistics::{PointStatistics, RttStatistics, Throughput, percentile};
pub use tcp::{Route, SocketSettings, TcpChange, TcpInfo};
pub use traits::{About, Remark, Traits};
pub use transcript::{
    Direction, MAX_TRANSCRIPT_LINES, Side, Transcript, TranscriptLine, probe_text,
};
