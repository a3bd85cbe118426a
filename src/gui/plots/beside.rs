//! Draws the model's curves and the landmarks, and finds the landmark that the pointer means.

use egui::{Align2, FontId, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::super::theme::{space, text_size};
use super::paint::{Pen, Places};
use crate::chart::{Chart, LandmarkLine};
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

/// Draws the landmarks with their labels, and says which one the pointer means.
pub fn landmarks<'a>(
    painter: &Painter,
    chart: &'a Chart,
    places: Places<'_>,
    pen: Pen<'_>,
    mouse: Option<Pos2>,
) -> Option<&'a Landmark> {
    let frame = painter.clip_rect();
    let mut labels: Vec<Rect> = Vec::new();
    let mut meant = None;
    for (landmark, line) in chart.shown_landmarks() {
        let line = line_on_screen(&line, places, frame);
        let Some((first, last)) = line.first().zip(line.last()) else {
            continue;
        };
        let is_meant = mouse.is_some_and(|at| distance(&line, at) <= REACH);
        let colour = if is_meant {
            pen.palette.text
        } else {
            pen.palette.faint
        };
        let stroke = Stroke::new(pen.weight, colour);
        painter.extend(Shape::dashed_line(&line, stroke, 6.0, 3.6));
        let is_upright = (first.x - last.x).abs() < 1.0;
        let (at, anchor) = if is_upright {
            (
                pos2(first.x + space::SMALL, frame.top() + space::SMALL),
                Align2::LEFT_TOP,
            )
        } else {
            (*last - vec2(space::SMALL, 2.0), Align2::RIGHT_BOTTOM)
        };
        let font = FontId::proportional(text_size::SMALL);
        let galley = painter.layout_no_wrap(landmark.label.clone(), font, colour);
        let mut place = anchor.anchor_size(at, galley.size());
        // Labels of lines that are close stand one under the other.
        while labels.iter().any(|other| other.intersects(place)) && place.bottom() < frame.bottom()
        {
            place = place.translate(vec2(0.0, galley.size().y));
        }
        if frame.contains_rect(place) {
            let ground = pen.palette.canvas.gamma_multiply(0.8);
            painter.rect_filled(place, 2.0, ground);
            painter.galley(place.min, galley, colour);
            labels.push(place);
            if mouse.is_some_and(|at| place.contains(at)) {
                meant = Some(landmark);
            }
        }
        if is_meant {
            meant = Some(landmark);
        }
    }
    meant
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
