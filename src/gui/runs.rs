//! The runs of this window that have ended: which one is shown, and choosing another.

use std::sync::Arc;

use egui::{ComboBox, Ui};

use super::app::App;
use super::run_time::Pace;
use super::server_side::ServerSide;
use super::theme::space;
use super::widgets::note;
use crate::experiment::{MAX_RUN_PROBES, Target};
use crate::measurement::{Point, Run, RunId, RunState};

/// Most runs kept.
const MOST_KEPT: usize = 20;

/// A run that has ended, and what the embedded server recorded of it.
#[derive(Debug, Clone)]
pub struct EndedRun {
    /// The run.
    pub run: Arc<Run>,
    /// What the server recorded; nothing of a server elsewhere.
    pub seen: Option<ServerSide>,
    /// Echoes that came back, counted once: a frame must not go through a million samples.
    pub echoes: u64,
    /// How fast it went.
    pace: Option<Pace>,
}

impl EndedRun {
    /// A run, and what the embedded server recorded of it.
    #[must_use]
    pub fn new(run: Arc<Run>, seen: Option<ServerSide>) -> Self {
        let pace = Pace::of(&run);
        let echoes = run.points.iter().map(Point::probes_echoed).sum();
        Self {
            run,
            seen,
            echoes,
            pace,
        }
    }
}

/// The ended runs, oldest first, and which was chosen.
#[derive(Debug, Default)]
pub struct EndedRuns {
    runs: Vec<EndedRun>,
    chosen: Option<RunId>,
}

impl EndedRuns {
    /// Keeps a run; the oldest go when there are too many, or too many samples in them.
    pub fn keep(&mut self, ended: EndedRun) {
        self.runs.push(ended);
        let sent = |ended: &EndedRun| ended.run.points.iter().map(Point::probes_sent).sum::<u64>();
        while self.runs.len() > MOST_KEPT
            || (self.runs.len() > 1 && self.runs.iter().map(sent).sum::<u64>() > MAX_RUN_PROBES)
        {
            self.runs.remove(0);
        }
    }

    /// A run by its number.
    #[must_use]
    pub fn get(&self, id: RunId) -> Option<&EndedRun> {
        self.runs.iter().find(|ended| ended.run.id == id)
    }

    /// The run that was chosen.
    #[must_use]
    pub fn chosen(&self) -> Option<&EndedRun> {
        self.get(self.chosen?)
    }

    /// The last one.
    #[must_use]
    pub fn last(&self) -> Option<&EndedRun> {
        self.runs.last()
    }

    /// How fast they went, the newest first.
    pub fn paces(&self) -> impl Iterator<Item = &Pace> {
        self.runs
            .iter()
            .rev()
            .filter_map(|ended| ended.pace.as_ref())
    }

    /// Shows a run until another is chosen; `None` follows what is newest.
    pub fn choose(&mut self, id: Option<RunId>) {
        self.chosen = id;
    }
}

/// The list of runs, where there is more than one to show.
pub fn choose(app: &mut App, ui: &mut Ui) {
    let ended = &app.ended;
    let is_going_on = app.progress().is_some();
    if ended.runs.len() + usize::from(is_going_on) < 2 {
        return;
    }
    let newest = if is_going_on {
        "The run that goes on"
    } else {
        "The last run"
    };
    let mut chosen = ended.chosen().map(|ended| ended.run.id);
    ui.add_space(space::LARGE);
    let caption = note(ui, "Run shown");
    ComboBox::from_id_salt("run shown")
        .width(280.0)
        .truncate()
        .selected_text(
            ended
                .chosen()
                .map_or_else(|| newest.to_owned(), |ended| name(&ended.run)),
        )
        .show_ui(ui, |ui| {
            ui.selectable_value(&mut chosen, None, newest);
            for ended in ended.runs.iter().rev() {
                ui.selectable_value(&mut chosen, Some(ended.run.id), name(&ended.run));
            }
        })
        .response
        .labelled_by(caption.id);
    app.ended.choose(chosen);
}

fn name(run: &Run) -> String {
    let state = match run.state {
        RunState::Finished => "finished",
        RunState::Stopped => "stopped",
        RunState::Failed => "failed",
        RunState::Running | RunState::Interrupted => "interrupted",
    };
    let place = match &run.profile.target {
        Target::Embedded => "this program",
        Target::Host { .. } => run.destination.as_str(),
    };
    let started = run
        .started
        .to_zoned(jiff::tz::TimeZone::system())
        .strftime("%H:%M:%S");
    format!(
        "{}. {started}, {}, {place}, {state}",
        run.id.0, run.profile.measurement_type
    )
}
