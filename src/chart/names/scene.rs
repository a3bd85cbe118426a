//! What is in the way of names: the marks and the curves of a chart.

use super::{CURVE, MARK, MOST_MARKS, count, crosses};
use crate::chart::{Chart, Dot, Frame, Spot};
use crate::measurement::numbers::float;

/// Of more marks than these some are left out: their neighbours stand on them.
const MOST: usize = 300;

/// Something that a chart is drawn on: where figures stand.
pub trait Ground {
    /// Where curves stand.
    fn frame(&self) -> Frame;

    /// Where a message size stands from the left; `None` for one that has no place on the axis.
    fn x(&self, size: f64) -> Option<f64>;

    /// Where a value stands from above; `None` for one that has no place on the axis.
    fn y(&self, value: f64) -> Option<f64>;
}

/// What names are placed among.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Where they have to lie.
    pub frame: Frame,
    /// Marks, with their intervals, and arrows at the edges.
    pub marks: Vec<Frame>,
    /// Curves.
    pub lines: Vec<Vec<Spot>>,
}

impl Scene {
    /// The scene of a chart's curves on a ground, on which marks reach `radius` to every side.
    #[must_use]
    pub fn of(chart: &Chart, ground: &impl Ground, radius: f64) -> Self {
        let frame = ground.frame();
        let every = chart.dots().count().div_ceil(MOST).max(1);
        let mut scene = Self {
            frame,
            marks: Vec::new(),
            lines: Vec::new(),
        };
        let about = frame.grown(radius);
        for drawn in chart.shown() {
            let dots = drawn.curve.dots.iter().step_by(every);
            let spots: Vec<(Spot, &Dot)> = dots
                .filter_map(|dot| Some((spot(ground, dot)?, dot)))
                .collect();
            for (at, dot) in &spots {
                let marks = marks(ground, *at, dot, radius).into_iter().flatten();
                scene.marks.extend(marks.filter(|mark| about.meets(*mark)));
            }
            scene
                .lines
                .push(spots.into_iter().map(|(at, _)| at).collect());
        }
        scene
    }

    /// What it costs to put something here.
    pub(super) fn cost(&self, place: Frame) -> u32 {
        let marks = self.marks.iter().filter(|mark| mark.meets(place));
        let lines = self.lines.iter().filter(|line| crosses(line, place));
        MARK * count(marks.take(MOST_MARKS).count()) + CURVE * count(lines.take(MOST_MARKS).count())
    }
}

fn spot(ground: &impl Ground, dot: &Dot) -> Option<Spot> {
    Some(Spot {
        x: ground.x(float(dot.size))?,
        y: ground.y(dot.median)?,
    })
}

/// A dot's sign, its interval, and the arrows of its whisker.
fn marks(ground: &impl Ground, at: Spot, dot: &Dot, radius: f64) -> [Option<Frame>; 4] {
    let frame = ground.frame();
    let from_to = |top: f64, bottom: f64| Frame {
        left: at.x - radius,
        top: top - radius,
        width: 2.0 * radius,
        height: bottom - top + 2.0 * radius,
    };
    let interval = dot.interval.and_then(|(low, high)| {
        let (low, high) = (ground.y(low)?, ground.y(high)?);
        Some(from_to(high, low))
    });
    let ends = dot.range.map(|(low, high)| (ground.y(low), ground.y(high)));
    let above = ends.and_then(|(_, high)| high).filter(|y| *y < frame.top);
    // What has no place on a logarithmic axis lies below it.
    let below = ends.filter(|(low, _)| low.is_none_or(|y| y > frame.bottom()));
    [
        Some(from_to(at.y, at.y)),
        interval,
        above.map(|_| from_to(frame.top, frame.top + radius)),
        below.map(|_| from_to(frame.bottom() - radius, frame.bottom())),
    ]
}
