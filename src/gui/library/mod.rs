//! What is in the window: runs that were measured in it, runs that were opened, results of other tools.
//! Each has a number, a name and a colour, which are the same in plots, table and lists.
//!
//! One run is shown: table and tabs are about it. Others are overlaid in the plots, and one of those
//! that are drawn is the baseline to which the others are compared. The oldest go when there are too many,
//! or too many samples in them.

mod chooser;
mod entry;
mod names;
mod room;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use super::app::App;
use super::run_time::Pace;
use super::server_side::ServerSide;
use crate::chart::{Source, SourceId};
use crate::measurement::{PeerResult, Run, RunId, RunState};

pub use chooser::choose;
pub use entry::{Content, Entry, KeptRun};
pub use names::{MAX_NAME, file_name};
pub use room::MOST_KEPT;

/// Runs that were opened have numbers from here on: the engine's own never come near them.
const FIRST_OPENED: u64 = 1 << 32;

/// Everything that is in the window, oldest first.
#[derive(Debug, Default)]
pub struct Library {
    entries: Vec<Entry>,
    /// The run that was chosen to be shown; `None` follows what is newest.
    chosen: Option<SourceId>,
    /// The baseline that was chosen.
    baseline: Option<SourceId>,
    /// How many entries there were.
    arrived: u64,
    /// How many of them were opened.
    opened: u64,
}

impl Library {
    /// Everything, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// An entry.
    #[must_use]
    pub fn entry(&self, id: SourceId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// An entry, to be changed.
    pub fn entry_mut(&mut self, id: SourceId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.id == id)
    }

    /// A run by its number.
    #[must_use]
    pub fn get(&self, id: RunId) -> Option<&KeptRun> {
        self.entry(SourceId(id.0))?.kept()
    }

    /// The run that is shown: the one that was chosen, else the one that goes on, else the newest.
    #[must_use]
    pub fn shown(&self) -> Option<&Entry> {
        let chosen = self.chosen.and_then(|id| self.entry(id));
        let mut runs = self.entries.iter().filter(|entry| entry.run().is_some());
        chosen
            .or_else(|| self.entries.iter().find(|entry| entry.goes_on()))
            .or_else(|| runs.next_back())
    }

    /// The run that was chosen to be shown.
    #[must_use]
    pub fn chosen(&self) -> Option<&Entry> {
        self.entry(self.chosen?)
    }

    /// What the plots draw: the run that is shown, then what is overlaid.
    pub fn drawn(&self) -> impl Iterator<Item = &Entry> {
        let shown = self.shown().map(|entry| entry.id);
        let overlaid = self.entries.iter();
        let overlaid = overlaid.filter(move |entry| entry.is_overlaid && Some(entry.id) != shown);
        self.shown().into_iter().chain(overlaid)
    }

    /// The same as sources of curves.
    #[must_use]
    pub fn sources(&self) -> Vec<Source<'_>> {
        self.drawn().map(Entry::source).collect()
    }

    /// The run to which others are compared: the one that was chosen, else the oldest of those drawn,
    /// where there are several.
    #[must_use]
    pub fn baseline(&self) -> Option<&Entry> {
        if let Some(chosen) = self.baseline.and_then(|id| self.entry(id)) {
            return Some(chosen);
        }
        let runs = || self.drawn().filter(|entry| entry.run().is_some());
        runs()
            .min_by_key(|entry| entry.number)
            .filter(|_| runs().count() > 1)
    }

    /// How fast the runs of this window went, the newest first.
    pub fn paces(&self) -> impl Iterator<Item = &Pace> {
        let kept = self.entries.iter().rev().filter_map(Entry::kept);
        kept.filter_map(|kept| kept.pace.as_ref())
    }

    /// Shows a run until another is chosen; `None` follows what is newest.
    pub fn choose(&mut self, id: Option<SourceId>) {
        self.chosen = id;
    }

    /// Shows what is newest from now on: a run was started to be seen. What was opened and shown until
    /// now stays in the plots.
    pub fn follow_newest(&mut self) {
        let chosen = self.chosen.take().and_then(|id| self.entry_mut(id));
        if let Some(entry) = chosen.filter(|entry| entry.path.is_some()) {
            entry.is_overlaid = true;
        }
    }

    /// Compares with this run from now on.
    pub fn set_baseline(&mut self, id: SourceId) {
        self.baseline = Some(id);
    }

    /// Lays an entry over the run that is shown, or not.
    pub fn overlay(&mut self, id: SourceId, is_overlaid: bool) {
        if let Some(entry) = self.entry_mut(id) {
            entry.is_overlaid = is_overlaid;
        }
    }

    /// Takes an entry out. A run that goes on stays.
    pub fn remove(&mut self, id: SourceId) {
        self.entries
            .retain(|entry| entry.id != id || entry.goes_on());
    }

    /// Whether a run was measured in this window.
    #[must_use]
    pub fn is_measured_here(&self, id: RunId) -> bool {
        id.0 < FIRST_OPENED && self.get(id).is_some()
    }

    /// A run that had ended goes on.
    pub fn goes_on_again(&mut self, run: &Arc<Run>) {
        if let Some(entry) = self.entry_mut(SourceId(run.id.0)) {
            entry.content = Content::Run(Box::new(KeptRun::going_on(run)));
        }
    }

    /// Takes in the newest state of the run that goes on, under a name if it is new.
    pub fn follow(&mut self, run: &Arc<Run>, name: impl FnOnce() -> String) {
        match self.entry_mut(SourceId(run.id.0)) {
            // What is said of a run that has ended is older than its end.
            Some(entry) if !entry.goes_on() => {}
            Some(entry) => entry.content = Content::Run(Box::new(KeptRun::going_on(run))),
            None => {
                let kept = Box::new(KeptRun::going_on(run));
                self.add(SourceId(run.id.0), name(), Content::Run(kept), None);
            }
        }
    }

    /// Keeps a run that has ended, and gives the names of those that had to go for it.
    pub fn keep(
        &mut self,
        run: Arc<Run>,
        seen: Option<ServerSide>,
        name: impl FnOnce() -> String,
    ) -> Vec<String> {
        let id = SourceId(run.id.0);
        let content = Content::Run(Box::new(KeptRun::measured(run, seen)));
        match self.entry_mut(id) {
            Some(entry) => entry.content = content,
            None => self.add(id, name(), content, None),
        }
        self.make_room(id)
    }

    /// Takes in a run that was opened, under a number of its own, and gives the names of those that had
    /// to go for it.
    pub fn add_run(&mut self, mut run: Run, path: &Path) -> (SourceId, Vec<String>) {
        let id = self.next_opened();
        run.id = RunId(id.0);
        if run.state == RunState::Running {
            run.state = RunState::Interrupted;
        }
        let content = Content::Run(Box::new(KeptRun::opened(Arc::new(run))));
        self.add(id, names::of_file(path), content, Some(path));
        (id, self.make_room(id))
    }

    /// Takes in a result of another tool, overlaid, and gives the names of those that had to go for it.
    pub fn add_peer(&mut self, peer: PeerResult, path: &Path) -> (SourceId, Vec<String>) {
        let id = self.next_opened();
        let content = Content::Peer(Arc::new(peer));
        self.add(id, names::of_file(path), content, Some(path));
        self.overlay(id, true);
        (id, self.make_room(id))
    }

    fn next_opened(&mut self) -> SourceId {
        self.opened += 1;
        SourceId(FIRST_OPENED + self.opened)
    }

    fn add(&mut self, id: SourceId, name: String, content: Content, path: Option<&Path>) {
        self.arrived += 1;
        let name = names::apart(name, &self.entries);
        self.entries.push(Entry {
            id,
            number: self.arrived,
            given_name: name.clone(),
            name,
            colour: self.free_colour(),
            is_overlaid: false,
            content,
            path: path.map(Path::to_owned),
        });
    }

    /// The first place in the order of colours that no entry has: whatever is overlaid later, no two look
    /// alike, and none has to change its colour.
    fn free_colour(&self) -> usize {
        let is_free = |colour: &usize| self.entries.iter().all(|entry| entry.colour != *colour);
        (0..=self.entries.len()).find(is_free).unwrap_or_default()
    }
}

impl App {
    /// What the plots draw: the run that is shown first, then what is overlaid.
    #[must_use]
    pub fn sources(&self) -> Vec<Source<'_>> {
        self.library.sources()
    }

    /// What is in the window.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Takes in the run that goes on.
    pub(super) fn follow_run(&mut self) {
        let Some(run) = self.progress().map(|progress| Arc::clone(&progress.run)) else {
            return;
        };
        let profile = self.profile_of(&run);
        self.library
            .follow(&run, || names::of_run(&run, profile.as_deref()));
    }

    /// Keeps a run that has ended.
    pub(super) fn keep_run(&mut self, run: Arc<Run>, seen: Option<ServerSide>) {
        let profile = self.profile_of(&run);
        let name = names::of_run(&run, profile.as_deref());
        let gone = self.library.keep(run, seen, || name);
        self.say_gone(&gone);
    }

    /// The name of the profile that a run was measured with, if the form still has it.
    fn profile_of(&self, run: &Run) -> Option<String> {
        self.settings.profile_path.as_ref()?;
        let form = self.settings.form.profile().ok()?;
        (form == *run.profile && !self.has_unsaved_changes()).then(|| self.profile_name())
    }
}
