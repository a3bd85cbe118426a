//! A small plot: axes with ticks in units that follow their magnitude, and a ground to draw on. What is
//! under the pointer is said in a line above it, where it covers nothing.

use std::cell::RefCell;
use std::rc::Rc;

use egui::text::LayoutJob;
use egui::{
    Align2, Color32, FontId, Label, Painter, Pos2, Rect, Response, RichText, Role, Sense, Shape,
    Stroke, Ui, WidgetInfo, pos2, vec2,
};
use egui_plot::{Axis as Side, AxisHints, GridInput, GridMark, Plot, PlotPoint, PlotTransform};

use crate::chart::{Axis, AxisKind, Extent, Scale, Tick};
use crate::gui::theme::{Palette, text_size};

/// Height of a line of text above a plot, in points.
const LINE: f32 = 16.0;
/// A plot that is narrower than this has two of them: all that is ever said fits then.
const TWO_LINES_BELOW: f32 = 620.0;
/// How far an upright name of an axis reaches out of its plot, in points.
const OUTSIDE: f32 = 4.0;
/// Rough width of a letter of a tick's label, and its height, in points.
const LETTER: (f32, f32) = (6.8, 14.0);
/// The least height of a plot.
const LEAST: f32 = 64.0;
/// Room beside the outermost values, as a share of the axis.
const MARGIN: f64 = 0.05;
/// How much the wheel zooms, for each point that it turns.
const WHEEL: f32 = 0.004;

/// One of a plot's two axes.
#[derive(Clone)]
pub struct AxisOf {
    /// What it measures.
    pub axis: Axis,
    /// From where to where it reaches.
    pub extent: Extent,
    /// What it is called; the unit is added.
    pub name: &'static str,
}

/// A plot that is to be shown.
pub struct Frame<'a> {
    /// Tells it from the others.
    pub id: &'static str,
    /// What it is, for those who do not see it.
    pub about: &'a str,
    /// The axis below.
    pub x: AxisOf,
    /// The axis at the left.
    pub y: AxisOf,
    /// Whether the wheel zooms along the axis below, and dragging moves it.
    pub zooms: bool,
}

/// A plot that is shown, to be drawn on.
pub struct Ground {
    /// Draws within the axes.
    pub painter: Painter,
    /// Everything within the axes.
    pub rect: Rect,
    /// Where the pointer is, if it is within the axes.
    pub pointer: Option<Pos2>,
    /// What is done to the plot.
    pub response: Response,
    transform: PlotTransform,
}

impl Ground {
    /// Where something stands.
    pub fn at(&self, x: f64, y: f64) -> Pos2 {
        self.transform.position_from_point(&PlotPoint::new(x, y))
    }

    /// What stands at a place.
    pub fn value(&self, at: Pos2) -> (f64, f64) {
        let value = self.transform.value_from_position(at);
        (value.x, value.y)
    }

    /// From where to where the axis below reaches now that it may have been moved.
    pub fn x_range(&self) -> (f64, f64) {
        let range = self.transform.bounds().range_x();
        (*range.start(), *range.end())
    }

    /// An upright line from below to above.
    pub fn upright(&self, x: f64, stroke: Stroke, dash: Option<f32>) {
        let x = self.at(x, 0.0).x;
        let ends = [pos2(x, self.rect.bottom()), pos2(x, self.rect.top())];
        match dash {
            None => {
                self.painter.line_segment(ends, stroke);
            }
            Some(dash) => {
                let dashes = Shape::dashed_line(&ends, stroke, dash, 0.8 * dash);
                self.painter.extend(dashes);
            }
        }
    }

    /// Small text.
    pub fn text(&self, at: Pos2, align: Align2, text: &str, color: Color32) -> Rect {
        let font = FontId::proportional(text_size::SMALL);
        self.painter.text(at, align, text, font, color)
    }
}

/// The words above a plot: their room is kept free before the plot is shown, and they are written after it,
/// when it is known what is under the pointer. The room does not depend on the words: nothing jumps.
pub struct Line {
    room: Rect,
    rows: u8,
}

impl Line {
    /// Keeps it free.
    pub fn keep(ui: &mut Ui) -> Self {
        let width = ui.available_width();
        let rows = if width < TWO_LINES_BELOW { 2 } else { 1 };
        let size = vec2(width, LINE * f32::from(rows));
        let (room, _) = ui.allocate_exact_size(size, Sense::hover());
        Self { room, rows }
    }

    /// Writes it.
    pub fn write(self, ui: &mut Ui, text: &str) {
        let faint = Palette::of(ui).faint;
        let font = FontId::proportional(text_size::SMALL);
        let mut job = LayoutJob::simple(text.to_owned(), font, faint, self.room.width());
        job.wrap.max_rows = self.rows.into();
        let builder = egui::UiBuilder::new()
            .max_rect(self.room)
            .layout(egui::Layout::top_down(egui::Align::Min));
        ui.scope_builder(builder, |ui| ui.add(Label::new(job).wrap()));
    }
}

/// The axis of round-trip times that reaches from one to another, in nanoseconds, with room beside them.
pub fn rtt_axis(scale: Scale, least_ns: f64, most_ns: f64) -> AxisOf {
    let place = |ns: f64| match scale {
        Scale::Linear => ns,
        Scale::Log => ns.max(1.0).log10(),
    };
    let (from, to) = (place(least_ns), place(most_ns));
    let narrowest = match scale {
        Scale::Linear => 1e-3 * to.abs().max(1.0),
        Scale::Log => 0.05,
    };
    let margin = (MARGIN * (to - from)).max(narrowest);
    AxisOf {
        axis: Axis {
            kind: AxisKind::Time,
            scale,
        },
        extent: Extent {
            from: from - margin,
            to: to + margin,
        },
        name: "RTT",
    }
}

/// An axis of things that are counted: its ticks are whole numbers.
pub fn count_axis(name: &'static str, from: f64, to: f64) -> AxisOf {
    AxisOf {
        axis: Axis {
            kind: AxisKind::Count,
            scale: Scale::Linear,
        },
        extent: Extent { from, to },
        name,
    }
}

/// Shows a plot in the room that is left.
pub fn show(ui: &mut Ui, frame: &Frame<'_>) -> Ground {
    // At the left edge of a panel the name of the upright axis would be cut.
    let mut room = ui.available_rect_before_wrap();
    room.min.x += OUTSIDE;
    let builder = egui::UiBuilder::new().max_rect(room);
    ui.scope_builder(builder, |ui| plot(ui, frame)).inner
}

fn plot(ui: &mut Ui, frame: &Frame<'_>) -> Ground {
    let palette = Palette::of(ui);
    let height = ui.available_height().max(LEAST);
    let [x, y] = [&frame.x, &frame.y].map(|side| side.extent);
    let width = ui.available_width();
    let (x_hints, x_ticks) = axis(palette, &frame.x, Side::X, width);
    let (y_hints, y_ticks) = axis(palette, &frame.y, Side::Y, height);
    let zooms = frame.zooms;
    let shown = Plot::new(frame.id)
        .height(height)
        .custom_x_axes(vec![x_hints])
        .custom_y_axes(vec![y_hints.min_thickness(44.0)])
        .x_grid_spacer(x_ticks)
        .y_grid_spacer(y_ticks)
        .grid_color(palette.grid)
        .grid_fade(0.0)
        .show_crosshair(false)
        .label_formatter(|_| None)
        .allow_drag([zooms, false])
        .allow_zoom([zooms, false])
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show(ui, move |plot| {
            plot.set_plot_bounds_x(x.from..=x.to);
            plot.set_plot_bounds_y(y.from..=y.to);
            let turned = plot.ctx().input(|input| input.smooth_scroll_delta().y);
            if zooms && turned != 0.0 && plot.response().hovered() {
                plot.zoom_bounds_around_hovered(vec2((WHEEL * turned).exp(), 1.0));
            }
        });
    let about = frame.about;
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::Image, true, about));
    let rect = *shown.transform.frame();
    Ground {
        painter: ui.painter().with_clip_rect(rect.intersect(ui.clip_rect())),
        rect,
        pointer: shown.response.hover_pos(),
        response: shown.response,
        transform: shown.transform,
    }
}

type Spacer = Box<dyn Fn(GridInput) -> Vec<GridMark>>;

/// How an axis is labelled, and where its ticks stand.
fn axis(palette: &Palette, of: &AxisOf, side: Side, length: f32) -> (AxisHints<'static>, Spacer) {
    let axis = of.axis;
    let title = RichText::new(axis.title(of.name, of.extent))
        .size(text_size::SMALL)
        .color(palette.faint);
    // The ticks of this frame, so that what stands at each is not worked out again.
    let ticks: Rc<RefCell<Vec<Tick>>> = Rc::default();
    let known = Rc::clone(&ticks);
    let hints = AxisHints::new(side)
        .label(title)
        .label_spacing(1.0..=2.0)
        .tick_label_color(palette.faint)
        .tick_label_font(FontId::proportional(text_size::SMALL))
        .formatter(move |mark, _| {
            let known = known.borrow();
            let tick = known
                .iter()
                .find(|tick| tick.place.total_cmp(&mark.value).is_eq());
            tick.map_or_else(String::new, |tick| tick.label.clone())
        });
    let is_x = side == Side::X;
    let spacer = move |input: GridInput| {
        let (from, to) = input.bounds;
        #[expect(clippy::cast_precision_loss, reason = "a few letters")]
        let room = |label: &str| {
            if is_x {
                LETTER.0 * label.chars().count() as f32
            } else {
                LETTER.1
            }
        };
        let made = axis.ticks(Extent { from, to }, length, room);
        let marks = made.iter().map(|tick| GridMark {
            value: tick.place,
            // All of them are as strong.
            step_size: to - from,
        });
        let marks = marks.collect();
        ticks.replace(made);
        marks
    };
    (hints, Box::new(spacer))
}
