//! What a session does while it has nothing to do: polls or sleeps until bytes, room, time or the end
//! is next.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use super::dialogue::Dialogue;
use super::polling::Polling;
use super::precise_timer::PreciseTimer;
use super::presence::broken;
use super::shared::Shared;
use super::wire::Wire;

/// What the waiting ended with.
pub(super) enum Woken {
    /// An echo is due, or the client takes bytes again.
    MayWrite,
    /// Bytes came, or their end.
    Read(io::Result<usize>),
    /// It is time to look after the log and the idle time-out.
    Look,
    /// The server is ending.
    Stopped,
}

/// What there is to wait for.
#[derive(Clone, Copy)]
pub(super) struct Awaited {
    /// The next echo, which is due then.
    pub(super) due: Option<Instant>,
    /// That the client takes more of what it is owed.
    pub(super) room: bool,
    /// Bytes from the client.
    pub(super) input: bool,
    /// When to ask whether a client that is not read from is still there.
    pub(super) ask_at: Option<Instant>,
    /// When the client's silence within a message will have said something.
    pub(super) silence_at: Option<Instant>,
}

pub(super) struct Waiting<'a> {
    timer: PreciseTimer,
    polling: Polling,
    look_at: Instant,
    look: Pin<Box<Sleep>>,
    stopped: Pin<Box<WaitForCancellationFuture<'a>>>,
}

impl<'a> Waiting<'a> {
    /// For a session that is looked after at `look_at` for the first time.
    pub(super) fn new(shared: &Arc<Shared>, stop: &'a CancellationToken, look_at: Instant) -> Self {
        Self {
            timer: PreciseTimer::default(),
            polling: Polling::new(Arc::clone(shared)),
            look_at,
            look: Box::pin(sleep_until(look_at.into())),
            stopped: Box::pin(stop.cancelled()),
        }
    }

    /// Waits for the next thing. `gave_way` is called when everyone else has had a turn.
    ///
    /// # Errors
    /// Why the connection broke.
    pub(super) async fn next(
        &mut self,
        wire: &mut Wire,
        dialogue: &mut Dialogue,
        awaited: Awaited,
        mut gave_way: impl FnMut(),
    ) -> io::Result<Woken> {
        let flush_at = dialogue.recorder.flush_at();
        if awaited.input
            && !awaited.room
            && awaited.due.is_none()
            && let Some(until) = self.polling.until(dialogue)
        {
            let sooner = [flush_at, awaited.silence_at].into_iter().flatten();
            let look_at = sooner.fold(self.look_at, Instant::min);
            let read = self
                .polling
                .read(wire, dialogue, until, look_at, &mut gave_way);
            if let Some(read) = read.await {
                return Ok(Woken::Read(read));
            }
        }
        let cools_at = self.polling.cools_at(dialogue.moved());
        let sooner = [flush_at, awaited.ask_at, awaited.silence_at, cools_at];
        let sooner = sooner.into_iter().flatten();
        if let Some(sooner) = sooner.min()
            && sooner < self.look_at
        {
            self.look_again(sooner);
        }
        noticing(self.sleep(wire.watched()?, dialogue, awaited), gave_way).await
    }

    async fn sleep(
        &mut self,
        stream: &TcpStream,
        dialogue: &mut Dialogue,
        awaited: Awaited,
    ) -> io::Result<Woken> {
        let due = awaited.due.unwrap_or(self.look_at);
        let asking = self.polling.early();
        tokio::select! {
            biased;
            () = self.timer.until(due, asking), if awaited.due.is_some() => Ok(Woken::MayWrite),
            ready = stream.writable(), if awaited.room => ready.map(|()| Woken::MayWrite),
            // An async block, because room is made as soon as the expression is evaluated.
            read = async { read(stream, dialogue.room()).await }, if awaited.input => {
                Ok(Woken::Read(read))
            }
            error = broken(stream), if !awaited.input => Err(error),
            () = &mut self.look => Ok(Woken::Look),
            // Last, because asking takes a lock.
            () = &mut self.stopped => Ok(Woken::Stopped),
        }
    }

    /// Takes note of how long the client took to begin its next message, which came now.
    pub(super) fn waited(&mut self, wait: Duration, now: Instant) {
        self.polling.waited(wait, now);
    }

    /// Looks after what there is to look after besides the session itself.
    pub(super) fn looked(&mut self, dialogue: &mut Dialogue, now: Instant) {
        if dialogue.recorder.flush_at().is_some_and(|at| at <= now) {
            dialogue.recorder.flush(now);
        }
        let cools_at = self.polling.cools_at(dialogue.moved());
        if cools_at.is_some_and(|at| at <= now) {
            self.polling.cool();
        }
    }

    /// Looks after the session again at `at`, or sooner where there is a reason.
    pub(super) fn look_again(&mut self, at: Instant) {
        self.look_at = at;
        self.look.as_mut().reset(at.into());
    }
}

/// Reads as soon as there is something.
async fn read(stream: &TcpStream, room: &mut [u8]) -> io::Result<usize> {
    loop {
        stream.readable().await?;
        match stream.try_read(room) {
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) => {}
            read => return read,
        }
    }
}

/// Awaits `future` and says so if it was not ready at once, which gave every other task its turn.
async fn noticing<F: Future>(future: F, mut waited: impl FnMut()) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        if polled.is_pending() {
            waited();
        }
        polled
    })
    .await
}
