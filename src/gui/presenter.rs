//! Presenter view: the plots alone, on the whole screen, to be read from the back of a classroom.

use egui::{Context, Key, Modifiers, ViewportCommand};

/// How many times larger everything is.
const LARGER: f32 = 1.6;
/// How many times thicker lines and marks are on top of that.
const THICKER: f32 = 1.35;

/// Whether the plots are presented.
#[derive(Debug, Default)]
pub struct Presenter {
    /// The zoom there was before, while they are.
    zoom_before: Option<f32>,
}

impl Presenter {
    /// Whether the plots stand alone.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.zoom_before.is_some()
    }

    /// How many times thicker than else lines and marks are to be drawn.
    #[must_use]
    pub fn weight(&self) -> f32 {
        if self.is_on() { THICKER } else { 1.0 }
    }

    /// Begins, or ends.
    pub fn toggle(&mut self, context: &Context) {
        let before = self.zoom_before.take();
        let is_full = before.is_none();
        if let Some(before) = before {
            context.set_zoom_factor(before);
        } else {
            let before = context.zoom_factor();
            context.set_zoom_factor(before * LARGER);
            self.zoom_before = Some(before);
        }
        context.send_viewport_cmd(ViewportCommand::Fullscreen(is_full));
    }

    /// Ends with Esc, which then stops no run.
    pub fn leave_with_escape(&mut self, context: &Context) {
        if self.is_on()
            && context.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
        {
            self.toggle(context);
        }
    }
}
