//! The embedded server's card: its switch, where it listens, how it stands.

use egui::{ComboBox, RichText, Ui};

use super::app::{App, NoticeKind};
use super::embedded::{listen_address, listen_port};
use super::limits_fields;
use super::openness::open_to;
use super::theme::{Palette, text_size};
use super::widgets::{Field, card, dot, note, switch};
use crate::measurement::units::{capital, count, counted};
use crate::server::Act;

/// Shows the card.
pub fn show(app: &mut App, ui: &mut Ui) {
    card(ui, "Server", |ui| {
        let is_on = app.server.is_on();
        if switch(ui, is_on, "Embedded server")
            .on_hover_text(
                "A server in this program, for measuring this machine and for classmates' clients.",
            )
            .changed()
        {
            app.toggle_server();
        }
        let palette = Palette::of(ui);
        if let Some(address) = app.server.address() {
            ui.horizontal(|ui| {
                dot(ui, palette.good);
                ui.label(format!("Listening on {address}"));
            });
            if let Some(open) = app.server.open_to() {
                openness(ui, &format!("{}.", capital(open)));
            }
            let status = app.server.status();
            let now = counted(status.connections_now, "connection");
            let in_all = count(status.connections_in_all);
            ui.label(match status.turned_away {
                0 => format!("{now} now, {in_all} in all"),
                away => format!("{now} now, {in_all} in all, {} turned away", count(away)),
            });
        } else {
            ui.horizontal(|ui| {
                dot(ui, palette.faint);
                ui.label("Off");
            });
            ui.horizontal_top(|ui| {
                let width = ui.available_width();
                let address = Field::new("Listen address")
                    .hint("127.0.0.1 is reached from this machine only; 0.0.0.0 or :: from everywhere.")
                    .problem(listen_address(&app.settings.listen_address).err().as_deref())
                    .width(width - 96.0)
                    .show(ui, &mut app.settings.listen_address);
                let port = Field::new("Listen port")
                    .hint("0 takes any free port.")
                    .problem(listen_port(&app.settings.listen_port).err().as_deref())
                    .show(ui, &mut app.settings.listen_port);
                if address.changed() || port.changed() {
                    app.server.forget_error();
                }
            });
            // Always a scope, or what comes and goes here would take the focus from the fields below.
            ui.scope(|ui| {
                if let Some(open) = would_be_open_to(app) {
                    openness(ui, &format!("When on, it is {open}."));
                }
            });
        }
        act_as(app, ui);
        let act = app.server.act();
        if act != Act::default() {
            note(ui, act.description);
        }
        limits_fields::show(app, ui);
        // What is wrong with an address stands below it already.
        let is_address = listen_address(&app.settings.listen_address).is_ok()
            && listen_port(&app.settings.listen_port).is_ok();
        if let Some(error) = app.server.error().filter(|_| is_address) {
            ui.label(
                RichText::new(error)
                    .size(text_size::SMALL)
                    .color(palette.error),
            );
        }
        if let Some(wanted) = app.server.port_taken() {
            note(
                ui,
                format!("Port {wanted} is taken by another program, so a free one was chosen."),
            );
        }
    });
}

/// To whom the server would be open as the form has it.
fn would_be_open_to(app: &App) -> Option<&'static str> {
    let address = listen_address(&app.settings.listen_address).ok()?;
    let limits = app.settings.server_limits.config().ok()?;
    open_to(address, limits.allow.is_open(), limits.access_key.is_some())
}

fn openness(ui: &mut Ui, text: &str) {
    let text = RichText::new(text).size(text_size::SMALL);
    ui.label(text.color(Palette::of(ui).warning))
        .on_hover_text("\"Limits and access\" has a list of networks and an access key.");
}

/// How the server behaves: what a student's client is to be tried with.
fn act_as(app: &mut App, ui: &mut Ui) {
    let is_in_use = !app.on_embedded.is_empty() || app.checks_embedded();
    let mut act = app.server.act();
    ui.horizontal(|ui| {
        let name = ui.label("Act as");
        ui.add_enabled_ui(!is_in_use, |ui| {
            ComboBox::from_id_salt("act as")
                .width(ui.available_width())
                .truncate()
                .selected_text(act.name)
                .show_ui(ui, |ui| {
                    for known in Act::all() {
                        ui.selectable_value(&mut act, known, known.name)
                            .on_hover_text(known.description);
                    }
                })
                .response
                .labelled_by(name.id)
                .on_hover_text(
                    "What the server does otherwise than the protocol's text, to try a client with.",
                )
                .on_disabled_hover_text("This server is being measured or checked.");
        });
    });
    if act != app.server.act()
        && let Err(error) = app.server.act_as(act)
    {
        app.say(NoticeKind::Error, error);
    }
}
