//! Histograms of a point's samples.
//!
//! Sources: the bins' width is that of D. Freedman and P. Diaconis, "On the histogram as a density
//! estimator: L2 theory", Z. Wahrscheinlichkeitstheorie verw. Gebiete 57, 1981: twice the interquartile
//! range over the cube root of n. What lies beyond the far fence of J. W. Tukey, *Exploratory Data
//! Analysis*, 1977, three interquartile ranges above the third quartile, is collected: one disturbed
//! probe would otherwise press all bins into one.

use super::PointSamples;

/// Most bins of a histogram.
pub const MOST_BINS: usize = 120;
/// Interquartile ranges between the third quartile and the far fence.
const FAR: f64 = 3.0;

/// How the bins are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bins {
    /// Equally wide.
    Linear,
    /// With equal ratios of their ends.
    Log,
}

/// A bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Its lower end in nanoseconds.
    pub from_ns: f64,
    /// Its upper end in nanoseconds. A sample that is exactly as long belongs to the next bin; in the
    /// last one to this.
    pub to_ns: f64,
    /// How many samples are in it.
    pub count: u64,
}

/// Samples counted in bins.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// The bins, each beginning where the one before ends.
    pub bins: Vec<Bin>,
    /// Samples that are longer than the last bin reaches.
    pub beyond: u64,
    /// The longest of them in nanoseconds.
    pub longest_ns: Option<u64>,
}

impl PointSamples {
    /// The histogram of the counted samples, in at most [`MOST_BINS`] bins. Logarithmic bins hold every
    /// sample.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    pub fn histogram(&self, bins: Bins) -> Histogram {
        let ranked = self.counted.ranked();
        let (Some(least), Some(most)) = (ranked.get(0), ranked.last()) else {
            return Histogram::default();
        };
        let (q1, q3) = (
            self.quantile(0.25).unwrap_or(least as f64),
            self.quantile(0.75).unwrap_or(most as f64),
        );
        let edges = match bins {
            Bins::Linear => self.linear_edges(least, most, (q1, q3)),
            Bins::Log => self.log_edges(least, most, (q1, q3)),
        };
        self.counted_between(&edges, most)
    }

    /// Edges at multiples of the clock's step: any other width would take one value of it here and two
    /// there, and show a comb.
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    fn linear_edges(&self, least: u64, most: u64, (q1, q3): (f64, f64)) -> Vec<f64> {
        // Of a tail that is longer than that, at most one probe in ten is collected.
        let fence = (q3 + FAR * (q3 - q1)).max(self.quantile(0.9).unwrap_or(0.0));
        let end = if q3 > q1 {
            (most as f64).min(fence)
        } else {
            most as f64
        };
        let span = end - least as f64;
        let step = self.step.max(1) as f64;
        let width = self.width(q3 - q1).max(span / (MOST_BINS - 1) as f64);
        let width = ((width / step).ceil() * step).max(step);
        // In the middle between two values that the clock can have.
        let from = least as f64 - step / 2.0;
        edges(from, width, number_of(end - from, width))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    fn log_edges(&self, least: u64, most: u64, (q1, q3): (f64, f64)) -> Vec<f64> {
        let place = |ns: f64| ns.max(1.0).log10();
        let from = place(least as f64);
        let span = place(most as f64) - from;
        let width = self
            .width(place(q3) - place(q1))
            .max(span / (MOST_BINS - 1) as f64);
        // Of one value: a bin around it.
        let width = if width > 0.0 { width } else { 0.01 };
        let from = from - width / 2.0;
        let mut edges = edges(from, width, number_of(span + width / 2.0, width));
        for edge in &mut edges {
            *edge = 10_f64.powf(*edge);
        }
        // A time of nothing has no place on such an axis, and is in the first bin.
        if let (0, Some(first)) = (least, edges.first_mut()) {
            *first = first.min(0.0);
        }
        edges
    }

    /// Freedman and Diaconis' width, in the unit of the interquartile range.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    fn width(&self, range: f64) -> f64 {
        2.0 * range / (self.counted.len() as f64).cbrt()
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    fn counted_between(&self, edges: &[f64], most: u64) -> Histogram {
        let ranked = self.counted.ranked();
        let mut before = 0;
        let mut bins: Vec<Bin> = Vec::with_capacity(edges.len());
        for (at, pair) in edges.windows(2).enumerate() {
            let &[from_ns, to_ns] = pair else { continue };
            let is_last = at + 2 == edges.len();
            let upto = if is_last {
                self.not_longer(to_ns)
            } else {
                ranked.partition_point(|sample| (*sample as f64) < to_ns)
            };
            let upto = upto.max(before);
            bins.push(Bin {
                from_ns,
                to_ns,
                count: (upto - before) as u64,
            });
            before = upto;
        }
        let beyond = (ranked.len() - before) as u64;
        Histogram {
            bins,
            beyond,
            longest_ns: (beyond > 0).then_some(most),
        }
    }
}

/// Bins of a width that hold `span`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, and the conversion saturates"
)]
fn number_of(span: f64, width: f64) -> usize {
    ((span / width).floor() as usize + 1).clamp(1, MOST_BINS)
}

#[expect(clippy::cast_precision_loss, reason = "a small number")]
fn edges(from: f64, width: f64, bins: usize) -> Vec<f64> {
    (0..=bins).map(|at| from + at as f64 * width).collect()
}
