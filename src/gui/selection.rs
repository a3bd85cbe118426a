//! The point that is looked at more closely: chosen in a plot, in the table or with the arrow keys.

use std::sync::Arc;

use super::app::App;
use super::settings::Tab;
use crate::chart::SourceId;
use crate::measurement::{Point, Run, RunId};

/// Which point of which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Selected {
    /// The run.
    pub run: RunId,
    /// The point's message size in bytes.
    pub message_size: u64,
    /// The point's server delay in milliseconds.
    pub delay_ms: u64,
}

impl Selected {
    /// A point of a run.
    #[must_use]
    pub fn new(run: &Run, point: &Point) -> Self {
        Self {
            run: run.id,
            message_size: point.spec.message_size,
            delay_ms: point.spec.server_delay_ms,
        }
    }

    /// The point, in the run that it belongs to.
    #[must_use]
    pub fn find(self, run: &Run) -> Option<&Point> {
        let mut points = run.points.iter();
        points.find(|point| Self::new(run, point) == self)
    }
}

/// Which way from one point to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the next smaller message size with the same server delay.
    SmallerSize,
    /// To the next larger message size with the same server delay.
    LargerSize,
    /// To the next shorter server delay with the same message size.
    ShorterDelay,
    /// To the next longer server delay with the same message size.
    LongerDelay,
    /// To the row above in the table.
    RowAbove,
    /// To the row below in the table.
    RowBelow,
}

/// The point that lies next to the selected one; the selected one itself where there is no further.
/// With nothing selected, or a point that this run has not, it is the run's first. `None` without points.
#[must_use]
pub fn next_selected(
    run: &Run,
    selected: Option<Selected>,
    direction: Direction,
) -> Option<Selected> {
    let all = || run.points.iter().map(|point| Selected::new(run, point));
    let Some(from) = selected.filter(|selected| selected.find(run).is_some()) else {
        return all().next();
    };
    let same_delay = || all().filter(|to| to.delay_ms == from.delay_ms);
    let same_size = || all().filter(|to| to.message_size == from.message_size);
    let row = all().position(|known| known == from).unwrap_or(0);
    let next = match direction {
        Direction::SmallerSize => same_delay()
            .filter(|to| to.message_size < from.message_size)
            .max_by_key(|to| to.message_size),
        Direction::LargerSize => same_delay()
            .filter(|to| to.message_size > from.message_size)
            .min_by_key(|to| to.message_size),
        Direction::ShorterDelay => same_size()
            .filter(|to| to.delay_ms < from.delay_ms)
            .max_by_key(|to| to.delay_ms),
        Direction::LongerDelay => same_size()
            .filter(|to| to.delay_ms > from.delay_ms)
            .min_by_key(|to| to.delay_ms),
        Direction::RowAbove => row.checked_sub(1).and_then(|row| all().nth(row)),
        Direction::RowBelow => all().nth(row + 1),
    };
    Some(next.unwrap_or(from))
}

impl App {
    /// The point that is looked at more closely.
    #[must_use]
    pub fn selected(&self) -> Option<Selected> {
        self.selected
    }

    /// The selected point and the run that it belongs to.
    #[must_use]
    pub fn selected_point(&self) -> Option<(&Arc<Run>, &Point)> {
        let selected = self.selected?;
        let is_its = |run: &&Arc<Run>| run.id == selected.run;
        let going_on = self.progress().map(|progress| &progress.run);
        let ended = self.library.get(selected.run).map(|kept| &kept.run);
        let run = self
            .shown()
            .filter(is_its)
            .or(going_on.filter(is_its))
            .or(ended)?;
        Some((run, selected.find(run)?))
    }

    /// Selects a point of a run, or the same one no more.
    pub(super) fn toggle_selected(&mut self, point: Selected) {
        self.selected = (self.selected != Some(point)).then_some(point);
    }

    /// Opens the tab that looks at the selected point more closely.
    pub(super) fn open_point(&mut self) {
        self.settings.tab = Tab::Point;
        self.settings.tabs_folded = false;
    }

    /// When another run is shown, the point with the same size and delay is selected in it; if it has
    /// none, nothing is.
    pub(super) fn follow_selected(&mut self) {
        let shown = self.shown().map(|run| run.id);
        if std::mem::replace(&mut self.selected_while, shown) == shown {
            return;
        }
        let (Some(selected), Some(run)) = (self.selected, self.shown()) else {
            return;
        };
        let same = Selected {
            run: run.id,
            ..selected
        };
        self.selected = same.find(run).is_some().then_some(same);
    }

    /// The place in the order of colours that a run's curve of a server delay has in the plots.
    pub(super) fn colour_of(&self, run: &Run, delay_ms: u64) -> usize {
        let entry = self.library.entry(Self::source_of(run));
        let colour = entry.map_or(0, |entry| entry.colour);
        // A run that is drawn alone has a colour for each of its delays.
        let is_alone = self.library.drawn().count() == 1;
        let delays = &run.profile.server_delays_ms;
        let place = delays.iter().position(|known| *known == delay_ms);
        colour + place.filter(|_| is_alone).unwrap_or(0)
    }

    /// Where a run's curves come from.
    #[must_use]
    pub fn source_of(run: &Run) -> SourceId {
        SourceId(run.id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_run;
    use super::*;
    use crate::experiment::PointSpec;

    /// Sizes 400, 100 and 200, in that order, with a delay of 0, and 100 and 200 with one of 5.
    fn run() -> Run {
        let mut run = test_run::run(&[(400, 1_000, None), (100, 1_000, None), (200, 1_000, None)]);
        for at in [1, 2] {
            let mut point = run.points[at].clone();
            point.spec = PointSpec {
                server_delay_ms: 5,
                ..point.spec
            };
            run.points.push(point);
        }
        run
    }

    #[test]
    fn neighbours_are_found_by_size_by_delay_and_by_row() {
        let run = run();
        let at = |message_size, delay_ms| Selected {
            run: run.id,
            message_size,
            delay_ms,
        };
        for (from, direction, to) in [
            (at(100, 0), Direction::LargerSize, at(200, 0)),
            (at(200, 0), Direction::LargerSize, at(400, 0)),
            (at(200, 5), Direction::LargerSize, at(200, 5)),
            (at(400, 0), Direction::SmallerSize, at(200, 0)),
            (at(100, 5), Direction::SmallerSize, at(100, 5)),
            (at(100, 0), Direction::LongerDelay, at(100, 5)),
            (at(400, 0), Direction::LongerDelay, at(400, 0)),
            (at(200, 5), Direction::ShorterDelay, at(200, 0)),
            (at(400, 0), Direction::RowBelow, at(100, 0)),
            (at(400, 0), Direction::RowAbove, at(400, 0)),
            (at(200, 5), Direction::RowAbove, at(100, 5)),
            (at(200, 5), Direction::RowBelow, at(200, 5)),
        ] {
            assert_eq!(
                next_selected(&run, Some(from), direction),
                Some(to),
                "{direction:?}"
            );
        }
    }

    #[test]
    fn from_nothing_or_a_point_that_is_not_there_it_goes_to_the_first() {
        let mut run = run();
        let gone = Selected {
            run: run.id,
            message_size: 7,
            delay_ms: 0,
        };
        for selected in [None, Some(gone)] {
            let first = next_selected(&run, selected, Direction::RowBelow);
            assert_eq!(first.map(|first| first.message_size), Some(400));
        }
        run.points.clear();
        assert_eq!(next_selected(&run, None, Direction::LargerSize), None);
    }
}
