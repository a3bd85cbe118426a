//! Places and rectangles of the screen as charts have them, and back.

use egui::{Pos2, Rect, pos2};

use crate::chart::{Frame, Spot};

/// A place of a chart on the screen.
#[expect(clippy::cast_possible_truncation, reason = "a place on a screen")]
pub fn on_screen(spot: Spot) -> Pos2 {
    pos2(spot.x as f32, spot.y as f32)
}

/// A place of the screen.
pub fn spot(place: Pos2) -> Spot {
    Spot {
        x: f64::from(place.x),
        y: f64::from(place.y),
    }
}

/// A rectangle of a chart on the screen.
pub fn rect(frame: Frame) -> Rect {
    let corner = |x: f64, y: f64| on_screen(Spot { x, y });
    Rect::from_min_max(
        corner(frame.left, frame.top),
        corner(frame.right(), frame.bottom()),
    )
}

/// A rectangle of the screen.
pub fn frame(rect: Rect) -> Frame {
    Frame {
        left: f64::from(rect.left()),
        top: f64::from(rect.top()),
        width: f64::from(rect.width()),
        height: f64::from(rect.height()),
    }
}
