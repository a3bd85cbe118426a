//! One visit to a point: a connection, the session over it, and what becomes of both.

use std::cell::RefCell;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::connect::{Connection, connect};
use super::executor::{End, Execution};
use super::fault;
use super::session::{self, Order, Recorder, Watch, nanoseconds};
use crate::experiment::{PointSpec, Visit};
use crate::measurement::{
    Direction, Fault, FaultKind, FaultPhase, Probe, Probes, Round, Side, TranscriptLine,
};
use crate::protocol::{Phase, quote};

/// How long nothing may come before the run is shown as it waits.
const STALL: Duration = Duration::from_millis(250);
/// A server that closes a session may need a moment before it takes the next one.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);
/// How often a server that was there before is tried before it is called gone: for longer than half a
/// second, so that one that is started anew in that time is met.
const RECONNECT_TRIES: u32 = 5;
/// Connections in a row that time out before the server is called gone.
const TIME_OUTS_UNTIL_GONE: u32 = 2;

/// A visit that is going on.
pub(super) struct Current {
    pub visit: Visit,
    pub round: Round,
    pub began: Instant,
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
        let mut may_be_ending = self.served > 0;
        loop {
            let began = Instant::now();
            self.sessions += 1;
            let opened = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(End::Stopped(FaultPhase::Connect)),
                opened = self.open(addresses) => opened,
            };
            let connection = match opened {
                Ok(connection) => connection,
                Err(fault) => return self.not_opened(visit, fault),
            };
            self.opened += 1;
            self.time_outs = 0;
            // All rounds are to measure the same path, so the address that was taken stays first.
            if let Some(taken) = addresses.iter().position(|a| *a == connection.address)
                && let Some(up_to_taken) = addresses.get_mut(..=taken)
            {
                up_to_taken.rotate_right(1);
            }
            let mut current = self.begin(visit, &connection, began);
            match self.session(connection, &mut current, &spec, stop).await {
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

    fn begin(&self, visit: Visit, connection: &Connection, began: Instant) -> Current {
        let round = Round {
            number: visit.round,
            connection: 1,
            depth: 1,
            session: self.sessions,
            warmup: self.profile().warmup,
            connect_ns: Some(nanoseconds(connection.took)),
            local: connection.stream.local_addr().ok(),
            // Room for every probe now: the vector must not grow between two of them.
            probes: Probes::with_room_for(self.profile().announced_probes() as usize),
            work: None,
            tcp: None,
        };
        Current {
            visit,
            round,
            began,
        }
    }

    /// Runs a session until its end, its time-out or Stop.
    async fn session(
        &mut self,
        connection: Connection,
        current: &mut Current,
        spec: &PointSpec,
        stop: &CancellationToken,
    ) -> Result<(), Fault> {
        let mut stream = connection.stream;
        let order = Order {
            setup: self.plan.setup(spec),
            dialect: self.profile().dialect,
            strict: self.profile().strict,
            time_out: self.time_out(),
            origin: self.run.origin,
        };
        let watch = Watch::new(Instant::now() + order.time_out);
        // Shared with the session, which holds it only while a line or a probe is written down.
        let recording = RefCell::new(Recording {
            execution: self,
            current,
            news: 0,
        });
        recording.borrow_mut().line(
            Phase::Setup,
            Direction::Event,
            &format!("connected to {}", connection.address),
        );
        let mut recorder = &recording;
        let result = tokio::select! {
            biased;
            result = session::run(&mut stream, &order, &watch, &mut recorder) => result,
            () = stop.cancelled() => Err(fault::stopped(watch.phase.get().into())),
            () = expired(&watch) => Err(watch.timed_out(&order.setup)),
            never = show_stalls(&recording) => match never {},
        };
        drop(stream);
        let mut recording = recording.into_inner();
        let heard = watch.heard.take();
        if !heard.is_empty() {
            recording.line(watch.phase.get(), Direction::Received, &quote(&heard));
        }
        // A probe that was waited for when the session ended was sent all the same.
        if let Some(sent) = watch.in_flight.sent.get() {
            let sent_ns = nanoseconds(sent.duration_since(order.origin));
            current.round.probes.push(Probe::new(sent_ns, None));
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
        let Current {
            visit,
            mut round,
            began,
        } = current;
        let complete = round.probes.len() as u64 == u64::from(self.profile().announced_probes());
        if complete {
            let delay = Duration::from_millis(spec.server_delay_ms);
            let delays = delay.saturating_mul(self.profile().announced_probes());
            self.forecast.seen(visit.point, began.elapsed(), delays);
        } else {
            self.forecast.failed(visit.point, began.elapsed());
            // Many rounds that fail early must not hold room for all they were to measure.
            round.probes.shrink_to_fit();
        }
        if round.probes.iter().any(|probe| probe.rtt_ns().is_some()) || result.is_ok() {
            self.served += 1;
        }
        let session = round.session;
        if let Some(point) = self.run.points.get_mut(visit.point) {
            point.rounds.push(Arc::new(round));
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
        // A visit cut short by a fault counts whole: its probes will not come any more.
        self.probes_done = self.visits_done * u64::from(self.profile().announced_probes());
        if self.pace.is_due(now, false) {
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
}

impl Recorder for &RefCell<Recording<'_, '_>> {
    fn line(&mut self, phase: Phase, direction: Direction, text: &str) {
        self.borrow_mut().line(phase, direction, text);
    }

    fn probe(&mut self, probe: Probe, now: Instant) {
        self.borrow_mut().probe(probe, now);
    }
}

impl Recorder for Recording<'_, '_> {
    fn line(&mut self, phase: Phase, direction: Direction, text: &str) {
        self.news += 1;
        let session = self.current.round.session;
        self.execution.line(session, phase, direction, text);
    }

    fn probe(&mut self, probe: Probe, now: Instant) {
        self.news += 1;
        self.current.round.probes.push(probe);
        if self.execution.pace.is_due(now, true) {
            self.publish();
        }
    }
}
