//! `echograph export`: what was measured, as pictures, samples and reports.
//!
//! Everything is looked at before anything is written, and everything is drawn from the same figures.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Outcome;
use super::export_args::{ExportArgs, ExportHow, WhichPlot};
use super::output::{complain, put};
use super::request::{Destination, UsageError, destination, is_same_file};
use crate::chart::picture::{DEFAULT_SIZE, Picture, PictureError, PictureOptions, Plot};
use crate::chart::{Chart, ChartOptions, Content, Quantity, Source, SourceId};
use crate::measurement::{Run, fits, landmarks};
use crate::report::{self, Addresses, ReportOptions, ReportRun};
use crate::store::{self, RunDocumentError};

/// The size of a picture of one plot, in points.
const ONE_PLOT: (u32, u32) = (820, 520);

/// Why nothing is written.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error("say what to write: --svg, --png, --csv, --html or --json")]
    Nothing,
    #[error("{}: {error}", path.display())]
    Document {
        path: PathBuf,
        error: RunDocumentError,
    },
    #[error("--json writes one run, and {0} were given; --csv holds several, and so does --html")]
    SeveralRuns(usize),
    #[error("{option}: {} is read by this command, and would be lost; write another name", path.display())]
    Itself { option: &'static str, path: PathBuf },
    #[error("{one} and {other} cannot both go to {place}")]
    SamePlace {
        one: &'static str,
        other: &'static str,
        place: String,
    },
    #[error(transparent)]
    Destination(#[from] UsageError),
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Svg,
    Png,
    Csv,
    Html,
    Json,
}

impl Form {
    fn option(self) -> &'static str {
        match self {
            Self::Svg => "--svg",
            Self::Png => "--png",
            Self::Csv => "--csv",
            Self::Html => "--html",
            Self::Json => "--json",
        }
    }
}

/// A run and what it is called.
struct Named {
    name: String,
    run: Run,
}

/// What is exported.
struct Material {
    runs: Vec<Named>,
    title: String,
}

/// Writes what the arguments ask for.
pub(super) fn export(args: &ExportArgs) -> Outcome {
    let prepared = destinations(args).and_then(|places| Ok((places, documents(args)?)));
    let (places, material) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            complain(error);
            return Outcome::WrongUsage;
        }
    };
    let mut outcome = Outcome::Done;
    for (form, place) in places {
        let name = match &place {
            Destination::StandardOutput => "standard output".to_owned(),
            Destination::File(path) => path.display().to_string(),
        };
        match deliver(form, &place, &material, &args.how) {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => complain(format_args!("{name} {}", store::io_words(&error))),
            Err(error) => complain(format_args!("{}: {error}", form.option())),
        }
        outcome = Outcome::Failed;
    }
    outcome
}

/// Where each result goes, if they can be written as far as that is known now.
fn destinations(args: &ExportArgs) -> Result<Vec<(Form, Destination)>, ExportError> {
    let what = &args.what;
    let asked = [
        (Form::Svg, &what.svg),
        (Form::Png, &what.png),
        (Form::Csv, &what.csv),
        (Form::Html, &what.html),
        (Form::Json, &what.json),
    ];
    let mut places: Vec<(Form, Destination)> = Vec::new();
    for (form, path) in asked {
        let Some(path) = path.as_deref() else {
            continue;
        };
        if args
            .documents
            .iter()
            .any(|document| is_same_file(document, path))
        {
            return Err(ExportError::Itself {
                option: form.option(),
                path: path.to_owned(),
            });
        }
        let Some(place) = destination(form.option(), Some(path))? else {
            continue;
        };
        if let Some((other, _)) = places
            .iter()
            .find(|(_, taken)| is_same_place(taken, &place))
        {
            return Err(ExportError::SamePlace {
                one: other.option(),
                other: form.option(),
                place: match place {
                    Destination::StandardOutput => "standard output".to_owned(),
                    Destination::File(path) => path.display().to_string(),
                },
            });
        }
        places.push((form, place));
    }
    if places.is_empty() {
        return Err(ExportError::Nothing);
    }
    if what.json.is_some() && args.documents.len() > 1 {
        return Err(ExportError::SeveralRuns(args.documents.len()));
    }
    Ok(places)
}

fn is_same_place(one: &Destination, other: &Destination) -> bool {
    match (one, other) {
        (Destination::File(one), Destination::File(other)) => {
            one == other || is_same_file(one, other)
        }
        (one, other) => one == other,
    }
}

/// The runs under the names of their files, without addresses if that was asked for.
fn documents(args: &ExportArgs) -> Result<Material, ExportError> {
    let mut runs: Vec<Named> = Vec::new();
    for path in &args.documents {
        let run = store::load_run(path).map_err(|error| ExportError::Document {
            path: path.clone(),
            error,
        })?;
        let stem = name_of(path);
        let taken = |name: &str| runs.iter().any(|named| named.name == name);
        let mut name = stem.clone();
        let mut number = 2;
        while taken(&name) {
            name = format!("{stem} ({number})");
            number += 1;
        }
        runs.push(Named { name, run });
    }
    let mut title = args.how.title.clone();
    if args.how.hide_addresses {
        let addresses = Addresses::of(runs.iter().map(|named| &named.run));
        for named in &mut runs {
            named.name = addresses.hidden_in(&named.name);
            named.run = addresses.hidden(&named.run);
        }
        title = title.map(|title| addresses.hidden_in(&title));
    }
    let title = title.unwrap_or_else(|| match runs.as_slice() {
        [one] => report::title_of(&one.run),
        several => report::title_of_several(several.iter().map(|named| &named.run)),
    });
    Ok(Material { runs, title })
}

fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

/// Writes one result; the inner error is the operating system's.
fn deliver(
    form: Form,
    place: &Destination,
    material: &Material,
    how: &ExportHow,
) -> Result<io::Result<()>, PictureError> {
    // Pictures and reports are made whole before a file is touched; samples are written as they come.
    let made = match form {
        Form::Svg => Some(picture(material, how).svg().into_bytes()),
        Form::Png => Some(picture(material, how).png(how.scale)?),
        Form::Html => Some(html(material, how).into_bytes()),
        Form::Csv | Form::Json => None,
    };
    let write = |output: &mut dyn Write| match (&made, form) {
        (Some(bytes), _) => output.write_all(bytes),
        (None, Form::Json) => material
            .runs
            .first()
            .map_or(Ok(()), |named| store::write_run(&named.run, output)),
        (None, _) => csv(&material.runs, output),
    };
    Ok(match place {
        Destination::StandardOutput => put(write),
        Destination::File(path) => store::write_atomically(path, write),
    })
}

fn csv(runs: &[Named], output: &mut dyn Write) -> io::Result<()> {
    if let [one] = runs {
        return store::write_samples(&one.run, output);
    }
    let runs: Vec<_> = runs
        .iter()
        .map(|one| (one.name.as_str(), &one.run))
        .collect();
    store::write_samples_of_runs(&runs, output)
}

fn charts(runs: &[Named], how: &ExportHow) -> Vec<Chart> {
    let sources: Vec<Source<'_>> = runs
        .iter()
        .zip(0_u64..)
        .enumerate()
        .map(|(colour, (named, id))| Source {
            id: SourceId(id),
            name: &named.name,
            colour,
            content: Content::Run(&named.run),
        })
        .collect();
    let (size_scale, value_scale) = how.scales();
    let options = ChartOptions {
        size_scale,
        value_scale,
        ..ChartOptions::default()
    };
    let quantities: &[Quantity] = match how.plot {
        WhichPlot::Both => &Quantity::ALL,
        WhichPlot::Rtt => &[Quantity::Rtt],
        WhichPlot::Throughput => &[Quantity::Throughput],
    };
    let of_runs: Vec<_> = runs.iter().map(|named| fits(&named.run)).collect();
    // Landmarks of several runs would stand for each other's: those of the first are drawn.
    let marks = runs
        .iter()
        .zip(&of_runs)
        .map(|(named, fits)| landmarks(&named.run, fits))
        .next()
        .unwrap_or_default();
    let wanted = how.landmarks();
    let chart = |quantity: &Quantity| {
        let mut chart = Chart::of(&sources, *quantity, &options);
        if !how.no_model {
            for (source, fits) in sources.iter().zip(&of_runs) {
                chart.add_fits(source.id, fits);
            }
        }
        chart.add_landmarks(&marks, &wanted);
        chart
    };
    quantities.iter().map(chart).collect()
}

fn picture(material: &Material, how: &ExportHow) -> Picture {
    let charts = charts(&material.runs, how);
    let plots: Vec<Plot<'_>> = charts.iter().map(Plot::from).collect();
    let usual = if plots.len() == 1 {
        ONE_PLOT
    } else {
        DEFAULT_SIZE
    };
    let options = PictureOptions {
        size: how.size.unwrap_or(usual),
        theme: how.theme.into(),
        title: material.title.clone(),
        ..PictureOptions::default()
    };
    Picture::of(&plots, &options)
}

fn html(material: &Material, how: &ExportHow) -> String {
    let charts = charts(&material.runs, how);
    let plots: Vec<Plot<'_>> = charts.iter().map(Plot::from).collect();
    let runs_of_report: Vec<ReportRun<'_>> = material
        .runs
        .iter()
        .enumerate()
        .map(|(colour, named)| ReportRun {
            run: &named.run,
            name: &named.name,
            colour,
        })
        .collect();
    let options = ReportOptions {
        title: material.title.clone(),
        plots: &plots,
    };
    report::html(&runs_of_report, &options)
}
