//! What a run's server does differently from the text of the protocol.

use super::Fact;
use crate::measurement::Run;

/// Each thing, in whole sentences; a single fact where there is none.
#[must_use]
pub fn server(run: &Run) -> Vec<Fact> {
    if run.server.remarks.is_empty() {
        return vec![Fact::new("Differences", "none were seen")];
    }
    let remarks = run.server.remarks.iter();
    remarks
        .map(|remark| Fact::new(remark.about.to_string(), &remark.text))
        .collect()
}
