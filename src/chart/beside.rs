//! What stands in a plot beside what was measured: the model's curve and landmarks.

use std::collections::BTreeSet;

use super::{Chart, CurveKey, DrawnCurve, Quantity, SourceId};
use crate::measurement::numbers::{float, whole};
use crate::measurement::units::{bytes, count, throughput, time};
use crate::measurement::{Fit, Landmark, LandmarkKind, LandmarkSet, NoFit, Place};

/// Pieces that a model's line is made of.
const PIECES: u32 = 96;

/// The model fitted to a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedCurve {
    /// The curve.
    pub key: CurveKey,
    /// The model.
    pub fit: Fit,
}

impl FittedCurve {
    /// What the model says of a message size, in the base units of a quantity: nanoseconds or bit/s.
    #[must_use]
    pub fn value(&self, quantity: Quantity, size: f64) -> f64 {
        match quantity {
            Quantity::Rtt => self.fit.rtt_ns(size),
            Quantity::Throughput => 8.0 * self.fit.throughput(size),
        }
    }

    /// From which message size to which it was fitted, in bytes: beyond, it says nothing.
    #[must_use]
    pub fn sizes(&self) -> (f64, f64) {
        let sizes = || self.fit.residuals.iter().map(|point| point.message_size);
        let of = |size: Option<u64>| float(size.unwrap_or_default());
        (of(sizes().min()), of(sizes().max()))
    }

    /// Its line from end to end, as message size and value. The line is straight on linear axes alone, so
    /// that it is made of pieces, as long as each other on the chart's axis of message sizes and close enough
    /// to look smooth.
    #[must_use]
    pub fn line(&self, chart: &Chart) -> Vec<(f64, f64)> {
        let scale = chart.size_axis.scale;
        let (least, most) = self.sizes();
        let (Some(from), Some(to)) = (scale.place(least), scale.place(most)) else {
            return Vec::new();
        };
        (0..=PIECES)
            .map(|piece| {
                let share = f64::from(piece) / f64::from(PIECES);
                let size = scale.value(from + share * (to - from));
                (size, self.value(chart.quantity, size))
            })
            .collect()
    }
}

/// Where a landmark stands in a plot, in base units.
#[derive(Debug, Clone, PartialEq)]
pub enum LandmarkLine {
    /// At a message size.
    Vertical(f64),
    /// At a value.
    Horizontal(f64),
    /// A value for each message size.
    Curve(Vec<(f64, f64)>),
}

impl LandmarkLine {
    /// The least and the greatest of its values; `None` if it stands at a message size.
    #[must_use]
    pub fn values(&self) -> Option<(f64, f64)> {
        match self {
            Self::Vertical(_) => None,
            Self::Horizontal(value) => Some((*value, *value)),
            Self::Curve(values) => {
                let values = || values.iter().map(|(_, value)| *value);
                Some((values().reduce(f64::min)?, values().reduce(f64::max)?))
            }
        }
    }
}

/// A landmark that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownLandmark<'a> {
    /// The landmark.
    pub landmark: &'a Landmark,
    /// Its name, with the server delay it belongs to where curves of several are drawn.
    pub name: String,
    /// Where it stands.
    pub line: LandmarkLine,
    /// Whether its name can be spared where many crowd: one of the multiples of the segment size after the
    /// first.
    pub is_minor: bool,
}

impl ShownLandmark<'_> {
    /// Its name with its value, to be said where its line lies beyond what is seen.
    #[must_use]
    pub fn with_value(&self, quantity: Quantity) -> String {
        let figure = |value: f64| match quantity {
            Quantity::Rtt => time(value),
            Quantity::Throughput => throughput(value / 8.0),
        };
        let value = match (&self.line, self.line.values()) {
            (LandmarkLine::Vertical(size), _) => bytes(whole(*size)),
            (_, None) => return self.name.clone(),
            (_, Some((low, high))) => {
                let (low, high) = (figure(low), figure(high));
                if low == high {
                    low.to_string()
                } else if low.unit == high.unit {
                    format!("{} to {high}", low.digits)
                } else {
                    format!("{low} to {high}")
                }
            }
        };
        if self.name.ends_with(&value) {
            self.name.clone()
        } else {
            format!("{}: {value}", self.name)
        }
    }
}

impl Chart {
    /// Adds the models of a source's curves.
    pub fn add_fits(&mut self, source: SourceId, fits: &[(u64, Result<Fit, NoFit>)]) {
        for (delay_ms, fit) in fits {
            let key = CurveKey {
                source,
                delay_ms: *delay_ms,
            };
            if let Ok(fit) = fit {
                let fit = fit.clone();
                self.fitted.push(FittedCurve { key, fit });
            }
        }
    }

    /// Adds the landmarks of a source that are wanted and have a place in this plot.
    pub fn add_landmarks(
        &mut self,
        source: SourceId,
        sets: &[LandmarkSet],
        wanted: &BTreeSet<LandmarkKind>,
    ) {
        let found = sets
            .iter()
            .filter(|set| wanted.contains(&set.kind))
            .filter_map(|set| set.found.as_ref().ok())
            .flatten();
        for landmark in found {
            if landmark_line(self.quantity, landmark).is_some() {
                self.landmarks.push((source, landmark.clone()));
            }
        }
    }

    /// The models of the curves that are drawn, each with its curve.
    pub fn shown_fits(&self) -> impl Iterator<Item = (&DrawnCurve, &FittedCurve)> {
        self.fitted.iter().filter_map(|fitted| {
            let mut shown = self.shown();
            let drawn = shown.find(|drawn| drawn.curve.key == fitted.key)?;
            Some((drawn, fitted))
        })
    }

    /// The landmarks that are drawn, and where: those of a source go with its curves, those of a server
    /// delay with the curve of it.
    pub fn shown_landmarks(&self) -> impl Iterator<Item = ShownLandmark<'_>> {
        let is_shown = |source: SourceId, landmark: &Landmark| {
            let mut shown = self.shown().map(|drawn| drawn.curve.key);
            let delay = landmark.server_delay_ms;
            shown.any(|key| {
                key.source == source && delay.is_none_or(|delay_ms| key.delay_ms == delay_ms)
            })
        };
        let mut delays = self.shown().map(|drawn| drawn.curve.key.delay_ms);
        let first = delays.next();
        let has_several = delays.any(|delay_ms| Some(delay_ms) != first);
        let name = move |landmark: &Landmark| match landmark.server_delay_ms {
            Some(delay_ms) if has_several => {
                format!("{}, delay {}\u{a0}ms", landmark.label, count(delay_ms))
            }
            _ => landmark.label.clone(),
        };
        let mut has_segments = false;
        self.landmarks
            .iter()
            .filter(move |(source, landmark)| is_shown(*source, landmark))
            .filter_map(move |(_, landmark)| {
                let is_segments = landmark.kind == LandmarkKind::Segments;
                let is_minor = is_segments && has_segments;
                has_segments |= is_segments;
                Some(ShownLandmark {
                    landmark,
                    name: name(landmark),
                    line: landmark_line(self.quantity, landmark)?,
                    is_minor,
                })
            })
    }

    /// The least and the greatest value of each landmark that has values.
    pub(super) fn landmark_values(&self) -> impl Iterator<Item = (f64, f64)> {
        self.shown_landmarks()
            .filter_map(|shown| shown.line.values())
    }
}

/// Where a landmark stands in the plot of a quantity; `None` if it belongs to the other plot.
#[expect(
    clippy::cast_precision_loss,
    reason = "message sizes stay far below 2^52"
)]
fn landmark_line(quantity: Quantity, landmark: &Landmark) -> Option<LandmarkLine> {
    Some(match (&landmark.place, quantity) {
        (Place::MessageSize(size), _) => LandmarkLine::Vertical(*size),
        (Place::RttNs(ns), Quantity::Rtt) => LandmarkLine::Horizontal(*ns),
        (Place::Throughput(rate), Quantity::Throughput) => LandmarkLine::Horizontal(8.0 * rate),
        (Place::ThroughputCurve(rates), Quantity::Throughput) => LandmarkLine::Curve(
            rates
                .iter()
                .map(|(size, rate)| (*size as f64, 8.0 * rate))
                .collect(),
        ),
        _ => return None,
    })
}
