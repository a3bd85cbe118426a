//! What is shown, and what the user does meanwhile.

use std::sync::Arc;

use echograph::engine::RunProgress;
use echograph::gui::FedWindow;
use echograph::measurement::{Run, RunState};
use egui::{Context, Event, Pos2, pos2, vec2};

use crate::FRAMES;
use crate::growing::{Growing, SELECTED};

/// What moves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// Every frame has a new picture of a run that goes on.
    Live,
    /// The pointer moves over the plots of a run that has ended.
    AtRest,
    /// The wheel turns over the timeline of a run that has ended.
    Zoomed,
}

/// A row of the table.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub motion: Motion,
    per_point: u32,
    rounds: u32,
    is_open: bool,
}

impl Case {
    /// Every case with so many samples.
    pub fn all(samples: u32) -> Vec<Self> {
        let per_point = samples / 10;
        let mut cases = Vec::new();
        for (rounds_name, rounds) in [
            ("one long round", 1),
            ("100 rounds", 100),
            ("rounds of ten probes", per_point / 10),
        ] {
            let mut add = |motion, is_open, name| {
                cases.push(Self {
                    name,
                    motion,
                    per_point,
                    rounds: rounds.max(1),
                    is_open,
                });
            };
            for (is_open, tab) in [(true, "Point tab"), (false, "table")] {
                add(Motion::Live, is_open, format!("live, {rounds_name}, {tab}"));
                let name = format!("at rest, {rounds_name}, {tab}");
                add(Motion::AtRest, is_open, name);
            }
            add(Motion::Zoomed, true, format!("zoomed, {rounds_name}"));
        }
        cases
    }
}

/// The window with a case in it.
pub struct Shown {
    pub window: FedWindow,
    motion: Motion,
    growing: Growing,
}

impl Shown {
    pub fn new(case: &Case, context: &Context) -> Self {
        let mut window = FedWindow::open(context).expect("a thread for the engine");
        let mut growing = Growing::new(case.per_point, case.rounds);
        if case.motion == Motion::Live {
            window.picture(growing.picture(0));
        } else {
            let picture = growing.picture(FRAMES);
            let mut run = Run::clone(&picture.run);
            run.state = RunState::Finished;
            window.ended(Arc::new(run));
        }
        if case.is_open {
            window.select(SELECTED);
        }
        Self {
            window,
            motion: case.motion,
            growing,
        }
    }

    /// What the engine has to show at frame `at`.
    pub fn picture(&mut self, at: u32) -> Option<RunProgress> {
        (self.motion == Motion::Live).then(|| self.growing.picture(at))
    }
}

/// What the user does in frame `at`.
pub fn events(motion: Motion, at: u32) -> Vec<Event> {
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let along = (at % 60) as f32 / 60.0;
    match motion {
        Motion::Live => Vec::new(),
        Motion::AtRest => vec![Event::PointerMoved(pos2(
            400.0 + 1_000.0 * along,
            150.0 + 750.0 * along,
        ))],
        Motion::Zoomed => {
            let over_timeline = Pos2::new(880.0 + 5.0 * along, 800.0);
            let turned = if at % 40 < 20 { 30.0 } else { -30.0 };
            vec![
                Event::PointerMoved(over_timeline),
                Event::MouseWheel {
                    unit: egui::MouseWheelUnit::Point,
                    delta: vec2(0.0, turned),
                    phase: egui::TouchPhase::Move,
                    source: egui::MouseWheelSource::Unknown,
                    modifiers: egui::Modifiers::NONE,
                },
            ]
        }
    }
}
