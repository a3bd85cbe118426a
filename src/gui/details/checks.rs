//! Whether a run agrees with itself, what does not first.

use super::{Fact, NOT_KNOWN};
use crate::measurement::{Run, RunState};

/// Each check with its figures.
pub(super) fn facts(run: &Run) -> Vec<Fact> {
    if run.checks.is_empty() {
        let why = if run.state == RunState::Running {
            "looked at when the run has ended"
        } else {
            NOT_KNOWN
        };
        return vec![Fact::new("All", why)];
    }
    let failed = run.checks.iter().filter(|check| !check.passed);
    let passed = run.checks.iter().filter(|check| check.passed);
    let failed = failed.map(|check| Fact::wrong(&check.name, format!("FAILED: {}", check.detail)));
    failed
        .chain(passed.map(|check| Fact::new(&check.name, &check.detail)))
        .collect()
}
