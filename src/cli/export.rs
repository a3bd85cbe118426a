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
use crate::chart::{Chart, ChartOptions, Compared, Content, Quantity, Source, SourceId};
use crate::check::CheckReport;
use crate::measurement::{PeerResult, Run, compare_all, fits, landmarks};
use crate::report::{self, Addresses, ReportOptions, ReportRun};
use crate::store::{self, OpenError, Opened};

/// The size of a picture of one plot, in points.
const ONE_PLOT: (u32, u32) = (820, 520);

/// Why nothing is written.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error("say what to write: --svg, --png, --csv, --html or --json")]
    Nothing,
    #[error("{}: {error}", path.display())]
    Document { path: PathBuf, error: OpenError },
    #[error("{}: a profile says what to measure, and holds nothing that was measured", .0.display())]
    Profile(PathBuf),
    #[error(
        "{option} is about runs, and none of these files is one; a result of another tool is drawn alone, with --svg or --png"
    )]
    NoRun { option: &'static str },
    #[error("{option} is about runs; of a protocol check there is a report, with --html")]
    OnlyChecks { option: &'static str },
    #[error("--ratio compares runs with the first of them, and needs two")]
    NothingToCompare,
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

/// A result of another tool, and what it is called.
struct NamedPeer {
    name: String,
    peer: PeerResult,
}

/// What is exported.
struct Material {
    runs: Vec<Named>,
    peers: Vec<NamedPeer>,
    checks: Vec<CheckReport>,
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
    let mut peers: Vec<NamedPeer> = Vec::new();
    let mut checks: Vec<CheckReport> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for path in &args.documents {
        let opened = store::open_any(path).map_err(|error| ExportError::Document {
            path: path.clone(),
            error,
        })?;
        let stem = name_of(path);
        let mut name = stem.clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{stem} ({number})");
            number += 1;
        }
        names.push(name.clone());
        match opened {
            Opened::Run(run) => runs.push(Named { name, run: *run }),
            Opened::Peer(peer) => peers.push(NamedPeer { name, peer }),
            Opened::Check(check) => checks.push(*check),
            Opened::Profile(_) => return Err(ExportError::Profile(path.clone())),
        }
    }
    let what = &args.what;
    let pictures = [("--svg", &what.svg), ("--png", &what.png)];
    if let Some((option, _)) = pictures.into_iter().find(|(_, path)| path.is_some())
        && runs.is_empty()
        && peers.is_empty()
    {
        return Err(ExportError::OnlyChecks { option });
    }
    let of_runs = [
        ("--csv", &what.csv),
        ("--html", &what.html),
        ("--json", &what.json),
    ];
    if let Some((option, _)) = of_runs.into_iter().find(|(option, path)| {
        // A report may be of checks alone.
        path.is_some() && (checks.is_empty() || *option != "--html")
    }) && runs.is_empty()
    {
        return Err(ExportError::NoRun { option });
    }
    if what.json.is_some() && runs.len() > 1 {
        return Err(ExportError::SeveralRuns(runs.len()));
    }
    if args.how.ratio && runs.len() < 2 {
        return Err(ExportError::NothingToCompare);
    }
    let mut title = args.how.title.clone();
    if args.how.hide_addresses {
        let mut addresses = Addresses::of(runs.iter().map(|named| &named.run));
        for check in &checks {
            addresses = addresses.with_destination(&check.address);
        }
        for check in &mut checks {
            *check = addresses.hidden_check(check);
        }
        for named in &mut runs {
            named.name = addresses.hidden_in(&named.name);
            named.run = addresses.hidden(&named.run);
        }
        for named in &mut peers {
            named.name = addresses.hidden_in(&named.name);
        }
        title = title.map(|title| addresses.hidden_in(&title));
    }
    let title = title.unwrap_or_else(|| match runs.as_slice() {
        // Results of other tools alone have their names in the legend.
        [] if checks.is_empty() => String::new(),
        [] => report::title_of_checks(&checks),
        [one] => report::title_of(&one.run),
        several => report::title_of_several(several.iter().map(|named| &named.run)),
    });
    Ok(Material {
        runs,
        peers,
        checks,
        title,
    })
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

/// The runs and the results of other tools, each in a colour of its own.
fn sources(material: &Material) -> Vec<Source<'_>> {
    let runs = material.runs.iter();
    let runs = runs.map(|named| (named.name.as_str(), Content::Run(&named.run)));
    let peers = material.peers.iter();
    let peers = peers.map(|named| (named.name.as_str(), Content::Peer(&named.peer)));
    runs.chain(peers)
        .zip(0_u64..)
        .enumerate()
        .map(|(colour, ((name, content), id))| Source {
            id: SourceId(id),
            name,
            colour,
            content,
        })
        .collect()
}

fn charts(material: &Material, how: &ExportHow) -> Vec<Chart> {
    let sources = sources(material);
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
    if how.ratio {
        return ratios(&material.runs, quantities, &options);
    }
    let of_runs: Vec<_> = material.runs.iter().map(|named| fits(&named.run)).collect();
    // Landmarks of several runs would stand for each other's: those of the first are drawn.
    let marks = material
        .runs
        .iter()
        .zip(&of_runs)
        .map(|(named, fits)| landmarks(&named.run, fits))
        .next()
        .unwrap_or_default();
    let wanted = how.landmarks();
    let chart = |quantity: &Quantity| {
        let mut chart = Chart::of(&sources, *quantity, &options);
        if !how.no_model {
            // The runs come first among the sources.
            for (source, fits) in sources.iter().zip(&of_runs) {
                chart.add_fits(source.id, fits);
            }
        }
        if let Some(first) = sources.first() {
            chart.add_landmarks(first.id, &marks, &wanted);
        }
        chart
    };
    quantities.iter().map(chart).collect()
}

/// The plots of the ratios of all runs to the first.
fn ratios(runs: &[Named], quantities: &[Quantity], options: &ChartOptions) -> Vec<Chart> {
    let Some((baseline, others)) = runs.split_first() else {
        return Vec::new();
    };
    let of_others: Vec<&Run> = others.iter().map(|named| &named.run).collect();
    let comparisons = compare_all(&baseline.run, &of_others);
    let compared: Vec<Compared<'_>> = others
        .iter()
        .zip(&comparisons)
        .enumerate()
        .zip(1_u64..)
        .map(|((index, (named, comparison)), id)| Compared {
            id: SourceId(id),
            name: &named.name,
            // The baseline has the first.
            colour: index + 1,
            comparison,
        })
        .collect();
    quantities
        .iter()
        .map(|quantity| Chart::ratio(&compared, &baseline.name, *quantity, options))
        .collect()
}

fn picture(material: &Material, how: &ExportHow) -> Picture {
    let charts = charts(material, how);
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
    let charts = charts(material, how);
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
        checks: &material.checks,
    };
    report::html(&runs_of_report, &options)
}
