//! Values that stay in order while more of them come.
//!
//! What is new is merged into a small sorted part, and that into the large one when it has grown to a
//! sixteenth of it: a few thousand new values among a million cost about as much as copying a
//! sixteenth of them, and the million is seldom touched. A value of a given rank is found in both parts
//! at once, by halving.

/// The small part may always be as large as this.
const SMALL: usize = 4_096;
/// Otherwise it may be this part of the large one.
const PART: usize = 16;

/// Values in ascending order.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorted {
    large: Vec<u64>,
    small: Vec<u64>,
}

impl Sorted {
    /// All values, by rank.
    pub fn ranked(&self) -> Ranked<'_> {
        Ranked {
            one: &self.large,
            other: &self.small,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.large.len() + self.small.len()
    }

    /// Takes all of `new`, which are in ascending order themselves.
    pub fn merge(&mut self, new: &[u64]) {
        merge(&mut self.small, new);
        if self.small.len() > SMALL.max(self.large.len() / PART) {
            merge(&mut self.large, &self.small);
            self.small.clear();
        }
    }

    /// Takes one more.
    pub fn insert(&mut self, value: u64) {
        self.merge(&[value]);
    }
}

/// Merges from the end: everything between two new values moves in one piece.
fn merge(into: &mut Vec<u64>, new: &[u64]) {
    let mut end = into.len();
    if into.capacity() - end < new.len() {
        // Not the usual doubling: these are as many as the samples themselves. But room for more than
        // these, as moving all to a new place costs more than the merging.
        into.reserve_exact(new.len().max(end / PART));
    }
    into.resize(end + new.len(), 0);
    for (before, value) in new.iter().enumerate().rev() {
        let not_moved = into.get(..end).unwrap_or_default();
        let from = up_to(not_moved, *value);
        let place = from + before;
        into.copy_within(from..end, place + 1);
        if let Some(free) = into.get_mut(place) {
            *free = *value;
        }
        end = from;
    }
}

/// How many of the values are not above one, sought from the end on in steps that double: the next place is
/// mostly near, and halving a million values misses the cache at nearly every step.
fn up_to(values: &[u64], value: u64) -> usize {
    let is_above = |place: usize| values.get(place).is_some_and(|known| *known > value);
    let (mut end, mut step) = (values.len(), 1);
    // All from `end` on are above it.
    while end > 0 && is_above(end.saturating_sub(step)) {
        end = end.saturating_sub(step);
        step *= 2;
    }
    let from = end.saturating_sub(step);
    let between = values.get(from..end).unwrap_or_default();
    from + between.partition_point(|known| *known <= value)
}

/// Sorted values, in one part or in two.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked<'a> {
    one: &'a [u64],
    other: &'a [u64],
}

impl<'a> From<&'a [u64]> for Ranked<'a> {
    /// Of sorted values.
    fn from(sorted: &'a [u64]) -> Self {
        Self {
            one: sorted,
            other: &[],
        }
    }
}

impl<'a> Ranked<'a> {
    /// How many there are.
    pub fn len(self) -> usize {
        self.one.len() + self.other.len()
    }

    /// The value that has `rank` values before it.
    pub fn get(self, rank: usize) -> Option<u64> {
        // How many of these are in the first part; the rest of them are in the other.
        let (mut least, mut most) = (
            rank.saturating_sub(self.other.len()),
            rank.min(self.one.len()),
        );
        while least < most {
            let middle = usize::midpoint(least, most);
            if self.one.get(middle)? < self.other.get(rank - middle - 1)? {
                least = middle + 1;
            } else {
                most = middle;
            }
        }
        let (one, other) = (self.one.get(least), self.other.get(rank - least));
        match (one, other) {
            (Some(one), Some(other)) => Some(*one.min(other)),
            (one, other) => one.or(other).copied(),
        }
    }

    /// The greatest.
    pub fn last(self) -> Option<u64> {
        self.get(self.len().checked_sub(1)?)
    }

    /// How many satisfy what only the first ones do.
    pub fn partition_point(self, is_before: impl Fn(&u64) -> bool) -> usize {
        self.one.partition_point(&is_before) + self.other.partition_point(&is_before)
    }

    /// All of them, in no particular order.
    pub fn iter(self) -> impl Iterator<Item = &'a u64> {
        self.one.iter().chain(self.other)
    }

    /// The `share` quantile (0 to 1) by linear interpolation (type 7): for rank h = (n - 1) * share,
    /// x(floor h) plus the fraction of the way to the next. `None` without values.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ranks and nanoseconds stay far below 2^52"
    )]
    pub fn percentile(self, share: f64) -> Option<f64> {
        let last = self.len().checked_sub(1)?;
        let rank = last as f64 * share.clamp(0.0, 1.0);
        let below = rank.floor();
        let lower = self.get(below as usize)? as f64;
        let upper = self.get((below as usize + 1).min(last))? as f64;
        Some(lower + (rank - below) * (upper - lower))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(ranked: Ranked<'_>) -> Vec<u64> {
        (0..ranked.len())
            .filter_map(|rank| ranked.get(rank))
            .collect()
    }

    proptest! {
        #[test]
        fn merging_in_pieces_is_sorting_once(
            pieces in prop::collection::vec(prop::collection::vec(0_u64..50, 0..40), 0..8),
            cut in 0_usize..9,
        ) {
            let sorted = |pieces: &[Vec<u64>]| {
                let mut all = pieces.concat();
                all.sort_unstable();
                all
            };
            let mut merged = Vec::new();
            for piece in &pieces {
                merge(&mut merged, &sorted(std::slice::from_ref(piece)));
            }
            prop_assert_eq!(&merged, &sorted(&pieces));
            // In two parts every rank has the same value.
            let (one, other) = pieces.split_at(cut.min(pieces.len()));
            let (one, other) = (sorted(one), sorted(other));
            let ranked = Ranked { one: &one, other: &other };
            prop_assert_eq!(all(ranked), merged.as_slice());
            prop_assert_eq!(ranked.get(merged.len()), None);
            prop_assert_eq!(ranked.last(), merged.last().copied());
            let below = merged.iter().filter(|value| **value < 25).count();
            prop_assert_eq!(ranked.partition_point(|value| *value < 25), below);
            for share in [0.0, 0.1, 0.5, 0.99, 1.0] {
                let whole = Ranked::from(merged.as_slice()).percentile(share);
                prop_assert_eq!(ranked.percentile(share), whole);
            }
        }
    }

    #[test]
    fn more_values_than_the_small_part_holds_stay_in_order() {
        let mut sorted = Sorted::default();
        let value = |n: u64| n * 7_919 % 30_011;
        for piece in 0..30_u64 {
            let mut new: Vec<u64> = (piece * 1_000..piece * 1_000 + 1_000).map(value).collect();
            new.sort_unstable();
            sorted.merge(&new);
        }
        sorted.insert(5);
        let mut expected: Vec<u64> = (0..30_000).map(value).chain([5]).collect();
        expected.sort_unstable();
        assert!(sorted.large.len() > SMALL && !sorted.small.is_empty());
        assert_eq!(sorted.len(), expected.len());
        assert_eq!(all(sorted.ranked()), expected);
    }
}
