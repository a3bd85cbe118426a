//! A small series beside the samples: one value a connection, such as how long it took to open.

use super::sorted::Sorted;
use super::{MedianInterval, median_interval, percentile};

/// What a series of times says, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Series {
    /// How many there are.
    pub n: u64,
    /// The least.
    pub min_ns: u64,
    /// The median.
    pub p50_ns: f64,
    /// The greatest.
    pub max_ns: u64,
    /// The 95 % interval of the median, from the medians of the rounds: connections that were open at
    /// the same time are not independent of each other. `None` below six rounds.
    pub median_ci95: Option<MedianInterval>,
}

/// A series as it grows by rounds.
#[derive(Debug, Clone, Default)]
pub(super) struct Growing {
    values: Sorted,
    medians: Vec<f64>,
}

impl Growing {
    /// Takes the values of one round, which are left empty.
    pub fn add_round(&mut self, values: &mut Vec<u64>) {
        values.sort_unstable();
        self.medians.extend(percentile(values, 0.5));
        self.values.merge(values);
        values.clear();
    }

    /// What it says; `None` without values.
    pub fn series(&self) -> Option<Series> {
        let values = self.values.ranked();
        Some(Series {
            n: values.len() as u64,
            min_ns: values.get(0)?,
            p50_ns: values.percentile(0.5)?,
            max_ns: values.last()?,
            median_ci95: median_interval(&self.medians),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_has_its_interval_from_the_rounds() {
        let mut growing = Growing::default();
        assert_eq!(growing.series(), None);
        for round in 1..=6 {
            growing.add_round(&mut vec![round * 10 + 4, round * 10, round * 10 + 2]);
        }
        growing.add_round(&mut Vec::new());
        let series = growing.series().unwrap();
        assert_eq!((series.n, series.min_ns, series.max_ns), (18, 10, 64));
        assert!((series.p50_ns - 37.0).abs() < 1e-9);
        let interval = series.median_ci95.unwrap();
        assert_eq!((interval.lo, interval.hi), (12.0, 62.0));
    }
}
