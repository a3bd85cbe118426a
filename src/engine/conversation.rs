//! What is said and measured over the connections of a round.

use std::cell::RefCell;
use std::io;
use std::time::{Duration, Instant};

use socket2::{SockRef, Socket};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::access::show_key;
use super::attention::Attention;
use super::connect::Connection;
use super::fault;
use super::lane::{Cargo, Reading};
use super::measure::{Failure, Method, measure};
use super::recording::{Pen, Recording};
use super::run_queue::Waited;
use super::session::{Order, Recorder, Watch, explain, set_up};
use super::tcp_info::tcp_info;
use super::termination::{close, terminate};
use crate::measurement::{Direction, Fault, TcpChange, TcpInfo};
use crate::protocol::{BetweenProbes, EchoStyle, Phase, ProbeMessage};

/// How long making the memory of a session may take; it never does. The probes have their own time.
pub(super) const PATIENCE_FOR_MEMORY: Duration = Duration::from_mins(1);
/// Bytes of messages that are not made in passing: 64 MiB take longer than Stop may.
const LARGE: usize = 4 << 20;

/// A session that is going on, over all connections of a round.
#[derive(Clone, Copy)]
pub(super) struct Conversation<'c, 'r, 'a> {
    pub order: &'c Order,
    pub watch: &'c Watch,
    pub recording: &'c RefCell<Recording<'r, 'a>>,
    /// The sockets of its connections, for when it went wrong.
    pub sockets: &'c RefCell<Vec<Socket>>,
    pub attention: &'c Attention,
    pub stop: &'c CancellationToken,
}

impl<'c, 'r, 'a> Conversation<'c, 'r, 'a> {
    /// Setup over each connection, all probes over all of them, termination over each.
    pub async fn hold(self, connections: Vec<Connection>) -> Result<(), Fault> {
        let Self {
            order,
            watch,
            recording,
            ..
        } = self;
        let address = connections.first().map(|first| first.address);
        let mut streams = Vec::with_capacity(connections.len());
        for (lane, connection) in connections.into_iter().enumerate() {
            let connected = format!("connected to {}", connection.address);
            self.pen(lane)
                .line(Phase::Setup, Direction::Event, &connected);
            streams.push(connection.stream);
        }
        let access_key = recording.borrow().execution.access_key.clone();
        if let Some(key) = &access_key {
            for (lane, stream) in streams.iter_mut().enumerate() {
                watch.lane.set(lane);
                show_key(stream, key, order, watch, &mut self.pen(lane)).await?;
            }
        }
        if order.idiom.dialect.has_phases() {
            for (lane, stream) in streams.iter_mut().enumerate() {
                watch.lane.set(lane);
                set_up(stream, order, watch, &mut self.pen(lane)).await?;
            }
        }
        let mut streams = match (order.between_probes(), address, streams.pop()) {
            (BetweenProbes::Nothing, _, Some(last)) => {
                streams.push(last);
                self.probe(streams).await?
            }
            // One at a time is over one connection at a time.
            (_, Some(address), Some(stream)) => vec![self.probe_in_turn(stream, address).await?],
            (_, _, _) => streams,
        };
        if order.idiom.dialect.has_phases() {
            for (lane, stream) in streams.iter_mut().enumerate() {
                watch.lane.set(lane);
                // The answer may have come with the last echo, or will come behind what ends that.
                self.expect_behind_the_echo(lane);
                let ended = terminate(stream, order, watch, &mut self.pen(lane)).await?;
                recording.borrow_mut().execution.took_leave(order, ended);
            }
        }
        for (lane, stream) in streams.iter_mut().enumerate() {
            close(stream, order, watch, &mut self.pen(lane)).await;
        }
        Ok(())
    }

    pub fn pen(self, lane: usize) -> Pen<'c, 'r, 'a> {
        let recording = self.recording;
        Pen { recording, lane }
    }

    /// What came behind the last echo is the beginning of the next answer, and what the server puts behind an echo is
    /// none of it.
    pub fn expect_behind_the_echo(self, lane: usize) {
        let heard = self.recording.borrow_mut().heard(lane);
        self.watch.heard.replace(heard.left_over);
        self.watch.passed_over.replace(heard.rest_due);
    }

    /// All probes over all connections, without anything in between.
    async fn probe(self, streams: Vec<TcpStream>) -> Result<Vec<TcpStream>, Fault> {
        let phase = Phase::Measurement;
        let watch = self.watch;
        watch.expect_within(phase, Instant::now(), PATIENCE_FOR_MEMORY);
        let echo = self.recording.borrow().style();
        let cargoes = cargoes(self.order, echo, streams.len()).await;
        let accounts = Accounts::open(&streams);
        let (mut streams, measured) = self.measure_over(streams, cargoes).await?;
        accounts.close(&streams, &mut self.recording.borrow_mut());
        let Err(failure) = measured else {
            return Ok(streams);
        };
        let lane = failure.lane;
        watch.lane.set(lane);
        let Some(stream) = streams.get_mut(lane) else {
            return Err(fault::stopped(phase.into()));
        };
        Err(explain(stream, self.order, failure, watch, &mut self.pen(lane)).await)
    }

    /// Measures over sockets that the runtime knows nothing of: while it watches one, the kernel tells it of
    /// every segment that comes, and that is time of the round trip.
    pub async fn measure_over(
        self,
        streams: Vec<TcpStream>,
        cargoes: Vec<Cargo>,
    ) -> Result<(Vec<TcpStream>, Result<(), Failure>), Fault> {
        let broken = |error| fault::broken(Phase::Measurement, 0, &error);
        let streams: Vec<_> = streams
            .into_iter()
            .map(TcpStream::into_std)
            .collect::<io::Result<_>>()
            .map_err(broken)?;
        let sockets: Vec<_> = streams.iter().map(SockRef::from).collect();
        let mut patience = self.recording.borrow().patience();
        patience.moved();
        let method = Method {
            patience: &mut patience,
            time_out: self.order.probe_time_out(),
            origin: self.recording.borrow().execution.run.origin,
        };
        let (attention, stop) = (self.attention, self.stop);
        let mut keeper = self.recording;
        let measured = measure(&sockets, cargoes, method, attention, stop, &mut keeper).await;
        drop(sockets);
        self.recording.borrow_mut().learnt(patience);
        let streams = streams.into_iter().map(TcpStream::from_std);
        let streams = streams.collect::<io::Result<_>>().map_err(broken)?;
        Ok((streams, measured))
    }
}

/// What the kernel counts, before the probes and after.
struct Accounts {
    waited: Waited,
    tcp: Vec<Option<TcpInfo>>,
}

impl Accounts {
    fn open(streams: &[TcpStream]) -> Self {
        Self {
            waited: Waited::until_now(),
            tcp: ask_kernel(streams),
        }
    }

    /// Puts the difference into the rounds.
    fn close(self, streams: &[TcpStream], recording: &mut Recording<'_, '_>) {
        let after = ask_kernel(streams);
        recording.waited(self.waited);
        let rounds = recording.current.rounds.iter_mut();
        for (round, (before, after)) in rounds.zip(self.tcp.into_iter().zip(after)) {
            round.tcp = before
                .zip(after)
                .map(|(before, after)| Box::new(TcpChange { before, after }));
        }
    }
}

fn ask_kernel(streams: &[TcpStream]) -> Vec<Option<TcpInfo>> {
    let sockets = streams.iter().map(SockRef::from);
    sockets.map(|socket| tcp_info(&socket)).collect()
}

/// The messages to send, and room for their echoes.
pub(super) async fn cargoes(
    order: &Order,
    echo: Option<EchoStyle>,
    connections: usize,
) -> Vec<Cargo> {
    // The limits of a profile keep the size far below what a pointer can count.
    let size = usize::try_from(order.setup.message_size).unwrap_or(usize::MAX);
    let Order {
        idiom,
        depth,
        quick_ack,
        ..
    } = *order;
    let reading = match order.reading {
        Reading::Learning if echo.is_some() => Reading::Tolerant,
        other => other,
    };
    let probes = order.setup.probes;
    let make = move || {
        let cargo = || {
            let mut message = ProbeMessage::new(idiom, size);
            if let Some(echo) = echo.clone() {
                message.returns_as(echo);
            }
            let cargo = Cargo::new(message, probes, depth, reading);
            if quick_ack {
                cargo.with_quick_ack()
            } else {
                cargo
            }
        };
        (0..connections).map(|_| cargo()).collect::<Vec<_>>()
    };
    if size.saturating_mul(connections) < LARGE {
        return make();
    }
    // Stop shall not wait for it.
    match tokio::task::spawn_blocking(make.clone()).await {
        Ok(ready) => ready,
        Err(_) => make(),
    }
}

/// Completes when the deadline of what is waited for has passed; the deadline moves on meanwhile, so
/// it is looked at again each time the timer fires, not each time it moves.
pub(super) async fn expired(watch: &Watch) {
    while Instant::now() < watch.deadline.get() {
        tokio::time::sleep_until(watch.deadline.get().into()).await;
    }
}
