//! Random lists as the tests draw them: half of them of the whole language and half of the exercise alone, whose operations
//! meet more often there; and seldom with a timestamp that is refused.

use rewinddb::query::Level;
pub(crate) use rewinddb::suite::{Dice, List};
use rewinddb::suite::{Draw, list_of as drawn};
use rewinddb::time::ClockRule;

/// The list that belongs to a seed.
pub(crate) fn list_of(seed: u64, free: bool) -> List {
    let clock = if free { ClockRule::Free } else { ClockRule::Monotone };
    let level = if seed % 4 < 2 { Level::LAST } else { Level::EXERCISE };
    drawn(seed, Draw { refusals: true, ..Draw::new(level, clock) })
}
