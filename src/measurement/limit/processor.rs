//! Causes that are this computer's: its processors had other work, the measuring had all there was of
//! one, or the round trip is no longer than an exchange takes here.

use super::Cause;
use super::causes::{Found, MOST, percent};
use super::evidence::{FLOORS, Seen};
use crate::measurement::units::time;

/// Of two programs on one processor each has a half of the time. A thread that waited for a processor for
/// this share of the time had to share it all along.
const TAKEN: f64 = 0.3;
/// Schedulers give a program that has to share a processor a slice of some milliseconds, one at least.
const SLICE_NS: f64 = 1e6;
/// A thread that works for more than this share of the time has no room for being faster; what is
/// left are the waits that no program is without.
const OWN_WORK: f64 = 0.7;
/// A thread that works for less than this share of the time mostly waits for others.
const IDLE: f64 = 0.5;

/// The processors had something else to do. Of the measuring thread the kernel says so itself; of a server
/// on the same computer nobody does, but something that waited for a processor all along may be it. A
/// thread whose peer works on its own processor waits for moments at each probe, which is no other's work:
/// here few probes lost whole slices of the scheduler, or all of them did.
pub(super) fn busy_processor(seen: &Seen) -> Found {
    let by_few = seen.by_median < MOST;
    let sliced = seen.rtt_ns - seen.delay_ns >= SLICE_NS;
    let rest = if by_few {
        format!(
            ", and few slow probes took most of it: the median round-trip time of {} is {} % of the mean",
            time(seen.rtt_ns),
            percent(seen.by_median)
        )
    } else {
        format!(", of a median round-trip time of {}", time(seen.rtt_ns))
    };
    let server = if seen.loopback {
        " The server on this computer may be a part of it."
    } else {
        ""
    };
    if let Some(queued) = seen.queued.filter(|share| *share >= TAKEN)
        && (by_few || sliced)
    {
        let why = format!(
            "Other work on this computer: the measuring thread was ready to run and waited for a \
             processor in {} % of the time{rest}.{server}",
            percent(queued)
        );
        return Some((Cause::BusyProcessor, why));
    }
    let contended = seen.contended.filter(|share| *share >= MOST)?;
    (seen.loopback && by_few).then(|| {
        let why = format!(
            "Other work on this computer: something that was ready to run waited for a processor in \
             {} % of the time{rest}.",
            percent(contended)
        );
        (Cause::BusyProcessor, why)
    })
}

pub(super) fn this_computer(seen: &Seen) -> Found {
    let own = seen.own_work.filter(|own| *own >= OWN_WORK)?;
    let why = format!(
        "This computer: its processor worked on the probes in {} % of the time, waiting not counted.",
        percent(own)
    );
    Some((Cause::ThisComputer, why))
}

/// Whether the measuring thread is known to have waited most of the time.
pub(super) fn is_idle(seen: &Seen) -> bool {
    seen.own_work.is_some_and(|own| own < IDLE)
}

/// Bytes that stay on this computer have no path: what the kernel takes for one is its own time.
pub(super) fn floor_of_loopback(seen: &Seen) -> Found {
    floor(seen).filter(|_| seen.loopback)
}

/// One probe at a time that is back so soon that this computer alone may take as long.
pub(super) fn floor(seen: &Seen) -> Found {
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
            " plus the {} that copying the bytes there and back may take",
            time(seen.copying_ns()),
        );
        (copying, "the processor, the kernel and copying")
    };
    let why = format!(
        "This computer: {subject} is at most {FLOORS} times the instrument's own round trip \
         of {}{and_copying}; what is seen is {what}, not a path.",
        time(floor),
    );
    Some((Cause::ThisComputer, why))
}
