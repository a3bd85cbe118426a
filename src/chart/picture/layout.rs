//! Where title, legend, plots and key stand: nothing is cut off, and plots of a row or a column line up.

use super::curve::dots_in_words;
use super::mark::{Anchor, Frame, Mark, Spot, Weight};
use super::text::{clean, fitted};
use super::theme::Colours;
use super::{
    DEFAULT_SIZE, GREATEST_SIZE, LEAST_SIZE, Picture, PictureOptions, Plot, axes, key, legend,
    panel,
};

/// Lengths in points at the default size.
const EDGE: f64 = 16.0;
const TITLE: f64 = 17.0;
const UNDER_TITLE: f64 = 9.0;
const UNDER_LEGEND: f64 = 8.0;
const BETWEEN: f64 = 26.0;
const ABOVE_KEY: f64 = 8.0;
/// The shape of a plot that is read best: so many times as wide as high.
const SHAPE: f64 = 1.5;
/// Of the height of a picture, the legend takes this share at most.
const MOST_LEGEND: f64 = 0.28;

pub(super) fn lay_out(plots: &[Plot<'_>], options: &PictureOptions) -> Picture {
    let within = |size: u32, least, greatest| f64::from(size.clamp(least, greatest));
    let width = within(options.size.0, LEAST_SIZE.0, GREATEST_SIZE.0);
    let height = within(options.size.1, LEAST_SIZE.1, GREATEST_SIZE.1);
    let unit = unit(width, height);
    let colours = options.theme.colours();
    let room = width - 2.0 * EDGE * unit;
    let left = EDGE * unit;
    let mut marks = Vec::new();
    let mut top = EDGE * unit;
    let mut bottom = height - EDGE * unit;

    let title = clean(&options.title);
    if !title.is_empty() {
        marks.push(heading(
            &title,
            Spot { x: left, y: top },
            room,
            colours,
            unit,
        ));
        top += (TITLE + UNDER_TITLE) * unit;
    }
    let rows = (MOST_LEGEND * height / (19.0 * unit)).floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small number of rows"
    )]
    let rows = rows.max(1.0) as usize;
    let corner = Spot { x: left, y: top };
    let (of_legend, high) = legend::legend(plots, corner, room, rows, colours, unit);
    if high > 0.0 {
        marks.extend(of_legend);
        top += high + UNDER_LEGEND * unit;
    }
    let high = key::height(plots, room, unit);
    if options.has_key && high > 0.0 {
        bottom -= high;
        let corner = Spot {
            x: left,
            y: bottom + 4.0 * unit,
        };
        marks.push(key::key(plots, corner, room, colours, unit));
        bottom -= ABOVE_KEY * unit - 4.0 * unit;
    }
    let area = Frame {
        left,
        top,
        width: room,
        height: (bottom - top).max(1.0),
    };
    for ((index, plot), frame) in plots.iter().enumerate().zip(frames(plots, area, unit)) {
        let id = format!("{}-{index}", options.id);
        marks.push(panel::marks(plot, frame, colours, unit, &id));
    }
    Picture {
        width,
        height,
        theme: options.theme,
        description: description(plots, &title),
        marks,
    }
}

/// How large everything is: it follows the size of the picture, though not all the way.
fn unit(width: f64, height: f64) -> f64 {
    let (usual_width, usual_height) = (f64::from(DEFAULT_SIZE.0), f64::from(DEFAULT_SIZE.1));
    let share = (width * height / (usual_width * usual_height)).sqrt();
    share.powf(0.4).clamp(0.78, 2.5)
}

fn heading(title: &str, at: Spot, room: f64, colours: &Colours, unit: f64) -> Mark {
    let size = TITLE * unit;
    Mark::Text {
        at: Spot {
            x: at.x,
            y: at.y + 0.8 * size,
        },
        text: fitted(title, room, size, Weight::Medium),
        size,
        weight: Weight::Medium,
        colour: colours.text,
        anchor: Anchor::Start,
        is_upward: false,
        halo: None,
    }
}

/// How many plots stand beside each other, so that they have about the shape that is read best.
fn columns(number: usize, area: Frame) -> usize {
    let badness = |columns: usize| {
        let rows = number.div_ceil(columns);
        #[expect(clippy::cast_precision_loss, reason = "a handful of plots")]
        let shape = (area.width / columns as f64) / (area.height / rows as f64);
        (shape / SHAPE).ln().abs()
    };
    let all = 1..=number.max(1);
    all.min_by(|one, other| badness(*one).total_cmp(&badness(*other)))
        .unwrap_or(1)
}

/// Where the curves of each plot stand, in order.
#[expect(clippy::cast_precision_loss, reason = "a handful of plots")]
fn frames(plots: &[Plot<'_>], area: Frame, unit: f64) -> Vec<Frame> {
    let columns = columns(plots.len(), area);
    let rows = plots.len().div_ceil(columns);
    let gap = BETWEEN * unit;
    let cell_width = (area.width - gap * (columns - 1) as f64) / columns as f64;
    let cell_height = (area.height - gap * rows.saturating_sub(1) as f64) / rows.max(1) as f64;
    let (below, above) = axes::below_and_above(unit);
    let height = (cell_height - below - above).max(1.0);
    // Of a column, all begin where the one with the widest labels does.
    let of_column = |column: usize, room: &dyn Fn(&Plot<'_>) -> f64| {
        let in_column = plots.iter().skip(column).step_by(columns);
        in_column.map(room).fold(0.0, f64::max)
    };
    let sides: Vec<(f64, f64)> = (0..columns)
        .map(|column| {
            let left = of_column(column, &|plot| axes::left_of(plot, height, unit));
            let width = (cell_width - left).max(1.0);
            // The labels of a narrower frame are at most as many.
            let right = of_column(column, &|plot| axes::right_of(plot, width, unit));
            let narrower = (width - right).max(1.0);
            let right = right.max(of_column(column, &|plot| {
                axes::right_of(plot, narrower, unit)
            }));
            (left, right)
        })
        .collect();
    let frame = |index: usize| {
        let (column, row) = (index % columns, index / columns);
        let (left, right) = sides.get(column).copied().unwrap_or_default();
        Frame {
            left: area.left + column as f64 * (cell_width + gap) + left,
            top: area.top + row as f64 * (cell_height + gap) + above,
            width: (cell_width - left - right).max(1.0),
            height,
        }
    };
    (0..plots.len()).map(frame).collect()
}

/// What is seen, in a sentence.
fn description(plots: &[Plot<'_>], title: &str) -> String {
    let each = plots.iter().map(|plot| {
        let curves = plot
            .chart
            .shown()
            .filter(|drawn| !drawn.curve.dots.is_empty());
        let curves = match curves.count() {
            1 => "1 curve".to_owned(),
            number => format!("{number} curves"),
        };
        let dots = dots_in_words(plot.chart.dots().count());
        format!(
            "{} against message size, {curves}, {dots}",
            clean(&plot.value_name)
        )
    });
    let plots: Vec<String> = each.collect();
    let title = if title.is_empty() {
        String::new()
    } else {
        format!("{title}: ")
    };
    format!("{title}{}.", plots.join("; "))
}
