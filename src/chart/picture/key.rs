//! The key: what the strokes of a point mean, those alone that are in the picture.

use super::Plot;
use super::curve::{arrow, interval_stroke, line_stroke, whisker_stroke};
use super::fit::fit_stroke;
use super::mark::{Anchor, Group, Mark, Spot, Stroke, Weight};
use super::text::{base_line, width};
use super::theme::Colours;
use crate::chart::{Dash, Dot, Look, Marker};

const TEXT: f64 = 11.0;
const ROW: f64 = 17.0;
const SAMPLE: f64 = 16.0;
const GAP: f64 = 5.0;
const BETWEEN: f64 = 16.0;
/// Half the height of an upright stroke.
const HALF: f64 = 6.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Median,
    Ratio,
    Interval,
    Band,
    Range,
    Arrow,
    Fit,
}

impl Entry {
    const ALL: [Self; 7] = [
        Self::Median,
        Self::Ratio,
        Self::Interval,
        Self::Band,
        Self::Range,
        Self::Arrow,
        Self::Fit,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::Median => "median of rounds",
            Self::Ratio => "ratio of rounds",
            Self::Interval => "its 95 % interval",
            Self::Band => "10th to 90th percentile",
            Self::Range => "least to greatest",
            Self::Arrow => "goes on beyond the edge",
            Self::Fit => "fitted model",
        }
    }

    fn is_in(self, plots: &[Plot<'_>]) -> bool {
        let any = |is_so: fn(&Dot) -> bool| {
            let mut dots = plots.iter().flat_map(|plot| plot.chart.dots());
            dots.any(is_so)
        };
        match self {
            Self::Median => plots
                .iter()
                .any(|plot| plot.chart.ratio_to.is_none() && plot.chart.dots().next().is_some()),
            Self::Ratio => plots
                .iter()
                .any(|plot| plot.chart.ratio_to.is_some() && plot.chart.dots().next().is_some()),
            Self::Interval => any(|dot| dot.interval.is_some()),
            Self::Band => plots.iter().any(|plot| {
                let mut shown = plot.chart.shown();
                shown.any(|drawn| {
                    drawn
                        .curve
                        .dots
                        .iter()
                        .filter(|dot| dot.band.is_some())
                        .count()
                        > 1
                })
            }),
            Self::Range => any(|dot| dot.range.is_some()),
            Self::Arrow => plots.iter().any(|plot| {
                let (extent, scale) = (plot.chart.value_extent(), plot.chart.value_axis.scale);
                let goes_on = |dot: &Dot| {
                    let part = dot.range.and_then(|range| extent.part(range, scale));
                    part.is_some_and(|part| part.goes_on_above || part.goes_on_below)
                };
                plot.chart.dots().any(goes_on)
            }),
            Self::Fit => plots.iter().any(|plot| !plot.fits.is_empty()),
        }
    }

    fn sample(self, mid: Spot, colours: &Colours, unit: f64) -> Vec<Mark> {
        let colour = colours.quiet;
        let upright = |stroke: Stroke, top: f64| {
            let at = |y: f64| Spot {
                x: mid.x,
                y: mid.y + y * unit,
            };
            Mark::line(at(HALF), at(top), stroke)
        };
        let half = SAMPLE * unit / 2.0;
        let left = Spot {
            x: mid.x - half,
            ..mid
        };
        let right = Spot {
            x: mid.x + half,
            ..mid
        };
        match self {
            Self::Median | Self::Ratio => vec![
                Mark::line(left, right, line_stroke(Dash::Solid, colour, unit)),
                Mark::Sign {
                    at: mid,
                    marker: Marker::Circle,
                    radius: 3.2 * unit,
                    fill: colour,
                    rim: Stroke::new(colours.ground, unit),
                },
            ],
            Self::Interval => vec![upright(interval_stroke(colour, unit), -HALF)],
            Self::Range => vec![upright(whisker_stroke(colour, unit), -HALF)],
            Self::Arrow => vec![
                upright(whisker_stroke(colour, unit), -HALF),
                arrow(
                    Spot {
                        x: mid.x,
                        y: mid.y - HALF * unit,
                    },
                    true,
                    colour,
                    unit,
                ),
            ],
            Self::Band => {
                let corner = |x: f64, y: f64| Spot {
                    x: mid.x + x * half,
                    y: mid.y + y * HALF * unit,
                };
                vec![Mark::Area {
                    spots: vec![
                        corner(-1.0, -0.8),
                        corner(1.0, -0.8),
                        corner(1.0, 0.8),
                        corner(-1.0, 0.8),
                    ],
                    fill: colour,
                    opacity: 1.6 * colours.band,
                }]
            }
            Self::Fit => {
                let stroke = fit_stroke(Look::of_run(0, 0), colours, unit);
                vec![Mark::line(left, right, Stroke { colour, ..stroke })]
            }
        }
    }
}

/// How high the key is within `room`.
pub(super) fn height(plots: &[Plot<'_>], room: f64, unit: f64) -> f64 {
    let places = places(plots, room, unit);
    places
        .last()
        .map_or(0.0, |(_, _, row)| (row + 1.0) * ROW * unit)
}

/// Each entry, how far it stands from the left, and in which row.
fn places(plots: &[Plot<'_>], room: f64, unit: f64) -> Vec<(Entry, f64, f64)> {
    let (mut x, mut row) = (0.0, 0.0);
    let mut places = Vec::new();
    for entry in Entry::ALL.into_iter().filter(|entry| entry.is_in(plots)) {
        let text = width(entry.words(), TEXT * unit, Weight::Regular);
        let wide = (SAMPLE + GAP) * unit + text;
        if x > 0.0 && x + wide > room {
            (x, row) = (0.0, row + 1.0);
        }
        places.push((entry, x, row));
        x += wide + BETWEEN * unit;
    }
    places
}

/// The key's marks from `corner` on within `room`.
pub(super) fn key(
    plots: &[Plot<'_>],
    corner: Spot,
    room: f64,
    colours: &Colours,
    unit: f64,
) -> Mark {
    let size = TEXT * unit;
    let mut marks = Vec::new();
    for (entry, x, row) in places(plots, room, unit) {
        let mid = Spot {
            x: corner.x + x + SAMPLE * unit / 2.0,
            y: corner.y + (row + 0.5) * ROW * unit,
        };
        marks.extend(entry.sample(mid, colours, unit));
        marks.push(Mark::Text {
            at: Spot {
                x: corner.x + x + (SAMPLE + GAP) * unit,
                y: base_line(mid.y, size),
            },
            text: entry.words().to_owned(),
            size,
            weight: Weight::Regular,
            colour: colours.quiet,
            anchor: Anchor::Start,
            is_upward: false,
            halo: None,
        });
    }
    Mark::Group(Group {
        class: "key",
        marks,
        ..Group::default()
    })
}
