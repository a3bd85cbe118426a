//! Files that are dragged over the window and dropped on it.

use std::path::PathBuf;

use egui::{Align2, Context, FontId, Id, LayerId, Order, Stroke, StrokeKind, pos2, vec2};

use super::app::App;
use super::theme::{Palette, medium, space, text_size};

/// What a drop will do.
const WHAT: &str = "Drop to open";
/// The same in a sentence.
const HOW: &str = "A profile fills the form. A run or a check is shown. Further runs and results of other tools are laid over it.";
/// Most names that are listed.
const MOST_NAMES: usize = 6;

/// Opens what was dropped; says what a drop will do while files hover over the window.
pub fn show(app: &mut App, context: &Context) {
    let (dropped, hovered) = context.input(|input| {
        let dropped = input.raw.dropped_files.iter();
        let dropped: Vec<PathBuf> = dropped.map(|file| file.path().to_owned()).collect();
        let hovered = input.raw.hovered_files.iter();
        let hovered: Vec<String> = hovered
            .map(|file| {
                let name = file.path.as_deref().and_then(std::path::Path::file_name);
                name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
            })
            .collect();
        (dropped, hovered)
    });
    if !dropped.is_empty() {
        app.open_files(&dropped, context);
        // What was opened is drawn in the frame after: this one is done.
        context.request_repaint();
    } else if !hovered.is_empty() {
        say(context, &hovered);
    }
}

fn say(context: &Context, names: &[String]) {
    let layer = LayerId::new(Order::Foreground, Id::unique("drop to open"));
    let rect = context.content_rect();
    let mut ui = egui::Ui::new(
        context.clone(),
        layer.id,
        egui::UiBuilder::new().layer_id(layer).max_rect(rect),
    );
    let palette = Palette::of(&ui);
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, palette.canvas.gamma_multiply(0.92));
    painter.rect_stroke(
        rect.shrink(space::LARGE),
        8.0,
        Stroke::new(2.0, palette.accent),
        StrokeKind::Inside,
    );
    let middle = rect.center();
    let line = |at: egui::Pos2, text: &str, font: FontId, colour| {
        painter.text(at, Align2::CENTER_CENTER, text, font, colour);
    };
    let mut y = middle.y - 40.0;
    let title = FontId::new(text_size::LARGE, medium());
    line(pos2(middle.x, y), WHAT, title, palette.text);
    y += 28.0;
    let body = || FontId::proportional(text_size::BODY);
    line(pos2(middle.x, y), HOW, body(), palette.text);
    for name in names
        .iter()
        .filter(|name| !name.is_empty())
        .take(MOST_NAMES)
    {
        y += 22.0;
        line(pos2(middle.x, y), name, body(), palette.faint);
    }
    if names.len() > MOST_NAMES {
        let more = format!("and {} more", names.len() - MOST_NAMES);
        line(pos2(middle.x, y + 22.0), &more, body(), palette.faint);
    }
    // For those who read the screen by ear.
    let response = ui.allocate_response(vec2(rect.width(), 1.0), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, WHAT));
}
