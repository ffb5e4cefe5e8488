//! Random numbers from a seed, the same on every machine.

use std::ops::Range;

/// Random numbers from a seed: splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
#[derive(Clone, Debug)]
pub struct Rng(pub u64);

impl Rng {
    /// The next number, any of 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which must not be 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next_u64() % end
    }

    /// A number of a range, which must not be empty.
    pub fn within(&mut self, range: &Range<u64>) -> u64 {
        range.start + self.below(range.end - range.start)
    }

    /// Returns `true` once in `count` times.
    pub fn chance(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// One of several, which must not be none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let place = self.below(from.len() as u64);
        // It is below the length of a slice.
        &from[usize::try_from(place).unwrap_or_default()]
    }

    /// A place, each as likely as its weight among all of them, of which one must not be 0.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        let passes = |weight: &&u64| rest.checked_sub(**weight).map(|less| rest = less).is_some();
        weights.iter().take_while(passes).count()
    }
}
