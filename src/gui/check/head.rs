//! The head of the view: who is checked, Start and Stop, how far it is, what the user should do, what
//! went wrong, and what can be done with what was found.

use egui::{
    Align, Button, Color32, CornerRadius, Frame, Label, Layout, Margin, ProgressBar, RichText,
    Stroke, Ui, vec2,
};

use super::super::app::App;
use super::super::theme::{Palette, RADIUS, medium, space, text_size};
use super::super::widgets::{Field, chip, dot, note};
use super::CheckFile;
use super::sheet::{Row, Sheet, Stage};
use crate::check::{CheckState, Peer, Verdict};
use crate::experiment::Target;
use crate::measurement::units::waiting_time;

/// Room at the right for the button.
const BUTTON: f32 = 124.0;
/// Widths of the fields for an address and a port.
const FIELDS: (f32, f32) = (180.0, 96.0);

const INTRO: &str = "A check puts a server, or a client, through the rules of the protocol, one numbered check after \
another: sessions of every kind, wrong messages, messages in pieces, peers that leave. Each row says what was sent, what \
was expected and what came, with the bytes.";

/// Shows the head.
pub fn show(app: &mut App, ui: &mut Ui) {
    who(app, ui);
    if app.is_checking() {
        ui.ctx().request_repaint_after(super::table::STEP);
    } else if app.settings.check.peer == Peer::Client {
        fields(app, ui);
    }
    ui.add_space(space::SMALL);
    let Some(sheet) = &app.check.sheet else {
        ui.add(Label::new(INTRO).wrap());
        return;
    };
    progress(app, sheet, ui);
    if app.is_checking() && sheet.peer == Peer::Client {
        what_to_do(sheet, ui);
    }
    if app.is_checking()
        && sheet.peer == Peer::Server
        && let Some(says) = &sheet.says
    {
        framed(ui, Palette::of(ui).warning, "Gone", |ui| {
            ui.add(Label::new(says).wrap());
        });
    }
    let lost = match sheet.deaths.as_slice() {
        [] => None,
        [death] => Some(format!("The server was lost by {death}.")),
        many => {
            // What each of them was is said in its row.
            let by = many
                .iter()
                .map(|death| death.split(": ").next().unwrap_or(death));
            let by = by.collect::<Vec<_>>().join(", ");
            Some(format!(
                "The server was lost {} times, by {by}.",
                many.len()
            ))
        }
    };
    if let Some(lost) = lost {
        framed(ui, Palette::of(ui).error, "Lost", |ui| {
            ui.add(Label::new(lost).wrap());
        });
    }
    choices(app, ui);
    ui.add_space(space::SMALL);
}

/// Whose rules, where it is, and the button.
fn who(app: &mut App, ui: &mut Ui) {
    let palette = Palette::of(ui);
    let goes_on = app.is_checking();
    let reason = app.why_not_check(app.settings.check.peer);
    ui.horizontal(|ui| {
        ui.add_enabled_ui(!goes_on, |ui| {
            let peer = &mut app.settings.check.peer;
            ui.selectable_value(peer, Peer::Server, "A server")
                .on_hover_text("Connects to the server that the form names.");
            ui.selectable_value(peer, Peer::Client, "A client")
                .on_hover_text("Listens, and checks the client that connects.");
        });
        let width = (ui.available_width() - BUTTON).max(0.0);
        ui.allocate_ui_with_layout(
            vec2(width, ui.spacing().interact_size.y),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.set_width(width);
                let (text, color) = match &reason {
                    Some(reason) if !goes_on => (reason.clone(), palette.error),
                    _ => (target(app), palette.faint),
                };
                let text = RichText::new(&text).size(text_size::SMALL).color(color);
                ui.add(Label::new(text).truncate());
            },
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if goes_on {
                let stop = Button::new("Stop check").min_size(vec2(BUTTON - 8.0, 28.0));
                if ui
                    .add_enabled(!app.check.is_stopping, stop)
                    .on_hover_text("End the check now; what was found stays. (Esc)")
                    .clicked()
                {
                    app.stop_check();
                }
                return;
            }
            let name = if app.check.sheet.is_some() {
                "Start again"
            } else {
                "Start check"
            };
            let text = RichText::new(name).family(medium());
            let mut button = Button::new(text).min_size(vec2(BUTTON - 8.0, 28.0));
            if reason.is_none() {
                let text = RichText::new(name)
                    .family(medium())
                    .color(palette.on_accent);
                button = Button::new(text)
                    .min_size(vec2(BUTTON - 8.0, 28.0))
                    .fill(palette.accent);
            }
            let response = ui.add_enabled(reason.is_none(), button);
            let response = match &reason {
                Some(reason) => response.on_disabled_hover_text(reason),
                None => {
                    response.on_hover_text("Try one rule after another. Every wait has a limit.")
                }
            };
            if response.clicked() {
                app.start_check(ui.ctx());
            }
        });
    });
}

/// Where the next check goes and what it goes by, from the form.
fn target(app: &App) -> String {
    if let Some(sheet) = app.check.sheet.as_ref().filter(|_| app.is_checking()) {
        return by(&sheet.address, sheet.dialect.name(), sheet.strict);
    }
    let Ok(target) = app.check_target(app.settings.check.peer) else {
        return String::new();
    };
    let place = match (app.settings.check.peer, &target.target) {
        (Peer::Client, _) => "a client that connects to the address below".to_owned(),
        (Peer::Server, Target::Embedded) => "this program's own server".to_owned(),
        (Peer::Server, Target::Host { host, port }) => format!("{host}, port {port}"),
    };
    #[expect(clippy::cast_precision_loss, reason = "at most an hour")]
    let seconds = target.timeout_ms as f64 / 1e3;
    format!(
        "{}; waits {seconds} s for an answer (from the form)",
        by(&place, target.dialect.name(), target.strict)
    )
}

fn by(place: &str, dialect: &str, strict: bool) -> String {
    let strict = if strict { ", strict" } else { "" };
    format!("{place}; dialect {dialect}{strict}")
}

/// Where a client is waited for.
fn fields(app: &mut App, ui: &mut Ui) {
    let options = &mut app.settings.check;
    ui.horizontal_top(|ui| {
        let (address, port) = FIELDS;
        Field::new("Address for the client")
            .hint("The address to listen on: 127.0.0.1 for this machine alone, 0.0.0.0 for others, too.")
            .width(address)
            .show(ui, &mut options.listen_address);
        Field::new("Port for the client")
            .hint("The TCP port to listen on; 0 takes a free one.")
            .width(port)
            .show(ui, &mut options.listen_port);
    });
}

/// How far it is.
fn progress(app: &App, sheet: &Sheet, ui: &mut Ui) {
    let palette = Palette::of(ui);
    let (passed, failed, not_tried) = (
        sheet.count(Verdict::Pass),
        sheet.count(Verdict::Fail),
        sheet.count(Verdict::NotApplicable),
    );
    ui.horizontal_wrapped(|ui| {
        let (color, state) = state(app, sheet, failed, palette);
        dot(ui, color);
        ui.label(RichText::new(state).family(medium()));
        ui.label(format!("{passed} passed,"));
        let color = if failed > 0 {
            palette.error
        } else {
            palette.text
        };
        ui.label(RichText::new(format!("{failed} failed,")).color(color));
        ui.label(format!(
            "{not_tried} not applicable of {}",
            sheet.rows.len()
        ));
        if app.is_checking() {
            #[expect(clippy::cast_precision_loss, reason = "a share for a bar")]
            let share = sheet.done() as f32 / sheet.rows.len().max(1) as f32;
            // The rest of it is seen, too.
            ui.visuals_mut().extreme_bg_color = palette.line;
            let bar = ProgressBar::new(share).desired_width(160.0);
            ui.add(bar.desired_height(8.0).fill(palette.accent).animate(false));
        }
        match sheet.remarked() {
            0 => {}
            many => {
                note(ui, format!("{many} with a remark (*)"));
            }
        }
        if let Some(elapsed) = sheet.elapsed() {
            note(ui, waiting_time(elapsed));
        }
        let of = match &sheet.file {
            Some(file) => format!("{} (from {file})", sheet.subject()),
            None => sheet.subject(),
        };
        note(ui, of);
    });
}

fn state(app: &App, sheet: &Sheet, failed: usize, palette: &Palette) -> (Color32, &'static str) {
    match &sheet.report {
        None if app.check.is_stopping => (palette.warning, "Stopping:"),
        None => (palette.accent, "Under way:"),
        Some(report) if report.state == CheckState::Stopped => (palette.warning, "Stopped:"),
        Some(_) if failed > 0 => (palette.error, "Finished:"),
        Some(report) if report.peer == Peer::Client && is_cut_short(sheet) => {
            (palette.warning, "The client did not come again:")
        }
        Some(report) if report.is_good() => (palette.good, "Finished:"),
        Some(_) => (palette.warning, "Finished:"),
    }
}

/// Whether the last check could not be made: the client had left for good.
fn is_cut_short(sheet: &Sheet) -> bool {
    let last = sheet.rows.last().and_then(Row::verdict);
    last == Some(Verdict::NotApplicable)
}

/// What the client should do now.
fn what_to_do(sheet: &Sheet, ui: &mut Ui) {
    framed(ui, Palette::of(ui).accent, "Client", |ui| {
        let says = match &sheet.says {
            Some(says) => format!("{says} It connects to {}.", sheet.address),
            None => format!(
                "A session is under way, or the next connection is waited for at {}.",
                sheet.address
            ),
        };
        ui.add(Label::new(says).wrap());
        let mut rows = sheet.rows.iter();
        if let Some(row) = rows.find(|row| matches!(row.stage, Stage::UnderWay)) {
            note(
                ui,
                format!(
                    "We send {}. The client should do this: {}.",
                    row.sends, row.expects
                ),
            );
        }
    });
}

/// Something to be seen, in a frame.
fn framed(ui: &mut Ui, color: Color32, word: &str, contents: impl FnOnce(&mut Ui)) {
    let palette = Palette::of(ui);
    Frame::new()
        .fill(palette.card)
        .corner_radius(CornerRadius::same(RADIUS))
        .stroke(Stroke::new(1.0, color))
        .inner_margin(Margin::symmetric(10, 6))
        .show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.label(RichText::new(word).family(medium()).color(color));
                let width = ui.available_width();
                ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(width);
                    contents(ui);
                });
            });
        });
    ui.add_space(space::SMALL);
}

/// Which rows, and what is done with what was found.
fn choices(app: &mut App, ui: &mut Ui) {
    let Some(sheet) = &app.check.sheet else {
        return;
    };
    let (count, failed) = (sheet.rows.len(), sheet.count(Verdict::Fail));
    let has_report = sheet.report.is_some();
    ui.horizontal(|ui| {
        let all = format!("All {count}");
        if chip(ui, &all, !app.check.failed_only, "Every check.") {
            app.check.failed_only = false;
        }
        let only = format!("Failed {failed}");
        if chip(ui, &only, app.check.failed_only, "The failed checks alone.") {
            app.check.failed_only = true;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (name, file, hint) in [
                (
                    "Save page…",
                    CheckFile::Html,
                    "Write what was found as a page to read and print.",
                ),
                (
                    "Save check…",
                    CheckFile::Json,
                    "Write what was found as a JSON document, which Open… shows again.",
                ),
            ] {
                let response = ui
                    .add_enabled(has_report, Button::new(name))
                    .on_hover_text(hint)
                    .on_disabled_hover_text("When the check has ended.");
                if response.clicked() {
                    app.ask_save_check(file, ui.ctx());
                }
            }
        });
    });
}
