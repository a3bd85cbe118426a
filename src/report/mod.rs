//! A run, or several, as a lab report: one HTML file that asks for nothing else, can be read without
//! scripts and printed on A4.
//!
//! | file | what it is |
//! | --- | --- |
//! | `page` | the page: its sections, in order |
//! | `figures` | the table of figures, and what limited each point |
//! | `comparison` | the runs compared with the first of them |
//! | `model` | what the model says of the path |
//! | `facts` | profile, path, machine and checks, a column for each run |
//! | `method` | how it was measured, in prose |
//! | `checks` | what checks of servers and clients found |
//! | `excerpt` | the first lines of the transcript, and its refusals |
//! | `addresses` | a run without hosts, addresses and interfaces |

mod addresses;
mod checks;
mod comparison;
mod excerpt;
mod facts;
mod figures;
mod method;
mod model;
mod page;

use crate::chart::picture::Plot;
use crate::check::CheckReport;
use crate::experiment::Target;
use crate::measurement::Run;

pub use addresses::Addresses;

/// A run of a report, under the name and in the colour it has everywhere.
#[derive(Debug, Clone, Copy)]
pub struct ReportRun<'a> {
    /// The run.
    pub run: &'a Run,
    /// What it is called.
    pub name: &'a str,
    /// Its place in the order of colours.
    pub colour: usize,
}

/// What a report has beside its runs.
#[derive(Debug, Clone, Default)]
pub struct ReportOptions<'a> {
    /// Its heading; that of the runs if it is empty.
    pub title: String,
    /// Its plots, one below the other.
    pub plots: &'a [Plot<'a>],
    /// What checks of servers and clients found.
    pub checks: &'a [CheckReport],
}

impl<'a> ReportOptions<'a> {
    /// Those of a report of checks alone.
    #[must_use]
    pub fn of_checks(checks: &'a [CheckReport]) -> Self {
        Self {
            checks,
            ..Self::default()
        }
    }
}

/// The report of some runs as an HTML document.
#[must_use]
pub fn html(runs: &[ReportRun<'_>], options: &ReportOptions<'_>) -> String {
    page::page(runs, options)
}

/// What checks are called where nobody named them.
#[must_use]
pub fn title_of_checks(checks: &[CheckReport]) -> String {
    checks::title(checks)
}

/// What a run is called where nobody named it: what was measured, and when.
#[must_use]
pub fn title_of(run: &Run) -> String {
    format!("{}, {}", what_of(run), started(run))
}

/// The same of several runs: what they have in common.
#[must_use]
pub fn title_of_several<'a>(runs: impl IntoIterator<Item = &'a Run>) -> String {
    let mut whats: Vec<String> = runs.into_iter().map(what_of).collect();
    let number = whats.len();
    whats.dedup();
    match whats.as_slice() {
        [one] => format!("{one}, {number} runs"),
        _ => format!("{number} runs"),
    }
}

fn what_of(run: &Run) -> String {
    let server = match &run.profile.target {
        Target::Embedded => "Echograph's own server".to_owned(),
        Target::Host { .. } => run.destination.clone(),
    };
    format!("TCP echo against message size, {server}")
}

/// When a run started, in the time zone of the machine that measured.
fn started(run: &Run) -> String {
    let zone = &run.environment.time_zone;
    let zoned = run.started.in_tz(zone).ok();
    match zoned.filter(|zoned| !zoned.offset().is_zero()) {
        Some(zoned) => zoned.strftime("%Y-%m-%d %H:%M:%S UTC%:z").to_string(),
        None => run.started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    }
}

#[cfg(test)]
mod tests;
