//! The tabs under the plots: their names, what the open one shows, and the edge that is dragged. The check
//! view has the room of the plots, too.

use egui::{Align, CursorIcon, Frame, Id, Layout, Margin, Panel, Rect, Sense, Ui};

use super::app::App;
use super::settings::Tab;
use super::theme::{TABS_FOLDED, TABS_LEAST, TABS_SHARE, space};
use super::{
    check, compare, details, library, point_tab, points_table, table_sheet, transcript_tab,
};

/// What the button at the tabs does.
const COPY_TABLE: &str = "Copies it with TABs between the cells, for a report or a spreadsheet.";
/// The same where a point is looked at.
const COPY_POINT: &str =
    "Copies its figures, its histogram and its rounds with TABs between the cells.";
/// The same where the details are open.
const COPY_DETAILS: &str = "Copies all of it as text, for a report.";

/// Shows the tabs under the plots.
pub fn show(app: &mut App, ui: &mut Ui) {
    let folded = app.settings.tabs_folded;
    let frame = Frame::new().inner_margin(Margin {
        top: 8,
        ..Margin::ZERO
    });
    let (least, left_to_plots) = TABS_LEAST;
    let most = (ui.available_height() - left_to_plots).max(least);
    let height = match *app.settings.tab_height() {
        _ if folded => TABS_FOLDED,
        dragged if dragged > 0.0 => dragged.clamp(least, most),
        _ => {
            let (share, at_least) = TABS_SHARE;
            let window = ui.ctx().content_rect().height();
            (share * window).max(at_least).clamp(least, most)
        }
    };
    let panel = Panel::bottom("tabs")
        .frame(frame)
        .resizable(false)
        .exact_size(height);
    let response = panel.show(ui, |ui| {
        // A panel is as high as what is in it, whatever was asked for: nothing here may be higher.
        ui.set_min_height(ui.available_height());
        strip(app, ui);
        if !folded {
            content(app, ui);
        }
    });
    if !folded {
        let edge = response.response.rect;
        let grip = Rect::from_x_y_ranges(edge.x_range(), edge.top() - 3.0..=edge.top() + 3.0);
        let grip = ui
            .interact(grip, Id::unique("edge of the tabs"), Sense::drag())
            .on_hover_and_drag_cursor(CursorIcon::ResizeVertical);
        if grip.dragged() {
            *app.settings.tab_height() = (height - grip.drag_delta().y).clamp(least, most);
        }
    }
}

/// Shows the tabs where the one that is open has the room of the plots.
pub fn show_alone(app: &mut App, ui: &mut Ui) {
    strip(app, ui);
    if app.shows_check() {
        content(app, ui);
    }
}

/// The tabs' names, and what is beside them.
fn strip(app: &mut App, ui: &mut Ui) {
    let folded = app.settings.tabs_folded;
    ui.horizontal(|ui| {
        for (tab, name) in [
            (Tab::Points, "Points"),
            (Tab::Point, "Point"),
            (Tab::Compare, "Compare"),
            (Tab::Transcript, "Transcript"),
            (Tab::Details, "Details"),
            (Tab::Check, "Check"),
        ] {
            let is_open = app.settings.tab == tab && !folded;
            if ui.selectable_label(is_open, name).clicked() {
                // A click on the open tab folds it away, any other brings it up.
                app.settings.tabs_folded = is_open;
                app.settings.tab = tab;
            }
        }
        if !app.shows_check() {
            library::choose(app, ui);
        }
        let has_text = match app.settings.tab {
            Tab::Check => app.has_check(),
            Tab::Point => app.shown().is_some() && app.selected_point().is_some(),
            _ => app.shown().is_some(),
        };
        if !folded && has_text {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (name, hint) = match app.settings.tab {
                    Tab::Points | Tab::Compare | Tab::Transcript | Tab::Check => {
                        ("Copy table", COPY_TABLE)
                    }
                    Tab::Point => ("Copy point", COPY_POINT),
                    Tab::Details => ("Copy details", COPY_DETAILS),
                };
                if ui.button(name).on_hover_text(hint).clicked() {
                    let text = match app.settings.tab {
                        Tab::Points => app.shown().map(|run| table_sheet::as_text(run)),
                        Tab::Point => point_tab::text(app),
                        Tab::Compare => Some(compare::as_text(app)),
                        Tab::Transcript => Some(transcript_tab::text(app)),
                        Tab::Details => app.details_as_text(ui.ctx()),
                        Tab::Check => check::as_text(app),
                    };
                    ui.ctx().copy_text(text.unwrap_or_default());
                }
            });
        }
    });
}

/// What the open tab shows.
fn content(app: &mut App, ui: &mut Ui) {
    ui.add_space(space::SMALL);
    match app.settings.tab {
        Tab::Points => points_table::show(app, ui),
        Tab::Point => point_tab::show(app, ui),
        Tab::Compare => compare::show(app, ui),
        Tab::Transcript => transcript_tab::show(app, ui),
        Tab::Details => details::show(app, ui),
        Tab::Check => check::show(app, ui),
    }
}
