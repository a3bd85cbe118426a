//! The list of what is in the window: colour, name, overlaid or not, baseline or not, and taking it out.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align, FontId, Layout, Role, Sense, TextBuffer, TextEdit, Ui, WidgetInfo, vec2};

use super::super::app::App;
use super::super::library::{Entry, MAX_NAME};
use super::super::plots::{MARKER, marker};
use super::super::theme::{Palette, space, text_size};
use super::super::widgets::{note, text_width};
use super::PlotView;
use crate::chart::SourceId;

/// Width of the piece of line before a name, in points.
const SAMPLE: f32 = 28.0;
/// Widths of the columns behind a name.
const COLUMNS: [f32; 3] = [64.0, 54.0, 30.0];
/// Height of a row.
const ROW: f32 = 26.0;
/// The least width of a name.
const LEAST_NAME: f32 = 96.0;
/// Room in a name's field beside its letters.
const FIELD: f32 = 20.0;
/// Room at the right for the bar that scrolls.
const BAR: f32 = 8.0;

/// The width that the list takes of `room`: what its longest name asks for, if it is there.
#[must_use]
pub fn width(app: &App, ui: &Ui, room: f32) -> f32 {
    let names = app.library.entries().iter();
    let longest = names.map(|entry| name_width(ui, &entry.name));
    let wanted = longest.fold(LEAST_NAME, f32::max) + FIELD;
    let others = beside_name(ui) + BAR;
    (wanted + others).min(room).max(LEAST_NAME + others)
}

/// What a row has beside a name.
fn beside_name(ui: &Ui) -> f32 {
    let gaps = ui.spacing().item_spacing.x * 4.0;
    SAMPLE + COLUMNS.iter().sum::<f32>() + gaps
}

fn name_width(ui: &Ui, name: &str) -> f32 {
    text_width(ui, name, FontId::proportional(text_size::BODY)).ceil()
}

/// What was done to an entry.
enum Done {
    Rename(SourceId, String),
    GiveBackName(SourceId),
    Overlay(SourceId, bool),
    Baseline(SourceId),
    Remove(SourceId),
}

/// Shows the list.
pub fn show(app: &mut App, ui: &mut Ui) {
    switch(app, ui);
    ui.add_space(space::SMALL);
    let shown = app.library.shown().map(|entry| entry.id);
    let baseline = app.library.baseline().map(|entry| entry.id);
    let mut done = None;
    // The same for all: a row that is wider would make the next wider still.
    let width = (ui.available_width() - BAR - beside_name(ui)).max(LEAST_NAME);
    heads(ui, width);
    // The newest first: it is what is looked for.
    for entry in app.library.entries().iter().rev() {
        let is = Is {
            shown: shown == Some(entry.id),
            baseline: baseline == Some(entry.id),
        };
        done = row(ui, entry, is, width).or(done);
    }
    match done {
        None => {}
        Some(Done::Rename(id, name)) => {
            if let Some(entry) = app.library.entry_mut(id) {
                entry.name = name;
            }
        }
        Some(Done::GiveBackName(id)) => {
            if let Some(entry) = app.library.entry_mut(id) {
                entry.name.clone_from(&entry.given_name);
            }
        }
        Some(Done::Overlay(id, is_overlaid)) => app.library.overlay(id, is_overlaid),
        Some(Done::Baseline(id)) => app.library.set_baseline(id),
        Some(Done::Remove(id)) => app.library.remove(id),
    }
}

/// What the plots show.
fn switch(app: &mut App, ui: &mut Ui) {
    ui.horizontal(|ui| {
        note(ui, "Plots show");
        for (view, name, hint) in [
            (PlotView::Values, "Values", "The figures of each run."),
            (
                PlotView::Ratio,
                "Ratio to baseline",
                "How many times the baseline's figure each run has at a point, with the 95 % interval of \
                 that. An interval that leaves out 1 is a difference at this point alone; the verdicts \
                 beside this list are corrected for the number of points.",
            ),
        ] {
            let is_chosen = app.comparer.view == view;
            if ui.selectable_label(is_chosen, name).on_hover_text(hint).clicked() {
                app.comparer.view = view;
            }
        }
    });
}

/// What an entry is beside the others.
#[derive(Clone, Copy)]
struct Is {
    shown: bool,
    baseline: bool,
}

/// What stands above the columns.
fn heads(ui: &mut Ui, width: f32) {
    let [overlay, baseline, _] = COLUMNS;
    ui.horizontal(|ui| {
        ui.add_space(SAMPLE + ui.spacing().item_spacing.x);
        cell(ui, width, |ui| note(ui, "Name"));
        cell(ui, overlay, |ui| note(ui, "Overlay"));
        cell(ui, baseline, |ui| note(ui, "Baseline"));
    });
}

/// A part of a row that is so wide, whatever is in it.
fn cell<R>(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let layout = Layout::left_to_right(Align::Center);
    let add = |ui: &mut Ui| {
        ui.set_width(width);
        contents(ui)
    };
    let height = ui.available_height().min(ROW);
    ui.allocate_ui_with_layout(vec2(width, height), layout, add)
        .inner
}

fn row(ui: &mut Ui, entry: &Entry, is: Is, width: f32) -> Option<Done> {
    let [overlay_width, baseline_width, remove_width] = COLUMNS;
    let mut done = None;
    ui.horizontal(|ui| {
        ui.set_height(ROW);
        swatch(ui, entry);
        done = name(ui, entry, width);
        let named = |kind: Role, text: &str, enabled: bool, is_on: bool| {
            let label = format!("{text} {}", entry.name);
            move || WidgetInfo::selected(kind, enabled, is_on, label.clone())
        };
        // A run that is shown is drawn anyway.
        let mut is_overlaid = entry.is_overlaid || is.shown;
        let word = if is.shown { "shown" } else { "" };
        let check = cell(ui, overlay_width, |ui| {
            ui.add_enabled(!is.shown, egui::Checkbox::new(&mut is_overlaid, word))
        });
        check.widget_info(named(Role::CheckBox, "Overlay", !is.shown, is_overlaid));
        if check.changed() {
            done = Some(Done::Overlay(entry.id, is_overlaid));
        }
        check
            .on_hover_text("Draws it over the run that is shown.")
            .on_disabled_hover_text("This run is shown, and so it is drawn.");
        let can_be = entry.run().is_some();
        let radio = cell(ui, baseline_width, |ui| {
            ui.add_enabled(can_be, egui::RadioButton::new(is.baseline, ""))
        });
        radio.widget_info(named(Role::RadioButton, "Baseline", can_be, is.baseline));
        if radio.clicked() {
            done = Some(Done::Baseline(entry.id));
        }
        radio
            .on_hover_text("The other runs that are drawn are compared with this one.")
            .on_disabled_hover_text("It has no rounds, and so nothing can be compared with it.");
        let remove = cell(ui, remove_width, |ui| {
            ui.add_enabled(!entry.goes_on(), egui::Button::new("\u{d7}"))
        });
        let label = format!("Remove {}", entry.name);
        remove.widget_info(|| WidgetInfo::labeled(Role::Button, !entry.goes_on(), label.clone()));
        if remove.clicked() {
            done = Some(Done::Remove(entry.id));
        }
        remove
            .on_hover_text("Takes it out of the window. Files stay as they are.")
            .on_disabled_hover_text("It goes on.");
    });
    done
}

/// Line and marker as they are in the plots.
fn swatch(ui: &mut Ui, entry: &Entry) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(SAMPLE, 20.0), Sense::hover());
    let colour = palette.series(entry.colour);
    let y = rect.center().y;
    let painter = ui.painter();
    painter.hline(rect.x_range(), y, egui::Stroke::new(1.75, colour));
    painter.add(marker(
        entry.look().marker,
        rect.center(),
        MARKER,
        colour,
        palette.canvas,
    ));
    response.on_hover_text(about(entry));
}

/// The name, to be changed where it stands. One that is too long for its field ends in an ellipsis while
/// nobody writes in it, and stands there in whole on hover.
fn name(ui: &mut Ui, entry: &Entry, width: f32) -> Option<Done> {
    let mut text = entry.name.clone();
    let id = ui.make_persistent_id(("name", entry.id.0));
    let is_written = ui.memory(|memory| memory.has_focus(id));
    let colour = Palette::of(ui).text;
    let mut layout = |ui: &Ui, text: &dyn TextBuffer, room: f32| {
        let font = FontId::proportional(text_size::BODY);
        let mut job = LayoutJob::simple_singleline(text.as_str().to_owned(), font, colour);
        job.keep_trailing_whitespace = true;
        if !is_written {
            job.wrap = TextWrapping::truncate_at_width(room);
        }
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let edit = TextEdit::singleline(&mut text)
        .char_limit(MAX_NAME)
        .desired_width(width)
        .layouter(&mut layout)
        .id(id);
    let mut response = ui.add_sized(vec2(width, 22.0), edit);
    let label = format!("Name of {}", entry.number);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(label));
    if name_width(ui, &entry.name) + FIELD > width {
        response = response.on_hover_text(&entry.name);
    }
    if response.changed() {
        return Some(Done::Rename(entry.id, text));
    }
    (response.lost_focus() && text.trim().is_empty()).then_some(Done::GiveBackName(entry.id))
}

/// What an entry is and where it comes from.
fn about(entry: &Entry) -> String {
    let mut lines = vec![format!("{}. {}", entry.number, entry.kind())];
    if let Some(run) = entry.run() {
        lines.push(run.destination.clone());
    }
    if let Some(peer) = entry.peer() {
        lines.push(peer.conversion.clone());
        lines.extend(peer.notes.iter().cloned());
    }
    lines.extend(entry.path.as_ref().map(|path| path.display().to_string()));
    lines.join("\n")
}
