//! Ending a connection so that the last line arrives.
//!
//! A socket that is closed with input unread sends a reset, and a reset can destroy a reply that the
//! client has not read yet. So: say that nothing more comes, read what the client was still sending,
//! and only then close. All of it is bounded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::recorder::Recorder;
use super::shared::{Shared, Slot};
use super::summary::in_words;
use super::{LogEntry, SessionEnd, SessionSummary, Traffic};
use crate::protocol::{Idiom, Phase, Refusal, RefusalReason, quote};

/// How long and how much a client that is being left may still send.
const DRAIN_TIME: Duration = Duration::from_secs(1);
const DRAIN_BYTES: usize = 1024 * 1024;
/// How long a client that is turned away has for its setup line.
const TURN_AWAY_TIME: Duration = Duration::from_secs(2);
/// Connections outside the limit that are treated politely; more are closed at once.
const LEAST_LEAVING: u64 = 64;

/// A place among the connections that are being left.
pub(super) fn leaving_slot(shared: &Shared) -> Option<Slot> {
    let limit = LEAST_LEAVING.max(shared.config.max_connections as u64);
    Slot::take(&shared.leaving, limit)
}

/// Shuts down writing, reads on within bounds until the client closes, and closes. A server that `waits`
/// has the client close first, within the idle time-out.
pub(super) async fn leave(
    mut stream: TcpStream,
    shared: &Shared,
    mut recorder: Recorder,
    phase: Phase,
    waits: bool,
    stop: &CancellationToken,
) {
    let patience = if waits {
        shared.config.idle_timeout
    } else {
        DRAIN_TIME
    };
    if (waits || stream.shutdown().await.is_ok())
        && let Some(_slot) = leaving_slot(shared)
    {
        tokio::select! {
            () = stop.cancelled() => {}
            ended = timeout(patience, drain(&mut stream)) => if ended == Ok(true) {
                recorder.note(phase, LogEntry::Event("end of data".to_owned()));
            },
        }
    }
    close(stream);
    recorder.note(phase, LogEntry::Event("closed".to_owned()));
}

/// Closes at once. What has come already is read first, which spares most clients the reset.
pub(super) fn close(stream: TcpStream) {
    let mut waste = [0; 4096];
    for _ in 0..16 {
        if !matches!(stream.try_read(&mut waste), Ok(1..)) {
            break;
        }
    }
    drop(stream);
}

/// Closes so that the client finds the connection reset. What it has been sent it can still read on most
/// systems.
pub(super) fn reset(stream: TcpStream) {
    // Where the system refuses, it is closed as any other.
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    drop(stream);
}

/// Whether the client ended its data.
async fn drain(stream: &mut TcpStream) -> bool {
    let mut waste = [0; 4096];
    let mut left = DRAIN_BYTES;
    while left > 0 {
        match stream.read(&mut waste).await {
            Ok(0) => return true,
            Ok(count) => left = left.saturating_sub(count),
            Err(_) => return false,
        }
    }
    false
}

/// Closes the connection of a client that is not to be let in, without a word.
pub(super) fn not_let_in(
    stream: TcpStream,
    connection: u64,
    peer: SocketAddr,
    shared: &Arc<Shared>,
) {
    shared.turned_away.fetch_add(1, Ordering::Relaxed);
    close(stream);
    let mut recorder = Recorder::new(Arc::clone(shared), connection, peer);
    let phase = Phase::Setup;
    recorder.note(phase, LogEntry::Event(format!("connection from {peer}")));
    recorder.note(phase, LogEntry::Event(SessionEnd::NotLetIn.to_string()));
    recorder.note(phase, LogEntry::Event("closed".to_owned()));
    let summary = SessionSummary {
        connection,
        peer,
        setup: None,
        idiom: Idiom::from(shared.config.dialect),
        server_delay: Duration::ZERO,
        probes_echoed: 0,
        traffic: Traffic::default(),
        duration: Duration::ZERO,
        end: SessionEnd::NotLetIn,
    };
    tell(shared, &summary);
}

/// Answers a connection over the limit with the setup 404, once its setup line has come.
pub(super) async fn turn_away(
    mut stream: TcpStream,
    connection: u64,
    peer: SocketAddr,
    shared: Arc<Shared>,
    reason: RefusalReason,
    slot: Slot,
    stop: CancellationToken,
) {
    let accepted = Instant::now();
    let refusal = Refusal {
        phase: Phase::Setup,
        reason,
    };
    let mut recorder = Recorder::new(Arc::clone(&shared), connection, peer);
    let mut note = |what| recorder.note(Phase::Setup, what);
    note(LogEntry::Event(format!("connection from {peer}")));

    let mut end = SessionEnd::Refused(refusal);
    let mut traffic = Traffic::default();
    let dialect = shared.config.dialect;
    let mut line = Vec::new();
    if dialect.has_phases() {
        tokio::select! {
            () = stop.cancelled() => end = SessionEnd::Stopped,
            came = timeout(TURN_AWAY_TIME, first_line(&mut stream, &mut line, &shared)) => {
                if let Ok(Err(error)) = came {
                    end = SessionEnd::Reset(in_words(&error));
                }
            }
        }
        traffic.received = line.len() as u64;
        if !line.is_empty() {
            note(LogEntry::Received(quote(line.trim_ascii_end())));
        }
    }
    note(LogEntry::Event(end.to_string()));
    if dialect.has_phases() && matches!(end, SessionEnd::Refused(_)) {
        let dialect = dialect.of_setup(line.trim_ascii_start(), shared.config.strict);
        let manner = &shared.config.manner;
        let reply = manner.texts.refusal(Phase::Setup);
        let reply = reply.unwrap_or(dialect.refusal_line(Phase::Setup));
        let reply_end = manner.reply_end.text(false);
        if let Ok(count) = stream.try_write(format!("{reply}{reply_end}").as_bytes()) {
            traffic.sent = count as u64;
            note(LogEntry::Sent(reply.to_owned()));
        }
    }
    note(LogEntry::Bytes(traffic));
    tell(
        &shared,
        &SessionSummary {
            connection,
            peer,
            setup: None,
            idiom: Idiom::from(dialect),
            server_delay: Duration::ZERO,
            probes_echoed: 0,
            traffic,
            duration: accepted.elapsed(),
            end,
        },
    );
    drop(slot);
    leave(stream, &shared, recorder, Phase::Setup, false, &stop).await;
}

async fn first_line(
    stream: &mut TcpStream,
    line: &mut Vec<u8>,
    shared: &Shared,
) -> std::io::Result<()> {
    let longest = shared.config.limits.max_setup_line.min(4096);
    let mut piece = [0; 256];
    while line.len() < longest && !line.contains(&b'\n') {
        let count = stream.read(&mut piece).await?;
        if count == 0 {
            break;
        }
        line.extend(piece.iter().take(count));
    }
    Ok(())
}

/// Gives a session's summary to whoever asked for it.
pub(super) fn tell(shared: &Shared, summary: &SessionSummary) {
    if let Some(hook) = &shared.hooks.on_session {
        hook(summary);
    }
}
