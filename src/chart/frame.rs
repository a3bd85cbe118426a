//! Places and rectangles on a screen or a page, in points from its upper left corner.

/// A place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// From the left.
    pub x: f64,
    /// From above.
    pub y: f64,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Its left edge.
    pub left: f64,
    /// Its upper edge.
    pub top: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Frame {
    /// Its right edge.
    #[must_use]
    pub fn right(self) -> f64 {
        self.left + self.width
    }

    /// Its lower edge.
    #[must_use]
    pub fn bottom(self) -> f64 {
        self.top + self.height
    }

    /// The same with `by` more on every side.
    #[must_use]
    pub fn grown(self, by: f64) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            width: self.width + 2.0 * by,
            height: self.height + 2.0 * by,
        }
    }

    /// Whether a place lies in it, or within `slack` of it.
    #[must_use]
    pub fn holds(self, spot: Spot, slack: f64) -> bool {
        (self.left - slack..=self.right() + slack).contains(&spot.x)
            && (self.top - slack..=self.bottom() + slack).contains(&spot.y)
    }

    /// Whether all of another lies in it.
    #[must_use]
    pub fn holds_all_of(self, other: Self) -> bool {
        other.left >= self.left
            && other.right() <= self.right()
            && other.top >= self.top
            && other.bottom() <= self.bottom()
    }

    /// Whether two have anything in common.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.left < other.right()
            && other.left < self.right()
            && self.top < other.bottom()
            && other.top < self.bottom()
    }

    /// The part of a straight line that lies in it; `None` if none does (Y.-D. Liang, B. A. Barsky, "A New
    /// Concept and Method for Line Clipping", ACM Transactions on Graphics 3(1), 1984).
    #[must_use]
    pub fn part_of_line(self, from: Spot, to: Spot) -> Option<(Spot, Spot)> {
        // Most lines pass at one side, which is seen at once.
        if from.x.max(to.x) < self.left
            || from.x.min(to.x) > self.right()
            || from.y.max(to.y) < self.top
            || from.y.min(to.y) > self.bottom()
        {
            return None;
        }
        // Each edge leaves a stretch of the line on its inner side; what all leave lies within.
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let edges = [
            (-dx, from.x - self.left),
            (dx, self.right() - from.x),
            (-dy, from.y - self.top),
            (dy, self.bottom() - from.y),
        ];
        let (mut first, mut last) = (0.0_f64, 1.0_f64);
        for (outwards, room) in edges {
            if outwards == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if outwards < 0.0 {
                first = first.max(room / outwards);
            } else {
                last = last.min(room / outwards);
            }
        }
        let at = |share: f64| Spot {
            x: from.x + share * dx,
            y: from.y + share * dy,
        };
        (first <= last).then(|| (at(first), at(last)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_it_leaves_the_frame() {
        let frame = Frame {
            left: 10.0,
            top: 10.0,
            width: 20.0,
            height: 10.0,
        };
        let spot = |x: f64, y: f64| Spot { x, y };
        let part = frame.part_of_line(spot(0.0, 15.0), spot(100.0, 15.0));
        assert_eq!(part, Some((spot(10.0, 15.0), spot(30.0, 15.0))));
        let part = frame.part_of_line(spot(15.0, 0.0), spot(15.0, 12.0));
        assert_eq!(part, Some((spot(15.0, 10.0), spot(15.0, 12.0))));
        assert_eq!(frame.part_of_line(spot(0.0, 0.0), spot(100.0, 5.0)), None);
        assert_eq!(frame.part_of_line(spot(0.0, 15.0), spot(9.0, 15.0)), None);
        let inside = (spot(11.0, 11.0), spot(12.0, 19.0));
        assert_eq!(frame.part_of_line(inside.0, inside.1), Some(inside));
    }
}
