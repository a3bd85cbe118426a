//! The causes, in the order in which they are looked at: each says whether it makes up most of a point,
//! and in which words.

use super::evidence::{COPY_RATE, FLOORS, LEAST_KERNEL_NS, Seen};
use super::{Cause, whole_bytes};
use crate::measurement::units::{significant, throughput, time};

/// A cause that makes up half of the time leaves less than half to all others together.
const MOST: f64 = 0.5;
/// The kernel's share of time in which a window or buffer was full says something about a point only
/// if bytes were under way for a good part of it.
const BUSY_ENOUGH: f64 = 0.3;
/// A path that is filled has bytes under way nearly all the time; the rest is the start of each round.
const BUSY: f64 = 0.7;
/// A thread that works for more than this share of the time has no room for being faster; what is
/// left are the waits that no program is without.
const OWN_WORK: f64 = 0.7;
/// A thread that works for less than this share of the time mostly waits for others.
const IDLE: f64 = 0.5;
/// How near the kernel's delivery rate must be to the rate at which was sent to be its reason.
const SAME_RATE: f64 = 0.3;
/// Bytes that take this many times longer than on an empty path stand in a queue before its slowest
/// part. A receiver that answers late because it was asleep takes less.
const QUEUE: f64 = 10.0;
/// A full window has about as many bytes under way as it is large. With less than this share of it the
/// window was not full of bytes under way but closed, by a server that does not read.
const CLOSED: f64 = 0.25;

/// A window with room for so many times what is under way holds nothing back.
const ROOM: f64 = 1.25;

/// The first cause that makes up most of the point, and its sentence.
pub(super) fn cause_of(seen: &Seen) -> (Cause, String) {
    server_delay(seen)
        .or_else(|| full(seen))
        .or_else(|| this_computer(seen))
        .or_else(|| floor_of_loopback(seen))
        .or_else(|| held(seen))
        .or_else(|| path_round_trip(seen))
        .or_else(|| path_rate(seen))
        .or_else(|| floor(seen))
        .or_else(|| server(seen))
        .unwrap_or_else(|| not_known(seen))
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
        && !(seen.loopback && seen.is_own(srtt))
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

fn this_computer(seen: &Seen) -> Found {
    let own = seen.own_work.filter(|own| *own >= OWN_WORK)?;
    let why = format!(
        "This computer: its processor worked on the probes in {} % of the time, waiting not counted.",
        percent(own)
    );
    Some((Cause::ThisComputer, why))
}

/// Whether the measuring thread is known to have waited most of the time.
fn is_idle(seen: &Seen) -> bool {
    seen.own_work.is_some_and(|own| own < IDLE)
}

/// Bytes that stay on this computer have no path: what the kernel takes for one is its own time.
fn floor_of_loopback(seen: &Seen) -> Found {
    floor(seen).filter(|_| seen.loopback)
}

/// One probe at a time that is back so soon that this computer alone may take as long.
fn floor(seen: &Seen) -> Found {
    let floor = seen.floor_ns.filter(|_| !seen.pipelined)?;
    let rtt = seen.rtt_ns - seen.delay_ns;
    if !seen.is_own(rtt) {
        return None;
    }
    let median = time(seen.rtt_ns);
    let subject = if seen.delay_ns > 0.0 {
        format!(
            "what the server delay leaves of the median round-trip time of {median}, {},",
            time(rtt)
        )
    } else {
        format!("the median round-trip time of {median}")
    };
    let (and_copying, what) = if seen.is_near_floor(rtt) {
        (String::new(), "the processor, the kernel and waking up")
    } else {
        let copying = format!(
            " and the {} of copying the bytes there and back at {}",
            time(seen.copying_ns()),
            throughput(COPY_RATE)
        );
        (copying, "the processor, the kernel and copying")
    };
    let why = format!(
        "This computer: {subject} is within {FLOORS} times the instrument's own floor of \
         {}{and_copying}; what is seen is {what}, not a path.",
        time(floor),
    );
    Some((Cause::ThisComputer, why))
}

/// The kernel says that a send buffer was full only where it had nothing else to send for want of room.
/// Messages that meet it full, while both windows have room for more than is under way, say it as well.
fn held(seen: &Seen) -> Found {
    let share = seen.held.filter(|share| *share >= MOST)?;
    let under_way = seen.under_way().filter(|_| !seen.loopback)?;
    let congestion = seen.congestion_window?;
    let window = seen.window?;
    (congestion.min(window) >= ROOM * under_way).then(|| {
        let why = format!(
            "Our send buffer: {} % of the messages met it full, while the congestion window of {} and \
             the server's receive window of {} had room for more than the {} under way.",
            percent(share),
            whole_bytes(congestion),
            whole_bytes(window),
            whole_bytes(under_way)
        );
        (Cause::SendBuffer, why)
    })
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
        let sent = seen.sent_rate();
        let is_it = busy >= BUSY
            && seen.busy_ns? >= LEAST_KERNEL_NS
            && !seen.app_limited
            && !(seen.loopback && seen.is_own(seen.rtt_ns))
            && (rate - sent).abs() <= SAME_RATE * sent;
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
        return server_of_pipeline(seen);
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
