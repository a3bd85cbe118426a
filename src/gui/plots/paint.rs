//! Draws a chart's curves into a plot: band, whiskers, line, interval and marker of each dot.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};
use egui_plot::{PlotPoint, PlotTransform};

use super::super::theme::Palette;
use super::dashes::dashed;
use super::screen;
use crate::chart::{
    Axis, Chart, Crowd, Dash, Dot, DrawnCurve, Extent, Frame, Ground, Marker, Part,
};
use crate::measurement::numbers::float;

/// Half the width of a marker, in points.
pub const MARKER: f32 = 4.5;
/// Width of the line between the medians.
const LINE: f32 = 1.75;
/// Width of a whisker.
const WHISKER: f32 = 1.0;
/// How far a whisker's colour lies from that of the ground, so that it does not outdo the medians.
const WHISKER_SHARE: f32 = 0.55;
/// Half the width of a whisker's end.
const WHISKER_END: f32 = 3.0;
/// Half the size of the arrow of a whisker that goes on.
const ARROW: f32 = 4.0;
/// Width of the interval.
const INTERVAL: f32 = 5.0;
/// How far strokes of several curves at the same size stand apart.
const DODGE: f64 = 6.0;
/// How much of its colour a band has.
const BAND: f32 = 0.16;
/// How much of it the areas have that stand for whiskers and for intervals where dots stand close.
const DENSE_RANGE: f32 = 0.09;
const DENSE_INTERVAL: f32 = 0.4;

/// Where figures stand on the screen.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    transform: &'a PlotTransform,
    size_axis: Axis,
    value_axis: Axis,
    /// How far beside a dot its strokes stand.
    dodge: f32,
}

impl<'a> Places<'a> {
    /// In a plot of a chart.
    #[must_use]
    pub fn new(chart: &Chart, transform: &'a PlotTransform) -> Self {
        Self {
            transform,
            size_axis: chart.size_axis,
            value_axis: chart.value_axis,
            dodge: 0.0,
        }
    }

    /// The same for the curve at `place` among the `of` of them that are shown, whose strokes stand beside
    /// those of the others.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a place on a screen")]
    pub fn of_curve(&self, crowd: Crowd, place: usize, of: usize) -> Self {
        Self {
            dodge: crowd.dodge(place, of, DODGE) as f32,
            ..*self
        }
    }

    /// Where the strokes of a dot stand.
    fn stroke(&self, dot: &Dot, value: f64) -> Option<Pos2> {
        Some(self.of(dot, value)? + vec2(self.dodge, 0.0))
    }

    /// Where a value of a size stands; `None` where the axes have no place for it.
    #[must_use]
    pub fn at(&self, size: f64, value: f64) -> Option<Pos2> {
        let x = self.size_axis.scale.place(size)?;
        let y = self.value_axis.scale.place(value)?;
        Some(self.transform.position_from_point(&PlotPoint::new(x, y)))
    }

    /// Where a place on the axis of sizes stands, in points from the left.
    #[must_use]
    pub fn x_of(&self, place: f64) -> f32 {
        self.transform.position_from_point_x(place)
    }

    /// Where a value stands.
    #[must_use]
    pub fn y_of(&self, value: f64) -> Option<f32> {
        let place = self.value_axis.scale.place(value)?;
        Some(self.transform.position_from_point_y(place))
    }

    /// Where a value of a dot stands.
    #[must_use]
    pub fn of(&self, dot: &Dot, value: f64) -> Option<Pos2> {
        self.at(float(dot.size), value)
    }

    /// Where curves stand.
    #[must_use]
    pub fn frame(&self) -> Rect {
        *self.transform.frame()
    }

    /// What is seen of a dot's whisker: its lower and its upper end, and whether they go on.
    #[must_use]
    pub fn whisker(&self, dot: &Dot) -> Option<(Pos2, Pos2, Part)> {
        let bounds = self.transform.bounds();
        let ([_, from], [_, to]) = (bounds.min(), bounds.max());
        let part = Extent { from, to }.part(dot.range?, self.value_axis.scale)?;
        let x = self.stroke(dot, dot.median)?.x;
        let end = |place: f64| pos2(x, self.transform.position_from_point_y(place));
        Some((end(part.from), end(part.to), part))
    }

    /// Where arrows stand at the ends of a whisker that goes on beyond the plot: below, and above.
    #[must_use]
    pub fn arrows(&self, dot: &Dot) -> [Option<Pos2>; 2] {
        let Some((bottom, top, part)) = self.whisker(dot) else {
            return [None; 2];
        };
        let inwards = vec2(0.0, ARROW);
        [
            part.goes_on_below.then(|| bottom - inwards),
            part.goes_on_above.then(|| top + inwards),
        ]
    }
}

impl Ground for Places<'_> {
    fn frame(&self) -> Frame {
        screen::frame(Places::frame(self))
    }

    fn x(&self, size: f64) -> Option<f64> {
        let place = self.size_axis.scale.place(size)?;
        Some(f64::from(self.transform.position_from_point_x(place)))
    }

    fn y(&self, value: f64) -> Option<f64> {
        self.y_of(value).map(f64::from)
    }
}

/// What curves are drawn with.
#[derive(Clone, Copy)]
pub struct Pen<'a> {
    /// The colours.
    pub palette: &'a Palette,
    /// How many times thicker than else lines and marks are.
    pub weight: f32,
}

/// Draws all curves that are not hidden, the first one last: it lies on top.
pub fn curves(painter: &Painter, chart: &Chart, places: Places<'_>, pen: Pen<'_>) {
    let curves = of_curves(chart, places);
    for (drawn, places, crowd) in curves.iter().rev() {
        let colour = pen.palette.series(drawn.look.colour);
        if crowd.is_dense() {
            let fill = colour.gamma_multiply(DENSE_RANGE);
            area(painter, drawn, *places, |dot| dot.range, fill);
        }
        let fill = colour.gamma_multiply(BAND);
        area(painter, drawn, *places, |dot| dot.band, fill);
    }
    for (drawn, places, crowd) in curves.iter().rev() {
        curve(painter, drawn, *places, *crowd, pen);
    }
}

/// The curves that are shown, each with its places and how near its dots stand.
pub fn of_curves<'a>(
    chart: &'a Chart,
    places: Places<'a>,
) -> Vec<(&'a DrawnCurve, Places<'a>, Crowd)> {
    let of = chart.shown().count();
    let curves = chart.shown().enumerate().map(|(place, drawn)| {
        let crowd = Crowd::of(&drawn.curve, &places);
        (drawn, places.of_curve(crowd, place, of), crowd)
    });
    curves.collect()
}

/// Between two figures of each dot.
fn area(
    painter: &Painter,
    drawn: &DrawnCurve,
    places: Places<'_>,
    ends: fn(&Dot) -> Option<(f64, f64)>,
    fill: Color32,
) {
    let edges: Vec<(Pos2, Pos2)> = drawn
        .curve
        .dots
        .iter()
        .filter_map(|dot| {
            let (low, high) = ends(dot)?;
            let high = places.of(dot, high)?;
            // On a logarithmic axis zero lies below everything that is seen.
            let low = places
                .of(dot, low)
                .unwrap_or(pos2(high.x, places.frame().bottom()));
            Some((low, high))
        })
        .collect();
    let mut mesh = egui::Mesh::default();
    for (low, high) in &edges {
        mesh.colored_vertex(*low, fill);
        mesh.colored_vertex(*high, fill);
    }
    let pieces = u32::try_from(edges.len().saturating_sub(1)).unwrap_or(0);
    for piece in 0..pieces {
        let first = 2 * piece;
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 3, first + 2);
    }
    painter.add(mesh);
}

fn curve(painter: &Painter, drawn: &DrawnCurve, places: Places<'_>, crowd: Crowd, pen: Pen<'_>) {
    let colour = pen.palette.series(drawn.look.colour);
    let faint = pen.palette.canvas.lerp_to_gamma(colour, WHISKER_SHARE);
    if crowd.is_dense() {
        let fill = colour.gamma_multiply(DENSE_INTERVAL);
        area(painter, drawn, places, |dot| dot.interval, fill);
    } else {
        for dot in &drawn.curve.dots {
            let stroke = Stroke::new(WHISKER * pen.weight, faint);
            whisker(painter, dot, places, stroke);
        }
    }
    let medians: Vec<Pos2> = drawn
        .curve
        .dots
        .iter()
        .filter_map(|dot| places.of(dot, dot.median))
        .collect();
    line(
        painter,
        &medians,
        drawn.look.dash,
        LINE * pen.weight,
        colour,
    );
    #[expect(clippy::cast_possible_truncation, reason = "a width on a screen")]
    let width = crowd.stroke(f64::from(INTERVAL)) as f32;
    for dot in drawn.curve.dots.iter().filter(|_| !crowd.is_dense()) {
        let ends = dot
            .interval
            .and_then(|(low, high)| Some([places.stroke(dot, low)?, places.stroke(dot, high)?]));
        if let Some(ends) = ends {
            painter.line_segment(ends, Stroke::new(width * pen.weight, colour));
        }
    }
    let every = crowd.every(2.0 * f64::from(MARKER));
    for at in medians.into_iter().step_by(every) {
        painter.add(marker(
            drawn.look.marker,
            at,
            MARKER,
            colour,
            pen.palette.canvas,
        ));
    }
}

/// From the least to the greatest, as far as the plot shows it; an arrow where it goes on.
fn whisker(painter: &Painter, dot: &Dot, places: Places<'_>, stroke: Stroke) {
    let Some((bottom, top, part)) = places.whisker(dot) else {
        return;
    };
    painter.line_segment([bottom, top], stroke);
    let half = vec2(WHISKER_END, 0.0);
    for (at, goes_on) in [(bottom, part.goes_on_below), (top, part.goes_on_above)] {
        if !goes_on {
            painter.line_segment([at - half, at + half], stroke);
        }
    }
    let signs = [Marker::Down, Marker::Up];
    for (at, sign) in places.arrows(dot).into_iter().zip(signs) {
        painter.extend(at.map(|at| marker(sign, at, ARROW, stroke.color, stroke.color)));
    }
}

/// A line through these places.
pub fn line(painter: &Painter, places: &[Pos2], dash: Dash, width: f32, colour: Color32) {
    let stroke = Stroke::new(width, colour);
    match dash {
        Dash::Solid => {
            painter.add(Shape::line(places.to_vec(), stroke));
        }
        Dash::Dashed => {
            dashed(painter, places, stroke, 8.0, 5.0);
        }
        Dash::Dotted => {
            dashed(painter, places, stroke, 2.0, 4.0);
        }
    }
}

/// A marker with a rim in the colour of what is behind it, so that it stands out from its own line.
pub fn marker(kind: Marker, at: Pos2, half: f32, fill: Color32, rim: Color32) -> Shape {
    let rim = Stroke::new(1.0, rim);
    let corners = |corners: &[(f32, f32)]| {
        let points = corners
            .iter()
            .map(|(x, y)| at + vec2(x * half, y * half))
            .collect();
        Shape::convex_polygon(points, fill, rim)
    };
    match kind {
        Marker::Circle => Shape::from(egui::epaint::CircleShape {
            center: at,
            radius: half,
            fill,
            stroke: rim,
        }),
        Marker::Square => corners(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        Marker::Up => corners(&[(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)]),
        Marker::Diamond => corners(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
        Marker::Down => corners(&[(-1.1, -0.85), (1.1, -0.85), (0.0, 1.15)]),
    }
}
