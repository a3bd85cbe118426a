//! What limited a point: one sentence, and the figures it rests on.
//!
//! The kernel's account of a connection (`TCP_INFO`) and the engine's account of its own work are put
//! beside the median round-trip time, and the first cause that makes up most of it is named. A cause is
//! only named on evidence of its own; where none dominates, that is what is said. The path is taken to
//! be as fast one way as the other.

mod evidence;

use serde::{Deserialize, Serialize};

use self::evidence::Seen;
use super::units::{bytes, significant, throughput, time};
use super::{Calibration, Point};
use crate::experiment::Profile;

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
    /// The path carries no more bytes a second.
    PathRate,
    /// The path takes that long there and back, however little is sent.
    PathRoundTrip,
    /// The server takes its time.
    Server,
    /// The measuring program has no more processor time.
    ThisComputer,
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
            Self::PathRate => "rate of the path",
            Self::PathRoundTrip => "round trip of the path",
            Self::Server => "server",
            Self::ThisComputer => "this computer",
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

/// A cause that makes up half of the time leaves less than half to all others together.
const MOST: f64 = 0.5;
/// The kernel's share of time in which a window or buffer was full says something about a point only
/// if bytes were under way for a good part of it.
const BUSY_ENOUGH: f64 = 0.3;
/// A path that is filled has bytes under way nearly all the time; the rest is the start of each round.
const BUSY: f64 = 0.7;
/// The kernel counts these times in its own ticks, of 1 to 10 ms: fewer than a few of them are chance.
const LEAST_KERNEL_NS: f64 = 20e6;
/// A thread that works for more than this share of the time has no room for being faster; what is
/// left are the waits that no program is without.
const OWN_WORK: f64 = 0.7;
/// Below this many segments the kernel sees an echo acknowledge its probe, and takes the server's time
/// for the path's.
const LEAST_SEGMENTS: f64 = 4.0;
/// How near the kernel's delivery rate must be to the rate at which was sent to be its reason.
const SAME_RATE: f64 = 0.3;
/// Bytes that take this many times longer than on an empty path stand in a queue before its slowest
/// part. A receiver that answers late because it was asleep takes less.
const QUEUE: f64 = 10.0;
/// A full window has about as many bytes under way as it is large. With less than this share of it the
/// window was not full of bytes under way but closed, by a server that does not read.
const CLOSED: f64 = 0.25;

/// What limited a point; `None` without samples.
#[must_use]
pub fn limit_of(
    point: &Point,
    profile: &Profile,
    calibration: Option<&Calibration>,
) -> Option<Limit> {
    let seen = Seen::of(point, profile, calibration)?;
    let (cause, sentence) = server_delay(&seen)
        .or_else(|| full(&seen))
        .or_else(|| this_computer(&seen))
        .or_else(|| path_round_trip(&seen))
        .or_else(|| path_rate(&seen))
        .or_else(|| server(&seen))
        .unwrap_or_else(|| {
            let rtt = time(seen.rtt_ns);
            let why = format!(
                "Not known: no cause makes up half of the median round-trip time of {rtt}."
            );
            (Cause::NotKnown, why)
        });
    Some(Limit {
        cause,
        sentence,
        evidence: seen.figures(),
    })
}

type Found = Option<(Cause, String)>;

fn percent(share: f64) -> String {
    significant(share * 100.0)
}

fn server_delay(seen: &Seen) -> Found {
    let share = seen.delay_ns / seen.rtt_ns;
    (share >= MOST).then(|| {
        let (delay, rtt) = (time(seen.delay_ns), time(seen.rtt_ns));
        let share = percent(share);
        let why = format!(
            "The server delay: {delay} are {share} % of the median round-trip time of {rtt}."
        );
        (Cause::ServerDelay, why)
    })
}

/// A window or a buffer was full most of the time. Either fills up for reasons of its own, or because
/// the path or the server behind it is slow.
fn full(seen: &Seen) -> Found {
    let busy = seen
        .busy_ns
        .filter(|busy| *busy >= BUSY_ENOUGH * seen.elapsed_ns)?;
    let is_most = |limited: &f64| *limited >= MOST * busy && *limited >= LEAST_KERNEL_NS;
    let window = seen.window_full_ns.filter(is_most);
    let buffer = seen.buffer_full_ns.filter(is_most);
    let limited = [window, buffer].into_iter().flatten().reduce(f64::max)?;
    if let Some((srtt, path)) = seen.srtt_ns.zip(seen.path_ns)
        && srtt >= QUEUE * path
    {
        let why = format!(
            "The rate of the path: bytes stand in a queue, {} until they are acknowledged where an \
             empty path takes {}.",
            time(srtt),
            time(path)
        );
        return Some((Cause::PathRate, why));
    }
    let share = percent(limited / busy);
    if buffer > window {
        let why = format!(
            "Our send buffer: it was full of bytes not yet acknowledged in {share} % of the time in \
             which any were under way."
        );
        return Some((Cause::SendBuffer, why));
    }
    if let Some((srtt, size)) = seen.srtt_ns.zip(seen.window) {
        let under_way = seen.written * srtt / limited;
        if under_way < CLOSED * size {
            let why = format!(
                "The server: it did not read, so that its receive window was closed in {share} % of \
                 the time in which bytes were to be sent."
            );
            return Some((Cause::Server, why));
        }
    }
    let size = seen
        .window
        .map_or_else(String::new, |size| format!(" of {}", whole_bytes(size)));
    let why = format!(
        "The server's receive window{size}: it was full in {share} % of the time in which bytes were \
         to be sent."
    );
    Some((Cause::ReceiveWindow, why))
}

fn this_computer(seen: &Seen) -> Found {
    let own = seen.own_work.filter(|own| *own >= OWN_WORK)?;
    let why = format!(
        "This computer: its processor worked on the probes in {} % of the time, waiting not counted.",
        percent(own)
    );
    Some((Cause::ThisComputer, why))
}

fn path_round_trip(seen: &Seen) -> Found {
    let path = seen.path_ns.filter(|path| *path >= MOST * seen.rtt_ns)?;
    let more = if seen.pipelined {
        "; with more probes in flight more would be echoed"
    } else {
        ""
    };
    let why = format!(
        "The round trip of the path: it takes {} however little is sent, of a median round-trip time \
         of {}{more}.",
        time(path),
        time(seen.rtt_ns)
    );
    Some((Cause::PathRoundTrip, why))
}

fn path_rate(seen: &Seen) -> Found {
    let rate = seen.delivery_rate?;
    if seen.pipelined {
        let busy = seen.busy_ns? / seen.elapsed_ns;
        let sent = seen.sent_rate();
        let is_it = busy >= BUSY
            && seen.busy_ns? >= LEAST_KERNEL_NS
            && !seen.app_limited
            && (rate - sent).abs() <= SAME_RATE * sent;
        return is_it.then(|| {
            let why = format!(
                "The rate of the path: bytes were under way in {} % of the time, and the kernel saw \
                 them delivered at {}, as fast as they were sent.",
                percent(busy.min(1.0)),
                throughput(rate)
            );
            (Cause::PathRate, why)
        });
    }
    let transfer = seen.transfer_ns()?;
    (transfer >= MOST * seen.rtt_ns).then(|| {
        let why = format!(
            "The rate of the path: at the {} that the kernel saw, a message takes {} there and back, of \
             a median round-trip time of {}.",
            throughput(rate),
            time(transfer),
            time(seen.rtt_ns)
        );
        (Cause::PathRate, why)
    })
}

fn server(seen: &Seen) -> Found {
    let path = seen.path_ns?;
    let transfer = seen.transfer_ns().unwrap_or_default();
    let left = seen.rtt_ns - seen.delay_ns - path - transfer;
    // With several in flight the rest may be a queue in the path. Bytes that the server holds were
    // acknowledged before.
    let may_be_queue = seen.pipelined && seen.srtt_ns.is_none_or(|srtt| srtt - path >= MOST * left);
    (left >= MOST * seen.rtt_ns && !may_be_queue).then(|| {
        let beside = if seen.delay_ns > 0.0 {
            format!("its delay of {} and ", time(seen.delay_ns))
        } else {
            String::new()
        };
        let why = format!(
            "The server: {} of the median round-trip time of {} are neither {beside}the {} that the \
             path takes nor sending the bytes.",
            time(left),
            time(seen.rtt_ns),
            time(path),
        );
        (Cause::Server, why)
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
