//! One plot: its axes, and everything that stands in its frame, the hindmost first.

use super::axes::Axes;
use super::curve::Pen;
use super::mark::{Anchor, Frame, Group, Mark, Spot, Weight};
use super::text::base_line;
use super::theme::Colours;
use super::{Plot, fit, guides};
use crate::chart::{AxisKind, Quantity};

/// Signs stand out of the frame by this much where they stand on its edge.
const SLACK: f64 = 7.0;

/// The marks of a plot whose curves stand in `frame`; `id` is its own in the picture.
pub(super) fn marks(plot: &Plot<'_>, frame: Frame, colours: &Colours, unit: f64, id: &str) -> Mark {
    let axes = Axes::new(plot, frame, unit);
    let chart = plot.chart;
    let pen = Pen {
        axes: &axes,
        colours,
        unit,
        kind: chart.value_axis.kind,
    };
    let inside = |class, marks, slack: f64| {
        let clip = Frame {
            left: frame.left - slack,
            top: frame.top - slack,
            width: frame.width + 2.0 * slack,
            height: frame.height + 2.0 * slack,
        };
        Mark::Group(Group {
            class,
            clip: Some((format!("{id}-{class}"), clip)),
            marks,
            ..Group::default()
        })
    };
    let mut marks = vec![axes.grid(colours)];
    let bands = chart.shown().flat_map(|drawn| pen.areas(drawn)).collect();
    marks.push(inside("bands", bands, 0.0));
    marks.extend(axes.marks(colours));
    let (lines_across, names) = guides::marks(plot, &axes, colours, unit);
    marks.push(inside("guides", lines_across, 0.0));
    let mut lines: Vec<Mark> = chart.shown().filter_map(|drawn| pen.line(drawn)).collect();
    let fits = plot.fits.iter();
    lines.extend(fits.map(|fit| fit::marks(fit, &axes, colours, unit)));
    marks.push(inside("lines", lines, 0.0));
    let of = chart.shown().count();
    let curves = chart.shown().enumerate();
    let dots = curves
        .flat_map(|(place, drawn)| pen.dots(drawn, place, of))
        .collect();
    marks.push(inside("dots", dots, SLACK * unit));
    // No name reaches beyond the frame, so that nothing of one is cut.
    marks.push(Mark::Group(Group {
        class: "names",
        marks: names,
        ..Group::default()
    }));
    if chart.dots().next().is_none() {
        marks.push(nothing(frame, colours, unit));
    }
    let mut facts = vec![
        (
            "data-quantity",
            quantity(chart.quantity, chart.value_axis.kind).to_owned(),
        ),
        ("data-unit", base_unit(chart.value_axis.kind).to_owned()),
    ];
    facts.extend(axes.facts());
    Mark::Group(Group {
        class: "plot",
        facts,
        marks,
        ..Group::default()
    })
}

fn quantity(quantity: Quantity, kind: AxisKind) -> &'static str {
    match (quantity, kind) {
        (_, AxisKind::Number) => "ratio",
        (Quantity::Rtt, _) => "rtt",
        (Quantity::Throughput, _) => "throughput",
    }
}

fn base_unit(kind: AxisKind) -> &'static str {
    match kind {
        AxisKind::Time => "ns",
        AxisKind::Rate => "bit/s",
        AxisKind::Bytes { .. } => "bytes",
        AxisKind::Number | AxisKind::Count => "1",
    }
}

fn nothing(frame: Frame, colours: &Colours, unit: f64) -> Mark {
    let size = 13.0 * unit;
    Mark::Text {
        at: Spot {
            x: frame.left + frame.width / 2.0,
            y: base_line(frame.top + frame.height / 2.0, size),
        },
        text: "Nothing was measured".to_owned(),
        size,
        weight: Weight::Regular,
        colour: colours.quiet,
        anchor: Anchor::Middle,
        is_upward: false,
        halo: None,
    }
}
