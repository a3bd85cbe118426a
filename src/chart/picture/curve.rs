//! The marks of a curve: its band, its line, and for each dot whisker, interval and sign.

use super::axes::Axes;
use super::mark::{Group, Mark, Spot, Stroke};
use super::text::clean;
use super::theme::Colours;
use crate::chart::{AxisKind, Crowd, Dash, Dot, DrawnCurve, Ground, Rgb};
use crate::measurement::numbers::float;
use crate::measurement::units::{bytes, count, significant, throughput, time};

/// Lengths in points at the default size of a picture.
const LINE: f64 = 1.8;
const WHISKER: f64 = 1.0;
const INTERVAL: f64 = 3.4;
pub(super) const SIGN: f64 = 3.8;
const RIM: f64 = 1.0;
const ARROW: f64 = 4.5;
/// How far strokes of several curves at the same size stand apart.
const DODGE: f64 = 4.5;
/// Opacity of the areas that stand for whiskers and for intervals where dots stand close.
const DENSE_RANGE: f64 = 0.09;
const DENSE_INTERVAL: f64 = 0.4;
/// A whisker is quieter than what stands on it.
const WHISKER_OPACITY: f64 = 0.55;

/// What all curves of a plot are drawn with.
pub(super) struct Pen<'a> {
    pub axes: &'a Axes,
    pub colours: &'a Colours,
    pub unit: f64,
    /// What values are.
    pub kind: AxisKind,
}

/// Lengths of strokes and gaps of a line that is `width` wide.
pub(super) fn dashes(dash: Dash, width: f64) -> Vec<f64> {
    match dash {
        Dash::Solid => Vec::new(),
        Dash::Dashed => vec![4.5 * width, 2.8 * width],
        Dash::Dotted => vec![0.01, 2.6 * width],
    }
}

/// A curve's line at this scale.
pub(super) fn line_stroke(dash: Dash, colour: Rgb, unit: f64) -> Stroke {
    Stroke {
        dashes: dashes(dash, LINE * unit),
        is_round: dash != Dash::Dashed,
        ..Stroke::new(colour, LINE * unit)
    }
}

/// A whisker at this scale.
pub(super) fn whisker_stroke(colour: Rgb, unit: f64) -> Stroke {
    Stroke::new(colour, WHISKER * unit).opacity(WHISKER_OPACITY)
}

/// An interval at this scale.
pub(super) fn interval_stroke(colour: Rgb, unit: f64) -> Stroke {
    Stroke::new(colour, INTERVAL * unit)
}

/// The arrow at the end of a whisker that goes on, its point at `at`.
pub(super) fn arrow(at: Spot, is_upward: bool, colour: Rgb, unit: f64) -> Mark {
    let (high, half) = (1.2 * ARROW * unit, 0.6 * ARROW * unit);
    let base = at.y + if is_upward { high } else { -high };
    let corner = |x: f64| Spot {
        x: at.x + x,
        y: base,
    };
    Mark::Area {
        spots: vec![at, corner(half), corner(-half)],
        fill: colour,
        opacity: 1.0,
    }
}

/// A curve's sign at this scale.
pub(super) fn sign(at: Spot, drawn: &DrawnCurve, colours: &Colours, unit: f64) -> Mark {
    Mark::Sign {
        at,
        marker: drawn.look.marker,
        radius: SIGN * unit,
        fill: drawn.look.rgb(colours.series),
        rim: Stroke::new(colours.ground, RIM * unit),
    }
}

/// How the strokes of a curve's dots stand.
#[derive(Clone, Copy)]
struct Strokes {
    /// How far beside their dots.
    beside: f64,
    crowd: Crowd,
}

impl Pen<'_> {
    /// The band between the 10th and the 90th percentile; where dots stand close, areas for whiskers and
    /// intervals too.
    pub(super) fn areas(&self, drawn: &DrawnCurve) -> Vec<Mark> {
        let band = self.area(drawn, |dot| dot.band, self.colours.band);
        if !Crowd::of(&drawn.curve, self.axes).is_dense() {
            return band;
        }
        let mut areas = self.area(drawn, |dot| dot.range, DENSE_RANGE);
        areas.extend(band);
        areas.extend(self.area(drawn, |dot| dot.interval, DENSE_INTERVAL));
        areas
    }

    /// Between two figures of each dot: an area for each stretch of dots that have both.
    fn area(
        &self,
        drawn: &DrawnCurve,
        ends: fn(&Dot) -> Option<(f64, f64)>,
        opacity: f64,
    ) -> Vec<Mark> {
        let colour = drawn.look.rgb(self.colours.series);
        let edges = |dot: &Dot| {
            let (low, high) = ends(dot)?;
            let x = self.axes.x(float(dot.size))?;
            // On a logarithmic axis zero lies below everything that is seen.
            let low = self.axes.y(low).unwrap_or(self.axes.frame.bottom());
            Some((x, low, self.axes.y(high)?))
        };
        let edges: Vec<_> = drawn.curve.dots.iter().map(edges).collect();
        let stretches = edges.split(Option::is_none);
        let areas = stretches
            .filter(|stretch| stretch.len() > 1)
            .map(|stretch| {
                let above = stretch
                    .iter()
                    .flatten()
                    .map(|(x, _, high)| Spot { x: *x, y: *high });
                let below = stretch.iter().flatten().rev();
                let below = below.map(|(x, low, _)| Spot { x: *x, y: *low });
                Mark::Area {
                    spots: above.chain(below).collect(),
                    fill: colour,
                    opacity,
                }
            });
        areas.collect()
    }

    /// The line through the medians.
    pub(super) fn line(&self, drawn: &DrawnCurve) -> Option<Mark> {
        let dots = drawn.curve.dots.iter();
        let spots: Vec<Spot> = dots
            .filter_map(|dot| self.axes.spot(float(dot.size), dot.median))
            .collect();
        let colour = drawn.look.rgb(self.colours.series);
        (spots.len() > 1).then(|| Mark::Line {
            spots,
            stroke: line_stroke(drawn.look.dash, colour, self.unit),
        })
    }

    /// The dots, each with its whisker and interval, and with its figures for programs and readers. The curve
    /// is the one at `place` among `of` of them.
    pub(super) fn dots(&self, drawn: &DrawnCurve, place: usize, of: usize) -> Vec<Mark> {
        let crowd = Crowd::of(&drawn.curve, self.axes);
        let every = crowd.every(2.0 * SIGN * self.unit);
        let beside = crowd.dodge(place, of, DODGE * self.unit);
        let dots = drawn.curve.dots.iter().enumerate();
        dots.filter_map(|(at, dot)| {
            let strokes = (!crowd.is_dense()).then_some(Strokes { beside, crowd });
            self.dot(drawn, dot, strokes, at.is_multiple_of(every))
        })
        .collect()
    }

    fn dot(
        &self,
        drawn: &DrawnCurve,
        dot: &Dot,
        strokes: Option<Strokes>,
        has_sign: bool,
    ) -> Option<Mark> {
        let at = self.axes.spot(float(dot.size), dot.median)?;
        let colour = drawn.look.rgb(self.colours.series);
        let x = at.x + strokes.map_or(0.0, |strokes| strokes.beside);
        let mut marks = Vec::new();
        let upright = |low: f64, high: f64, stroke| {
            let (from, to) = (self.axes.y(low)?, self.axes.y(high)?);
            Some(Mark::line(Spot { x, y: from }, Spot { x, y: to }, stroke))
        };
        let range = dot.range.filter(|_| strokes.is_some());
        if let Some((bottom, top, part)) = range.and_then(|range| self.axes.part(range)) {
            let end = |y: f64| Spot { x, y };
            let stroke = whisker_stroke(colour, self.unit);
            marks.push(Mark::line(end(bottom), end(top), stroke));
            for (goes_on, y, is_upward) in [
                (part.goes_on_above, top, true),
                (part.goes_on_below, bottom, false),
            ] {
                marks.extend(goes_on.then(|| arrow(end(y), is_upward, colour, self.unit)));
            }
        }
        if let (Some((low, high)), Some(strokes)) = (dot.interval, strokes) {
            let stroke = interval_stroke(colour, self.unit);
            let width = strokes.crowd.stroke(stroke.width);
            marks.extend(upright(low, high, Stroke { width, ..stroke }));
        }
        marks.extend(has_sign.then(|| sign(at, drawn, self.colours, self.unit)));
        Some(Mark::Group(Group {
            class: "dot",
            facts: facts(drawn, dot),
            tip: Some(self.tip(drawn, dot)),
            clip: None,
            marks,
        }))
    }

    /// What a reader is told of a dot.
    fn tip(&self, drawn: &DrawnCurve, dot: &Dot) -> String {
        let value = |value: f64| match self.kind {
            AxisKind::Time => time(value).to_string(),
            AxisKind::Rate => throughput(value / 8.0).to_string(),
            AxisKind::Bytes { .. } | AxisKind::Number | AxisKind::Count => significant(value),
        };
        let span = |(low, high): (f64, f64)| format!("{} to {}", value(low), value(high));
        let mut lines = vec![
            format!("{}: {}", clean(&drawn.curve.name), bytes(dot.size)),
            format!("median of rounds {}", value(dot.median)),
        ];
        let pairs = [
            ("its 95 % interval", dot.interval),
            ("10th to 90th percentile", dot.band),
            ("least to greatest", dot.range),
        ];
        let known = pairs
            .into_iter()
            .filter_map(|(name, pair)| Some((name, pair?)));
        lines.extend(known.map(|(name, pair)| format!("{name} {}", span(pair))));
        lines.join("\n")
    }
}

/// A dot's figures in base units.
fn facts(drawn: &DrawnCurve, dot: &Dot) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("data-curve", clean(&drawn.curve.name)),
        ("data-delay-ms", drawn.curve.key.delay_ms.to_string()),
        ("data-size", dot.size.to_string()),
        ("data-median", dot.median.to_string()),
    ];
    let pairs = [
        ("data-interval-low", "data-interval-high", dot.interval),
        ("data-p10", "data-p90", dot.band),
        ("data-least", "data-greatest", dot.range),
    ];
    for (low, high, pair) in pairs {
        if let Some((least, most)) = pair {
            facts.push((low, least.to_string()));
            facts.push((high, most.to_string()));
        }
    }
    facts
}

/// How many dots a picture has, in words, for its description.
pub(super) fn dots_in_words(number: usize) -> String {
    match number {
        1 => "1 point".to_owned(),
        number => format!("{} points", count(number as u64)),
    }
}
