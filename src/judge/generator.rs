//! Lists of queries drawn from a seed, biased to what breaks databases.
//!
//! Invariants: a seed and [`ListOptions`] fix a list for good, on every machine; what may be asked and which words it takes
//! is read from the signatures of the exercise; a level that is not drawn for changes nothing in a list; where that is
//! wanted every list keeps the promises of the exercise.
//!
//! ```text
//!   seed ──► Profile ──► Generator: signatures by their class ─┬─ texts, patterns
//!                                                              ├─ moments, lifetimes
//!                                                              └─ other names of operations
//! ```

mod moments;
mod operations;
mod profile;
mod queries;
mod texts;

use super::case::Case;
use super::exercise::{Exercise, TimeRule};
use super::rng::Rng;
use super::words::QueryList;
use queries::Generator;

/// The suite that fresh lists are said to be of.
pub(super) const FRESH_LISTS: &str = "fresh lists";

/// What lists are drawn for.
#[derive(Clone, Copy, Debug)]
pub struct ListOptions<'e> {
    /// The exercise whose operations are drawn.
    pub exercise: &'e dyn Exercise,
    /// The highest level whose operations are drawn.
    pub level: u8,
    /// The clock rule that the lists are for.
    pub clock: TimeRule,
    /// Under the monotone rule: is a timestamp seldom too early, so that it is refused?
    pub refusals: bool,
    /// No time beyond this is drawn.
    pub max_time: u64,
    /// Are only lists drawn that keep the promises of the exercise? They are the same under both clock rules.
    pub promised: bool,
}

impl<'e> ListOptions<'e> {
    /// Lists without a mistake, for any time there is.
    #[must_use]
    pub fn new(exercise: &'e dyn Exercise, level: u8, clock: TimeRule) -> Self {
        Self { exercise, level, clock, refusals: false, max_time: u64::MAX, promised: false }
    }
}

/// The list that belongs to a seed.
#[must_use]
pub fn list_of(seed: u64, options: ListOptions<'_>) -> QueryList {
    let mut rng = Rng(seed);
    let profile = profile::of_level(&mut rng, options.level);
    let length = rng.within(&profile.length);
    // In every other list time leaps to one of the edges, mostly in the midst of lifetimes and backups.
    let leap = rng.below(2 * length);
    let mut generator = Generator::new(rng, options, profile);
    (0..length).map_while(|place| generator.query(place == leap)).collect()
}

/// The list of a seed as a case of the level that it is drawn for; `again` is a command that draws it again.
#[must_use]
pub fn fresh_case(seed: u64, options: ListOptions<'_>, again: &str) -> Case {
    let list = list_of(seed, options);
    Case {
        suite: FRESH_LISTS.to_owned(),
        level: options.level,
        clock: options.clock,
        number: 0,
        name: format!("list {seed}"),
        why: format!("a random list; this makes it small: {again}"),
        expected: options.exercise.answers(&list, options.clock).unwrap_or_default(),
        promised: false,
        breaks: None,
        shown_by: Some(again.to_owned()),
        list,
    }
}
