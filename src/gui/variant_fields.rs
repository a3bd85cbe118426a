//! What a server wants differently in its dialect: found out by a run, and to be chosen by hand.

use egui::Ui;

use super::form::Form;
use super::form_panel::problem;
use super::widgets::{Field, choice, halves};
use crate::experiment::{self, Problem};
use crate::protocol::{BetweenProbes, Digits, LineEnd, Separator, SetupOrder, SizeCounts, Variant};

/// Shows it folded, and open where something is not as the text has it.
pub fn show(form: &mut Form, ui: &mut Ui, problems: &[Problem]) {
    let is_other = form.variant != Variant::default() || form.least_probes.trim() != "1";
    let title = if is_other {
        "Variant (other than the text)"
    } else {
        "Variant"
    };
    let header = egui::CollapsingHeader::new(title)
        .id_salt("variant")
        .open(is_other.then_some(true))
        .show(ui, |ui| fields(form, ui, problems));
    header.header_response.on_hover_text(
        "What this server wants differently from the text. A run finds it out by itself, unless it is strict, and \
         writes it here.",
    );
}

fn fields(form: &mut Form, ui: &mut Ui, problems: &[Problem]) {
    let variant = &mut form.variant;
    halves(
        ui,
        |ui| {
            let name = |first: u32| if first == 0 { "0" } else { "1" };
            let about = |_| "The sequence number of the first probe of a session.";
            choice(
                ui,
                "First number",
                &mut variant.first_seq,
                &[1, 0],
                name,
                about,
            );
        },
        |ui| {
            let about = |end| match end {
                LineEnd::Newline => "Every message ends in \\n.",
                LineEnd::Nothing => {
                    "No message has a \\n: the server goes by what one read gives, or counts."
                }
            };
            choice(
                ui,
                "Line end",
                &mut variant.line_end,
                LineEnd::ALL,
                LineEnd::name,
                about,
            );
        },
    );
    setup_fields(variant, ui);
    halves(
        ui,
        |ui| {
            let about = |digits| match digits {
                Digits::Plain => "Numbers have as few digits as they need.",
                Digits::Padded => "Numbers are filled up with zeros to five digits.",
            };
            choice(
                ui,
                "Digits",
                &mut variant.digits,
                Digits::ALL,
                Digits::name,
                about,
            );
        },
        |ui| {
            choice(
                ui,
                "Size counts",
                &mut variant.size_counts,
                SizeCounts::ALL,
                SizeCounts::name,
                SizeCounts::description,
            );
        },
    );
    halves(
        ui,
        |ui| {
            Field::new("Least probes")
                .hint("The fewest probes the server takes; what is more than was asked for is warm-up.")
                .problem(problem(problems, experiment::Field::LeastProbes))
                .show(ui, &mut form.least_probes);
        },
        |ui| {
            let about = |between| match between {
                BetweenProbes::Nothing => "Probe follows upon probe.",
                BetweenProbes::Termination => {
                    "The server wants a termination after each probe, and answers it."
                }
                BetweenProbes::Connection => {
                    "The server takes one message from a connection: each has its own. The time to set it up is not \
                     in the RTT."
                }
            };
            choice(
                ui,
                "Between probes",
                &mut form.variant.between_probes,
                BetweenProbes::ALL,
                BetweenProbes::name,
                about,
            );
        },
    );
}

fn setup_fields(variant: &mut Variant, ui: &mut Ui) {
    halves(
        ui,
        |ui| {
            let about = |_| "What stands between the fields of the setup message.";
            choice(
                ui,
                "Separator",
                &mut variant.separator,
                Separator::ALL,
                Separator::name,
                about,
            );
        },
        |ui| {
            let about = |order| match order {
                SetupOrder::Text => {
                    "Probes and size stand in the setup as the dialect's text has them."
                }
                SetupOrder::Swapped => {
                    "Probes and size stand in the setup the other way round; the probes are as they were."
                }
            };
            choice(
                ui,
                "Setup order",
                &mut variant.setup_order,
                SetupOrder::ALL,
                SetupOrder::name,
                about,
            );
        },
    );
}
