//! One connection, from its first byte to its last reply.
//!
//! One loop: recognise what has come, write what is due, wait for whichever of bytes, room, time or
//! the end is next. Reading goes on while echoes wait for their delay or for a slow reader, within
//! bounds; nothing a client does can keep the loop from its time-outs.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;

use super::bounds::Bounds;
use super::closing::{close, leave, leaving_slot, reset, tell};
use super::dialogue::{Dialogue, GivenUp, ToWrite};
use super::owed::after;
use super::places::Place;
use super::presence::{has_closed, interval};
use super::shared::Shared;
use super::summary::in_words;
use super::waiting::{Awaited, Waiting, Woken};
use super::wire::Wire;
use super::{LogEntry, SessionEnd, SessionSummary};
use crate::protocol::Phase;

/// Bytes after which a session lets the others go first, and what a read of few bytes counts as: a
/// client that always has more to give would otherwise keep the thread for itself.
const TURN: usize = 256 * 1024;
const LEAST_WORK: usize = TURN / 16;
/// Writes after which a session lets the others go first: one that echoes in small pieces has many.
const MOST_WRITES: u32 = 1024;

/// What writing came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// Everything there was.
    All,
    /// Everything that is due; the next echo is due then.
    UntilDue(Instant),
    /// As much as the client takes at the moment.
    UntilTaken,
    /// Enough in one go: the others have their turn, and then there is more to write.
    Enough,
}

/// Serves one client and closes its connection.
pub(super) async fn run(
    stream: TcpStream,
    connection: u64,
    peer: SocketAddr,
    shared: Arc<Shared>,
    place: Place,
    stop: CancellationToken,
) {
    let mut begun = Instant::now();
    let mut dialogue = Dialogue::new(connection, peer, Arc::clone(&shared));
    if shared.config.access_key.is_none() {
        // One that has shown the key was written down when it came.
        dialogue.event(format!("connection from {peer}"));
    }
    let mut wire = Wire::new(stream);
    let mut place = Some(place);
    loop {
        let end = converse(&mut wire, &mut dialogue, begun, &shared, &stop)
            .await
            .unwrap_or_else(|error| SessionEnd::Reset(in_words(&error)));
        match end {
            SessionEnd::Complete | SessionEnd::Continued => {
                shared.complete.fetch_add(1, Ordering::Relaxed);
            }
            // Said already, with the reason.
            SessionEnd::Refused(_) | SessionEnd::Idle(_) | SessionEnd::TooLong(_) => {}
            _ => dialogue.event(end.to_string()),
        }
        let has_parted = end == SessionEnd::ClientLeft(Phase::Termination);
        let broken = matches!(end, SessionEnd::Reset(_) | SessionEnd::Stopped);
        let (continues, is_complete) = (end == SessionEnd::Continued, end == SessionEnd::Complete);
        let phase = dialogue.phase();
        let traffic = dialogue.traffic();
        dialogue.recorder.note(phase, LogEntry::Bytes(traffic));
        let summary = SessionSummary {
            connection,
            peer,
            setup: dialogue.setup(),
            idiom: dialogue.idiom(),
            liberties: dialogue.liberties(),
            server_delay: dialogue.delay(),
            probes_echoed: dialogue.echoed(),
            traffic,
            duration: begun.elapsed(),
            end,
        };
        if has_parted {
            dialogue.part();
        }
        if !continues {
            // The session is over: its place and its memory are free for the client's next connection,
            // which may be waiting already.
            dialogue.rest();
            place = None;
        }
        tell(&shared, &summary);
        let manner = &shared.config.manner;
        let may_go_on = is_complete && dialogue.may_be_followed();
        if continues || (may_go_on && another_comes(&mut wire, &mut dialogue, &shared, &stop).await)
        {
            begun = Instant::now();
            dialogue.begin_anew();
            if place.is_none() {
                match Place::take(&shared, peer.ip()) {
                    Ok(taken) => place = Some(taken),
                    Err(why) => dialogue.turn_away(why),
                }
            }
            continue;
        }
        let mut recorder = dialogue.end();
        match wire.into_stream() {
            Some(stream) if is_complete && manner.resets => {
                reset(stream);
                recorder.note(phase, LogEntry::Event("reset".to_owned()));
            }
            Some(stream) if !broken => {
                let waits = is_complete && manner.never_closes;
                leave(stream, &shared, recorder, phase, waits, &stop).await;
            }
            stream => {
                if let Some(stream) = stream {
                    close(stream);
                }
                recorder.note(phase, LogEntry::Event("closed".to_owned()));
            }
        }
        if manner.serves_once {
            stop.cancel();
        }
        return;
    }
}

/// Waits a little for another setup behind a session that is over. Bounded in number, like all
/// connections that are being left, and in time.
async fn another_comes(
    wire: &mut Wire,
    dialogue: &mut Dialogue,
    shared: &Shared,
    stop: &CancellationToken,
) -> bool {
    let Some(_slot) = leaving_slot(shared) else {
        return false;
    };
    let until = Instant::now() + dialogue.linger();
    loop {
        if let Some(goes_on) = dialogue.goes_on() {
            return goes_on;
        }
        if !dialogue.has_room() {
            return false;
        }
        let Ok(stream) = wire.watched() else {
            return false;
        };
        tokio::select! {
            () = stop.cancelled() => return false,
            ready = timeout_at(until.into(), stream.readable()) => if !matches!(ready, Ok(Ok(()))) {
                return false;
            },
        }
        match stream.try_read(dialogue.room()) {
            Ok(0) => dialogue.end_of_data(Instant::now()),
            Ok(count) => dialogue.arrived(count, Instant::now()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return false,
        }
    }
}

async fn converse(
    wire: &mut Wire,
    dialogue: &mut Dialogue,
    begun: Instant,
    shared: &Arc<Shared>,
    stop: &CancellationToken,
) -> io::Result<SessionEnd> {
    let bounds = Bounds::new(shared, begun);
    let mut waiting = Waiting::new(shared, stop, bounds.look_at(dialogue.moved()));
    let mut work = 0;
    // Since when nothing was read for want of room while the next echo was not due.
    let mut full_since = None;
    loop {
        dialogue.recognise();
        let written = write_due(wire, dialogue)?;
        if written == Written::All
            && let Some(end) = dialogue.ended()
        {
            return Ok(end);
        }
        if shared.is_stopping() {
            return Ok(SessionEnd::Stopped);
        }
        if dialogue.left_some() {
            continue;
        }
        if written == Written::Enough {
            work = 0;
            yield_now().await;
            continue;
        }
        if work >= TURN {
            work = 0;
            yield_now().await;
        }
        let may_read = dialogue.wants_input();
        if written == Written::All && dialogue.is_ending() {
            continue; // Refused just now, for want of memory.
        }
        let due = match written {
            Written::UntilDue(due) => Some(due),
            Written::All | Written::UntilTaken | Written::Enough => None,
        };
        if let Some(end) = due.and_then(|due| dialogue.abandoned(due)) {
            return Ok(end);
        }
        let mut ask_at = None;
        if may_read || due.is_none() || dialogue.has_closed() {
            full_since = None;
        } else {
            let now = Instant::now();
            full_since.get_or_insert(now);
            ask_at = Some(after(now, interval(bounds.idle_timeout)));
        }
        let held_until = dialogue.held_until();
        let awaited = Awaited {
            due,
            room: written == Written::UntilTaken,
            input: may_read && held_until.is_none(),
            ask_at: ask_at.into_iter().chain(held_until).min(),
            silence_at: dialogue.silence_at(),
        };
        match waiting.next(wire, dialogue, awaited, || work = 0).await? {
            Woken::MayWrite => {}
            Woken::Read(read) => {
                let now = Instant::now();
                let count = read?;
                if now >= bounds.over_at {
                    return Ok(give_up(wire, dialogue, GivenUp::TooLong));
                }
                if count == 0 {
                    dialogue.end_of_data(now);
                } else {
                    if dialogue.is_between_messages() {
                        waiting.waited(now.saturating_duration_since(dialogue.moved()), now);
                    }
                    dialogue.arrived(count, now);
                    dialogue.end_parted();
                    work += count.max(LEAST_WORK);
                }
            }
            Woken::Look => {
                let now = Instant::now();
                waiting.looked(dialogue, now);
                if awaited.silence_at.is_some_and(|at| at <= now) {
                    dialogue.heed_silence();
                }
                if let Some(since) = full_since {
                    if has_closed(wire.watched()?).await? {
                        dialogue.client_closed(now);
                    } else if after(since, bounds.idle_timeout) <= now {
                        dialogue.read_further();
                    }
                }
                // Waiting for a server delay is our doing, not the client's.
                let still = due.unwrap_or_else(|| dialogue.moved());
                if let Some(why) = bounds.exceeded(still, now) {
                    return Ok(give_up(wire, dialogue, why));
                }
                waiting.look_again(bounds.look_at(still));
            }
            Woken::Stopped => return Ok(SessionEnd::Stopped),
        }
    }
}

/// Writes whatever is due, as far as the client takes it.
fn write_due(wire: &Wire, dialogue: &mut Dialogue) -> io::Result<Written> {
    let mut writes = 0;
    loop {
        // Read before the write: the client may have the bytes before the write has returned, and
        // nothing may seem to be heard before it was said.
        let (now, written) = match dialogue.next_write() {
            ToWrite::Now(bytes) => (Instant::now(), wire.try_write(bytes)),
            ToWrite::Parts(parts) => {
                let parts = parts.map(IoSlice::new);
                (Instant::now(), wire.try_write_parts(&parts))
            }
            ToWrite::At(due) => return Ok(Written::UntilDue(due)),
            ToWrite::Nothing => return Ok(Written::All),
        };
        writes += 1;
        match written {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => dialogue.wrote(count, now),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Ok(Written::UntilTaken);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if writes >= MOST_WRITES {
            return Ok(Written::Enough);
        }
    }
}

fn give_up(wire: &Wire, dialogue: &mut Dialogue, why: GivenUp) -> SessionEnd {
    let (end, line) = dialogue.given_up(why);
    if let Some((line, bytes)) = line
        && let Ok(count) = wire.try_write(&bytes)
    {
        dialogue.wrote_besides(count);
        let phase = dialogue.phase();
        dialogue.recorder.note(phase, LogEntry::Sent(line));
    }
    end
}
