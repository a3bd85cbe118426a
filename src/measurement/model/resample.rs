//! How far a line can be trusted: it is drawn again and again through rounds drawn at random.
//!
//! This is the bootstrap (B. Efron, "Bootstrap methods: another look at the jackknife", *Annals of
//! Statistics* 7, 1979) with percentile intervals. A round is one value, its median: what is drawn are
//! rounds, never probes, because neighbouring round-trip times are correlated. Points that were measured
//! in the same rounds are drawn together, so that what befell a whole round befalls it here too.

use super::line::{Fitter, Line};
use crate::experiment::SplitMix64;
use crate::measurement::Estimate;

/// Lines drawn, as a rule.
pub(super) const RESAMPLES: u32 = 1_000;
/// Lines drawn at least, however many rounds there are.
const LEAST_RESAMPLES: u32 = 200;
/// Rounds drawn in all, about: with more of them fewer lines are drawn.
const DRAWS: usize = 20_000_000;

/// A point's rounds.
pub(super) struct Rounds {
    /// Their numbers, in ascending order.
    pub numbers: Vec<u32>,
    /// Their medians, in the same order, in nanoseconds.
    pub medians: Vec<f64>,
}

/// What the lines through the drawn rounds have.
pub(super) struct Spread {
    /// Their heights at 0, in nanoseconds, ascending.
    heights: Vec<f64>,
    /// Their slopes, in nanoseconds a byte, ascending.
    slopes: Vec<f64>,
    /// Height / slope, in bytes, ascending.
    ratios: Vec<f64>,
}

/// A point as it is drawn from.
struct Source {
    /// Its rounds by their medians: the place among its rounds, and the median.
    by_median: Vec<(usize, f64)>,
    /// Which draw it shares.
    group: usize,
}

/// How often each round was drawn, for all points that were measured in the same ones.
struct Group<'r> {
    numbers: &'r [u32],
    drawn: Vec<u32>,
}

impl Spread {
    /// Of lines through `points`, each with its rounds. The same seed gives the same spread.
    pub fn of(points: &[Rounds], fitter: &mut Fitter, seed: u64) -> Self {
        let mut groups: Vec<Group<'_>> = Vec::new();
        let sources: Vec<Source> = points
            .iter()
            .map(|point| {
                let known = groups
                    .iter()
                    .position(|group| group.numbers == point.numbers);
                let group = known.unwrap_or_else(|| {
                    groups.push(Group {
                        numbers: &point.numbers,
                        drawn: vec![0; point.numbers.len()],
                    });
                    groups.len() - 1
                });
                let mut by_median: Vec<(usize, f64)> =
                    point.medians.iter().copied().enumerate().collect();
                by_median.sort_by(|one, other| one.1.total_cmp(&other.1));
                Source { by_median, group }
            })
            .collect();
        let mut random = SplitMix64::new(seed);
        let count = resamples(points);
        let mut spread = Self {
            heights: Vec::with_capacity(count as usize),
            slopes: Vec::with_capacity(count as usize),
            ratios: Vec::with_capacity(count as usize),
        };
        let mut heights = Vec::with_capacity(points.len());
        for _ in 0..count {
            for group in &mut groups {
                group.draw(&mut random);
            }
            heights.clear();
            heights.extend(sources.iter().map(|source| source.median(&groups)));
            if let Some(line) = fitter.line(&heights) {
                spread.push(line);
            }
        }
        for values in [&mut spread.heights, &mut spread.slopes, &mut spread.ratios] {
            values.sort_unstable_by(f64::total_cmp);
        }
        spread
    }

    fn push(&mut self, line: Line) {
        self.heights.push(line.height);
        self.slopes.push(line.slope);
        // A line that does not rise reaches half of its rate nowhere.
        let rises = line.slope > 0.0;
        let ratio = if rises {
            line.height / line.slope
        } else {
            f64::INFINITY
        };
        self.ratios.push(ratio);
    }

    /// Lines that were drawn.
    pub fn count(&self) -> u32 {
        u32::try_from(self.slopes.len()).unwrap_or(u32::MAX)
    }

    /// `value`, a line's height, with its interval.
    pub fn height(&self, value: f64) -> Estimate {
        estimate(value, &self.heights)
    }

    /// `value`, a line's slope, with its interval.
    pub fn slope(&self, value: f64) -> Estimate {
        estimate(value, &self.slopes)
    }

    /// `value`, a line's height / slope, with its interval.
    pub fn ratio(&self, value: f64) -> Estimate {
        estimate(value, &self.ratios)
    }
}

/// Lines that are drawn for these points: fewer where there are very many rounds.
fn resamples(points: &[Rounds]) -> u32 {
    let rounds: usize = points.iter().map(|point| point.numbers.len()).sum();
    let affordable = DRAWS / rounds.max(1);
    u32::try_from(affordable)
        .unwrap_or(RESAMPLES)
        .clamp(LEAST_RESAMPLES, RESAMPLES)
}

impl Group<'_> {
    /// As many rounds as there are, each with the same chance, any of them as often as it comes.
    fn draw(&mut self, random: &mut SplitMix64) {
        let count = self.drawn.len();
        self.drawn.fill(0);
        for _ in 0..count {
            if let Some(drawn) = self.drawn.get_mut(random.below(count)) {
                *drawn += 1;
            }
        }
    }
}

impl Source {
    /// The median of the rounds that were drawn.
    fn median(&self, groups: &[Group<'_>]) -> f64 {
        let drawn = groups
            .get(self.group)
            .map(|group| group.drawn.as_slice())
            .unwrap_or_default();
        let count = self.by_median.len();
        let (lower, upper) = (count.saturating_sub(1) / 2, count / 2);
        let mut before = 0_usize;
        let mut low = None;
        for (place, median) in &self.by_median {
            before += drawn.get(*place).map_or(0, |times| *times as usize);
            if before > lower && low.is_none() {
                low = Some(*median);
            }
            if before > upper {
                return f64::midpoint(low.unwrap_or(*median), *median);
            }
        }
        low.unwrap_or_default()
    }
}

/// The middle 95 % of sorted values, and `value` in any case.
fn estimate(value: f64, sorted: &[f64]) -> Estimate {
    let last = sorted.len().saturating_sub(1);
    // 2.5 % of them lie outside at either end: of 1,000 the 25 least and the 25 greatest.
    let out = sorted.len() / 40;
    let at = |place: usize| sorted.get(place).copied().unwrap_or(value);
    Estimate {
        value,
        lo: at(out).min(value),
        hi: at(last.saturating_sub(out)).max(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(medians: &[f64]) -> Rounds {
        Rounds {
            numbers: (1..).take(medians.len()).collect(),
            medians: medians.to_vec(),
        }
    }

    #[test]
    fn the_median_of_drawn_rounds_is_that_of_their_list() {
        let mut random = SplitMix64::new(3);
        for count in 1..12_usize {
            let medians: Vec<f64> = (0_u32..)
                .map(|at| f64::from(at * 5 % 7))
                .take(count)
                .collect();
            let mut by_median: Vec<(usize, f64)> = medians.iter().copied().enumerate().collect();
            by_median.sort_by(|one, other| one.1.total_cmp(&other.1));
            let source = Source {
                by_median,
                group: 0,
            };
            let numbers: Vec<u32> = (1..).take(count).collect();
            let mut groups = [Group {
                numbers: &numbers,
                drawn: vec![0; count],
            }];
            for _ in 0..50 {
                groups[0].draw(&mut random);
                let list: Vec<f64> = medians
                    .iter()
                    .zip(&groups[0].drawn)
                    .flat_map(|(median, times)| std::iter::repeat_n(*median, *times as usize))
                    .collect();
                assert_eq!(list.len(), count);
                let expected = crate::measurement::interval::median_of(&list).unwrap();
                assert_eq!(Some(source.median(&groups)), Some(expected), "{list:?}");
            }
        }
    }

    #[test]
    fn what_befalls_a_whole_round_moves_the_height_and_not_the_slope() {
        // Rounds of very different height, each a line of the same slope.
        let points: Vec<Rounds> = [0.0, 1e4, 2e4, 4e4]
            .iter()
            .map(|rise| rounds(&[1e5, 2e5, 1.5e5, 1.2e5, 1.7e5, 1.3e5, 1.9e5].map(|t| t + rise)))
            .collect();
        let sizes = [(1.0, 1e5), (1e4, 1.1e5), (2e4, 1.2e5), (4e4, 1.4e5)];
        let mut fitter = Fitter::new(&sizes);
        let spread = Spread::of(&points, &mut fitter, 1);
        let slope = spread.slope(1.0);
        assert!(slope.hi - slope.lo < 1e-3, "{slope:?}");
        let height = spread.height(1.5e5);
        assert!(height.hi - height.lo > 3e4, "{height:?}");
        let again = Spread::of(&points, &mut fitter, 1);
        assert_eq!(again.height(1.5e5), height);
    }

    #[test]
    fn many_rounds_are_drawn_less_often() {
        assert_eq!(resamples(&[rounds(&[1.0; 40])]), RESAMPLES);
        let many: Vec<Rounds> = (0..10).map(|_| rounds(&vec![1.0; 5_000])).collect();
        assert_eq!(resamples(&many), 400);
        let more: Vec<Rounds> = (0..100).map(|_| rounds(&vec![1.0; 5_000])).collect();
        assert_eq!(resamples(&more), LEAST_RESAMPLES);
    }

    #[test]
    fn an_interval_leaves_out_a_fortieth_at_either_end() {
        let sorted: Vec<f64> = (0..1_000).map(f64::from).collect();
        let estimate = estimate(500.0, &sorted);
        assert_eq!((estimate.lo, estimate.hi), (25.0, 974.0));
    }
}
