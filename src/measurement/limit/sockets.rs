//! Causes that were set at this end of the connection: small buffers, and Nagle's algorithm.

use super::causes::{BUSY, Found, MOST, percent};
use super::evidence::Seen;
use super::{Cause, whole_bytes};
use crate::measurement::units::{significant, time};

/// Nagle's algorithm adds a wait for an acknowledgement to an exchange that takes as long at least, so
/// that it makes up half of the round-trip time at most, and less by what else there is. The kernel's
/// figure for the wait is smoothed, and begins with the short ones that open a connection.
const WAIT_OF_NAGLE: f64 = 0.3;
/// What a round-trip time is made of must explain it but for this share.
const EXPLAINED: f64 = 0.9;
/// A small receive buffer is filled once in a round trip of the path, or a little more.
const A_FILL: f64 = 1.5;
/// The system counts its own book-keeping as a part of a buffer: the half of it has room for payload.
const PAYLOAD: f64 = 0.5;
/// On this computer both ends have to be woken for each filling, which takes so many times the round trip of ends
/// that are awake: 60 to 120 µs and 10 µs were seen.
const WOKEN: f64 = 20.0;
/// A window with room for so many times what is under way holds nothing back.
const ROOM: f64 = 1.25;

/// A receive buffer that was set small lets the server send one filling at a time, and each takes a round
/// trip. A server that sends in small pieces of its own takes longer for them.
pub(super) fn receive_buffer(seen: &Seen) -> Found {
    let buffer = seen.receive_buffer?;
    let fillings = seen.on_connection / (buffer * PAYLOAD);
    let a_filling = (seen.rtt_ns - seen.delay_ns) / fillings.max(1.0);
    let of_path = seen
        .path_ns
        .filter(|_| !seen.loopback)
        .map(|path| A_FILL * path);
    let of_computer = seen.floor_ns.map(|floor| WOKEN * floor);
    let longest = [of_path, of_computer]
        .into_iter()
        .flatten()
        .reduce(f64::max)?;
    let read = seen.read.filter(|read| *read <= buffer)?;
    let is_own = seen.loopback && seen.is_own(seen.rtt_ns - seen.delay_ns);
    (fillings >= 2.0 && a_filling <= longest && !is_own).then(|| {
        let why = format!(
            "Our receive buffer of {}: what is in flight fills it {} times over, a read found {} in it, \
             and a filling took {}.",
            whole_bytes(buffer),
            significant(fillings),
            whole_bytes(read),
            time(a_filling)
        );
        (Cause::ReceiveBuffer, why)
    })
}

/// The kernel says that a send buffer was full only where it had nothing else to send for want of room.
/// Messages that meet it full, while both windows have room for more than is under way, say it as well.
/// On loopback, where a message that is larger than the buffer meets it full and is copied all the same,
/// it must have been set smaller than a message, and bytes must have waited to be acknowledged.
pub(super) fn held(seen: &Seen) -> Found {
    let share = seen.held.filter(|share| *share >= MOST)?;
    if seen.loopback {
        return held_on_loopback(seen, share);
    }
    let under_way = seen.under_way()?;
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

fn held_on_loopback(seen: &Seen, share: f64) -> Found {
    let buffer = seen.send_buffer.filter(|buffer| *buffer < seen.message)?;
    let busy = seen.busy().filter(|busy| *busy >= BUSY)?;
    let srtt = seen.srtt_ns?;
    let is_it = !seen.is_own(seen.rtt_ns - seen.delay_ns)
        && !seen.is_delivered_as_sent()
        && seen.window? >= ROOM * buffer
        && seen.congestion_window? >= ROOM * buffer;
    is_it.then(|| {
        let why = format!(
            "Our send buffer of {}: {} % of the messages met it full, and each waited until the server's \
             end had acknowledged what was in it, which took {} (smoothed); bytes were under way in {} % \
             of the time.",
            whole_bytes(buffer),
            percent(share),
            time(srtt),
            percent(busy)
        );
        (Cause::SendBuffer, why)
    })
}

/// A message that is held back until the one before it is acknowledged takes that time and then its own
/// exchange.
pub(super) fn nagle(seen: &Seen) -> Found {
    let wait = seen.srtt_ns.filter(|_| seen.may_be_held_by_nagle())?;
    let exchange = seen.delay_ns + seen.path_ns.unwrap_or_default();
    let has_room = [seen.congestion_window, seen.window]
        .into_iter()
        .flatten()
        .all(|window| window >= seen.on_connection);
    let is_it = wait >= WAIT_OF_NAGLE * seen.rtt_ns && seen.rtt_ns >= EXPLAINED * (wait + exchange);
    let is_own = seen.loopback && seen.is_own(wait);
    (is_it && has_room && !is_own).then(|| {
        let what = if seen.on_connection > seen.message {
            "a message"
        } else {
            "the end of a message"
        };
        let why = format!(
            "Nagle's algorithm (TCP_NODELAY is off): {what} is held back until the bytes before it are \
             acknowledged, which takes {} (smoothed), of a median round-trip time of {}.",
            time(wait),
            time(seen.rtt_ns)
        );
        (Cause::Nagle, why)
    })
}
