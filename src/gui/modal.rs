//! Questions that must be answered before anything else.

use std::path::PathBuf;

use egui::{Align, Context, Id, Key, Layout, RichText, TextEdit, Ui};

use super::app::App;
use super::export::ExportForm;
use super::file_dialog::Purpose;
use super::profiles::with_ending;
use super::theme::{Palette, medium, space, text_size};
use super::widgets::caption;

/// Which question is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modal {
    /// Switch the server off while a run is measured on it?
    StopServer,
    /// Quit during a run?
    Quit,
    /// Unsaved changes are in the way.
    Unsaved(Then),
    /// What is to be exported?
    Export(ExportForm),
    /// Where is the file? Asked where the desktop has no dialogs.
    Path {
        /// What for.
        purpose: Purpose,
        /// What was typed.
        path: String,
        /// Whether the field has not had the keyboard yet.
        is_new: bool,
    },
}

/// What unsaved changes hold up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// A new profile.
    New,
    /// Opening this profile.
    OpenProfile(PathBuf),
}

/// The question, what there is to know, and the button that does it.
const STOP_SERVER: [&str; 3] = [
    "Switch the embedded server off?",
    "A run is being measured on it. The run is stopped first; what was measured stays.",
    "Stop run and switch off",
];
const QUIT: [&str; 3] = [
    "Quit during a run?",
    "The run is stopped first.",
    "Stop run and quit",
];

/// Shows the question, if there is one.
pub fn show(app: &mut App, context: &Context) {
    let Some(modal) = app.modal.take() else {
        return;
    };
    let response = egui::Modal::new(Id::unique("question")).show(context, |ui| {
        ui.set_width(420.0);
        match modal.clone() {
            Modal::StopServer => confirm(app, ui, STOP_SERVER, App::stop_runs_then_server),
            Modal::Quit => confirm(app, ui, QUIT, App::stop_runs_then_quit),
            Modal::Unsaved(then) => unsaved(app, ui, then),
            Modal::Export(form) => export(app, ui, form),
            Modal::Path {
                purpose,
                path,
                is_new,
            } => path_field(app, ui, purpose, path, is_new),
        }
    });
    let is_dismissed = response.should_close();
    let (is_open, next) = match response.inner {
        Answered::No(modal) => (true, modal),
        Answered::Yes => (false, None),
    };
    // Without a file nothing is exported, and nothing need be kept for it.
    if matches!(modal, Modal::Path { .. }) && (!is_open || is_dismissed) {
        app.exports.wanted = None;
    }
    // An answer may have led to another question, which then stands already.
    if is_open && !is_dismissed && app.modal.is_none() {
        app.modal = Some(next.unwrap_or(modal));
    }
}

enum Answered {
    Yes,
    /// Not yet; the question may have changed with what was typed.
    No(Option<Modal>),
}

fn title(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).family(medium()).size(text_size::TITLE));
    ui.add_space(space::MEDIUM);
}

/// The buttons of a question, the one that does it at the right. Gives the one that was pressed.
fn buttons(ui: &mut Ui, names: &[&str], primary_enabled: bool) -> Option<usize> {
    let palette = Palette::of(ui);
    let mut pressed = None;
    ui.add_space(space::LARGE);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        for (index, name) in names.iter().enumerate() {
            let is_primary = index == 0;
            let mut text = RichText::new(*name);
            if is_primary && primary_enabled {
                text = text.color(palette.on_accent);
            }
            let mut button = egui::Button::new(text);
            if is_primary && primary_enabled {
                button = button.fill(palette.accent);
            }
            if ui
                .add_enabled(!is_primary || primary_enabled, button)
                .clicked()
            {
                pressed = Some(index);
            }
        }
    });
    pressed
}

/// A question about the run that goes on: it is stopped first, or nothing happens.
fn confirm(
    app: &mut App,
    ui: &mut Ui,
    [question, text, yes]: [&str; 3],
    then: fn(&mut App),
) -> Answered {
    title(ui, question);
    ui.label(text);
    match buttons(ui, &[yes, "Keep measuring"], true) {
        Some(0) => {
            then(app);
            Answered::Yes
        }
        Some(_) => Answered::Yes,
        None => Answered::No(None),
    }
}

fn unsaved(app: &mut App, ui: &mut Ui, then: Then) -> Answered {
    title(ui, "Keep the changes?");
    ui.label(format!(
        "The form of \"{}\" has changes that are not saved.",
        app.profile_name()
    ));
    let pressed = buttons(ui, &["Save", "Discard changes", "Cancel"], true);
    let context = ui.ctx().clone();
    match pressed {
        Some(0) => {
            app.save(&context);
            // A profile without a file is asked for first; what was held up can be asked for again.
            if !app.has_unsaved_changes() {
                app.go_on(then);
            }
            Answered::Yes
        }
        Some(1) => {
            app.go_on(then);
            Answered::Yes
        }
        Some(_) => Answered::Yes,
        None => Answered::No(None),
    }
}

fn export(app: &mut App, ui: &mut Ui, mut form: ExportForm) -> Answered {
    title(ui, "Export");
    let is_sound = super::export::show(app, ui, &mut form);
    match buttons(ui, &["Save…", "Cancel"], is_sound) {
        Some(0) => {
            let context = ui.ctx().clone();
            app.export(&form, &context);
            Answered::Yes
        }
        Some(_) => Answered::Yes,
        None => Answered::No(Some(Modal::Export(form))),
    }
}

fn path_field(
    app: &mut App,
    ui: &mut Ui,
    purpose: Purpose,
    mut path: String,
    is_new: bool,
) -> Answered {
    let verb = if purpose.writes() { "Save" } else { "Open" };
    title(ui, purpose.title());
    let name = caption(ui, "Path");
    let field = ui
        .add(TextEdit::singleline(&mut path).desired_width(f32::INFINITY))
        .labelled_by(name.id);
    if is_new {
        field.request_focus();
    }
    let typed = PathBuf::from(path.trim());
    let is_path = !path.trim().is_empty();
    if purpose.writes() && with_ending(&typed, purpose).exists() {
        ui.label("This file exists and will be replaced.");
    }
    let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let pressed = buttons(ui, &[verb, "Cancel"], is_path);
    if is_path && (entered || pressed == Some(0)) {
        app.use_files(purpose, &[typed], ui.ctx());
        return Answered::Yes;
    }
    match pressed {
        Some(_) => Answered::Yes,
        None => Answered::No(Some(Modal::Path {
            purpose,
            path,
            is_new: false,
        })),
    }
}
