//! The question about an export: what, how large, and what is left out.

use egui::Ui;

use super::form::{ExportForm, Kind, Plots, Problems};
use super::{App, Exportable};
use crate::chart::picture::Theme;
use crate::gui::theme::space;
use crate::gui::widgets::{Field, note};

/// Width of a field for a number.
const NUMBER: f32 = 120.0;

/// Shows the question's fields; whether all of them can be used.
pub fn show(app: &App, ui: &mut Ui, form: &mut ExportForm) -> bool {
    note(ui, "What");
    for (kind, name) in Kind::ALL {
        ui.radio_value(&mut form.kind, kind, name);
    }
    ui.add_space(space::MEDIUM);
    let mut is_sound = true;
    if form.kind.is_picture() {
        let problems = form.measures().err().unwrap_or_default();
        is_sound = problems.is_none();
        picture(ui, form, &problems);
    }
    if form.kind.has_title() {
        Field::new("Title")
            .empty("What was measured, and when")
            .show(ui, &mut form.title);
    }
    ui.checkbox(&mut form.hide_addresses, "Hide addresses")
        .on_hover_text("Leaves out hosts, addresses and interfaces, in all that is written.");
    ui.add_space(space::SMALL);
    if form.kind == Kind::Html
        && let Some(check) = app.shown_check()
    {
        ui.checkbox(&mut form.with_check, "With the protocol check")
            .on_hover_text(format!(
                "Adds what the check of {} found: {}",
                check.address,
                check.summary()
            ));
        ui.add_space(space::SMALL);
    }
    let exportable = app.exportable();
    note(ui, holds(form.kind, &exportable));
    if let Some(left_out) = left_out(form.kind, &exportable) {
        note(ui, left_out);
    }
    is_sound && is_there(form.kind, &exportable)
}

/// What can be chosen of a picture.
fn picture(ui: &mut Ui, form: &mut ExportForm, problems: &Problems) {
    ui.horizontal(|ui| {
        note(ui, "Plots");
        for (plots, name) in Plots::ALL {
            ui.radio_value(&mut form.plots, plots, name);
        }
    });
    ui.horizontal_top(|ui| {
        number(
            ui,
            "Width",
            "points",
            &mut form.width,
            problems.width.as_deref(),
        );
        number(
            ui,
            "Height",
            "points",
            &mut form.height,
            problems.height.as_deref(),
        );
        if form.kind == Kind::Png {
            number(
                ui,
                "Scale",
                "pixels a point",
                &mut form.scale,
                problems.scale.as_deref(),
            );
        }
    });
    ui.horizontal(|ui| {
        note(ui, "Theme");
        ui.radio_value(&mut form.theme, Theme::Light, "Light");
        ui.radio_value(&mut form.theme, Theme::Dark, "Dark");
    });
    ui.add_space(space::SMALL);
}

fn number(ui: &mut Ui, name: &str, unit: &str, text: &mut String, problem: Option<&str>) {
    let field = Field::new(name).unit(unit).width(NUMBER);
    field.problem(problem).show(ui, text);
}

/// Whether there is something of this kind to write.
fn is_there(kind: Kind, exportable: &Exportable) -> bool {
    match kind {
        Kind::Svg | Kind::Png => true,
        Kind::Html | Kind::Csv => exportable.has_runs,
        Kind::Json => exportable.shown.is_some(),
    }
}

/// What the file will hold, or why there is none.
fn holds(kind: Kind, exportable: &Exportable) -> String {
    if !is_there(kind, exportable) {
        let why = match (kind, exportable.peers.is_empty()) {
            (Kind::Html, false) => "A report is about runs, and none is drawn that has ended.",
            (Kind::Csv, false) => {
                "No run is drawn that has ended, and results of other tools have no samples."
            }
            _ => "No run is shown that has ended.",
        };
        return why.to_owned();
    }
    match kind {
        Kind::Svg | Kind::Png => {
            "The plots as they are now: axes, hidden curves, model, landmarks.".to_owned()
        }
        Kind::Html => {
            "One file: plots, figures, comparison, model, method, profile, machine, transcript."
                .to_owned()
        }
        Kind::Csv => "A row for each probe of the runs that are drawn.".to_owned(),
        Kind::Json => {
            let name = exportable.shown.as_deref().unwrap_or_default();
            format!("\"{name}\" alone, the run that is shown: everything that is known of it.")
        }
    }
}

/// That a run is drawn in the window alone.
pub fn goes_on(name: &str) -> String {
    format!("\"{name}\" is left out: it goes on.")
}

/// What is drawn in the window and will not be in the file.
fn left_out(kind: Kind, exportable: &Exportable) -> Option<String> {
    if kind == Kind::Json || !is_there(kind, exportable) {
        return None;
    }
    let mut sentences = Vec::new();
    if let Some(name) = &exportable.going_on {
        sentences.push(goes_on(name));
    }
    if !exportable.peers.is_empty() {
        let names: Vec<String> = exportable
            .peers
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect();
        let (names, have) = match names.as_slice() {
            [one] => (one.clone(), "it has"),
            several => (several.join(", "), "they have"),
        };
        match kind {
            Kind::Html => sentences.push(format!(
                "In the plots alone: {names}; {have} no samples to report on."
            )),
            Kind::Csv => sentences.push(format!("Left out: {names}; {have} no samples.")),
            Kind::Svg | Kind::Png | Kind::Json => {}
        }
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exportable(peers: &[&str]) -> Exportable {
        Exportable {
            has_runs: true,
            peers: peers.iter().map(|name| (*name).to_owned()).collect(),
            shown: Some("lab".to_owned()),
            going_on: None,
        }
    }

    #[test]
    fn what_is_left_out_is_named() {
        let with_peers = exportable(&["np", "iperf3"]);
        assert_eq!(left_out(Kind::Svg, &with_peers), None);
        assert_eq!(
            left_out(Kind::Csv, &with_peers).as_deref(),
            Some("Left out: \"np\", \"iperf3\"; they have no samples.")
        );
        assert_eq!(
            left_out(Kind::Html, &exportable(&["np"])).as_deref(),
            Some("In the plots alone: \"np\"; it has no samples to report on.")
        );
        let goes_on = Exportable {
            going_on: Some("this".to_owned()),
            ..exportable(&[])
        };
        for kind in [Kind::Svg, Kind::Png, Kind::Html, Kind::Csv] {
            assert_eq!(
                left_out(kind, &goes_on).as_deref(),
                Some("\"this\" is left out: it goes on.")
            );
        }
        assert_eq!(left_out(Kind::Json, &goes_on), None);
    }

    #[test]
    fn without_a_run_that_has_ended_there_are_pictures_alone() {
        let peers_alone = Exportable {
            has_runs: false,
            shown: None,
            ..exportable(&["np"])
        };
        let there = Kind::ALL.map(|(kind, _)| is_there(kind, &peers_alone));
        assert_eq!(there, [true, true, false, false, false]);
        assert!(holds(Kind::Csv, &peers_alone).contains("have no samples"));
    }
}
