//! The list from which the run that is shown is chosen.

use egui::{ComboBox, Ui};

use super::super::app::App;
use super::super::theme::space;
use super::super::widgets::note;
use super::Entry;

/// Width of the list, in points: what it wants, and the least it is left.
const WIDTH: (f32, f32) = (280.0, 96.0);
/// Room for the button behind it.
const BUTTON_ROOM: f32 = 116.0;

/// The list of runs, where there is more than one to show.
pub fn choose(app: &mut App, ui: &mut Ui) {
    let runs = || {
        let entries = app.library.entries().iter();
        entries.filter(|entry| entry.run().is_some())
    };
    if runs().count() < 2 {
        return;
    }
    let newest = if app.progress().is_some() {
        "The run that goes on"
    } else {
        "The last run"
    };
    let mut chosen = app.library.chosen().map(|entry| entry.id);
    ui.add_space(space::LARGE);
    let caption = note(ui, "Run shown");
    let (wanted, least) = WIDTH;
    let width = (ui.available_width() - BUTTON_ROOM).clamp(least, wanted);
    ui.scope(|ui| {
        // Of itself it would be as wide as its text.
        ui.set_max_width(width);
        ComboBox::from_id_salt("run shown")
            .width(width)
            .truncate()
            .selected_text(
                app.library
                    .chosen()
                    .map_or_else(|| newest.to_owned(), words),
            )
            .show_ui(ui, |ui| {
                ui.selectable_value(&mut chosen, None, newest);
                for entry in runs().filter(|entry| !entry.goes_on()).rev() {
                    ui.selectable_value(&mut chosen, Some(entry.id), words(entry));
                }
            })
            .response
            .labelled_by(caption.id);
    });
    app.library.choose(chosen);
}

fn words(entry: &Entry) -> String {
    format!("{}. {}, {}", entry.number, entry.name, entry.kind())
}
