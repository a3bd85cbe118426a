//! How a run was measured, as it was: what was asked, and how each of it ended.

use crate::experiment::Rounds;
use crate::gui::point_words::rounds_done;
use crate::measurement::facts::{self, Fact, MESSAGE_SIZES, ROUNDS, sizes_in_short};
use crate::measurement::units::{count, counted, span};
use crate::measurement::{Point, PrecisionOutcome, Run};

/// Most sizes that are listed one by one.
const MOST_LISTED: usize = 40;
/// Most points that are named in one fact.
const MOST_NAMED: usize = 3;

/// The run, then its method in the order of the form; how the points ended stands behind the rounds that
/// were asked for.
pub(super) fn facts(run: &Run) -> Vec<Fact> {
    let mut facts = vec![facts::state(run), Fact::new("Started", started(run))];
    for mut fact in facts::profile(run) {
        if fact.name == MESSAGE_SIZES {
            fact.value = sizes_in_short(&run.profile.message_sizes, MOST_LISTED);
        }
        let is_rounds = fact.name == ROUNDS;
        facts.push(fact);
        if is_rounds {
            facts.extend(endings(run));
        }
    }
    facts
}

fn started(run: &Run) -> String {
    let started = run.started.to_zoned(jiff::tz::TimeZone::system());
    started.strftime("%Y-%m-%d %H:%M:%S, UTC%:z").to_string()
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
            .map(|point| point.name())
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
