//! Checks that are read from files and written to them.

use std::path::Path;
use std::sync::Arc;

use egui::Context;

use super::super::app::{App, NoticeKind};
use super::super::file_dialog::Purpose;
use super::super::library::file_name;
use super::super::profiles::from_anywhere;
use super::super::saving::cannot;
use super::CheckView;
use super::sheet::Sheet;
use crate::check::CheckReport;
use crate::report::{self, ReportOptions};
use crate::store::{save_check, write_atomically};

/// As what a check is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckFile {
    /// Its document.
    Json,
    /// A page to read.
    Html,
}

impl CheckFile {
    /// The ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
        }
    }
}

impl App {
    /// The check that is shown, once it has ended.
    #[must_use]
    pub fn shown_check(&self) -> Option<&Arc<CheckReport>> {
        self.check.sheet.as_ref()?.report.as_ref()
    }

    /// Shows a check that was read from a file.
    ///
    /// # Errors
    /// Why it cannot be shown now.
    pub(in super::super) fn show_check(
        &mut self,
        report: CheckReport,
        path: &Path,
    ) -> Result<(), &'static str> {
        if self.is_checking() {
            return Err("a check goes on: stop it first");
        }
        let name = path.file_name().unwrap_or(path.as_os_str());
        self.check = CheckView {
            sheet: Some(Sheet::of_document(
                report,
                name.to_string_lossy().into_owned(),
            )),
            ..CheckView::default()
        };
        self.open_check();
        Ok(())
    }

    /// Asks for a file and writes the check to it.
    pub(super) fn ask_save_check(&mut self, file: CheckFile, context: &Context) {
        self.check.wanted = self.shown_check().cloned();
        if self.check.wanted.is_some() {
            self.choose_file(Purpose::SaveCheck(file), context);
        }
    }

    /// The file name that is proposed for the check.
    pub(in super::super) fn check_file_name(&self, file: CheckFile) -> String {
        let report = self.check.wanted.as_ref();
        let name = report.map_or_else(
            || "check".to_owned(),
            |report| format!("check {}", report.address),
        );
        file_name(&name, file.ending())
    }

    /// Writes the check for which a file was asked.
    pub(in super::super) fn save_check_to(
        &mut self,
        file: CheckFile,
        path: &Path,
        context: &Context,
    ) {
        let Some(report) = self.check.wanted.take() else {
            self.say(
                NoticeKind::Error,
                "The check is no longer in the window, and was not saved.",
            );
            return;
        };
        let path = from_anywhere(path);
        if self.would_wait(&path) {
            return;
        }
        self.begin_saving(&path, context, move |path| {
            let written = match file {
                CheckFile::Json => save_check(path, &report),
                CheckFile::Html => {
                    let options = ReportOptions::of_checks(std::slice::from_ref(&*report));
                    let page = report::html(&[], &options);
                    write_atomically(path, |out| out.write_all(page.as_bytes()))
                }
            };
            written.map_err(|error| cannot(path, &error))
        });
    }
}
