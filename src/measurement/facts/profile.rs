//! What was asked of a run, in the order of the form, and how the run ended.

use super::Fact;
use crate::experiment::{Order, Rounds, format_list};
use crate::measurement::units::{bytes, count, counted, span};
use crate::measurement::{Point, Run, RunState};

/// The fact about message sizes.
pub const MESSAGE_SIZES: &str = "Message sizes";
/// The fact about server delays.
pub const SERVER_DELAY: &str = "Server delay";
/// The fact about how many rounds there were to be.
pub const ROUNDS: &str = "Rounds";

/// How it ended, and how much of it there is.
#[must_use]
pub fn state(run: &Run) -> Fact {
    let sent: u64 = run.points.iter().map(Point::probes_sent).sum();
    let echoed: u64 = run.points.iter().map(Point::probes_echoed).sum();
    let why = run
        .error
        .as_ref()
        .map_or(String::new(), |why| format!(". {why}"));
    Fact {
        is_wrong: matches!(run.state, RunState::Failed | RunState::Interrupted),
        ..Fact::new("State", run.state.name()).with(format!(
            ", {} of {} echoed{why}",
            count(echoed),
            counted(sent, "probe")
        ))
    }
}

/// What was asked, but for the server and the sockets.
#[must_use]
pub fn profile(run: &Run) -> Vec<Fact> {
    let profile = &run.profile;
    let warmup = match profile.warmup {
        0 => Fact::new("Warm-up", "none"),
        probes => Fact::new("Warm-up", counted(probes.into(), "probe"))
            .with(" at the start of each round, kept and marked, not counted"),
    };
    let in_flight = match profile.depth {
        1 => " on each connection: stop-and-wait",
        _ => " on each connection",
    };
    let strict = if profile.strict { ", strict" } else { "" };
    vec![
        Fact::new("Measurement type", profile.measurement_type.to_string())
            .with(", as the setup message announced it"),
        Fact::new(MESSAGE_SIZES, sizes(&profile.message_sizes)),
        Fact::new(SERVER_DELAY, milliseconds(&profile.server_delays_ms)),
        Fact::new(
            "Probes",
            format!("{} a round", count(profile.probes.into())),
        )
        .with(" on each connection"),
        warmup,
        rounds(profile.rounds),
        order(run),
        Fact::new("Waiting", profile.wait.name()),
        Fact::new("Probes in flight", count(profile.depth.into())).with(in_flight),
        Fact::new("Connections", count(profile.connections.into())).with(" at a time"),
        Fact::new("Protocol", format!("{}{strict}", profile.dialect.name())),
        Fact::new("Time-out", format!("{} ms", count(profile.timeout_ms))),
    ]
}

/// Message sizes, each of them.
#[must_use]
pub fn sizes(sizes: &[u64]) -> String {
    format!("{} bytes", format_list(sizes).replace(',', ", "))
}

/// The same where there are no more than `most`; of more, how many and between which.
#[must_use]
pub fn sizes_in_short(sizes: &[u64], most: usize) -> String {
    match (sizes.iter().min(), sizes.iter().max()) {
        (Some(least), Some(largest)) if sizes.len() > most => format!(
            "{} from {} to {}",
            counted(sizes.len() as u64, "size"),
            bytes(*least),
            bytes(*largest)
        ),
        _ => self::sizes(sizes),
    }
}

/// Times in milliseconds, each of them.
#[must_use]
pub fn milliseconds(times_ms: &[u64]) -> String {
    let times: Vec<String> = times_ms.iter().map(|ms| count(*ms)).collect();
    format!("{} ms", times.join(", "))
}

fn rounds(rounds: Rounds) -> Fact {
    match rounds {
        Rounds::Exactly(rounds) => Fact::new(ROUNDS, format!("exactly {}", count(rounds.into()))),
        Rounds::UntilPrecise(asked) => Fact::new(
            ROUNDS,
            format!(
                "until precise to {} %, {}, {} s",
                asked.ci_width_percent,
                span(asked.min_rounds, asked.max_rounds),
                count(asked.time_budget_s.into())
            ),
        )
        .with(format!(
            ": the 95 % interval of a point's median of rounds is at most {} % of it wide, and no round \
             after the first {} begins later than {} s into the run",
            asked.ci_width_percent,
            asked.min_rounds,
            count(asked.time_budget_s.into())
        )),
    }
}

fn order(run: &Run) -> Fact {
    let order = run.profile.order;
    Fact::new("Order", order.name()).with(match order {
        Order::Random => format!(
            ": each round visited the points in another order, drawn from the seed {}. The same seed \
             gives the same orders.",
            run.seed
        ),
        Order::Sequential => ": each round visited the points as they are listed".to_owned(),
    })
}
