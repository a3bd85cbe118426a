//! What leaves the window: the plots as pictures, a report, samples. What is exported is what the plots
//! show, drawn anew from the same figures, on a thread of its own.

mod dialog;
mod make;

use egui::Context;

use super::app::{App, NoticeKind};
use super::compare::PlotView;
use super::file_dialog::Purpose;
use super::library::Content;
use super::modal::Modal;
use crate::chart::picture::{DEFAULT_SIZE, Theme};

pub use dialog::show;
pub use make::{Copying, Material};

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The plots as SVG.
    Svg,
    /// The plots as PNG.
    Png,
    /// A lab report.
    Html,
    /// Every sample.
    Csv,
}

impl Kind {
    /// Every kind, with what it is called.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Svg, "Plots as SVG"),
        (Self::Png, "Plots as PNG"),
        (Self::Html, "Lab report (HTML)"),
        (Self::Csv, "Samples (CSV)"),
    ];

    /// The ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Html => "html",
            Self::Csv => "csv",
        }
    }

    /// Whether it is a picture, whose size can be chosen.
    fn is_picture(self) -> bool {
        matches!(self, Self::Svg | Self::Png)
    }
}

/// What the question about an export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportForm {
    /// What is exported.
    pub kind: Kind,
    /// Width of a picture, as typed.
    pub width: String,
    /// Height of a picture, as typed.
    pub height: String,
    /// Pixels for each point, as typed.
    pub scale: String,
    /// The ground of a picture.
    pub theme: Theme,
    /// What stands above it; that of the runs if it is empty.
    pub title: String,
    /// Whether hosts, addresses and interfaces are left out.
    pub hide_addresses: bool,
}

impl Default for ExportForm {
    fn default() -> Self {
        let (width, height) = DEFAULT_SIZE;
        Self {
            kind: Kind::Png,
            width: width.to_string(),
            height: height.to_string(),
            scale: "2".to_owned(),
            theme: Theme::Light,
            title: String::new(),
            hide_addresses: false,
        }
    }
}

/// Exports that were asked for.
#[derive(Debug, Default)]
pub struct Exports {
    /// The question as it was last answered.
    form: ExportForm,
    /// What is written once a file has been chosen: another run may be shown until then.
    pub(super) wanted: Option<Material>,
    copying: Option<Copying>,
}

impl App {
    /// Whether there is something to export.
    pub(super) fn can_export(&self) -> bool {
        let mut drawn = self.library.drawn();
        drawn.any(|entry| !entry.goes_on())
    }

    /// Asks what to export.
    pub(super) fn ask_export(&mut self) {
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
            match &entry.content {
                Content::Run(kept) => {
                    material.add_run(&entry.name, entry.colour, entry.id, &kept.run);
                }
                Content::Peer(peer) => material.add_peer(&entry.name, entry.colour, entry.id, peer),
            }
        }
        let baseline = self.library.baseline().map(|entry| entry.id);
        material.ratio_to = baseline.filter(|_| self.plot_view() == PlotView::Ratio);
        material
    }

    /// Puts the plots into the clipboard, as a picture in the colours of the window.
    pub(super) fn copy_plots(&mut self, context: &Context) {
        let theme = match context.theme() {
            egui::Theme::Dark => Theme::Dark,
            egui::Theme::Light => Theme::Light,
        };
        let form = ExportForm {
            kind: Kind::Png,
            theme,
            ..ExportForm::default()
        };
        match Copying::begin(self.material(&form), context) {
            Ok(copying) => self.exports.copying = Some(copying),
            Err(error) => self.say(
                NoticeKind::Error,
                format!("The plots were not copied: {error}"),
            ),
        }
    }

    /// Copies a picture that has been drawn meanwhile.
    pub(super) fn take_copied(&mut self, context: &Context) {
        let Some(result) = self.exports.copying.as_ref().and_then(Copying::done) else {
            return;
        };
        self.exports.copying = None;
        match result {
            Ok(image) => {
                context.copy_image(image);
                self.say(
                    NoticeKind::Info,
                    "The plots are in the clipboard, as a picture.",
                );
            }
            Err(why) => self.say(
                NoticeKind::Error,
                format!("The plots were not copied: {why}"),
            ),
        }
    }
}
