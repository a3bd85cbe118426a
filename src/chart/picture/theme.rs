//! The colours of pictures: on paper, and on a dark ground.

use crate::chart::{Rgb, SERIES_DARK, SERIES_LIGHT};

/// On which ground a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// White, for paper and projectors.
    #[default]
    Light,
    /// Dark.
    Dark,
}

/// The colours of a theme.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colours {
    pub ground: Rgb,
    /// Titles and what has to be read first.
    pub text: Rgb,
    /// Labels and explanations.
    pub quiet: Rgb,
    pub axis: Rgb,
    pub grid: Rgb,
    pub series: &'static [Rgb; 7],
    /// How much of a band's colour is seen.
    pub band: f64,
}

const LIGHT: Colours = Colours {
    ground: Rgb(0xff, 0xff, 0xff),
    text: Rgb(0x1b, 0x1f, 0x24),
    quiet: Rgb(0x4d, 0x55, 0x5f),
    axis: Rgb(0x7a, 0x82, 0x8c),
    grid: Rgb(0xe4, 0xe7, 0xeb),
    series: &SERIES_LIGHT,
    band: 0.15,
};

const DARK: Colours = Colours {
    ground: Rgb(0x14, 0x16, 0x1a),
    text: Rgb(0xec, 0xee, 0xf1),
    quiet: Rgb(0xb0, 0xb6, 0xbf),
    axis: Rgb(0x78, 0x80, 0x8b),
    grid: Rgb(0x2b, 0x2f, 0x36),
    series: &SERIES_DARK,
    band: 0.2,
};

impl Theme {
    pub(super) fn colours(self) -> &'static Colours {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
        }
    }
}
