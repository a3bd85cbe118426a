//! The legend: which curve is which, by colour, sign and dash. One curve of figures alone needs none.

use super::Plot;
use super::curve::{line_stroke, sign};
use super::mark::{Anchor, Group, Mark, Spot, Weight};
use super::text::{base_line, clean, fitted, width};
use super::theme::Colours;
use crate::chart::DrawnCurve;
use crate::measurement::units::count;

const TEXT: f64 = 12.5;
const ROW: f64 = 19.0;
const SAMPLE: f64 = 30.0;
const GAP: f64 = 7.0;
const BETWEEN: f64 = 22.0;

/// An entry of the legend.
struct Entry<'a> {
    /// The curve it stands for.
    drawn: &'a DrawnCurve,
    text: String,
}

/// The curves that are shown, those of several plots once.
fn curves<'a>(plots: &'a [Plot<'_>]) -> Vec<&'a DrawnCurve> {
    let mut found: Vec<&DrawnCurve> = Vec::new();
    for drawn in plots.iter().flat_map(|plot| plot.chart.shown()) {
        if !found.iter().any(|one| one.curve.key == drawn.curve.key) {
            found.push(drawn);
        }
    }
    found
}

/// The legend's marks from `corner` on within `room`, in at most `rows` rows, and how high it is.
pub(super) fn legend(
    plots: &[Plot<'_>],
    corner: Spot,
    room: f64,
    rows: usize,
    colours: &Colours,
    unit: f64,
) -> (Vec<Mark>, f64) {
    let curves = curves(plots);
    // A ratio is nobody's without the name of the run.
    let is_ratio = plots.iter().any(|plot| plot.chart.ratio_to.is_some());
    if curves.is_empty() || (curves.len() < 2 && !is_ratio) {
        return (Vec::new(), 0.0);
    }
    let entries = curves
        .into_iter()
        .map(|drawn| Entry {
            drawn,
            text: clean(&drawn.curve.name),
        })
        .collect();
    place(entries, corner, room, rows.max(1), colours, unit)
}

fn place(
    entries: Vec<Entry<'_>>,
    corner: Spot,
    room: f64,
    rows: usize,
    colours: &Colours,
    unit: f64,
) -> (Vec<Mark>, f64) {
    let (size, gap) = (TEXT * unit, GAP * unit);
    let all = entries.len();
    let words = |at: Spot, text: String, colour| Mark::Text {
        at: Spot {
            x: at.x,
            y: base_line(at.y, size),
        },
        text,
        size,
        weight: Weight::Regular,
        colour,
        anchor: Anchor::Start,
        is_upward: false,
        halo: None,
    };
    let more = |left: usize| format!("and {} more", count(left as u64));
    let for_more = width(&more(all), size, Weight::Regular) + BETWEEN * unit;
    let mut marks = Vec::new();
    let (mut x, mut row) = (0.0, 0);
    let middle = |row: usize| {
        #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
        let row = row as f64;
        corner.y + (row + 0.5) * ROW * unit
    };
    for (index, entry) in entries.into_iter().enumerate() {
        let (drawn, sample) = (entry.drawn, SAMPLE * unit + gap);
        let text = fitted(&entry.text, room - sample, size, Weight::Regular);
        let wide = sample + width(&text, size, Weight::Regular);
        let is_last_row = row + 1 == rows;
        let left = if is_last_row && index + 1 < all {
            room - for_more
        } else {
            room
        };
        if x > 0.0 && x + wide > left {
            if is_last_row {
                let at = Spot {
                    x: corner.x + x,
                    y: middle(row),
                };
                marks.push(words(at, more(all - index), colours.quiet));
                break;
            }
            (x, row) = (0.0, row + 1);
        }
        let at = Spot {
            x: corner.x + x,
            y: middle(row),
        };
        let after = Spot {
            x: at.x + sample,
            y: at.y,
        };
        let end = Spot {
            x: at.x + SAMPLE * unit,
            y: at.y,
        };
        let mid = Spot {
            x: at.x + SAMPLE * unit / 2.0,
            y: at.y,
        };
        let colour = drawn.look.rgb(colours.series);
        marks.push(Mark::Group(Group {
            class: "entry",
            marks: vec![
                Mark::line(at, end, line_stroke(drawn.look.dash, colour, unit)),
                sign(mid, drawn, colours, unit),
                words(after, text, colours.text),
            ],
            ..Group::default()
        }));
        x += wide + BETWEEN * unit;
    }
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    let height = (row + 1) as f64 * ROW * unit;
    let group = Mark::Group(Group {
        class: "legend",
        marks,
        ..Group::default()
    });
    (vec![group], height)
}
