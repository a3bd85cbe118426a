//! The table of the checks: a row for each, which is chosen with a click or with the arrow keys.

use std::f32::consts::TAU;
use std::time::Duration;

use egui::{
    Align, Color32, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Shape, Stroke, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use super::super::theme::{Palette, RADIUS, ROW_HEIGHT, medium, space, text_size};
use super::super::widgets::{note, plain_bars};
use super::CheckView;
use super::sheet::{Row, Sheet, Stage};
use super::text::outcome;
use crate::check::Verdict;

/// How often what is under way moves.
pub const STEP: Duration = Duration::from_millis(100);
/// Height of a row.
const ROW: f32 = ROW_HEIGHT + 2.0;
/// Widths of the columns: number, rule, outcome; the title has a share of the rest.
const NUMBER: f32 = 28.0;
const RULE: f32 = 36.0;
const OUTCOME: f32 = 116.0;
const TITLE_SHARE: f32 = 0.55;
/// The most and the least that a title has.
const TITLE: (f32, f32) = (180.0, 300.0);

/// Where the columns of a row are.
fn columns(row: Rect) -> [Rect; 5] {
    let rest = row.width() - NUMBER - RULE - OUTCOME - 2.0 * space::SMALL;
    let (least, most) = TITLE;
    let title = (rest * TITLE_SHARE).clamp(least, most).min(rest.max(0.0));
    let mut left = row.left() + space::SMALL;
    let mut next = |width: f32| {
        let column = Rect::from_min_size(
            pos2(left, row.top()),
            vec2((width - space::MEDIUM).max(0.0), row.height()),
        );
        left += width;
        column
    };
    [
        next(NUMBER),
        next(RULE),
        next(title),
        next(OUTCOME),
        next(rest - title),
    ]
}

/// Shows the table; gives the check that was chosen now.
pub fn show(view: &CheckView, ui: &mut Ui) -> Option<usize> {
    head(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.spacing_mut().scroll = plain_bars();
    let looked_at = view.looked_at().map(|row| row.number);
    let under_way = view.sheet.as_ref().and_then(Sheet::under_way);
    // Once it has ended, what is looked at is brought into sight.
    let sheet = view.sheet.as_ref();
    let has_ended = sheet.is_some_and(|sheet| sheet.report.is_some());
    let wanted = under_way.or(looked_at.filter(|_| has_ended));
    let follows = view.chosen.is_none() && under_way != view.followed;
    let mut chosen = None;
    ScrollArea::vertical()
        .id_salt("rows")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let mut is_empty = true;
            for (place, row) in view.rows().enumerate() {
                is_empty = false;
                let is_chosen = looked_at == Some(row.number);
                let to_sight = follows && wanted == Some(row.number);
                if self::row(ui, row, place, is_chosen, to_sight) {
                    chosen = Some(row.number);
                }
            }
            if is_empty {
                note(ui, "No check was failed.");
            }
        });
    chosen
}

fn head(ui: &mut Ui) {
    // As wide as the rows beside their bar.
    let width = ui.available_width() - plain_bars().floating_allocated_width;
    let (room, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
    let names = ["No.", "Rule", "Check", "Outcome", "What there is to say"];
    for (column, name) in columns(room).into_iter().zip(names) {
        let text = RichText::new(name).family(medium()).size(text_size::SMALL);
        cell(ui, column, text);
    }
}

/// A row; whether it was chosen.
fn row(ui: &mut Ui, row: &Row, place: usize, is_chosen: bool, to_sight: bool) -> bool {
    let palette = Palette::of(ui);
    let width = ui.available_width();
    let (room, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::click());
    let name = format!("Check {}: {}, {}", row.number, row.title, outcome(row));
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, &name));
    let by_keyboard = response.gained_focus() && !response.clicked();
    if to_sight {
        // The view may still change its height in the next picture.
        response.scroll_to_me(Some(Align::Center));
    } else if by_keyboard {
        response.scroll_to_me(None);
    }
    let visuals = ui.visuals();
    let fill = if is_chosen {
        visuals.selection.bg_fill
    } else if response.hovered() {
        visuals.widgets.hovered.bg_fill
    } else if place.is_multiple_of(2) {
        visuals.faint_bg_color
    } else {
        Color32::TRANSPARENT
    };
    ui.painter().rect_filled(room, RADIUS, fill);
    if response.has_focus() {
        let stroke = Stroke::new(1.0, palette.accent);
        ui.painter()
            .rect_stroke(room, RADIUS, stroke, egui::StrokeKind::Inside);
    }
    let [number, rule, title, result, told] = columns(room);
    let small = |text: &str| RichText::new(text).size(text_size::SMALL);
    cell(ui, number, small(&row.number.to_string()));
    cell(ui, rule, small(&row.rule));
    cell(ui, title, RichText::new(&row.title));
    self::result(ui, result, row, palette);
    let says = row.told();
    if !says.is_empty() {
        cell(ui, told, small(&says).color(palette.faint));
    }
    response.clicked() || by_keyboard
}

fn cell(ui: &mut Ui, room: Rect, text: RichText) {
    let layout = Layout::left_to_right(Align::Center);
    let mut cell = ui.new_child(UiBuilder::new().max_rect(room).layout(layout));
    cell.add(Label::new(text).truncate().selectable(false));
}

/// The colour in which an outcome is said.
pub fn color(row: &Row, palette: &Palette) -> Color32 {
    match &row.stage {
        Stage::NotYet => palette.faint,
        Stage::UnderWay => palette.accent,
        Stage::Done(checked) => match checked.verdict {
            Verdict::Pass => palette.good,
            Verdict::Fail => palette.error,
            Verdict::NotApplicable => palette.faint,
        },
    }
}

/// What came of it: a sign, and the word.
fn result(ui: &mut Ui, room: Rect, row: &Row, palette: &Palette) {
    let color = color(row, palette);
    let middle = pos2(room.left() + 6.0, room.center().y);
    match &row.stage {
        Stage::UnderWay => {
            turning(ui, middle, color);
        }
        Stage::NotYet => {
            let stroke = Stroke::new(1.0, color);
            ui.painter().circle_stroke(middle, 3.0, stroke);
        }
        Stage::Done(checked) if checked.verdict == Verdict::NotApplicable => {
            let (left, right) = (middle - vec2(4.0, 0.0), middle + vec2(4.0, 0.0));
            let stroke = Stroke::new(1.5, color);
            ui.painter().line_segment([left, right], stroke);
        }
        Stage::Done(_) => {
            ui.painter().circle_filled(middle, 4.0, color);
        }
    }
    let mut text = room;
    text.min.x += 16.0;
    let failed = row.verdict() == Some(Verdict::Fail);
    let mut word = RichText::new(outcome(row)).color(color);
    if failed {
        word = word.family(medium());
    }
    let has_remark = row
        .checked()
        .is_some_and(|checked| !checked.remarks.is_empty());
    if has_remark {
        word = RichText::new(format!("{} *", outcome(row))).color(color);
    }
    cell(ui, text, word);
}

/// Three quarters of a circle that turn.
fn turning(ui: &Ui, middle: egui::Pos2, color: Color32) {
    const PARTS: u8 = 18;
    let turns = ui.input(|input| input.time).rem_euclid(1.0);
    #[expect(clippy::cast_possible_truncation, reason = "less than 1")]
    let begin = turns as f32 * TAU;
    let points = (0..=PARTS).map(|part| {
        let angle = begin + TAU * 0.75 * f32::from(part) / f32::from(PARTS);
        middle + 4.0 * vec2(angle.cos(), angle.sin())
    });
    let line = Shape::line(points.collect(), Stroke::new(1.5, color));
    ui.painter().add(line);
}
