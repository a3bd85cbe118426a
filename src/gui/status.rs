//! The line at the bottom: state, progress, time left, Stop.

use egui::{Align, Layout, Panel, ProgressBar, RichText, Ui, vec2};

use super::actions::Action;
use super::app::App;
use super::run_summary;
use super::theme::{Palette, space};
use super::widgets::{dot, note};
use crate::engine::RunProgress;
use crate::measurement::units::{bytes, count, waiting_time};
use crate::measurement::{Run, RunState};

/// How much of the line the state of a run may take.
const STATE_SHARE: f32 = 0.5;

/// Shows the line.
pub fn show(app: &mut App, ui: &mut Ui) {
    let palette = Palette::of(ui);
    Panel::bottom("status")
        .exact_size(36.0)
        .resizable(false)
        .show(ui, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let can_stop = app.can(Action::Stop);
                let stop = egui::Button::new(Action::Stop.text()).min_size(vec2(72.0, 26.0));
                let response = ui
                    .add_enabled(can_stop, stop)
                    .on_hover_text(format!("{} (Esc)", Action::Stop.tooltip()));
                if response.clicked() {
                    app.act(Action::Stop, ui.ctx());
                }
                if let Some(progress) = app.progress() {
                    // A fixed width: the bar must not move when the text gets longer.
                    ui.allocate_ui_with_layout(
                        vec2(120.0, 28.0),
                        Layout::right_to_left(Align::Center),
                        |ui| {
                            ui.set_min_width(120.0);
                            let text = progress.time_left.map_or_else(String::new, |left| {
                                format!("{} left", waiting_time(left))
                            });
                            ui.label(text);
                        },
                    );
                    let bar = ProgressBar::new(share(progress))
                        .desired_width(180.0)
                        .desired_height(8.0)
                        .fill(palette.accent)
                        .animate(false);
                    ui.add(bar);
                }
                let work = app.openings.words().into_iter();
                for work in work.chain(app.savings.words()).chain(app.exports.words()) {
                    ui.add_space(space::LARGE);
                    note(ui, work);
                }
                if let Some(address) = app.server.address() {
                    // The card may be out of sight in a low window; a classmate needs the address.
                    ui.add_space(space::LARGE);
                    note(ui, format!("server on {address}"));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add_space(space::SMALL);
                    state(app, ui, palette);
                });
            });
        });
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a share for a bar of some hundred pixels"
)]
fn share(progress: &RunProgress) -> f32 {
    (progress.probes_done as f64 / progress.probes_total.max(1) as f64) as f32
}

fn state(app: &mut App, ui: &mut Ui, palette: &Palette) {
    if let Some(progress) = app.progress() {
        dot(ui, palette.accent);
        ui.label(measuring(progress));
        let waiting = app.snapshot().queue.len();
        if waiting > 0 {
            note(ui, format!("{waiting} waiting"));
        }
        return;
    }
    let (color, text) = match app.shown() {
        None => (palette.faint, "Ready".to_owned()),
        Some(run) => match run.state {
            RunState::Finished => (palette.good, format!("Finished: {}", samples(app, run))),
            RunState::Stopped => (
                palette.warning,
                format!("Stopped: {} kept", samples(app, run)),
            ),
            RunState::Failed => (palette.error, format!("Failed: {} kept", samples(app, run))),
            RunState::Interrupted | RunState::Running => (
                palette.warning,
                format!("Interrupted: {} kept", samples(app, run)),
            ),
        },
    };
    dot(ui, color);
    let room = ui.available_width();
    // What follows is short, and nothing of it may be pushed out by a long name of a host.
    let most = if app.shown().is_some() {
        STATE_SHARE
    } else {
        1.0
    };
    ui.scope(|ui| {
        ui.set_max_width(room * most);
        ui.add(egui::Label::new(RichText::new(text)).truncate())
    });
    if let Some(run) = app.shown()
        && let Some(topic) = run_summary::show(ui, run)
    {
        app.show_details(topic);
    }
}

fn measuring(progress: &RunProgress) -> String {
    let run = &progress.run;
    let size = run
        .points
        .get(progress.point)
        .map_or(0, |point| point.spec.message_size);
    let (round, size) = (progress.round, bytes(size));
    match run_summary::precise_points(run) {
        None => format!("Measuring: round {round} of {}, {size}", run.profile.rounds),
        Some(precise) => format!(
            "Measuring: round {round}, at most {}, {size}; {precise}",
            run.profile.rounds.most()
        ),
    }
}

fn samples(app: &App, run: &Run) -> String {
    let echoed = app.library.get(run.id).map_or(0, |kept| kept.echoes);
    let word = if echoed == 1 { "echo" } else { "echoes" };
    format!("{} {word} from {}", count(echoed), run.destination)
}
