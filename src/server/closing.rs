//! Ending a connection so that the last line arrives.
//!
//! A socket that is closed with input unread sends a reset, and a reset can destroy a reply that the
//! client has not read yet. So: say that nothing more comes, read what the client was still sending,
//! and only then close. All of it is bounded.

use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::recorder::Recorder;
use super::shared::{Shared, Slot};
use super::{LogEntry, SessionSummary};
use crate::protocol::Phase;

/// How long and how much a client that is being left may still send.
const DRAIN_TIME: Duration = Duration::from_secs(1);
const DRAIN_BYTES: usize = 1024 * 1024;
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
    // Not in the future itself: every session would hold it from its beginning.
    let mut waste = vec![0; 4096];
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

/// Gives a session's summary to whoever asked for it.
pub(super) fn tell(shared: &Shared, summary: &SessionSummary) {
    if let Some(hook) = &shared.hooks.on_session {
        hook(summary);
    }
}
