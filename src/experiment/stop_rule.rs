//! When a point is known well enough.
//!
//! A point is measured until the 95 % interval of its median is narrow against the median. It is looked
//! at only after stated numbers of rounds, each half as many again as the one before (6, 9, 13, 19, 28,
//! 40): each look is a chance to stop on an interval that is narrow by luck, so every look costs
//! coverage. What the coverage is under this rule was found by simulation; see `docs/METHOD.md`.

use std::time::Duration;

use super::Precision;

/// What a look at a point comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It needs more rounds.
    GoOn,
    /// Its interval is as narrow as was asked for.
    Reached,
    /// It is not, after the most rounds.
    NotReachedInRounds,
    /// It is not, and the time is used up.
    NotReachedInTime,
}

/// Whether points are looked at after that many rounds.
#[must_use]
pub fn is_look(precision: &Precision, rounds: u32) -> bool {
    rounds >= precision.min_rounds
        && (rounds == precision.min_rounds || next_look(precision, rounds - 1) == rounds)
}

/// The first look after more than `rounds` rounds; the last one again where there is none.
#[must_use]
pub fn next_look(precision: &Precision, rounds: u32) -> u32 {
    let mut look = precision.min_rounds;
    while look <= rounds && look < precision.max_rounds {
        let half_as_many_again = look.saturating_add(look / 2).max(look.saturating_add(1));
        look = half_as_many_again.min(precision.max_rounds);
    }
    look
}

/// Looks at a point whose median and its interval (of at least six rounds) are given, in the same unit,
/// after `rounds` rounds and `elapsed` of the run.
#[must_use]
pub fn decide(
    interval: Option<(f64, f64)>,
    median: f64,
    rounds: u32,
    elapsed: Duration,
    precision: &Precision,
) -> Decision {
    let narrow = |(lo, hi): (f64, f64)| hi - lo <= precision.ci_width_percent / 100.0 * median;
    if interval.is_some_and(narrow) {
        Decision::Reached
    } else if rounds >= precision.max_rounds {
        Decision::NotReachedInRounds
    } else if elapsed >= Duration::from_secs(precision.time_budget_s.into()) {
        Decision::NotReachedInTime
    } else {
        Decision::GoOn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(precision: &Precision) -> Vec<u32> {
        (1..=precision.max_rounds)
            .filter(|rounds| is_look(precision, *rounds))
            .collect()
    }

    #[test]
    fn points_are_looked_at_after_the_stated_rounds_only() {
        let precision = Precision::default();
        assert_eq!(looks(&precision), [6, 9, 13, 19, 28, 40]);
        let other = Precision {
            min_rounds: 10,
            max_rounds: 20,
            ..precision
        };
        assert_eq!(looks(&other), [10, 15, 20]);
        let single = Precision {
            min_rounds: 7,
            max_rounds: 7,
            ..precision
        };
        assert_eq!(looks(&single), [7]);
    }

    #[test]
    fn a_look_decides_by_width_then_rounds_then_time() {
        let precision = Precision::default();
        let decide = |lo: f64, hi: f64, rounds, seconds| {
            let elapsed = Duration::from_secs(seconds);
            decide(Some((lo, hi)), 100.0, rounds, elapsed, &precision)
        };
        assert_eq!(decide(98.0, 103.0, 6, 0), Decision::Reached, "5 % exactly");
        assert_eq!(decide(98.0, 103.1, 6, 0), Decision::GoOn);
        assert_eq!(decide(98.0, 103.1, 40, 0), Decision::NotReachedInRounds);
        assert_eq!(decide(98.0, 103.1, 9, 60), Decision::NotReachedInTime);
        assert_eq!(decide(98.0, 103.0, 40, 60), Decision::Reached);
    }

    #[test]
    fn without_an_interval_a_point_goes_on() {
        let decided = super::decide(None, 100.0, 6, Duration::ZERO, &Precision::default());
        assert_eq!(decided, Decision::GoOn);
    }
}
