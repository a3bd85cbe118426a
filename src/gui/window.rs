//! The native window around the [`App`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use egui::{Context, IconData, Ui, ViewportBuilder};

use super::theme::{LEAST_WINDOW, WINDOW};
use super::{App, Options, layout, startup};
use crate::store::config_dir;

/// The name under which the desktop knows the program: its .desktop file has it too.
const APP_ID: &str = "echograph";

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum GuiError {
    /// There is nothing to show it on.
    #[error(
        "There is no display to open a window on. `echograph run` measures in the \
         terminal."
    )]
    NoDisplay,
    /// The window could not be opened.
    #[error("The window could not be opened ({0}); `echograph run` measures in the terminal")]
    Window(String),
    /// A picture could not be written.
    #[error("{0}")]
    Picture(String),
}

impl eframe::App for App {
    fn logic(&mut self, context: &Context, _frame: &mut eframe::Frame) {
        App::logic(self, context);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        layout::show(self, ui);
    }

    fn save(&mut self, _storage: &mut dyn eframe::Storage) {
        self.save_settings();
    }

    fn auto_save_interval(&self) -> std::time::Duration {
        std::time::Duration::from_secs(5)
    }

    fn persist_egui_memory(&self) -> bool {
        // Our own settings are written atomically; eframe's file holds the window's place alone.
        false
    }
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// There is no display, or the window cannot be opened on it.
pub fn run(files: Vec<PathBuf>) -> Result<(), GuiError> {
    let config_dir = config_dir();
    let options = Options {
        files,
        config_dir: config_dir.clone(),
        path_field: false,
    };
    open(config_dir.as_deref(), |context| {
        let app = App::new(context, options)?;
        watch_signals(app.termination_flag(), context.clone());
        Ok(Box::new(app))
    })
}

/// Opens a native window around the program that `make` gives.
pub(super) fn open(
    config_dir: Option<&Path>,
    make: impl FnOnce(&Context) -> std::io::Result<Box<dyn eframe::App>>,
) -> Result<(), GuiError> {
    if !has_display() {
        return Err(GuiError::NoDisplay);
    }
    let viewport = ViewportBuilder::default()
        .with_app_id(APP_ID)
        .with_title("Echograph")
        .with_icon(icon())
        .with_inner_size(WINDOW)
        .with_min_inner_size(LEAST_WINDOW);
    let options = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        persist_window: config_dir.is_some(),
        persistence_path: config_dir.map(|folder| folder.join("window-place.ron")),
        system_font_fallback: false,
        ..Default::default()
    };
    let is_open = Arc::new(AtomicBool::new(false));
    let opened = Arc::clone(&is_open);
    let shown = startup::watched(&is_open, || {
        eframe::run_native(
            APP_ID,
            options,
            Box::new(move |creation| {
                opened.store(true, Ordering::Relaxed);
                Ok(make(&creation.egui_ctx)?)
            }),
        )
    });
    match shown {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) if is_open.load(Ordering::Relaxed) => {
            Err(GuiError::Window(error.to_string()))
        }
        Ok(Err(error)) => Err(GuiError::Window(startup::in_a_sentence(&error.to_string()))),
        Err(why) => Err(GuiError::Window(startup::in_a_sentence(&why))),
    }
}

fn has_display() -> bool {
    let names_one = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos")))
        || names_one("DISPLAY")
        || names_one("WAYLAND_DISPLAY")
}

/// The icon, for desktops that take it from the window.
fn icon() -> IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/echograph.png"))
        .unwrap_or_default()
}

/// SIGINT and SIGTERM close the window as the user would, without a question: the system is ending
/// the program and would not wait for an answer.
fn watch_signals(flag: Arc<AtomicBool>, context: Context) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let wait = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build()?;
            runtime.block_on(async {
                let mut interrupt = signal(SignalKind::interrupt())?;
                let mut terminate = signal(SignalKind::terminate())?;
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                flag.store(true, Ordering::Relaxed);
                context.request_repaint();
                std::io::Result::Ok(())
            })
        };
        // Without the thread the signals end the program at once, which is their default.
        let _ = std::thread::Builder::new()
            .name("echograph-signals".to_owned())
            .spawn(wait);
    }
    #[cfg(not(unix))]
    {
        let _ = (flag, context, Ordering::Relaxed);
    }
}
