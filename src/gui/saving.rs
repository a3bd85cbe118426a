//! Writing runs and exports, on threads of their own: a run with millions of samples takes a while.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread::JoinHandle;

use egui::Context;

use super::app::{App, NoticeKind};
use super::export::{ExportError, Material};
use super::file_dialog::Purpose;
use super::library::{Entry, file_name};
use super::profiles::from_anywhere;
use crate::chart::SourceId;
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
    /// Why it was not saved, in a sentence.
    result: Receiver<Result<(), String>>,
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
        self.begin_saving(&path, context, move |path| {
            save_run(path, &run).map_err(|error| cannot(path, &error))
        });
    }

    /// The file name that is proposed for an export.
    pub(super) fn export_file_name(&self, purpose: Purpose) -> String {
        let wanted = self.exports.wanted.as_ref();
        let name = wanted.map_or_else(|| "plots".to_owned(), Material::name);
        file_name(&name, purpose.ending())
    }

    /// Writes the export for which a file was asked.
    pub(super) fn export_to(&mut self, path: &Path, context: &Context) {
        let Some(material) = self.exports.wanted.take() else {
            return;
        };
        let path = from_anywhere(path);
        if self.would_wait(&path) {
            return;
        }
        self.begin_saving(&path, context, move |path| {
            material.write_to(path).map_err(|error| match error {
                ExportError::File(error) => cannot(path, &error),
                ExportError::Picture(error) => format!("{}: {error}", path.display()),
            })
        });
    }

    pub(super) fn begin_saving(
        &mut self,
        path: &Path,
        context: &Context,
        save: impl FnOnce(&Path) -> Result<(), String> + Send + 'static,
    ) {
        match begin(path, context, save) {
            Ok(saving) => self.savings.under_way.push(saving),
            Err(error) => self.say(NoticeKind::Error, cannot(path, &error)),
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
                Err(why) => self.say(NoticeKind::Error, why),
            }
        }
    }
}

fn begin(
    path: &Path,
    context: &Context,
    save: impl FnOnce(&Path) -> Result<(), String> + Send + 'static,
) -> std::io::Result<Saving> {
    let (sender, result) = channel();
    let (waker, to) = (context.clone(), path.to_owned());
    let thread = std::thread::Builder::new()
        .name("echograph-save".to_owned())
        .spawn(move || {
            let _ = sender.send(save(&to));
            waker.request_repaint();
        })?;
    Ok(Saving {
        path: path.to_owned(),
        result,
        thread,
    })
}

/// Why a file was not written.
pub(super) fn cannot(path: &Path, error: &std::io::Error) -> String {
    format!("{} {}", path.display(), io_words(error))
}
