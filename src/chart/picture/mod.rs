//! Plots as pictures for reports: laid out once, as a list of marks, and written as SVG; PNG and pixels
//! come from that very SVG, with the fonts of this program and no others, so that a picture is the same
//! on every machine.
//!
//! | file | what it is |
//! | --- | --- |
//! | `mark` | what a picture is made of |
//! | `theme`, `text` | colours; the fonts, and how wide text is |
//! | `layout` | where title, legend, plots and key stand |
//! | `legend`, `key` | which curve is which; what the strokes of a point mean |
//! | `panel`, `axes` | one plot: its frame, axes, grid, and everything in it |
//! | `curve`, `fit` | the marks of a curve; of a fitted one |
//! | `guides` | lines across a plot, and their names |
//! | `svg`, `raster` | the picture as SVG, as PNG, as pixels |

mod axes;
mod curve;
mod fit;
mod guides;
mod key;
mod layout;
mod legend;
mod mark;
mod panel;
mod raster;
mod svg;
mod text;
mod theme;

use std::borrow::Cow;

pub use fit::Fit;
pub use guides::Guide;
pub use mark::{Anchor, Frame, Group, Mark, Spot, Stroke, Weight};
pub use raster::{MAX_PIXELS, MAX_SCALE, MIN_SCALE, PictureError, Pixels, size_in_pixels};
pub use text::{ROBOTO_MEDIUM, ROBOTO_REGULAR};
pub use theme::Theme;

use super::Chart;

/// The least width and height of a picture, in points: in less nothing can be read.
pub const LEAST_SIZE: (u32, u32) = (240, 180);
/// The greatest, in points.
pub const GREATEST_SIZE: (u32, u32) = (10_000, 10_000);
/// The size of a picture of which nothing else is said, in points: two plots side by side.
pub const DEFAULT_SIZE: (u32, u32) = (1_200, 520);

/// One plot of a picture.
#[derive(Debug, Clone)]
pub struct Plot<'a> {
    /// Its curves and axes.
    pub chart: &'a Chart,
    /// What its axis of values is called, without the unit.
    pub value_name: Cow<'a, str>,
    /// Lines across it.
    pub guides: Vec<Guide>,
    /// Fitted curves.
    pub fits: Vec<Fit>,
}

impl<'a> From<&'a Chart> for Plot<'a> {
    /// The chart with its models and landmarks, under the name of what it shows.
    fn from(chart: &'a Chart) -> Self {
        Self {
            chart,
            value_name: chart.value_name(),
            guides: chart
                .shown_landmarks()
                .map(|shown| Guide::of(&shown, chart.quantity))
                .chain(chart.ratio_to.as_deref().map(Guide::of_baseline))
                .collect(),
            fits: chart
                .shown_fits()
                .map(|(drawn, fitted)| Fit::of(drawn, fitted, chart))
                .collect(),
        }
    }
}

/// How a picture is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureOptions {
    /// Width and height in points, brought within [`LEAST_SIZE`] and [`GREATEST_SIZE`].
    pub size: (u32, u32),
    /// Its colours.
    pub theme: Theme,
    /// What stands above it; nothing if it is empty.
    pub title: String,
    /// Whether it says below what the strokes of a point mean.
    pub has_key: bool,
    /// What the names in it begin with: two pictures of one page need different ones.
    pub id: String,
}

impl Default for PictureOptions {
    fn default() -> Self {
        Self {
            size: DEFAULT_SIZE,
            theme: Theme::Light,
            title: String::new(),
            has_key: true,
            id: "plot".to_owned(),
        }
    }
}

/// A picture: marks on a ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Its width in points.
    pub width: f64,
    /// Its height in points.
    pub height: f64,
    /// The ground it is drawn on.
    pub theme: Theme,
    /// What it shows, in words, for whoever cannot see it.
    pub description: String,
    /// What it is made of, the hindmost first.
    pub marks: Vec<Mark>,
}

impl Picture {
    /// Lays plots out, side by side or one below the other as their room asks for.
    #[must_use]
    pub fn of(plots: &[Plot<'_>], options: &PictureOptions) -> Self {
        layout::lay_out(plots, options)
    }

    /// The picture as an SVG document.
    #[must_use]
    pub fn svg(&self) -> String {
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        text.push_str(&svg::write(self));
        text
    }

    /// The picture as an `svg` element to stand in an HTML page.
    #[must_use]
    pub fn svg_element(&self) -> String {
        svg::write(self)
    }

    /// The picture as a PNG file, `scale` pixels for each point.
    ///
    /// # Errors
    /// See [`PictureError`].
    pub fn png(&self, scale: f64) -> Result<Vec<u8>, PictureError> {
        raster::png(self, scale)
    }

    /// The picture as pixels, `scale` for each point, for a clipboard or a texture.
    ///
    /// # Errors
    /// See [`PictureError`].
    pub fn pixels(&self, scale: f64) -> Result<Pixels, PictureError> {
        raster::pixels(self, scale)
    }
}

/// A chart as pixels, `size` in points and `scale` pixels for each: what "copy plot" puts into the
/// clipboard.
///
/// # Errors
/// See [`PictureError`].
pub fn render_rgba(
    chart: &Chart,
    size: (u32, u32),
    theme: Theme,
    scale: f64,
) -> Result<Pixels, PictureError> {
    let options = PictureOptions {
        size,
        theme,
        ..PictureOptions::default()
    };
    Picture::of(&[chart.into()], &options).pixels(scale)
}

#[cfg(test)]
mod tests;
