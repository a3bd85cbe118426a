//! One visit to a point: a connection, the session over it, and what becomes of both.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::connect::{Connection, connect};
use super::conversation::{Recording, converse, expired, show_stalls};
use super::executor::{End, Execution};
use super::fault;
use super::progress::Place;
use super::route::route;
use super::session::{Order, Watch, nanoseconds};
use crate::experiment::{PointSpec, Visit};
use crate::measurement::{
    Direction, Fault, FaultKind, FaultPhase, Probes, Round, Side, TranscriptLine,
};
use crate::protocol::{Phase, quote};

/// A server that closes a session may need a moment before it takes the next one.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);
/// How often a server that was there before is tried before it is called gone: for longer than half a
/// second, so that one that is started anew in that time is met.
const RECONNECT_TRIES: u32 = 5;
/// Connections in a row that time out before the server is called gone.
const TIME_OUTS_UNTIL_GONE: u32 = 2;
/// Setups in a row without any answer before a server that never gave one is left alone: each costs the
/// whole time-out, and every point would have its turn in every round.
const UNANSWERED_UNTIL_GONE: u32 = 3;

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

    pub fn session(&self, lane: usize) -> u32 {
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
            self.look_at_the_first(&connection);
            let round = self.begin(current.visit, lane + 1, &connection);
            current.rounds.push(round);
            connections.push(connection);
        }
        Ok(connections)
    }

    /// Of the first connection of a run, what the system made of it.
    fn look_at_the_first(&mut self, connection: &Connection) {
        if self.run.socket.is_some() {
            return;
        }
        self.run.socket = Some(connection.settings(&self.profile().socket));
        if let Ok(local) = connection.stream.local_addr() {
            self.run.route = Some(route(local, connection.address));
        }
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
        connections: Vec<Connection>,
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
        let recording = RefCell::new(Recording::new(self, current));
        let result = tokio::select! {
            biased;
            result = converse(connections, &order, &watch, &recording, attention, stop) => result,
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
            let options = &self.profile().socket;
            match connect(&self.host, addresses, options, self.time_out()).await {
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
            if let Some(figures) = self.figures.get_mut(visit.point) {
                figures.feed(&round);
            }
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
            if self.served == 0
                && (fault.phase, fault.kind) == (FaultPhase::Setup, FaultKind::TimedOut)
            {
                self.unanswered += 1;
                if self.unanswered >= UNANSWERED_UNTIL_GONE {
                    return Err(End::Gone(fault::never_answered(self.unanswered, &fault)));
                }
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
            self.show((visit, None));
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
