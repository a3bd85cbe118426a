//! Draws the model's curves and the landmarks, and finds the landmark that the pointer means.

use std::sync::Arc;

use egui::{Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

use super::super::theme::{space, text_size};
use super::paint::{Pen, Places};
use crate::chart::{Chart, LandmarkLine, Quantity};
use crate::measurement::Landmark;

/// How near the pointer must be to a landmark, in points.
const REACH: f32 = 5.0;
/// Pieces that a model's curve is drawn in.
const PIECES: u32 = 96;

/// Draws the models.
pub fn models(painter: &Painter, chart: &Chart, places: Places<'_>, pen: Pen<'_>) {
    for fitted in chart.shown_fits() {
        let of_chart = chart.shown().find(|drawn| drawn.curve.key == fitted.key);
        let Some(drawn) = of_chart else { continue };
        let line: Vec<Pos2> = fitted
            .line(chart, PIECES)
            .into_iter()
            .filter_map(|(size, value)| places.at(size, value))
            .collect();
        let colour = pen.palette.series(drawn.look.colour);
        // Between what was measured and the ground: a model is less than a measurement.
        let colour = colour.lerp_to_gamma(pen.palette.canvas, 0.35);
        let stroke = Stroke::new(1.25 * pen.weight, colour);
        painter.extend(Shape::dashed_line(&line, stroke, 4.0, 3.0));
    }
}

/// A landmark's label, to be drawn over everything else.
pub struct Label<'a> {
    landmark: &'a Landmark,
    galley: Arc<Galley>,
    place: Rect,
    colour: Color32,
    /// Whether the pointer means the landmark.
    is_meant: bool,
}

/// Draws the landmarks, and says where their labels stand.
pub fn landmarks<'a>(
    painter: &Painter,
    chart: &'a Chart,
    places: Places<'_>,
    pen: Pen<'_>,
    mouse: Option<Pos2>,
) -> Vec<Label<'a>> {
    let frame = painter.clip_rect();
    let mut labels: Vec<Label<'a>> = Vec::new();
    for (landmark, line) in chart.shown_landmarks() {
        let line = line_on_screen(&line, places, frame);
        let is_on_line = mouse.is_some_and(|at| distance(&line, at) <= REACH);
        let colour = if is_on_line {
            pen.palette.text
        } else {
            pen.palette.faint
        };
        let stroke = Stroke::new(pen.weight, colour);
        painter.extend(Shape::dashed_line(&line, stroke, 6.0, 3.6));
        let font = FontId::proportional(text_size::SMALL);
        let galley = painter.layout_no_wrap(landmark.label.clone(), font, colour);
        let taken = |place: Rect| labels.iter().any(|label| label.place.intersects(place));
        if let Some(place) = place_of_label(chart.quantity, &line, galley.size(), frame, &taken) {
            labels.push(Label {
                landmark,
                galley,
                place,
                colour,
                is_meant: is_on_line || mouse.is_some_and(|at| place.contains(at)),
            });
        }
    }
    labels
}

/// Beside the upper end of a line that stands, at the right end of one that lies; one step down as
/// often as something is in the way. `None` where there is no room.
fn place_of_label(
    quantity: Quantity,
    line: &[Pos2],
    size: Vec2,
    frame: Rect,
    taken: &dyn Fn(Rect) -> bool,
) -> Option<Rect> {
    let (first, last) = (line.first()?, line.last()?);
    let is_upright = (first.x - last.x).abs() < 1.0;
    let mut place = if is_upright {
        let top = frame.top() + space::SMALL;
        let right = Align2::LEFT_TOP.anchor_size(pos2(first.x + space::SMALL, top), size);
        if right.right() <= frame.right() {
            right
        } else {
            Align2::RIGHT_TOP.anchor_size(pos2(first.x - space::SMALL, top), size)
        }
    } else {
        let end = pos2(last.x.min(frame.right()) - space::SMALL, last.y);
        let below = Align2::RIGHT_TOP.anchor_size(end + vec2(0.0, 2.0), size);
        let above = Align2::RIGHT_BOTTOM.anchor_size(end - vec2(0.0, 2.0), size);
        // No round-trip time lies below a bound, and no throughput above it.
        let (wanted, other) = match quantity {
            Quantity::Rtt => (below, above),
            Quantity::Throughput => (above, below),
        };
        if frame.contains_rect(wanted) {
            wanted
        } else {
            other
        }
    };
    while taken(place) {
        place = place.translate(vec2(0.0, size.y));
    }
    frame.contains_rect(place).then_some(place)
}

/// Draws the labels, and says which landmark the pointer means.
pub fn labels<'a>(painter: &Painter, labels: &[Label<'a>], pen: Pen<'_>) -> Option<&'a Landmark> {
    let ground = pen.palette.canvas.gamma_multiply(0.85);
    for label in labels {
        painter.rect_filled(label.place.expand(1.0), 2.0, ground);
        painter.galley(label.place.min, Arc::clone(&label.galley), label.colour);
    }
    labels
        .iter()
        .find(|label| label.is_meant)
        .map(|label| label.landmark)
}

fn line_on_screen(line: &LandmarkLine, places: Places<'_>, frame: Rect) -> Vec<Pos2> {
    match line {
        LandmarkLine::Vertical(size) => places
            .x_of(*size)
            .filter(|x| frame.x_range().contains(*x))
            .map(|x| vec![pos2(x, frame.top()), pos2(x, frame.bottom())])
            .unwrap_or_default(),
        LandmarkLine::Horizontal(value) => places
            .y_of(*value)
            .filter(|y| frame.y_range().contains(*y))
            .map(|y| vec![pos2(frame.left(), y), pos2(frame.right(), y)])
            .unwrap_or_default(),
        LandmarkLine::Curve(values) => values
            .iter()
            .filter_map(|(size, value)| places.at(*size, *value))
            .collect(),
    }
}

/// How far a place lies from a line of pieces.
fn distance(line: &[Pos2], to: Pos2) -> f32 {
    let of_piece = |from: Pos2, until: Pos2| {
        let along = until - from;
        let share = (to - from).dot(along) / along.length_sq().max(f32::EPSILON);
        (from + along * share.clamp(0.0, 1.0)).distance(to)
    };
    line.windows(2)
        .filter_map(|pair| match pair {
            [from, until] => Some(of_piece(*from, *until)),
            _ => None,
        })
        .fold(f32::INFINITY, f32::min)
}
