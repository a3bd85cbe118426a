//! The whole window over runs that are handed to it instead of measured: what it costs to show them can be
//! measured without a display and without an engine that works beside it.

use std::sync::Arc;

use egui::{Context, Ui};

use super::app::{App, Options};
use super::layout;
use super::selection::Selected;
use crate::engine::{RunProgress, Snapshot};
use crate::measurement::Run;

/// The window, without settings of its own on disk.
pub struct FedWindow {
    app: App,
}

impl FedWindow {
    /// A window on its first start.
    ///
    /// # Errors
    /// The system gives no thread for the engine, which has nothing to do.
    pub fn open(context: &Context) -> std::io::Result<Self> {
        Ok(Self {
            app: App::new(context, Options::default())?,
        })
    }

    /// The state of the window.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The same, to be changed.
    #[cfg(test)]
    pub(super) fn app_mut(&mut self) -> &mut App {
        &mut self.app
    }

    /// A picture of a run that goes on.
    pub fn picture(&mut self, progress: RunProgress) {
        self.app.snapshot = Arc::new(Snapshot {
            queue: Vec::new(),
            current: Some(progress),
        });
        self.app.follow_run();
    }

    /// A run that has ended.
    pub fn ended(&mut self, run: Arc<Run>) {
        self.app.snapshot = Arc::new(Snapshot::default());
        self.app.keep_run(run, None);
    }

    /// Selects a point of the run that is shown, by its place, and opens the tab that shows it.
    pub fn select(&mut self, place: usize) {
        let point = self.app.shown().and_then(|run| {
            let point = run.points.get(place)?;
            Some(Selected::new(run, point))
        });
        self.app.selected = point;
        self.app.open_point();
    }

    /// What a frame does beside drawing.
    pub fn logic(&mut self, context: &Context) {
        self.app.take_in(context);
    }

    /// Draws a frame.
    pub fn show(&mut self, ui: &mut Ui) {
        layout::show(&mut self.app, ui);
    }
}
