//! Whether the bytes of a run agree: those that its probes have, those that the engine counted, those
//! that the kernel counted and those that the server counted.

use std::collections::HashMap;

use super::tally::{Tally, round_words};
use super::time::worked;
use crate::measurement::units::bytes;
use crate::measurement::{Check, Point, Round, Spoken, Work};
use crate::protocol::MAX_REPLY_LINE;

/// The end of the peer's stream takes a number of its own, which Linux counts as a byte received.
const END_OF_STREAM: u64 = 1;

/// What the server counted of one connection: bytes of probes and of their echoes, headers included,
/// without setup and termination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BytesAtServer {
    /// Of the probes that were received whole.
    pub probes_received: u64,
    /// Of the echoes that were sent.
    pub echoes_sent: u64,
}

/// The bytes that a round's probes have on the wire.
#[derive(Debug, Clone, Copy)]
struct Expected {
    /// Of all that were begun.
    sent: u64,
    /// Of those whose echo came.
    received: u64,
    /// Of their echoes.
    echoed: u64,
    /// Whether echoes are the messages, so that nothing but them comes.
    is_plain: bool,
    /// Whether every echo came.
    is_whole: bool,
}

impl Expected {
    fn of(point: &Point, round: &Round, spoken: &Spoken) -> Self {
        let sent = round.probes.len();
        let echoed = round.probes.iter().filter(|probe| probe.rtt_ns().is_some());
        let echoed = echoed.count();
        // Echoes keep their order, so those that came are the first ones.
        let size = point.spec.message_size;
        let count = |probes| u32::try_from(probes).unwrap_or(u32::MAX);
        Self {
            sent: spoken.sent(size, count(sent)),
            received: spoken.sent(size, count(echoed)),
            echoed: spoken.echoed(size, count(echoed)),
            is_plain: spoken.echoes_messages(),
            is_whole: sent == echoed && sent > 0,
        }
    }
}

/// The engine wrote and read the bytes that the probes have. Where a round was cut off, a part of a
/// probe may have been written, and of an echo or of the words of a refusal read.
pub(super) fn of_probes(points: &[Point], spoken: &Spoken) -> Option<Check> {
    let mut tally = Tally::new("bytes written and read are those of the probes", "round");
    for (point, round, work) in worked(points) {
        let expected = Expected::of(point, round, spoken);
        let beside = work.bytes_beside.unwrap_or_default();
        let (written, read) = (work.bytes_written, work.bytes_read.saturating_sub(beside));
        let agrees = if expected.is_whole {
            // What a server puts behind its echoes may come with the last of them.
            let is_read = read == expected.echoed || (!expected.is_plain && read > expected.echoed);
            written == expected.sent && is_read
        } else {
            (expected.received..=expected.sent).contains(&written) && read >= expected.echoed
        };
        let off = distance(written, expected.sent) + distance(read, expected.echoed);
        tally.see(agrees, if agrees { 0.0 } else { off }, || {
            let place = round_words(point, round);
            let (written, read) = (bytes(written), bytes(read));
            let (sent, echoed) = (bytes(expected.sent), bytes(expected.echoed));
            format!("{place}: {written} written of {sent}, {read} read of {echoed}")
        });
    }
    tally.check()
}

/// The kernel counted the bytes that the engine wrote and read, between its state before the first
/// probe and after the last echo.
///
/// Both are equal to the byte in a round that is whole. Before: the answer to the setup message
/// acknowledged it, so nothing was under way. After: whoever sends the last byte of an echo has
/// received the last byte of its probe, and says so in the same segment; nothing is unacknowledged
/// then, and nothing more is due. Only the end of the stream may have come as well, and before it a reply of a
/// server that says it unasked. In a round that was
/// cut off, bytes may be unacknowledged, and others received that nobody read.
pub(super) fn at_kernel(points: &[Point], spoken: &Spoken) -> Option<Check> {
    let mut tally = Tally::new("bytes by the kernel's count", "round");
    for (point, round, work) in worked(points) {
        let Some((acked, received)) = kernel_counts(round) else {
            continue;
        };
        let Work {
            bytes_written: written,
            bytes_read: read,
            bytes_beside,
            ..
        } = work;
        let is_whole =
            !round.probes.is_empty() && round.probes.iter().all(|probe| probe.rtt_ns().is_some());
        // Behind the echoes of some servers something follows, or comes with the next.
        let agrees = if is_whole && spoken.echoes_messages() {
            // What was left of the reply before may have come before the first look at the kernel's count.
            let least = read.saturating_sub(bytes_beside.unwrap_or_default());
            let unasked = if spoken.may_close_unasked {
                MAX_REPLY_LINE as u64
            } else {
                0
            };
            let most = read + unasked + END_OF_STREAM;
            acked == written && (least..=most).contains(&received)
        } else {
            acked <= written && received >= read
        };
        let off = distance(acked, written) + distance(received, read);
        tally.see(agrees, if agrees { 0.0 } else { off }, || {
            format!(
                "{}: {} acknowledged of {} written, {} received and {} read",
                round_words(point, round),
                bytes(acked),
                bytes(written),
                bytes(received),
                bytes(read),
            )
        });
    }
    tally.check()
}

/// Bytes acknowledged and received during a round.
fn kernel_counts(round: &Round) -> Option<(u64, u64)> {
    let tcp = round.tcp.as_ref()?;
    let acked = tcp
        .after
        .bytes_acked?
        .checked_sub(tcp.before.bytes_acked?)?;
    let received = tcp
        .after
        .bytes_received?
        .checked_sub(tcp.before.bytes_received?)?;
    Some((acked, received))
}

/// The server counted what its client wrote and read. Connections of which it kept no count are said to
/// be passed over. Of a round that was cut off it may have
/// received less than was written and sent more than was read.
pub(super) fn at_server(
    points: &[Point],
    spoken: &Spoken,
    mut counted: impl FnMut(&Round) -> Option<BytesAtServer>,
) -> Option<Check> {
    let rounds = || points.iter().flat_map(|point| &point.rounds);
    // A server knows a connection by our address. Where one was used again, only its last use is
    // sure to be the one that is meant.
    let mut last_use = HashMap::new();
    for round in rounds() {
        let last = last_use.entry(round.local).or_insert(round.session);
        *last = (*last).max(round.session);
    }
    let mut tally = Tally::new("bytes counted at both ends", "connection");
    for point in points {
        for round in &point.rounds {
            if round.local.is_none() {
                continue;
            }
            let is_last = last_use.get(&round.local) == Some(&round.session);
            let Some(found) = is_last.then(|| counted(round)).flatten() else {
                tally.pass_over();
                continue;
            };
            let expected = Expected::of(point, round, spoken);
            let BytesAtServer {
                probes_received,
                echoes_sent,
            } = found;
            let agrees = if expected.is_whole {
                probes_received == expected.sent && echoes_sent == expected.echoed
            } else {
                probes_received <= expected.sent && echoes_sent >= expected.echoed
            };
            let off =
                distance(probes_received, expected.sent) + distance(echoes_sent, expected.echoed);
            tally.see(agrees, if agrees { 0.0 } else { off }, || {
                format!(
                    "{}: {} sent from here and {} received there, {} sent there and {} received here",
                    round_words(point, round),
                    bytes(expected.sent),
                    bytes(probes_received),
                    bytes(echoes_sent),
                    bytes(expected.echoed),
                )
            });
        }
    }
    tally.check()
}

#[expect(clippy::cast_precision_loss, reason = "ranks what disagrees")]
fn distance(one: u64, other: u64) -> f64 {
    one.abs_diff(other) as f64
}
