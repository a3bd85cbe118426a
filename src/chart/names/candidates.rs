//! Places for a name beside its line.

use super::{APART, Course, Edge, Name, pieces};
use crate::chart::{Frame, Spot};
use crate::measurement::numbers::float_len;

/// Between a line and its name.
const GAP: f64 = 3.0;
/// Most rows that are tried.
const MOST_ROWS: u32 = 24;
/// Places along a level line, from its right end to the left one.
const ALONG_LEVEL: u32 = 8;
/// What a row further from the edge beyond which a line lies costs: there the name has to stand.
const OFF_EDGE: u32 = 20;
/// Rows above and below a level line, or a place of a curve: one further off is better than one that
/// covers a mark.
const ROWS_OFF: u32 = 6;
/// From this row on a name seems to be another height's, which costs more than covering marks.
const FAR_ROW: u32 = 3;
const FAR: u32 = 40;
/// Pieces into which each piece of a curve is divided, and most places that are tried along all of it.
const ALONG_CURVE: usize = 12;

/// A place, and by how much others are better for where they stand.
pub(super) struct Candidate {
    pub place: Frame,
    pub cost: u32,
}

/// All places of a name, within the frame or not.
pub(super) fn of(name: &Name, frame: Frame) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut add = |left: f64, top: f64, cost: u32| {
        found.push(Candidate {
            place: Frame {
                left,
                top,
                width: name.width,
                height: name.height,
            },
            cost,
        });
    };
    let (right, bottom) = (
        frame.right() - name.width - GAP,
        frame.bottom() - name.height - GAP,
    );
    let row = row(name);
    match &name.course {
        Course::Upright(x) => {
            for index in 0..MOST_ROWS {
                let top = frame.top + GAP + f64::from(index) * row;
                add(x + GAP, top, 2 * index);
                add(x - GAP - name.width, top, 2 * index + 1);
            }
        }
        Course::Level(y) => {
            for index in 0..=ALONG_LEVEL {
                let share = f64::from(index) / f64::from(ALONG_LEVEL);
                let left = right + share * (frame.left + GAP - right);
                beside(name, *y, |top, cost| add(left, top, cost + index));
            }
        }
        Course::Curve(spots) => {
            for (cost, at) in (0..).zip(along(spots, frame)) {
                for left in [at.x - name.width - GAP, at.x + GAP, at.x - name.width / 2.0] {
                    beside(name, at.y, |top, off| add(left, top, cost + off));
                }
            }
        }
        Course::Beyond(edge) => {
            for index in 0..MOST_ROWS {
                let down = f64::from(index) * row;
                let top = match edge {
                    Edge::Below => bottom - down,
                    Edge::Above | Edge::Before | Edge::After => frame.top + GAP + down,
                };
                let left = frame.left + GAP;
                match edge {
                    Edge::Before => add(left, top, 2 * index),
                    Edge::After => add(right, top, 2 * index),
                    Edge::Above | Edge::Below => {
                        let middle = f64::midpoint(left, right);
                        for (more, left) in [(0, right), (1, left), (2, middle)] {
                            add(left, top, OFF_EDGE * index + more);
                        }
                    }
                }
            }
        }
    }
    found
}

/// From one row of names to the next.
fn row(name: &Name) -> f64 {
    name.height + 1.5 * APART
}

/// The tops of a name above and below a height, the side it rather stands on first.
fn beside(name: &Name, y: f64, mut add: impl FnMut(f64, u32)) {
    for index in 0..ROWS_OFF {
        let off = GAP + f64::from(index) * row(name);
        let (above, below) = (y - off - name.height, y + off);
        let (wanted, other) = if name.is_above {
            (above, below)
        } else {
            (below, above)
        };
        let cost = 3 * index + if index < FAR_ROW { 0 } else { FAR };
        add(wanted, cost);
        add(other, cost + 1);
    }
}

/// Places on what is seen of a curve, from its right end to its left one.
fn along(spots: &[Spot], frame: Frame) -> Vec<Spot> {
    let seen = pieces(spots).filter_map(|(from, to)| frame.part_of_line(from, to));
    let mut found: Vec<Spot> = seen
        .flat_map(|(from, to)| {
            (0..=ALONG_CURVE).map(move |step| {
                let share = float_len(step) / float_len(ALONG_CURVE);
                Spot {
                    x: from.x + share * (to.x - from.x),
                    y: from.y + share * (to.y - from.y),
                }
            })
        })
        .collect();
    found.reverse();
    let every = found.len().div_ceil(ALONG_CURVE).max(1);
    found.into_iter().step_by(every).collect()
}
