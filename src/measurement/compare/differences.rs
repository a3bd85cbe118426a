//! What differs between two runs beside their figures: what was asked, on what it was measured, and how
//! it ended. The names are those of the window's details.
//!
//! What differs by nature is left out: when a run was, the seed that a random order was drawn from, and
//! the ports that a system picks. Figures of the machine that never stay the same are listed only where
//! they differ by enough to matter.

use std::collections::{BTreeMap, BTreeSet};

use super::Difference;
use crate::experiment::{Order, Rounds, Target, format_list};
use crate::measurement::units::{bytes, count, counted, span, time};
use crate::measurement::{Run, RunState, SocketSettings};

/// What stands where something is not known.
const NOT_KNOWN: &str = "not known";
/// The instrument's floor differs where the greater is above the lesser by this share.
const FLOOR_SHARE: f64 = 0.2;
/// The load differs where so many more processes wanted a processor over the last minute.
const LOAD_STEP: f64 = 0.5;

/// Everything that differs, in the order of the window's details.
pub(super) fn between(baseline: &Run, other: &Run) -> Vec<Difference> {
    let knows_settings = |run: &Run| !run.environment.sysctls.is_empty();
    let with_settings = knows_settings(baseline) && knows_settings(other);
    let mut of_baseline = facts(baseline, with_settings);
    let mut of_other = facts(other, with_settings);
    if !is_floor_different(baseline, other) {
        of_baseline.remove_named("Instrument floor");
        of_other.remove_named("Instrument floor");
    }
    if !is_load_different(baseline, other) {
        of_baseline.remove_named("Load");
        of_other.remove_named("Load");
    }
    let mut differences = Vec::new();
    let values = of_other.by_name();
    let names: BTreeSet<&str> = of_baseline
        .0
        .iter()
        .map(|(what, _)| what.as_str())
        .collect();
    // Settings of the system that only one of them knows have no counterpart.
    let of_both = of_baseline.0.iter().map(|(what, value)| {
        (
            what,
            value.as_str(),
            *values.get(what.as_str()).unwrap_or(&""),
        )
    });
    let of_other_alone = of_other
        .0
        .iter()
        .filter(|(what, _)| !names.contains(what.as_str()));
    let of_other_alone = of_other_alone.map(|(what, value)| (what, "", value.as_str()));
    for (what, one, two) in of_both.chain(of_other_alone) {
        if one != two {
            let or_not = |value: &str| if value.is_empty() { NOT_KNOWN } else { value }.to_owned();
            differences.push(Difference {
                what: what.clone(),
                baseline: or_not(one),
                other: or_not(two),
            });
        }
    }
    differences
}

/// What is known of a run, by name; empty where it is not known.
struct Facts(Vec<(String, String)>);

impl Facts {
    fn add(&mut self, what: impl Into<String>, value: impl Into<String>) {
        self.0.push((what.into(), value.into()));
    }

    fn remove_named(&mut self, name: &str) {
        self.0.retain(|(what, _)| what != name);
    }

    fn by_name(&self) -> BTreeMap<&str, &str> {
        let facts = self.0.iter();
        facts
            .map(|(what, value)| (what.as_str(), value.as_str()))
            .collect()
    }
}

fn facts(run: &Run, with_settings: bool) -> Facts {
    let mut facts = Facts(Vec::new());
    facts.add("State", state(run));
    let failed = run.checks.iter().filter(|check| !check.passed);
    facts.add(
        "Self-checks",
        match failed.count() {
            0 => "none failed".to_owned(),
            failed => format!("{} failed", count(failed as u64)),
        },
    );
    method(run, &mut facts);
    path(run, &mut facts);
    sockets(run, &mut facts);
    environment(run, with_settings, &mut facts);
    facts
}

fn state(run: &Run) -> &'static str {
    match run.state {
        RunState::Running => "going on",
        RunState::Finished => "finished",
        RunState::Stopped => "stopped",
        RunState::Failed => "failed",
        RunState::Interrupted => "interrupted",
    }
}

fn method(run: &Run, facts: &mut Facts) {
    let profile = &run.profile;
    let number = |number: u32| count(number.into());
    let list = |values: &[u64]| format_list(values).replace(',', ", ");
    let mut sizes = profile.message_sizes.clone();
    let mut delays = profile.server_delays_ms.clone();
    if profile.order == Order::Random {
        // In which order they were asked for is nowhere to be seen then.
        sizes.sort_unstable();
        delays.sort_unstable();
    }
    let delays: Vec<String> = delays.into_iter().map(count).collect();
    facts.add("Measurement type", profile.measurement_type.to_string());
    facts.add("Message sizes", format!("{} bytes", list(&sizes)));
    facts.add("Server delay", format!("{} ms", delays.join(", ")));
    facts.add("Probes", format!("{} a round", number(profile.probes)));
    facts.add(
        "Warm-up",
        match profile.warmup {
            0 => "none".to_owned(),
            probes => counted(probes.into(), "probe"),
        },
    );
    facts.add("Rounds", rounds(profile.rounds));
    facts.add("Order", profile.order.name());
    facts.add("Waiting", profile.wait.name());
    facts.add("Probes in flight", number(profile.depth));
    facts.add("Connections", number(profile.connections));
    let strict = if profile.strict { ", strict" } else { "" };
    facts.add("Protocol", format!("{}{strict}", profile.dialect.name()));
    facts.add("Time-out", format!("{} ms", count(profile.timeout_ms)));
}

fn rounds(rounds: Rounds) -> String {
    match rounds {
        Rounds::Exactly(rounds) => format!("exactly {}", count(rounds.into())),
        Rounds::UntilPrecise(asked) => format!(
            "until the interval is at most {} % wide, {}, {} s",
            asked.ci_width_percent,
            span(asked.min_rounds, asked.max_rounds),
            count(asked.time_budget_s.into())
        ),
    }
}

fn path(run: &Run, facts: &mut Facts) {
    let measured = match &run.profile.target {
        // Its port is the system's choice.
        Target::Embedded => "the embedded server".to_owned(),
        Target::Host { .. } => run.destination.clone(),
    };
    facts.add("Measured", measured);
    facts.add("From", own_addresses(run));
    let route = run.route.as_ref();
    facts.add(
        "Interface",
        route.map_or_else(String::new, |route| route.interface.clone()),
    );
    let mtu = route.and_then(|route| route.mtu);
    facts.add("MTU", mtu.map_or_else(String::new, |mtu| bytes(mtu.into())));
    facts.add(
        "Loopback",
        route.map_or("", |route| yes_or_no(route.loopback)),
    );
}

/// Our end's addresses. Each connection has a port of its own, which says nothing.
fn own_addresses(run: &Run) -> String {
    let rounds = run.points.iter().flat_map(|point| &point.rounds);
    let found: BTreeSet<_> = rounds
        .filter_map(|round| Some(round.local?.ip().to_canonical()))
        .collect();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    found.join(", ")
}

fn sockets(run: &Run, facts: &mut Facts) {
    let asked = &run.profile.socket;
    let set = run.socket.as_ref();
    let mut add = |what: &str, asked: String, set: Option<String>| {
        let set = set.filter(|set| !set.is_empty());
        let set = set.map_or_else(
            || NOT_KNOWN.to_owned(),
            |set| format!("the kernel set {set}"),
        );
        facts.add(what, format!("asked: {asked}; {set}"));
    };
    let on_or_off = |is_on: bool| if is_on { "on" } else { "off" }.to_owned();
    let or_system =
        |value: Option<String>| value.unwrap_or_else(|| "left to the system".to_owned());
    let size = |size: u32| bytes(size.into());
    add(
        "Nagle's algorithm",
        on_or_off(!asked.nodelay),
        set.map(|set| on_or_off(!set.nodelay)),
    );
    add(
        "Send buffer",
        or_system(asked.send_buffer.map(size)),
        set.map(|set| bytes(set.send_buffer)),
    );
    add(
        "Receive buffer",
        or_system(asked.receive_buffer.map(size)),
        set.map(|set| bytes(set.receive_buffer)),
    );
    add(
        "Congestion control",
        or_system(asked.congestion_control.clone()),
        set.map(|set| set.congestion_control.clone()),
    );
    let refused = |set: &SocketSettings| match set.refused.as_slice() {
        [] => "nothing".to_owned(),
        refused => refused.join("; "),
    };
    facts.add(
        "Refused by the system",
        set.map_or_else(String::new, refused),
    );
}

fn environment(run: &Run, with_settings: bool, facts: &mut Facts) {
    let known = &run.environment;
    let load = known.load_average.map_or_else(String::new, |[one, ..]| {
        format!("{one:.2} wanted a processor over the minute before")
    });
    let cpus = match known.cpus {
        0 => String::new(),
        cpus => count(cpus.into()),
    };
    for (what, value) in [
        ("Program", &known.program),
        ("Commit", &known.commit),
        ("Operating system", &known.os),
        ("Kernel", &known.kernel),
        ("Architecture", &known.architecture),
        ("Processor", &known.cpu_model),
        ("Processors usable", &cpus),
        ("CPU governor", &known.cpu_governor),
        ("Runs inside", &known.virtualization),
        ("Clock source", &known.clock_source),
        ("Load", &load),
        ("Power", &known.power),
        ("Time zone", &known.time_zone),
    ] {
        facts.add(what, value.as_str());
    }
    let floor = run
        .calibration
        .map(|found| time(found.least_ns()).to_string());
    facts.add("Instrument floor", floor.unwrap_or_default());
    if !with_settings {
        // Said once, not for each that only one of the runs knows.
        let settings = match known.sysctls.len() {
            0 => String::new(),
            number => format!("{} known", counted(number as u64, "setting")),
        };
        facts.add("TCP settings (sysctl)", settings);
        return;
    }
    for (name, value) in &known.sysctls {
        facts.add(name.as_str(), value.as_str());
    }
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

fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}
