//! How curves are told apart: colour, marker and dash. Each alone would do for the first few, so that a
//! picture can be read in grey, and by those who see colours differently.

/// A colour, red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Colours of curves on a dark ground, in their order: M. Okabe and K. Ito, "Color Universal Design"
/// (2008), lightened to stand out from it.
pub const SERIES_DARK: [Rgb; 7] = [
    Rgb(0x56, 0xb4, 0xe9),
    Rgb(0xe6, 0x9f, 0x00),
    Rgb(0x1f, 0xb8, 0x8d),
    Rgb(0xf0, 0x7b, 0x3f),
    Rgb(0xd9, 0x8f, 0xba),
    Rgb(0xf0, 0xe4, 0x42),
    Rgb(0xc4, 0xc9, 0xd1),
];

/// The same on a light ground and on paper, darkened.
pub const SERIES_LIGHT: [Rgb; 7] = [
    Rgb(0x00, 0x72, 0xb2),
    Rgb(0xc9, 0x82, 0x00),
    Rgb(0x00, 0x8a, 0x66),
    Rgb(0xd5, 0x5e, 0x00),
    Rgb(0xb3, 0x5c, 0x8c),
    Rgb(0x8c, 0x7f, 0x00),
    Rgb(0x33, 0x3a, 0x44),
];

/// The shape of a dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A disc.
    Circle,
    /// A square.
    Square,
    /// A triangle, point up.
    Up,
    /// A square on its corner.
    Diamond,
    /// A triangle, point down.
    Down,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// In long pieces.
    Dashed,
    /// In dots.
    Dotted,
}

/// How a curve looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Its place in the order of colours.
    pub colour: usize,
    /// The shape of its dots.
    pub marker: Marker,
    /// Its line.
    pub dash: Dash,
}

const MARKERS: [Marker; 5] = [
    Marker::Circle,
    Marker::Square,
    Marker::Up,
    Marker::Diamond,
    Marker::Down,
];
const DASHES: [Dash; 3] = [Dash::Solid, Dash::Dashed, Dash::Dotted];

impl Look {
    /// The only run that is shown: a colour and a marker for each of its curves.
    #[must_use]
    pub fn of_series(colour: usize, index: usize) -> Self {
        Self {
            colour: colour + index,
            marker: pick(&MARKERS, colour + index),
            dash: Dash::Solid,
        }
    }

    /// One run of several: its colour and marker, and a dash for each of its curves.
    #[must_use]
    pub fn of_run(colour: usize, index: usize) -> Self {
        Self {
            colour,
            marker: pick(&MARKERS, colour),
            dash: pick(&DASHES, index),
        }
    }

    /// Its colour out of an order of colours.
    #[must_use]
    pub fn rgb(self, order: &[Rgb; 7]) -> Rgb {
        pick(order, self.colour)
    }
}

fn pick<T: Copy, const N: usize>(of: &[T; N], index: usize) -> T {
    // The remainder lies within, so that the first is never fallen back to.
    of.get(index % N).copied().unwrap_or(of[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2, "relative luminance").
    fn luminance(Rgb(r, g, b): Rgb) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    #[test]
    fn every_colour_stands_out_from_its_ground() {
        // WCAG 2.2, 1.4.11: graphics need a contrast of 3 to 1.
        let contrast = |one: Rgb, other: Rgb| {
            let (one, other) = (luminance(one), luminance(other));
            (one.max(other) + 0.05) / (one.min(other) + 0.05)
        };
        for colour in SERIES_DARK {
            assert!(contrast(colour, Rgb(0x14, 0x16, 0x1a)) >= 3.0, "{colour:?}");
        }
        for colour in SERIES_LIGHT {
            assert!(contrast(colour, Rgb(0xff, 0xff, 0xff)) >= 3.0, "{colour:?}");
        }
    }

    #[test]
    fn curves_that_are_shown_together_differ_in_more_than_colour() {
        for index in 0..4 {
            let (one, next) = (Look::of_series(0, index), Look::of_series(0, index + 1));
            assert_ne!(one.marker, next.marker);
            assert_ne!(one.colour, next.colour);
            let (one, next) = (Look::of_run(index, 0), Look::of_run(index + 1, 0));
            assert_ne!(one.marker, next.marker);
        }
        assert_ne!(Look::of_run(0, 0).dash, Look::of_run(0, 1).dash);
    }
}
