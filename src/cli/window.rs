//! No command: the window.

use std::env;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use super::Outcome;
use super::output::complain;
use crate::gui;

/// Opens the window, with a profile if one was named.
pub(super) fn open(profile: Option<PathBuf>) -> Outcome {
    if let Some(path) = profile.as_deref().filter(|path| !path.exists()) {
        // A mistyped command looks like a profile too.
        complain(format_args!(
            "there is no profile {}, and no command of that name (echograph --help lists them)",
            path.display()
        ));
        return Outcome::WrongUsage;
    }
    if !has_display() {
        complain(
            "there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set); \
             `echograph run` measures in the terminal",
        );
        return Outcome::Failed;
    }
    ended(gui::run(profile).map_err(|error| {
        format!("the window could not be opened: {error}; `echograph run` measures in the terminal")
    }))
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

/// Elsewhere than on Linux a program always has one, or is told otherwise by the window's library.
fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .into_iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}
