//! Tables that may be wider than their room. The columns that name the rows, and all sentences, stay where
//! they are while the figures scroll sideways under the tab's one scroll bar; a figure is shown whole or
//! not at all, so that none is read without its last digits.

use egui::{
    Align2, Grid, Label, Rect, RichText, Role, Sense, Stroke, TextStyle, TextWrapMode, Ui,
    UiBuilder, WidgetInfo, WidgetText, pos2, vec2,
};

use super::super::theme::{Palette, space, text_size};
use super::super::widgets::CUT;

/// The least part of a cell in which it is said that there is more.
const LEAST_CUT: f32 = 14.0;

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
                .striped(true)
                .spacing([space::LARGE, space::SMALL])
        };
        let top = ui.cursor().top();
        let left = ui.max_rect().left();
        let names = self.stay(ui, |ui| {
            let names = grid("names", stay).show(ui, |ui| {
                for row in rows {
                    row.iter().take(stay).for_each(|cell| cell.show(ui));
                    ui.end_row();
                }
            });
            names.response.rect
        });
        let begin = pos2(left + names.width() + space::LARGE, top);
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
        if figures.left() < seen.left() || figures.right() > seen.right() {
            let line = Stroke::new(1.0, Palette::of(ui).line);
            ui.painter().vline(seen.left(), names.y_range(), line);
        }
        let taken = Rect::from_min_max(pos2(left, top), figures.max.max(names.left_bottom()));
        ui.allocate_rect(taken, Sense::hover());
    }
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
