//! Where the program keeps its own files.

use std::env;
use std::path::PathBuf;

use directories::ProjectDirs;

/// The environment variable that moves the configuration folder, so that tests leave the user's
/// alone.
pub const CONFIG_DIR_VARIABLE: &str = "ECHOGRAPH_CONFIG_DIR";

/// The configuration folder, which need not exist yet; `None` for a user without a home.
#[must_use]
pub fn config_dir() -> Option<PathBuf> {
    match env::var_os(CONFIG_DIR_VARIABLE) {
        Some(folder) if !folder.is_empty() => Some(folder.into()),
        _ => ProjectDirs::from("", "", "echograph").map(|dirs| dirs.config_dir().to_owned()),
    }
}
