//! How a run was measured, as it was: what was asked, and how each of it ended.

use super::Fact;
use crate::experiment::{Order, Rounds, format_list};
use crate::gui::point_words::rounds_done;
use crate::measurement::units::{bytes, count, counted, span};
use crate::measurement::{Point, PrecisionOutcome, Run, RunState};

/// Most sizes that are listed one by one.
const MOST_LISTED: usize = 40;
/// Most points that are named in one fact.
const MOST_NAMED: usize = 3;

/// The run, then its method in the order of the form, then how the points ended.
pub(super) fn facts(run: &Run) -> Vec<Fact> {
    let profile = &run.profile;
    let delays: Vec<String> = profile
        .server_delays_ms
        .iter()
        .map(|ms| count(*ms))
        .collect();
    let mut facts = vec![
        state(run),
        Fact::new("Started", started(run)),
        Fact::new(
            "Measurement type",
            format!(
                "{}, as the setup message announced it",
                profile.measurement_type
            ),
        ),
        Fact::new("Message sizes", sizes(&profile.message_sizes)),
        Fact::new("Server delay", format!("{} ms", delays.join(", "))),
        Fact::new(
            "Probes",
            format!(
                "{} a round on each connection",
                count(profile.probes.into())
            ),
        ),
        Fact::new("Warm-up", warmup(profile.warmup)),
        Fact::new("Rounds", rounds(profile.rounds)),
    ];
    facts.extend(endings(run));
    facts.extend([
        Fact::new("Order", order(run)),
        Fact::new("Waiting", profile.wait.name()),
        Fact::new(
            "Probes in flight",
            match profile.depth {
                1 => "1 on each connection: stop-and-wait".to_owned(),
                depth => format!("{} on each connection", count(depth.into())),
            },
        ),
        Fact::new(
            "Connections",
            format!("{} at a time", count(profile.connections.into())),
        ),
        Fact::new(
            "Protocol",
            format!(
                "{}{}",
                profile.dialect.name(),
                if profile.strict { ", strict" } else { "" }
            ),
        ),
        Fact::new("Time-out", format!("{} ms", count(profile.timeout_ms))),
    ]);
    facts
}

fn state(run: &Run) -> Fact {
    let sent: u64 = run.points.iter().map(Point::probes_sent).sum();
    let echoed: u64 = run.points.iter().map(Point::probes_echoed).sum();
    let of_probes = format!("{} of {} echoed", count(echoed), counted(sent, "probe"));
    let (word, is_wrong) = match run.state {
        RunState::Running => ("going on", false),
        RunState::Finished => ("finished", false),
        RunState::Stopped => ("stopped", false),
        RunState::Failed => ("failed", true),
        RunState::Interrupted => ("interrupted", true),
    };
    let why = run
        .error
        .as_ref()
        .map_or(String::new(), |why| format!(". {why}"));
    Fact {
        is_wrong,
        ..Fact::new("State", format!("{word}, {of_probes}{why}"))
    }
}

fn started(run: &Run) -> String {
    let started = run.started.to_zoned(jiff::tz::TimeZone::system());
    started.strftime("%Y-%m-%d %H:%M:%S, UTC%:z").to_string()
}

fn sizes(sizes: &[u64]) -> String {
    match (sizes.iter().min(), sizes.iter().max()) {
        (Some(least), Some(most)) if sizes.len() > MOST_LISTED => format!(
            "{} sizes from {} to {}",
            count(sizes.len() as u64),
            bytes(*least),
            bytes(*most)
        ),
        _ => format!("{} bytes", format_list(sizes).replace(',', ", ")),
    }
}

fn warmup(probes: u32) -> String {
    match probes {
        0 => "none".to_owned(),
        probes => format!(
            "{} at the start of each round, kept and marked, not counted",
            counted(probes.into(), "probe")
        ),
    }
}

fn rounds(rounds: Rounds) -> String {
    match rounds {
        Rounds::Exactly(rounds) => format!("exactly {}", count(rounds.into())),
        Rounds::UntilPrecise(asked) => format!(
            "until precise: the 95 % interval of a point's median of rounds is at most {} % of it wide; \
             {}, none after the first {} begun later than {} s into the run",
            asked.ci_width_percent,
            span(asked.min_rounds, asked.max_rounds),
            asked.min_rounds,
            count(asked.time_budget_s.into()),
        ),
    }
}

fn order(run: &Run) -> String {
    match run.profile.order {
        Order::Random => format!(
            "random: each round visited the points in another order, drawn from the seed {}. The same \
             seed gives the same orders.",
            run.seed
        ),
        Order::Sequential => {
            "sequential: each round visited the points as the form lists them".into()
        }
    }
}

/// How a point ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Incomplete,
    NothingMeasured,
    NotReachedInRounds,
    NotReachedInTime,
    Precise,
    Counted,
    Open,
}

impl Ending {
    /// In the order in which they are told.
    const ALL: [Self; 7] = [
        Self::NothingMeasured,
        Self::Incomplete,
        Self::NotReachedInRounds,
        Self::NotReachedInTime,
        Self::Precise,
        Self::Counted,
        Self::Open,
    ];

    fn of(run: &Run, point: &Point) -> Self {
        let wanted = run.profile.rounds.most() as usize;
        let is_counted = matches!(run.profile.rounds, Rounds::Exactly(_));
        if point.error.is_some() {
            return match point.probes_echoed() {
                0 => Self::NothingMeasured,
                _ => Self::Incomplete,
            };
        }
        match point.outcome {
            Some(PrecisionOutcome::Reached) => Self::Precise,
            Some(PrecisionOutcome::NotReachedInRounds) => Self::NotReachedInRounds,
            Some(PrecisionOutcome::NotReachedInTime) => Self::NotReachedInTime,
            None if is_counted && rounds_done(run, point) >= wanted => Self::Counted,
            None => Self::Open,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Incomplete => "Incomplete",
            Self::NothingMeasured => "Without an echo",
            Self::NotReachedInRounds => "Not reached, rounds up",
            Self::NotReachedInTime => "Not reached, time up",
            Self::Precise => "Precise",
            Self::Counted => "Done",
            Self::Open => "Not ended",
        }
    }

    fn is_wrong(self) -> bool {
        matches!(self, Self::Incomplete | Self::NothingMeasured)
    }
}

/// How the points ended, those that ended alike together.
fn endings(run: &Run) -> Vec<Fact> {
    let ends: Vec<(Ending, &Point)> = run
        .points
        .iter()
        .map(|point| (Ending::of(run, point), point))
        .collect();
    Ending::ALL
        .into_iter()
        .filter_map(|ending| {
            let alike: Vec<&Point> = ends
                .iter()
                .filter(|(one, _)| *one == ending)
                .map(|(_, point)| *point)
                .collect();
            let value = ended_alike(run, ending, &alike)?;
            Some(Fact {
                is_wrong: ending.is_wrong(),
                ..Fact::new(ending.name(), value)
            })
        })
        .collect()
}

fn ended_alike(run: &Run, ending: Ending, points: &[&Point]) -> Option<String> {
    let done = || {
        let done = points.iter().map(|point| rounds_done(run, point));
        done.map(|done| u32::try_from(done).unwrap_or(u32::MAX))
    };
    let (least, most) = (done().min()?, done().max()?);
    let all = counted(run.points.len() as u64, "point");
    let mut text = format!(
        "{} of {all}, {}",
        count(points.len() as u64),
        span(least, most)
    );
    if !matches!(ending, Ending::Precise | Ending::Counted | Ending::Open) {
        let names: Vec<String> = points
            .iter()
            .take(MOST_NAMED)
            .map(|point| name(point))
            .collect();
        text = format!("{text}: {}", names.join(", "));
        if let Some(more) = points
            .len()
            .checked_sub(MOST_NAMED)
            .filter(|more| *more > 0)
        {
            text = format!("{text} and {} more", count(more as u64));
        }
    }
    let fault = points.iter().find_map(|point| point.error.as_ref());
    Some(match fault {
        Some(fault) => format!("{text}. {fault}"),
        None => text,
    })
}

fn name(point: &Point) -> String {
    let size = bytes(point.spec.message_size);
    match point.spec.server_delay_ms {
        0 => size,
        delay => format!("{size} at {} ms", count(delay)),
    }
}
