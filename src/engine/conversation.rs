//! What is said and measured over the connections of a round, and how it is written down.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::access::show_key;
use super::attention::Attention;
use super::connect::Connection;
use super::executor::{Execution, cpus};
use super::fault;
use super::lane::{Cargo, Heard};
use super::measure::{Failure, Keeper, Method, STALL, measure};
use super::picture::LONGEST_FRAME;
use super::progress::Place;
use super::run_queue::Waited;
use super::session::{Order, Recorder, Watch, explain, nanoseconds, set_up};
use super::tcp_info::tcp_info;
use super::termination::{close, terminate};
use super::visit::Current;
use crate::experiment::Patience;
use crate::measurement::{About, Direction, Fault, Probe, TcpChange, Work};
use crate::protocol::{EchoStyle, Phase, ProbeMessage};

/// How long making the memory of a session may take; it never does. The probes have their own time.
const PATIENCE_FOR_MEMORY: Duration = Duration::from_mins(1);
/// Bytes of messages that are not made in passing: 64 MiB take longer than Stop may.
const LARGE: usize = 4 << 20;
/// Probes that take this long, in nanoseconds, are worth a picture between two of them.
const SLOW_PROBE_NS: u64 = 5_000_000;
/// A probe that takes this many times the longest frame is under way still when that is over.
const FRAMES_A_PROBE: u32 = 2;

/// Setup over each connection, all probes over all of them, termination over each.
pub(super) async fn converse(
    connections: Vec<Connection>,
    order: &Order,
    watch: &Watch,
    recording: &RefCell<Recording<'_, '_>>,
    attention: &Attention,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let pen = |lane| Pen { recording, lane };
    let mut streams = Vec::with_capacity(connections.len());
    for (lane, connection) in connections.into_iter().enumerate() {
        let connected = format!("connected to {}", connection.address);
        pen(lane).line(Phase::Setup, Direction::Event, &connected);
        streams.push(connection.stream);
    }
    let access_key = recording.borrow().execution.access_key.clone();
    if let Some(key) = &access_key {
        for (lane, stream) in streams.iter_mut().enumerate() {
            watch.lane.set(lane);
            show_key(stream, key, order, watch, &mut pen(lane)).await?;
        }
    }
    if order.idiom.dialect.has_phases() {
        for (lane, stream) in streams.iter_mut().enumerate() {
            watch.lane.set(lane);
            set_up(stream, order, watch, &mut pen(lane)).await?;
        }
    }
    let phase = Phase::Measurement;
    watch.expect_within(phase, Instant::now(), PATIENCE_FOR_MEMORY);
    let echo = recording.borrow().execution.speech.echo.clone();
    let cargoes = cargoes(order, echo, streams.len()).await;
    let (mut streams, measured) = bare(streams, cargoes, order, recording, attention, stop)
        .await
        .map_err(|error| fault::broken(phase, 0, &error))?;
    if let Err(failure) = measured {
        let lane = failure.lane;
        watch.lane.set(lane);
        let Some(stream) = streams.get_mut(lane) else {
            return Err(fault::stopped(phase.into()));
        };
        return Err(explain(stream, order, failure, watch, &mut pen(lane)).await);
    }
    if order.idiom.dialect.has_phases() {
        for (lane, stream) in streams.iter_mut().enumerate() {
            watch.lane.set(lane);
            // The answer may have come with the last echo, or will come behind what ends that.
            let heard = recording.borrow_mut().heard(lane);
            watch.heard.replace(heard.left_over);
            watch.passed_over.replace(heard.rest_due);
            let ended = terminate(stream, order, watch, &mut pen(lane)).await?;
            recording.borrow_mut().execution.took_leave(order, ended);
        }
    }
    for (lane, stream) in streams.iter_mut().enumerate() {
        close(stream, order, watch, &mut pen(lane)).await;
    }
    Ok(())
}

/// Measures over sockets that the runtime knows nothing of: while it watches one, the kernel tells it of
/// every segment that comes, and that is time of the round trip.
async fn bare(
    streams: Vec<TcpStream>,
    cargoes: Vec<Cargo>,
    order: &Order,
    recording: &RefCell<Recording<'_, '_>>,
    attention: &Attention,
    stop: &CancellationToken,
) -> io::Result<(Vec<TcpStream>, Result<(), Failure>)> {
    let streams: Vec<_> = streams
        .into_iter()
        .map(TcpStream::into_std)
        .collect::<io::Result<_>>()?;
    let sockets: Vec<_> = streams.iter().map(SockRef::from).collect();
    let waited_before = Waited::until_now();
    let before: Vec<_> = sockets.iter().map(|socket| tcp_info(socket)).collect();
    let mut patience = recording.borrow().patience();
    patience.moved();
    let method = Method {
        patience: &mut patience,
        time_out: order.probe_time_out(),
        origin: recording.borrow().execution.run.origin,
    };
    let mut keeper = recording;
    let measured = measure(&sockets, cargoes, method, attention, stop, &mut keeper).await;
    let after: Vec<_> = sockets.iter().map(|socket| tcp_info(socket)).collect();
    let waited = Waited::until_now();
    drop(sockets);
    let mut recording = recording.borrow_mut();
    recording.learnt(patience);
    let rounds = recording.current.rounds.iter_mut();
    for (round, (before, after)) in rounds.zip(before.into_iter().zip(after)) {
        round.tcp = before
            .zip(after)
            .map(|(before, after)| Box::new(TcpChange { before, after }));
        if let Some(work) = &mut round.work {
            waited.put_into(waited_before, work);
        }
    }
    let streams = streams.into_iter().map(TcpStream::from_std);
    Ok((streams.collect::<io::Result<_>>()?, measured))
}

/// The messages to send, and room for their echoes.
async fn cargoes(order: &Order, echo: Option<EchoStyle>, connections: usize) -> Vec<Cargo> {
    // The limits of a profile keep the size far below what a pointer can count.
    let size = usize::try_from(order.setup.message_size).unwrap_or(usize::MAX);
    let Order {
        idiom,
        depth,
        reading,
        quick_ack,
        ..
    } = *order;
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

/// Shows the run while a server keeps it waiting: pictures are otherwise taken when something has
/// come. Where probes go back and forth it only looks at a number, now and then.
pub(super) async fn show_stalls(recording: &RefCell<Recording<'_, '_>>) -> Infallible {
    let (mut seen, mut shown) = (0, None);
    loop {
        tokio::time::sleep(STALL).await;
        let mut recording = recording.borrow_mut();
        if recording.news == seen && shown != Some(seen) {
            recording.publish();
            shown = Some(seen);
        }
        seen = recording.news;
    }
}

/// Records a session into the run.
pub(super) struct Recording<'r, 'a> {
    execution: &'r mut Execution<'a>,
    current: &'r mut Current,
    /// Lines and probes written down.
    news: u64,
    /// What was heard beside the echoes of each connection.
    heard: Vec<Heard>,
}

impl<'r, 'a> Recording<'r, 'a> {
    pub fn new(execution: &'r mut Execution<'a>, current: &'r mut Current) -> Self {
        Self {
            execution,
            current,
            news: 0,
            heard: Vec::new(),
        }
    }

    /// What is known of waiting for this point.
    fn patience(&self) -> Patience {
        let execution = &self.execution;
        let known = execution.patience.get(self.current.visit.point);
        known.map_or_else(
            || Patience::new(execution.profile().wait, cpus()),
            Patience::clone,
        )
    }

    fn learnt(&mut self, patience: Patience) {
        if let Some(place) = self.execution.patience.get_mut(self.current.visit.point) {
            *place = patience;
        }
    }

    /// What was heard beside the echoes of a connection.
    fn heard(&mut self, lane: usize) -> Heard {
        let heard = self.heard.get_mut(lane);
        heard.map(std::mem::take).unwrap_or_default()
    }

    fn publish(&mut self) {
        let now = Some((self.current.visit, Some(&*self.current)));
        self.execution.publish(now);
    }

    pub fn line(&mut self, lane: usize, phase: Phase, direction: Direction, text: &str) {
        self.news += 1;
        let session = self.current.session(lane);
        self.execution.line(session, phase, direction, text);
    }
}

impl Keeper for &RefCell<Recording<'_, '_>> {
    fn probe(&mut self, lane: usize, probe: Probe, now: Instant) -> bool {
        let mut recording = self.borrow_mut();
        recording.news += 1;
        if let Some(round) = recording.current.rounds.get_mut(lane) {
            round.probes.push(probe);
        }
        let is_below = |least| probe.rtt_ns().is_some_and(|rtt_ns| rtt_ns < least);
        recording.execution.frames_show = is_below(nanoseconds(LONGEST_FRAME * FRAMES_A_PROBE));
        let place = if is_below(SLOW_PROBE_NS) {
            Place::AmongQuickProbes
        } else {
            Place::AmongSlowProbes
        };
        recording.execution.pace.is_due(now, place)
    }

    fn pause(&mut self) {
        let mut recording = self.borrow_mut();
        let Recording {
            execution, current, ..
        } = &mut *recording;
        execution.show((current.visit, Some(current)));
    }

    fn stalled(&mut self) {
        self.borrow_mut().publish();
    }

    fn work(&mut self, lane: usize, work: Work) {
        if let Some(round) = self.borrow_mut().current.rounds.get_mut(lane) {
            round.work = Some(work);
        }
    }

    fn heard(&mut self, lane: usize, mut heard: Heard) {
        let mut recording = self.borrow_mut();
        if let Some(style) = heard.style.take() {
            recording.current.echo.get_or_insert(style);
        }
        let places = &mut recording.heard;
        places.resize_with(places.len().max(lane + 1), Heard::default);
        if let Some(place) = places.get_mut(lane) {
            *place = heard;
        }
    }
}

/// Writes down what is said over one connection.
struct Pen<'p, 'r, 'a> {
    recording: &'p RefCell<Recording<'r, 'a>>,
    lane: usize,
}

impl Recorder for Pen<'_, '_, '_> {
    fn line(&mut self, phase: Phase, direction: Direction, text: &str) {
        self.recording
            .borrow_mut()
            .line(self.lane, phase, direction, text);
    }

    fn remark(&mut self, about: About, text: impl FnOnce() -> String) {
        let mut recording = self.recording.borrow_mut();
        recording.execution.run.server.remark(about, text);
    }
}
