//! Accepting connections, whatever comes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::caller::Caller;
use super::closing::{close, leaving_slot};
use super::log::plain;
use super::places::Place;
use super::presence::keep_asking;
use super::session::run;
use super::shared::Shared;

/// Waits after an accept that failed for want of something, doubling.
const FIRST_BACK_OFF: Duration = Duration::from_millis(50);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(1);
/// How long sessions have to end themselves when the server stops.
const STOP_TIME: Duration = Duration::from_millis(400);

/// Serves until `stop` is cancelled, then ends every connection.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken) {
    let tasks = TaskTracker::new();
    let waking = tokio::spawn({
        let shared = Arc::clone(&shared);
        async move { shared.wake_when_changed().await }
    });
    tokio::select! {
        () = stop.cancelled() => {}
        () = accept_for_ever(&listener, &shared, &tasks, &stop) => {}
    }
    drop(listener);
    tasks.close();
    // A session that does not end in time, which takes a hook that blocks, is dropped with the runtime.
    let _ = timeout(STOP_TIME, tasks.wait()).await;
    waking.abort();
    shared.note("stopped listening".to_owned());
    shared.wake();
}

async fn accept_for_ever(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    let mut back_off = FIRST_BACK_OFF;
    // Connections that were closed without a word, since that was last told.
    let mut unheard = 0_u64;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                back_off = FIRST_BACK_OFF;
                let admitted = admit(stream, plain(peer), shared, tasks, stop);
                unheard = tell_of_crowd(unheard, admitted, shared);
                if admitted == Admitted::Served && shared.config.manner.serves_once {
                    // Whoever comes now waits with the kernel, and is lost when this one is done.
                    stop.cancelled().await;
                    return;
                }
                // Those who are here come first, or a burst of connections would fill every place
                // before the first of them has had a chance to end.
                yield_now().await;
            }
            // The client was gone before we came to it.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::Interrupted
                ) => {}
            // Out of file descriptors or memory, most likely: it may pass, and asking at once again
            // would only take the time from those who are being served.
            Err(error) => {
                if back_off == FIRST_BACK_OFF {
                    shared.tell(format!(
                        "could not accept a connection: {error}; trying again"
                    ));
                }
                sleep(back_off).await;
                back_off = (back_off * 2).min(LONGEST_BACK_OFF);
            }
        }
    }
}

/// What became of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Admitted {
    Served,
    /// Refused with a reply, or shut out.
    TurnedAway,
    /// Closed without a reply: too many are being turned away already.
    Closed,
}

/// Tells when connections begin to be closed without a word, and how many they were when that is over. A line for
/// each of them would be more than the server does for those it serves.
fn tell_of_crowd(unheard: u64, admitted: Admitted, shared: &Shared) -> u64 {
    match (admitted, unheard) {
        (Admitted::Closed, before) => {
            if before == 0 {
                shared.tell(
                    "more connections come than can be refused with a reply: they are closed without one"
                        .to_owned(),
                );
            }
            before + 1
        }
        (_, 0) => 0,
        (_, many) => {
            shared.tell(format!("closed {many} connections without a reply"));
            0
        }
    }
}

/// Gives a connection to whoever serves it, or turns it away.
fn admit(
    stream: TcpStream,
    peer: SocketAddr,
    shared: &Arc<Shared>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Admitted {
    let connection = shared.in_all.fetch_add(1, Ordering::Relaxed) + 1;
    if !shared.config.allow.lets_in(peer.ip()) {
        shared.turned_away.fetch_add(1, Ordering::Relaxed);
        Caller::new(stream, connection, peer, Arc::clone(shared)).shut_out();
        return Admitted::TurnedAway;
    }
    // It fails only on a connection that is gone, and then the first read says so.
    let _ = stream.set_nodelay(true);
    keep_asking(&stream, shared.config.idle_timeout);
    let (shared, stop) = (Arc::clone(shared), stop.clone());
    match Place::take(&shared, peer.ip()) {
        Ok(place) => {
            match shared.config.access_key.clone() {
                None => tasks.spawn(run(stream, connection, peer, shared, place, stop)),
                Some(key) => {
                    let caller = Caller::new(stream, connection, peer, shared);
                    tasks.spawn(caller.serve_with_key(key, place, stop))
                }
            };
            Admitted::Served
        }
        Err(why) => {
            shared.turned_away.fetch_add(1, Ordering::Relaxed);
            if let Some(slot) = leaving_slot(&shared) {
                let caller = Caller::new(stream, connection, peer, shared);
                tasks.spawn(caller.turn_away(why, slot, stop));
                Admitted::TurnedAway
            } else {
                close(stream);
                shared.changed.notify_one();
                Admitted::Closed
            }
        }
    }
}
