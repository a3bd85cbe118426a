//! The instrument's own floor in the plot of round-trip time: a thin dashed line, and its key.

use egui::{Align, Color32, Label, Layout, RichText, Sense, Shape, Stroke, Ui, vec2};
use egui_plot::{HLine, LineStyle, PlotUi};

use super::point_words::calibration_lines;
use super::series::Series;
use super::theme::{Palette, text_size};
use crate::measurement::units::{Unit, time};
use crate::measurement::{Calibration, Run};

/// What the line is called.
const FLOOR: &str = "instrument floor";
/// A dash of the line, and how much of it stands in the key.
const DASH: f32 = 6.0;
const KEY_WIDTH: f32 = 24.0;

/// The instrument's floor.
#[derive(Clone, Copy)]
pub struct Floor {
    calibration: Calibration,
    is_drawn: bool,
}

impl Floor {
    /// The floor of a run that has figures. It is drawn where it helps: near enough to the least
    /// round-trip time to be told from zero, and not above `ceiling`, where it would press the figures
    /// flat.
    #[must_use]
    pub fn of(run: &Run, series: &[Series<'_>], ceiling: f64) -> Option<Self> {
        let calibration = run.calibration?;
        let dots = || series.iter().flat_map(|series| &series.points);
        dots().next()?;
        let least = dots().map(|(dot, _)| dot.low).fold(f64::INFINITY, f64::min);
        Some(Self {
            calibration,
            is_drawn: calibration.is_near_floor(least) && calibration.least_ns() <= ceiling,
        })
    }

    /// Draws the line.
    pub fn draw(&self, ui: &mut PlotUi<'_>, unit: Unit, color: Color32) {
        if !self.is_drawn {
            return;
        }
        ui.hline(
            HLine::new(FLOOR, self.calibration.least_ns() / unit.size)
                .stroke(Stroke::new(1.0, color))
                .style(LineStyle::Dashed { length: DASH })
                .allow_hover(false),
        );
    }

    /// Shows the line's key, at the right of what stands in this row.
    pub fn key(&self, ui: &mut Ui) {
        let faint = Palette::of(ui).faint;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = format!("{FLOOR} {}", time(self.calibration.least_ns()));
            let text = RichText::new(text).size(text_size::SMALL).color(faint);
            let mut hover = calibration_lines(&self.calibration);
            hover.push_str(if self.is_drawn {
                "\nThe dashed line: the machine was not seen faster than that."
            } else {
                "\nNot drawn: it is not within ten times of what was measured."
            });
            ui.add(Label::new(text).truncate()).on_hover_text(hover);
            if self.is_drawn && ui.available_width() > KEY_WIDTH {
                let (rect, _) = ui.allocate_exact_size(vec2(KEY_WIDTH, 10.0), Sense::hover());
                ui.painter().extend(Shape::dashed_line(
                    &[rect.left_center(), rect.right_center()],
                    Stroke::new(1.0, faint),
                    DASH,
                    DASH * 0.6,
                ));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::SizeScale;
    use super::super::series::{Quantity, series};
    use super::super::test_run::{self, FLOOR_NS};
    use super::*;

    /// Whether the floor is drawn with all round-trip times about `rtt_ns`.
    fn is_drawn(rtt_ns: u64, ceiling: f64) -> bool {
        let run = test_run::run(&[(1, rtt_ns, None), (2, rtt_ns, None)]);
        let series = series(&run, Quantity::Rtt, SizeScale::Linear);
        let floor = Floor::of(&run, &series, ceiling);
        floor.expect("there is a floor").is_drawn
    }

    #[test]
    fn the_floor_is_drawn_where_it_can_be_told_from_zero_and_presses_nothing_flat() {
        assert!(is_drawn(90_000, 1e6));
        assert!(!is_drawn(110_000, 1e6), "ten times further down");
        assert!(is_drawn(9_000, 2.0 * FLOOR_NS));
        assert!(!is_drawn(1_000, 2_500.0), "far above what was measured");
    }

    #[test]
    fn without_figures_or_calibration_there_is_no_floor() {
        let mut run = test_run::run(&[(1, 20_000, None)]);
        assert!(Floor::of(&run, &[], 1e9).is_none());
        run.calibration = None;
        let series = series(&run, Quantity::Rtt, SizeScale::Linear);
        assert!(Floor::of(&run, &series, 1e9).is_none());
    }
}
