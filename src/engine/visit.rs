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
use super::lane::Reading;
use super::progress::Place;
use super::route::route;
use super::session::{Order, Watch, nanoseconds};
use super::trial::{Before, Found, RETURN_AFTER_A_TRIAL, STALL_OF_A_TRIAL};
use crate::experiment::{PointSpec, QuickAck, Visit};
use crate::measurement::{
    Direction, Fault, FaultKind, FaultPhase, PointFigures, Probes, Round, Side, TranscriptLine,
};
use crate::protocol::{EchoStyle, Phase, Setup, quote};

/// A server that closes a session may need a moment before it takes the next one.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);
/// How long the return of a server is awaited that was there before: some end after a session and are
/// started anew, and a Java machine takes its time for that.
const RETURN: Duration = Duration::from_secs(3);
/// How long a server may take to be there again before it is said to be gone.
const SAID_TO_BE_GONE: Duration = Duration::from_secs(1);
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
    /// The style of its echoes, where that was not known.
    pub echo: Option<EchoStyle>,
    /// The connection that was spoken over last.
    pub lane: usize,
    /// Whether it is a round of the run from the start: one of a trial is only once that went well, and one beside
    /// the plan never.
    pub is_round: bool,
}

/// What a session is to be like.
pub(super) struct Terms {
    setup: Setup,
    connections: u32,
    depth: u32,
    time_out: Duration,
    quick_ack: bool,
}

impl Terms {
    /// The same with what comes acknowledged at once.
    pub fn with_quick_ack(self) -> Self {
        Self {
            quick_ack: true,
            ..self
        }
    }

    /// The same over one connection, with one probe at a time.
    pub fn of_one_connection(self) -> Self {
        Self {
            connections: 1,
            depth: 1,
            ..self
        }
    }

    /// Whether what is measured is the same, however long it is waited for.
    pub fn ask_the_same_as(&self, other: &Self) -> bool {
        (self.setup, self.connections, self.depth) == (other.setup, other.connections, other.depth)
    }
}

impl Current {
    /// Of which nothing is there yet.
    pub fn new(visit: Visit) -> Self {
        Self {
            visit,
            rounds: Vec::new(),
            began: Instant::now(),
            echo: None,
            lane: 0,
            is_round: true,
        }
    }

    /// Of a session whose figures are not the run's.
    pub fn beside(visit: Visit) -> Self {
        Self {
            is_round: false,
            ..Self::new(visit)
        }
    }

    /// Probes that are over.
    pub fn probes(&self) -> u64 {
        let rounds = self.rounds.iter();
        rounds.map(|round| round.probes.len() as u64).sum()
    }

    /// Whether it ended while a connection was set up beside others that had been accepted.
    pub fn is_beside_another(&self, phase: FaultPhase) -> bool {
        phase == FaultPhase::Setup && self.lane > 0
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
        let mut before: Option<Before> = None;
        let mut found: Option<Found> = None;
        loop {
            let mut current = match self.trial {
                Some(_) => Current::beside(visit),
                None => Current::new(visit),
            };
            let terms = self.terms(&spec);
            let connections = match self.open_all(&terms, &mut current, addresses, stop).await {
                Ok(connections) => connections,
                Err(NotOpened::Stopped) => {
                    return Err(self.cut_off(before, &spec, End::Stopped(FaultPhase::Connect)));
                }
                Err(NotOpened::Fault(fault)) => {
                    // What worked was measured before the server went.
                    if let (Some(found), Some(earlier)) = (found.take(), &before)
                        && let Some(current) = self.take_up(found, &spec, &earlier.fault)
                    {
                        return self.visited(current, &spec, Ok(()));
                    }
                    // One that answers nobody takes no more connections once those that wait are many: that is
                    // our doing, and what it did before is what there is to say of it.
                    if let Some(before) = before.take_if(|_| fault.kind == FaultKind::TimedOut) {
                        self.ended_with(self.sessions, &fault);
                        let (current, fault) = self.trials_are_over(before);
                        return self.visited(current, &spec, Err(fault));
                    }
                    let end = self.not_opened(visit, fault);
                    return end.map_err(|end| self.cut_off(before, &spec, end));
                }
            };
            let result = self.session(&terms, connections, &mut current, stop).await;
            let server = self.run.server.clone();
            match (result, before.take()) {
                (Err(fault), earlier) if may_be_ending && self.looks_like_an_end(&fault) => {
                    before = earlier;
                    may_be_ending = false;
                    self.line(
                        self.sessions,
                        Phase::Setup,
                        Direction::Event,
                        &fault.message,
                    );
                }
                (Err(fault), earlier) if fault.kind == FaultKind::Stopped => {
                    // What was measured before the trials is more than what one of them was.
                    let current = match earlier {
                        Some(earlier) => self.trials_are_over(earlier).0,
                        None => current,
                    };
                    return self.visited(current, &spec, Err(fault));
                }
                (result, Some(earlier)) if found.is_some() => {
                    // Whether the variant was needed is known now.
                    let Some(found) = found.take().filter(|_| result.is_err()) else {
                        self.was_only_busy(&spec, current.echo.take(), &earlier.fault);
                        continue;
                    };
                    if let Some(current) = self.take_up(found, &spec, &earlier.fault) {
                        return self.visited(current, &spec, Ok(()));
                    }
                }
                (Err(fault), earlier) if self.next_trial(&current, &spec, &fault) => {
                    before = Some(earlier.unwrap_or(Before {
                        current,
                        fault,
                        server,
                    }));
                    // What was shown of it is not the run's while it is not known whether a variant works.
                    self.figures_of_rounds(visit.point);
                    may_be_ending = true;
                    self.publish(Some((visit, None)));
                }
                (Err(_), Some(earlier)) => {
                    let (current, fault) = self.trials_are_over(earlier);
                    return self.visited(current, &spec, Err(fault));
                }
                (Ok(()), Some(earlier)) if self.milder.is_some() => {
                    let Before { fault, .. } = &earlier;
                    self.went_well(&spec, current.echo.take());
                    self.milder_went_well(&current, &spec, fault);
                    return self.visited(earlier.current, &spec, Err(earlier.fault));
                }
                (Ok(()), Some(earlier)) if earlier.may_have_been_busy() => {
                    found = Some(self.try_as_asked(terms, current));
                    before = Some(earlier);
                    may_be_ending = true;
                }
                (Ok(()), Some(Before { fault, .. })) => {
                    self.went_well(&spec, current.echo.take());
                    self.trial_went_well(&spec, &fault);
                    if terms.ask_the_same_as(&self.terms(&spec)) {
                        return self.visited(current, &spec, Ok(()));
                    }
                }
                (result, None) => return self.visited(current, &spec, result),
            }
        }
    }

    /// Whether a session may have ended like that because the server did: it took the connection, and was gone.
    fn looks_like_an_end(&self, fault: &Fault) -> bool {
        let has_served = self.served > 0 && self.trial.is_none();
        fault.phase == FaultPhase::Setup
            && (fault.kind == FaultKind::Reset
                || (has_served && fault.kind == FaultKind::ClosedEarly))
    }

    /// What a session is to be like: as the profile has it, or as a trial does.
    pub(super) fn terms(&self, spec: &PointSpec) -> Terms {
        let profile = self.profile();
        let (setup, time_out) = (self.plan.setup(spec), self.time_out());
        let as_asked = Terms {
            setup,
            connections: profile.connections,
            depth: profile.depth,
            time_out,
            quick_ack: profile.socket.quick_ack == QuickAck::On,
        };
        if self.trial.is_none() {
            return as_asked;
        }
        Terms {
            setup: self.plan.setup(&self.spec_of_trial(spec)),
            time_out: STALL_OF_A_TRIAL.min(time_out),
            ..as_asked.of_one_connection()
        }
    }

    /// Opens the connections of a round, one after the other.
    pub(super) async fn open_all(
        &mut self,
        terms: &Terms,
        current: &mut Current,
        addresses: &mut [SocketAddr],
        stop: &CancellationToken,
    ) -> Result<Vec<Connection>, NotOpened> {
        let mut connections = Vec::new();
        for lane in 0..terms.connections {
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
            let round = self.begin(terms, current.visit, lane + 1, &connection);
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

    fn begin(&self, terms: &Terms, visit: Visit, connection: u32, opened: &Connection) -> Round {
        Round {
            number: visit.round,
            connection,
            session: self.sessions,
            warmup: self.profile().uncounted_probes(),
            depth: terms.depth,
            connect_ns: Some(nanoseconds(opened.took)),
            local: opened.stream.local_addr().ok(),
            // Room for every probe now: it must not be made between two of them.
            probes: Probes::with_room_for(terms.setup.probes as usize),
            work: None,
            tcp: None,
        }
    }

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
        drop(recording);
        current.lane = watch.lane.get();
        result
    }

    /// Opens a connection. The return of a server that was there before is awaited for a while.
    async fn open(&mut self, addresses: &[SocketAddr]) -> Result<Connection, Fault> {
        let began = Instant::now();
        let patience = match &self.trial {
            Some(_) => RETURN_AFTER_A_TRIAL,
            None if self.opened > 0 => RETURN,
            None => Duration::ZERO,
        };
        let mut is_said = false;
        loop {
            let options = &self.profile().socket;
            let opened = connect(&self.host, addresses, options, self.time_out()).await;
            let is_gone = matches!(&opened, Err(fault) if fault.kind == FaultKind::Refused);
            if !is_gone || began.elapsed() >= patience {
                if let Some(trial) = &mut self.trial {
                    trial.awaits_server = false;
                }
                return opened;
            }
            if !is_said && began.elapsed() >= SAID_TO_BE_GONE {
                is_said = true;
                let text = format!(
                    "the server is gone; its return is awaited for {} s",
                    patience.as_secs()
                );
                self.line(self.sessions, Phase::Setup, Direction::Event, &text);
                if let Some(trial) = &mut self.trial {
                    trial.awaits_server = true;
                    self.publish(None);
                }
            }
            tokio::time::sleep(RECONNECT_PAUSE).await;
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
        Err(End::Gone(match &self.trial {
            Some(trial) => fault::gone_while_trying(&trial.differs, &fault),
            None => fault::server_gone(self.opened, self.served, &fault),
        }))
    }

    /// Ends the trials before it is known what works: what was measured before them stays.
    fn cut_off(&mut self, before: Option<Before>, spec: &PointSpec, end: End) -> End {
        if let Some(before) = before {
            let (current, fault) = self.trials_are_over(before);
            // The run ends in any case; how is known.
            let _ = self.visited(current, spec, Err(fault));
        }
        end
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
            echo,
            ..
        } = current;
        if result.is_ok() {
            self.went_well(spec, echo);
        }
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
            self.ended_with(session, &fault);
            if fault.kind == FaultKind::Stopped {
                return Err(End::Stopped(fault.phase));
            }
            if fault.kind == FaultKind::NotLetIn {
                return Err(End::Gone(fault));
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

    /// Writes down how a session ended.
    pub(super) fn ended_with(&mut self, session: u32, fault: &Fault) {
        let phase = match fault.phase {
            FaultPhase::Resolve | FaultPhase::Connect | FaultPhase::Setup => Phase::Setup,
            FaultPhase::Measurement => Phase::Measurement,
            FaultPhase::Termination => Phase::Termination,
        };
        self.line(session, phase, Direction::Event, &fault.message);
    }

    /// Works out a point's figures anew, from the rounds that it has.
    fn figures_of_rounds(&mut self, point: usize) {
        let known = self.run.points.get(point).zip(self.figures.get_mut(point));
        if let Some((measured, figures)) = known {
            *figures = PointFigures::new(measured.spec.message_size);
            for round in &measured.rounds {
                figures.feed(round);
            }
        }
        if let Some(stale) = self.stale.get_mut(point) {
            *stale = true;
        }
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
pub(super) enum NotOpened {
    Stopped,
    Fault(Fault),
}
