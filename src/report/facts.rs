//! Profile, path and machine: what is known of each run, side by side.

use super::{ReportRun, started};
use crate::measurement::Run;
use crate::measurement::facts::{self, Fact, NOT_KNOWN};

/// One thing that is known, of each run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub name: String,
    /// What is known of it, a value for each run.
    pub values: Vec<String>,
}

impl Row {
    /// Whether the runs differ in it.
    pub(super) fn differs(&self) -> bool {
        self.values.windows(2).any(|pair| match pair {
            [one, other] => one != other,
            _ => false,
        })
    }
}

/// What was asked, and how it ended.
pub(super) fn profile(runs: &[ReportRun<'_>]) -> Vec<Row> {
    side_by_side(runs, |run| {
        let mut told = vec![facts::state(run), Fact::new("Started", started(run))];
        told.extend(facts::profile(run));
        told
    })
}

/// Where the packets went, and the sockets.
pub(super) fn path(runs: &[ReportRun<'_>]) -> Vec<Row> {
    side_by_side(runs, |run| [facts::path(run), facts::sockets(run)].concat())
}

/// The program, the machine, and what the instrument costs there.
pub(super) fn environment(runs: &[ReportRun<'_>]) -> Vec<Row> {
    side_by_side(runs, |run| {
        let known = &run.environment;
        [
            facts::environment(known),
            facts::calibration(run.calibration),
            facts::settings(known),
        ]
        .concat()
    })
}

fn side_by_side(runs: &[ReportRun<'_>], of: fn(&Run) -> Vec<Fact>) -> Vec<Row> {
    let each: Vec<Vec<Fact>> = runs.iter().map(|one| of(one.run)).collect();
    let told = |fact: Option<&Fact>| fact.map_or_else(|| NOT_KNOWN.to_owned(), Fact::told);
    facts::side_by_side(&each)
        .into_iter()
        .map(|(name, found)| Row {
            name: name.to_owned(),
            values: found.into_iter().map(told).collect(),
        })
        .collect()
}
