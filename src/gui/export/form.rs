//! What the question about an export holds, and what of it cannot be used.

use crate::chart::Quantity;
use crate::chart::picture::{
    DEFAULT_SIZE, GREATEST_SIZE, LEAST_SIZE, MAX_SCALE, MIN_SCALE, Theme, size_in_pixels,
};
use crate::measurement::units::count;

/// Pixels of a PNG for each point, if nothing else is said.
pub(super) const DEFAULT_SCALE: f64 = 2.0;

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
    /// The document of the run that is shown.
    Json,
}

impl Kind {
    /// Every kind, with what it is called.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Svg, "Plots as SVG"),
        (Self::Png, "Plots as PNG"),
        (Self::Html, "Lab report (HTML)"),
        (Self::Csv, "Samples (CSV)"),
        (Self::Json, "Run document (JSON)"),
    ];

    /// The ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// Whether it is a picture, whose size can be chosen.
    #[must_use]
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Svg | Self::Png)
    }

    /// Whether it has a title.
    #[must_use]
    pub fn has_title(self) -> bool {
        self.is_picture() || self == Self::Html
    }
}

/// Which plots a picture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plots {
    /// Both.
    Both,
    /// That of round-trip times.
    Rtt,
    /// That of throughputs.
    Throughput,
}

impl Plots {
    /// Every choice, with what it is called.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Both, "Both"),
        (Self::Rtt, "RTT alone"),
        (Self::Throughput, "Throughput alone"),
    ];

    /// What they show.
    #[must_use]
    pub fn quantities(self) -> &'static [Quantity] {
        match self {
            Self::Both => &Quantity::ALL,
            Self::Rtt => &[Quantity::Rtt],
            Self::Throughput => &[Quantity::Throughput],
        }
    }
}

/// What the question about an export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportForm {
    /// What is exported.
    pub kind: Kind,
    /// Which plots a picture has.
    pub plots: Plots,
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
    /// Whether a report has the protocol check that is shown.
    pub with_check: bool,
}

impl Default for ExportForm {
    fn default() -> Self {
        let (width, height) = DEFAULT_SIZE;
        Self {
            kind: Kind::Png,
            plots: Plots::Both,
            width: width.to_string(),
            height: height.to_string(),
            scale: DEFAULT_SCALE.to_string(),
            theme: Theme::Light,
            title: String::new(),
            hide_addresses: false,
            with_check: true,
        }
    }
}

/// What is wrong with the numbers of a picture, each to be said beside its field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Problems {
    pub width: Option<String>,
    pub height: Option<String>,
    pub scale: Option<String>,
}

impl Problems {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl ExportForm {
    /// Width and height of a picture in points, and its pixels for each.
    ///
    /// # Errors
    /// What cannot be used of it.
    pub(super) fn measures(&self) -> Result<((u32, u32), f64), Problems> {
        let width = side(&self.width, LEAST_SIZE.0, GREATEST_SIZE.0);
        let height = side(&self.height, LEAST_SIZE.1, GREATEST_SIZE.1);
        let scale = match self.kind {
            Kind::Png => scale(&self.scale),
            _ => Ok(DEFAULT_SCALE),
        };
        let (width, height, scale) = match (width, height, scale) {
            (Ok(width), Ok(height), Ok(scale)) => (width, height, scale),
            (width, height, scale) => {
                return Err(Problems {
                    width: width.err(),
                    height: height.err(),
                    scale: scale.err(),
                });
            }
        };
        if self.kind == Kind::Png
            && let Err(error) = size_in_pixels((width.into(), height.into()), scale)
        {
            return Err(Problems {
                scale: Some(error.to_string()),
                ..Problems::default()
            });
        }
        Ok(((width, height), scale))
    }
}

fn side(text: &str, least: u32, most: u32) -> Result<u32, String> {
    let number = text.trim().parse::<u32>().ok();
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| {
            let (least, most) = (count(least.into()), count(most.into()));
            format!("a whole number from {least} to {most}")
        })
}

fn scale(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok();
    number
        .filter(|number| (MIN_SCALE..=MAX_SCALE).contains(number))
        .ok_or_else(|| format!("a number from {MIN_SCALE} to {MAX_SCALE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(kind: Kind, width: &str, height: &str, scale: &str) -> ExportForm {
        ExportForm {
            kind,
            width: width.to_owned(),
            height: height.to_owned(),
            scale: scale.to_owned(),
            ..ExportForm::default()
        }
    }

    #[test]
    fn a_form_as_it_comes_is_sound() {
        for (kind, _) in Kind::ALL {
            let form = ExportForm {
                kind,
                ..ExportForm::default()
            };
            assert_eq!(form.measures(), Ok((DEFAULT_SIZE, DEFAULT_SCALE)));
        }
    }

    #[test]
    fn what_is_wrong_is_said_of_its_own_field() {
        let problems = |kind, width, height, scale| {
            let problems = form(kind, width, height, scale).measures().err();
            let problems = problems.unwrap_or_default();
            [problems.width, problems.height, problems.scale].map(|problem| problem.is_some())
        };
        assert_eq!(problems(Kind::Png, "239", "520", "2"), [true, false, false]);
        assert_eq!(
            problems(Kind::Png, "1200", "10001", "2"),
            [false, true, false]
        );
        for scale in ["", "0", "21", "NaN", "-1", "1e9"] {
            assert_eq!(
                problems(Kind::Png, "1200", "520", scale),
                [false, false, true],
                "{scale}"
            );
        }
        // An SVG has no pixels.
        assert_eq!(problems(Kind::Svg, " 1200 ", "520", "x"), [false; 3]);
        assert_eq!(problems(Kind::Png, "1,200", "5e2", "x"), [true; 3]);
    }

    #[test]
    fn more_pixels_than_can_be_drawn_are_refused_with_their_number() {
        let large = form(Kind::Png, "10000", "10000", "2");
        let problem = large.measures().unwrap_err().scale.unwrap();
        assert!(problem.starts_with("20000 x 20000 pixels"), "{problem}");
        assert!(form(Kind::Svg, "10000", "10000", "2").measures().is_ok());
    }
}
