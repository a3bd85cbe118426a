//! The causes, in the order in which they are looked at: each says whether it makes up most of a point,
//! and in which words.

use super::evidence::{LEAST_KERNEL_NS, Seen};
use super::processor::{busy_processor, floor, floor_of_loopback, is_idle, this_computer};
use super::sockets::{held, nagle, receive_buffer};
use super::{Cause, whole_bytes};
use crate::measurement::units::{significant, throughput, time};

/// A cause that makes up half of the time leaves less than half to all others together.
pub(super) const MOST: f64 = 0.5;
/// The kernel's share of time in which a window or buffer was full says something about a point only
/// if bytes were under way for a good part of it.
const BUSY_ENOUGH: f64 = 0.3;
/// A path that is filled has bytes under way nearly all the time; the rest is the start of each round.
pub(super) const BUSY: f64 = 0.7;
/// Bytes that take this many times longer than on an empty path stand in a queue before its slowest
/// part. A receiver that answers late because it was asleep takes less.
pub(super) const QUEUE: f64 = 10.0;
/// A full window has about as many bytes under way as it is large. With less than this share of it the
/// window was not full of bytes under way but closed, by a server that does not read.
const CLOSED: f64 = 0.25;

/// The median of fewer probes says too little: a round of the default has as many.
const LEAST_PROBES: u64 = 20;

/// The first cause that makes up most of the point, and its sentence.
pub(super) fn cause_of(seen: &Seen) -> (Cause, String) {
    server_delay(seen)
        .or_else(|| too_few(seen))
        .or_else(|| receive_buffer(seen))
        .or_else(|| busy_processor(seen))
        .or_else(|| full(seen))
        .or_else(|| this_computer(seen))
        .or_else(|| floor_of_loopback(seen))
        .or_else(|| held(seen))
        .or_else(|| nagle(seen))
        .or_else(|| path_round_trip(seen))
        .or_else(|| path_rate(seen))
        .or_else(|| floor(seen))
        .or_else(|| server(seen))
        .unwrap_or_else(|| not_known(seen))
}

pub(super) type Found = Option<(Cause, String)>;

pub(super) fn percent(share: f64) -> String {
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

/// Anything but a delay that was asked for needs more probes to be told from chance.
fn too_few(seen: &Seen) -> Found {
    let probes = seen.probes;
    (probes < LEAST_PROBES).then(|| {
        let are = if probes == 1 {
            "1 probe is".to_owned()
        } else {
            format!("{probes} probes are")
        };
        let why = format!("Not known: {are} too few to tell, it takes {LEAST_PROBES}.");
        (Cause::NotKnown, why)
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
        && (!seen.loopback || (!seen.is_own(srtt) && seen.is_delivered_as_sent()))
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
            // A server that cannot get rid of its echoes does not read either: in a pipeline that may be
            // because we do not read them.
            if seen.pipelined && !is_idle(seen) {
                return None;
            }
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

fn path_round_trip(seen: &Seen) -> Found {
    let path = seen.path_ns.filter(|path| *path >= MOST * seen.rtt_ns)?;
    if seen.loopback && seen.is_near_floor(path) {
        return None;
    }
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
        let busy = seen.busy()?;
        let is_it = busy >= BUSY
            && seen.busy_ns? >= LEAST_KERNEL_NS
            && !seen.app_limited
            && !(seen.loopback && seen.is_own(seen.rtt_ns))
            && seen.is_delivered_as_sent();
        return is_it.then(|| {
            let why = format!(
                "The rate of the path: bytes were under way in {} % of the time, and the kernel saw \
                 them delivered at {}, as fast as they were sent.",
                percent(busy),
                throughput(rate)
            );
            (Cause::PathRate, why)
        });
    }
    let transfer = seen.transfer_ns()?;
    let is_own = seen.loopback && seen.is_own(transfer);
    (transfer >= MOST * seen.rtt_ns && !is_own).then(|| {
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
    if seen.pipelined {
        return server_on_loopback(seen).or_else(|| server_of_pipeline(seen));
    }
    let path = seen.path_ns?;
    let transfer = seen.transfer_ns().unwrap_or_default();
    let left = seen.rtt_ns - seen.delay_ns - path - transfer;
    (left >= MOST * seen.rtt_ns).then(|| {
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

/// Where there is no path, bytes can wait nowhere but at the two ends. With this one idle and each echo
/// taking longer than this computer takes for an exchange, it is the other.
fn server_on_loopback(seen: &Seen) -> Found {
    let own = seen
        .own_work
        .filter(|_| seen.loopback && is_idle(seen) && seen.floor_ns.is_some())?;
    let no_path = !seen.is_delivered_as_sent();
    let left = seen.rtt_ns - seen.delay_ns;
    (no_path && !seen.is_each_own() && left >= MOST * seen.rtt_ns).then(|| {
        let why = format!(
            "The server: an echo came every {}, while the measuring thread worked in {} % of the time; \
             on this computer there is no path where bytes could wait.",
            time(seen.each_ns()),
            percent(own)
        );
        (Cause::Server, why)
    })
}

/// The rest of the round-trip time is our own queue, and no evidence. That everything was sent and
/// acknowledged while this side did little is.
fn server_of_pipeline(seen: &Seen) -> Found {
    let busy = seen.busy().filter(|busy| *busy < BUSY_ENOUGH)?;
    let own = seen.own_work.filter(|_| is_idle(seen))?;
    let left = seen.rtt_ns - seen.delay_ns - seen.path_ns?;
    // Acknowledged late: it may stand in the path.
    let may_be_queue = seen.srtt_ns.is_none_or(|srtt| srtt >= MOST * seen.rtt_ns);
    (left >= MOST * seen.rtt_ns && !may_be_queue).then(|| {
        let why = format!(
            "The server: what was sent was acknowledged and its echoes did not come. Bytes were under \
             way in {} % of the time, and this computer worked in {} % of it.",
            percent(busy),
            percent(own)
        );
        (Cause::Server, why)
    })
}

fn not_known(seen: &Seen) -> (Cause, String) {
    let rtt = time(seen.rtt_ns);
    let why = if seen.pipelined {
        format!(
            "Not known: the median round-trip time of {rtt} holds the queue of the probes in flight, \
             and no figure beside it stands out."
        )
    } else {
        format!("Not known: no cause makes up half of the median round-trip time of {rtt}.")
    };
    (Cause::NotKnown, why)
}
