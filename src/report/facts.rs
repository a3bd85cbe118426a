//! Profile, path and machine: what is known of each run, side by side.

use super::{ReportRun, started};
use crate::measurement::facts::{self, Fact, NOT_KNOWN};
use crate::measurement::{About, Run};

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

/// What the servers do differently from the text.
pub(super) fn server(runs: &[ReportRun<'_>]) -> Vec<Row> {
    let each = runs.iter().map(|one| &one.run.server.remarks);
    let mut about: Vec<About> = each.flatten().map(|remark| remark.about).collect();
    about.sort();
    about.dedup();
    let told = |one: &ReportRun<'_>, about| {
        let mut remarks = one.run.server.remarks.iter();
        let remark = remarks.find(|remark| remark.about == about);
        remark.map_or_else(
            || "as the text has it".to_owned(),
            |remark| remark.text.clone(),
        )
    };
    about
        .into_iter()
        .map(|about| Row {
            name: about.to_string(),
            values: runs.iter().map(|one| told(one, about)).collect(),
        })
        .collect()
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
