//! The pictures in `screenshots/`: the real window goes through its states, each with a run that it
//! measures over TCP while the pictures are taken. There is no other way for data into a picture.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use egui::{ColorImage, Context, Ui, ViewportCommand};

use super::tour_stops::{Measure, STOPS, Stop};
use super::window::{GuiError, open};
use super::{Action, App, Options, layout};
use crate::measurement::RunState;
use crate::server::Act;

/// Between a change and its picture: sizes settle, and what is worked out aside is there.
const SETTLE: Duration = Duration::from_millis(800);
/// How long a run of the tour may take.
const PATIENCE: Duration = Duration::from_mins(1);

enum Step {
    Prepare,
    Measure { since: Instant },
    Settle { since: Instant },
    Picture(Receiver<Arc<ColorImage>>),
}

struct Tour {
    app: App,
    folder: PathBuf,
    stop: usize,
    step: Step,
    failure: Arc<std::sync::Mutex<Option<String>>>,
}

/// Takes the pictures and writes them into `folder`.
///
/// # Errors
/// There is no display, a run failed, or a picture cannot be written.
pub fn screenshots(folder: &Path) -> Result<(), GuiError> {
    let cannot =
        |error: std::io::Error| GuiError::Picture(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(cannot)?;
    let failure = Arc::new(std::sync::Mutex::new(None));
    let told = Arc::clone(&failure);
    let folder = folder.to_owned();
    open(None, move |context| {
        Ok(Box::new(Tour {
            app: App::new(context, Options::default())?,
            folder,
            stop: 0,
            step: Step::Prepare,
            failure: told,
        }))
    })?;
    let failed = failure.lock().ok().and_then(|mut failure| failure.take());
    failed.map_or(Ok(()), |why| Err(GuiError::Picture(why)))
}

impl eframe::App for Tour {
    fn logic(&mut self, context: &Context, _frame: &mut eframe::Frame) {
        self.app.logic(context);
        if let Err(why) = self.advance(context) {
            if let Ok(mut failure) = self.failure.lock() {
                *failure = Some(why);
            }
            context.send_viewport_cmd(ViewportCommand::Close);
        }
        // What is measured is to be seen in the pictures, not the drawing of them: while a run goes, it
        // is the engine that says when to draw.
        let look_again = match self.app.progress() {
            Some(_) => Duration::from_millis(500),
            None => Duration::from_millis(20),
        };
        context.request_repaint_after(look_again);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        layout::show(&mut self.app, ui);
    }

    fn persist_egui_memory(&self) -> bool {
        // A picture is of a first start, not of how the last tour ended.
        false
    }

    fn raw_input_hook(&mut self, _context: &Context, input: &mut egui::RawInput) {
        // Wherever the pointer happens to rest, it must not open a tooltip in a picture.
        input
            .events
            .retain(|event| !matches!(event, egui::Event::PointerMoved(_)));
    }
}

impl Tour {
    fn advance(&mut self, context: &Context) -> Result<(), String> {
        let Some(stop) = STOPS.get(self.stop) else {
            context.send_viewport_cmd(ViewportCommand::Close);
            return Ok(());
        };
        let now = Instant::now();
        match &self.step {
            Step::Prepare => {
                // In points of now: a new zoom holds from the next frame on.
                let size = stop.size / context.pixels_per_point();
                context.send_viewport_cmd(ViewportCommand::InnerSize(size));
                match stop.measure {
                    Measure::Nothing => self.show(stop, context),
                    Measure::All(change) | Measure::Some(change) => {
                        change(&mut self.app.settings.form);
                        self.app.act(Action::Run, context);
                        self.step = Step::Measure { since: now };
                    }
                    Measure::Check(act) => {
                        let act = act.parse::<Act>().map_err(|why| why.to_string())?;
                        self.app.server.act_as(act)?;
                        self.app.act(Action::CheckServer, context);
                        self.step = Step::Measure { since: now };
                    }
                }
            }
            Step::Measure { since } => {
                let since = *since;
                let enough = if stop.is_live() {
                    self.app
                        .progress()
                        .is_some_and(|progress| progress.visits_done * 3 > progress.visits_total)
                } else {
                    self.ended_well(since)? && !self.app.is_checking()
                };
                if enough {
                    self.show(stop, context);
                } else if now.duration_since(since) > PATIENCE {
                    return Err(format!("the run for \"{}\" did not end", stop.name));
                }
            }
            Step::Settle { since } => {
                if now.duration_since(*since) >= SETTLE
                    && (stop.is_live() || self.ended_well(*since)?)
                {
                    let (sender, receiver) = channel();
                    context.request_screenshot(move |image| {
                        let _ = sender.send(image);
                    });
                    self.step = Step::Picture(receiver);
                }
            }
            Step::Picture(receiver) => {
                if let Ok(image) = receiver.try_recv() {
                    let path = self.folder.join(format!("{}.png", stop.name));
                    write_png(&path, &image).map_err(|why| format!("{}: {why}", path.display()))?;
                    self.stop += 1;
                    self.step = Step::Prepare;
                }
            }
        }
        Ok(())
    }

    /// Brings the window to what the picture is to show.
    fn show(&mut self, stop: &Stop, context: &Context) {
        // The presenter view has a zoom of its own, and goes back to this one.
        if !self.app.presenter.is_on() {
            context.set_zoom_factor(stop.zoom / context.native_pixels_per_point().unwrap_or(1.0));
        }
        (stop.show)(&mut self.app, context);
        self.step = Step::Settle {
            since: Instant::now(),
        };
    }

    /// Whether nothing is measured any more, and what was measured is whole.
    fn ended_well(&self, since: Instant) -> Result<bool, String> {
        let idle = self.app.progress().is_none() && since.elapsed() > Duration::from_millis(100);
        match self.app.shown() {
            Some(run) if idle && run.state != RunState::Finished => Err(run
                .error
                .clone()
                .unwrap_or_else(|| "a run did not finish".to_owned())),
            _ => Ok(idle),
        }
    }
}

fn write_png(path: &Path, image: &ColorImage) -> Result<(), String> {
    let [width, height] = image
        .size
        .map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    let file = File::create(path).map_err(|error| error.to_string())?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    // Flat areas and letters that come again are found best as they are.
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
    let bytes: Vec<u8> = image
        .pixels
        .iter()
        .flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()])
        .collect();
    writer
        .write_image_data(&bytes)
        .map_err(|error| error.to_string())
}
