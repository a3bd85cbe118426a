//! The few controls the window is made of: cards, labelled fields, a switch, size chips.

use egui::{
    Align, Color32, ComboBox, CornerRadius, FontId, Frame, Layout, Margin, Response, RichText,
    Role, Sense, Stroke, TextEdit, Ui, WidgetInfo,
    style::{ScrollFadeStyle, ScrollStyle},
    vec2,
};

use super::theme::{Palette, RADIUS, medium, space, text_size};

/// Stands where a figure is that is not in sight as a whole.
pub const CUT: &str = "…";

/// A titled group of controls.
pub fn card<R>(ui: &mut Ui, title: &str, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let palette = Palette::of(ui);
    let result = Frame::new()
        .fill(palette.card)
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin::same(10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(RichText::new(title).family(medium()).size(text_size::TITLE));
            ui.add_space(space::SMALL);
            contents(ui)
        })
        .inner;
    ui.add_space(space::MEDIUM);
    result
}

/// A text field with its name above, its unit inside, and what is wrong with it below.
pub struct Field<'a> {
    name: &'a str,
    unit: &'a str,
    hint: &'a str,
    empty: &'a str,
    problem: Option<&'a str>,
    enabled: bool,
    secret: bool,
    width: f32,
}

impl<'a> Field<'a> {
    /// A field; `name` is also its accessible name.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        Self {
            name,
            unit: "",
            hint: "",
            empty: "",
            problem: None,
            enabled: true,
            secret: false,
            width: f32::INFINITY,
        }
    }

    /// The unit shown at its end.
    #[must_use]
    pub fn unit(mut self, unit: &'a str) -> Self {
        self.unit = unit;
        self
    }

    /// What to write, shown on hover.
    #[must_use]
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// What an empty field stands for, shown in its place.
    #[must_use]
    pub fn empty(mut self, empty: &'a str) -> Self {
        self.empty = empty;
        self
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problem(mut self, problem: Option<&'a str>) -> Self {
        self.problem = problem;
        self
    }

    /// Whether it can be changed.
    #[must_use]
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Shows dots for what is written.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Its width in points.
    #[must_use]
    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Shows it.
    pub fn show(self, ui: &mut Ui, text: &mut String) -> Response {
        let palette = Palette::of(ui);
        let width = self.width.min(ui.available_width());
        ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            let name = caption(ui, self.name);
            let unit = RichText::new(self.unit)
                .size(text_size::SMALL)
                .color(palette.faint);
            let mut edit = TextEdit::singleline(text)
                .desired_width(width)
                .margin(Margin::symmetric(8, 5))
                .hint_text(self.empty)
                .password(self.secret)
                .suffix(unit);
            if self.problem.is_some() {
                let stroke = Stroke::new(1.5, palette.error);
                edit = edit.frame(
                    Frame::new()
                        .fill(palette.field)
                        .corner_radius(CornerRadius::same(RADIUS))
                        .stroke(stroke)
                        .inner_margin(Margin::symmetric(8, 5)),
                );
            }
            let mut response = ui.add_enabled(self.enabled, edit).labelled_by(name.id);
            if !self.hint.is_empty() {
                response = response.on_hover_text(self.hint);
            }
            if let Some(problem) = self.problem {
                ui.label(
                    RichText::new(problem)
                        .size(text_size::SMALL)
                        .color(palette.error),
                );
            }
            ui.add_space(space::SMALL);
            response
        })
        .inner
    }
}

/// A drop-down list with its name above, as wide as there is room. `hint` says what a choice means.
pub fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    chosen: &mut T,
    choices: &[T],
    text: impl Fn(T) -> &'static str,
    hint: impl Fn(T) -> &'static str,
) -> Response {
    let label = caption(ui, name);
    let mut response = ComboBox::from_id_salt(name)
        .width(ui.available_width())
        .selected_text(text(*chosen))
        .show_ui(ui, |ui| {
            for choice in choices {
                let entry = ui.selectable_value(chosen, *choice, text(*choice));
                if !hint(*choice).is_empty() {
                    entry.on_hover_text(hint(*choice));
                }
            }
        })
        .response
        .labelled_by(label.id);
    if !hint(*chosen).is_empty() {
        response = response.on_hover_text(hint(*chosen));
    }
    ui.add_space(space::SMALL);
    response
}

/// Two controls beside each other, half the room each.
pub fn halves<R>(ui: &mut Ui, left: impl FnOnce(&mut Ui) -> R, right: impl FnOnce(&mut Ui) -> R) {
    ui.horizontal_top(|ui| {
        let half = (ui.available_width() - space::MEDIUM) / 2.0;
        let layout = Layout::top_down(Align::Min);
        ui.allocate_ui_with_layout(vec2(half, 0.0), layout, |ui| {
            ui.set_width(half);
            left(ui);
        });
        ui.allocate_ui_with_layout(vec2(half, 0.0), layout, |ui| {
            ui.set_width(half);
            right(ui);
        });
    });
}

/// The title of a group of controls within a card.
pub fn group(ui: &mut Ui, title: &str) {
    ui.add_space(space::SMALL);
    let text = RichText::new(title).family(medium()).size(text_size::BODY);
    ui.label(text);
}

/// The name of a control, small, above it.
pub fn caption(ui: &mut Ui, name: &str) -> Response {
    let faint = Palette::of(ui).faint;
    ui.label(RichText::new(name).size(text_size::SMALL).color(faint))
}

/// How wide a text is in a line.
#[must_use]
pub fn text_width(ui: &Ui, text: &str, font: FontId) -> f32 {
    let colour = Color32::PLACEHOLDER;
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, colour);
    galley.size().x
}

/// Scroll bars that are seen wherever something is out of sight.
#[must_use]
pub fn plain_bars() -> ScrollStyle {
    ScrollStyle {
        floating_allocated_width: 8.0,
        bar_width: 8.0,
        floating_width: 6.0,
        // In the colour of the text: on white, that of buttons could not be seen.
        foreground_color: true,
        dormant_handle_opacity: 0.4,
        active_handle_opacity: 0.5,
        interact_handle_opacity: 0.8,
        // What is dimmed is harder to read, and the bar says that there is more.
        fade: ScrollFadeStyle {
            strength: 0.0,
            ..ScrollFadeStyle::default()
        },
        ..ScrollStyle::thin()
    }
}

/// Small grey text.
pub fn note(ui: &mut Ui, text: impl Into<String>) -> Response {
    let faint = Palette::of(ui).faint;
    ui.label(RichText::new(text).size(text_size::SMALL).color(faint))
}

/// A small button that fills a field.
pub fn chip(ui: &mut Ui, text: &str, is_chosen: bool, hint: &str) -> bool {
    let text = RichText::new(text).size(text_size::SMALL);
    let button = egui::Button::new(text)
        .selected(is_chosen)
        .min_size(vec2(0.0, 22.0))
        .corner_radius(CornerRadius::same(11));
    ui.scope(|ui| {
        ui.spacing_mut().button_padding = vec2(8.0, 2.0);
        ui.add(button).on_hover_text(hint).clicked()
    })
    .inner
}

/// A switch with its name beside it.
pub fn switch(ui: &mut Ui, is_on: bool, name: &str) -> Response {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        let size = vec2(36.0, 20.0);
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
        if response.clicked() {
            response.mark_changed();
        }
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, is_on, name));
        let (fill, knob) = if is_on {
            (palette.accent, palette.on_accent)
        } else {
            (palette.field, palette.faint)
        };
        let border = if response.has_focus() || response.hovered() {
            palette.text
        } else {
            palette.line
        };
        let radius = rect.height() / 2.0;
        ui.painter().rect(
            rect,
            CornerRadius::same(10),
            fill,
            Stroke::new(1.0, border),
            egui::StrokeKind::Inside,
        );
        let x = if is_on {
            rect.right() - radius
        } else {
            rect.left() + radius
        };
        ui.painter()
            .circle_filled(egui::pos2(x, rect.center().y), radius - 4.0, knob);
        let label = ui.add(
            egui::Label::new(name)
                .sense(Sense::click())
                .selectable(false),
        );
        if label.clicked() {
            response.mark_changed();
        }
        response
    })
    .inner
}

/// A dot that says a state beside its words.
pub fn dot(ui: &mut Ui, color: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}
