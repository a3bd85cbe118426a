//! The distribution of the selected point's round-trip times: a histogram, or the share of probes that
//! took no longer.

use egui::{Align2, FontId, Rect, Shape, Stroke, Ui, pos2};

use super::curve_colour;
use super::frame::{self, AxisOf, Frame, Ground, Line, count_axis, rtt_axis};
use super::options::DistributionView;
use super::{Arranged, Kept, PointOptions, words};
use crate::chart::{Extent, Scale};
use crate::gui::theme::{Palette, medium, text_size};
use crate::measurement::units::significant;
use crate::measurement::{Bins, Histogram, PointSamples, Step};

/// Quantiles that are marked.
pub const MARKED: [(&str, f64); 4] = [("p10", 0.1), ("p50", 0.5), ("p90", 0.9), ("p99", 0.99)];
/// Room between the labels of two marks, in points.
const GAP: f32 = 4.0;

/// What is kept of it between frames.
#[derive(Debug, Default)]
pub struct Distribution {
    histogram: Kept<(u64, Scale), Histogram>,
    steps: Kept<(u64, Scale, u32), Vec<Step>>,
}

impl Distribution {
    pub(super) fn show(&mut self, ui: &mut Ui, arranged: &Arranged, options: &mut PointOptions) {
        ui.horizontal(|ui| {
            ui.label(egui::RichText::new("Distribution").family(medium()));
            for (view, text, hint) in [
                (
                    DistributionView::Histogram,
                    "Histogram",
                    "How many probes took about as long. The bins' width is Freedman and Diaconis' (1981).",
                ),
                (
                    DistributionView::Ecdf,
                    "ECDF",
                    "The share of probes that took no longer, for every time.",
                ),
            ] {
                ui.selectable_value(&mut options.distribution, view, text)
                    .on_hover_text(hint);
            }
        });
        let line = Line::keep(ui);
        let samples = &arranged.samples;
        let scale = options.rtt;
        let histogram = self.histogram.get((arranged.state, scale), || {
            samples.histogram(match scale {
                Scale::Linear => Bins::Linear,
                Scale::Log => Bins::Log,
            })
        });
        let (Some(first), Some(last)) = (histogram.bins.first(), histogram.bins.last()) else {
            line.write(ui, "No echo counts yet.");
            return;
        };
        let x = rtt_axis(scale, first.from_ns, last.to_ns);
        let said = if options.distribution == DistributionView::Ecdf {
            let ground = frame::show(
                ui,
                &frame_of(x.clone(), count_axis("Probes (%)", 0.0, 105.0)),
            );
            let key = (arranged.state, scale, ground.rect.width().to_bits());
            let steps = self
                .steps
                .get(key, || samples.ecdf(&columns(&x, ground.rect.width())));
            draw_steps(ui, &ground, scale, samples, steps);
            marks(ui, &ground, scale, samples);
            under_ecdf(ui, &ground, scale, samples)
        } else {
            let most = histogram.bins.iter().map(|bin| bin.count).max();
            #[expect(clippy::cast_precision_loss, reason = "a number of probes")]
            let top = most.unwrap_or(1).max(1) as f64 * 1.15;
            let ground = frame::show(ui, &frame_of(x, count_axis("Probes", 0.0, top)));
            draw_bins(ui, &ground, scale, histogram);
            marks(ui, &ground, scale, samples);
            under_bins(&ground, scale, histogram)
        };
        line.write(
            ui,
            &said.unwrap_or_else(|| words::quantiles(samples, histogram)),
        );
    }
}

fn frame_of(x: AxisOf, y: AxisOf) -> Frame<'static> {
    Frame {
        id: "distribution",
        about: "Distribution of the selected point's round-trip times",
        x,
        y,
        zooms: false,
    }
}

/// The edges of the columns of a plot that is so wide, in nanoseconds.
fn columns(x: &AxisOf, width: f32) -> Vec<f64> {
    let Extent { from, to } = x.extent;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a width on a screen"
    )]
    let many = width.ceil().clamp(1.0, 8_192.0) as u32;
    (0..=many)
        .map(|at| from + (to - from) * f64::from(at) / f64::from(many))
        .map(|place| x.axis.scale.value(place))
        .collect()
}

/// Where a time stands; what has no place on a logarithmic axis is at its first nanosecond.
pub fn place(scale: Scale, ns: f64) -> f64 {
    scale.place(ns).unwrap_or(0.0)
}

fn draw_bins(ui: &Ui, ground: &Ground, scale: Scale, histogram: &Histogram) {
    let fill = curve_colour(ui).gamma_multiply(0.6);
    for bin in histogram.bins.iter().filter(|bin| bin.count > 0) {
        #[expect(clippy::cast_precision_loss, reason = "a number of probes")]
        let count = bin.count as f64;
        let mut rect = Rect::from_two_pos(
            ground.at(place(scale, bin.from_ns), 0.0),
            ground.at(place(scale, bin.to_ns), count),
        );
        // One probe among a million is seen as well.
        rect.min.y = rect.min.y.min(rect.max.y - 1.0);
        if rect.width() > 3.0 {
            rect.max.x -= 1.0;
        }
        ground.painter.rect_filled(rect, 0.0, fill);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of probes")]
fn draw_steps(ui: &Ui, ground: &Ground, scale: Scale, samples: &PointSamples, steps: &[Step]) {
    let n = samples.n().max(1) as f64;
    let mut line = vec![ground.rect.left_bottom()];
    let mut height = ground.at(0.0, 0.0).y;
    if let Some(first) = line.first_mut() {
        first.y = height;
    }
    for step in steps {
        let to = ground.at(
            place(scale, step.rtt_ns as f64),
            100.0 * step.count as f64 / n,
        );
        line.push(pos2(to.x, height));
        line.push(to);
        height = to.y;
    }
    line.push(pos2(ground.rect.right(), height));
    let stroke = Stroke::new(1.5, curve_colour(ui));
    ground.painter.add(Shape::line(line, stroke));
}

/// Marks the quantiles: a line for each, and its name where it does not run into another.
fn marks(ui: &Ui, ground: &Ground, scale: Scale, samples: &PointSamples) {
    let palette = Palette::of(ui);
    let mut taken: Vec<Rect> = Vec::new();
    // The median's name first, which is missed most.
    for (name, share) in [MARKED[1], MARKED[0], MARKED[2], MARKED[3]] {
        let Some(ns) = samples.quantile(share) else {
            continue;
        };
        let x = place(scale, ns);
        let (stroke, dash) = if name == "p50" {
            (Stroke::new(1.5, palette.text), None)
        } else {
            (Stroke::new(1.0, palette.faint), Some(3.0))
        };
        ground.upright(x, stroke, dash);
        let line = ground.at(x, 0.0).x;
        let right = ground.rect.right();
        let (text, sides) = if line > right {
            (format!("{name} →"), [(right - 3.0, Align2::RIGHT_TOP); 2])
        } else {
            let sides = [
                (line + 3.0, Align2::LEFT_TOP),
                (line - 3.0, Align2::RIGHT_TOP),
            ];
            (name.to_owned(), sides)
        };
        let font = FontId::proportional(text_size::SMALL);
        let galley = ground.painter.layout_no_wrap(text, font, palette.text);
        // Beside its line, on either side, or some lines of text further down: there are four names.
        let places = [0.0, 1.0, 2.0, 3.0]
            .map(|row| row * (galley.size().y + GAP))
            .into_iter()
            .flat_map(|down| sides.map(|(x, align)| (x, down, align)));
        let free = places
            .map(|(x, down, align)| {
                let at = pos2(x, ground.rect.top() + 1.0 + down);
                align.anchor_size(at, galley.size())
            })
            .find(|room| {
                ground.rect.contains_rect(*room)
                    && !taken.iter().any(|other| other.intersects(room.expand(GAP)))
            });
        if let Some(room) = free {
            ground.painter.galley(room.min, galley, palette.text);
            taken.push(room);
        }
    }
}

fn under_bins(ground: &Ground, scale: Scale, histogram: &Histogram) -> Option<String> {
    let ns = scale.value(ground.value(ground.pointer?).0);
    let is_in = |bin: &&crate::measurement::Bin| bin.from_ns <= ns && ns < bin.to_ns;
    histogram.bins.iter().find(is_in).map(words::bin)
}

fn under_ecdf(ui: &Ui, ground: &Ground, scale: Scale, samples: &PointSamples) -> Option<String> {
    let pointer = ground.pointer?;
    let ns = scale.value(ground.value(pointer).0);
    let share = samples.share_not_longer(ns)?;
    let at = ground.at(place(scale, ns), 100.0 * share);
    ground.painter.circle_filled(at, 3.5, Palette::of(ui).text);
    Some(format!(
        "{} % of the probes took no longer than {}",
        significant(100.0 * share),
        crate::measurement::units::time(ns)
    ))
}
