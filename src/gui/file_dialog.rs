//! The desktop's own file dialogs, asked for on another thread so that no frame waits for them. Where
//! the desktop offers none, the caller is told, and shows a path field instead.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::{Duration, Instant};

use rfd::AsyncFileDialog;

use super::check::CheckFile;
use super::export::Kind;

/// How long a desktop may take to say whether it has dialogs at all.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a file is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To read profiles, runs, checks and results of other tools.
    Open,
    /// To write the profile.
    SaveProfile,
    /// To write a run document.
    SaveRun,
    /// To write what a check found.
    SaveCheck(CheckFile),
    /// To write what is exported.
    Export(Kind),
}

/// What a dialog offers to choose from: a name, and the endings of the files that have it.
type Filter = (&'static str, &'static [&'static str]);

const PROFILES: Filter = ("Echograph profile", &["ron"]);
const RUNS: Filter = ("Echograph run", &["json"]);
const OPENED: Filter = (
    "Profiles, runs, checks, results of other tools",
    &["ron", "json", "out", "csv", "txt", "log"],
);
const ANY: Filter = ("All files", &["*"]);

impl Purpose {
    /// What is asked.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::SaveProfile => "Save profile",
            Self::SaveRun => "Save run",
            Self::SaveCheck(_) => "Save check",
            Self::Export(_) => "Export",
        }
    }

    /// Whether a file is written.
    #[must_use]
    pub fn writes(self) -> bool {
        self != Self::Open
    }

    /// The ending that a name gets that has none.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Open | Self::SaveProfile => "ron",
            Self::SaveRun => "json",
            Self::SaveCheck(file) => file.ending(),
            Self::Export(kind) => kind.ending(),
        }
    }

    fn filters(self) -> &'static [Filter] {
        match self {
            Self::Open => &[OPENED, ANY],
            Self::SaveProfile => &[PROFILES],
            Self::SaveRun | Self::Export(Kind::Json) => &[RUNS],
            Self::SaveCheck(CheckFile::Json) => &[("Echograph check", &["json"])],
            Self::SaveCheck(CheckFile::Html) => &[("Page", &["html"])],
            Self::Export(Kind::Svg) => &[("SVG picture", &["svg"])],
            Self::Export(Kind::Png) => &[("PNG picture", &["png"])],
            Self::Export(Kind::Html) => &[("Lab report", &["html"])],
            Self::Export(Kind::Csv) => &[("Samples", &["csv"])],
        }
    }
}

/// How a dialog ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Files were chosen: one, where one is to be written.
    Picked(Vec<PathBuf>),
    /// None was chosen.
    Cancelled,
    /// The desktop has no dialogs.
    Unavailable,
}

type Picked = Pin<Box<dyn Future<Output = Option<Vec<rfd::FileHandle>>> + Send>>;

enum Message {
    Opened,
    Ended(Answer),
}

struct Pending {
    purpose: Purpose,
    messages: Receiver<Message>,
    asked: Instant,
    is_open: bool,
}

/// At most one dialog at a time.
#[derive(Default)]
pub struct FileDialogs {
    pending: Option<Pending>,
}

impl FileDialogs {
    /// Asks the desktop for a file, proposing `start`. A second request while one is open is ignored.
    pub fn ask(&mut self, purpose: Purpose, start: &Path, context: &egui::Context) {
        if self.pending.is_some() {
            return;
        }
        let mut dialog = AsyncFileDialog::new().set_title(purpose.title());
        for (name, endings) in purpose.filters() {
            dialog = dialog.add_filter(*name, endings);
        }
        if let Some(folder) = start.parent()
            && folder.is_dir()
        {
            dialog = dialog.set_directory(folder);
        }
        let name = start.file_name().unwrap_or_default().to_string_lossy();
        // Some systems want the dialog made on the window's thread; it is waited for on another.
        let picked: Picked = if purpose.writes() {
            let saved = dialog.set_file_name(name).save_file();
            Box::pin(async { saved.await.map(|file| vec![file]) })
        } else {
            Box::pin(dialog.pick_files())
        };
        let (sender, messages) = channel();
        let waker = context.clone();
        let spawned = std::thread::Builder::new()
            .name("echograph-dialog".to_owned())
            .spawn(move || {
                let answer = wait(picked, &sender);
                let _ = sender.send(Message::Ended(answer));
                waker.request_repaint();
            });
        if spawned.is_ok() {
            self.pending = Some(Pending {
                purpose,
                messages,
                asked: Instant::now(),
                is_open: false,
            });
            context.request_repaint_after(PATIENCE);
        }
    }

    /// Whether a dialog is open, or about to be.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.pending.is_some()
    }

    /// The answer, once there is one.
    pub fn poll(&mut self) -> Option<(Purpose, Answer)> {
        let pending = self.pending.as_mut()?;
        let answer = loop {
            match pending.messages.try_recv() {
                Ok(Message::Opened) => pending.is_open = true,
                Ok(Message::Ended(answer)) => break Some(answer),
                Err(TryRecvError::Disconnected) => break Some(Answer::Unavailable),
                Err(TryRecvError::Empty) if pending.is_open => break None,
                Err(TryRecvError::Empty) => {
                    break (pending.asked.elapsed() >= PATIENCE).then_some(Answer::Unavailable);
                }
            }
        }?;
        let purpose = pending.purpose;
        self.pending = None;
        Some((purpose, answer))
    }
}

fn wait(picked: Picked, sender: &Sender<Message>) -> Answer {
    if !desktop_has_dialogs() {
        return Answer::Unavailable;
    }
    let _ = sender.send(Message::Opened);
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
        return Answer::Unavailable;
    };
    match runtime.block_on(picked) {
        Some(files) => Answer::Picked(files.iter().map(|file| file.path().to_owned()).collect()),
        None => Answer::Cancelled,
    }
}

/// Whether the desktop's portal can choose files, or zenity, which is used in its place.
#[cfg(all(unix, not(target_os = "macos")))]
fn desktop_has_dialogs() -> bool {
    let has_zenity = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join("zenity").is_file())
    });
    has_zenity || portal_version().is_ok()
}

/// The version of the portal's file chooser; asking starts the portal where it is installed.
#[cfg(all(unix, not(target_os = "macos")))]
fn portal_version() -> zbus::Result<u32> {
    let bus = zbus::blocking::Connection::session()?;
    let chooser = zbus::blocking::Proxy::new(
        &bus,
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.FileChooser",
    )?;
    chooser.get_property("version")
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn desktop_has_dialogs() -> bool {
    true
}
