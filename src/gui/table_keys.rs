//! The keyboard in the points' table: up and down select a row, the other keys bring what is out of sight
//! into it.

use egui::{
    EventFilter, Id, Key, Rect, Role, Sense, Ui, Vec2, WidgetInfo, style::ScrollAnimation, vec2,
};

use super::selection::Direction;

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

/// What the keyboard asks of the table.
#[derive(Clone, Copy, Default)]
pub struct Pressed {
    /// Whether the table has the keyboard.
    pub has_keyboard: bool,
    /// Where the selection is to move.
    pub moves: Option<Direction>,
    /// Whether the selected point is to be opened.
    pub opens: bool,
}

/// What has the keyboard when the table has it.
#[must_use]
pub fn id() -> Id {
    Id::unique("figures of the points")
}

/// While the table has the keyboard, up and down move the selection, Enter opens it, and the other keys
/// scroll: by a column, a page, to an end.
pub fn keys(ui: &Ui, room: Rect, edges: &[f32], scrolled: Scrolled) -> Pressed {
    let id = id();
    let table = ui.interact(room, id, Sense::click());
    let name = "Figures of the points";
    table.widget_info(|| WidgetInfo::labeled(Role::Table, true, name));
    if table.clicked() {
        table.request_focus();
    }
    if !table.has_focus() {
        return Pressed::default();
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
    let is_pressed = |key| ui.input(|input| input.key_pressed(key));
    let moves = match (is_pressed(Key::ArrowUp), is_pressed(Key::ArrowDown)) {
        (true, false) => Some(Direction::RowAbove),
        (false, true) => Some(Direction::RowBelow),
        _ => None,
    };
    Pressed {
        has_keyboard: true,
        moves,
        opens: is_pressed(Key::Enter),
    }
}
