//! What the window remembers from one start to the next, in a RON file of its own. The window's
//! position and size are eframe's.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::check::CheckOptions;
use super::form::Form;
use super::plots::PlotOptions;
use super::point_tab::PointOptions;
use super::server_limits::{Secret, ServerLimits};
use super::theme::{TRANSCRIPT_HEIGHT, ThemeChoice};

/// Most recent profiles remembered.
const MAX_RECENT: usize = 10;
/// A larger file is not ours.
const MAX_FILE: u64 = 1024 * 1024;

/// Which tab is open under the plots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Tab {
    /// The points' statistics.
    #[default]
    Points,
    /// The selected point: its distribution, its timeline, its rounds.
    Point,
    /// What is in the window, and how runs compare.
    Compare,
    /// What was said on the wire.
    Transcript,
    /// How the run was measured, by what, and whether it agrees with itself.
    Details,
    /// A server or a client put through the protocol's rules.
    Check,
}

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The form as it was left.
    pub form: Form,
    /// The profile file the form belongs to.
    pub profile_path: Option<PathBuf>,
    /// Profiles opened or saved, newest first.
    pub recent: Vec<PathBuf>,
    /// The theme.
    pub theme: ThemeChoice,
    /// How the plots are wanted.
    pub plots: PlotOptions,
    /// What is chosen in the tab of the point.
    pub point: PointOptions,
    /// What is chosen in the check view.
    pub check: CheckOptions,
    /// The open tab.
    pub tab: Tab,
    /// Whether the tabs are folded away.
    pub tabs_folded: bool,
    /// Height of the tabs in points; 0 until they are dragged: they follow the window.
    pub tabs_height: f32,
    /// The same while one of the other tabs is open.
    pub transcript_height: f32,
    /// Whether the advanced card is open.
    pub advanced_open: bool,
    /// The address the embedded server listens on.
    pub listen_address: String,
    /// The port the embedded server listens on.
    pub listen_port: String,
    /// What the embedded server bears and whom it lets in.
    pub server_limits: ServerLimits,
    /// The access key of the host that is measured.
    #[serde(skip)]
    pub access_key: Secret,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            form: Form::default(),
            profile_path: None,
            recent: Vec::new(),
            theme: ThemeChoice::default(),
            plots: PlotOptions::default(),
            point: PointOptions::default(),
            check: CheckOptions::default(),
            tab: Tab::default(),
            tabs_folded: false,
            tabs_height: 0.0,
            transcript_height: TRANSCRIPT_HEIGHT,
            advanced_open: false,
            listen_address: "127.0.0.1".to_owned(),
            listen_port: "10000".to_owned(),
            server_limits: ServerLimits::default(),
            access_key: Secret::default(),
        }
    }
}

impl Settings {
    /// Reads the file; a missing or damaged one gives the defaults: a window that does not open
    /// because of its own notes would be worse.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        let within_limit = std::fs::metadata(path).is_ok_and(|meta| meta.len() <= MAX_FILE);
        if !within_limit {
            return Self::default();
        }
        let mut settings: Self = std::fs::read_to_string(path)
            .ok()
            .and_then(|text| ron::from_str(&text).ok())
            .unwrap_or_default();
        // No number, and so none that could be brought between its limits.
        if settings.tabs_height.is_nan() {
            settings.tabs_height = 0.0;
        }
        if settings.transcript_height.is_nan() {
            settings.transcript_height = TRANSCRIPT_HEIGHT;
        }
        settings
    }

    /// Height of the tab that is open.
    pub fn tab_height(&mut self) -> &mut f32 {
        match self.tab {
            Tab::Points => &mut self.tabs_height,
            // The check view has all the room while it is open.
            Tab::Point | Tab::Compare | Tab::Transcript | Tab::Details | Tab::Check => {
                &mut self.transcript_height
            }
        }
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default()).unwrap_or_default()
    }

    /// Puts a profile file at the head of the recent ones.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(MAX_RECENT);
    }
}
