//! Opening files of any kind: named as arguments, chosen, or dropped. Small ones are read at once; what
//! takes longer is read on a thread of its own, and no frame waits for it. Files that came together are
//! taken in together, and what is wrong with any of them is said in one notice.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use egui::Context;

use super::app::{App, NoticeKind};
use super::library::MOST_KEPT;
use super::profiles::from_anywhere;
use crate::store::{OpenError, Opened, open_any};

/// Files that are no larger than this together, in bytes, are read at once.
const AT_ONCE: u64 = 256 * 1024;

/// Most problems that are told one by one: the plots are to stay in sight.
const MOST_SAID: usize = 6;

/// A file, and what was in it.
type Read = (PathBuf, Result<Opened, OpenError>);

/// Files that are being read.
#[derive(Debug, Default)]
pub struct Openings {
    under_way: Vec<Batch>,
}

/// Files that came together.
#[derive(Debug)]
struct Batch {
    name: String,
    read: Receiver<Vec<Read>>,
}

impl Openings {
    /// What is being read, for the line of the state.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        match self.under_way.as_slice() {
            [] => None,
            [one] => Some(format!("Opening {}…", one.name)),
            several => Some(format!("Opening files, {} times…", several.len())),
        }
    }

    /// What was read by now.
    fn poll(&mut self) -> Vec<Read> {
        let mut all = Vec::new();
        self.under_way.retain(|batch| match batch.read.try_recv() {
            Ok(read) => {
                all.extend(read);
                false
            }
            Err(why) => why == TryRecvError::Empty,
        });
        all
    }
}

impl App {
    /// Opens files, whatever they are.
    pub fn open_files(&mut self, paths: &[PathBuf], context: &Context) {
        let few = paths.iter().take(MOST_KEPT);
        let few: Vec<PathBuf> = few.map(|path| from_anywhere(path)).collect();
        let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |known| known.len());
        let size = few.iter().map(size).fold(0, u64::saturating_add);
        let left_out = paths.len() - few.len();
        if size <= AT_ONCE {
            let read = read_all(few);
            self.take_in_files(read, left_out);
            return;
        }
        let name = name_of(&few);
        let (sender, read) = channel();
        let waker = context.clone();
        let spawned = std::thread::Builder::new()
            .name("echograph-open".to_owned())
            .spawn(move || {
                let _ = sender.send(read_all(few));
                waker.request_repaint();
            });
        match spawned {
            Ok(_) => self.openings.under_way.push(Batch { name, read }),
            Err(error) => self.say(
                NoticeKind::Error,
                format!("{name} cannot be opened: the system gives no thread ({error})."),
            ),
        }
        if left_out > 0 {
            self.say(NoticeKind::Info, too_many(left_out));
        }
    }

    /// Takes in what was read meanwhile.
    pub(super) fn take_opened(&mut self) {
        let read = self.openings.poll();
        if !read.is_empty() {
            self.take_in_files(read, 0);
        }
    }

    /// The first run is shown, everything else is laid over it: also what was shown before, as nothing
    /// is to go from the plots because something was opened.
    fn take_in_files(&mut self, read: Vec<Read>, left_out: usize) {
        let before = self.library.shown().map(|entry| entry.id);
        let number = read.len();
        let mut profile: Option<PathBuf> = None;
        let (mut first, mut check) = (None, None);
        let (mut problems, mut gone) = (Vec::new(), Vec::new());
        for (path, content) in read {
            match content {
                Ok(Opened::Profile(_)) => match &profile {
                    None => profile = Some(path),
                    Some(known) => {
                        let known = name_alone(known);
                        let why = format!("the form holds one profile, and {known} is there");
                        problems.push((path, why));
                    }
                },
                Ok(Opened::Run(run)) => {
                    let (id, names) = self.library.add_run(*run, &path);
                    gone.extend(names);
                    if first.is_none() {
                        first = Some(id);
                        self.library.choose(first);
                    } else {
                        self.library.overlay(id, true);
                    }
                }
                Ok(Opened::Check(report)) if check.is_none() => check = Some((path, report)),
                Ok(Opened::Check(_)) => {
                    let why =
                        "one protocol check is shown at a time, and another was opened with it";
                    problems.push((path, why.to_owned()));
                }
                Ok(Opened::Peer(peer)) => gone.extend(self.library.add_peer(peer, &path).1),
                Err(error) => problems.push((path, error.to_string())),
            }
        }
        if let (Some(_), Some(before)) = (first, before) {
            self.library.overlay(before, true);
        }
        self.dismiss_notice();
        if let Some(path) = profile {
            self.open_recent(&path);
        }
        if first.is_some() {
            self.leave_check();
        }
        if let Some((path, report)) = check
            && let Err(why) = self.show_check(*report, &path)
        {
            problems.push((path, why.to_owned()));
        }
        if !problems.is_empty() || left_out > 0 {
            self.say(NoticeKind::Error, in_one(&problems, number, left_out));
        }
        self.say_gone(&gone);
    }
}

fn read_all(paths: Vec<PathBuf>) -> Vec<Read> {
    let read = |path: PathBuf| {
        let content = open_any(&path);
        (path, content)
    };
    paths.into_iter().map(read).collect()
}

/// A file's name without its folders.
fn name_alone(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// The files by name: the only one, or how many.
fn name_of(paths: &[PathBuf]) -> String {
    match paths {
        [path] => name_alone(path),
        several => format!("{} files", several.len()),
    }
}

fn too_many(left_out: usize) -> String {
    format!("At most {MOST_KEPT} files are opened at once: {left_out} were left out.")
}

/// All problems in one text, a line each where there are several. Where they are too many for that, the
/// rest are named.
fn in_one(problems: &[(PathBuf, String)], files: usize, left_out: usize) -> String {
    let line = |(path, why): &(PathBuf, String)| format!("{}: {why}", path.display());
    let mut lines = Vec::new();
    if problems.len() > 1 {
        lines.push(format!(
            "{} of {files} files could not be used.",
            problems.len()
        ));
    }
    // Of a single one more, the reason takes no more room than its name.
    let most = MOST_SAID + usize::from(problems.len() == MOST_SAID + 1);
    let (told, others) = problems.split_at(problems.len().min(most));
    lines.extend(told.iter().map(line));
    if !others.is_empty() {
        let names: Vec<String> = others.iter().map(|(path, _)| name_alone(path)).collect();
        lines.push(format!(
            "The others: {}. Open them by themselves to see why.",
            names.join(", ")
        ));
    }
    if left_out > 0 {
        lines.push(too_many(left_out));
    }
    lines.join("\n")
}
