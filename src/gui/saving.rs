//! Saving a run as a document, on a thread of its own: one with millions of samples takes a while.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread::JoinHandle;

use egui::Context;

use super::app::{App, NoticeKind};
use super::file_dialog::Purpose;
use super::library::{Entry, file_name};
use super::profiles::from_anywhere;
use crate::chart::SourceId;
use crate::measurement::Run;
use crate::store::{io_words, save_run};

/// Runs that are being saved.
#[derive(Debug, Default)]
pub struct Savings {
    /// The run for which a file is asked: another may be shown until there is an answer.
    wanted: Option<SourceId>,
    under_way: Vec<Saving>,
}

#[derive(Debug)]
struct Saving {
    path: PathBuf,
    result: Receiver<std::io::Result<()>>,
    thread: JoinHandle<()>,
}

impl Savings {
    /// What is being saved, for the line of the state.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let saving = self.under_way.first()?;
        let name = saving.path.file_name().unwrap_or_default();
        Some(format!("Saving {}…", name.to_string_lossy()))
    }

    /// Waits for what is under way: the window has closed, and nothing that was to be saved is lost.
    pub fn finish(&mut self) {
        for saving in self.under_way.drain(..) {
            let _ = saving.thread.join();
        }
    }
}

impl App {
    /// The run that would be saved: the one that is shown, once it has ended.
    pub(super) fn run_to_save(&self) -> Option<&Entry> {
        self.library.shown().filter(|entry| !entry.goes_on())
    }

    /// Asks for a file and saves the run to it.
    pub(super) fn ask_save_run(&mut self, context: &Context) {
        self.savings.wanted = self.run_to_save().map(|entry| entry.id);
        if self.savings.wanted.is_some() {
            self.choose_file(Purpose::SaveRun, context);
        }
    }

    /// The file name that is proposed for the run.
    pub(super) fn run_file_name(&self) -> String {
        let entry = self.savings.wanted.and_then(|id| self.library.entry(id));
        file_name(
            entry.map_or("run", |entry| &entry.name),
            Purpose::SaveRun.ending(),
        )
    }

    /// Saves the run for which a file was asked.
    pub(super) fn save_run_to(&mut self, path: &Path, context: &Context) {
        let wanted = self.savings.wanted.take();
        let entry = wanted.and_then(|id| self.library.entry(id));
        let Some(run) = entry.and_then(Entry::run).map(Arc::clone) else {
            self.say(
                NoticeKind::Error,
                "The run is no longer in the window, and was not saved.",
            );
            return;
        };
        let path = from_anywhere(path);
        if self.would_wait(&path) {
            return;
        }
        match begin(run, &path, context) {
            Ok(saving) => self.savings.under_way.push(saving),
            Err(error) => self.say(NoticeKind::Error, cannot(&path, &error)),
        }
    }

    /// Says what was saved meanwhile.
    pub(super) fn take_saved(&mut self) {
        let mut ended = Vec::new();
        self.savings
            .under_way
            .retain(|saving| match saving.result.try_recv() {
                Ok(result) => {
                    ended.push((saving.path.clone(), result));
                    false
                }
                Err(why) => why == TryRecvError::Empty,
            });
        for (path, result) in ended {
            match result {
                Ok(()) => self.say(NoticeKind::Info, format!("Saved to {}.", path.display())),
                Err(error) => self.say(NoticeKind::Error, cannot(&path, &error)),
            }
        }
    }
}

fn begin(run: Arc<Run>, path: &Path, context: &Context) -> std::io::Result<Saving> {
    let (sender, result) = channel();
    let (waker, to) = (context.clone(), path.to_owned());
    let thread = std::thread::Builder::new()
        .name("echograph-save".to_owned())
        .spawn(move || {
            let _ = sender.send(save_run(&to, &run));
            waker.request_repaint();
        })?;
    Ok(Saving {
        path: path.to_owned(),
        result,
        thread,
    })
}

fn cannot(path: &Path, error: &std::io::Error) -> String {
    format!("{} {}", path.display(), io_words(error))
}
