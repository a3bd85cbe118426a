//! Whether the client is still there, for a session that does not read.
//!
//! Reading tells by itself. A session that waits for a server delay with its input full has to ask
//! otherwise: the readiness of a socket says that the connection broke or that the client closed, even
//! with input unread. What the system itself cannot know yet, because the client's end stands behind
//! bytes for which there is no room here, or because the client's machine is gone, it finds out by
//! keep-alive.

use std::future::ready;
use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// How often a session that does not read asks whether its client has closed.
const INTERVAL: Duration = Duration::from_millis(500);
/// Time between two keep-alives that are not answered.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// Systems do not count further.
const LONGEST_KEEP_ALIVE: Duration = Duration::from_hours(9);

/// How often to ask [`has_closed`], with that idle time-out.
pub(super) fn interval(idle_timeout: Duration) -> Duration {
    idle_timeout.clamp(Duration::from_millis(10), INTERVAL)
}

/// Lets the system ask a silent client's machine whether it is still there.
pub(super) fn keep_asking(stream: &TcpStream, idle_timeout: Duration) {
    let keep_alive = TcpKeepalive::new()
        .with_time(idle_timeout.clamp(Duration::from_secs(1), LONGEST_KEEP_ALIVE))
        .with_interval(KEEP_ALIVE_INTERVAL);
    // Without it a client that vanished without a word is noticed only at its next echo.
    let _ = SockRef::from(stream).set_tcp_keepalive(&keep_alive);
}

/// Waits until the connection breaks, and says why.
pub(super) async fn broken(stream: &TcpStream) -> io::Error {
    let cause = match stream.ready(Interest::ERROR).await {
        Ok(_) => stream.take_error().transpose(),
        Err(error) => return error,
    };
    match cause {
        Some(Ok(error) | Err(error)) => error,
        // Told already, to a read or a write.
        None => io::ErrorKind::ConnectionReset.into(),
    }
}

/// Whether the client has closed its side, with or without input unread.
pub(super) async fn has_closed(stream: &TcpStream) -> io::Result<bool> {
    tokio::select! {
        biased;
        state = stream.ready(Interest::READABLE) => Ok(state?.is_read_closed()),
        () = ready(()) => Ok(false),
    }
}
