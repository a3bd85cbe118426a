//! Lines across a plot, such as landmarks, and their names, which lie over the curves on a plate of the
//! ground's colour. Where the names stand is `chart::names`' to say; a line that lies beyond the plot has its
//! name and its value at the edge, with an arrow towards it.

use super::Plot;
use super::axes::Axes;
use super::curve::SIGN;
use super::mark::{Anchor, Frame, Group, Mark, Spot, Stroke, Weight};
use super::text::{base_line, clean, fitted, width};
use super::theme::Colours;
use crate::chart::{
    Course, LandmarkLine, Name, Quantity, Scene, ShownLandmark, leader, place_names,
};

const TEXT: f64 = 11.0;
const LINE: f64 = 1.1;
/// Room about the letters of a name.
const ABOUT: f64 = 2.0;
const HEIGHT: f64 = 1.2;
/// Width of an arrow, and the room that it takes before a name.
const ARROW: f64 = 7.0;
const ARROW_ROOM: f64 = 11.0;
/// How much of what is behind a name its plate hides.
const PLATE: f64 = 0.88;

/// A line across a plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Guide {
    /// Where, in base units.
    pub line: LandmarkLine,
    /// What it marks, in a few words.
    pub label: String,
    /// The same with its value, for where it lies beyond the plot.
    pub with_value: String,
    /// What is told where the pointer rests on it.
    pub tip: String,
    /// Whether its name can be spared where many crowd.
    pub is_minor: bool,
}

impl Guide {
    /// The line of a landmark.
    pub(super) fn of(shown: &ShownLandmark<'_>, quantity: Quantity) -> Self {
        Self {
            line: shown.line.clone(),
            label: shown.name.clone(),
            with_value: shown.with_value(quantity),
            tip: shown.landmark.explanation.clone(),
            is_minor: shown.is_minor,
        }
    }

    /// The line of a baseline in a plot of ratios to it.
    pub(super) fn of_baseline(name: &str) -> Self {
        let label = format!("as {name}");
        Self {
            line: LandmarkLine::Horizontal(1.0),
            with_value: label.clone(),
            label,
            tip: "The baseline's own figures: what stands here does not differ from it.".to_owned(),
            is_minor: false,
        }
    }

    /// Its marks belong together for programs and readers, wherever they are drawn.
    fn group(&self, marks: Vec<Mark>) -> Mark {
        let (axis, value) = match &self.line {
            LandmarkLine::Vertical(size) => ("size", size.to_string()),
            LandmarkLine::Horizontal(value) => ("value", value.to_string()),
            LandmarkLine::Curve(_) => ("curve", String::new()),
        };
        let tip = if self.tip.is_empty() {
            self.label.clone()
        } else {
            format!("{}: {}", self.label, self.tip)
        };
        Mark::Group(Group {
            class: "guide",
            facts: vec![("data-axis", axis.to_owned()), ("data-value", value)],
            tip: Some(clean(&tip)),
            marks,
            ..Group::default()
        })
    }
}

/// The marks of lines across a plot, and second those of their names. A line beyond the plot is in its name
/// alone.
pub(super) fn marks(
    plot: &Plot<'_>,
    axes: &Axes,
    colours: &Colours,
    unit: f64,
) -> (Vec<Mark>, Vec<Mark>) {
    let pen = Pen { colours, unit };
    let frame = axes.frame;
    let guides = plot.guides.iter();
    let seen: Vec<(&Guide, Course)> = guides
        .filter_map(|guide| Some((guide, Course::of(&guide.line, axes)?)))
        .collect();
    let names: Vec<(String, Name)> = seen
        .iter()
        .map(|(guide, course)| pen.name(guide, course, plot.chart.quantity, frame))
        .collect();
    let wanted: Vec<Name> = names.iter().map(|(_, name)| name.clone()).collect();
    let scene = Scene::of(plot.chart, axes, SIGN * unit);
    let placed = place_names(&wanted, &scene);
    let mut lines = Vec::new();
    let mut marks = Vec::new();
    for (((guide, course), (text, _)), place) in seen.iter().zip(names).zip(placed) {
        let name = place.map(|place| pen.name_marks(text, course, place, frame));
        let spots = course.line(frame);
        if spots.is_empty() {
            marks.extend(name.map(|name| guide.group(name)));
            continue;
        }
        let stroke = Stroke {
            dashes: vec![4.0 * unit, 3.0 * unit],
            ..Stroke::new(colours.quiet, LINE * unit)
        };
        lines.push(guide.group(vec![Mark::Line { spots, stroke }]));
        marks.extend(name.into_iter().flatten());
    }
    (lines, marks)
}

struct Pen<'a> {
    colours: &'a Colours,
    unit: f64,
}

impl Pen<'_> {
    /// The text of a name, and what room it wants.
    fn name(
        &self,
        guide: &Guide,
        course: &Course,
        quantity: Quantity,
        frame: Frame,
    ) -> (String, Name) {
        let (size, about) = (TEXT * self.unit, ABOUT * self.unit);
        let (label, before) = match course {
            Course::Beyond(_) => (&guide.with_value, ARROW_ROOM * self.unit),
            _ => (&guide.label, 0.0),
        };
        let room = frame.width - before - 5.0 * about;
        let text = fitted(&clean(label), room, size, Weight::Regular);
        let width = before + width(&text, size, Weight::Regular) + 2.0 * about;
        let place = (width, HEIGHT * size);
        let name = Name::new(course.clone(), place, quantity, guide.is_minor);
        (text, name)
    }

    fn name_marks(&self, text: String, course: &Course, place: Frame, frame: Frame) -> Vec<Mark> {
        let (unit, colour) = (self.unit, self.colours.quiet);
        let middle = place.top + place.height / 2.0;
        let corner = |x: f64, y: f64| Spot { x, y };
        let to_line = leader(course, place, frame).map(|(from, to)| {
            let stroke = Stroke::new(colour, 0.6 * LINE * unit);
            Mark::line(from, to, stroke)
        });
        let mut marks: Vec<Mark> = to_line.into_iter().collect();
        marks.push(Mark::Area {
            spots: vec![
                corner(place.left, place.top),
                corner(place.right(), place.top),
                corner(place.right(), place.bottom()),
                corner(place.left, place.bottom()),
            ],
            fill: self.colours.ground,
            opacity: PLATE,
        });
        let mut left = place.left + ABOUT * unit;
        if let Course::Beyond(edge) = course {
            let centre = Spot {
                x: left + ARROW * unit / 2.0,
                y: middle,
            };
            marks.push(Mark::Area {
                spots: edge.arrow(centre, ARROW * unit).to_vec(),
                fill: colour,
                opacity: 1.0,
            });
            left += ARROW_ROOM * unit;
        }
        marks.push(Mark::Text {
            at: Spot {
                x: left,
                y: base_line(middle, TEXT * unit),
            },
            text,
            size: TEXT * unit,
            weight: Weight::Regular,
            colour,
            anchor: Anchor::Start,
            is_upward: false,
            halo: Some(self.colours.ground),
        });
        marks
    }
}
