//! Tables that may be wider than their room. The columns that name the rows, and all sentences, stay where
//! they are while the figures scroll sideways under the tab's one scroll bar; a figure is shown whole or
//! not at all, so that none is read without its last digits.

use egui::{
    Align2, Frame, Grid, Label, Margin, Rangef, Rect, RichText, Role, Sense, Shape, Stroke,
    TextStyle, TextWrapMode, Ui, UiBuilder, WidgetInfo, WidgetText, pos2, vec2,
};

use super::super::theme::{Palette, space, text_size};
use super::super::widgets::CUT;

/// The least part of a cell in which it is said that there is more.
const LEAST_CUT: f32 = 14.0;

/// How far the ground of a row reaches beyond its text to either side.
const STRIPE_MARGIN: i8 = 4;
const STRIPE_CORNER: f32 = 2.0;

/// What is in sight of the tab's contents.
#[derive(Clone, Copy)]
pub struct Sight(Rect);

impl Sight {
    /// The part that a scroll area shows.
    #[must_use]
    pub fn new(viewport: Rect) -> Self {
        Self(viewport)
    }

    /// Draws what stays in sight however far is scrolled sideways, and is as wide as what is in sight.
    pub fn stay<R>(self, ui: &mut Ui, draw: impl FnOnce(&mut Ui) -> R) -> R {
        let left = ui.max_rect().left() + self.0.left();
        let top_left = pos2(left, ui.cursor().top());
        let room = Rect::from_min_size(top_left, vec2(self.0.width(), f32::INFINITY));
        ui.scope_builder(UiBuilder::new().max_rect(room), |ui| {
            ui.set_max_width(self.0.width());
            draw(ui)
        })
        .inner
    }

    /// Draws a table: the columns that stay, and those that scroll.
    pub fn table(self, ui: &mut Ui, id: (&str, u64), rows: &[Vec<Cell<'_>>], stay: usize) {
        let columns = rows.first().map_or(0, Vec::len);
        let grid = |part: &str, columns: usize| {
            Grid::new((id, part))
                .num_columns(columns)
                .spacing([space::LARGE, space::SMALL])
        };
        // Behind both grids, drawn when it is known how far they reach.
        let stripes = ui.painter().add(Shape::Noop);
        let top = ui.cursor().top();
        let left = ui.max_rect().left();
        let mut tops = Vec::with_capacity(rows.len() + 1);
        let names = self.stay(ui, |ui| {
            let inside = Margin::symmetric(STRIPE_MARGIN, 0);
            let names = Frame::NONE.inner_margin(inside).show(ui, |ui| {
                grid("names", stay).show(ui, |ui| {
                    for row in rows {
                        tops.push(ui.cursor().top());
                        row.iter().take(stay).for_each(|cell| cell.show(ui));
                        ui.end_row();
                    }
                    tops.push(ui.cursor().top());
                });
            });
            names.response.rect
        });
        let gap = space::LARGE - f32::from(STRIPE_MARGIN);
        // All tables share a scroll bar, which goes as far as the widest: none scrolls further than what it
        // has to show itself.
        let known = ui.scope_id().with(id).with("width");
        let width: f32 = ui.data(|data| data.get_temp(known)).unwrap_or(f32::MAX);
        let most = (names.width() + gap + width - self.0.width()).max(0.0);
        let ahead = (self.0.left() - most).max(0.0);
        let begin = pos2(left + names.width() + gap + ahead, top);
        let room = Rect::from_min_max(begin, ui.max_rect().max.max(begin));
        let mut figures = ui.new_child(UiBuilder::new().max_rect(room));
        let mut seen = figures.clip_rect();
        seen.min.x = seen.min.x.max(names.right() + space::LARGE / 2.0);
        figures.set_clip_rect(seen);
        grid("figures", columns.saturating_sub(stay)).show(&mut figures, |ui| {
            for row in rows {
                row.iter().skip(stay).for_each(|cell| cell.show(ui));
                ui.end_row();
            }
        });
        let figures = figures.min_rect();
        let right = figures.right() + f32::from(STRIPE_MARGIN);
        let width_now = right - begin.x;
        if (width_now - width).abs() > 0.5 {
            ui.data_mut(|data| data.insert_temp(known, width_now));
            ui.ctx().request_repaint();
        }
        let across = Rangef::new(names.left(), right.max(names.right()));
        ui.painter().set(stripes, striped(ui, across, &tops));
        if figures.left() < seen.left() || figures.right() > seen.right() {
            let line = Stroke::new(1.0, Palette::of(ui).line);
            ui.painter().vline(seen.left(), names.y_range(), line);
        }
        let end = pos2(right - ahead, figures.bottom()).max(names.left_bottom());
        let taken = Rect::from_min_max(pos2(left, top), end);
        ui.allocate_rect(taken, Sense::hover());
    }
}

/// The ground of every second row under the heads, as wide as the table. `tops` are those of the rows, and
/// of what follows the last.
fn striped(ui: &Ui, across: Rangef, tops: &[f32]) -> Shape {
    let rows = tops.windows(2).skip(1).step_by(2);
    let stripes = rows.map(|row| {
        let down = Rangef::new(row[0], row[1]);
        let place = Rect::from_x_y_ranges(across, down).translate(vec2(0.0, -space::SMALL / 2.0));
        Shape::rect_filled(place, STRIPE_CORNER, ui.visuals().faint_bg_color)
    });
    Shape::Vec(stripes.collect())
}

/// A cell of a table.
#[derive(Clone)]
pub struct Cell<'a> {
    text: RichText,
    hover: Option<&'a str>,
}

impl<'a> Cell<'a> {
    /// The head of a column.
    #[must_use]
    pub fn head(ui: &Ui, text: &str) -> Self {
        let faint = Palette::of(ui).faint;
        Self::new(RichText::new(text).size(text_size::SMALL).color(faint))
    }

    /// What stands under one.
    #[must_use]
    pub fn new(text: impl Into<RichText>) -> Self {
        Self {
            text: text.into(),
            hover: None,
        }
    }

    /// What is said of it where the pointer rests on it.
    #[must_use]
    pub fn on_hover(mut self, text: &'a str) -> Self {
        self.hover = Some(text);
        self
    }

    fn show(&self, ui: &mut Ui) {
        let text = WidgetText::from(self.text.clone());
        let galley = text.into_galley(
            ui,
            Some(TextWrapMode::Extend),
            f32::INFINITY,
            TextStyle::Body,
        );
        let left = ui.cursor().left();
        let (place, seen) = (left..=left + galley.size().x, ui.clip_rect().x_range());
        let is_whole = seen.min <= *place.start() + 0.5 && *place.end() <= seen.max + 0.5;
        let response = if is_whole || ui.is_sizing_pass() {
            ui.add(Label::new(self.text.clone()).extend())
        } else {
            let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, galley.text()));
            let part = rect.intersect(ui.clip_rect());
            if part.width() > LEAST_CUT {
                let font = TextStyle::Body.resolve(ui.style());
                let faint = Palette::of(ui).faint;
                ui.painter()
                    .text(part.center(), Align2::CENTER_CENTER, CUT, font, faint);
            }
            response
        };
        if let Some(text) = self.hover {
            response.on_hover_text(text);
        }
    }
}
