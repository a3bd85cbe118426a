//! A plot's axes: how much room they take, where a value stands, and their grid, ticks and titles.

use super::Plot;
use super::mark::{Anchor, Frame, Group, Mark, Spot, Stroke, Weight};
use super::text::{base_line, width};
use super::theme::Colours;
use crate::chart::{Axis, Extent, Ground, Part, Tick};

/// Lengths in points at the default size of a picture; all grow and shrink with it.
const TICK_TEXT: f64 = 12.0;
const TITLE_TEXT: f64 = 13.0;
const TICK: f64 = 5.0;
const GAP: f64 = 4.0;
const ABOVE: f64 = 8.0;
/// Paper has room for more ticks than a reader wants.
const LEAST_APART: f64 = 12.0;

/// What the axis of message sizes is called.
const SIZE_NAME: &str = "Message size";

/// Both axes of a plot, laid out.
#[derive(Debug, Clone)]
pub(super) struct Axes {
    /// Where curves stand.
    pub frame: Frame,
    size: Side,
    value: Side,
    unit: f64,
}

#[derive(Debug, Clone)]
struct Side {
    axis: Axis,
    extent: Extent,
    title: String,
    ticks: Vec<Tick>,
}

/// How much room a plot's frame leaves below and above it.
pub(super) fn below_and_above(unit: f64) -> (f64, f64) {
    let below = TICK + GAP + TICK_TEXT + 2.0 * GAP + TITLE_TEXT + GAP;
    (below * unit, ABOVE * unit)
}

/// How much room the axis of values takes left of a frame that is `height` high.
pub(super) fn left_of(plot: &Plot<'_>, height: f64, unit: f64) -> f64 {
    let value = value_side(plot, height, unit);
    let labels = value
        .ticks
        .iter()
        .map(|tick| label_width(&tick.label, unit));
    let widest = labels.fold(0.0, f64::max);
    widest + (TICK + GAP + 2.0 * GAP + TITLE_TEXT) * unit
}

/// How far the last label of message sizes reaches beyond the right edge of a frame.
pub(super) fn right_of(plot: &Plot<'_>, width: f64, unit: f64) -> f64 {
    let size = size_side(plot, width, unit);
    let beyond = size.ticks.iter().map(|tick| {
        let at = size.extent.share(tick.place) * width;
        at + label_width(&tick.label, unit) / 2.0 - width
    });
    beyond.fold(GAP * unit, f64::max)
}

#[expect(clippy::cast_possible_truncation, reason = "lengths in a picture")]
fn side(axis: Axis, extent: Extent, name: &str, length: f64, room: impl Fn(&str) -> f64) -> Side {
    Side {
        axis,
        extent,
        title: axis.title(name, extent),
        ticks: axis.ticks(extent, length as f32, |label| room(label) as f32),
    }
}

fn size_side(plot: &Plot<'_>, width: f64, unit: f64) -> Side {
    let chart = plot.chart;
    let room = |label: &str| label_width(label, unit) + LEAST_APART * unit;
    side(chart.size_axis, chart.size_extent(), SIZE_NAME, width, room)
}

fn value_side(plot: &Plot<'_>, height: f64, unit: f64) -> Side {
    let chart = plot.chart;
    let room = |_: &str| (TICK_TEXT + LEAST_APART) * unit;
    let name = super::text::clean(&plot.value_name);
    let mut side = side(chart.value_axis, chart.value_extent(), &name, height, room);
    if chart.dots().next().is_none() {
        // Without a value nothing stands on the axis.
        side.ticks.clear();
        side.title = name;
    }
    side
}

fn label_width(label: &str, unit: f64) -> f64 {
    width(label, TICK_TEXT * unit, Weight::Regular)
}

impl Axes {
    pub(super) fn new(plot: &Plot<'_>, frame: Frame, unit: f64) -> Self {
        Self {
            frame,
            size: size_side(plot, frame.width, unit),
            value: value_side(plot, frame.height, unit),
            unit,
        }
    }

    /// What of the values from the least to the greatest is on the axis, and where from above.
    pub(super) fn part(&self, values: (f64, f64)) -> Option<(f64, f64, Part)> {
        let part = self.value.extent.part(values, self.value.axis.scale)?;
        Some((self.height_of(part.from), self.height_of(part.to), part))
    }

    fn height_of(&self, place: f64) -> f64 {
        self.frame.bottom() - self.value.extent.share(place) * self.frame.height
    }

    /// Where a dot stands.
    pub(super) fn spot(&self, size: f64, value: f64) -> Option<Spot> {
        Some(Spot {
            x: self.x(size)?,
            y: self.y(value)?,
        })
    }

    /// What programs have to know of the axes to read values from places.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        vec![
            (
                "data-size-scale",
                self.size.axis.scale.name().to_lowercase(),
            ),
            (
                "data-value-scale",
                self.value.axis.scale.name().to_lowercase(),
            ),
        ]
    }

    /// The grid, which stands behind everything.
    pub(super) fn grid(&self, colours: &Colours) -> Mark {
        let frame = self.frame;
        let stroke = || Stroke::new(colours.grid, self.unit);
        let upright = self.size.ticks.iter().map(|tick| {
            let x = frame.left + self.size.extent.share(tick.place) * frame.width;
            let (y, bottom) = (frame.top, frame.bottom());
            Mark::line(Spot { x, y }, Spot { x, y: bottom }, stroke())
        });
        let level = self.value.ticks.iter().map(|tick| {
            let y = self.height_of(tick.place);
            let (x, right) = (frame.left, frame.right());
            Mark::line(Spot { x, y }, Spot { x: right, y }, stroke())
        });
        Mark::Group(Group {
            class: "grid",
            marks: upright.chain(level).collect(),
            ..Group::default()
        })
    }

    /// The axes with their ticks, labels and titles.
    pub(super) fn marks(&self, colours: &Colours) -> Vec<Mark> {
        let (frame, unit) = (self.frame, self.unit);
        let (left, bottom) = (frame.left, frame.bottom());
        let line = |from, to| Mark::line(from, to, Stroke::new(colours.axis, 1.2 * unit));
        let corner = Spot { x: left, y: bottom };
        let mut marks = vec![
            line(
                corner,
                Spot {
                    x: frame.right(),
                    y: bottom,
                },
            ),
            line(
                corner,
                Spot {
                    x: left,
                    y: frame.top,
                },
            ),
        ];
        let label = |text: &str, at, anchor| Mark::Text {
            at,
            text: text.to_owned(),
            size: TICK_TEXT * unit,
            weight: Weight::Regular,
            colour: colours.quiet,
            anchor,
            is_upward: false,
            halo: None,
        };
        let under = bottom + (TICK + GAP) * unit;
        for tick in &self.size.ticks {
            let x = left + self.size.extent.share(tick.place) * frame.width;
            let at = Spot {
                x,
                y: base_line(under + TICK_TEXT * unit / 2.0, TICK_TEXT * unit),
            };
            marks.push(tick_group(
                tick,
                "size",
                vec![
                    line(
                        Spot { x, y: bottom },
                        Spot {
                            x,
                            y: bottom + TICK * unit,
                        },
                    ),
                    label(&tick.label, at, Anchor::Middle),
                ],
            ));
        }
        for tick in &self.value.ticks {
            let y = self.height_of(tick.place);
            let at = Spot {
                x: left - (TICK + GAP) * unit,
                y: base_line(y, TICK_TEXT * unit),
            };
            marks.push(tick_group(
                tick,
                "value",
                vec![
                    line(
                        Spot { x: left, y },
                        Spot {
                            x: left - TICK * unit,
                            y,
                        },
                    ),
                    label(&tick.label, at, Anchor::End),
                ],
            ));
        }
        marks.extend(self.titles(colours));
        marks
    }

    fn titles(&self, colours: &Colours) -> [Mark; 2] {
        let (frame, unit) = (self.frame, self.unit);
        let size = TITLE_TEXT * unit;
        let title = |text: &str, room, at, is_upward| Mark::Text {
            at,
            text: super::text::fitted(text, room, size, Weight::Regular),
            size,
            weight: Weight::Regular,
            colour: colours.text,
            anchor: Anchor::Middle,
            is_upward,
            halo: None,
        };
        let labels = self
            .value
            .ticks
            .iter()
            .map(|tick| label_width(&tick.label, unit));
        let widest = labels.fold(0.0, f64::max);
        let below = Spot {
            x: frame.left + frame.width / 2.0,
            y: frame.bottom() + (TICK + GAP + TICK_TEXT + 2.0 * GAP) * unit + 0.8 * size,
        };
        // Of text that runs upwards, the base line is at its right.
        let beside = Spot {
            x: frame.left - widest - (TICK + GAP + 2.0 * GAP) * unit,
            y: frame.top + frame.height / 2.0,
        };
        [
            title(&self.size.title, frame.width, below, false),
            title(&self.value.title, frame.height, beside, true),
        ]
    }
}

impl Ground for Axes {
    fn frame(&self) -> Frame {
        self.frame
    }

    fn x(&self, size: f64) -> Option<f64> {
        let place = self.size.axis.scale.place(size)?;
        let x = self.frame.left + self.size.extent.share(place) * self.frame.width;
        x.is_finite().then_some(x)
    }

    fn y(&self, value: f64) -> Option<f64> {
        let y = self.height_of(self.value.axis.scale.place(value)?);
        y.is_finite().then_some(y)
    }
}

fn tick_group(tick: &Tick, axis: &str, marks: Vec<Mark>) -> Mark {
    Mark::Group(Group {
        class: "tick",
        facts: vec![
            ("data-axis", axis.to_owned()),
            ("data-value", (tick.value + 0.0).to_string()),
        ],
        marks,
        ..Group::default()
    })
}
