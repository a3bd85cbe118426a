//! The random order of a round: the same for the same seed and round, in every version of the program.
//!
//! A library's shuffle may change from one version to the next, and with it what a stored seed means.
//! So the numbers are those of `SplitMix64` (G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable
//! Pseudorandom Number Generators", OOPSLA 2014), drawn into a range without bias by rejection, and the
//! shuffle is that of Fisher and Yates as D. E. Knuth gives it (*The Art of Computer Programming* 2,
//! algorithm 3.4.2 P).

/// The numbers 0 to `count` - 1 in the order of a round.
pub(super) fn shuffled(count: usize, seed: u64, round: u32) -> Vec<usize> {
    // Each round is a stream of its own, so that a point that is left out changes no other round.
    let mut numbers = SplitMix64(seed);
    let stream = numbers.next() ^ u64::from(round);
    let mut numbers = SplitMix64(stream);
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, numbers.below(last + 1));
    }
    order
}

/// The generator: it gives the same numbers for the same seed, for ever.
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    /// The numbers that a seed stands for.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`, each with the same chance.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = (bound as u64).max(1);
        // The numbers beyond the last whole multiple of the bound would favour the small ones.
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let number = self.next();
            if number < fair {
                return usize::try_from(number % bound).unwrap_or(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // The first outputs for seed 1234567, as commonly published for checking.
        let mut numbers = SplitMix64(1_234_567);
        assert_eq!(
            [numbers.next(), numbers.next(), numbers.next()],
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn an_order_is_kept_for_ever() {
        // These must never change: a stored seed would mean another order.
        assert_eq!(shuffled(8, 42, 1), ORDER_42_1);
        assert_eq!(shuffled(8, 42, 2), ORDER_42_2);
    }

    const ORDER_42_1: [usize; 8] = [4, 0, 1, 7, 3, 6, 2, 5];
    const ORDER_42_2: [usize; 8] = [3, 4, 5, 7, 2, 1, 0, 6];

    #[test]
    fn every_point_comes_once_and_every_place_is_as_likely() {
        let (count, rounds) = (5_usize, 5_000_u32);
        let mut seen = vec![0_u32; count * count];
        for round in 1..=rounds {
            let order = shuffled(count, 7, round);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4]);
            for (place, point) in order.into_iter().enumerate() {
                seen[place * count + point] += 1;
            }
        }
        // 1,000 each are expected, with a standard deviation of 28: five of them either way.
        assert!(
            seen.iter().all(|count| (860..=1_140).contains(count)),
            "{seen:?}"
        );
    }
}
