//! The program and the machine that measured, and what the instrument itself costs there.

use super::{Fact, NOT_KNOWN};
use crate::gui::point_words::{AtFloor, at_floor, is_loopback};
use crate::measurement::units::{count, counted, significant, time};
use crate::measurement::{Environment, FLOOR_MARGIN, Run};

/// What measured.
pub(super) fn environment(known: &Environment) -> Vec<Fact> {
    let processors = match known.cpus {
        0 => String::new(),
        cpus => count(cpus.into()),
    };
    let load = known
        .load_average
        .map_or_else(String::new, |[one, five, fifteen]| {
            format!("{one:.2}, {five:.2}, {fifteen:.2} wanted a processor over 1, 5 and 15 minutes")
        });
    let mut facts: Vec<Fact> = [
        ("Program", &known.program),
        ("Commit", &known.commit),
        ("Operating system", &known.os),
        ("Kernel", &known.kernel),
        ("Architecture", &known.architecture),
        ("Processor", &known.cpu_model),
        ("Processors usable", &processors),
        ("CPU governor", &known.cpu_governor),
        ("Runs inside", &known.virtualization),
        ("Clock source", &known.clock_source),
        ("Load", &load),
        ("Power", &known.power),
        ("Time zone", &known.time_zone),
    ]
    .into_iter()
    .map(|(name, value)| Fact::known(name, value))
    .collect();
    if known.sysctls.is_empty() {
        facts.push(Fact::new("TCP settings (sysctl)", NOT_KNOWN));
    }
    let sysctls = known.sysctls.iter();
    facts.extend(sysctls.map(|(name, value)| Fact::known(name, value)));
    facts
}

/// What the instrument costs, and how the points stand to it.
#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
pub(super) fn calibration(run: &Run) -> Vec<Fact> {
    let Some(found) = run.calibration else {
        return vec![Fact::new("Instrument floor", NOT_KNOWN)];
    };
    let mut facts = vec![
        Fact::new(
            "Instrument floor",
            format!(
                "{}, the least round trip of the smallest probe over this machine's loopback, waited \
                 for as in the run",
                time(found.least_ns())
            ),
        ),
        Fact::new("Median of these", time(found.floor_ns).to_string()),
        Fact::new("Round trips", count(found.round_trips.into())),
        Fact::new("Reading the clock", time(found.clock_cost_ns).to_string()),
        Fact::new(
            "Step of the clock",
            time(found.clock_resolution_ns as f64).to_string(),
        ),
        Fact::new(
            "Asking a socket in vain",
            time(found.empty_read_ns).to_string(),
        ),
    ];
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
    if is_loopback(run) {
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
