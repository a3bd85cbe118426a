//! Landmarks of a run: known figures of the path, of TCP and of the instrument that a plot can show beside
//! what was measured, so that a reader sees where a curve should bend, and why.
//!
//! Each says where it stands, what it is called, and in a sentence what it is and by which source. A kind
//! that this run has none of says why.

mod kinds;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::{Fit, NoFit, Point, Run};
use crate::experiment::Profile;
use crate::protocol::probes_len;

/// A kind of landmark: they are switched on and off by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LandmarkKind {
    /// Message sizes that fill a whole number of segments.
    Segments,
    /// The message size that a cold connection sends at once.
    InitialWindow,
    /// Receive window / RTT: a bound of throughput.
    WindowBound,
    /// The bytes that fill the path.
    BandwidthDelay,
    /// `n_1/2` of the model.
    HalfSize,
    /// The instrument's floor.
    Floor,
}

impl LandmarkKind {
    /// Every kind, in the order of their check boxes.
    pub const ALL: [Self; 6] = [
        Self::Segments,
        Self::InitialWindow,
        Self::WindowBound,
        Self::BandwidthDelay,
        Self::HalfSize,
        Self::Floor,
    ];

    /// Its name, as on a check box.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Segments => "segments (MSS)",
            Self::InitialWindow => "initial window",
            Self::WindowBound => "window / RTT",
            Self::BandwidthDelay => "bandwidth-delay product",
            Self::HalfSize => "n_1/2",
            Self::Floor => "instrument floor",
        }
    }
}

/// Where a landmark stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// At a message size, in payload bytes, whatever the other axis shows.
    MessageSize(f64),
    /// At a round-trip time, in nanoseconds, whatever the message size.
    RttNs(f64),
    /// At a throughput, in payload bytes per second, whatever the message size.
    Throughput(f64),
    /// A throughput for each message size: bytes, and bytes per second, by message size.
    ThroughputCurve(Vec<(u64, f64)>),
}

/// A landmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Landmark {
    /// What it is.
    pub kind: LandmarkKind,
    /// The server delay of the points it belongs to, in milliseconds; `None` for all of them.
    pub server_delay_ms: Option<u64>,
    /// Where it stands.
    pub place: Place,
    /// A few characters to stand beside it.
    pub label: String,
    /// What it is, with its figures and its source.
    pub explanation: String,
}

/// The landmarks of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct LandmarkSet {
    /// Which kind.
    pub kind: LandmarkKind,
    /// They, at least one; or in a sentence why there is none.
    pub found: Result<Vec<Landmark>, String>,
}

/// The landmarks of a run, each kind once, in the order of [`LandmarkKind::ALL`]. `fits` are those of
/// [`fits`](super::fits).
#[must_use]
pub fn landmarks(run: &Run, fits: &[(u64, Result<Fit, NoFit>)]) -> Vec<LandmarkSet> {
    LandmarkKind::ALL
        .into_iter()
        .map(|kind| {
            let found = match kind {
                LandmarkKind::Segments => kinds::segments(run),
                LandmarkKind::InitialWindow => kinds::initial_window(run),
                LandmarkKind::WindowBound => kinds::window_bound(run),
                LandmarkKind::BandwidthDelay => kinds::bandwidth_delay(run, fits),
                LandmarkKind::HalfSize => kinds::half_size(fits),
                LandmarkKind::Floor => kinds::floor(run),
            };
            LandmarkSet { kind, found }
        })
        .collect()
}

/// Bytes that the longest message of a session has with a payload of `message_size`: its last one, whose
/// number has the most digits.
pub(super) fn message_len(profile: &Profile, message_size: u64) -> u64 {
    let last = profile.announced_probes().max(1);
    let up_to = |probe| probes_len(profile.idiom(), 0, probe);
    let header = up_to(last).saturating_sub(up_to(last - 1));
    message_size.saturating_add(header)
}

/// Bytes that a segment carries, by the kernel: the median over these points' connections. `None` where it
/// did not tell.
pub(super) fn segment_size<'a>(points: impl IntoIterator<Item = &'a &'a Point>) -> Option<u64> {
    let rounds = points.into_iter().flat_map(|point| &point.rounds);
    let mut sizes: Vec<u32> = rounds
        .filter_map(|round| Some(round.tcp.as_ref()?.after.mss))
        .filter(|mss| *mss > 0)
        .collect();
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied().map(u64::from)
}
