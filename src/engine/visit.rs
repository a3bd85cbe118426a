//! One visit to a point: a connection, the session over it, and what becomes of both.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::executor::{End, Execution};
use super::fault;
use super::opening::NotOpened;
use super::progress::Place;
use super::session::nanoseconds;
use super::trial::{Before, Found};
use crate::experiment::{PointSpec, Visit};
use crate::measurement::{
    Direction, Fault, FaultKind, FaultPhase, PointFigures, Round, Side, TranscriptLine,
};
use crate::protocol::{EchoStyle, Phase};

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
        let is_echo = |round: &Round| round.probes.iter().any(|probe| probe.rtt_ns().is_some());
        let has_echoes = rounds.iter().any(is_echo);
        for mut round in rounds.drain(..) {
            if is_echo(&round) || result.is_ok() {
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
            if let Some(delay) = self.long_delay
                && (fault.phase, fault.kind) == (FaultPhase::Setup, FaultKind::TimedOut)
            {
                return Err(End::Gone(fault::still_delays(delay, &fault)));
            }
            self.look_for_long_delay(has_echoes, spec, &fault);
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
