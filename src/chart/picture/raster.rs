//! A picture as pixels: its SVG, drawn with this program's fonts and no others.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use super::Picture;
use super::text::{ROBOTO_MEDIUM, ROBOTO_REGULAR};

/// Fewest pixels for each point.
pub const MIN_SCALE: f64 = 0.1;
/// Most pixels for each point.
pub const MAX_SCALE: f64 = 20.0;
/// Most pixels of a picture: 4 bytes each while it is drawn.
pub const MAX_PIXELS: u64 = 64_000_000;

/// Why a picture has no pixels.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The scale is no such number.
    #[error("the scale must lie between {MIN_SCALE} and {MAX_SCALE} pixels a point")]
    Scale,
    /// It would take too much memory.
    #[error(
        "{width} x {height} pixels are more than the {} million a picture may have; take a smaller \
         size or scale",
        MAX_PIXELS / 1_000_000
    )]
    TooLarge {
        /// Pixels from left to right.
        width: u64,
        /// Pixels from above down.
        height: u64,
    },
    /// The SVG cannot be drawn.
    #[error("the picture cannot be drawn: {0}")]
    Svg(#[from] usvg::Error),
    /// The pixels cannot be written as PNG.
    #[error("the picture cannot be written as PNG: {0}")]
    Png(String),
}

/// Pixels, row by row from above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from above down.
    pub height: u32,
    /// Red, green, blue and opacity of each, not premultiplied.
    pub rgba: Vec<u8>,
}

/// The fonts of this program, and nothing of the system's.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for font in [ROBOTO_REGULAR, ROBOTO_MEDIUM] {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(font)));
    }
    fonts.set_sans_serif_family("Roboto");
    Arc::new(fonts)
});

pub(super) fn png(picture: &Picture, scale: f64) -> Result<Vec<u8>, PictureError> {
    let drawn = draw(picture, scale)?;
    drawn
        .encode_png()
        .map_err(|error| PictureError::Png(error.to_string()))
}

pub(super) fn pixels(picture: &Picture, scale: f64) -> Result<Pixels, PictureError> {
    let drawn = draw(picture, scale)?;
    Ok(Pixels {
        width: drawn.width(),
        height: drawn.height(),
        rgba: drawn.take_demultiplied(),
    })
}

fn draw(picture: &Picture, scale: f64) -> Result<Pixmap, PictureError> {
    let (width, height) = size_in_pixels((picture.width, picture.height), scale)?;
    let options = usvg::Options {
        font_family: "Roboto".to_owned(),
        fontdb: FONTS.clone(),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(&picture.svg(), &options)?;
    let too_large = || PictureError::TooLarge {
        width: width.into(),
        height: height.into(),
    };
    let mut pixels = Pixmap::new(width, height).ok_or_else(too_large)?;
    #[expect(clippy::cast_possible_truncation, reason = "at most MAX_SCALE")]
    let scale = scale as f32;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    Ok(pixels)
}

/// Width and height in pixels of a picture of this width and height in points.
///
/// # Errors
/// There are no pictures of this scale, or of so many pixels.
pub fn size_in_pixels(size: (f64, f64), scale: f64) -> Result<(u32, u32), PictureError> {
    if !(MIN_SCALE..=MAX_SCALE).contains(&scale) {
        return Err(PictureError::Scale);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it saturates, and what is too large is refused"
    )]
    let of = |points: f64| (points * scale).round().max(1.0) as u64;
    let (width, height) = (of(size.0), of(size.1));
    let too_large = PictureError::TooLarge { width, height };
    if width.saturating_mul(height) > MAX_PIXELS {
        return Err(too_large);
    }
    match (u32::try_from(width), u32::try_from(height)) {
        (Ok(width), Ok(height)) => Ok((width, height)),
        _ => Err(too_large),
    }
}
