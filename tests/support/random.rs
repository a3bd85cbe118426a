//! Chance for simulations that come out the same each time.

use std::f64::consts::TAU;

/// Numbers that look random and are the same each time: `SplitMix64` (G. L. Steele, D. Lea and
/// C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Evenly in 0 to 1, without either.
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are what a number holds"
    )]
    pub fn share(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / 2_f64.powi(53)
    }

    /// Standard normal (G. E. P. Box and M. E. Muller 1958).
    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.share().ln()).sqrt() * (TAU * self.share()).cos()
    }
}
