//! What is said of a point in words: how it stands, how precise it is, and what has to be known before
//! its figures are believed.

use crate::experiment::Rounds;
use crate::measurement::units::{counted, significant, time};
use crate::measurement::{AtFloor, FLOOR_MARGIN, Point, PrecisionOutcome, Run, at_floor};

/// Rounds of a point that are over, or begun.
#[must_use]
pub fn rounds_done(run: &Run, point: &Point) -> usize {
    // Counting ten thousand of them anew for every picture costs more than all else in a row.
    if run.profile.connections == 1 {
        return point.rounds.len();
    }
    point.rounds_done()
}

/// How a point stands, in a word or two.
#[must_use]
pub fn state(run: &Run, point: &Point, is_measured: bool) -> String {
    if let Some(fault) = &point.error {
        // What was measured before it counts all the same.
        return match (rounds_done(run, point), point.probes_echoed()) {
            (0, _) | (_, 0) => fault.kind.to_string(),
            (rounds, _) => format!("{}, {}", fault.kind, counted(rounds as u64, "round")),
        };
    }
    let is_counted_out = matches!(run.profile.rounds, Rounds::Exactly(rounds)
        if rounds_done(run, point) >= rounds as usize);
    match point.outcome {
        Some(PrecisionOutcome::Reached) => "precise",
        Some(PrecisionOutcome::NotReachedInRounds | PrecisionOutcome::NotReachedInTime) => {
            "not reached"
        }
        None if is_measured => "measuring",
        None if is_counted_out => "done",
        None if point.rounds.is_empty() => "waiting",
        None => "going on",
    }
    .to_owned()
}

/// How precise a point is against what was asked for, in a sentence.
#[must_use]
pub fn precision(run: &Run, point: &Point) -> Option<String> {
    let Rounds::UntilPrecise(asked) = run.profile.rounds else {
        return None;
    };
    let is_wide = point.interval_width_percent().map_or_else(
        || "its median has no interval".to_owned(),
        |width| {
            format!(
                "the interval is {} % of the median wide",
                significant(width)
            )
        },
    );
    let wanted = format!("{} % was asked for", asked.ci_width_percent);
    Some(match point.outcome? {
        PrecisionOutcome::Reached => format!("Precise: {is_wide}, {wanted}."),
        PrecisionOutcome::NotReachedInRounds => format!(
            "Not reached: after {} rounds {is_wide}, {wanted}.",
            asked.max_rounds
        ),
        PrecisionOutcome::NotReachedInTime => format!(
            "Not reached: {is_wide}, {wanted}, and no round beyond the first {} begins later than {} s \
             into the run.",
            asked.min_rounds, asked.time_budget_s
        ),
    })
}

/// What a median so near to the instrument's floor means, or below it, in two sentences.
#[must_use]
pub fn floor_sentence(run: &Run, point: &Point) -> Option<String> {
    let calibration = run.calibration?;
    let median_ns = point.statistics.as_ref()?.rtt.p50;
    let least_ns = calibration.least_ns();
    Some(match at_floor(run, point)? {
        AtFloor::Near => format!(
            "Near the instrument's floor: the median is {} times the least that the same exchange took \
             over this machine's loopback, {}. Below {FLOOR_MARGIN} times a part of it is the instrument, \
             not the path.",
            significant(median_ns / least_ns),
            time(least_ns),
        ),
        AtFloor::Below => format!(
            "Faster than the instrument's floor of {}: the machine was slower when it was calibrated, \
             before and after the run, than in it. The floor is no bound for this run.",
            time(least_ns),
        ),
    })
}
