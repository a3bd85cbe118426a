//! The legend of both plots: what each curve is, hidden by a click, shown alone by a double click.

use std::collections::BTreeSet;

use egui::{Align2, FontId, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::theme::{Palette, space, text_size};
use super::paint;
use crate::chart::{Chart, CurveKey, DrawnCurve};

/// Width of the piece of line before a name.
const SAMPLE: f32 = 44.0;
/// Height of an entry.
const HEIGHT: f32 = 22.0;

/// Shows the legend of a chart, where there is more than one curve, or a ratio, which is nobody's without a
/// name.
pub fn show(ui: &mut Ui, chart: &Chart, hidden: &mut BTreeSet<CurveKey>) {
    let keys: Vec<CurveKey> = chart.curves.iter().map(|drawn| drawn.curve.key).collect();
    hidden.retain(|key| keys.contains(key));
    if keys.len() < 2 && chart.ratio_to.is_none() {
        hidden.clear();
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for drawn in &chart.curves {
            let response = entry(ui, drawn);
            if response.double_clicked() {
                show_alone(drawn.curve.key, &keys, hidden);
            } else if response.clicked() && !hidden.remove(&drawn.curve.key) {
                hidden.insert(drawn.curve.key);
            }
        }
    });
}

/// One curve alone; all of them, where it was alone already.
fn show_alone(key: CurveKey, keys: &[CurveKey], hidden: &mut BTreeSet<CurveKey>) {
    let others: BTreeSet<CurveKey> = keys.iter().copied().filter(|known| *known != key).collect();
    // The first of the two clicks may have hidden the curve itself.
    hidden.remove(&key);
    if *hidden == others {
        hidden.clear();
    } else {
        *hidden = others;
    }
}

fn entry(ui: &mut Ui, drawn: &DrawnCurve) -> Response {
    let palette = Palette::of(ui);
    let name = &drawn.curve.name;
    let text_colour = if drawn.is_hidden {
        palette.faint
    } else {
        palette.text
    };
    let galley = ui.painter().layout_no_wrap(
        name.clone(),
        FontId::proportional(text_size::SMALL),
        text_colour,
    );
    let width = SAMPLE + space::SMALL + galley.size().x + space::MEDIUM;
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
    let painter = ui.painter();
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 3.0, palette.line.gamma_multiply(0.5));
    }
    let colour = if drawn.is_hidden {
        palette.line
    } else {
        palette.series(drawn.look.colour)
    };
    let y = rect.center().y;
    let line = [
        pos2(rect.left() + space::SMALL, y),
        pos2(rect.left() + SAMPLE, y),
    ];
    paint::line(painter, &line, drawn.look.dash, 1.75, colour);
    let middle = pos2(rect.left() + f32::midpoint(SAMPLE, space::SMALL), y);
    painter.add(paint::marker(
        drawn.look.marker,
        middle,
        paint::MARKER,
        colour,
        palette.canvas,
    ));
    let at = pos2(rect.left() + SAMPLE + space::SMALL, y);
    let placed = Align2::LEFT_CENTER.anchor_size(at, galley.size());
    painter.galley(placed.min, galley, text_colour);
    if drawn.is_hidden {
        painter.hline(placed.x_range(), y, egui::Stroke::new(1.0, palette.faint));
    }
    response
        .widget_info(|| WidgetInfo::selected(Role::CheckBox, true, !drawn.is_hidden, name.clone()));
    response.on_hover_text("Click: hide or show. Double-click: this one alone, or all again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::SourceId;

    #[test]
    fn a_double_click_shows_one_alone_and_the_next_shows_all() {
        let keys: Vec<CurveKey> = [0, 10, 50]
            .map(|delay_ms| CurveKey {
                source: SourceId(1),
                delay_ms,
            })
            .into();
        // Its first click has hidden the curve.
        let mut hidden = BTreeSet::from([keys[1]]);
        show_alone(keys[1], &keys, &mut hidden);
        assert_eq!(hidden, BTreeSet::from([keys[0], keys[2]]));
        hidden.insert(keys[1]);
        show_alone(keys[1], &keys, &mut hidden);
        assert!(hidden.is_empty());
    }
}
