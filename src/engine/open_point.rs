//! How far a point is: its visits, and whether it needs more of them.

use std::time::Duration;

use super::executor::Execution;
use crate::experiment::{Decision, Precision, Rounds, decide, is_look, next_look};
use crate::measurement::{Point, PrecisionOutcome};

/// A point's place in a run that is going on.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenPoint {
    rounds: Rounds,
    /// Visits that are over.
    visits: u32,
    closed: bool,
    /// Rounds it is likely to need.
    expected: u32,
}

impl OpenPoint {
    pub fn new(rounds: Rounds) -> Self {
        let expected = match rounds {
            Rounds::Exactly(rounds) => rounds,
            // Two looks: neither the best case nor the worst.
            Rounds::UntilPrecise(precision) => next_look(&precision, precision.min_rounds),
        };
        Self {
            rounds,
            visits: 0,
            closed: false,
            expected,
        }
    }

    /// Takes note of a visit that is over.
    pub fn visited(&mut self) {
        self.visits += 1;
        if let Rounds::Exactly(rounds) = self.rounds
            && self.visits >= rounds
        {
            self.closed = true;
        }
    }

    /// Ends it.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Whether it is to be visited again.
    pub fn wants_more(&self) -> bool {
        !self.closed
    }

    /// Visits that are likely to come.
    pub fn visits_to_come(&self) -> u32 {
        if self.closed {
            0
        } else {
            self.expected.saturating_sub(self.visits)
        }
    }
}

impl Execution<'_> {
    pub(super) fn is_open(&self, point: usize) -> bool {
        self.open.get(point).is_some_and(OpenPoint::wants_more)
    }

    pub(super) fn has_open_points(&self) -> bool {
        self.open.iter().any(OpenPoint::wants_more)
    }

    /// Before a round: closes every point when the time is used up.
    pub(super) fn close_overdue(&mut self, round: u32) {
        let Rounds::UntilPrecise(precision) = self.plan.rounds() else {
            return;
        };
        let budget = Duration::from_secs(precision.time_budget_s.into());
        if round <= precision.min_rounds || self.spent() < budget {
            return;
        }
        for (point, open) in self.run.points.iter_mut().zip(&mut self.open) {
            if !open.closed {
                open.closed = true;
                point.outcome = Some(PrecisionOutcome::NotReachedInTime);
            }
        }
    }

    /// After a round: closes the points that are known well enough, where this is a round at which that
    /// is looked at.
    pub(super) fn look(&mut self, round: u32) {
        let Rounds::UntilPrecise(precision) = self.plan.rounds() else {
            return;
        };
        if !is_look(&precision, round) {
            return;
        }
        self.refresh_statistics();
        let elapsed = self.spent();
        for (point, open) in self.run.points.iter_mut().zip(&mut self.open) {
            if !open.closed {
                look_at(point, open, round, elapsed, &precision);
            }
        }
    }
}

fn look_at(
    point: &mut Point,
    open: &mut OpenPoint,
    round: u32,
    elapsed: Duration,
    precision: &Precision,
) {
    let figures = point.statistics.as_ref().map(|statistics| statistics.rtt);
    let Some(rtt) = figures else {
        // Not one echo in as many rounds: more of them would only take more time-outs.
        open.closed = true;
        return;
    };
    let interval = rtt.median_ci95.map(|interval| (interval.lo, interval.hi));
    // The median that the interval belongs to: that of all samples may lie outside of it.
    let median = rtt.median_of_rounds;
    let outcome = match decide(interval, median, round, elapsed, precision) {
        Decision::GoOn => None,
        Decision::Reached => Some(PrecisionOutcome::Reached),
        Decision::NotReachedInRounds => Some(PrecisionOutcome::NotReachedInRounds),
        Decision::NotReachedInTime => Some(PrecisionOutcome::NotReachedInTime),
    };
    point.outcome = outcome;
    open.closed = outcome.is_some();
    open.expected = expected_rounds(interval, median, round, precision);
}

/// Rounds that are likely to be enough: an interval's width falls with the root of their number.
fn expected_rounds(
    interval: Option<(f64, f64)>,
    median: f64,
    round: u32,
    precision: &Precision,
) -> u32 {
    let next = next_look(precision, round);
    let Some((lo, hi)) = interval else {
        return next;
    };
    let wanted = precision.ci_width_percent / 100.0 * median;
    let ratio = (hi - lo) / wanted.max(f64::MIN_POSITIVE);
    let needed = f64::from(round) * ratio * ratio;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast stops at the largest number, and a square is not negative"
    )]
    let needed = needed.ceil() as u32;
    needed.clamp(next, precision.max_rounds.max(next))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::experiment::PointSpec;
    use crate::measurement::{Probe, Round};
    use crate::protocol::MeasurementType;

    #[test]
    fn a_point_is_looked_at_by_the_median_that_its_interval_belongs_to() {
        let mut point = Point::new(PointSpec {
            kind: MeasurementType::Rtt,
            message_size: 1,
            server_delay_ms: 0,
        });
        // Medians of 100, five times, and of 190; of all samples the median is 190.
        for (number, probes, rtt) in (1..=6).map(|n| if n < 6 { (n, 1, 100) } else { (n, 9, 190) })
        {
            point.rounds.push(Arc::new(Round {
                number,
                probes: (0..probes).map(|_| Probe::new(0, Some(rtt))).collect(),
                ..Round::default()
            }));
        }
        point.refresh_statistics();
        let look = |ci_width_percent| {
            let precision = Precision {
                ci_width_percent,
                ..Precision::default()
            };
            let mut open = OpenPoint::new(Rounds::UntilPrecise(precision));
            let mut point = point.clone();
            look_at(&mut point, &mut open, 6, Duration::ZERO, &precision);
            point.outcome
        };
        assert_eq!(look(90.0), Some(PrecisionOutcome::Reached));
        assert_eq!(look(89.0), None, "90 wide, of 100");
    }
}
