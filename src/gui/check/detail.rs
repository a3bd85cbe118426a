//! Everything about one check: what was sent and expected, what came, the bytes, and the rule.

use egui::{
    Align, CornerRadius, Frame, Grid, Label, Layout, Margin, RichText, ScrollArea, Stroke, Ui,
};

use super::super::theme::{Palette, RADIUS, medium, space, text_size};
use super::super::transcript::Way;
use super::super::transcript_tab::arrow;
use super::super::widgets::{note, plain_bars};
use super::sheet::{Row, Sheet, Stage};
use super::table::color;
use super::text;
use crate::check::{Checked, Event, Line, rule};

/// Width of the words at the left.
const WORD: f32 = 72.0;

/// Shows the check, or what can be chosen.
pub fn show(sheet: &Sheet, row: Option<&Row>, ui: &mut Ui) {
    let palette = Palette::of(ui);
    let room = ui.available_size();
    Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin::same(10))
        .show(ui, |ui| {
            ui.set_min_size(room - egui::Vec2::splat(22.0));
            let Some(row) = row else {
                note(
                    ui,
                    "Choose a check to see what was sent, what came, and its rule.",
                );
                return;
            };
            title(sheet, row, ui);
            ui.spacing_mut().scroll = plain_bars();
            ScrollArea::vertical()
                .id_salt("detail")
                .auto_shrink([false, false])
                .show(ui, |ui| all(row, ui));
        });
}

fn title(sheet: &Sheet, row: &Row, ui: &mut Ui) {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let hint = "Copies all of this as text.";
            if ui.button("Copy check").on_hover_text(hint).clicked() {
                ui.ctx().copy_text(text::one(sheet, row));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let word = RichText::new(text::outcome(row)).color(color(row, palette));
                ui.label(word.family(medium()));
                let name = format!("{}. {}", row.number, row.title);
                let name = RichText::new(name).family(medium()).size(text_size::TITLE);
                ui.add(Label::new(name).truncate());
            });
        });
    });
    ui.add_space(space::SMALL);
}

fn all(row: &Row, ui: &mut Ui) {
    let came = row.checked().map(|checked| checked.detail.as_str());
    let lines = [
        ("Sent", Some(row.sends.as_str())),
        ("Expected", Some(row.expects.as_str())),
        ("Found", came.filter(|text| !text.is_empty())),
    ];
    for (word, said) in lines {
        if let Some(said) = said {
            told(ui, word, said);
        }
    }
    for remark in row
        .checked()
        .into_iter()
        .flat_map(|checked| &checked.remarks)
    {
        told(ui, "Remark", &format!("{remark}."));
    }
    match rule(&row.rule) {
        Some(rule) => {
            told(ui, "Rule", &format!("{}: {}.", rule.number, rule.heading));
            if !rule.text.is_empty() {
                told(ui, "", &rule.text);
            }
        }
        None => told(ui, "Rule", &row.rule),
    }
    ui.add_space(space::SMALL);
    match (&row.stage, row.checked()) {
        (_, Some(checked)) if !checked.exchange.is_empty() => exchange(checked, ui),
        (Stage::Done(_), _) => {
            note(ui, "Nothing went over the wire.");
        }
        _ => {
            note(ui, "Its bytes appear here when it is done.");
        }
    }
}

/// A word at the left, and what there is to say at the right.
fn told(ui: &mut Ui, word: &str, said: &str) {
    let faint = Palette::of(ui).faint;
    ui.horizontal_top(|ui| {
        let size = egui::vec2(WORD, ui.text_style_height(&egui::TextStyle::Body));
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Min), |ui| {
            ui.set_min_width(WORD);
            if !word.is_empty() {
                ui.label(RichText::new(word).size(text_size::SMALL).color(faint));
            }
        });
        let mut said = RichText::new(said);
        if word.is_empty() {
            said = said.color(faint);
        }
        ui.add(Label::new(said).wrap());
    });
}

/// The bytes, a line each.
fn exchange(checked: &Checked, ui: &mut Ui) {
    let palette = Palette::of(ui);
    ui.label(RichText::new("On the wire").family(medium()));
    note(
        ui,
        "Milliseconds since the check began. Bytes are escaped: \\n is the end of a line.",
    );
    let several = checked.exchange.iter().any(|line| line.connection > 1);
    let columns = if several { 4 } else { 3 };
    Grid::new("on the wire")
        .num_columns(columns)
        .spacing([space::MEDIUM, 2.0])
        .min_col_width(0.0)
        .show(ui, |ui| {
            for line in &checked.exchange {
                ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                    note(ui, line.milliseconds());
                });
                if several {
                    let number = match line.connection {
                        0 => String::new(),
                        number => format!("c{number}"),
                    };
                    note(ui, number).on_hover_text("Which connection of this check.");
                }
                arrow(ui, way(line), palette);
                said(ui, line, palette);
                ui.end_row();
            }
        });
    if checked.lines_omitted > 0 {
        note(ui, text::left_out(checked));
    }
}

/// Which way the bytes went; we stand at the left.
fn way(line: &Line) -> Option<Way> {
    match line.event {
        Event::Sent => Some(Way::ToServer),
        Event::Received => Some(Way::ToClient),
        _ => None,
    }
}

fn said(ui: &mut Ui, line: &Line, palette: &Palette) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let is_bytes = line.bytes > 0;
        if !line.event.word().is_empty() {
            note(ui, line.event.word());
        }
        if is_bytes {
            let bytes = RichText::new(format!("\"{}\"", line.text)).monospace();
            ui.add(Label::new(bytes.color(palette.text)).wrap());
        } else if !line.text.is_empty() {
            note(ui, line.text.as_str());
        }
        if let Some(pieces) = line.pieces_in_words() {
            note(ui, pieces);
        }
    });
}
