//! What differs between two runs beside their figures: what was asked, on what it was measured, and how
//! it ended.
//!
//! What differs by nature is left out: when a run was, the seed that a random order was drawn from, and
//! the ports that a system picks. Figures of the machine that never stay the same are listed only where
//! they differ by enough to matter.

use super::Difference;
use crate::experiment::Order;
use crate::measurement::Run;
use crate::measurement::facts::{
    Fact, INSTRUMENT_FLOOR, LOAD, MESSAGE_SIZES, NOT_KNOWN, SERVER_DELAY, TCP_SETTINGS,
    calibration, environment, milliseconds, path, profile, settings, side_by_side, sizes, sockets,
    state,
};
use crate::measurement::units::{count, counted};

/// The instrument's floor differs where the greater is above the lesser by this share.
const FLOOR_SHARE: f64 = 0.2;
/// The load differs where so many more processes wanted a processor over the last minute.
const LOAD_STEP: f64 = 0.5;

/// Everything that differs, in the order of the window's details.
pub(super) fn between(baseline: &Run, other: &Run) -> Vec<Difference> {
    let knows_settings = |run: &Run| !run.environment.sysctls.is_empty();
    let with_settings = knows_settings(baseline) && knows_settings(other);
    let each = [baseline, other].map(|run| facts(run, with_settings));
    let rows = side_by_side(&each).into_iter();
    let or_not = |value: &str| {
        let value = if value.is_empty() { NOT_KNOWN } else { value };
        value.to_owned()
    };
    let differences = rows.filter_map(|(name, found)| {
        // Settings of the system that only one of them knows have no counterpart.
        let values = found.iter().map(|fact| fact.map_or("", |fact| &fact.value));
        let [one, two] = values.collect::<Vec<_>>()[..] else {
            return None;
        };
        let is_different = one != two
            && match name {
                INSTRUMENT_FLOOR => is_floor_different(baseline, other),
                LOAD => is_load_different(baseline, other),
                _ => true,
            };
        is_different.then(|| Difference {
            what: name.to_owned(),
            baseline: or_not(one),
            other: or_not(two),
        })
    });
    differences.collect()
}

/// What of a run is compared.
fn facts(run: &Run, with_settings: bool) -> Vec<Fact> {
    let mut facts = vec![state(run), checks(run)];
    facts.extend(method(run));
    facts.extend(path(run));
    facts.extend(sockets(run));
    facts.extend(environment(&run.environment));
    // What else the instrument costs is in its floor.
    facts.extend(calibration(run.calibration).into_iter().take(1));
    if with_settings {
        facts.extend(settings(&run.environment));
    } else {
        // Said once, not for each that only one of the runs knows.
        let known = match run.environment.sysctls.len() {
            0 => String::new(),
            number => format!("{} known", counted(number as u64, "setting")),
        };
        facts.push(Fact::new(TCP_SETTINGS, known));
    }
    facts
}

fn checks(run: &Run) -> Fact {
    let failed = run.checks.iter().filter(|check| !check.passed);
    let failed = match failed.count() {
        0 => "none failed".to_owned(),
        failed => format!("{} failed", count(failed as u64)),
    };
    Fact::new("Self-checks", failed)
}

fn method(run: &Run) -> Vec<Fact> {
    let mut facts = profile(run);
    if run.profile.order == Order::Random {
        // In which order they were asked for is nowhere to be seen then.
        let sorted = |values: &[u64]| {
            let mut values = values.to_vec();
            values.sort_unstable();
            values
        };
        for fact in &mut facts {
            match fact.name.as_str() {
                MESSAGE_SIZES => fact.value = sizes(&sorted(&run.profile.message_sizes)),
                SERVER_DELAY => fact.value = milliseconds(&sorted(&run.profile.server_delays_ms)),
                _ => {}
            }
        }
    }
    facts
}

/// Whether the floors lie apart by more than they do from one calibration to the next.
fn is_floor_different(baseline: &Run, other: &Run) -> bool {
    match (baseline.calibration, other.calibration) {
        (Some(one), Some(two)) => {
            let (one, two) = (one.least_ns(), two.least_ns());
            one.max(two) > (1.0 + FLOOR_SHARE) * one.min(two)
        }
        (one, two) => one.is_some() != two.is_some(),
    }
}

fn is_load_different(baseline: &Run, other: &Run) -> bool {
    match (
        baseline.environment.load_average,
        other.environment.load_average,
    ) {
        (Some([one, ..]), Some([two, ..])) => (one - two).abs() >= LOAD_STEP,
        (one, two) => one.is_some() != two.is_some(),
    }
}
