//! The program and the machine that measured, and what the instrument itself costs there.

use crate::measurement::facts::{self, Fact, TCP_SETTINGS};
use crate::measurement::units::{counted, significant};
use crate::measurement::{AtFloor, Environment, FLOOR_MARGIN, Run, at_floor};

/// What measured, with the system's settings.
pub(super) fn environment(known: &Environment) -> Vec<Fact> {
    let settings = match facts::settings(known) {
        none if none.is_empty() => vec![Fact::new(TCP_SETTINGS, "")],
        settings => settings,
    };
    [facts::environment(known), settings].concat()
}

/// What the instrument costs, and how the points stand to it.
pub(super) fn calibration(run: &Run) -> Vec<Fact> {
    let mut facts = facts::calibration(run.calibration);
    let points = counted(run.points.len() as u64, "point");
    if let Some(below) = standing(run, AtFloor::Below) {
        facts.push(Fact::wrong(
            "Faster than the floor",
            format!(
                "{below} of {points}: the machine was slower when it was calibrated, before and after \
                 the run, than in it. The floor is no bound for this run."
            ),
        ));
    }
    if let Some(near) = standing(run, AtFloor::Near) {
        facts.push(Fact::wrong(
            "Near the floor",
            format!(
                "{near} of {points}: their medians are less than {} times the floor, so a part of \
                 them is the instrument, not the path.",
                significant(FLOOR_MARGIN)
            ),
        ));
    }
    if run.calibration.is_some() && run.is_loopback() {
        facts.push(Fact::new(
            "Loopback",
            "every point is near the instrument's own floor",
        ));
    }
    facts
}

/// Points that stand so to the instrument's floor; `None` if there is none.
pub fn standing(run: &Run, how: AtFloor) -> Option<usize> {
    let points = run.points.iter();
    let number = points
        .filter(|point| at_floor(run, point) == Some(how))
        .count();
    (number > 0).then_some(number)
}
