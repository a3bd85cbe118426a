//! The two plots: round-trip time and throughput against message size, one series for each server
//! delay.

use egui::{Align2, Color32, FontId, RichText, Role, Stroke, Ui, Vec2b, WidgetInfo, vec2};
use egui_plot::{HoverPosition, Line, MarkerShape, Plot, PlotPoint, PlotPoints, PlotUi, Points};

use super::app::App;
use super::axis::{SizeScale, figure_label, linear_ticks};
use super::plot_floor::Floor;
use super::series::{Dot, Quantity, Series, read_out, series, series_name};
use super::theme::{PLOT_GAP, Palette, medium, space, text_size};
use super::widgets::{dot, note};
use crate::experiment::{MAX_SIZES, parse_list};
use crate::measurement::units::Unit;
use crate::measurement::{Run, RunId};

/// A whisker goes up to this many times the highest median or interval; beyond, an arrow stands for
/// it. One disturbed point would otherwise press all others flat.
const WHISKER_CEILING: f64 = 2.5;
/// Width to height that a plot reads best at.
const BEST_ASPECT: f32 = 1.4;
/// Room that a tick label takes along each axis, in points.
const TICK_ROOM: (f32, f32) = (72.0, 44.0);

/// What the plots remember between frames.
#[derive(Debug, Default)]
pub struct PlotState {
    fitted_to: Option<RunId>,
}

/// Shows both plots in the room there is.
pub fn show(app: &mut App, ui: &mut Ui) {
    let run = app.shown().cloned();
    let run = run.as_deref();
    let sizes = run.map_or_else(
        || parse_list(&app.settings.form.sizes, MAX_SIZES).unwrap_or_default(),
        |run| run.profile.message_sizes.clone(),
    );
    let is_new = run.is_some_and(|run| app.plots.fitted_to != Some(run.id));
    app.plots.fitted_to = run.map(|run| run.id);
    let room = ui.available_size();
    if stand_side_by_side(room) {
        ui.spacing_mut().item_spacing.x = PLOT_GAP;
        ui.columns(2, |columns| {
            for ui in columns.iter_mut() {
                ui.spacing_mut().item_spacing.x = space::MEDIUM;
            }
            for (ui, quantity) in columns
                .iter_mut()
                .zip([Quantity::Rtt, Quantity::Throughput])
            {
                plot(ui, quantity, run, &sizes, room.y, is_new);
            }
        });
    } else {
        let height = (room.y - space::MEDIUM) / 2.0;
        plot(ui, Quantity::Rtt, run, &sizes, height, is_new);
        plot(ui, Quantity::Throughput, run, &sizes, height, is_new);
    }
}

/// Whether two plots come nearer to the best shape beside each other than one above the other.
fn stand_side_by_side(room: egui::Vec2) -> bool {
    let off = |width: f32, height: f32| (width / height.max(1.0) / BEST_ASPECT).ln().abs();
    off(room.x / 2.0, room.y) <= off(room.x, room.y / 2.0)
}

fn plot(
    ui: &mut Ui,
    quantity: Quantity,
    run: Option<&Run>,
    sizes: &[u64],
    height: f32,
    is_new: bool,
) {
    let palette = Palette::of(ui);
    let scale = SizeScale::for_sizes(sizes);
    let series = run
        .map(|run| series(run, quantity, scale))
        .unwrap_or_default();
    let dots = || {
        series
            .iter()
            .flat_map(|series| series.points.iter().map(|(dot, _)| *dot))
    };
    let trusted = |dot: &Dot| {
        dot.interval
            .map_or(dot.median, |(_, high)| high.max(dot.median))
    };
    let ceiling = WHISKER_CEILING * dots().map(|dot| trusted(&dot)).fold(0.0, f64::max);
    let largest = dots().map(|dot| dot.high.min(ceiling)).fold(0.0, f64::max);
    let is_empty = dots().next().is_none();
    let unit = match quantity {
        Quantity::Rtt => Unit::of_time(if is_empty { 1e3 } else { largest }),
        Quantity::Throughput => Unit::mbit_per_s(),
    };
    let top = ui.cursor().top();
    let floor = run
        .filter(|_| quantity == Quantity::Rtt)
        .and_then(|run| Floor::of(run, &series, ceiling));
    heading(ui, quantity, unit, &series, floor.as_ref(), is_empty);

    let width = ui.available_width();
    let plot_height = (height - (ui.cursor().top() - top)).max(80.0);
    let (x_room, y_room) = (
        f64::from(width / TICK_ROOM.0),
        f64::from(plot_height / TICK_ROOM.1),
    );
    let powers_of_two = !sizes.is_empty() && sizes.iter().all(|size| size % 1024 == 0);
    let y_name = match quantity {
        Quantity::Rtt => format!("RTT ({})", unit.name),
        Quantity::Throughput => format!("Throughput ({})", unit.name),
    };
    let mut plot = Plot::new(("plot", quantity as u8))
        .height(plot_height)
        .x_axis_label("Message size (bytes)")
        .y_axis_label(y_name)
        .x_grid_spacer(move |input| scale.ticks(&input, x_room, powers_of_two))
        .y_grid_spacer(move |input| linear_ticks(&input, y_room, false, 0.0))
        .x_axis_formatter(move |mark, _| scale.label(mark.value))
        .y_axis_formatter(move |mark, _| {
            // Without a figure there is no scale to name.
            if is_empty {
                String::new()
            } else {
                figure_label(mark.value)
            }
        })
        .y_axis_min_width(48.0)
        .grid_color(palette.grid)
        .grid_fade(0.0)
        .show_grid(!is_empty)
        .show_axes(true)
        .auto_bounds(Vec2b::TRUE)
        .set_margin_fraction(vec2(0.04, 0.06))
        .include_y(0.0)
        .allow_scroll(false)
        .show_crosshair(false)
        .label_formatter(|position| match position {
            HoverPosition::NearDataPoint {
                plot_name, index, ..
            } => read_out(&series, plot_name, *index),
            HoverPosition::Elsewhere { .. } => None,
        });
    if is_empty {
        plot = plot.include_y(1.0);
    }
    for size in [sizes.iter().min(), sizes.iter().max()]
        .into_iter()
        .flatten()
    {
        plot = plot.include_x(scale.place(*size));
    }
    if is_new {
        plot = plot.reset();
    }
    let response = plot.show(ui, |ui| {
        if let Some(floor) = &floor {
            floor.draw(ui, unit, palette.faint);
        }
        for (index, series) in series.iter().enumerate() {
            draw(ui, series, unit, ceiling, palette.series(index));
        }
    });
    let name = match quantity {
        Quantity::Rtt => "Plot of round-trip time against message size; the table has its figures",
        Quantity::Throughput => {
            "Plot of throughput against message size; the table has its figures"
        }
    };
    response
        .response
        .widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    if is_empty {
        say_empty(ui, run, quantity, response.response.rect.center());
    }
}

/// An empty plot says what will appear and what to press.
fn say_empty(ui: &Ui, run: Option<&Run>, quantity: Quantity, mut at: egui::Pos2) {
    let palette = Palette::of(ui);
    let lines: &[&str] = match (run, quantity) {
        (Some(run), _) if run.error.is_some() => &["No echo was measured."],
        (Some(_), _) => &["Waiting for the first round…"],
        (None, Quantity::Rtt) => &[
            "Press Run.",
            "Round-trip time appears here,",
            "a dot for each message size.",
        ],
        (None, Quantity::Throughput) => &["Throughput appears here,", "from the same probes."],
    };
    for line in lines {
        let font = FontId::proportional(text_size::TITLE);
        let drawn = ui
            .painter()
            .text(at, Align2::CENTER_CENTER, line, font, palette.faint);
        at.y += drawn.height() + space::SMALL;
    }
}

fn heading(
    ui: &mut Ui,
    quantity: Quantity,
    unit: Unit,
    series: &[Series<'_>],
    floor: Option<&Floor>,
    is_empty: bool,
) {
    let name = match quantity {
        Quantity::Rtt => "Round-trip time",
        Quantity::Throughput => "Throughput",
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new(name).family(medium()).size(text_size::TITLE));
        if !is_empty {
            note(ui, unit.name);
        }
        if let Some(floor) = floor {
            floor.key(ui);
        }
    });
    if series.len() > 1 {
        // Above the plot, where it hides no figure.
        let palette = Palette::of(ui);
        ui.horizontal_wrapped(|ui| {
            note(ui, "server delay");
            for (index, series) in series.iter().enumerate() {
                dot(ui, palette.series(index));
                ui.label(RichText::new(series_name(series.delay_ms)).size(text_size::SMALL));
            }
        });
    }
    let mut points = series.iter().flat_map(|series| &series.points);
    let is_pipelined = points.any(|(_, point)| {
        let figures = point.statistics.as_ref();
        figures.is_some_and(|figures| figures.throughput.pipelined)
    });
    let (key, hint) = legend(quantity, is_pipelined);
    let key = RichText::new(key)
        .size(text_size::SMALL)
        .color(Palette::of(ui).faint);
    ui.add(egui::Label::new(key).truncate()).on_hover_text(hint);
}

/// What dots and lines are, in a line, and what has to be known of them.
fn legend(quantity: Quantity, is_pipelined: bool) -> (&'static str, &'static str) {
    match (quantity, is_pipelined) {
        (Quantity::Rtt, _) => (
            "dot: median of the rounds · thick: its 95 % interval · thin: least to p90",
            "A round has one median, and the dot is the median of those of all rounds; its interval needs \
             six of them. Least and p90 are of all probes. \
             An arrow says that the 90th percentile lies beyond the plot; the table has it.",
        ),
        (Quantity::Throughput, false) => (
            "dot: median of the rounds · thick: its 95 % interval · thin: size / p90 to size / least RTT",
            "Throughput is payload bytes echoed per second: size / RTT with one probe in flight. The dot \
             and its interval are those of the round-trip time, turned into rates; its interval needs six \
             rounds. One probe in ten was slower than the lower end of the thin line, none was faster than \
             its upper end. An arrow says that this end lies beyond the plot.",
        ),
        (Quantity::Throughput, true) => (
            "dot: median of the rounds · thick: its 95 % interval · thin: slowest to fastest round",
            "Throughput is payload bytes echoed per second: with several probes in flight, what came back \
             in a round / the time it took. The interval needs six rounds. An arrow says that the fastest \
             round lies beyond the plot.",
        ),
    }
}

fn draw(ui: &mut PlotUi<'_>, series: &Series<'_>, unit: Unit, ceiling: f64, color: Color32) {
    let name = series_name(series.delay_ms);
    let in_unit = |value: f64| value / unit.size;
    let stroke = |x: f64, low: f64, high: f64, width: f32| {
        Line::new(name.clone(), vec![[x, in_unit(low)], [x, in_unit(high)]])
            .stroke(Stroke::new(width, color))
            .allow_hover(false)
    };
    for (dot, _) in &series.points {
        ui.line(stroke(dot.x, dot.low, dot.high.min(ceiling), 1.0));
        if dot.high > ceiling {
            let beyond = Points::new(name.clone(), vec![[dot.x, in_unit(ceiling)]])
                .shape(MarkerShape::Up)
                .color(color)
                .radius(4.0)
                .allow_hover(false);
            ui.points(beyond);
        }
        if let Some((low, high)) = dot.interval {
            ui.line(stroke(dot.x, low, high, 5.0));
        }
    }
    let medians: Vec<[f64; 2]> = series
        .points
        .iter()
        .map(|(dot, _)| [dot.x, in_unit(dot.median)])
        .collect();
    ui.line(
        Line::new(name.clone(), medians.clone())
            .stroke(Stroke::new(1.5, color))
            .allow_hover(false),
    );
    let owned: Vec<PlotPoint> = medians
        .iter()
        .map(|at| PlotPoint::new(at[0], at[1]))
        .collect();
    ui.points(
        Points::new(name, PlotPoints::Owned(owned))
            .color(color)
            .radius(4.5),
    );
}
