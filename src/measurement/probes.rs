//! The probes of a round, in pieces that are shared and never copied once they are full.
//!
//! A picture of a run that is going on has the probes so far. With a million of them a copy a picture
//! would cost more than the measuring; a piece that is full is only pointed at.

use std::fmt;
use std::sync::Arc;

use super::Probe;

/// Probes in a full piece: 64 KiB of them.
const PIECE: usize = 4_096;

/// Probes in the order of their sequence numbers.
pub struct Probes {
    full: Vec<Arc<Vec<Probe>>>,
    /// Not shared with anybody until it is full.
    last: Arc<Vec<Probe>>,
    /// Empty pieces that were made beforehand.
    spare: Vec<Arc<Vec<Probe>>>,
}

impl Probes {
    /// With room for `count` probes made beforehand, so that none of them costs an allocation.
    #[must_use]
    pub fn with_room_for(count: usize) -> Self {
        let pieces = count / PIECE;
        let piece = |room| Arc::new(Vec::with_capacity(room));
        let (first, others) = if pieces == 0 {
            (count, 0)
        } else {
            (PIECE, pieces)
        };
        Self {
            full: Vec::with_capacity(pieces),
            last: piece(first),
            spare: (0..others).map(|_| piece(PIECE)).collect(),
        }
    }

    /// Adds a probe at the end.
    pub fn push(&mut self, probe: Probe) {
        // Never shared, so never copied here: a clone makes its own.
        Arc::make_mut(&mut self.last).push(probe);
        if self.last.len() >= PIECE {
            let next = self.spare.pop().unwrap_or_default();
            self.full.push(std::mem::replace(&mut self.last, next));
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.full.len() * PIECE + self.last.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.full.is_empty() && self.last.is_empty()
    }

    /// The probes in order.
    pub fn iter(&self) -> impl Iterator<Item = &Probe> + Clone {
        self.full
            .iter()
            .flat_map(|piece| piece.iter())
            .chain(self.last.iter())
    }

    /// The probes from place `start` on, from 0.
    pub fn iter_from(&self, start: usize) -> impl Iterator<Item = &Probe> + Clone {
        let pieces = (start / PIECE).min(self.full.len());
        self.full
            .iter()
            .skip(pieces)
            .flat_map(|piece| piece.iter())
            .chain(self.last.iter())
            .skip(start - pieces * PIECE)
    }

    /// Gives back room that is not used.
    pub fn shrink_to_fit(&mut self) {
        self.full.shrink_to_fit();
        self.spare = Vec::new();
        Arc::make_mut(&mut self.last).shrink_to_fit();
    }
}

impl Default for Probes {
    fn default() -> Self {
        Self::with_room_for(0)
    }
}

impl Clone for Probes {
    /// Shares the full pieces and copies the one that is still growing.
    fn clone(&self) -> Self {
        Self {
            full: self.full.clone(),
            last: Arc::new(self.last.as_slice().to_vec()),
            spare: Vec::new(),
        }
    }
}

impl PartialEq for Probes {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Probes {}

impl fmt::Debug for Probes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl FromIterator<Probe> for Probes {
    fn from_iter<I: IntoIterator<Item = Probe>>(probes: I) -> Self {
        let mut all = Self::default();
        for probe in probes {
            all.push(probe);
        }
        all
    }
}

impl From<Vec<Probe>> for Probes {
    fn from(probes: Vec<Probe>) -> Self {
        probes.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_stay_in_their_order_across_pieces() {
        let probe = |n: usize| Probe::new(n as u64, Some(1));
        let count = 2 * PIECE + 5;
        let probes: Probes = (0..count).map(probe).collect();
        assert_eq!(probes.len(), count);
        assert!(probes.iter().copied().eq((0..count).map(probe)));
        for start in [0, 1, PIECE - 1, PIECE, 2 * PIECE + 4, count] {
            let rest = probes.iter_from(start).copied();
            assert!(rest.eq((start..count).map(probe)), "from {start}");
        }
        assert_eq!(probes.clone(), probes);
        assert_ne!(Probes::default(), probes);
    }
}
