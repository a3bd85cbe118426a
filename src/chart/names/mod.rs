//! Names of the lines that stand in a plot beside its curves, and where there is room for each.
//!
//! What holds of every name that is placed: it lies within the frame, apart from axes and legend, and on no
//! other name. As far as there is room it also stands apart from marks, from the curves and from lines
//! other than its own, beside a part of its line that is seen. One whose line lies beyond the frame stands
//! at that edge. A name that can be spared is placed right of its line in the first row alone, and there only
//! where it covers nothing; one that finds no place is left out, and its line tells it where the pointer rests.
//!
//! | file | what it is |
//! | --- | --- |
//! | `scene` | what is in the way: marks and curves |
//! | `candidates` | places beside a line, the best first |

mod candidates;
mod scene;
#[cfg(test)]
mod tests;

use candidates::Candidate;
pub use scene::{Ground, Scene};

use super::{Frame, LandmarkLine, Quantity, Spot};

/// What it costs to cover a mark, and how many are counted at most.
const MARK: u32 = 8;
const MOST_MARKS: usize = 4;
/// What it costs to cover a piece of a curve.
const CURVE: u32 = 5;
/// What it costs to cover a line that is named, be it its own.
const LINE: u32 = 6;
/// Of how many pieces a line is at most, to see what it crosses.
const MOST_PIECES: usize = 32;
/// A curve of which less can be seen, in points, is named as one that lies beyond the frame.
const LEAST_SEEN: f64 = 24.0;
/// Between two names there is at least this, in points.
const APART: f64 = 2.0;

/// An edge of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The upper one.
    Above,
    /// The lower one.
    Below,
    /// The left one.
    Before,
    /// The right one.
    After,
}

impl Edge {
    /// The corners of an arrow of this size about a place, its point towards what lies beyond the edge.
    #[must_use]
    pub fn arrow(self, about: Spot, size: f64) -> [Spot; 3] {
        let (x, y) = match self {
            Self::Above => (0.0, -1.0),
            Self::Below => (0.0, 1.0),
            Self::Before => (-1.0, 0.0),
            Self::After => (1.0, 0.0),
        };
        let half = size / 2.0;
        // Along the arrow, and across it.
        let corner = |along: f64, across: f64| Spot {
            x: about.x + half * (along * x - across * y),
            y: about.y + half * (along * y + across * x),
        };
        [corner(0.9, 0.0), corner(-0.7, 1.0), corner(-0.7, -1.0)]
    }
}

/// How a line runs through a frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Course {
    /// Upright, so far from the left.
    Upright(f64),
    /// Level, so far from above.
    Level(f64),
    /// Through these places, some of it within the frame.
    Curve(Vec<Spot>),
    /// Not at all: it lies beyond this edge.
    Beyond(Edge),
}

impl Course {
    /// How a line runs on a ground; `None` if its axes have no place for it.
    #[must_use]
    pub fn of(line: &LandmarkLine, ground: &impl Ground) -> Option<Self> {
        let frame = ground.frame();
        let at_level = |y: f64| {
            if y < frame.top {
                Self::Beyond(Edge::Above)
            } else if y > frame.bottom() {
                Self::Beyond(Edge::Below)
            } else {
                Self::Level(y)
            }
        };
        match line {
            LandmarkLine::Vertical(size) => ground.x(*size).map(|x| {
                if x < frame.left {
                    Self::Beyond(Edge::Before)
                } else if x > frame.right() {
                    Self::Beyond(Edge::After)
                } else {
                    Self::Upright(x)
                }
            }),
            LandmarkLine::Horizontal(value) => ground.y(*value).map(at_level),
            LandmarkLine::Curve(values) => {
                let spots = values.iter().filter_map(|(size, value)| {
                    Some(Spot {
                        x: ground.x(*size)?,
                        y: ground.y(*value)?,
                    })
                });
                let spots: Vec<Spot> = spots.collect();
                let first = *spots.first()?;
                if spots.len() == 1 {
                    // The only size that was measured.
                    return Some(at_level(first.y));
                }
                let seen = pieces(&spots).filter_map(|(from, to)| frame.part_of_line(from, to));
                let length: f64 = seen
                    .map(|(from, to)| (to.x - from.x).hypot(to.y - from.y))
                    .sum();
                let is_seen = length >= LEAST_SEEN;
                let middle = spots.get(spots.len() / 2).map_or(0.0, |spot| spot.y);
                let all = |is_beyond: &dyn Fn(&Spot) -> bool| spots.iter().all(is_beyond);
                Some(if is_seen {
                    Self::Curve(spots)
                } else if all(&|spot| spot.x < frame.left) {
                    Self::Beyond(Edge::Before)
                } else if all(&|spot| spot.x > frame.right()) {
                    Self::Beyond(Edge::After)
                } else if middle > frame.top + frame.height / 2.0 {
                    Self::Beyond(Edge::Below)
                } else {
                    Self::Beyond(Edge::Above)
                })
            }
        }
    }

    /// Its line, from edge to edge where it is straight. Nothing of one that lies beyond.
    #[must_use]
    pub fn line(&self, frame: Frame) -> Vec<Spot> {
        match self {
            Self::Upright(x) => [frame.bottom(), frame.top]
                .map(|y| Spot { x: *x, y })
                .into(),
            Self::Level(y) => [frame.left, frame.right()]
                .map(|x| Spot { x, y: *y })
                .into(),
            Self::Curve(spots) => spots.clone(),
            Self::Beyond(_) => Vec::new(),
        }
    }

    /// In which order names are placed: the fewer places one has, the earlier.
    fn turn(&self) -> u8 {
        match self {
            Self::Beyond(_) => 0,
            Self::Upright(_) => 1,
            Self::Curve(_) => 2,
            Self::Level(_) => 3,
        }
    }
}

/// What leads from a name to the nearest place of its line in a frame, where it had to stand further off; `None`
/// where it stands beside it, and where the line lies beyond the frame.
#[must_use]
pub fn leader(course: &Course, place: Frame, frame: Frame) -> Option<(Spot, Spot)> {
    let x = place.left + place.width / 2.0;
    let to = match course {
        Course::Level(y) => Spot { x, y: *y },
        Course::Curve(spots) => pieces(spots)
            .filter_map(|(from, to)| {
                let (from, to) = frame.part_of_line(from, to)?;
                let (least, most) = (from.x.min(to.x), from.x.max(to.x));
                let at = x.clamp(least, most);
                let share = (at - from.x) / (to.x - from.x);
                let y = from.y + (to.y - from.y) * if share.is_finite() { share } else { 0.0 };
                Some(Spot { x: at, y })
            })
            .min_by(|one, other| (one.x - x).abs().total_cmp(&(other.x - x).abs()))?,
        Course::Upright(_) | Course::Beyond(_) => return None,
    };
    let from = if to.y > place.bottom() {
        place.bottom()
    } else {
        place.top
    };
    let beside = place.grown(place.height / 2.0);
    let is_beside = (beside.top..=beside.bottom()).contains(&to.y)
        && (beside.left..=beside.right()).contains(&to.x);
    (!is_beside).then_some((Spot { x, y: from }, to))
}

/// A name that wants a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// How the line runs that it belongs to.
    pub course: Course,
    /// How wide it is, with the room about its letters.
    pub width: f64,
    /// How high it is, with the same.
    pub height: f64,
    /// Whether it rather stands above a line that does not stand upright than below.
    pub is_above: bool,
    /// Whether it can be spared.
    pub is_minor: bool,
}

impl Name {
    /// A name of this width and height for a landmark's line in a plot of a quantity.
    #[must_use]
    pub fn new(
        course: Course,
        (width, height): (f64, f64),
        quantity: Quantity,
        is_minor: bool,
    ) -> Self {
        Self {
            course,
            width,
            height,
            // No round-trip time lies below a bound, and no throughput above it.
            is_above: quantity == Quantity::Throughput,
            is_minor,
        }
    }
}

/// Where each name stands, `None` where there is no room.
#[must_use]
pub fn place_names(names: &[Name], scene: &Scene) -> Vec<Option<Frame>> {
    let lines = names.iter().map(|name| name.course.line(scene.frame));
    let lines: Vec<Vec<Spot>> = lines.map(|line| thinned(&line)).collect();
    let mut order: Vec<(usize, &Name)> = names.iter().enumerate().collect();
    order.sort_by_key(|(index, name)| (name.is_minor, name.course.turn(), *index));
    let mut placed: Vec<Option<Frame>> = vec![None; names.len()];
    for (index, name) in order {
        let found = best_place(name, scene, &lines, &placed);
        if let Some(place) = placed.get_mut(index) {
            *place = found;
        }
    }
    placed
}

/// The place that costs least of those where no other name stands; of one that can be spared, one that costs
/// nothing.
fn best_place(
    name: &Name,
    scene: &Scene,
    lines: &[Vec<Spot>],
    placed: &[Option<Frame>],
) -> Option<Frame> {
    let mut candidates = candidates::of(name, scene.frame);
    candidates.sort_by_key(|candidate| candidate.cost);
    let mut best = None;
    // Below this a place is better than the best one so far.
    let mut limit = if name.is_minor { 1 } else { u32::MAX };
    for Candidate { place, cost } in candidates {
        if cost >= limit {
            // Neither is any that follows.
            break;
        }
        let about = place.grown(APART);
        let is_taken = || placed.iter().flatten().any(|other| about.meets(*other));
        if !scene.frame.holds_all_of(place) || is_taken() {
            continue;
        }
        let covered = cost + scene.cost(place);
        if covered >= limit {
            continue;
        }
        let crossed = lines.iter().filter(|line| crosses(line, place)).count();
        let cost = covered + LINE * count(crossed);
        if cost < limit {
            limit = cost;
            best = Some(place);
        }
    }
    best
}

/// A line of few pieces, to see what it crosses.
fn thinned(line: &[Spot]) -> Vec<Spot> {
    let every = line.len().div_ceil(MOST_PIECES).max(1);
    let last = line.last().filter(|_| every > 1);
    line.iter().step_by(every).chain(last).copied().collect()
}

fn crosses(line: &[Spot], place: Frame) -> bool {
    pieces(line).any(|(from, to)| place.part_of_line(from, to).is_some())
}

/// The straight pieces of a line.
fn pieces(line: &[Spot]) -> impl Iterator<Item = (Spot, Spot)> {
    line.iter().copied().zip(line.iter().skip(1).copied())
}

fn count(number: usize) -> u32 {
    u32::try_from(number.min(100)).unwrap_or(100)
}
