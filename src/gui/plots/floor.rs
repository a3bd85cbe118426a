//! The instrument's own floor in the plot of round-trip time.

use super::super::point_words::calibration_lines;
use crate::chart::Chart;
use crate::measurement::{Calibration, Run};

/// What the line is called.
pub const FLOOR: &str = "instrument floor";
/// A dash of the line, in points.
pub const DASH: f32 = 6.0;

/// The instrument's floor.
#[derive(Clone, Copy)]
pub struct Floor {
    calibration: Calibration,
    /// Whether the line stands in the plot.
    pub is_drawn: bool,
}

impl Floor {
    /// The floor of a run that has figures in a chart. It is drawn where it helps: near enough to the
    /// least round-trip time to be told from zero, and not above the ceiling, where it would press the
    /// figures flat.
    #[must_use]
    pub fn of(run: &Run, chart: &Chart) -> Option<Self> {
        let calibration = run.calibration?;
        let ceiling = chart.ceiling?;
        let least = chart
            .dots()
            .map(|dot| dot.range.map_or(dot.median, |(low, _)| low))
            .fold(f64::INFINITY, f64::min);
        Some(Self {
            calibration,
            is_drawn: calibration.is_near_floor(least) && calibration.least_ns() <= ceiling,
        })
    }

    /// Its round-trip time in nanoseconds.
    #[must_use]
    pub fn ns(&self) -> f64 {
        self.calibration.least_ns()
    }

    /// What it is, and how it was found.
    #[must_use]
    pub fn explanation(&self) -> String {
        let mut lines = calibration_lines(&self.calibration);
        lines.push_str(if self.is_drawn {
            "\nThe dashed line: the machine was not seen faster than that."
        } else {
            "\nNot drawn: it is not within ten times of what was measured."
        });
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::test_run::{self, FLOOR_NS};
    use super::*;
    use crate::chart::{ChartOptions, Quantity, Source, SourceId};

    fn chart(run: &Run) -> Chart {
        let source = Source {
            id: SourceId(1),
            name: "run",
            colour: 0,
            run,
        };
        Chart::of(&[source], Quantity::Rtt, &ChartOptions::default())
    }

    /// Whether the floor is drawn with all round-trip times about `rtt_ns`.
    fn is_drawn(rtt_ns: u64) -> bool {
        let run = test_run::run(&[(1, rtt_ns, None), (2, rtt_ns, None)]);
        let floor = Floor::of(&run, &chart(&run));
        floor.expect("there is a floor").is_drawn
    }

    #[test]
    fn the_floor_is_drawn_where_it_can_be_told_from_zero_and_presses_nothing_flat() {
        assert!((FLOOR_NS - 10_000.0).abs() < 1.0);
        assert!(is_drawn(90_000));
        assert!(!is_drawn(110_000), "ten times further down");
        assert!(is_drawn(12_000));
        assert!(!is_drawn(1_000), "far above what was measured");
    }

    #[test]
    fn without_figures_or_calibration_there_is_no_floor() {
        let mut run = test_run::run(&[(1, 20_000, None)]);
        let empty = Chart::empty(&[1], Quantity::Rtt, &ChartOptions::default());
        assert!(Floor::of(&run, &empty).is_none());
        run.calibration = None;
        assert!(Floor::of(&run, &chart(&run)).is_none());
    }
}
