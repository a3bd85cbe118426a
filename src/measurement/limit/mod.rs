//! What limited a point: one sentence, and the figures it rests on.
//!
//! The kernel's account of a connection (`TCP_INFO`) and the engine's account of its own work are put
//! beside the median round-trip time, and the first cause that makes up most of it is named. A cause is
//! only named on evidence of its own; where none dominates, that is what is said. The path is taken to
//! be as fast one way as the other.
//!
//! With several probes in flight the round-trip time holds the queue that they make themselves: it is
//! what is in flight over the rate. What is left of it after the known parts then says nothing of the
//! server, which is only named where this side was idle and everything sent was acknowledged, or where
//! there is no path.

mod account;
mod causes;
mod evidence;
mod processor;
mod sockets;

use serde::{Deserialize, Serialize};

use self::evidence::Seen;
use super::units::bytes;
use super::{Calibration, Point, Run, SocketSettings};
use crate::experiment::{PointSpec, Profile};

/// What limits a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The server waits before each echo, as it was asked to.
    ServerDelay,
    /// The server takes no more bytes at a time.
    ReceiveWindow,
    /// Our send buffer holds no more bytes that are not acknowledged.
    SendBuffer,
    /// Our receive buffer lets the server send a small part of what it has at a time.
    ReceiveBuffer,
    /// Nagle's algorithm holds messages back until those before them are acknowledged.
    Nagle,
    /// The path carries no more bytes a second.
    PathRate,
    /// The path takes that long there and back, however little is sent.
    PathRoundTrip,
    /// The server takes its time.
    Server,
    /// The measuring program has no more processor time, or the round trip is no longer than processor,
    /// kernel and waking up take on this computer.
    ThisComputer,
    /// Other work on this computer had the processor when it was the measuring's turn.
    BusyProcessor,
    /// None of these dominates, or too little is known.
    NotKnown,
}

impl Cause {
    /// Its name, as in a table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ServerDelay => "server delay",
            Self::ReceiveWindow => "receive window",
            Self::SendBuffer => "send buffer",
            Self::ReceiveBuffer => "receive buffer",
            Self::Nagle => "Nagle algorithm",
            Self::PathRate => "rate of the path",
            Self::PathRoundTrip => "round trip of the path",
            Self::Server => "server",
            Self::ThisComputer => "this computer",
            Self::BusyProcessor => "busy processor",
            Self::NotKnown => "not known",
        }
    }
}

/// What limited a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// What it was.
    pub cause: Cause,
    /// That in one sentence, with the figures that decide.
    pub sentence: String,
    /// Everything that was looked at: what it is, and the figure with its unit.
    pub evidence: Vec<(&'static str, String)>,
}

/// What is known of a run beside its points.
#[derive(Debug, Clone, Copy, Default)]
struct Known<'r> {
    calibration: Option<&'r Calibration>,
    socket: Option<&'r SocketSettings>,
    loopback: bool,
    /// The median RTT of the same size without a server delay, in nanoseconds.
    without_delay: Option<f64>,
}

/// What limited a point of a run; `None` without samples.
#[must_use]
pub fn limit_of(run: &Run, point: &Point) -> Option<Limit> {
    let known = Known {
        calibration: run.calibration.as_ref(),
        socket: run.socket.as_ref(),
        loopback: run.is_loopback(),
        without_delay: without_delay(run, point),
    };
    limit(point, &run.profile, &known)
}

fn without_delay(run: &Run, point: &Point) -> Option<f64> {
    let spec = PointSpec {
        server_delay_ms: 0,
        ..point.spec
    };
    let plain = run.points.iter().find(|other| other.spec == spec)?;
    Some(plain.statistics?.rtt.p50)
}

fn limit(point: &Point, profile: &Profile, known: &Known<'_>) -> Option<Limit> {
    let seen = Seen::of(point, profile, known)?;
    let (cause, sentence) = causes::cause_of(&seen);
    Some(Limit {
        cause,
        sentence,
        evidence: seen.figures(),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a window is a number of bytes that fits 32 bits"
)]
fn whole_bytes(value: f64) -> String {
    bytes(value.round() as u64)
}

#[cfg(test)]
mod tests;
