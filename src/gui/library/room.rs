//! How much the window keeps, and what goes when it is more.

use super::super::app::{App, NoticeKind};
use super::{Entry, Library};
use crate::chart::SourceId;
use crate::experiment::MAX_RUN_PROBES;
use crate::measurement::units::count;

/// Most entries kept.
pub const MOST_KEPT: usize = 20;

impl Library {
    /// Lets go of the oldest while there are too many, and gives their names. What has just come stays,
    /// and what is drawn goes last.
    pub(super) fn make_room(&mut self, newest: SourceId) -> Vec<String> {
        let mut gone = Vec::new();
        while self.is_too_much() {
            let Some(id) = self.least_needed(newest) else {
                break;
            };
            gone.extend(self.entry(id).map(|entry| entry.name.clone()));
            self.remove(id);
        }
        gone
    }

    fn is_too_much(&self) -> bool {
        let sent = |entry: &Entry| entry.kept().map_or(0, |kept| kept.sent);
        let all = self.entries.iter().map(sent).fold(0, u64::saturating_add);
        self.entries.len() > MOST_KEPT || all > MAX_RUN_PROBES
    }

    fn least_needed(&self, newest: SourceId) -> Option<SourceId> {
        let can_go = |entry: &&Entry| entry.id != newest && !entry.goes_on();
        let drawn: Vec<SourceId> = self.drawn().map(|entry| entry.id).collect();
        let baseline = self.baseline().map(|entry| entry.id);
        let is_idle = |entry: &&Entry| !drawn.contains(&entry.id) && baseline != Some(entry.id);
        let oldest = || self.entries.iter().filter(can_go);
        let entry = oldest().find(is_idle).or_else(|| oldest().next())?;
        Some(entry.id)
    }
}

impl App {
    /// Says which runs had to go, unless something more important is said.
    pub(in super::super) fn say_gone(&mut self, names: &[String]) {
        let has_error = self
            .notice()
            .is_some_and(|notice| notice.kind == NoticeKind::Error);
        if names.is_empty() || has_error {
            return;
        }
        self.say(NoticeKind::Info, gone(names));
    }
}

/// A sentence about those that had to go.
fn gone(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let (is, it) = if names.len() == 1 {
        ("is", "it")
    } else {
        ("are", "them")
    };
    format!(
        "{} {is} no longer in the window, which keeps at most {MOST_KEPT} runs and {} probes. \
         File > Save run… keeps {it} for good the next time.",
        names.join(", "),
        count(MAX_RUN_PROBES)
    )
}
