//! What stands in a plot beside measured curves: lines across it with their names, and fitted curves.

use super::Plot;
use super::axes::Axes;
use super::mark::{Anchor, Frame, Group, Mark, Spot, Stroke, Weight};
use super::text::{clean, fitted, width};
use super::theme::Colours;
use crate::chart::{Chart, FittedCurve, LandmarkLine, Look, Quantity};
use crate::measurement::Landmark;

const TEXT: f64 = 11.0;
const LINE: f64 = 1.1;
const FIT_LINE: f64 = 1.4;
const GAP: f64 = 4.0;
/// Pieces that a fitted curve is drawn in.
const FIT_PIECES: u32 = 96;
/// Rows in which the names of upright lines are tried, from above.
const ROWS: u8 = 8;

/// Which axis a line across a plot belongs to.
#[derive(Debug, Clone, PartialEq)]
pub enum GuideAt {
    /// It stands upright at a message size, in bytes.
    Size(f64),
    /// It lies at a value, in base units.
    Value(f64),
    /// It has a value for each message size.
    Curve(Vec<(f64, f64)>),
}

/// A line across a plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Guide {
    /// Where.
    pub at: GuideAt,
    /// What it marks, in a few words.
    pub label: String,
    /// What is told where the pointer rests on it.
    pub tip: String,
}

impl From<(&Landmark, LandmarkLine)> for Guide {
    fn from((landmark, line): (&Landmark, LandmarkLine)) -> Self {
        Self {
            at: match line {
                LandmarkLine::Vertical(size) => GuideAt::Size(size),
                LandmarkLine::Horizontal(value) => GuideAt::Value(value),
                LandmarkLine::Curve(values) => GuideAt::Curve(values),
            },
            label: landmark.label.clone(),
            tip: landmark.explanation.clone(),
        }
    }
}

impl Guide {
    /// The line of a baseline in a plot of ratios to it.
    pub(super) fn of_baseline(name: &str) -> Self {
        Self {
            at: GuideAt::Value(1.0),
            label: format!("as {name}"),
            tip: "The baseline's own figures: what stands here does not differ from it.".to_owned(),
        }
    }
}

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
    pub(super) fn of(fitted: &FittedCurve, chart: &Chart) -> Option<Self> {
        let mut shown = chart.shown();
        let drawn = shown.find(|drawn| drawn.curve.key == fitted.key)?;
        Some(Self {
            look: drawn.look,
            points: fitted.line(chart, FIT_PIECES),
            tip: fitted.fit.sentences().join("\n"),
        })
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
pub(super) fn fit(fit: &Fit, axes: &Axes, colours: &Colours, unit: f64) -> Mark {
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

/// The marks of lines across a plot. Those beyond its axes are left out; no two names stand on each
/// other while there is room for both. The names come second: they lie over the curves.
pub(super) fn guides(
    plot: &Plot<'_>,
    axes: &Axes,
    colours: &Colours,
    unit: f64,
) -> (Vec<Mark>, Vec<Mark>) {
    let mut taken: Vec<Frame> = Vec::new();
    let mut names = Vec::new();
    let of_guide = |guide: &Guide| {
        let frame = axes.frame;
        let (spots, kind, value) = match &guide.at {
            GuideAt::Size(size) => {
                let x = axes.x(*size)?;
                let (top, bottom) = (frame.top, frame.bottom());
                let ends = [bottom, top].map(|y| Spot { x, y });
                (ends.to_vec(), "size", size.to_string())
            }
            GuideAt::Value(value) => {
                let y = axes.y(*value)?;
                let (left, right) = (frame.left, frame.right());
                let ends = [left, right].map(|x| Spot { x, y });
                (ends.to_vec(), "value", value.to_string())
            }
            GuideAt::Curve(values) => {
                let spots = values
                    .iter()
                    .filter_map(|(size, value)| axes.spot(*size, *value));
                (spots.collect(), "curve", String::new())
            }
        };
        let end = spots.iter().rev().find(|spot| frame.holds(**spot, 0.01))?;
        names.push(name(
            guide,
            plot.chart.quantity,
            *end,
            frame,
            &mut taken,
            colours,
            unit,
        ));
        let stroke = Stroke {
            dashes: vec![4.0 * unit, 3.0 * unit],
            ..Stroke::new(colours.quiet, LINE * unit)
        };
        let tip = if guide.tip.is_empty() {
            guide.label.clone()
        } else {
            format!("{}: {}", guide.label, guide.tip)
        };
        Some(Mark::Group(Group {
            class: "guide",
            facts: vec![("data-axis", kind.to_owned()), ("data-value", value)],
            tip: Some(clean(&tip)),
            marks: vec![Mark::Line { spots, stroke }],
            ..Group::default()
        }))
    };
    let lines = plot.guides.iter().filter_map(of_guide).collect();
    (lines, names)
}

/// The name of a line that ends at `end`, where nothing stands yet.
fn name(
    guide: &Guide,
    quantity: Quantity,
    end: Spot,
    frame: Frame,
    taken: &mut Vec<Frame>,
    colours: &Colours,
    unit: f64,
) -> Mark {
    let size = TEXT * unit;
    let room = frame.width - 2.0 * GAP * unit;
    let text = fitted(&clean(&guide.label), room, size, Weight::Regular);
    let (gap, wide) = (GAP * unit, width(&text, size, Weight::Regular));
    let box_at = |left: f64, top: f64| Frame {
        left,
        top,
        width: wide,
        height: 1.25 * size,
    };
    let candidates: Vec<Frame> = match &guide.at {
        GuideAt::Size(_) => (0..ROWS)
            .flat_map(|row| {
                let top = frame.top + f64::from(row) * 1.3 * size;
                [box_at(end.x + gap, top), box_at(end.x - gap - wide, top)]
            })
            .collect(),
        GuideAt::Value(_) | GuideAt::Curve(_) => {
            let (above, below) = (end.y - 1.35 * size, end.y + 0.15 * size);
            let (right, left) = (frame.right() - gap - wide, frame.left + gap);
            let sides = match quantity {
                // No round-trip time lies below a bound, and no throughput above it.
                Quantity::Rtt => [below, above],
                Quantity::Throughput => [above, below],
            };
            [right, left]
                .map(|left| sides.map(|top| (left, top)))
                .concat()
                .into_iter()
                .map(|(left, top)| box_at(left, top))
                .collect()
        }
    };
    let is_inside = |place: &Frame| {
        place.left >= frame.left
            && place.right() <= frame.right()
            && place.top >= frame.top - 0.01
            && place.bottom() <= frame.bottom()
    };
    let is_free = |place: &&Frame| is_inside(place) && !taken.iter().any(|one| one.meets(**place));
    let free = candidates.iter().find(is_free);
    let inside = || candidates.iter().find(|place| is_inside(place));
    let place = free
        .or_else(inside)
        .copied()
        .unwrap_or(box_at(frame.left + gap, frame.top));
    taken.push(place);
    Mark::Text {
        at: Spot {
            x: place.left,
            y: place.top + size,
        },
        text,
        size,
        weight: Weight::Regular,
        colour: colours.quiet,
        anchor: Anchor::Start,
        is_upward: false,
        halo: Some(colours.ground),
    }
}
