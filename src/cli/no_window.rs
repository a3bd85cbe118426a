//! No command, in a program that was built without its window: for machines that have no desktop.

use std::path::{Path, PathBuf};

use super::Outcome;
use super::output::complain;

/// Says that there is no window to open.
pub(super) fn open(_files: Vec<PathBuf>) -> Outcome {
    complain(
        "this program was built without its window; \"echograph run\" measures in the terminal, and \
         \"echograph --help\" lists the other commands",
    );
    Outcome::Failed
}

/// Nor one to draw.
pub(super) fn screenshots(_folder: &Path) -> Outcome {
    open(Vec::new())
}
