//! Measures things in turn and takes medians.

use std::time::Instant;

/// A seeded generator (xorshift64*): the same numbers in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }
}

/// Nanoseconds that `work` takes for each of `operations`.
pub(crate) fn nanoseconds(operations: usize, work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_nanos() as f64 / operations as f64
}

/// The median.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Runs all works in turn, `rounds` times over, and gives the median of each.
pub(crate) fn in_turn(rounds: usize, works: &mut [&mut dyn FnMut() -> f64]) -> Vec<f64> {
    let mut figures = vec![Vec::new(); works.len()];
    for _ in 0..rounds {
        works.iter_mut().zip(&mut figures).for_each(|(work, figures)| figures.push(work()));
    }
    figures.into_iter().map(median).collect()
}

/// Bytes that this process holds in memory now, from the system; 0 where it does not tell.
pub(crate) fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

/// Nanoseconds in a unit that reads well.
pub(crate) fn shown(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.2} us", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}
