//! New, open, save, save as, recent: what happens to the form and its file; and which file is wanted.

use std::path::{Path, PathBuf};

use egui::Context;

use super::app::{App, NoticeKind};
use super::file_dialog::{Answer, Purpose};
use super::form::Form;
use super::modal::{Modal, Then};
use crate::experiment::Profile;
use crate::store::{load_profile, save_profile};

impl App {
    /// A new profile, once changes are settled.
    pub fn new_profile(&mut self) {
        if self.has_unsaved_changes() {
            self.modal = Some(Modal::Unsaved(Then::New));
        } else {
            self.start_over();
        }
    }

    /// The default form, belonging to no file.
    pub(super) fn start_over(&mut self) {
        self.settings.form = Form::default();
        self.settings.profile_path = None;
        self.set_baseline();
    }

    /// Opens a profile, once changes are settled.
    pub fn open_recent(&mut self, path: &Path) {
        if self.has_unsaved_changes() {
            self.modal = Some(Modal::Unsaved(Then::OpenProfile(path.to_owned())));
        } else {
            self.open_profile(path);
        }
    }

    /// Goes on with what unsaved changes held up.
    pub(super) fn go_on(&mut self, then: Then) {
        match then {
            Then::New => self.start_over(),
            Then::OpenProfile(path) => {
                self.open_profile(&path);
            }
        }
    }

    /// Reads a profile into the form; one that cannot be read changes nothing and says why.
    pub fn open_profile(&mut self, path: &Path) -> bool {
        let path = &from_anywhere(path);
        if self.would_wait(path) {
            return false;
        }
        match load_profile(path) {
            Ok(profile) => {
                self.settings.form = Form::of(&profile);
                self.settings.profile_path = Some(path.to_owned());
                self.settings.remember(path);
                self.set_baseline();
                self.dismiss_notice();
                true
            }
            Err(error) => {
                self.say(NoticeKind::Error, format!("{}: {error}", path.display()));
                false
            }
        }
    }

    /// Saves the profile to its file, or asks for one.
    pub fn save(&mut self, context: &Context) {
        match self.settings.profile_path.clone() {
            Some(path) => {
                self.save_to(&path);
            }
            None => self.save_as(context),
        }
    }

    /// Asks for a file and saves the profile to it.
    pub fn save_as(&mut self, context: &Context) {
        if self.saveable().is_some() {
            self.choose_file(Purpose::SaveProfile, context);
        }
    }

    /// The profile of the form, or a word on why there is none: a file that could not be opened again
    /// is not written.
    fn saveable(&mut self) -> Option<Profile> {
        match self.settings.form.profile() {
            Ok(profile) => Some(profile),
            Err(problems) => {
                let reasons: Vec<String> = problems.iter().map(ToString::to_string).collect();
                let reasons = reasons.join("; ");
                self.say(
                    NoticeKind::Error,
                    format!("The form cannot be saved yet. {reasons}"),
                );
                None
            }
        }
    }

    /// A pipe or a device would be waited for, and the window with it.
    pub(super) fn would_wait(&mut self, path: &Path) -> bool {
        let would_wait = is_special(path);
        if would_wait {
            self.say(
                NoticeKind::Error,
                format!(
                    "{}: this is no ordinary file, and only such are used",
                    path.display()
                ),
            );
        }
        would_wait
    }

    fn save_to(&mut self, path: &Path) -> bool {
        let Some(profile) = self.saveable() else {
            return false;
        };
        let path = &from_anywhere(path);
        if self.would_wait(path) {
            return false;
        }
        match save_profile(path, &profile) {
            Ok(()) => {
                self.settings.profile_path = Some(path.to_owned());
                self.settings.remember(path);
                self.set_baseline();
                self.say(NoticeKind::Info, format!("Saved to {}.", path.display()));
                true
            }
            Err(error) => {
                self.say(NoticeKind::Error, format!("{}: {error}", path.display()));
                false
            }
        }
    }

    /// Asks for a file.
    pub(super) fn choose_file(&mut self, purpose: Purpose, context: &Context) {
        if self.path_field_only {
            self.file_chosen(purpose, Answer::Unavailable, context);
        } else {
            let start = self.start_of(purpose);
            self.dialogs.ask(purpose, &start, context);
        }
    }

    /// A file dialog has ended.
    pub(super) fn file_chosen(&mut self, purpose: Purpose, answer: Answer, context: &Context) {
        match answer {
            Answer::Picked(paths) => self.use_files(purpose, &paths, context),
            Answer::Cancelled => self.exports.wanted = None,
            Answer::Unavailable => {
                self.modal = Some(Modal::Path {
                    purpose,
                    path: self.start_of(purpose).display().to_string(),
                    is_new: true,
                });
            }
        }
    }

    /// The path that is proposed: beside the profile, or in the folder in which the program was started.
    fn start_of(&self, purpose: Purpose) -> PathBuf {
        let known = self.settings.profile_path.as_deref();
        let folder = || {
            let beside = known.and_then(Path::parent).map(Path::to_owned);
            beside.unwrap_or_else(|| std::env::current_dir().unwrap_or_default())
        };
        match (purpose, known) {
            (Purpose::Open | Purpose::SaveProfile, Some(path)) => path.to_owned(),
            (Purpose::Open, None) => PathBuf::new(),
            (Purpose::SaveProfile, None) => folder().join("profile.ron"),
            (Purpose::SaveRun, _) => folder().join(self.run_file_name()),
            (Purpose::SaveCheck(file), _) => folder().join(self.check_file_name(file)),
            (Purpose::Export(_), _) => folder().join(self.export_file_name(purpose)),
        }
    }

    /// Reads or writes the files that were chosen.
    pub(super) fn use_files(&mut self, purpose: Purpose, paths: &[PathBuf], context: &Context) {
        match (purpose, paths) {
            (Purpose::Open, paths) => self.open_files(paths, context),
            (Purpose::SaveProfile, [path]) => {
                self.save_to(&with_ending(path, purpose));
            }
            (Purpose::SaveRun, [path]) => self.save_run_to(&with_ending(path, purpose), context),
            (Purpose::Export(_), [path]) => self.export_to(&with_ending(path, purpose), context),
            (Purpose::SaveCheck(file), [path]) => {
                self.save_check_to(file, &with_ending(path, purpose), context);
            }
            (
                Purpose::SaveProfile
                | Purpose::SaveRun
                | Purpose::SaveCheck(_)
                | Purpose::Export(_),
                _,
            ) => {}
        }
    }
}

/// The path as it can be found again by a program that is started in another folder.
pub(super) fn from_anywhere(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether there is something other than a file or a folder.
pub(super) fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir())
}

/// A name without an ending gets the one that the open dialog looks for.
pub(super) fn with_ending(path: &Path, purpose: Purpose) -> PathBuf {
    if path.extension().is_some() {
        path.to_owned()
    } else {
        path.with_extension(purpose.ending())
    }
}
