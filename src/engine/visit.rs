//! One visit to a point: a connection, the session over it, and what becomes of both.

use std::cell::RefCell;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio_util::sync::CancellationToken;

use super::attention::Attention;
use super::connect::{Connection, connect};
use super::executor::{End, Execution};
use super::fault;
use super::lane::Cargo;
use super::measure::{Keeper, measure};
use super::patience::Patience;
use super::progress::Place;
use super::session::{Order, Recorder, Watch, close, explain, nanoseconds, set_up, terminate};
use crate::experiment::{PointSpec, Visit};
use crate::measurement::{
    Direction, Fault, FaultKind, FaultPhase, Probe, Probes, Round, Side, TranscriptLine, Work,
};
use crate::protocol::{Phase, ProbeMessage, quote};

/// How long nothing may come before the run is shown as it waits.
const STALL: Duration = Duration::from_millis(250);
/// A server that closes a session may need a moment before it takes the next one.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);
/// How often a server that was there before is tried before it is called gone: for longer than half a
/// second, so that one that is started anew in that time is met.
const RECONNECT_TRIES: u32 = 5;
/// Connections in a row that time out before the server is called gone.
const TIME_OUTS_UNTIL_GONE: u32 = 2;

/// How long making the memory of a session may take; it never does. The probes have their own time.
const PATIENCE_FOR_MEMORY: Duration = Duration::from_mins(1);
/// Bytes of messages that are not made in passing: 64 MiB take longer than Stop may.
const LARGE: usize = 4 << 20;

/// A probe that takes this long, in nanoseconds, is not disturbed by a window that draws meanwhile.
const SLOW_PROBE_NS: u64 = 5_000_000;

/// A visit that is going on: a round over one connection, or over several at the same time.
pub(super) struct Current {
    pub visit: Visit,
    pub rounds: Vec<Round>,
    pub began: Instant,
}

impl Current {
    /// Probes that are over.
    pub fn probes(&self) -> u64 {
        let rounds = self.rounds.iter();
        rounds.map(|round| round.probes.len() as u64).sum()
    }

    fn session(&self, lane: usize) -> u32 {
        self.rounds.get(lane).map_or(0, |round| round.session)
    }
}

impl Execution<'_> {
    pub(super) async fn visit(
        &mut self,
        visit: Visit,
        spec: PointSpec,
        addresses: &mut [SocketAddr],
        stop: &CancellationToken,
    ) -> Result<(), End> {
        // A server that ends after a session still takes connections until it is gone, and resets
        // them then. Whether that is what happened shows when it is tried once more.
        let mut may_be_ending = self.opened > 0;
        loop {
            let mut current = Current {
                visit,
                rounds: Vec::new(),
                began: Instant::now(),
            };
            let connections = match self.open_all(&mut current, addresses, stop).await {
                Ok(connections) => connections,
                Err(NotOpened::Stopped) => return Err(End::Stopped(FaultPhase::Connect)),
                Err(NotOpened::Fault(fault)) => return self.not_opened(visit, fault),
            };
            match self.session(connections, &mut current, &spec, stop).await {
                Err(fault)
                    if may_be_ending
                        && (fault.phase, fault.kind) == (FaultPhase::Setup, FaultKind::Reset) =>
                {
                    may_be_ending = false;
                    self.line(
                        self.sessions,
                        Phase::Setup,
                        Direction::Event,
                        &fault.message,
                    );
                }
                result => return self.visited(current, &spec, result),
            }
        }
    }

    /// Opens the connections of a round, one after the other.
    async fn open_all(
        &mut self,
        current: &mut Current,
        addresses: &mut [SocketAddr],
        stop: &CancellationToken,
    ) -> Result<Vec<Connection>, NotOpened> {
        let mut connections = Vec::new();
        for lane in 0..self.profile().connections {
            self.sessions += 1;
            let opened = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(NotOpened::Stopped),
                opened = self.open(addresses) => opened,
            };
            let connection = opened.map_err(NotOpened::Fault)?;
            self.opened += 1;
            self.time_outs = 0;
            // All rounds are to measure the same path, so the address that was taken stays first.
            if let Some(taken) = addresses.iter().position(|a| *a == connection.address)
                && let Some(up_to_taken) = addresses.get_mut(..=taken)
            {
                up_to_taken.rotate_right(1);
            }
            let round = self.begin(current.visit, lane + 1, &connection);
            current.rounds.push(round);
            connections.push(connection);
        }
        Ok(connections)
    }

    fn begin(&self, visit: Visit, connection: u32, opened: &Connection) -> Round {
        Round {
            number: visit.round,
            connection,
            session: self.sessions,
            warmup: self.profile().warmup,
            depth: self.profile().depth,
            connect_ns: Some(nanoseconds(opened.took)),
            local: opened.stream.local_addr().ok(),
            // Room for every probe now: it must not be made between two of them.
            probes: Probes::with_room_for(self.profile().announced_probes() as usize),
            work: None,
            tcp: None,
        }
    }

    /// Runs a session until its end, its time-out or Stop.
    async fn session(
        &mut self,
        mut connections: Vec<Connection>,
        current: &mut Current,
        spec: &PointSpec,
        stop: &CancellationToken,
    ) -> Result<(), Fault> {
        let order = Order {
            setup: self.plan.setup(spec),
            dialect: self.profile().dialect,
            strict: self.profile().strict,
            time_out: self.time_out(),
        };
        let watch = Watch::new(Instant::now() + order.time_out);
        let attention = self.attention;
        // Shared with the session, which holds it only while something is written down.
        let recording = RefCell::new(Recording {
            execution: self,
            current,
            news: 0,
        });
        let result = tokio::select! {
            biased;
            result = converse(&mut connections, &order, &watch, &recording, attention, stop) => result,
            () = stop.cancelled() => Err(fault::stopped(watch.phase.get().into())),
            () = expired(&watch) => Err(watch.timed_out(&order.setup)),
            never = show_stalls(&recording) => match never {},
        };
        let heard = watch.heard.take();
        if !heard.is_empty() {
            let mut recording = recording.borrow_mut();
            let (lane, phase) = (watch.lane.get(), watch.phase.get());
            recording.line(lane, phase, Direction::Received, &quote(&heard));
        }
        result
    }

    /// Opens a connection; a server that was there before is tried a few times.
    async fn open(&self, addresses: &[SocketAddr]) -> Result<Connection, Fault> {
        let mut tries = 1;
        loop {
            match connect(&self.host, addresses, self.time_out()).await {
                Err(fault)
                    if self.opened > 0
                        && fault.kind == FaultKind::Refused
                        && tries < RECONNECT_TRIES =>
                {
                    tries += 1;
                    tokio::time::sleep(RECONNECT_PAUSE).await;
                }
                opened => return opened,
            }
        }
    }

    /// Without a connection no point can be measured: the run ends, unless the path may only have
    /// been slow this once.
    fn not_opened(&mut self, visit: Visit, fault: Fault) -> Result<(), End> {
        let session = self.sessions;
        self.line(session, Phase::Setup, Direction::Event, &fault.message);
        // A server that was never there, or one that may be there still and cannot be reached.
        if self.opened == 0 || fault.kind == FaultKind::Unreachable {
            return Err(End::Gone(fault));
        }
        if fault.kind == FaultKind::TimedOut {
            self.time_outs += 1;
            if self.time_outs < TIME_OUTS_UNTIL_GONE {
                self.forecast.failed(visit.point, self.time_out());
                self.fail(visit.point, fault);
                self.visit_over(visit, Instant::now());
                return Ok(());
            }
        }
        Err(End::Gone(fault::server_gone(
            self.opened,
            self.served,
            &fault,
        )))
    }

    fn visited(
        &mut self,
        current: Current,
        spec: &PointSpec,
        result: Result<(), Fault>,
    ) -> Result<(), End> {
        let probes = current.probes();
        let Current {
            visit,
            mut rounds,
            began,
        } = current;
        let complete = probes == self.probes_a_visit();
        if complete {
            let delay = Duration::from_millis(spec.server_delay_ms);
            let delays = delay.saturating_mul(self.profile().announced_probes());
            self.forecast.seen(visit.point, began.elapsed(), delays);
        } else {
            self.forecast.failed(visit.point, began.elapsed());
        }
        let session = rounds.first().map_or(self.sessions, |round| round.session);
        for mut round in rounds.drain(..) {
            if round.probes.iter().any(|probe| probe.rtt_ns().is_some()) || result.is_ok() {
                self.served += 1;
            }
            // Many rounds that fail early must not hold room for all they were to measure.
            round.probes.shrink_to_fit();
            if let Some(point) = self.run.points.get_mut(visit.point) {
                point.rounds.push(Arc::new(round));
            }
        }
        if let Some(stale) = self.stale.get_mut(visit.point) {
            *stale = true;
        }
        if let Err(fault) = result {
            let phase = match fault.phase {
                FaultPhase::Resolve | FaultPhase::Connect | FaultPhase::Setup => Phase::Setup,
                FaultPhase::Measurement => Phase::Measurement,
                FaultPhase::Termination => Phase::Termination,
            };
            self.line(session, phase, Direction::Event, &fault.message);
            if fault.kind == FaultKind::Stopped {
                return Err(End::Stopped(fault.phase));
            }
            self.fail(visit.point, fault);
        }
        self.visit_over(visit, Instant::now());
        Ok(())
    }

    pub(super) fn visit_over(&mut self, visit: Visit, now: Instant) {
        self.visits_done += 1;
        if let Some(open) = self.open.get_mut(visit.point) {
            open.visited();
        }
        // A visit cut short by a fault counts whole: its probes will not come any more.
        self.probes_done = self.visits_done * self.probes_a_visit();
        if self.pace.is_due(now, Place::BetweenRounds) {
            self.publish(Some((visit, None)));
        }
    }

    pub(super) fn fail(&mut self, point: usize, fault: Fault) {
        if let Some(point) = self.run.points.get_mut(point) {
            point.error.get_or_insert(fault);
        }
    }

    pub(super) fn line(&mut self, session: u32, phase: Phase, direction: Direction, text: &str) {
        let at = nanoseconds(self.run.origin.elapsed());
        self.run.transcript.push(TranscriptLine {
            at_ns: i64::try_from(at).unwrap_or(i64::MAX),
            side: Side::Client,
            phase,
            direction,
            session,
            text: text.into(),
        });
    }
}

/// Why a connection was not opened.
enum NotOpened {
    Stopped,
    Fault(Fault),
}

/// Setup over each connection, all probes over all of them, termination over each.
async fn converse(
    connections: &mut [Connection],
    order: &Order,
    watch: &Watch,
    recording: &RefCell<Recording<'_, '_>>,
    attention: &Attention,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let pen = |lane| Pen { recording, lane };
    for (lane, connection) in connections.iter_mut().enumerate() {
        let connected = format!("connected to {}", connection.address);
        pen(lane).line(Phase::Setup, Direction::Event, &connected);
        if order.dialect.has_phases() {
            watch.lane.set(lane);
            set_up(&mut connection.stream, order, watch, &mut pen(lane)).await?;
        }
    }
    let phase = Phase::Measurement;
    watch.expect_within(phase, Instant::now(), PATIENCE_FOR_MEMORY);
    let (depth, wait, origin) = {
        let execution = &recording.borrow().execution;
        let profile = execution.profile();
        (profile.depth, profile.wait, execution.run.origin)
    };
    let cargoes = cargoes(order, depth, connections.len()).await;
    let measured = {
        let sockets: Vec<_> = connections
            .iter()
            .map(|connection| SockRef::from(&connection.stream))
            .collect();
        let patience = Patience::new(wait, cpus());
        let time_out = order.probe_time_out();
        let mut keeper = recording;
        measure(
            &sockets,
            cargoes,
            patience,
            time_out,
            origin,
            attention,
            stop,
            &mut keeper,
        )
        .await
    };
    if let Err(failure) = measured {
        let lane = failure.lane;
        watch.lane.set(lane);
        let Some(connection) = connections.get_mut(lane) else {
            return Err(fault::stopped(phase.into()));
        };
        return Err(explain(
            &mut connection.stream,
            order,
            failure,
            watch,
            &mut pen(lane),
        )
        .await);
    }
    if order.dialect.has_phases() {
        for (lane, connection) in connections.iter_mut().enumerate() {
            watch.lane.set(lane);
            terminate(&mut connection.stream, order, watch, &mut pen(lane)).await?;
        }
    }
    for (lane, connection) in connections.iter_mut().enumerate() {
        close(&mut connection.stream, order, watch, &mut pen(lane)).await;
    }
    Ok(())
}

/// The messages to send, and room for their echoes.
async fn cargoes(order: &Order, depth: u32, connections: usize) -> Vec<Cargo> {
    // The limits of a profile keep the size far below what a pointer can count.
    let size = usize::try_from(order.setup.message_size).unwrap_or(usize::MAX);
    let (dialect, probes) = (order.dialect, order.setup.probes);
    let make = move || {
        let cargo = || Cargo::new(ProbeMessage::new(dialect, size), probes, depth);
        (0..connections).map(|_| cargo()).collect::<Vec<_>>()
    };
    if size.saturating_mul(connections) < LARGE {
        return make();
    }
    // Stop shall not wait for it.
    match tokio::task::spawn_blocking(make).await {
        Ok(ready) => ready,
        Err(_) => make(),
    }
}

fn cpus() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Completes when the deadline of what is waited for has passed; the deadline moves on meanwhile, so
/// it is looked at again each time the timer fires, not each time it moves.
async fn expired(watch: &Watch) {
    while Instant::now() < watch.deadline.get() {
        tokio::time::sleep_until(watch.deadline.get().into()).await;
    }
}

/// Shows the run while a server keeps it waiting: pictures are otherwise taken when something has
/// come. Where probes go back and forth it only looks at a number, now and then.
async fn show_stalls(recording: &RefCell<Recording<'_, '_>>) -> Infallible {
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
struct Recording<'r, 'a> {
    execution: &'r mut Execution<'a>,
    current: &'r mut Current,
    /// Lines and probes written down.
    news: u64,
}

impl Recording<'_, '_> {
    fn publish(&mut self) {
        let now = Some((self.current.visit, Some(&*self.current)));
        self.execution.publish(now);
    }

    fn line(&mut self, lane: usize, phase: Phase, direction: Direction, text: &str) {
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
        let place = match probe.rtt_ns() {
            Some(rtt_ns) if rtt_ns < SLOW_PROBE_NS => Place::AmongQuickProbes,
            _ => Place::AmongSlowProbes,
        };
        recording.execution.pace.is_due(now, place)
    }

    fn pause(&mut self) {
        self.borrow_mut().publish();
    }

    fn stalled(&mut self) {
        self.borrow_mut().publish();
    }

    fn work(&mut self, lane: usize, work: Work) {
        if let Some(round) = self.borrow_mut().current.rounds.get_mut(lane) {
            round.work = Some(work);
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
}
