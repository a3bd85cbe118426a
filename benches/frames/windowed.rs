//! Frames of a native window: what all threads of the program use for one, those of a graphics driver that
//! rasterises in software among them.

use std::collections::VecDeque;
use std::time::Duration;

use egui::{Context, RawInput, Ui, ViewportBuilder, ViewportCommand};

use crate::case::{Case, Shown, events};
use crate::{FRAMES, SETTLING, SIZE, clock, share};

/// Shows every case in one window after the other, and a table.
pub fn measure(cases: Vec<Case>) -> eframe::Result {
    println!(
        "{:<40}{:>14}{:>14}{:>14}",
        "case (ms of CPU)", "logic, draw", "all, median", "all, p95"
    );
    let mut options = eframe::NativeOptions {
        viewport: ViewportBuilder::default().with_inner_size(SIZE),
        renderer: eframe::Renderer::Glow,
        ..Default::default()
    };
    // A display's rhythm is not to be waited for.
    options.glow_options.vsync = false;
    let rows = Rows {
        cases: cases.into(),
        row: None,
    };
    eframe::run_native(
        "echograph-frames",
        options,
        Box::new(|_| Ok(Box::new(rows))),
    )
}

struct Rows {
    cases: VecDeque<Case>,
    row: Option<Row>,
}

/// The case that is shown.
struct Row {
    case: Case,
    shown: Shown,
    at: u32,
    /// What the program had used when the last frame began.
    last: Option<Duration>,
    /// What making the pictures has used since: that is the engine's part.
    besides: Duration,
    own: Vec<Duration>,
    whole: Vec<Duration>,
}

impl Row {
    fn new(case: Case, context: &Context) -> Self {
        Self {
            shown: Shown::new(&case, context),
            case,
            at: 0,
            last: None,
            besides: Duration::ZERO,
            own: Vec::new(),
            whole: Vec::new(),
        }
    }

    fn frame(&mut self, ui: &mut Ui) {
        self.at += 1;
        // From the beginning of a frame to that of the next: the drawing of a frame goes on after `ui`.
        let began = clock::of_program();
        if let Some(last) = self.last.replace(began)
            && self.at > SETTLING + 1
        {
            let whole = began.saturating_sub(last);
            self.whole.push(whole.saturating_sub(self.besides));
        }
        let before = clock::of_thread();
        let number = self.at.saturating_sub(SETTLING);
        if let Some(picture) = self.shown.picture(number) {
            self.shown.window.picture(picture);
        }
        let fed = clock::of_thread();
        self.besides = fed.saturating_sub(before);
        self.shown.window.logic(ui.ctx());
        self.shown.window.show(ui);
        if self.at > SETTLING {
            self.own.push(clock::of_thread().saturating_sub(fed));
        }
    }

    fn say(&mut self) {
        self.own.sort_unstable();
        self.whole.sort_unstable();
        let ms = |time: Duration| format!("{:.3}", time.as_secs_f64() * 1e3);
        println!(
            "{:<40}{:>14}{:>14}{:>14}",
            self.case.name,
            ms(share(&self.own, 50)),
            ms(share(&self.whole, 50)),
            ms(share(&self.whole, 95)),
        );
    }
}

impl eframe::App for Rows {
    fn raw_input_hook(&mut self, _: &Context, input: &mut RawInput) {
        if let Some(row) = &self.row {
            input.events.extend(events(row.case.motion, row.at));
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        ui.ctx().request_repaint();
        if let Some(row) = &mut self.row {
            row.frame(ui);
            if row.at > SETTLING + FRAMES {
                row.say();
                self.row = None;
            }
            return;
        }
        match self.cases.pop_front() {
            Some(case) => self.row = Some(Row::new(case, ui.ctx())),
            None => ui.ctx().send_viewport_cmd(ViewportCommand::Close),
        }
    }
}
