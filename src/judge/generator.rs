//! Lists of queries drawn from a seed, biased to what breaks databases.
//!
//! Invariants: a seed and a [`Draw`] fix a list for good, on every machine; which operations there are and which words
//! they take is read from their table; a level that is not drawn for changes nothing in a list.
//!
//! ```text
//!   seed ──► Shape ──► Author: operations by their kind ─┬─ texts, patterns      ──► list
//!                                                        ├─ moments, lifetimes
//!                                                        └─ other names of operations
//! ```

mod author;
mod moments;
mod profile;
mod texts;

use super::case::{Case, List, answers};
use super::rng::Dice;
use crate::query::Level;
use crate::time::ClockRule;
use author::Author;
use profile::shape;

/// What lists are drawn for.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// The highest level whose operations are drawn.
    pub level: Level,
    /// The clock rule that the lists are for.
    pub clock: ClockRule,
    /// Under the monotone rule: is a timestamp seldom too early, so that it is refused?
    pub refusals: bool,
    /// No time beyond this is drawn.
    pub max_time: u64,
}

impl Draw {
    /// Lists without a mistake, for any time there is.
    #[must_use]
    pub fn new(level: Level, clock: ClockRule) -> Self {
        Self { level, clock, refusals: false, max_time: u64::MAX }
    }
}

/// The list that belongs to a seed.
#[must_use]
pub fn list_of(seed: u64, draw: Draw) -> List {
    let mut dice = Dice(seed);
    let shape = shape(&mut dice, draw.level);
    let length = dice.within(&shape.length);
    // In every other list time leaps to one of the edges, mostly in the midst of lifetimes and backups.
    let leap = dice.below(2 * length);
    let mut author = Author::new(dice, draw, shape);
    (0..length).map(|place| author.query(place == leap)).collect()
}

/// The list of a seed as a case of the level that it is drawn for; `again` is a command that draws it again.
#[must_use]
pub fn fresh_case(seed: u64, draw: Draw, again: &str) -> Case {
    let list = list_of(seed, draw);
    Case {
        suite: "fresh lists".to_owned(),
        level: draw.level,
        clock: draw.clock,
        name: format!("list {seed}"),
        why: format!("a random list; this makes it small: {again}"),
        expected: answers(&list, draw.clock).unwrap_or_default(),
        list,
    }
}
