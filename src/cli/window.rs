//! No command: the window.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use super::Outcome;
use super::output::complain;
use crate::gui;

/// Opens the window, with the files that were named.
pub(super) fn open(files: Vec<PathBuf>) -> Outcome {
    if let Some(path) = files.iter().find(|path| !path.exists()) {
        // A mistyped command looks like a file too.
        complain(format_args!(
            "there is no file {}, and no command of that name (echograph --help lists them)",
            path.display()
        ));
        return Outcome::WrongUsage;
    }
    ended(gui::run(files))
}

/// Draws the window into picture files.
pub(super) fn screenshots(folder: &Path) -> Outcome {
    ended(gui::screenshots(folder))
}

fn ended(result: Result<(), impl Display>) -> Outcome {
    match result {
        Ok(()) => Outcome::Done,
        Err(error) => {
            complain(error);
            Outcome::Failed
        }
    }
}
