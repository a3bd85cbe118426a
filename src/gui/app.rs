//! The window's state and what the actions do to it. Drawing is in the panels; this is what they
//! read and call.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use egui::{Context, ViewportCommand};

use super::actions::Action;
use super::analysis::Analyst;
use super::check::CheckView;
use super::compare::Comparer;
use super::details::{DetailsState, Topic};
use super::embedded::EmbeddedServer;
use super::export::Exports;
use super::file_dialog::{FileDialogs, Purpose};
use super::form::Form;
use super::library::Library;
use super::modal::Modal;
use super::opening::Openings;
use super::plots::PlotState;
use super::point_tab::PointState;
use super::points_table::TableState;
use super::presenter::Presenter;
use super::profiles::is_special;
use super::run_summary;
use super::saving::Savings;
use super::selection::Selected;
use super::server_side::ServerSide;
use super::settings::{Settings, Tab};
use super::transcript_tab::TranscriptState;
use crate::check::Peer;
use crate::engine::{Engine, EngineEvent, EngineEvents, RunProgress, Snapshot, Wake};
use crate::experiment::{Problem, Target};
use crate::measurement::{Run, RunId, RunState};
use crate::store::write_atomically;

/// How soon the window shows progress: at once, because the engine asks between rounds and waits for
/// the frame. A delay that is not zero is one frame; none at all would be two, the second of which
/// could fall into a round.
const PROGRESS_WITHIN: Duration = Duration::from_nanos(1);
/// How long a frame may spend on the engine's events.
const EVENT_BUDGET: Duration = Duration::from_millis(4);
/// How far apart client and server may see the same connection open.
pub(super) const CLOCK_SLACK: Duration = Duration::from_millis(50);

/// How a window is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where the settings are kept; nothing is kept without.
    pub config_dir: Option<PathBuf>,
    /// Files to open: profiles, run documents, results of other tools.
    pub files: Vec<PathBuf>,
    /// Never ask the desktop for file dialogs: show the path field.
    pub path_field: bool,
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something to know.
    Info,
    /// Something went wrong.
    Error,
}

/// Something said above the plots until it is dismissed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub kind: NoticeKind,
    /// What is said.
    pub text: String,
}

/// The window.
pub struct App {
    pub(super) settings: Settings,
    pub(super) server: EmbeddedServer,
    pub(super) modal: Option<Modal>,
    pub(super) dialogs: FileDialogs,
    pub(super) plots: PlotState,
    pub(super) analyst: Analyst,
    pub(super) presenter: Presenter,
    pub(super) points: TableState,
    /// The point that is looked at more closely.
    pub(super) selected: Option<Selected>,
    /// The run that was shown when that was last looked at.
    pub(super) selected_while: Option<RunId>,
    pub(super) point: PointState,
    pub(super) transcript: TranscriptState,
    pub(super) details: DetailsState,
    pub(super) check: CheckView,
    pub(super) path_field_only: bool,
    /// The form as it was last opened, saved or begun.
    baseline: Form,
    settings_file: Option<PathBuf>,
    settings_text: String,
    pub(super) engine: Engine,
    events: EngineEvents,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) library: Library,
    pub(super) comparer: Comparer,
    pub(super) openings: Openings,
    pub(super) savings: Savings,
    pub(super) exports: Exports,
    notice: Option<Notice>,
    /// Runs that were asked for on the embedded server and have not ended.
    pub(super) on_embedded: Vec<RunId>,
    pub(super) stop_server_after_run: bool,
    pub(super) quit_after_run: bool,
    terminated: Arc<AtomicBool>,
    title: String,
}

impl App {
    /// Starts the engine and restores the window as it was left.
    ///
    /// # Errors
    /// The system gives no thread for the engine.
    pub fn new(context: &Context, options: Options) -> std::io::Result<Self> {
        super::theme::install(context);
        let settings_file = options.config_dir.map(|folder| folder.join("window.ron"));
        let settings = settings_file
            .as_deref()
            .map(Settings::load)
            .unwrap_or_default();
        settings.theme.apply(context);
        // A window that was closed in presenter view does not fill the screen with everything else.
        context.send_viewport_cmd(ViewportCommand::Fullscreen(false));
        let waker = context.clone();
        let (engine, events) = Engine::start(Arc::new(move |wake| match wake {
            Wake::Progress => waker.request_repaint_after(PROGRESS_WITHIN),
            Wake::Event => waker.request_repaint(),
        }))?;
        let mut app = Self {
            baseline: settings.form.clone(),
            settings_text: settings.text(),
            settings,
            server: EmbeddedServer::new(context),
            modal: None,
            dialogs: FileDialogs::default(),
            plots: PlotState::default(),
            analyst: Analyst::default(),
            presenter: Presenter::default(),
            points: TableState::default(),
            selected: None,
            selected_while: None,
            point: PointState::default(),
            transcript: TranscriptState::default(),
            details: DetailsState::default(),
            check: CheckView::default(),
            path_field_only: options.path_field,
            settings_file,
            snapshot: engine.snapshot(),
            engine,
            events,
            library: Library::default(),
            comparer: Comparer::default(),
            openings: Openings::default(),
            savings: Savings::default(),
            exports: Exports::default(),
            notice: None,
            on_embedded: Vec::new(),
            stop_server_after_run: false,
            quit_after_run: false,
            terminated: Arc::default(),
            title: String::new(),
        };
        app.restore_baseline();
        app.open_files(&options.files, context);
        Ok(app)
    }

    /// A flag that, once set, closes the window without asking: the system is ending the program.
    #[must_use]
    pub fn termination_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.terminated)
    }

    /// The newest picture of the engine.
    #[must_use]
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// The run that goes on.
    #[must_use]
    pub fn progress(&self) -> Option<&RunProgress> {
        self.snapshot.current.as_ref()
    }

    /// The run that is shown: one that was chosen, else the one that goes on, else the newest.
    #[must_use]
    pub fn shown(&self) -> Option<&Arc<Run>> {
        self.library.shown()?.run()
    }

    /// How the run that is shown goes on, if it does.
    #[must_use]
    pub fn shown_progress(&self) -> Option<&RunProgress> {
        let shown = self.shown()?.id;
        self.progress().filter(|progress| progress.run.id == shown)
    }

    /// Everything that is known of the run that is shown, as text.
    pub(super) fn details_as_text(&mut self, context: &Context) -> Option<String> {
        let run = self.shown().cloned()?;
        let analysis = self.analyst.of(&run, context);
        Some(super::details::as_text(&run, &analysis.fits))
    }

    /// Opens the details at a topic.
    pub(super) fn show_details(&mut self, topic: Topic) {
        self.settings.tab = Tab::Details;
        self.settings.tabs_folded = false;
        self.details.want(topic);
    }

    /// What is said above the plots.
    #[must_use]
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// Says something above the plots.
    pub fn say(&mut self, kind: NoticeKind, text: impl Into<String>) {
        self.notice = Some(Notice {
            kind,
            text: text.into(),
        });
    }

    /// Takes back what is said above the plots.
    pub fn dismiss_notice(&mut self) {
        self.notice = None;
    }

    /// Takes in what engine and dialogs have to say; called before each frame, and while hidden.
    pub fn logic(&mut self, context: &Context) {
        let began = Instant::now();
        while began.elapsed() < EVENT_BUDGET {
            let Some(event) = self.events.try_next() else {
                break;
            };
            self.take(event);
        }
        self.snapshot = self.engine.snapshot();
        self.take_in(context);
    }

    /// What follows from the engine's newest picture.
    pub(super) fn take_in(&mut self, context: &Context) {
        self.follow_run();
        self.follow_check();
        self.follow_selected();
        if let Some((purpose, answer)) = self.dialogs.poll() {
            self.file_chosen(purpose, answer, context);
        }
        self.take_opened();
        self.take_saved();
        self.take_copied(context);
        let idle = self.snapshot.current.is_none() && self.snapshot.queue.is_empty();
        // Before anything of the server is read for this frame, or what it did unannounced would be
        // shown by none.
        self.server.announce(idle);
        if let Some(run) = self.progress().map(|progress| &progress.run)
            && run.profile.target == Target::Embedded
        {
            self.server.set_wait(run.profile.wait);
        }
        if self.stop_server_after_run && self.on_embedded.is_empty() {
            self.stop_server_after_run = false;
            self.server.stop();
        }
        if self.terminated.load(Ordering::Relaxed) {
            self.stop_current();
            context.send_viewport_cmd(ViewportCommand::Close);
        } else if self.quit_after_run && idle {
            context.send_viewport_cmd(ViewportCommand::Close);
        } else if self.quit_after_run {
            // A run may have begun after the question was answered.
            self.stop_runs_then_quit();
        }
        self.guard_close(context);
        self.show_title(context);
    }

    fn take(&mut self, event: EngineEvent) {
        match event {
            EngineEvent::Queued(_) => {}
            EngineEvent::Started(_) => {
                if self
                    .notice
                    .as_ref()
                    .is_some_and(|notice| notice.kind == NoticeKind::Error)
                {
                    self.notice = None;
                }
            }
            EngineEvent::Cancelled(id) => self.on_embedded.retain(|known| *known != id),
            EngineEvent::Finished(run) => {
                self.on_embedded.retain(|known| *known != run.id);
                if run.state == RunState::Failed {
                    let text = run_summary::failure(&run);
                    self.say(NoticeKind::Error, text);
                }
                self.adopt_what_worked(&run);
                let (run, seen) = self.with_server_lines(run);
                self.keep_run(run, seen);
            }
        }
    }

    /// Adds what the embedded server recorded to the transcript of a run measured on it.
    fn with_server_lines(&self, run: Arc<Run>) -> (Arc<Run>, Option<ServerSide>) {
        let Some(mut seen) = self.live_server_side(&run) else {
            return (run, None);
        };
        let (mut records, _) = seen.log.since(0);
        let began = run.origin.checked_sub(CLOCK_SLACK).unwrap_or(run.origin);
        records.retain(|record| record.at >= began);
        let mut run = Arc::unwrap_or_clone(run);
        let lines: Vec<_> = seen.listening.iter().chain(&records).cloned().collect();
        crate::server::add_server_side(&mut run, &lines);
        seen.records = records.into();
        (Arc::new(run), Some(seen))
    }

    /// The embedded server's side of a run: as it was kept, or of the run that goes on.
    #[must_use]
    pub fn server_side(&self, run: &Run) -> Option<ServerSide> {
        if run.state == RunState::Running {
            return self.live_server_side(run);
        }
        self.library.get(run.id)?.seen.clone()
    }

    /// What the embedded server has recorded until now, if the run is measured on it.
    fn live_server_side(&self, run: &Run) -> Option<ServerSide> {
        let log = self
            .server
            .log()
            .filter(|_| run.profile.target == Target::Embedded)?;
        Some(ServerSide {
            log: Arc::clone(log),
            records: Arc::default(),
            listening: self.server.listening(),
        })
    }

    /// Everything that keeps the form from being measured.
    #[must_use]
    pub fn form_problems(&self) -> Vec<Problem> {
        self.settings.form.profile().err().unwrap_or_default()
    }

    /// Does what an action says, if it can be done now.
    pub fn act(&mut self, action: Action, context: &Context) {
        match action {
            Action::New => self.new_profile(),
            Action::Open => self.choose_file(Purpose::Open, context),
            Action::Save => self.save(context),
            Action::SaveAs => self.save_as(context),
            Action::SaveRun => self.ask_save_run(context),
            Action::Export if self.can_export() => self.ask_export(),
            Action::CopyPlots if self.can_export() => self.copy_plots(context),
            // Their keys, where there is nothing to write yet.
            Action::Export => self.say_nothing_to("export"),
            Action::CopyPlots => self.say_nothing_to("copy"),
            Action::Run => self.run(),
            Action::Resume => self.resume(),
            Action::Stop if self.progress().is_some() => self.stop_current(),
            Action::Stop if self.is_checking() => self.stop_check(),
            Action::CheckServer => {
                self.settings.check.peer = Peer::Server;
                self.start_check(context);
            }
            // Its key, where there is nothing to stop.
            Action::Stop => self.selected = None,
            Action::Present => self.presenter.toggle(context),
            Action::Quit => context.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    /// Whether an action can be done now.
    #[must_use]
    pub fn can(&self, action: Action) -> bool {
        match action {
            Action::Stop => self.progress().is_some() || self.is_checking(),
            Action::CheckServer => self.why_not_check(Peer::Server).is_none(),
            Action::SaveRun => self.run_to_save().is_some(),
            Action::Export | Action::CopyPlots => self.can_export(),
            Action::Resume => self.resumable().is_some(),
            Action::Run => self.why_not_run(&self.form_problems()).is_none(),
            _ => true,
        }
    }

    /// A window that is closed during a run asks first.
    fn guard_close(&mut self, context: &Context) {
        let wants_close = context.input(|input| input.viewport().close_requested());
        if wants_close && self.progress().is_some() && !self.terminated.load(Ordering::Relaxed) {
            context.send_viewport_cmd(ViewportCommand::CancelClose);
            if !self.quit_after_run {
                self.modal = Some(Modal::Quit);
            }
        }
    }

    fn show_title(&mut self, context: &Context) {
        let name = self.profile_name();
        let changed = if self.has_unsaved_changes() { "*" } else { "" };
        let title = format!("{name}{changed} - Echograph");
        if title != self.title {
            context.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// The profile's name: its file's, without the ending.
    #[must_use]
    pub fn profile_name(&self) -> String {
        self.settings
            .profile_path
            .as_deref()
            .and_then(Path::file_stem)
            .map_or_else(
                || "New profile".to_owned(),
                |stem| stem.to_string_lossy().into_owned(),
            )
    }

    /// Whether the form differs from its file, or from a new one.
    #[must_use]
    pub fn has_unsaved_changes(&self) -> bool {
        self.settings.form != self.baseline
    }

    /// Makes the form as it is the one that changes are counted from.
    pub(super) fn set_baseline(&mut self) {
        self.baseline = self.settings.form.clone();
    }

    /// After a start: the form was restored, its file may say something else.
    fn restore_baseline(&mut self) {
        self.baseline = match self.settings.profile_path.as_deref() {
            Some(path) if !is_special(path) => match crate::store::load_profile(path) {
                Ok(profile) => Form::of(&profile),
                Err(_) => Form::default(),
            },
            _ => Form::default(),
        };
    }

    /// Writes the settings if they have changed.
    pub fn save_settings(&mut self) {
        let Some(file) = &self.settings_file else {
            return;
        };
        let text = self.settings.text();
        if text == self.settings_text {
            return;
        }
        // A window that cannot write its notes still measures; the next change tries again.
        let written = write_atomically(file, |out| out.write_all(text.as_bytes()));
        if written.is_ok() {
            self.settings_text = text;
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.save_settings();
        self.savings.finish();
    }
}
