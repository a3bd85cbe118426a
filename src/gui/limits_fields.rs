//! The embedded server's limits in its card: folded away until they are wanted.

use std::cell::RefCell;

use egui::{CollapsingHeader, RichText, Ui};

use super::app::App;
use super::server_limits::{Limit, ServerLimits};
use super::theme::{Palette, space, text_size};
use super::widgets::{Field, halves, note};

/// Shows them. While the server listens they can be read and not changed.
pub fn show(app: &mut App, ui: &mut Ui) {
    let is_on = app.server.is_on();
    let limits = &mut app.settings.server_limits;
    // A problem in a folded part would be a reason nobody can see.
    let has_problem = Limit::ALL
        .iter()
        .any(|limit| limits.problem(*limit).is_some());
    CollapsingHeader::new("Limits and access")
        .id_salt("limits")
        .open(has_problem.then_some(true))
        .show_unindented(ui, |ui| {
            if is_on {
                note(ui, "They can be changed while the server is off.");
                ui.add_space(space::SMALL);
            }
            for limit in [Limit::Allow, Limit::AccessKey] {
                field(limits, ui, limit, is_on);
            }
            for (left, right) in [
                (Limit::Connections, Limit::PerAddress),
                (Limit::MessageSize, Limit::Probes),
                (Limit::Delay, Limit::SessionTime),
                (Limit::IdleTime, Limit::Rate),
            ] {
                let limits = RefCell::new(&mut *limits);
                halves(
                    ui,
                    |ui| field(&mut limits.borrow_mut(), ui, left, is_on),
                    |ui| field(&mut limits.borrow_mut(), ui, right, is_on),
                );
            }
            for told in limits.contradictions() {
                let text = RichText::new(told).size(text_size::SMALL);
                ui.label(text.color(Palette::of(ui).warning));
            }
        });
}

fn field(limits: &mut ServerLimits, ui: &mut Ui, limit: Limit, is_on: bool) {
    let (unit, empty, hint) = match limit {
        Limit::Allow => (
            "",
            "everyone",
            "The networks whose clients are served, such as 192.168.1.0/24, 10.0.0.7: others are turned \
             away. This machine is served in any case.",
        ),
        Limit::AccessKey => (
            "",
            "none",
            "Only clients that know it are served, and of all programs only Echograph can show that it does. At least \
             8 characters. It is kept in no file.",
        ),
        Limit::Connections => (
            "",
            "",
            "Connections served at a time; further ones are refused.",
        ),
        Limit::PerAddress => (
            "",
            "",
            "As many of one address. An IPv6 client counts with all of its /64 network.",
        ),
        Limit::MessageSize => (
            "bytes",
            "",
            "The largest message size that a setup may ask for; K is 1024, M is 1024 K.",
        ),
        Limit::Probes => ("", "", "The most probes that a setup may ask for."),
        Limit::Delay => (
            "ms",
            "",
            "The longest server delay that a setup may ask for.",
        ),
        Limit::SessionTime => ("s", "", "How long a session may take in all."),
        Limit::IdleTime => (
            "s",
            "",
            "How long a client may neither send nor take anything.",
        ),
        Limit::Rate => (
            "B/s",
            "no limit",
            "Bytes a second that are read from one connection. Whoever sends more is slowed down, and measures that.",
        ),
    };
    let problem = limits.problem(limit);
    let mut field = Field::new(limit.name())
        .unit(unit)
        .empty(empty)
        .hint(hint)
        .problem(problem.as_deref())
        .enabled(!is_on);
    if limit == Limit::AccessKey {
        field = field.secret();
    }
    field.show(ui, limits.text(limit));
}
