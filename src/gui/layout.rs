//! Where everything stands: menus above, the form at the left, the plots in the middle with the tabs
//! under them, the state below.

use egui::{
    Align, Button, CentralPanel, CornerRadius, Frame, Layout, Margin, MenuBar, Panel, Popup,
    RichText, Ui, vec2,
};

use super::actions::Action;
use super::app::{App, NoticeKind};
use super::theme::{Palette, RADIUS, ThemeChoice, medium, space};
use super::widgets::note;
use super::{drop_files, form_panel, modal, plots, status, tabs};

/// Width that the button of a notice takes.
const DISMISS_ROOM: f32 = 79.0;
/// Shows the whole window.
pub fn show(app: &mut App, ui: &mut Ui) {
    // A question or an open list has the keyboard to itself: Esc closes it and nothing else.
    if app.modal.is_none() && !Popup::is_any_open(ui.ctx()) {
        app.presenter.leave_with_escape(ui.ctx());
        for action in Action::pressed(ui.ctx()) {
            app.act(action, ui.ctx());
        }
    }
    // The pointer is the question's, too. A tooltip that was open would stay open over the question: it
    // goes by where the pointer is, not by what lies between.
    let pointer = app
        .modal
        .is_some()
        .then(|| ui.input_mut(|input| std::mem::take(&mut input.pointer)));
    let is_presenting = app.presenter.is_on();
    if !is_presenting {
        menus(app, ui);
    }
    status::show(app, ui);
    if !is_presenting {
        form_panel::show(app, ui);
    }
    let palette = Palette::of(ui);
    let frame = Frame::new()
        .fill(palette.canvas)
        .inner_margin(Margin::same(12));
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        notice(app, ui);
        let is_checking = app.shows_check() && !is_presenting;
        if is_checking {
            tabs::show_alone(app, ui);
            return;
        }
        if !is_presenting {
            tabs::show(app, ui);
        }
        plots::show(app, ui);
    });
    if let Some(pointer) = pointer {
        ui.input_mut(|input| input.pointer = pointer);
    }
    modal::show(app, ui.ctx());
    drop_files::show(app, ui.ctx());
}

fn item(app: &mut App, ui: &mut Ui, action: Action) {
    let keys = action
        .shortcuts()
        .first()
        .map(|keys| ui.ctx().format_shortcut(keys))
        .unwrap_or_default();
    let mut button = Button::new(action.text());
    if !keys.is_empty() {
        button = button.shortcut_text(keys);
    }
    let response = ui
        .add_enabled(app.can(action), button)
        .on_hover_text(action.tooltip());
    if response.clicked() {
        app.act(action, ui.ctx());
        ui.close();
    }
}

fn menus(app: &mut App, ui: &mut Ui) {
    Panel::top("menus").resizable(false).show(ui, |ui| {
        MenuBar::new().ui(ui, |ui| {
            ui.menu_button("File", |ui| {
                item(app, ui, Action::New);
                item(app, ui, Action::Open);
                recent(app, ui);
                ui.separator();
                item(app, ui, Action::Save);
                item(app, ui, Action::SaveAs);
                item(app, ui, Action::SaveRun);
                item(app, ui, Action::Export);
                item(app, ui, Action::CopyPlots);
                ui.separator();
                item(app, ui, Action::Quit);
            });
            ui.menu_button("Measure", |ui| {
                item(app, ui, Action::Run);
                item(app, ui, Action::Resume);
                item(app, ui, Action::CheckServer);
                item(app, ui, Action::Stop);
            });
            ui.menu_button("View", |ui| {
                for (choice, name) in ThemeChoice::ALL {
                    if ui.radio(app.settings.theme == choice, name).clicked() {
                        app.settings.theme = choice;
                        choice.apply(ui.ctx());
                        ui.close();
                    }
                }
                ui.separator();
                item(app, ui, Action::Present);
                if ui
                    .checkbox(&mut app.settings.tabs_folded, "Fold the table away")
                    .clicked()
                {
                    ui.close();
                }
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(space::MEDIUM);
                let changed = if app.has_unsaved_changes() {
                    ", changed"
                } else {
                    ""
                };
                note(ui, format!("{}{changed}", app.profile_name()));
            });
        });
    });
}

fn recent(app: &mut App, ui: &mut Ui) {
    let paths = app.settings.recent.clone();
    ui.add_enabled_ui(!paths.is_empty(), |ui| {
        ui.menu_button("Open recent", |ui| {
            for path in &paths {
                let name = path.file_name().map_or_else(
                    || path.display().to_string(),
                    |name| name.to_string_lossy().into_owned(),
                );
                if ui
                    .button(name)
                    .on_hover_text(path.display().to_string())
                    .clicked()
                {
                    app.open_recent(path);
                    ui.close();
                }
            }
        });
    });
}

fn notice(app: &mut App, ui: &mut Ui) {
    let Some(notice) = app.notice().cloned() else {
        return;
    };
    let palette = Palette::of(ui);
    let (color, word) = match notice.kind {
        NoticeKind::Info => (palette.accent, "Note"),
        NoticeKind::Error => (palette.error, "Failed"),
    };
    let (mut dismissed, mut resumed) = (false, false);
    let can_resume = notice.kind == NoticeKind::Error && app.can(Action::Resume);
    let room = if can_resume {
        2.0 * DISMISS_ROOM
    } else {
        DISMISS_ROOM
    };
    Frame::new()
        .fill(palette.card)
        .corner_radius(CornerRadius::same(RADIUS))
        .stroke(egui::Stroke::new(1.0, color))
        .inner_margin(Margin::symmetric(10, 6))
        .show(ui, |ui| {
            ui.horizontal_top(|ui| {
                // As far down as the text of the button.
                let line = |ui: &mut Ui| ui.add_space(space::SMALL);
                ui.vertical(|ui| {
                    line(ui);
                    ui.label(RichText::new(word).family(medium()).color(color));
                });
                let width = ui.available_width() - room;
                ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(width);
                    line(ui);
                    ui.add(egui::Label::new(notice.text.as_str()).wrap());
                });
                dismissed = ui.button("Dismiss").clicked();
                if can_resume {
                    resumed = ui
                        .button(Action::Resume.text())
                        .on_hover_text(Action::Resume.tooltip())
                        .clicked();
                }
            });
        });
    ui.add_space(space::MEDIUM);
    if resumed {
        app.act(Action::Resume, ui.ctx());
    } else if dismissed {
        app.dismiss_notice();
    }
}
