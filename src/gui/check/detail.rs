//! Everything about one check: what was sent and expected, what came, the bytes, and the rule.

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, CornerRadius, FontId, Frame, Label, Layout, Margin, RichText, ScrollArea, Stroke,
    TextStyle, Ui, vec2,
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
/// Widths of the columns before the bytes: time, connection, mark.
const TIME: f32 = 52.0;
const NUMBER: f32 = 20.0;
const MARK: f32 = 28.0;

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
            ui.set_min_size(room - egui::Vec2::splat(24.0));
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
                .show(ui, |ui| all(sheet, row, ui));
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

fn all(sheet: &Sheet, row: &Row, ui: &mut Ui) {
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
        _ if sheet.report.is_some() => {
            note(ui, "The check was stopped before this was done.");
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
    for line in &checked.exchange {
        ui.horizontal_top(|ui| {
            column(ui, TIME, Layout::right_to_left(Align::Min), |ui| {
                note(ui, line.milliseconds());
            });
            if several {
                column(ui, NUMBER, Layout::left_to_right(Align::Min), |ui| {
                    if line.connection > 0 {
                        let number = format!("c{}", line.connection);
                        note(ui, number).on_hover_text("Which connection of this check.");
                    }
                });
            }
            column(ui, MARK, Layout::left_to_right(Align::Center), |ui| {
                arrow(ui, way(line), palette);
            });
            ui.add(Label::new(said(line, palette)).wrap());
        });
    }
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

/// A column of so many points.
fn column(ui: &mut Ui, width: f32, layout: Layout, contents: impl FnOnce(&mut Ui)) {
    let size = vec2(width, ui.text_style_height(&TextStyle::Small));
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        ui.set_max_width(width);
        contents(ui);
    });
}

/// What happened, and its bytes.
fn said(line: &Line, palette: &Palette) -> LayoutJob {
    let format = |font: FontId, color| TextFormat::simple(font, color);
    let small = || FontId::proportional(text_size::SMALL);
    let mut job = LayoutJob::default();
    let word = line.event.word();
    if !word.is_empty() {
        job.append(&format!("{word}  "), 0.0, format(small(), palette.faint));
    }
    if line.bytes > 0 {
        let bytes = format!("\"{}\"", line.text);
        let font = FontId::monospace(text_size::SMALL);
        job.append(&bytes, 0.0, format(font, palette.text));
    } else {
        job.append(&line.text, 0.0, format(small(), palette.faint));
    }
    if let Some(pieces) = line.pieces_in_words() {
        let pieces = format!("  {pieces}");
        job.append(&pieces, 0.0, format(small(), palette.faint));
    }
    job
}
