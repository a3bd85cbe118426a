//! The execution of a run: visits its points round by round and keeps all that is found.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::attention::Attention;
use super::calibration::calibrate;
use super::connect::resolve;
use super::open_point::OpenPoint;
use super::picture::LONGEST_FRAME;
use super::progress::{Forecast, Outlet, Pace};
use super::quiet::wait_until_quiet;
use super::speech::Speech;
use super::trial::Trial;
use super::{RunRequest, fault};
use crate::experiment::{Order, Patience, Plan, PointSpec, Profile, Target, Visit, authority};
use crate::measurement::{
    Fault, FaultPhase, Point, PointFigures, Run, RunId, RunState, Traits, Transcript, check_run,
};
use crate::protocol::AccessKey;

/// Runs a profile from its first visit to its last, or until `stop`.
pub(super) async fn execute(
    id: RunId,
    request: RunRequest,
    stop: &CancellationToken,
    attention: &Attention,
    outlet: &Outlet,
) -> Run {
    let before = request.resumes.clone();
    let mut execution = Execution::new(id, request, attention, outlet);
    if let Some(before) = before {
        execution.go_on_with(&before);
    }
    execution.publish(None);
    let found = tokio::select! {
        biased;
        () = stop.cancelled() => Err(End::Stopped(FaultPhase::Resolve)),
        found = execution.prepare() => found.map_err(End::Gone),
    };
    let end = match found {
        Ok(addresses) => execution.visit_all(addresses, stop).await,
        Err(end) => Err(end),
    };
    if end.is_ok() {
        execution.calibrate_again();
    }
    execution.finish(end)
}

/// Why a run ends before its last visit.
pub(super) enum End {
    Stopped(FaultPhase),
    /// There is no server, or none any more.
    Gone(Fault),
}

/// A message size that is in every course's list, and large beside a probe's own words.
const ORDINARY_SIZE: u64 = 100;

/// How often calibrating is begun anew because a command came meanwhile that was not Stop.
const CALIBRATION_TRIES: u32 = 3;

pub(super) struct Execution<'a> {
    pub run: Run,
    pub plan: Plan,
    pub host: String,
    /// What a server that wants it is shown on each connection.
    pub access_key: Option<AccessKey>,
    pub port: u16,
    pub outlet: &'a Outlet,
    pub attention: &'a Attention,
    pub pace: Pace,
    pub forecast: Forecast,
    pub visits_done: u64,
    pub probes_done: u64,
    pub sessions: u32,
    /// Connections that were opened.
    pub opened: u64,
    /// Sessions in which something was measured.
    pub served: u64,
    pub time_outs: u32,
    /// Setups that were not answered, while none was.
    pub unanswered: u32,
    /// Points whose figures do not know their last round yet.
    pub stale: Vec<bool>,
    /// How far each point is.
    pub open: Vec<OpenPoint>,
    /// What is known of each point's samples so far.
    pub figures: Vec<PointFigures>,
    /// What is known of waiting for each point's echoes: a connection has too few probes to learn it
    /// anew each time.
    pub patience: Vec<Patience>,
    /// Time between the end of the run and its going on.
    pub away: Duration,
    /// How the server is spoken to.
    pub speech: Speech,
    /// The variant of the protocol that is being tried.
    pub trial: Option<Trial>,
    /// What a trial asks for that asks for less than its point.
    pub milder: Option<PointSpec>,
    /// A server delay with which no echo came in time, where they come without one.
    pub long_delay: Option<u64>,
    /// Whether probes take so short a time that a window that draws beside them would show in it.
    pub frames_show: bool,
}

impl<'a> Execution<'a> {
    fn new(id: RunId, request: RunRequest, attention: &'a Attention, outlet: &'a Outlet) -> Self {
        let origin = Instant::now();
        let plan = Plan::new(&request.profile);
        let points: Vec<Point> = plan.points().iter().copied().map(Point::new).collect();
        Self {
            pace: Pace::new(origin),
            forecast: Forecast::new(points.len()),
            stale: vec![false; points.len()],
            open: vec![OpenPoint::new(plan.rounds()); points.len()],
            figures: points
                .iter()
                .map(|point| PointFigures::new(point.spec.message_size))
                .collect(),
            patience: vec![Patience::new(request.profile.wait, cpus()); points.len()],
            frames_show: false,
            speech: speech_for(&request.profile),
            away: Duration::ZERO,
            trial: None,
            milder: None,
            long_delay: None,
            run: Run {
                id,
                started: Timestamp::now(),
                origin,
                state: RunState::Running,
                error: None,
                destination: authority(&request.host, request.port),
                environment: request.environment,
                points,
                transcript: Transcript::default(),
                seed: request.profile.seed.unwrap_or_else(any_seed),
                calibration: None,
                socket: None,
                route: None,
                checks: Vec::new(),
                server: Traits::default(),
                profile: request.profile,
            },
            plan,
            host: request.host,
            access_key: request.access_key,
            port: request.port,
            outlet,
            attention,
            visits_done: 0,
            probes_done: 0,
            sessions: 0,
            opened: 0,
            served: 0,
            time_outs: 0,
            unanswered: 0,
        }
    }

    pub(super) fn profile(&self) -> &Profile {
        &self.run.profile
    }

    /// Probes of one visit, over all its connections.
    pub(super) fn probes_a_visit(&self) -> u64 {
        u64::from(self.profile().announced_probes()) * u64::from(self.profile().connections)
    }

    pub(super) fn time_out(&self) -> Duration {
        Duration::from_millis(self.profile().timeout_ms)
    }

    /// What comes before the first connection: the instrument is measured, and the host is found.
    async fn prepare(&mut self) -> Result<Vec<SocketAddr>, Fault> {
        self.calibrate().await;
        self.resolve().await
    }

    async fn calibrate(&mut self) {
        let attention = self.attention;
        // What was said before this run is known.
        attention.heard();
        // The window has something to draw when a run begins.
        wait_until_quiet(LONGEST_FRAME, &|| attention.is_wanted());
        for _ in 0..CALIBRATION_TRIES {
            let found = calibrate(self.profile().wait, &|| attention.is_wanted());
            self.run.calibration = found;
            if found.is_some() || !attention.is_wanted() {
                return;
            }
            // Somebody rang. It may be Stop, which ends this here.
            attention.heard();
            tokio::task::yield_now().await;
        }
    }

    /// The machine may have been slower just before the run than in it: then the floor would stand above
    /// what was measured.
    fn calibrate_again(&mut self) {
        let attention = self.attention;
        let again = calibrate(self.profile().wait, &|| attention.is_wanted());
        self.run.calibration = match (self.run.calibration, again) {
            (Some(before), Some(after)) => Some(before.or_lesser(after)),
            (one, other) => one.or(other),
        };
    }

    async fn resolve(&self) -> Result<Vec<SocketAddr>, Fault> {
        resolve(&self.host, self.port, self.time_out()).await
    }

    async fn visit_all(
        &mut self,
        mut addresses: Vec<SocketAddr>,
        stop: &CancellationToken,
    ) -> Result<(), End> {
        for round in 1..=self.plan.rounds().most() {
            self.close_overdue(round);
            let mut order = self.plan.order(round, self.run.seed);
            order.retain(|point| self.is_open(*point) && !self.was_visited(*point, round));
            self.easiest_first(&mut order);
            if order.is_empty() && !self.has_open_points() {
                break;
            }
            for point in order {
                let Some(spec) = self.plan.points().get(point).copied() else {
                    continue;
                };
                let visit = Visit { round, point };
                if self.passes_over(visit, &spec) {
                    continue;
                }
                self.visit(visit, spec, &mut addresses, stop).await?;
            }
            self.look(round);
        }
        self.look_for_delayed_acks(&mut addresses, stop).await;
        self.find_delay_unit(&mut addresses, stop).await;
        Ok(())
    }

    /// A stranger may count the server delay in seconds, and serve nobody else meanwhile: what can be measured
    /// without one is measured before. And it may mind a size, or stumble over a byte or a megabyte: what it says
    /// to an ordinary one is about how it was spoken to.
    fn easiest_first(&self, order: &mut [usize]) {
        let is_known = self.served > 0 || self.speech.is_of_the_text();
        if is_known || self.profile().order != Order::Random {
            return;
        }
        let spec = |point: &usize| self.plan.points().get(*point).copied();
        order.sort_by_key(|point| spec(point).map(|spec| spec.server_delay_ms));
        let how_odd = |size: u64| size.max(ORDINARY_SIZE) / size.clamp(1, ORDINARY_SIZE);
        let easiest = order.iter().enumerate().min_by_key(|(_, point)| {
            spec(point).map(|spec| (spec.server_delay_ms, how_odd(spec.message_size)))
        });
        if let Some((place, _)) = easiest
            && let Some(up_to_it) = order.get_mut(..=place)
        {
            up_to_it.rotate_right(1);
        }
    }

    fn finish(mut self, end: Result<(), End>) -> Run {
        self.refresh_statistics();
        self.run.checks = check_run(&self.run);
        match end {
            Ok(()) => {}
            Err(End::Stopped(phase)) => {
                for (index, point) in self.run.points.iter_mut().enumerate() {
                    if self.open.get(index).is_some_and(OpenPoint::wants_more) {
                        point.error.get_or_insert(fault::stopped(phase));
                    }
                }
                self.run.state = RunState::Stopped;
                self.run.error = Some("The run was stopped; what was measured is kept.".to_owned());
                return self.run;
            }
            Err(End::Gone(fault)) => {
                for (index, point) in self.run.points.iter_mut().enumerate() {
                    if self.open.get(index).is_some_and(OpenPoint::wants_more) {
                        point.error.get_or_insert(fault.clone());
                    }
                }
            }
        }
        let first = self
            .run
            .points
            .iter()
            .find_map(|point| point.error.as_ref());
        (self.run.state, self.run.error) = match first {
            Some(fault) => (RunState::Failed, Some(fault.message.clone())),
            None => (RunState::Finished, None),
        };
        self.run
    }
}

/// What is known beforehand of how a profile's server speaks.
fn speech_for(profile: &Profile) -> Speech {
    let idiom = profile.idiom();
    // Nothing has to be found out of our own server, nor of an echo service.
    if profile.strict || profile.target == Target::Embedded || !idiom.dialect.has_phases() {
        Speech::of_the_text(idiom)
    } else {
        Speech::of_a_stranger(idiom)
    }
}

/// Processors this program may use.
pub(super) fn cpus() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// A seed that can be read out and typed in.
fn any_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish() % 1_000_000
}
