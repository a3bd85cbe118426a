//! An export as bytes: everything that it needs, taken along from the window.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use egui::{ColorImage, Context};

use super::{ExportForm, Kind};
use crate::chart::picture::{DEFAULT_SIZE, Picture, PictureOptions, Plot};
use crate::chart::{Chart, Compared, Content, Quantity, Source, SourceId};
use crate::gui::plots::ChartWishes;
use crate::measurement::{PeerResult, Run, compare_all, fits, landmarks};
use crate::report::{self, Addresses, ReportOptions, ReportRun};
use crate::store::{write_samples, write_samples_of_runs};

/// Something under the name and in the colour it has everywhere.
#[derive(Debug, Clone)]
struct Named<T> {
    name: String,
    colour: usize,
    id: SourceId,
    content: Arc<T>,
}

/// What is exported, and how.
#[derive(Debug, Clone)]
pub struct Material {
    runs: Vec<Named<Run>>,
    peers: Vec<Named<PeerResult>>,
    /// The run to which ratios are drawn, where they are.
    pub ratio_to: Option<SourceId>,
    form: ExportForm,
    wishes: ChartWishes,
}

impl Material {
    /// Nothing yet.
    #[must_use]
    pub fn new(form: &ExportForm, wishes: ChartWishes) -> Self {
        Self {
            runs: Vec::new(),
            peers: Vec::new(),
            ratio_to: None,
            form: form.clone(),
            wishes,
        }
    }

    /// Adds a run.
    pub fn add_run(&mut self, name: &str, colour: usize, id: SourceId, run: &Arc<Run>) {
        self.runs.push(Named {
            name: name.to_owned(),
            colour,
            id,
            content: Arc::clone(run),
        });
    }

    /// Adds a result of another tool.
    pub fn add_peer(&mut self, name: &str, colour: usize, id: SourceId, peer: &Arc<PeerResult>) {
        self.peers.push(Named {
            name: name.to_owned(),
            colour,
            id,
            content: Arc::clone(peer),
        });
    }

    /// What its file is called if nobody says otherwise, without the ending.
    #[must_use]
    pub fn name(&self) -> &str {
        self.runs.first().map_or("plots", |run| run.name.as_str())
    }

    /// The export, whole.
    ///
    /// # Errors
    /// In a sentence, why there is none.
    pub fn bytes(mut self) -> Result<Vec<u8>, String> {
        self.hide();
        match self.form.kind {
            Kind::Svg => Ok(self.picture().svg().into_bytes()),
            Kind::Png => {
                let scale = self.form.scale.trim().parse().unwrap_or(2.0);
                self.picture().png(scale).map_err(|error| error.to_string())
            }
            Kind::Html => self.report(),
            Kind::Csv => self.samples(),
        }
    }

    fn hide(&mut self) {
        if !self.form.hide_addresses {
            return;
        }
        let addresses = Addresses::of(self.runs.iter().map(|named| named.content.as_ref()));
        for named in &mut self.runs {
            named.name = addresses.hidden_in(&named.name);
            named.content = Arc::new(addresses.hidden(&named.content));
        }
        for named in &mut self.peers {
            named.name = addresses.hidden_in(&named.name);
        }
        self.form.title = addresses.hidden_in(&self.form.title);
    }

    fn title(&self) -> String {
        if !self.form.title.trim().is_empty() {
            return self.form.title.trim().to_owned();
        }
        match self.runs.as_slice() {
            [] => String::new(),
            [one] => report::title_of(&one.content),
            several => report::title_of_several(several.iter().map(|named| named.content.as_ref())),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        if let Some(charts) = self.ratios() {
            return charts;
        }
        let source = |name, colour, id, content| Source {
            id,
            name,
            colour,
            content,
        };
        let runs = self.runs.iter().map(|named| {
            let content = Content::Run(&named.content);
            source(named.name.as_str(), named.colour, named.id, content)
        });
        let peers = self.peers.iter().map(|named| {
            let content = Content::Peer(&named.content);
            source(named.name.as_str(), named.colour, named.id, content)
        });
        let sources: Vec<Source<'_>> = runs.chain(peers).collect();
        // As in the window, model and landmarks are those of the run that is shown.
        let shown = self.runs.first();
        let of_shown = shown.map(|named| {
            let fits = fits(&named.content);
            let marks = landmarks(&named.content, &fits);
            (named.id, fits, marks)
        });
        let chart = |quantity| {
            let mut chart = Chart::of(&sources, quantity, &self.wishes.options(quantity));
            if let Some((id, fits, marks)) = &of_shown {
                if self.wishes.has_model() {
                    chart.add_fits(*id, fits);
                }
                chart.add_landmarks(marks, self.wishes.landmarks());
            }
            chart
        };
        Quantity::ALL.into_iter().map(chart).collect()
    }

    /// The plots of the ratios; `None` where figures are drawn.
    fn ratios(&self) -> Option<Vec<Chart>> {
        let baseline = self.ratio_to?;
        let (of_baseline, others): (Vec<_>, Vec<_>) =
            self.runs.iter().partition(|named| named.id == baseline);
        let baseline = of_baseline.first().filter(|_| !others.is_empty())?;
        let of_others: Vec<&Run> = others.iter().map(|named| named.content.as_ref()).collect();
        let comparisons = compare_all(&baseline.content, &of_others);
        let compared: Vec<Compared<'_>> = others
            .iter()
            .zip(&comparisons)
            .map(|(named, comparison)| Compared {
                id: named.id,
                name: &named.name,
                colour: named.colour,
                comparison,
            })
            .collect();
        let chart = |quantity| {
            let options = self.wishes.options(quantity);
            Chart::ratio(&compared, &baseline.name, quantity, &options)
        };
        Some(Quantity::ALL.into_iter().map(chart).collect())
    }

    fn picture(&self) -> Picture {
        let charts = self.charts();
        let plots: Vec<Plot<'_>> = charts.iter().map(Plot::from).collect();
        let side = |text: &str, usual| text.trim().parse().unwrap_or(usual);
        let options = PictureOptions {
            size: (
                side(&self.form.width, DEFAULT_SIZE.0),
                side(&self.form.height, DEFAULT_SIZE.1),
            ),
            theme: self.form.theme,
            title: self.title(),
            ..PictureOptions::default()
        };
        Picture::of(&plots, &options)
    }

    fn report(&self) -> Result<Vec<u8>, String> {
        if self.runs.is_empty() {
            return Err("no run is drawn, and a report is about runs".to_owned());
        }
        let charts = self.charts();
        let plots: Vec<Plot<'_>> = charts.iter().map(Plot::from).collect();
        let runs: Vec<ReportRun<'_>> = self
            .runs
            .iter()
            .map(|named| ReportRun {
                run: &named.content,
                name: &named.name,
                colour: named.colour,
            })
            .collect();
        let options = ReportOptions {
            title: self.title(),
            plots: &plots,
        };
        Ok(report::html(&runs, &options).into_bytes())
    }

    fn samples(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let written = match self.runs.as_slice() {
            [] => {
                return Err(
                    "no run is drawn, and results of other tools have no samples".to_owned(),
                );
            }
            [one] => write_samples(&one.content, &mut bytes),
            several => {
                let runs: Vec<(&str, &Run)> = several
                    .iter()
                    .map(|named| (named.name.as_str(), named.content.as_ref()))
                    .collect();
                write_samples_of_runs(&runs, &mut bytes)
            }
        };
        written.map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    fn image(self) -> Result<ColorImage, String> {
        let pixels = self
            .picture()
            .pixels(2.0)
            .map_err(|error| error.to_string())?;
        Ok(ColorImage::from_rgba_unmultiplied(
            [pixels.width as usize, pixels.height as usize],
            &pixels.rgba,
        ))
    }
}

/// Plots that are being drawn for the clipboard.
#[derive(Debug)]
pub struct Copying(Receiver<Result<ColorImage, String>>);

impl Copying {
    /// Begins to draw.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn begin(material: Material, context: &Context) -> std::io::Result<Self> {
        let (sender, result) = channel();
        let waker = context.clone();
        std::thread::Builder::new()
            .name("echograph-copy".to_owned())
            .spawn(move || {
                let _ = sender.send(material.image());
                waker.request_repaint();
            })?;
        Ok(Self(result))
    }

    /// The picture, once it is drawn, or why there is none.
    #[must_use]
    pub fn done(&self) -> Option<Result<ColorImage, String>> {
        match self.0.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Disconnected) => Some(Err("drawing them was broken off".to_owned())),
            Err(TryRecvError::Empty) => None,
        }
    }
}
