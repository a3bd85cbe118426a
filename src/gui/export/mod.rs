//! What leaves the window: the plots as pictures, a report, samples, a run document. What is exported is
//! what the plots show, drawn anew from the same figures, on a thread of its own.
//!
//! | file | what it is |
//! | --- | --- |
//! | `form` | what the question holds, and what is wrong with it |
//! | `dialog` | the question |
//! | `material` | what is exported, taken along from the window |
//! | `charts` | its plots |
//! | `make` | the export as bytes |
//! | `copying` | the plots for the clipboard |

mod charts;
mod copying;
mod dialog;
mod form;
mod make;
mod material;

use egui::Context;

use super::app::{App, NoticeKind};
use super::compare::PlotView;
use super::file_dialog::Purpose;
use super::library::{Content, Entry};
use super::modal::Modal;
use crate::chart::picture::Theme;

use copying::Copying;
pub use dialog::show;
pub use form::{ExportForm, Kind};
pub use make::ExportError;
pub use material::Material;

/// Exports that were asked for.
#[derive(Debug, Default)]
pub struct Exports {
    /// The question as it was last answered.
    form: ExportForm,
    /// What is written once a file has been chosen: another run may be shown until then.
    pub(super) wanted: Option<Material>,
    /// What is being drawn for the clipboard, and what is to be said of what is missing there.
    copying: Option<(Copying, Option<String>)>,
}

impl Exports {
    /// What is being copied, for the line of the state.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        self.copying.as_ref().map(|_| "Copying plots…".to_owned())
    }
}

impl App {
    /// Whether there is something to export.
    pub(super) fn can_export(&self) -> bool {
        let mut drawn = self.library.drawn();
        drawn.any(|entry| !entry.goes_on())
    }

    /// Says why there is nothing to do here yet.
    pub(super) fn say_nothing_to(&mut self, export_or_copy: &str) {
        let why = match self.exportable().going_on {
            Some(name) => {
                format!("\"{name}\" goes on, and is drawn in pictures once it has ended.")
            }
            None => "nothing is measured or opened yet.".to_owned(),
        };
        self.say(
            NoticeKind::Info,
            format!("There is nothing to {export_or_copy}: {why}"),
        );
    }

    /// Asks what to export.
    pub(super) fn ask_export(&mut self) {
        if self.dialogs.is_asking() {
            // Its answer would be taken for that to this question.
            self.say(NoticeKind::Info, "A file dialog is open already.");
            return;
        }
        self.modal = Some(Modal::Export(self.exports.form.clone()));
    }

    /// The question was answered: asks for a file.
    pub(super) fn export(&mut self, form: &ExportForm, context: &Context) {
        self.exports.form = form.clone();
        self.exports.wanted = Some(self.material(form));
        self.choose_file(Purpose::Export(form.kind), context);
    }

    /// What the plots show now, to be drawn elsewhere. A run that goes on is left out: it is not known
    /// yet.
    fn material(&self, form: &ExportForm) -> Material {
        let mut material = Material::new(form, self.chart_wishes());
        for entry in self.library.drawn().filter(|entry| !entry.goes_on()) {
            material.add(entry);
        }
        material.shown = self.run_to_save().map(|entry| entry.id);
        let baseline = self.library.baseline().filter(|entry| !entry.goes_on());
        material.baseline = baseline.map(|entry| entry.id);
        if self.plot_view() == PlotView::Ratio {
            material.draw_ratios_to(baseline);
        }
        if form.kind == Kind::Html && form.with_check {
            material.check = self.shown_check().cloned();
        }
        material
    }

    /// What an export can hold, and what it has to leave out.
    fn exportable(&self) -> Exportable {
        let name = |entry: &Entry| entry.name.clone();
        let drawn = || self.library.drawn();
        let peers = drawn().filter(|entry| matches!(entry.content, Content::Peer(_)));
        Exportable {
            has_runs: drawn().any(|entry| entry.run().is_some() && !entry.goes_on()),
            peers: peers.map(name).collect(),
            shown: self.run_to_save().map(name),
            going_on: drawn().find(|entry| entry.goes_on()).map(name),
        }
    }

    /// Puts the plots into the clipboard, as a picture in the colours of the window.
    pub(super) fn copy_plots(&mut self, context: &Context) {
        let theme = match context.theme() {
            egui::Theme::Dark => Theme::Dark,
            egui::Theme::Light => Theme::Light,
        };
        let form = ExportForm {
            theme,
            ..ExportForm::default()
        };
        let left_out = self.exportable().going_on.as_deref().map(dialog::goes_on);
        match Copying::begin(self.material(&form), context) {
            Ok(copying) => self.exports.copying = Some((copying, left_out)),
            Err(error) => self.say(
                NoticeKind::Error,
                format!("The plots were not copied: {error}"),
            ),
        }
    }

    /// Copies a picture that has been drawn meanwhile.
    pub(super) fn take_copied(&mut self, context: &Context) {
        let Some((copying, left_out)) = self.exports.copying.take() else {
            return;
        };
        let Some(result) = copying.done() else {
            self.exports.copying = Some((copying, left_out));
            return;
        };
        match result {
            Ok(image) => {
                context.copy_image(image);
                let said = "The plots are in the clipboard, as a picture.".to_owned();
                let said = [Some(said), left_out].into_iter().flatten();
                self.say(NoticeKind::Info, said.collect::<Vec<_>>().join(" "));
            }
            Err(why) => self.say(
                NoticeKind::Error,
                format!("The plots were not copied: {why}"),
            ),
        }
    }
}

/// What there is to export, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exportable {
    /// Whether a run is drawn that has ended.
    has_runs: bool,
    /// The results of other tools that are drawn.
    peers: Vec<String>,
    /// The run that is shown, if it has ended.
    shown: Option<String>,
    /// The run that goes on, if it is drawn.
    going_on: Option<String>,
}
