//! What the plots show, apart from where it is drawn: curves, axes, ticks and colours. The window and
//! the pictures that are exported are drawn from the same figures, and so cannot differ in them.
//!
//! Values are in base units: bytes, nanoseconds, bit/s; a ratio has none. A [`Scale`] turns them into
//! places along an axis and back.

mod axis;
mod beside;
mod crowd;
mod curve;
mod extent;
mod frame;
mod names;
mod palette;
pub mod picture;
mod plot;
mod ratio;
mod reach;
mod scale;
mod ticks;
mod zoom;

pub use crate::measurement::Quantity;
pub use axis::{Axis, AxisKind};
pub use beside::{FittedCurve, LandmarkLine, ShownLandmark};
pub use crowd::Crowd;
pub use curve::{Curve, CurveKey, Dot, SourceId, curves_of_peer, curves_of_run};
pub use extent::{Extent, Part, size_extent};
pub use frame::{Frame, Spot};
pub use names::{Course, Edge, Ground, Name, Scene, leader, place_names};
pub use palette::{Dash, Look, Marker, Rgb, SERIES_DARK, SERIES_LIGHT};
pub use plot::{Chart, ChartOptions, Content, DrawnCurve, Source};
pub use ratio::Compared;
pub use reach::{ratio_extent, value_extent};
pub use scale::Scale;
pub use ticks::Tick;
pub use zoom::zoomed;
