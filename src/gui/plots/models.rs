//! Draws the model's curves.

use egui::{Painter, Pos2, Stroke};

use super::dashes::dashed;
use super::paint::{Pen, Places};
use crate::chart::Chart;

/// Draws the models.
pub fn show(painter: &Painter, chart: &Chart, places: Places<'_>, pen: Pen<'_>) {
    for (drawn, fitted) in chart.shown_fits() {
        let line: Vec<Pos2> = fitted
            .line(chart)
            .into_iter()
            .filter_map(|(size, value)| places.at(size, value))
            .collect();
        let colour = pen.palette.series(drawn.look.colour);
        // Between what was measured and the ground: a model is less than a measurement.
        let colour = colour.lerp_to_gamma(pen.palette.canvas, 0.35);
        let stroke = Stroke::new(1.25 * pen.weight, colour);
        dashed(painter, &line, stroke, 4.0, 3.0);
    }
}
