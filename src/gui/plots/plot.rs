//! One plot: its axes, moving and zooming in it, and what the pointer finds.

use std::cell::RefCell;

use egui::text::LayoutJob;
use egui::{
    Align, EventFilter, FontId, Id, Key, Modifiers, PointerButton, Rect, Role, Stroke, StrokeKind,
    TextStyle, Tooltip, Ui, WidgetInfo, vec2,
};
use egui_plot::{
    AxisHints, GridInput, GridMark, Plot, PlotBounds, PlotMemory, PlotResponse, PlotTransform,
    PlotUi,
};

use super::super::selection::{Direction, Selected, next_selected};
use super::super::theme::{Palette, space, text_size};
use super::Chosen;
use super::cursor::{self, Cursor};
use super::heading::{self, Controls};
use super::hover::{self, DotKey};
use super::landmarks;
use super::model_line::ModelLine;
use super::models;
use super::paint::{self, MARKER, Pen, Places};
use crate::chart::{Axis, Chart, Extent, Quantity, Source, SourceId, Tick, zoomed};
use crate::measurement::{Landmark, Run};

/// How much a step of the wheel zooms, for each point that it scrolls.
const ZOOM: f32 = 0.004;
/// Least width of the labels of the axis of values: nothing moves when a figure gets longer.
const VALUES_WIDTH: f32 = 48.0;

/// How a plot is to be shown.
pub struct View {
    /// How high, with what stands above it.
    pub height: f32,
    /// Whether everything is to be seen again.
    pub fit: bool,
    /// How many times thicker than else lines and marks are.
    pub weight: f32,
    /// The point that is marked.
    pub selected: Option<Selected>,
    /// What the model says.
    pub model: Option<ModelLine>,
    /// What the first round is waited for with, where it is being found out how a server wants to be spoken to.
    pub trial: Option<String>,
}

/// Shows a chart with what stands above it, and says which point was chosen.
pub fn show(
    ui: &mut Ui,
    chart: &Chart,
    run: Option<&Run>,
    sources: &[Source<'_>],
    view: &View,
    controls: Option<Controls<'_>>,
) -> Option<Chosen> {
    let top = ui.cursor().top();
    heading::show(ui, chart, view.model.as_ref(), controls);
    // The label of a tick at the upper edge stands half above it.
    ui.add_space(space::SMALL);
    let height = (view.height - (ui.cursor().top() - top)).max(80.0);
    let id = Id::unique(("plot", chart.quantity));
    let seen = Seen::last(ui, id, chart);
    let response = axes(ui, chart, id, height, &seen, view.fit);
    let palette = Palette::of(ui);
    let now = Extents::of(&response.transform);
    if now.value_unit(chart) != seen.extents.value_unit(chart) {
        // Its title says another unit than its ticks.
        ui.ctx().request_repaint();
    }
    let frame = *response.transform.frame();
    let painter = ui.painter().with_clip_rect(frame);
    let places = Places::new(chart, &response.transform);
    let pen = Pen {
        palette,
        weight: view.weight,
    };
    if chart.ratio_to.is_some()
        && let Some(y) = places.y_of(1.0)
    {
        // Where a run is as fast as the baseline.
        painter.hline(frame.x_range(), y, Stroke::new(1.5, palette.faint));
    }
    let mouse = response.response.hover_pos();
    let found = mouse.and_then(|at| hover::nearest(chart, places, at));
    cursor::note(ui, id, &response.transform, mouse, found);
    let is_empty = chart.dots().next().is_none();
    let cursor = Cursor::seen(ui, places).filter(|_| !is_empty);
    if let Some(cursor) = &cursor {
        cursor.show(&painter, id, chart, places, pen);
    }
    let landmarks = landmarks::of(&painter, chart, places, pen, mouse);
    landmarks::lines(&painter, &landmarks, pen);
    models::show(&painter, chart, places, pen);
    paint::curves(&painter, chart, places, pen);
    landmarks::names(&painter, &landmarks, pen);
    if let Some(cursor) = &cursor {
        cursor.say_size(&painter, chart, places, pen);
    }
    let landmark = landmarks::meant(&landmarks);
    if let Some(key) = view.selected.map(key_of)
        && let Some((_, dot)) = hover::find(chart, key)
        && let Some(at) = places.of(dot, dot.median)
    {
        painter.circle_stroke(at, 2.2 * MARKER, Stroke::new(2.0, palette.text));
    }
    response
        .response
        .widget_info(|| WidgetInfo::labeled(Role::Image, true, name(chart)));
    if is_empty {
        say_empty(ui, run, chart.quantity, view.trial.as_deref(), frame);
        return None;
    }
    let at_pointer = point_at(ui, chart, sources, found, &response, landmark);
    let by_key = run.and_then(|run| keys(ui, run, view.selected, &response));
    at_pointer.or(by_key)
}

fn name(chart: &Chart) -> &'static str {
    match chart.quantity {
        Quantity::Rtt => "Plot of round-trip time against message size; the table has its figures",
        Quantity::Throughput => {
            "Plot of throughput against message size; the table has its figures"
        }
    }
}

fn key_of(selected: Selected) -> DotKey {
    DotKey {
        curve: crate::chart::CurveKey {
            source: SourceId(selected.run.0),
            delay_ms: selected.delay_ms,
        },
        size: selected.message_size,
    }
}

/// From where to where both axes reach.
#[derive(Debug, Clone, Copy)]
struct Extents {
    size: Extent,
    value: Extent,
}

impl Extents {
    fn of(transform: &PlotTransform) -> Self {
        Self::within(transform.bounds())
    }

    fn within(bounds: &PlotBounds) -> Self {
        let ([left, bottom], [right, top]) = (bounds.min(), bounds.max());
        Self {
            size: Extent {
                from: left,
                to: right,
            },
            value: Extent {
                from: bottom,
                to: top,
            },
        }
    }

    fn value_unit(&self, chart: &Chart) -> Option<&'static str> {
        chart.value_axis.unit(self.value).map(|unit| unit.name)
    }
}

/// What was seen in the frame before: titles stand before it is known what this one shows.
struct Seen {
    extents: Extents,
    frame: Rect,
}

impl Seen {
    fn last(ui: &Ui, id: Id, chart: &Chart) -> Self {
        match PlotMemory::load(ui.ctx(), id).map(|memory| memory.transform()) {
            Some(transform) => Self {
                extents: Extents::of(&transform),
                frame: *transform.frame(),
            },
            None => Self {
                extents: Extents {
                    size: chart.size_extent(),
                    value: chart.value_extent(),
                },
                frame: ui.available_rect_before_wrap(),
            },
        }
    }
}

fn axes(
    ui: &mut Ui,
    chart: &Chart,
    id: Id,
    height: f32,
    seen: &Seen,
    fit: bool,
) -> PlotResponse<()> {
    let palette = Palette::of(ui);
    let is_empty = chart.dots().next().is_none();
    let (sizes, values) = (chart.size_extent(), chart.value_extent());
    let font = TextStyle::Body.resolve(ui.style());
    let painter = ui.painter().clone();
    let label_height = ui.fonts_mut(|fonts| fonts.row_height(&font));
    let colour = palette.text;
    let width = move |text: &str| {
        let galley = painter.layout_no_wrap(text.to_owned(), font.clone(), colour);
        galley.size().x
    };
    let size_ticks = Ticks::new(chart.size_axis, seen.frame.width());
    let value_ticks = Ticks::new(chart.value_axis, seen.frame.height());
    let value_name = match chart.quantity {
        Quantity::Rtt => "RTT",
        Quantity::Throughput => "Throughput",
    };
    let value_title = match &chart.ratio_to {
        Some(baseline) => format!("{value_name}, times that of {baseline}"),
        None => chart.value_axis.title(value_name, seen.extents.value),
    };
    let size_title = chart.size_axis.title("Message size", seen.extents.size);
    let group = Id::unique("plots against message size");
    let plot = Plot::new(("plot", chart.quantity))
        .id(id)
        .height(height)
        .custom_x_axes(vec![
            AxisHints::new_x()
                .label(size_title)
                .formatter(|mark, _| size_ticks.label(mark.value)),
        ])
        .custom_y_axes(vec![
            AxisHints::new_y()
                .label(value_title)
                .min_thickness(VALUES_WIDTH)
                .formatter(|mark, _| {
                    // Without a figure there is no scale to name.
                    if is_empty {
                        String::new()
                    } else {
                        value_ticks.label(mark.value)
                    }
                }),
        ])
        .x_grid_spacer(|input| size_ticks.marks(&input, &width))
        .y_grid_spacer(|input| value_ticks.marks(&input, &|_| label_height))
        .grid_color(palette.grid)
        .grid_fade(0.0)
        .show_grid(!is_empty)
        .default_x_bounds(sizes.from, sizes.to)
        .default_y_bounds(values.from, values.to)
        .allow_scroll(false)
        .allow_drag(!is_empty)
        .allow_zoom(!is_empty)
        .allow_boxed_zoom(!is_empty)
        .show_crosshair(false)
        .link_axis(group, [true, false])
        .label_formatter(|_| None);
    plot.show(ui, |ui| {
        if fit {
            ui.set_auto_bounds(true);
        } else if !is_empty {
            keep_within(ui, chart);
            zoom_with_wheel(ui);
        }
    })
}

/// Dragging and zooming lead as far as there is something to see, and no farther.
fn keep_within(ui: &mut PlotUi<'_>, chart: &Chart) {
    let seen = Extents::within(&ui.plot_bounds());
    let is_fitted = ui.auto_bounds();
    let size = zoomed(seen.size, chart.size_extent(), chart.size_axis);
    if size != seen.size && !is_fitted.x {
        ui.set_plot_bounds_x(size.from..=size.to);
        // What is shown now was drawn before it was known.
        ui.ctx().request_repaint();
    }
    let value = zoomed(seen.value, chart.value_extent(), chart.value_axis);
    if value != seen.value && !is_fitted.y {
        ui.set_plot_bounds_y(value.from..=value.to);
        ui.ctx().request_repaint();
    }
}

fn zoom_with_wheel(ui: &mut PlotUi<'_>) {
    if !ui.response().contains_pointer() {
        return;
    }
    let scrolled = ui.ctx().input(egui::InputState::smooth_scroll_delta);
    if scrolled == egui::Vec2::ZERO {
        return;
    }
    // Sideways, as with Shift, it is the sizes alone.
    let along = |delta: f32| (ZOOM * delta).exp();
    let factor = if scrolled.y == 0.0 {
        vec2(along(scrolled.x), 1.0)
    } else {
        vec2(along(scrolled.y), along(scrolled.y))
    };
    ui.zoom_bounds_around_hovered(factor);
}

/// The ticks of an axis: where the grid asks for places, labels are made, and found again where the
/// axis asks for them.
struct Ticks {
    axis: Axis,
    length: f32,
    made: RefCell<Vec<Tick>>,
}

impl Ticks {
    fn new(axis: Axis, length: f32) -> Self {
        Self {
            axis,
            length,
            made: RefCell::default(),
        }
    }

    fn marks(&self, input: &GridInput, room: &dyn Fn(&str) -> f32) -> Vec<GridMark> {
        let (from, to) = input.bounds;
        let ticks = self.axis.ticks(Extent { from, to }, self.length, room);
        let marks = ticks
            .iter()
            .map(|tick| GridMark {
                value: tick.place,
                // How far ticks are apart was seen to already: none is to be faded.
                step_size: 1e6 * (to - from),
            })
            .collect();
        self.made.replace(ticks);
        marks
    }

    fn label(&self, place: f64) -> String {
        let made = self.made.borrow();
        let mut ticks = made.iter();
        #[expect(clippy::float_cmp, reason = "the very number that was given")]
        let found = ticks.find(|tick| tick.place == place);
        found.map(|tick| tick.label.clone()).unwrap_or_default()
    }
}

/// What the pointer finds: figures beside it, and what a click chooses.
fn point_at(
    ui: &Ui,
    chart: &Chart,
    sources: &[Source<'_>],
    found: Option<DotKey>,
    plot: &PlotResponse<()>,
    landmark: Option<&Landmark>,
) -> Option<Chosen> {
    let response = &plot.response;
    response.hover_pos()?;
    // A dot is of its own run, whichever is shown.
    let point = found.and_then(|key| {
        let run = sources
            .iter()
            .find(|source| source.id == key.curve.source)?
            .run()?;
        Some((run, hover::point_of(run, key)?))
    });
    let tooltip = || {
        let anchor = egui::PopupAnchor::Pointer;
        let id = response.id.with("read-out");
        Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, anchor).gap(14.0)
    };
    if let Some(key) = found
        && let Some((drawn, dot)) = hover::find(chart, key)
    {
        let name = (chart.curves.len() > 1).then_some(drawn.curve.name.as_str());
        tooltip().show(|ui| match point {
            Some((run, point)) if chart.ratio_to.is_none() => {
                hover::read_out(ui, name, run, point);
            }
            _ => hover::read_out_dot(ui, chart, &drawn.curve.name, dot),
        });
    } else if let Some(landmark) = landmark {
        tooltip().show(|ui| {
            ui.strong(&landmark.label);
            ui.label(&landmark.explanation);
        });
    }
    if !response.clicked_by(PointerButton::Primary) {
        return None;
    }
    // A click beside the dots, or two that fit the plot, leave the chosen one as it is.
    let (run, point) = point?;
    Some(Chosen::Point(Some(Selected::new(run, point))))
}

/// While a plot has the keyboard, arrows go from point to point, and Enter looks at one more closely.
fn keys(ui: &Ui, run: &Run, selected: Option<Selected>, plot: &PlotResponse<()>) -> Option<Chosen> {
    let response = &plot.response;
    if response.clicked_by(PointerButton::Primary) {
        response.request_focus();
    }
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    ui.painter().rect_stroke(
        *plot.transform.frame(),
        2.0,
        Stroke::new(1.0, Palette::of(ui).accent),
        StrokeKind::Inside,
    );
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let ways = [
        (Key::ArrowLeft, Direction::SmallerSize),
        (Key::ArrowRight, Direction::LargerSize),
        (Key::ArrowUp, Direction::LongerDelay),
        (Key::ArrowDown, Direction::ShorterDelay),
    ];
    let mut now = selected;
    for (key, direction) in ways {
        if pressed(key) {
            now = next_selected(run, now, direction);
        }
    }
    if now != selected {
        return Some(Chosen::Point(now));
    }
    pressed(Key::Enter).then_some(Chosen::Closer)
}

/// An empty plot says what will appear and what to press.
fn say_empty(ui: &Ui, run: Option<&Run>, quantity: Quantity, trial: Option<&str>, frame: Rect) {
    let palette = Palette::of(ui);
    let lines: &[&str] = match (run, quantity) {
        (Some(run), _) if run.error.is_some() => &["No echo was measured."],
        (Some(_), _) if trial.is_some() => &[trial.unwrap_or_default()],
        (Some(_), _) => &["Waiting for the first round…"],
        (None, Quantity::Rtt) => &[
            "Press Run.",
            "Round-trip time appears here,",
            "a mark for each message size.",
        ],
        (None, Quantity::Throughput) => &["Throughput appears here,", "from the same probes."],
    };
    let mut at = frame.center();
    for line in lines {
        let font = FontId::proportional(text_size::TITLE);
        let width = frame.width() - 2.0 * space::LARGE;
        let mut job = LayoutJob::simple((*line).to_owned(), font, palette.faint, width);
        job.halign = Align::Center;
        let text = ui.painter().layout_job(job);
        let height = text.size().y;
        let top = at - vec2(0.0, height / 2.0);
        ui.painter().galley(top, text, palette.faint);
        at.y += height + space::SMALL;
    }
}
