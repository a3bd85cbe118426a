//! Profile, path, machine and checks: what is known of each run, side by side.

use std::collections::BTreeSet;

use super::{ReportRun, started};
use crate::experiment::{Order, Rounds, Target, format_list};
use crate::measurement::units::{bytes, count, span, time};
use crate::measurement::{Point, Run, RunState};

/// What stands where something is not known.
const NOT_KNOWN: &str = "not known";

/// One thing that is known, of each run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub name: String,
    /// A value for each run.
    pub values: Vec<String>,
}

impl Fact {
    /// Whether the runs differ in it.
    pub(super) fn differs(&self) -> bool {
        self.values.windows(2).any(|pair| match pair {
            [one, other] => one != other,
            _ => false,
        })
    }
}

type Known = Vec<(String, String)>;

fn side_by_side(runs: &[ReportRun<'_>], of: fn(&Run) -> Known) -> Vec<Fact> {
    let each: Vec<Known> = runs.iter().map(|one| of(one.run)).collect();
    let mut names: Vec<String> = Vec::new();
    for (name, _) in each.iter().flatten() {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let fact = |name: String| {
        let values = each.iter().map(|known| {
            let found = known.iter().find(|(one, _)| *one == name);
            let value = found.map(|(_, value)| value.as_str()).unwrap_or_default();
            if value.is_empty() { NOT_KNOWN } else { value }.to_owned()
        });
        Fact {
            values: values.collect(),
            name: name.clone(),
        }
    };
    names.into_iter().map(fact).collect()
}

/// What was asked, and how it ended.
pub(super) fn profile(runs: &[ReportRun<'_>]) -> Vec<Fact> {
    side_by_side(runs, profile_of)
}

/// Where the packets went, and the sockets.
pub(super) fn path(runs: &[ReportRun<'_>]) -> Vec<Fact> {
    side_by_side(runs, path_of)
}

/// The program, the machine, and what the instrument costs there.
pub(super) fn environment(runs: &[ReportRun<'_>]) -> Vec<Fact> {
    side_by_side(runs, environment_of)
}

fn known(pairs: impl IntoIterator<Item = (&'static str, String)>) -> Known {
    let pairs = pairs.into_iter();
    pairs
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn profile_of(run: &Run) -> Known {
    let profile = &run.profile;
    let target = match &profile.target {
        Target::Embedded => "the program's own server".to_owned(),
        Target::Host { host, port } => format!("{host}, port {port}"),
    };
    let delays: Vec<String> = profile
        .server_delays_ms
        .iter()
        .map(|ms| count(*ms))
        .collect();
    let rounds = match profile.rounds {
        Rounds::Exactly(rounds) => format!("exactly {}", count(rounds.into())),
        Rounds::UntilPrecise(asked) => format!(
            "{}, until the 95 % interval is at most {} % of the median; time budget {} s",
            span(asked.min_rounds, asked.max_rounds),
            asked.ci_width_percent,
            count(asked.time_budget_s.into())
        ),
    };
    let order = match profile.order {
        Order::Random => format!("random, from seed {}", run.seed),
        Order::Sequential => "as listed".to_owned(),
    };
    let strict = if profile.strict { ", strict" } else { "" };
    let mut facts = known([
        ("State", state(run)),
        ("Started", started(run)),
        ("Server", target),
        ("Measurement type", profile.measurement_type.to_string()),
        ("Message sizes (bytes)", sizes(&profile.message_sizes)),
        ("Server delays (ms)", delays.join(", ")),
        ("Probes a round", count(profile.probes.into())),
        ("Warm-up probes", count(profile.warmup.into())),
        ("Rounds", rounds),
        ("Order of points", order),
        ("Waiting", profile.wait.to_string()),
        ("Probes in flight", count(profile.depth.into())),
        ("Connections at a time", count(profile.connections.into())),
        ("Protocol", format!("{}{strict}", profile.dialect)),
        ("Time-out", format!("{} ms", count(profile.timeout_ms))),
    ]);
    facts.extend(asked_of_sockets(run));
    facts
}

fn asked_of_sockets(run: &Run) -> Known {
    let asked = &run.profile.socket;
    let system = || "left to the system".to_owned();
    let buffer = |size: Option<u32>| size.map_or_else(system, |size| bytes(size.into()));
    known([
        ("TCP_NODELAY asked for", on_or_off(asked.nodelay)),
        ("Send buffer asked for", buffer(asked.send_buffer)),
        ("Receive buffer asked for", buffer(asked.receive_buffer)),
        (
            "Congestion control asked for",
            asked.congestion_control.clone().unwrap_or_else(system),
        ),
    ])
}

/// Sizes as a list of sizes is written, with its blanks.
pub(super) fn sizes(sizes: &[u64]) -> String {
    format_list(sizes).replace(',', ", ")
}

fn state(run: &Run) -> String {
    let sent: u64 = run.points.iter().map(Point::probes_sent).sum();
    let echoed: u64 = run.points.iter().map(Point::probes_echoed).sum();
    let word = match run.state {
        RunState::Running => "going on",
        RunState::Finished => "finished",
        RunState::Stopped => "stopped",
        RunState::Failed => "failed",
        RunState::Interrupted => "interrupted",
    };
    let why = run
        .error
        .as_ref()
        .map_or(String::new(), |why| format!(". {why}"));
    format!(
        "{word}; {} of {} probes echoed{why}",
        count(echoed),
        count(sent)
    )
}

fn on_or_off(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}

fn path_of(run: &Run) -> Known {
    let route = run.route.as_ref();
    let rounds = run.points.iter().flat_map(|point| &point.rounds);
    let own: BTreeSet<String> = rounds
        .filter_map(|round| Some(round.local?.ip().to_canonical().to_string()))
        .collect();
    let own: Vec<String> = own.into_iter().collect();
    let mtu = route.and_then(|route| route.mtu);
    let loopback = match route {
        Some(route) if route.loopback => "yes: no network was measured",
        Some(_) => "no",
        None => "",
    };
    let mut facts = known([
        ("Measured", run.destination.clone()),
        ("From", own.join(", ")),
        (
            "Interface",
            route
                .map(|route| route.interface.clone())
                .unwrap_or_default(),
        ),
        ("Loopback", loopback.to_owned()),
        ("MTU", mtu.map_or_else(String::new, |mtu| bytes(mtu.into()))),
    ]);
    let set = run.socket.as_ref();
    let of = |value: Option<String>| value.unwrap_or_default();
    facts.extend(known([
        ("TCP_NODELAY", of(set.map(|set| on_or_off(set.nodelay)))),
        ("Send buffer", of(set.map(|set| bytes(set.send_buffer)))),
        (
            "Receive buffer",
            of(set.map(|set| bytes(set.receive_buffer))),
        ),
        (
            "Congestion control",
            of(set.map(|set| set.congestion_control.clone())),
        ),
    ]));
    let refused = set.map(|set| set.refused.join(" ")).unwrap_or_default();
    if !refused.is_empty() {
        facts.extend(known([("Refused by the system", refused)]));
    }
    facts
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
fn environment_of(run: &Run) -> Known {
    let machine = &run.environment;
    let processors = match machine.cpus {
        0 => String::new(),
        cpus => count(cpus.into()),
    };
    let load = machine.load_average.map_or_else(String::new, |load| {
        let [one, five, fifteen] = load;
        format!("{one:.2}, {five:.2}, {fifteen:.2} over 1, 5 and 15 minutes")
    });
    let mut facts = known([
        ("Program", machine.program.clone()),
        ("Commit", machine.commit.clone()),
        ("Operating system", machine.os.clone()),
        ("Kernel", machine.kernel.clone()),
        ("Architecture", machine.architecture.clone()),
        ("Processor", machine.cpu_model.clone()),
        ("Processors usable", processors),
        ("CPU governor", machine.cpu_governor.clone()),
        ("Runs inside", machine.virtualization.clone()),
        ("Clock source", machine.clock_source.clone()),
        ("Load", load),
        ("Power", machine.power.clone()),
        ("Time zone", machine.time_zone.clone()),
    ]);
    if let Some(found) = run.calibration {
        facts.extend(known([
            ("Instrument floor", time(found.least_ns()).to_string()),
            (
                "Median of its round trips",
                time(found.floor_ns).to_string(),
            ),
            ("Reading the clock", time(found.clock_cost_ns).to_string()),
            (
                "Step of the clock",
                time(found.clock_resolution_ns as f64).to_string(),
            ),
        ]));
    } else {
        facts.extend(known([("Instrument floor", String::new())]));
    }
    let sysctls = machine.sysctls.iter();
    facts.extend(sysctls.map(|(name, value)| (name.clone(), value.clone())));
    facts
}
