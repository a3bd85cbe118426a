//! A session, held until its end, its time-out or Stop.

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

use socket2::{SockRef, Socket};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::connect::Connection;
use super::conversation::{Conversation, expired};
use super::executor::Execution;
use super::fault;
use super::lane::Reading;
use super::recording::{Recording, show_stalls};
use super::session::{Order, Watch};
use super::terms::Terms;
use super::visit::Current;
use crate::measurement::{Direction, Fault, FaultKind};
use crate::protocol::{LineEnd, quote};

/// How long a server that refused may take to close: many do, and end.
const LAST_MOMENT: Duration = Duration::from_millis(50);
const LOOK: Duration = Duration::from_millis(2);

impl Execution<'_> {
    /// Runs a session until its end, its time-out or Stop.
    pub(super) async fn session(
        &mut self,
        terms: &Terms,
        connections: Vec<Connection>,
        current: &mut Current,
        stop: &CancellationToken,
    ) -> Result<(), Fault> {
        let strict = self.profile().strict;
        let order = Order {
            setup: terms.setup,
            idiom: self.profile().idiom(),
            depth: terms.depth,
            strict,
            time_out: terms.time_out,
            reading: match self.speech.echo {
                _ if strict => Reading::Strict,
                Some(_) => Reading::Tolerant,
                None => Reading::Learning,
            },
            quick_ack: terms.quick_ack,
            parting: self.speech.parting(),
        };
        let sockets = RefCell::default();
        let watch = Watch::new(Instant::now() + order.time_out);
        let attention = self.attention;
        // Shared with the session, which holds it only while something is written down.
        let recording = RefCell::new(Recording::new(self, current));
        let conversation = Conversation {
            order: &order,
            watch: &watch,
            recording: &recording,
            sockets: &sockets,
            attention,
            stop,
        };
        for connection in &connections {
            conversation.keep(&connection.stream);
        }
        let result = tokio::select! {
            biased;
            result = conversation.hold(connections) => result,
            () = stop.cancelled() => Err(fault::stopped(watch.phase.get().into())),
            () = expired(&watch) => Err(watch.timed_out(&order.setup)),
            never = show_stalls(&recording) => match never {},
        };
        if let Err(fault) = &result
            && fault.kind != FaultKind::Stopped
        {
            give_up(sockets.take(), &order, fault).await;
        }
        let heard = watch.heard.take();
        if !heard.is_empty() {
            let mut recording = recording.borrow_mut();
            let (lane, phase) = (watch.lane.get(), watch.phase.get());
            recording.line(lane, phase, Direction::Received, &quote(&heard));
        }
        drop(recording);
        current.lane = watch.lane.get();
        result.map_err(|fault| {
            if fault.kind == FaultKind::TimedOut && current.is_beside_another(fault.phase) {
                fault::not_beside_another(current.lane + 1, order.time_out)
            } else {
                fault
            }
        })
    }
}

impl Conversation<'_, '_, '_> {
    /// Keeps a connection's socket, to be used when the session is gone.
    pub(super) fn keep(self, stream: &TcpStream) {
        // Without one there is nothing to say at the end, and nothing is lost that was measured.
        if self.order.parting.may_close_first
            && let Ok(socket) = SockRef::from(stream).try_clone()
        {
            self.sockets.borrow_mut().push(socket);
        }
    }

    /// Leaves a connection over which all was said, and that is kept no longer.
    pub(super) async fn leave(self, mut stream: TcpStream) {
        self.sockets.borrow_mut().clear();
        if self.order.parting.may_close_first && has_ended(&SockRef::from(&stream)) {
            // The server's port is free at once, as where a session ends well.
            let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        } else {
            let _ = stream.shutdown().await;
        }
    }
}

/// Leaves connections whose session went wrong, so that a server loses no more by it than it must.
async fn give_up(sockets: Vec<Socket>, order: &Order, fault: &Fault) {
    let is_silent = fault.kind == FaultKind::TimedOut;
    let until = Instant::now()
        + if is_silent {
            Duration::ZERO
        } else {
            LAST_MOMENT
        };
    for socket in sockets {
        if socket.set_nonblocking(true).is_err() {
            continue;
        }
        if order.idiom.variant.line_end == LineEnd::Nothing {
            // Many that read lines take the end of the stream inside one for an empty piece, and ask for the next
            // for ever. The line is ended; it may be full, or gone.
            let _ = socket.send(b"\n");
        }
        while !has_ended(&socket) && Instant::now() < until {
            tokio::time::sleep(LOOK).await;
        }
        if has_ended(&socket) {
            // Its port is free at once, as where a session ends well.
            let _ = socket.set_linger(Some(Duration::ZERO));
        }
    }
}

/// Whether the other side has ended its stream. What came before that is thrown away.
fn has_ended(socket: &Socket) -> bool {
    let mut room = [const { MaybeUninit::uninit() }; 4096];
    // More than this is a flood.
    for _ in 0..16 {
        match socket.recv(&mut room) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}
