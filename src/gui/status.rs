//! The line at the bottom: state, progress, time left, Stop.

use std::net::SocketAddr;

use egui::{Align, Layout, Panel, ProgressBar, RichText, Ui, vec2};

use super::actions::Action;
use super::app::App;
use super::run_summary;
use super::theme::{Palette, space};
use super::widgets::{dot, note};
use crate::engine::RunProgress;
use crate::measurement::units::{bytes, count, waiting_time};
use crate::measurement::{Run, RunState};
use crate::server::Reach;

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
                    .on_hover_text(format!("{} (Esc)", what_stops(app)));
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
                    let (text, all) = server_words(address, app.server.reached_at());
                    note(ui, text).on_hover_text(all);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add_space(space::SMALL);
                    state(app, ui, palette);
                });
            });
        });
}

/// What the button ends.
fn what_stops(app: &App) -> &'static str {
    if app.progress().is_none() && app.is_checking() {
        "End this check now; what was found stays."
    } else {
        Action::Stop.tooltip()
    }
}

/// Where the server is for a classmate, in a few words, and all there is to say of it.
fn server_words(listening: SocketAddr, reached_at: &[Reach]) -> (String, String) {
    let port = listening.port();
    match reached_at {
        [] if listening.ip().is_unspecified() => (
            format!("server on port {port}, no network"),
            "No interface of this machine has an address that others could use.".to_owned(),
        ),
        [] => (format!("server on {listening}"), about(listening)),
        [first, others @ ..] => {
            let more = match others.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let line = |reach: &Reach| format!("{} ({})", reach.address, reach.interface);
            let all: Vec<String> = reached_at.iter().map(line).collect();
            (
                format!("server on {}{more}", first.address),
                format!("Others reach it at\n{}", all.join("\n")),
            )
        }
    }
}

fn about(listening: SocketAddr) -> String {
    if listening.ip().is_loopback() {
        "Only programs on this machine reach it. With the listen address 0.0.0.0 others do, too."
    } else {
        "Others reach it at this address."
    }
    .to_owned()
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
    if let Some(checking) = app.check_words() {
        dot(ui, palette.accent);
        ui.add(egui::Label::new(checking).truncate());
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
    if let Some(trial) = &progress.trial {
        return trial.to_string();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(address: &str, interface: &str) -> Reach {
        Reach {
            address: address.parse().unwrap(),
            interface: interface.to_owned(),
        }
    }

    #[test]
    fn a_server_on_every_address_says_one_that_a_classmate_can_type() {
        let listening = "0.0.0.0:7000".parse().unwrap();
        let one = [reach("192.0.2.7:7000", "eth0")];
        assert_eq!(server_words(listening, &one).0, "server on 192.0.2.7:7000");
        let two = [one[0].clone(), reach("198.51.100.7:7000", "wlan0")];
        let (text, all) = server_words(listening, &two);
        assert_eq!(text, "server on 192.0.2.7:7000 and 1 more");
        assert!(
            all.ends_with("192.0.2.7:7000 (eth0)\n198.51.100.7:7000 (wlan0)"),
            "{all}"
        );
        let (text, _) = server_words(listening, &[]);
        assert_eq!(text, "server on port 7000, no network");
    }

    #[test]
    fn a_server_on_loopback_says_that_only_this_machine_reaches_it() {
        let (text, all) = server_words("127.0.0.1:7000".parse().unwrap(), &[]);
        assert_eq!(text, "server on 127.0.0.1:7000");
        assert!(all.starts_with("Only programs on this machine"), "{all}");
    }
}
