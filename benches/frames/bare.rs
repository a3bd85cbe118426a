//! Frames without a display: logic, drawing commands and tessellation, each by itself.

use std::time::Duration;

use egui::{Context, Pos2, RawInput, Rect};

use crate::case::{Case, Shown, events};
use crate::{AIM, FRAMES, SETTLING, SIZE, clock, share};

/// What the frames of a case cost.
#[derive(Default)]
struct Costs {
    logic: Duration,
    drawing: Duration,
    tessellation: Duration,
    whole: Vec<Duration>,
}

/// The head of the table.
pub fn head() {
    println!(
        "{:<40}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}",
        "case (ms of CPU)", "logic", "draw", "tessel.", "median", "p95", "most"
    );
}

/// A row of it.
pub fn measure(case: &Case) {
    let context = Context::default();
    let mut shown = Shown::new(case, &context);
    let mut costs = Costs::default();
    for at in 0..SETTLING {
        frame(&context, &mut shown, at, RawInput::default(), &mut costs);
    }
    costs = Costs::default();
    for at in 1..=FRAMES {
        if let Some(picture) = shown.picture(at) {
            shown.window.picture(picture);
        }
        let input = RawInput {
            events: events(case.motion, at),
            ..RawInput::default()
        };
        frame(&context, &mut shown, SETTLING + at, input, &mut costs);
    }
    costs.say(&case.name);
}

fn frame(context: &Context, shown: &mut Shown, at: u32, input: RawInput, costs: &mut Costs) {
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
        time: Some(f64::from(at) / 30.0),
        focused: true,
        ..input
    };
    let began = clock::of_thread();
    shown.window.logic(context);
    let thought = clock::of_thread();
    let output = context.run_ui(input, |ui| shown.window.show(ui));
    let drawn = clock::of_thread();
    let pixels = output.pixels_per_point;
    let shapes = output.shapes;
    let meshes = context.tessellate(shapes, pixels);
    let ended = clock::of_thread();
    assert!(!meshes.is_empty(), "something is drawn");
    let mut deltas = output.textures_delta;
    deltas.clear();
    costs.logic += thought.saturating_sub(began);
    costs.drawing += drawn.saturating_sub(thought);
    costs.tessellation += ended.saturating_sub(drawn);
    costs.whole.push(ended.saturating_sub(began));
}

impl Costs {
    fn say(&mut self, name: &str) {
        self.whole.sort_unstable();
        let ms = |time: Duration| format!("{:.3}", time.as_secs_f64() * 1e3);
        let p95 = share(&self.whole, 95);
        println!(
            "{name:<40}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{}",
            ms(self.logic / FRAMES),
            ms(self.drawing / FRAMES),
            ms(self.tessellation / FRAMES),
            ms(share(&self.whole, 50)),
            ms(p95),
            ms(share(&self.whole, 100)),
            if p95 > AIM { "  above the aim" } else { "" }
        );
    }
}
