//! An export as bytes. Pictures and reports are made whole before a file is touched; samples are written
//! as they come.

use std::io::{self, Write};
use std::path::Path;

use super::charts::charts;
use super::form::DEFAULT_SCALE;
use super::{ExportForm, Kind, Material};
use crate::chart::Quantity;
use crate::chart::picture::{DEFAULT_SIZE, Picture, PictureError, PictureOptions, Pixels, Plot};
use crate::report::{self, ReportOptions, ReportRun};
use crate::store::{write_atomically, write_run, write_samples, write_samples_of_runs};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The picture cannot be drawn.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The operating system's reason.
    #[error(transparent)]
    File(#[from] io::Error),
}

impl Material {
    /// Writes the file.
    ///
    /// # Errors
    /// It cannot be drawn, or not be written.
    pub fn write_to(mut self, path: &Path) -> Result<(), ExportError> {
        self.hide();
        let made = match self.form.kind {
            Kind::Svg => Some(self.picture().svg().into_bytes()),
            Kind::Png => Some(self.picture().png(scale(&self.form))?),
            Kind::Html => Some(self.report().into_bytes()),
            Kind::Csv | Kind::Json => None,
        };
        write_atomically(path, |out| match (&made, self.form.kind) {
            (Some(bytes), _) => out.write_all(bytes),
            (None, Kind::Json) => match self.shown_run() {
                Some(run) => write_run(run, out),
                None => Err(io::Error::other("no run is shown")),
            },
            (None, _) => self.write_samples(out),
        })?;
        Ok(())
    }

    /// The plots as pixels.
    ///
    /// # Errors
    /// They cannot be drawn.
    pub fn pixels(&self) -> Result<Pixels, PictureError> {
        self.picture().pixels(scale(&self.form))
    }

    fn picture(&self) -> Picture {
        let charts = charts(self, self.form.plots.quantities());
        let plots: Vec<Plot<'_>> = charts.iter().map(Plot::from).collect();
        let options = PictureOptions {
            size: self.form.measures().map_or(DEFAULT_SIZE, |(size, _)| size),
            theme: self.form.theme,
            title: self.title(),
            ..PictureOptions::default()
        };
        Picture::of(&plots, &options)
    }

    /// A report compares with its first run: that is the baseline, as in the window.
    fn report(&self) -> String {
        let charts = charts(self, &Quantity::ALL);
        let plots: Vec<Plot<'_>> = charts.iter().map(Plot::from).collect();
        let mut runs: Vec<_> = self.runs().collect();
        runs.sort_by_key(|named| Some(named.id) != self.baseline);
        let runs: Vec<ReportRun<'_>> = runs
            .iter()
            .map(|named| ReportRun {
                run: named.content,
                name: &named.name,
                colour: named.colour,
            })
            .collect();
        let options = ReportOptions {
            title: self.title(),
            plots: &plots,
            checks: self.check.as_deref().map_or(&[], std::slice::from_ref),
        };
        report::html(&runs, &options)
    }

    fn write_samples(&self, out: &mut dyn Write) -> io::Result<()> {
        let runs: Vec<_> = self.runs().collect();
        match runs.as_slice() {
            [one] => write_samples(one.content, out),
            several => {
                let runs: Vec<_> = several
                    .iter()
                    .map(|named| (named.name.as_str(), named.content))
                    .collect();
                write_samples_of_runs(&runs, out)
            }
        }
    }
}

fn scale(form: &ExportForm) -> f64 {
    form.measures().map_or(DEFAULT_SCALE, |(_, scale)| scale)
}
