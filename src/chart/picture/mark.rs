//! What a picture is made of. Places are in points from its upper left corner.

pub use crate::chart::{Frame, Spot};
use crate::chart::{Marker, Rgb};

/// How a line is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Rgb,
    /// Its width.
    pub width: f64,
    /// 0 is not to be seen, 1 hides what is behind.
    pub opacity: f64,
    /// Lengths of strokes and gaps in turn; none is unbroken.
    pub dashes: Vec<f64>,
    /// Whether its ends are round.
    pub is_round: bool,
}

impl Stroke {
    /// An unbroken line.
    #[must_use]
    pub fn new(colour: Rgb, width: f64) -> Self {
        Self {
            colour,
            width,
            opacity: 1.0,
            dashes: Vec::new(),
            is_round: false,
        }
    }

    /// The same, through which something is seen.
    #[must_use]
    pub fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }
}

/// Which end of a text its place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// How heavy a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Roboto Regular.
    Regular,
    /// Roboto Medium.
    Medium,
}

/// Marks that belong together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// What it is: the class of its element.
    pub class: &'static str,
    /// What programs read from it, as pairs of an attribute's name and its value.
    pub facts: Vec<(&'static str, String)>,
    /// What is told where the pointer rests on it.
    pub tip: Option<String>,
    /// What lies outside is not drawn; the name is its own in the picture.
    pub clip: Option<(String, Frame)>,
    /// The marks.
    pub marks: Vec<Mark>,
}

/// A mark.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A line through places.
    Line {
        /// The places.
        spots: Vec<Spot>,
        /// How it is drawn.
        stroke: Stroke,
    },
    /// A filled polygon without an edge.
    Area {
        /// Its corners.
        spots: Vec<Spot>,
        /// Its colour.
        fill: Rgb,
        /// 0 is not to be seen, 1 hides what is behind.
        opacity: f64,
    },
    /// A curve's sign.
    Sign {
        /// Where it stands.
        at: Spot,
        /// Its shape.
        marker: Marker,
        /// How far it reaches, a disc at least.
        radius: f64,
        /// Its colour.
        fill: Rgb,
        /// The rim that lifts it off what is behind.
        rim: Stroke,
    },
    /// A line of text.
    Text {
        /// Where its base line begins, has its middle or ends.
        at: Spot,
        /// The text.
        text: String,
        /// The height of its font.
        size: f64,
        /// How heavy it is.
        weight: Weight,
        /// Its colour.
        colour: Rgb,
        /// Which of its ends `at` is.
        anchor: Anchor,
        /// Whether it runs upwards.
        is_upward: bool,
        /// The colour of the ground about its letters, where it lies over something.
        halo: Option<Rgb>,
    },
    /// Marks that belong together.
    Group(Group),
}

impl Mark {
    /// A straight line.
    #[must_use]
    pub fn line(from: Spot, to: Spot, stroke: Stroke) -> Self {
        Self::Line {
            spots: vec![from, to],
            stroke,
        }
    }
}
