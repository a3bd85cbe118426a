//! `echograph check`: the program's own server and client pass, and programs with a fault fail exactly the
//! checks that are about it. Everything over real sockets.

#[path = "check/clients.rs"]
mod clients;
#[path = "check/documents.rs"]
mod documents;
#[path = "check/program.rs"]
mod program;
#[path = "check/quirky_client.rs"]
mod quirky_client;
#[path = "check/quirky_server.rs"]
mod quirky_server;
#[path = "check/servers.rs"]
mod servers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use echograph::check::{CheckEvent, CheckReport, Checking, Verdict};

/// Longer than any check here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

/// A waker for whoever listens anyway.
fn nobody() -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(|| {})
}

/// The report that a check ends with.
fn report(checking: &Checking) -> CheckReport {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Ok(CheckEvent::Finished(report)) = checking.next_timeout(PATIENCE) {
            return *report;
        }
    }
    panic!("the check did not end");
}

/// The titles of the checks with that outcome.
fn titles(report: &CheckReport, verdict: Verdict) -> Vec<&str> {
    let checks = report.checks.iter();
    checks
        .filter(|check| check.verdict == verdict)
        .map(|check| check.title.as_str())
        .collect()
}

/// Everything that was said of checks with that outcome, for the message of a failed test.
fn said(report: &CheckReport) -> String {
    let checks = report.checks.iter();
    let failed = checks.filter(|check| check.verdict == Verdict::Fail);
    let lines = failed.map(|check| format!("{}: {}", check.title, check.detail));
    lines.collect::<Vec<_>>().join("\n")
}
