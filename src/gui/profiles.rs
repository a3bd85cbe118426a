//! New, open, save, save as, recent: what happens to the form and its file.

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

    /// Asks for a profile to open, once changes are settled.
    pub fn ask_open(&mut self, context: &Context) {
        if self.has_unsaved_changes() {
            self.modal = Some(Modal::Unsaved(Then::Open));
        } else {
            self.choose_file(Purpose::OpenProfile, context);
        }
    }

    /// Opens one of the recent profiles, once changes are settled.
    pub fn open_recent(&mut self, path: &Path) {
        if self.has_unsaved_changes() {
            self.modal = Some(Modal::Unsaved(Then::OpenRecent(path.to_owned())));
        } else {
            self.open_profile(path);
        }
    }

    /// Goes on with what unsaved changes held up.
    pub(super) fn go_on(&mut self, then: Then, context: &Context) {
        match then {
            Then::New => self.start_over(),
            Then::Open => self.choose_file(Purpose::OpenProfile, context),
            Then::OpenRecent(path) => {
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
    fn would_wait(&mut self, path: &Path) -> bool {
        let would_wait = is_special(path);
        if would_wait {
            self.say(
                NoticeKind::Error,
                format!(
                    "{}: this is no ordinary file, such as a profile is kept in",
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

    fn choose_file(&mut self, purpose: Purpose, context: &Context) {
        if self.path_field_only {
            self.file_chosen(purpose, Answer::Unavailable);
        } else {
            self.dialogs
                .ask(purpose, self.settings.profile_path.as_deref(), context);
        }
    }

    /// A file dialog has ended.
    pub(super) fn file_chosen(&mut self, purpose: Purpose, answer: Answer) {
        match answer {
            Answer::Picked(path) => {
                self.use_file(purpose, &path);
            }
            Answer::Cancelled => {}
            Answer::Unavailable => {
                let known = self.settings.profile_path.as_deref();
                let path = match (purpose, known) {
                    (_, Some(path)) => path.display().to_string(),
                    (Purpose::SaveProfile, None) => std::env::current_dir()
                        .unwrap_or_default()
                        .join("profile.ron")
                        .display()
                        .to_string(),
                    (Purpose::OpenProfile, None) => String::new(),
                };
                self.modal = Some(Modal::Path {
                    purpose,
                    path,
                    is_new: true,
                });
            }
        }
    }

    /// Reads or writes the file that was chosen.
    pub(super) fn use_file(&mut self, purpose: Purpose, path: &Path) -> bool {
        match purpose {
            Purpose::OpenProfile => self.open_profile(path),
            Purpose::SaveProfile => self.save_to(&with_ending(path)),
        }
    }
}

/// The path as it can be found again by a program that is started in another folder.
fn from_anywhere(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether there is something other than a file or a folder.
pub(super) fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir())
}

/// A name without an ending gets the one that the open dialog looks for.
pub(super) fn with_ending(path: &Path) -> PathBuf {
    if path.extension().is_some() {
        path.to_owned()
    } else {
        path.with_extension("ron")
    }
}
