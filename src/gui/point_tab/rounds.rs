//! The selected point's rounds: the median of each and where eight in ten of its probes are, and the median
//! of all rounds with its interval.

use egui::{Rect, Shape, Stroke, Ui, pos2, vec2};

use super::curve_colour;
use super::distribution::place;
use super::frame::{self, Frame, Ground, Line, count_axis, rtt_axis};
use super::options::SecondColumn;
use super::{Arranged, Kept, PointOptions, name, words};
use crate::chart::Scale;
use crate::gui::theme::Palette;
use crate::measurement::{Point, RoundSpread};

/// The least room of a round, in points; narrower ones share a column.
const LEAST_ROOM: f32 = 3.0;

/// What is kept of it between frames.
#[derive(Debug, Default)]
pub struct Rounds {
    columns: Kept<(u64, u32), Vec<Column>>,
}

/// Neighbouring rounds that share a column; mostly a single one. Round-trip times in nanoseconds.
#[derive(Debug, Clone, Copy)]
struct Column {
    /// The places of the first and the last of them among the rounds.
    from: usize,
    to: usize,
    p10: f64,
    medians: (f64, f64),
    p90: f64,
}

/// At most so many columns, the extremes of each kept.
fn columns(rounds: &[RoundSpread], many: usize) -> Vec<Column> {
    let together = rounds.len().div_ceil(many.max(1)).max(1);
    let column = |(at, of): (usize, &[RoundSpread])| {
        let from = at * together;
        let figures = of.iter().filter_map(|round| round.rtts);
        figures
            .map(|rtts| Column {
                from,
                to: from + of.len() - 1,
                p10: rtts.p10,
                medians: (rtts.median, rtts.median),
                p90: rtts.p90,
            })
            .reduce(|one, other| Column {
                p10: one.p10.min(other.p10),
                medians: (
                    one.medians.0.min(other.medians.0),
                    one.medians.1.max(other.medians.1),
                ),
                p90: one.p90.max(other.p90),
                ..one
            })
    };
    rounds
        .chunks(together)
        .enumerate()
        .filter_map(column)
        .collect()
}

impl Rounds {
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        arranged: &Arranged,
        options: &mut PointOptions,
        point: &Point,
        shares: bool,
    ) {
        ui.horizontal(|ui| name(ui, options, SecondColumn::Rounds, shares));
        let line = Line::keep(ui);
        let rounds = arranged.samples.rounds();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a width on a screen"
        )]
        let many = (ui.available_width() / LEAST_ROOM).max(1.0) as u32;
        let columns = self
            .columns
            .get((arranged.state, many), || columns(rounds, many as usize));
        let rtt = point.statistics.as_ref().map(|figures| figures.rtt);
        let interval = rtt.and_then(|rtt| rtt.median_ci95);
        let scale = options.rtt;
        let Some((least, most)) = reach(columns, scale) else {
            line.write(ui, "No echo counts yet.");
            return;
        };
        #[expect(clippy::cast_precision_loss, reason = "a number of rounds")]
        let end = rounds.len() as f64 + 0.5;
        let ground = frame::show(
            ui,
            &Frame {
                id: "rounds",
                about: "Rounds of the selected point: median and p10 to p90 of each",
                x: count_axis("Round", 0.5, end),
                y: rtt_axis(scale, least, most),
                zooms: false,
            },
        );
        let palette = Palette::of(ui);
        if let Some(interval) = interval {
            let [lo, hi] = [interval.lo, interval.hi].map(|ns| ground.at(0.0, place(scale, ns)).y);
            let band = Rect::from_x_y_ranges(ground.rect.x_range(), hi..=lo);
            let fill = curve_colour(ui).gamma_multiply(0.25);
            ground.painter.rect_filled(band, 0.0, fill);
        }
        if let Some(rtt) = rtt {
            let y = ground.at(0.0, place(scale, rtt.median_of_rounds)).y;
            let stroke = Stroke::new(1.0, palette.text);
            ground.painter.hline(ground.rect.x_range(), y, stroke);
        }
        let under = ground.pointer.and_then(|at| under(&ground, columns, at.x));
        for (at, column) in columns.iter().enumerate() {
            draw(ui, &ground, scale, column, under == Some(at));
        }
        let is_cut = columns.iter().any(|column| column.p90 > most);
        let said = under.and_then(|at| columns.get(at)).and_then(|column| {
            let of = rounds.get(column.from..=column.to)?;
            Some(words::rounds_under(of))
        });
        line.write(
            ui,
            &said.unwrap_or_else(|| words::rounds(interval.is_some(), is_cut)),
        );
    }
}

/// From where to where the axis of round-trip times reaches. On a linear one the longest strokes do not
/// press the medians flat: it holds every median, and every other stroke as a whole.
fn reach(columns: &[Column], scale: Scale) -> Option<(f64, f64)> {
    let least = columns.iter().map(|column| column.p10).reduce(f64::min)?;
    let highest = columns.iter().map(|column| column.medians.1);
    let highest = highest.reduce(f64::max)?;
    let mut ends: Vec<f64> = columns.iter().map(|column| column.p90).collect();
    ends.sort_unstable_by(f64::total_cmp);
    let end = match scale {
        Scale::Linear => ends.get(ends.len() / 2),
        Scale::Log => ends.last(),
    };
    Some((least, end?.max(highest)))
}

/// Where a column stands: in the middle of its rounds, whose numbers are counted from 1.
#[expect(clippy::cast_precision_loss, reason = "a number of rounds")]
fn middle(column: &Column) -> f64 {
    (column.from + column.to) as f64 / 2.0 + 1.0
}

fn draw(ui: &Ui, ground: &Ground, scale: Scale, column: &Column, is_under: bool) {
    let palette = Palette::of(ui);
    let at = |ns: f64| ground.at(middle(column), place(scale, ns));
    let color = if is_under {
        palette.text
    } else {
        curve_colour(ui)
    };
    let painter = &ground.painter;
    painter.line_segment([at(column.p10), at(column.p90)], Stroke::new(1.0, color));
    if at(column.p90).y < ground.rect.top() {
        let tip = pos2(at(column.p90).x, ground.rect.top() + 1.0);
        let corners = vec![tip, tip + vec2(3.5, 6.0), tip + vec2(-3.5, 6.0)];
        painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
    }
    let (low, high) = (at(column.medians.0), at(column.medians.1));
    if column.from == column.to {
        painter.circle_filled(low, 3.0, color);
    } else {
        let low = pos2(low.x, low.y.max(high.y + 2.0));
        painter.line_segment([low, high], Stroke::new(3.0, color));
    }
}

/// The column under the pointer.
fn under(ground: &Ground, columns: &[Column], x: f32) -> Option<usize> {
    let off = |column: &Column| (ground.at(middle(column), 0.0).x - x).abs();
    let pairs = columns.iter().map(off).enumerate();
    pairs
        .min_by(|one, other| one.1.total_cmp(&other.1))
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::super::super::test_run;
    use super::*;
    use crate::measurement::PointSamples;

    #[test]
    fn rounds_that_share_a_column_keep_their_extremes() {
        let run = test_run::run(&[(1, 10_000, None)]);
        let mut samples = PointSamples::default();
        samples.feed(&run.points[0]);
        let rounds = samples.rounds();
        let all = columns(rounds, 100);
        assert_eq!(all.len(), rounds.len());
        let two = columns(rounds, 2);
        assert_eq!(two.len(), 2);
        assert_eq!(
            (two[0].from, two[0].to, two[1].from, two[1].to),
            (0, 2, 3, 5)
        );
        assert_eq!(two[0].medians, (all[0].medians.0, all[2].medians.1));
        assert_eq!((two[1].p10, two[1].p90), (all[3].p10, all[5].p90));
        assert!(columns(&[], 5).is_empty());
    }
}
