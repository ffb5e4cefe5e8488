//! Random bytes from a seed, for tests.

/// Random numbers from a seed: splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
pub(in crate::serve) struct Rng(pub(in crate::serve) u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which must not be 0.
    pub(in crate::serve) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is below a usize")
    }

    /// One of several, which must not be none.
    pub(in crate::serve) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Up to `most` of these, in a row.
    pub(in crate::serve) fn many<T: Copy>(&mut self, of: &[T], most: usize) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| self.pick(of)).collect()
    }
}

/// All strings of up to so many of these.
pub(in crate::serve) fn all<T: Copy>(of: &[T], longest: usize) -> Vec<Vec<T>> {
    let mut all = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..longest {
        let to = all.len();
        for place in from..to {
            all.extend(of.iter().map(|sign| [&all[place][..], &[*sign]].concat()).collect::<Vec<_>>());
        }
        from = to;
    }
    all
}
