//! The question about an export: what, how large, and what is left out.

use egui::Ui;

use super::{ExportForm, Kind};
use crate::chart::picture::{GREATEST_SIZE, LEAST_SIZE, MAX_SCALE, MIN_SCALE, Theme};
use crate::gui::theme::space;
use crate::gui::widgets::{Field, note};

/// Width of a field for a number.
const NUMBER: f32 = 120.0;

/// Shows the question's fields; whether all of them can be used.
pub fn show(ui: &mut Ui, form: &mut ExportForm) -> bool {
    note(ui, "What");
    for (kind, name) in Kind::ALL {
        ui.radio_value(&mut form.kind, kind, name);
    }
    ui.add_space(space::MEDIUM);
    let mut is_sound = true;
    if form.kind.is_picture() {
        is_sound = size(ui, form);
    }
    let hint = "Nothing: what was measured, and when.";
    Field::new("Title").hint(hint).show(ui, &mut form.title);
    ui.add_space(space::SMALL);
    ui.checkbox(&mut form.hide_addresses, "Hide addresses")
        .on_hover_text("Leaves out hosts, addresses and interfaces, in all that is written.");
    note(
        ui,
        match form.kind {
            Kind::Svg | Kind::Png => {
                "The plots as they are now: axes, hidden curves, model, landmarks."
            }
            Kind::Html => {
                "One file: plots, figures, comparison, model, method, profile, machine, transcript."
            }
            Kind::Csv => "A row for each probe of the runs that are drawn.",
        },
    );
    is_sound
}

fn size(ui: &mut Ui, form: &mut ExportForm) -> bool {
    let side = |text: &str, least: u32, most: u32| {
        let number = text.trim().parse::<u32>().ok();
        match number.filter(|number| (least..=most).contains(number)) {
            Some(_) => None,
            None => Some(format!("a whole number from {least} to {most}")),
        }
    };
    let width = side(&form.width, LEAST_SIZE.0, GREATEST_SIZE.0);
    let height = side(&form.height, LEAST_SIZE.1, GREATEST_SIZE.1);
    let scale = match form.scale.trim().parse::<f64>() {
        Ok(scale) if (MIN_SCALE..=MAX_SCALE).contains(&scale) => None,
        _ => Some(format!("a number from {MIN_SCALE} to {MAX_SCALE}")),
    };
    ui.horizontal_top(|ui| {
        let number =
            |name: &'static str, unit: &'static str| Field::new(name).unit(unit).width(NUMBER);
        number("Width", "points")
            .problem(width.as_deref())
            .show(ui, &mut form.width);
        number("Height", "points")
            .problem(height.as_deref())
            .show(ui, &mut form.height);
        if form.kind == Kind::Png {
            number("Scale", "pixels a point")
                .problem(scale.as_deref())
                .show(ui, &mut form.scale);
        }
    });
    ui.horizontal(|ui| {
        note(ui, "Ground");
        ui.radio_value(&mut form.theme, Theme::Light, "Light");
        ui.radio_value(&mut form.theme, Theme::Dark, "Dark");
    });
    width.is_none() && height.is_none() && (form.kind != Kind::Png || scale.is_none())
}
