//! Self-checks: ways in which a run can contradict itself.
//!
//! Each compares figures that were come by in different ways. A run that fails one is shown with it:
//! its figures are not to be believed until it is known why. What was not kept, because the system does
//! not tell or the run comes from a file without it, is not looked at; a kind of check that had nothing
//! to look at is left out.

mod bytes;
mod tally;
mod time;

pub use bytes::BytesAtServer;

use super::{Check, Point, Round, Run, Spoken};
use crate::experiment::Profile;

/// Looks at everything that a run says of itself: one check of each kind, with its worst case.
#[must_use]
pub fn check_run(run: &Run) -> Vec<Check> {
    check_points(&run.points, &run.profile, &run.spoken())
}

/// Compares what was written and read here with what the server counted, `counted` for each
/// connection; `None` where it has not a word of any.
#[must_use]
pub fn bytes_at_server(
    run: &Run,
    counted: impl FnMut(&Round) -> Option<BytesAtServer>,
) -> Option<Check> {
    bytes::at_server(&run.points, &run.spoken(), counted)
}

fn check_points(points: &[Point], profile: &Profile, spoken: &Spoken) -> Vec<Check> {
    [
        time::sum_of_rtts(points),
        time::in_flight(points),
        time::every_probe(points, profile.announced_probes()),
        time::littles_law(points),
        bytes::of_probes(points, spoken),
        bytes::at_kernel(points, spoken),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests;
