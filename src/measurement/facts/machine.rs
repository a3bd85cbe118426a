//! The program and the machine that measured, and what the instrument itself costs there.

use super::Fact;
use crate::measurement::numbers::float;
use crate::measurement::units::{count, time};
use crate::measurement::{Calibration, Environment};

/// The fact about the load.
pub const LOAD: &str = "Load";
/// The fact about the instrument's floor.
pub const INSTRUMENT_FLOOR: &str = "Instrument floor";
/// What a system's settings of TCP are called together.
pub const TCP_SETTINGS: &str = "TCP settings (sysctl)";

/// What measured, but for the system's settings.
#[must_use]
pub fn environment(known: &Environment) -> Vec<Fact> {
    let processors = match known.cpus {
        0 => String::new(),
        cpus => count(cpus.into()),
    };
    let load = known
        .load_average
        .map_or_else(String::new, |[one, five, fifteen]| {
            format!("{one:.2}, {five:.2}, {fifteen:.2} wanted a processor over 1, 5 and 15 minutes")
        });
    [
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
        (LOAD, &load),
        ("Power", &known.power),
        ("Time zone", &known.time_zone),
    ]
    .map(|(name, value)| Fact::new(name, value))
    .into()
}

/// The system's settings of TCP, each by its own name; none where they are not known.
#[must_use]
pub fn settings(known: &Environment) -> Vec<Fact> {
    let settings = known.sysctls.iter();
    settings
        .map(|(name, value)| Fact::new(name, value))
        .collect()
}

/// What the instrument costs: its floor first.
#[must_use]
pub fn calibration(found: Option<Calibration>) -> Vec<Fact> {
    let Some(found) = found else {
        return vec![Fact::new(INSTRUMENT_FLOOR, "")];
    };
    let fact = |name, ns| Fact::new(name, time(ns).to_string());
    vec![
        fact(INSTRUMENT_FLOOR, found.least_ns()).with(
            ", the least round trip of the smallest probe over this machine's loopback, waited for as \
             in the run",
        ),
        fact("Median of its round trips", found.floor_ns),
        Fact::new("Round trips", count(found.round_trips.into())),
        fact("Reading the clock", found.clock_cost_ns),
        fact("Step of the clock", float(found.clock_resolution_ns)),
        fact("Asking a socket in vain", found.empty_read_ns),
    ]
}
