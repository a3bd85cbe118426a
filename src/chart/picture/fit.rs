//! Fitted curves: what stands in a plot beside measured ones.

use super::axes::Axes;
use super::mark::{Group, Mark, Spot, Stroke};
use super::text::clean;
use super::theme::Colours;
use crate::chart::{Chart, DrawnCurve, FittedCurve, Look};

const FIT_LINE: f64 = 1.4;

/// A curve that was fitted, not measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The look of the curve it was fitted to.
    pub look: Look,
    /// Message sizes and values, in base units, by size; close enough to look smooth.
    pub points: Vec<(f64, f64)>,
    /// What is told where the pointer rests on it.
    pub tip: String,
}

impl Fit {
    /// The model of a curve that is drawn in a chart.
    pub(super) fn of(drawn: &DrawnCurve, fitted: &FittedCurve, chart: &Chart) -> Self {
        Self {
            look: drawn.look,
            points: fitted.line(chart),
            tip: fitted.fit.sentences().join("\n"),
        }
    }
}

/// How a fitted curve is drawn.
pub(super) fn fit_stroke(look: Look, colours: &Colours, unit: f64) -> Stroke {
    let width = FIT_LINE * unit;
    Stroke {
        dashes: vec![7.0 * width, 2.5 * width, width, 2.5 * width],
        ..Stroke::new(look.rgb(colours.series), width)
    }
}

/// The marks of a fitted curve.
pub(super) fn marks(fit: &Fit, axes: &Axes, colours: &Colours, unit: f64) -> Mark {
    let points = fit.points.iter();
    let spots: Vec<Spot> = points
        .filter_map(|(size, value)| axes.spot(*size, *value))
        .collect();
    let line = (spots.len() > 1).then(|| Mark::Line {
        spots,
        stroke: fit_stroke(fit.look, colours, unit),
    });
    Mark::Group(Group {
        class: "fit",
        tip: Some(clean(&fit.tip)).filter(|tip| !tip.is_empty()),
        marks: line.into_iter().collect(),
        ..Group::default()
    })
}
