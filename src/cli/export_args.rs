//! The options of `export`, as their help says them, and the values they take.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::chart::Scale;
use crate::chart::picture::{GREATEST_SIZE, LEAST_SIZE, MAX_SCALE, MIN_SCALE, Theme};
use crate::measurement::LandmarkKind;

/// Writes a run, or several on top of each other, as pictures, samples or a report.
///
/// Reads run documents (`echograph run --json`); what is written follows from them alone.
#[derive(Debug, Args)]
#[command(after_help = EXPORT_NOTES)]
pub(super) struct ExportArgs {
    /// Run documents, and results of `NetPIPE`, sockperf and iperf3 to draw beside them; several are laid on
    /// top of each other, under the names of their files.
    #[arg(value_name = "RUN.json", required = true)]
    pub documents: Vec<PathBuf>,
    #[command(flatten)]
    pub what: ExportWhat,
    #[command(flatten)]
    pub how: ExportHow,
}

// No docs on these: clap would print them as those of the command.

#[derive(Debug, Args)]
#[command(next_help_heading = "What is written, and where to: FILE, or - for standard output")]
pub(super) struct ExportWhat {
    /// The plots as SVG.
    #[arg(long, value_name = "FILE|-")]
    pub svg: Option<PathBuf>,
    /// The plots as PNG.
    #[arg(long, value_name = "FILE|-")]
    pub png: Option<PathBuf>,
    /// Every sample as CSV, one a row; of several runs with a first column that names the run.
    #[arg(long, value_name = "FILE|-")]
    pub csv: Option<PathBuf>,
    /// A lab report in one HTML file: plots, figures, method, profile, environment, transcript.
    #[arg(long, value_name = "FILE|-")]
    pub html: Option<PathBuf>,
    /// The run document again, of one run.
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option that is there or not"
)]
#[derive(Debug, Args)]
#[command(next_help_heading = "How it looks")]
pub(super) struct ExportHow {
    /// Width and height of a picture in points, such as 1200x520 [1200x520, or 820x520 for one plot].
    #[arg(long, value_name = "WxH", value_parser = size)]
    pub size: Option<(u32, u32)>,
    /// Pixels of a PNG for each point [2].
    #[arg(long, value_name = "N", value_parser = scale, default_value = "2", hide_default_value = true)]
    pub scale: f64,
    /// Which plots.
    #[arg(long, value_name = "WHICH", default_value = "both")]
    pub plot: WhichPlot,
    /// The ground of the pictures; a report is for paper, and always light.
    #[arg(long, value_name = "THEME", default_value = "light")]
    pub theme: ThemeName,
    /// Logarithmic axes: of message sizes (x), of values (y), both (xy); the others are linear.
    #[arg(long, value_name = "AXES", conflicts_with_all = ["size_scale", "value_scale"])]
    pub log: Option<LogAxes>,
    /// The axis of message sizes: linear or log [the one on which they can be told apart].
    #[arg(long, value_name = "SCALE")]
    pub size_scale: Option<ScaleName>,
    /// The axis of values: linear or log [linear].
    #[arg(long, value_name = "SCALE")]
    pub value_scale: Option<ScaleName>,
    /// Landmarks to draw, such as segments,floor: of the first run [floor].
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        conflicts_with = "no_landmarks"
    )]
    pub landmarks: Vec<LandmarkName>,
    /// Draw no landmark.
    #[arg(long)]
    pub no_landmarks: bool,
    /// Draw no fitted model.
    #[arg(long)]
    pub no_model: bool,
    /// What stands above it; nothing if it is empty [what was measured, and when].
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Draw the ratio of each run to the first, with its interval, instead of the figures.
    #[arg(long)]
    pub ratio: bool,
    /// Leave out hosts, addresses and interfaces, in all that is written.
    #[arg(long)]
    pub hide_addresses: bool,
}

/// Which plots are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum WhichPlot {
    Both,
    Rtt,
    Throughput,
}

/// The ground of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ThemeName {
    Light,
    Dark,
}

impl From<ThemeName> for Theme {
    fn from(name: ThemeName) -> Self {
        match name {
            ThemeName::Light => Self::Light,
            ThemeName::Dark => Self::Dark,
        }
    }
}

/// Which axes are logarithmic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogAxes {
    X,
    Y,
    Xy,
}

/// A scale of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ScaleName {
    Linear,
    Log,
}

impl From<ScaleName> for Scale {
    fn from(name: ScaleName) -> Self {
        match name {
            ScaleName::Linear => Self::Linear,
            ScaleName::Log => Self::Log,
        }
    }
}

/// A kind of landmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LandmarkName {
    /// Multiples of the segment size.
    Segments,
    /// The initial congestion window.
    InitialWindow,
    /// Receive window / RTT.
    WindowBound,
    /// The bandwidth-delay product.
    BandwidthDelay,
    /// The message size at which half of the model's rate is reached.
    HalfSize,
    /// The instrument floor.
    Floor,
}

impl From<LandmarkName> for LandmarkKind {
    fn from(name: LandmarkName) -> Self {
        match name {
            LandmarkName::Segments => Self::Segments,
            LandmarkName::InitialWindow => Self::InitialWindow,
            LandmarkName::WindowBound => Self::WindowBound,
            LandmarkName::BandwidthDelay => Self::BandwidthDelay,
            LandmarkName::HalfSize => Self::HalfSize,
            LandmarkName::Floor => Self::Floor,
        }
    }
}

impl ExportHow {
    /// The landmarks that are drawn.
    pub(super) fn landmarks(&self) -> BTreeSet<LandmarkKind> {
        let asked: BTreeSet<LandmarkKind> =
            self.landmarks.iter().map(|name| (*name).into()).collect();
        if self.no_landmarks || !asked.is_empty() {
            asked
        } else {
            BTreeSet::from([LandmarkKind::Floor])
        }
    }

    /// The scales of sizes and of values; `None` for sizes takes the one that fits.
    pub(super) fn scales(&self) -> (Option<Scale>, Scale) {
        let log = |is_log| if is_log { Scale::Log } else { Scale::Linear };
        match self.log {
            Some(axes) => (Some(log(axes != LogAxes::Y)), log(axes != LogAxes::X)),
            None => (
                self.size_scale.map(Scale::from),
                self.value_scale.map(Scale::from).unwrap_or_default(),
            ),
        }
    }
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let parts = text.split_once(['x', 'X', '×']);
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let found = parts.and_then(|(width, height)| Some((number(width)?, number(height)?)));
    let (width, height) = found.ok_or("a width and a height belong here, such as 1200x520")?;
    let fits = (LEAST_SIZE.0..=GREATEST_SIZE.0).contains(&width)
        && (LEAST_SIZE.1..=GREATEST_SIZE.1).contains(&height);
    if fits {
        Ok((width, height))
    } else {
        Err(format!(
            "a picture is {}x{} to {}x{} points",
            LEAST_SIZE.0, LEAST_SIZE.1, GREATEST_SIZE.0, GREATEST_SIZE.1
        ))
    }
}

fn scale(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('x').unwrap_or(text).parse().ok();
    number
        .filter(|scale| (MIN_SCALE..=MAX_SCALE).contains(scale))
        .ok_or_else(|| {
            format!("a number of pixels a point belongs here, {MIN_SCALE} to {MAX_SCALE}")
        })
}

const EXPORT_NOTES: &str = "\
At most one of the results can go to standard output. A file is replaced as a whole or not at all, and
never one that is read.
In the SVG every point has its figures as attributes (data-size, data-median, ...) and as a tool tip.
Exit code: 0 done, 1 something could not be written, 2 wrong usage or a document that cannot be read.";

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn asked(options: &[&str]) -> Result<Box<ExportArgs>, String> {
        let words = ["echograph", "export", "run.json"].iter().chain(options);
        match Cli::try_parse_from(words) {
            Ok(Cli {
                command: Some(Command::Export(args)),
                ..
            }) => Ok(args),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn scales_are_asked_for_together_or_one_by_one() {
        let scales = |options: &[&str]| asked(options).unwrap().how.scales();
        assert_eq!(scales(&[]), (None, Scale::Linear));
        assert_eq!(scales(&["--log", "xy"]), (Some(Scale::Log), Scale::Log));
        assert_eq!(scales(&["--log", "x"]), (Some(Scale::Log), Scale::Linear));
        assert_eq!(scales(&["--log", "y"]), (Some(Scale::Linear), Scale::Log));
        assert_eq!(scales(&["--value-scale", "log"]), (None, Scale::Log));
        assert_eq!(
            scales(&["--size-scale", "linear"]),
            (Some(Scale::Linear), Scale::Linear)
        );
        assert!(asked(&["--log", "x", "--size-scale", "log"]).is_err());
    }

    #[test]
    fn sizes_and_scales_out_of_bounds_are_refused_in_words() {
        assert_eq!(
            asked(&["--size", "480x320"]).unwrap().how.size,
            Some((480, 320))
        );
        for wrong in ["480", "x", "480x", "-1x5", "100000x100", "10x10", "4e2x300"] {
            assert!(asked(&["--size", wrong]).is_err(), "{wrong}");
        }
        assert!(asked(&["--size", "10x10"]).unwrap_err().contains("240x180"));
        for wrong in ["0", "nan", "21", "-1", "big"] {
            assert!(asked(&["--scale", wrong]).is_err(), "{wrong}");
        }
        assert!((asked(&["--scale", "1.5"]).unwrap().how.scale - 1.5).abs() < 1e-12);
    }

    #[test]
    fn the_readme_names_every_option() {
        let readme = include_str!("../../README.md");
        let cli = Cli::command();
        let export = cli.find_subcommand("export").unwrap();
        for option in export.get_arguments().filter_map(clap::Arg::get_long) {
            let named = readme.contains(&format!("`--{option}"));
            assert!(named || option == "help", "--{option}");
        }
    }
}
