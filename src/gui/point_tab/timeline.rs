//! The selected point's probes in the order they were sent: a dot each, or a stroke from the least to the
//! greatest where a column of the plot has many of them.

use egui::{Align2, Color32, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};

use super::curve_colour;
use super::distribution::place;
use super::frame::{self, AxisOf, Frame, Ground, Line, count_axis, rtt_axis};
use super::options::SecondColumn;
use super::{Arranged, Kept, PointOptions, name, words};
use crate::chart::{Axis, AxisKind, Extent, Scale};
use crate::gui::theme::Palette;
use crate::measurement::{
    Along, Bucket, Extremes, Mark, Point, PointSamples, RoundSpread, timeline_columns,
};

/// Up to this many times the 90th percentile everything is drawn on a linear axis; beyond, an arrow stands
/// for a probe, or one disturbed probe would press all others flat.
const CEILING: f64 = 3.0;
/// A round that is narrower than this is not shaded, in points.
const LEAST_SHADED: f32 = 4.0;
/// A round that is narrower than this has no number.
const LEAST_NUMBERED: f32 = 24.0;
/// How near the pointer has to be to a probe.
const NEAR: f32 = 12.0;
/// In a column with more probes than this they are one stroke.
const DOTS: u64 = 2;

/// What is kept of it between frames.
#[derive(Debug, Default)]
pub struct Timeline {
    /// From where to where it is looked at; all of it without.
    seen: Option<(f64, f64)>,
    buckets: Kept<(u64, Along, u64, u64, u32), Vec<Bucket>>,
}

/// The shortest stretch that can be zoomed to, in probes or in nanoseconds.
const SHORTEST: f64 = 8.0;

impl Timeline {
    pub(super) fn see_all(&mut self) {
        self.seen = None;
    }

    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        arranged: &Arranged,
        options: &mut PointOptions,
        point: &Point,
        shares: bool,
    ) {
        let samples = &arranged.samples;
        ui.horizontal(|ui| {
            name(ui, options, SecondColumn::Timeline, shares);
            for (along, text) in [(Along::Probes, "By probe"), (Along::Time, "By time")] {
                let hint = "Wheel: zoom. Drag: move. Double click: all of it.";
                let chosen = ui.selectable_value(&mut options.along, along, text);
                if chosen.on_hover_text(hint).changed() {
                    self.seen = None;
                }
            }
            if self.seen.is_some() && ui.button("Show all").clicked() {
                self.seen = None;
            }
        });
        let line = Line::keep(ui);
        let along = options.along;
        let whole = whole(samples, along);
        let (from, to) = self.seen.unwrap_or(whole);
        let x = x_axis(along, from, to);
        let (y, ceiling) = y_axis(options.rtt, samples);
        let shown = Frame {
            id: "timeline",
            about: "Timeline of the selected point's round-trip times",
            x,
            y,
            zooms: true,
        };
        let ground = frame::show(ui, &shown);
        self.moved(&ground, (from, to), whole);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a width on a screen"
        )]
        let many = ground.rect.width().clamp(1.0, 8_192.0) as u32;
        let key = (arranged.state, along, from.to_bits(), to.to_bits(), many);
        let buckets = self.buckets.get(key, || {
            let (ends, many) = timeline_columns(along, (from, to), many as usize);
            samples.timeline(point, along, ends, many)
        });
        shade(ui, &ground, samples.rounds(), along, (from, to));
        let drawn = Drawn {
            ground: &ground,
            along,
            scale: options.rtt,
            ceiling,
        };
        for bucket in buckets {
            drawn.bucket(ui, bucket);
        }
        let under = ground
            .pointer
            .and_then(|pointer| drawn.nearest(buckets, pointer));
        let said = under.map(|(mark, is_lost)| {
            let color = Palette::of(ui).text;
            let stroke = Stroke::new(1.5, color);
            ground.painter.circle_stroke(drawn.at(&mark), 5.0, stroke);
            words::probe(point, &mark, is_lost)
        });
        let has_strokes = buckets.iter().any(|bucket| {
            let extremes = [bucket.counted, bucket.warmup].into_iter().flatten();
            extremes.into_iter().any(|of| of.n > DOTS)
        });
        line.write(
            ui,
            &said.unwrap_or_else(|| words::timeline(samples, has_strokes, ceiling.is_some())),
        );
    }

    /// Takes note of where the plot was moved to.
    fn moved(&mut self, ground: &Ground, before: (f64, f64), whole: (f64, f64)) {
        if ground.response.double_clicked() {
            self.seen = None;
            return;
        }
        let now = ground.x_range();
        let off = (now.0 - before.0).abs().max((now.1 - before.1).abs());
        if off <= 1e-9 * (whole.1 - whole.0) {
            return;
        }
        // It stays within what there is, and between whole places or nanoseconds there is nothing.
        let all = whole.1 - whole.0;
        let length = (now.1 - now.0).clamp(SHORTEST.min(all), all);
        let from = now.0.clamp(whole.0, whole.1 - length);
        let is_all = length >= whole.1 - whole.0;
        self.seen = (!is_all && length > 0.0).then_some((from, from + length));
        ground.response.ctx.request_repaint();
    }
}

/// From where to where all probes stand.
#[expect(
    clippy::cast_precision_loss,
    reason = "places and nanoseconds stay far below 2^52"
)]
fn whole(samples: &PointSamples, along: Along) -> (f64, f64) {
    match along {
        Along::Probes => (-0.5, samples.length().max(1) as f64 - 0.5),
        Along::Time => {
            let (from, to) = samples.sent_between().unwrap_or((0, 0));
            let margin = (to.saturating_sub(from) as f64 * 0.01).max(1.0);
            (from as f64 - margin, to as f64 + margin)
        }
    }
}

fn x_axis(along: Along, from: f64, to: f64) -> AxisOf {
    match along {
        Along::Probes => count_axis("Probe (from 0)", from, to),
        Along::Time => AxisOf {
            axis: Axis {
                kind: AxisKind::Time,
                scale: Scale::Linear,
            },
            extent: Extent { from, to },
            name: "Sent, since the run began",
        },
    }
}

/// The axis of round-trip times, and up to which of them it reaches where that is not to all.
fn y_axis(scale: Scale, samples: &PointSamples) -> (AxisOf, Option<f64>) {
    let at = |share| samples.quantile(share).unwrap_or(1.0);
    let (least, most, bulk) = (at(0.0), at(1.0), CEILING * at(0.9));
    if scale == Scale::Linear && most > bulk {
        (rtt_axis(scale, least, bulk), Some(bulk))
    } else {
        (rtt_axis(scale, least, most), None)
    }
}

/// Shades every other round, and numbers those that have room for it.
#[expect(
    clippy::cast_precision_loss,
    reason = "places and nanoseconds stay far below 2^52"
)]
fn shade(ui: &Ui, ground: &Ground, rounds: &[RoundSpread], along: Along, (from, to): (f64, f64)) {
    let ends = |round: &RoundSpread| match (along, round.sent_ns) {
        (Along::Probes, _) => {
            let first = round.first as f64 - 0.5;
            (first, first + round.length as f64)
        }
        (Along::Time, Some((from, to))) => (from as f64, to as f64),
        (Along::Time, None) => (0.0, 0.0),
    };
    let begin = rounds.partition_point(|round| ends(round).1 < from);
    let end = rounds.partition_point(|round| ends(round).0 <= to);
    let seen = rounds.get(begin..end).unwrap_or_default();
    let palette = Palette::of(ui);
    let fill = palette.faint.gamma_multiply(0.14);
    if seen.len() as f32 * LEAST_SHADED > ground.rect.width() {
        return;
    }
    for (at, round) in (begin..).zip(seen) {
        let (left, right) = ends(round);
        let (left, right) = (ground.at(left, 0.0).x, ground.at(right, 0.0).x);
        let band = Rect::from_x_y_ranges(left..=right, ground.rect.y_range());
        if at % 2 == 1 {
            ground.painter.rect_filled(band, 0.0, fill);
        }
        if right - left >= LEAST_NUMBERED {
            let middle = band.intersect(ground.rect).center().x;
            let place = pos2(middle, ground.rect.top() + 1.0);
            ground.text(
                place,
                Align2::CENTER_TOP,
                &round.number.to_string(),
                palette.faint,
            );
        }
    }
}

/// What the probes are drawn with.
struct Drawn<'a> {
    ground: &'a Ground,
    along: Along,
    scale: Scale,
    ceiling: Option<f64>,
}

impl Drawn<'_> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    fn is_beyond(&self, mark: &Mark) -> bool {
        self.ceiling
            .is_some_and(|ceiling| mark.rtt_ns as f64 > ceiling)
    }

    /// Where a probe stands; one beyond the plot at its upper edge.
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    fn at(&self, mark: &Mark) -> Pos2 {
        let y = place(self.scale, (mark.rtt_ns as f64).max(1.0));
        let at = self.ground.at(mark.at(self.along), y);
        let rect = self.ground.rect;
        pos2(at.x, at.y.clamp(rect.top() + 4.0, rect.bottom() - 4.0))
    }

    fn bucket(&self, ui: &Ui, bucket: &Bucket) {
        let palette = Palette::of(ui);
        if let Some(counted) = &bucket.counted {
            self.extremes(counted, curve_colour(ui), false);
        }
        if let Some(warmup) = &bucket.warmup {
            self.extremes(warmup, palette.warning, true);
        }
        if let Some(lost) = &bucket.lost {
            let x = self.ground.at(lost.first.at(self.along), 0.0).x;
            self.cross(pos2(x, self.ground.rect.bottom() - 6.0), palette.error);
        }
    }

    fn extremes(&self, extremes: &Extremes, color: Color32, is_hollow: bool) {
        let painter = &self.ground.painter;
        let (least, most) = (self.at(&extremes.least), self.at(&extremes.most));
        if extremes.n > DOTS {
            // At least as high as a dot.
            let low = pos2(least.x, least.y.max(most.y + 2.0));
            let ends = [low, pos2(least.x, most.y)];
            painter.line_segment(ends, Stroke::new(1.5, color));
            if is_hollow {
                painter.circle_stroke(most, 2.5, Stroke::new(1.0, color));
            }
        } else {
            for at in [least, most] {
                if is_hollow {
                    painter.circle_stroke(at, 2.5, Stroke::new(1.0, color));
                } else {
                    painter.circle_filled(at, 1.8, color);
                }
                if extremes.n == 1 {
                    break;
                }
            }
        }
        if self.is_beyond(&extremes.most) {
            let tip = pos2(most.x, self.ground.rect.top() + 1.0);
            let corners = vec![tip, tip + vec2(4.0, 7.0), tip + vec2(-4.0, 7.0)];
            painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
        }
    }

    fn cross(&self, at: Pos2, color: Color32) {
        let stroke = Stroke::new(1.5, color);
        for way in [vec2(3.0, 3.0), vec2(3.0, -3.0)] {
            self.ground
                .painter
                .line_segment([at - way, at + way], stroke);
        }
    }

    /// The probe that is nearest to the pointer, of those that are drawn, and whether its echo never came.
    fn nearest(&self, buckets: &[Bucket], pointer: Pos2) -> Option<(Mark, bool)> {
        let drawn = buckets.iter().flat_map(|bucket| {
            let shown = [bucket.counted, bucket.warmup].into_iter().flatten();
            let echoed = shown.flat_map(|of| [(of.least, false), (of.most, false)]);
            echoed.chain(bucket.lost.map(|lost| (lost.first, true)))
        });
        drawn
            .map(|(mark, is_lost)| (self.at(&mark).distance(pointer), mark, is_lost))
            .filter(|(distance, ..)| *distance <= NEAR)
            .min_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, mark, is_lost)| (mark, is_lost))
    }
}
