//! The picture of a run as it goes: figures that are up to date, and the time until the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::RunProgress;
use super::executor::Execution;
use super::quiet::wait_until_quiet;
use super::visit::Current;
use crate::experiment::{Rounds, Visit};

/// How long a window may take to draw before the measuring goes on all the same.
pub(super) const LONGEST_FRAME: Duration = Duration::from_millis(60);

impl Execution<'_> {
    /// Shows the run as it stands, with the round that is going on.
    pub(super) fn publish(&mut self, at: Option<(Visit, Option<&Current>)>) {
        let began = Instant::now();
        let visit = at.map_or(Visit { round: 1, point: 0 }, |(visit, _)| visit);
        self.refresh_statistics();
        let mut picture = self.run.clone();
        let mut probes_done = self.probes_done;
        let mut spent = Duration::ZERO;
        if let Some((_, Some(current))) = at
            && current.is_round
            && let Some(point) = picture.points.get_mut(current.visit.point)
        {
            probes_done += current.probes();
            spent = current.began.elapsed();
            let rounds = current.rounds.iter().cloned().map(Arc::new);
            point.rounds.extend(rounds);
            if let Some(figures) = self.figures.get_mut(current.visit.point) {
                for round in &current.rounds {
                    figures.feed(round);
                }
                point.statistics = figures.statistics();
            }
        }
        let current_visit = at.is_some_and(|(_, current)| current.is_some());
        self.outlet.picture(Some(RunProgress {
            run: Arc::new(picture),
            visits_done: self.visits_done,
            visits_total: self.visits_done + self.visits_to_come(),
            probes_done,
            probes_total: self.plan.probes(self.visits_done + self.visits_to_come()),
            time_left: at.and_then(|_| self.time_left(visit, current_visit, spent)),
            point: visit.point,
            round: visit.round,
            trial: self.trial.clone(),
        }));
        self.pace.taken(began, Instant::now());
    }

    /// Shows the run where nothing is in flight, and lets the window draw before anything is: a frame
    /// that is drawn on the next processor is seen in the round-trip times of a short path.
    pub(super) fn show(&mut self, at: (Visit, Option<&Current>)) {
        self.publish(Some(at));
        if self.frames_show {
            let attention = self.attention;
            let drawn = wait_until_quiet(LONGEST_FRAME, &|| attention.is_wanted());
            self.pace.waited(drawn, Instant::now());
        }
    }

    pub(super) fn refresh_statistics(&mut self) {
        let points = self.run.points.iter_mut().zip(&self.figures);
        for ((point, figures), stale) in points.zip(&mut self.stale) {
            if std::mem::take(stale) {
                point.statistics = figures.statistics();
            }
        }
    }

    /// Visits that are likely to come, the one that is going on included.
    fn visits_to_come(&self) -> u64 {
        let open = self.open.iter();
        open.map(|open| u64::from(open.visits_to_come())).sum()
    }

    /// The time for every visit that is likely to come, the one that is going on included.
    pub(super) fn time_left(
        &self,
        at: Visit,
        is_going_on: bool,
        spent: Duration,
    ) -> Option<Duration> {
        let probes = self.profile().announced_probes();
        let (mut left, mut round) = (Duration::ZERO, Duration::ZERO);
        for (index, (spec, open)) in self.plan.points().iter().zip(&self.open).enumerate() {
            if open.visits_to_come() == 0 {
                continue;
            }
            let delay = Duration::from_millis(spec.server_delay_ms).saturating_mul(probes);
            let one = self.forecast.visit(index, delay)?;
            left = left.saturating_add(one.saturating_mul(open.visits_to_come()));
            round = round.saturating_add(one);
            if is_going_on && index == at.point {
                // A visit that takes longer than foreseen takes nothing from the others.
                left = left.saturating_sub(spent.min(one));
            }
        }
        let Rounds::UntilPrecise(precision) = self.plan.rounds() else {
            return Some(left);
        };
        // The round in which the time is used up is the last, once there were enough.
        let least = round.saturating_mul((precision.min_rounds + 1).saturating_sub(at.round));
        let budget = Duration::from_secs(precision.time_budget_s.into());
        let budget = budget.saturating_sub(self.spent());
        Some(left.min(least.max(budget.saturating_add(round))))
    }
}
