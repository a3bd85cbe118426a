//! Going on with a run that ended before its last visit: a server that ends after a session can be started
//! again, and what was measured until then is kept.

use std::time::Duration;

use super::executor::Execution;
use super::open_point::OpenPoint;
use super::speech::Speech;
use crate::experiment::Rounds;
use crate::measurement::{Direction, FaultKind, FaultPhase, Point, Run, RunState};
use crate::protocol::{EchoStyle, Phase};

/// Whether a run ended because its server was gone, or was stopped, with visits left.
#[must_use]
pub fn can_be_resumed(run: &Run) -> bool {
    let has_ended = matches!(run.state, RunState::Failed | RunState::Stopped);
    has_ended && run.points.iter().any(was_cut_off)
}

/// Whether a point has no more rounds because the run ended, and not because it failed itself.
fn was_cut_off(point: &Point) -> bool {
    point
        .error
        .as_ref()
        .is_some_and(|fault| fault.kind == FaultKind::Stopped || fault.phase == FaultPhase::Connect)
}

impl Execution<'_> {
    /// Takes over what an earlier run of the same profile measured.
    pub(super) fn go_on_with(&mut self, before: &Run) {
        let now = self.run.environment.clone();
        self.run = before.clone();
        self.run.state = RunState::Running;
        self.run.error = None;
        self.run.environment = now;
        self.run.checks.clear();
        for point in &mut self.run.points {
            if was_cut_off(point) {
                point.error = None;
            }
        }
        let rounds = self.plan.rounds();
        let points = self
            .run
            .points
            .iter()
            .zip(&mut self.open)
            .zip(&mut self.figures);
        for ((point, open), figures) in points {
            *open = OpenPoint::new(rounds);
            let mut last = 0;
            for round in &point.rounds {
                figures.feed(round);
                if round.number != last {
                    last = round.number;
                    open.visited();
                    self.visits_done += 1;
                }
                self.sessions = self.sessions.max(round.session);
            }
            if point.outcome.is_some() && matches!(rounds, Rounds::UntilPrecise(_)) {
                open.close();
            }
        }
        let last = self
            .run
            .transcript
            .lines
            .iter()
            .map(|line| line.at_ns)
            .max();
        let ended = u64::try_from(last.unwrap_or_default()).unwrap_or_default();
        let elapsed = self.run.origin.elapsed();
        self.away = elapsed.saturating_sub(Duration::from_nanos(ended));
        let sessions = self.run.transcript.lines.iter().map(|line| line.session);
        self.sessions = self.sessions.max(sessions.max().unwrap_or_default());
        self.probes_done = self.visits_done * self.probes_a_visit();
        if self.visits_done > 0 && !self.speech.is_of_the_text() {
            let idiom = self.profile().idiom();
            let echo = self.run.server.echo.clone();
            let echo = echo.unwrap_or_else(|| EchoStyle::whole(idiom));
            self.speech = Speech::of_a_stranger(idiom);
            self.speech.went_well(Some(echo));
        }
        self.line(0, Phase::Setup, Direction::Event, "resumed");
    }

    /// Time that was spent on the run, without that between its end and its going on.
    pub(super) fn spent(&self) -> Duration {
        self.run.origin.elapsed().saturating_sub(self.away)
    }

    /// Whether a point was visited in a round before the run was resumed.
    pub(super) fn was_visited(&self, point: usize, round: u32) -> bool {
        let point = self.run.points.get(point);
        point.is_some_and(|point| point.rounds.iter().any(|known| known.number == round))
    }
}
