//! The keyboard in the points' table: the arrow keys bring what is out of sight into it.

use egui::{
    EventFilter, Id, Key, Rect, Role, Sense, Ui, Vec2, WidgetInfo, style::ScrollAnimation, vec2,
};

use super::theme::ROW_HEIGHT;

/// How far the table is scrolled.
#[derive(Clone, Copy, Default)]
pub struct Scrolled {
    /// To the right, in points.
    pub x: f32,
    /// Height of the rows in sight, in points.
    pub page: f32,
}

/// Where each column begins that scrolls, counted from where the first of them does; and the end.
#[must_use]
pub fn edges(widths: &[f32], sticky: usize) -> Vec<f32> {
    let mut at = 0.0;
    let mut edges = vec![at];
    for width in widths.iter().skip(sticky) {
        at += width;
        edges.push(at);
    }
    edges
}

/// The arrow keys scroll the table while it has the keyboard: by a column, a row, a page, to an end. Whether it
/// has it.
pub fn keys(ui: &Ui, room: Rect, edges: &[f32], scrolled: Scrolled) -> bool {
    let id = Id::unique("figures of the points");
    let table = ui.interact(room, id, Sense::click());
    let name = "Figures of the points";
    table.widget_info(|| WidgetInfo::labeled(Role::Table, true, name));
    if table.clicked() {
        table.request_focus();
    }
    if !table.has_focus() {
        return false;
    }
    ui.memory_mut(|memory| {
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        memory.set_focus_lock_filter(id, filter);
    });
    let by = ui.input(|input| {
        let mut by = Vec2::ZERO;
        let at = scrolled.x;
        let next = edges.iter().find(|edge| **edge > at + 1.0);
        let before = edges.iter().rfind(|edge| **edge < at - 1.0);
        let end = edges.last().copied().unwrap_or_default();
        for (key, way) in [
            (
                Key::ArrowRight,
                vec2(next.map_or(0.0, |edge| edge - at), 0.0),
            ),
            (
                Key::ArrowLeft,
                vec2(before.map_or(0.0, |edge| edge - at), 0.0),
            ),
            (Key::Home, vec2(-at, 0.0)),
            (Key::End, vec2(end, 0.0)),
            (Key::ArrowDown, vec2(0.0, ROW_HEIGHT)),
            (Key::ArrowUp, vec2(0.0, -ROW_HEIGHT)),
            (Key::PageDown, vec2(0.0, scrolled.page)),
            (Key::PageUp, vec2(0.0, -scrolled.page)),
        ] {
            if input.key_pressed(key) {
                by += way;
            }
        }
        by
    });
    if by != Vec2::ZERO {
        ui.scroll_with_delta_animation(-by, ScrollAnimation::none());
        ui.ctx().request_repaint();
    }
    true
}
