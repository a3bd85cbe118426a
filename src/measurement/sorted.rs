//! Values that stay in order while more of them come.
//!
//! A percentile is then a look at one place. What is new is sorted by itself and merged in from the
//! end: everything between two new values moves in one piece, so that some thousand new values among
//! a million cost about as much as copying the million once.

/// Values in ascending order.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorted {
    values: Vec<u64>,
}

impl Sorted {
    /// The values in ascending order.
    pub fn as_slice(&self) -> &[u64] {
        &self.values
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Takes all of `new`, which are in ascending order themselves.
    pub fn merge(&mut self, new: &[u64]) {
        let mut end = self.values.len();
        // Not the usual doubling: these are as many as the samples themselves.
        self.values.reserve_exact(new.len());
        self.values.resize(end + new.len(), 0);
        for (before, value) in new.iter().enumerate().rev() {
            let not_moved = self.values.get(..end).unwrap_or_default();
            let from = not_moved.partition_point(|old| old <= value);
            let place = from + before;
            self.values.copy_within(from..end, place + 1);
            if let Some(free) = self.values.get_mut(place) {
                *free = *value;
            }
            end = from;
        }
    }

    /// Takes one more.
    pub fn insert(&mut self, value: u64) {
        let place = self.values.partition_point(|old| *old <= value);
        self.values.insert(place, value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn merging_in_pieces_is_sorting_once(
            pieces in prop::collection::vec(prop::collection::vec(0_u64..50, 0..40), 0..8),
        ) {
            let mut sorted = Sorted::default();
            for piece in &pieces {
                let mut piece = piece.clone();
                piece.sort_unstable();
                sorted.merge(&piece);
            }
            let mut expected = pieces.concat();
            expected.sort_unstable();
            prop_assert_eq!(sorted.as_slice(), expected.as_slice());
            sorted.insert(25);
            expected.push(25);
            expected.sort_unstable();
            prop_assert_eq!(sorted.as_slice(), expected.as_slice());
        }
    }
}
