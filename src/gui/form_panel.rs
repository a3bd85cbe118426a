//! The column at the left: where, what, the embedded server, how, and Run.

use egui::{Align, CornerRadius, Layout, Panel, Rect, RichText, ScrollArea, Ui, UiBuilder, vec2};

use super::actions::Action;
use super::app::App;
use super::method_panel;
use super::theme::{FORM_WIDTH, Palette, medium, space, text_size};
use super::widgets::{Field, card, chip, choice, note};
use crate::check::Peer;
use crate::experiment::{self, LIST_HELP, MAX_SIZES, Problem, SizeSet, parse_list};
use crate::protocol::MeasurementType;

/// Height of what stands beside the title of a card.
const TITLE_LINE: f32 = 24.0;

/// Shows the column.
pub fn show(app: &mut App, ui: &mut Ui) {
    Panel::left("form")
        .exact_size(FORM_WIDTH)
        .resizable(false)
        .show(ui, |ui| {
            let problems = app.form_problems();
            Panel::bottom("run")
                .show_separator_line(false)
                .show(ui, |ui| {
                    queue(app, ui);
                    run_button(app, ui, &problems);
                });
            ScrollArea::vertical()
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.add_space(space::SMALL);
                    where_card(app, ui, &problems);
                    what_card(app, ui, &problems);
                    super::server_card::show(app, ui);
                    method_panel::show(app, ui, &problems);
                });
        });
}

pub(super) fn problem(problems: &[Problem], field: experiment::Field) -> Option<&str> {
    problems
        .iter()
        .find(|problem| problem.field == field)
        .map(|problem| problem.message.as_str())
}

fn where_card(app: &mut App, ui: &mut Ui, problems: &[Problem]) {
    card(ui, "Where", |ui| {
        check_button(app, ui);
        let embedded_address = app.server.address_shown();
        let form = &mut app.settings.form;
        ui.horizontal(|ui| {
            ui.selectable_value(&mut form.embedded, true, "This program")
                .on_hover_text("Measure the program's own server, on this machine.");
            ui.selectable_value(&mut form.embedded, false, "Another host")
                .on_hover_text("Measure a server somewhere else, or one you started yourself.");
        });
        ui.add_space(space::SMALL);
        // The fields of an embedded target show where it is; they follow the server, not the user.
        let (mut embedded_host, mut embedded_port) = embedded_address;
        let (host, port) = if form.embedded {
            (&mut embedded_host, &mut embedded_port)
        } else {
            (&mut form.host, &mut form.port)
        };
        let enabled = !form.embedded;
        ui.horizontal_top(|ui| {
            let width = ui.available_width();
            Field::new("Host")
                .hint("A name, an IPv4 or an IPv6 address.")
                .problem(problem(problems, experiment::Field::Host))
                .enabled(enabled)
                .width(width - 96.0)
                .show(ui, host);
            Field::new("Port")
                .hint("The server's TCP port.")
                .problem(problem(problems, experiment::Field::Port))
                .enabled(enabled)
                .show(ui, port);
        });
    });
}

/// The way to the check of the server that stands above it.
fn check_button(app: &mut App, ui: &mut Ui) {
    let action = Action::CheckServer;
    let reason = app.why_not_check(Peer::Server);
    // Beside the card's title, where it takes no room from the fields.
    let bottom = ui.cursor().top() - space::MEDIUM;
    let corner = Rect::from_x_y_ranges(ui.max_rect().x_range(), bottom - TITLE_LINE..=bottom);
    let layout = Layout::right_to_left(Align::Center);
    let mut corner = ui.new_child(UiBuilder::new().max_rect(corner).layout(layout));
    let text = RichText::new(action.text()).size(text_size::SMALL);
    let button = egui::Button::new(text).min_size(vec2(0.0, TITLE_LINE));
    corner.spacing_mut().button_padding.y = 2.0;
    let response = corner.add_enabled(reason.is_none(), button);
    let response = match &reason {
        Some(reason) => response.on_disabled_hover_text(reason),
        None => response.on_hover_text(format!("{} (Ctrl+K)", action.tooltip())),
    };
    if response.clicked() {
        app.act(action, ui.ctx());
    }
}

fn what_card(app: &mut App, ui: &mut Ui, problems: &[Problem]) {
    let form = &mut app.settings.form;
    card(ui, "What", |ui| {
        let mut kind = form.kind;
        let kinds = [MeasurementType::Rtt, MeasurementType::Tput];
        choice(ui, "Measurement type", &mut kind, &kinds, kind_text, |_| "");
        form.set_kind(kind);
        ui.add_space(space::SMALL);

        Field::new("Message sizes")
            .unit("bytes")
            .hint(&format!(
                "Payload bytes of a probe, {LIST_HELP}. K is 1024."
            ))
            .problem(problem(problems, experiment::Field::MessageSizes))
            .show(ui, &mut form.sizes);
        let sizes = parse_list(&form.sizes, MAX_SIZES).unwrap_or_default();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            for set in SizeSet::ALL {
                let hint = format!(
                    "The assignment's set: {}",
                    experiment::format_list(set.sizes())
                );
                if chip(ui, set.name(), sizes == set.sizes(), &hint) {
                    form.set_sizes(set);
                }
            }
        });
        ui.add_space(space::MEDIUM);

        ui.horizontal_top(|ui| {
            let half = (ui.available_width() - space::MEDIUM) / 2.0;
            Field::new("Probe count")
                .unit("a round")
                .hint("Measured probes in each round; at least 20 in the bologna dialect.")
                .problem(problem(problems, experiment::Field::Probes))
                .width(half)
                .show(ui, &mut form.probes);
            Field::new("Server delay (ms)")
                .hint("How long the server waits before each echo. Several values, such as 0,10,50, give a line each.")
                .problem(problem(problems, experiment::Field::ServerDelays))
                .show(ui, &mut form.delays);
        });
        note(ui, "Rounds");
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            let hint = "Each point goes on until the interval of its median is narrow enough; \
                        how narrow stands under Advanced.";
            if chip(ui, "Until precise", form.until_precise, hint) {
                form.until_precise = true;
            }
            for (rounds, text, hint) in [
                (
                    1,
                    "1 round",
                    "One connection a point, as the assignment has it.",
                ),
                (
                    10,
                    "10 rounds",
                    "Enough rounds for an interval of the median.",
                ),
            ] {
                if chip(ui, text, form.has_rounds(rounds), hint) {
                    form.set_rounds(rounds);
                }
            }
        });
    });
}

fn kind_text(kind: MeasurementType) -> &'static str {
    match kind {
        MeasurementType::Rtt => "Round-trip time (rtt)",
        MeasurementType::Tput => "Throughput (tput)",
    }
}

fn queue(app: &mut App, ui: &mut Ui) {
    let waiting = app.snapshot().queue.clone();
    if waiting.is_empty() {
        return;
    }
    note(ui, "Waiting");
    let mut cancelled = None;
    ScrollArea::vertical().max_height(96.0).show(ui, |ui| {
        for (place, entry) in waiting.iter().enumerate() {
            let text = format!("{}. {}", place + 1, app.describe(&entry.profile));
            ui.horizontal(|ui| {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let button =
                        egui::Button::new(RichText::new("Cancel").size(text_size::SMALL)).small();
                    let response = ui.add(button);
                    let name = format!("Cancel waiting run {}", place + 1);
                    response
                        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                    if response.clicked() {
                        cancelled = Some(entry.id);
                    }
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        ui.add(egui::Label::new(&text).truncate())
                            .on_hover_text(&text);
                    });
                });
            });
        }
    });
    if let Some(id) = cancelled {
        app.cancel(id);
    }
}

/// The one wide button; the line under it says what it will do, or why it cannot.
fn run_button(app: &mut App, ui: &mut Ui, problems: &[Problem]) {
    let palette = Palette::of(ui);
    let reason = app.why_not_run(problems);
    ui.add_space(space::SMALL);
    let text = RichText::new(Action::Run.text())
        .family(medium())
        .size(text_size::LARGE)
        .color(if reason.is_none() {
            palette.on_accent
        } else {
            palette.faint
        });
    let mut button = egui::Button::new(text)
        .min_size(vec2(ui.available_width(), 44.0))
        .corner_radius(CornerRadius::same(6));
    if reason.is_none() {
        button = button.fill(palette.accent);
    }
    // A button alone puts its text at the left of a column.
    let response = ui
        .vertical_centered_justified(|ui| ui.add_enabled(reason.is_none(), button))
        .inner
        .on_hover_text(format!("{} (F5 or Ctrl+R)", Action::Run.tooltip()));
    if response.clicked() {
        app.act(Action::Run, ui.ctx());
    }
    let (text, color) = match reason {
        Some(reason) => (reason, palette.error),
        None => (app.what_run_does(), palette.faint),
    };
    ui.vertical_centered(|ui| {
        ui.label(RichText::new(text).size(text_size::SMALL).color(color));
    });
    ui.add_space(space::SMALL);
}
