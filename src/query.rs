//! The query language: words in, a [`Query`] out, and back to words.
//!
//! Invariants: every fact about an operation (its name, words, level, whether it writes, what it answers) stands
//! once, in its row of the table (`table.rs`); whatever parses can be rendered and parses back to itself; nothing here
//! touches an engine, a file or JSON.
//!
//! ```text
//!   ["SET_AT", "A", "B", "C", "7"] ──parse──► Query::SetAt { key: "A", …, timestamp: Time(7) }
//!                                  ◄──words──
//!   ["BATCH", ["SET", …], …]  ──parse──► Query::Batch { queries }, whose queries have words of their own
//! ```

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

#[macro_use]
mod row;
mod aliases;
mod mistake;
mod parse;
mod pattern;
mod table;
mod word;

pub use aliases::Aliases;
pub(crate) use mistake::Brief;
pub use mistake::Mistake;
pub use parse::RawQuery;
pub use pattern::{BadPattern, How, Pattern, Sought};
pub use row::{Access, Example, Row};
pub use table::{OPERATIONS, Query};
pub use word::{BadNumber, BadWord, Part, Queries, RestorePoint, Word, WordKind};

use std::fmt;
use std::str::FromStr;

/// A level of the exercise: how much of the language is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// The first level.
    pub const FIRST: Self = Self(1);
    /// The last level of the interview exercise. What comes after it is this language's own.
    pub const EXERCISE: Self = Self(4);
    /// The last level there is, that of the last operation: the whole language.
    pub const LAST: Self = OPERATIONS[OPERATIONS.len() - 1].level;

    /// Level `number`, or `None` if there is no such level.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        let level = Self(number);
        (Self::FIRST..=Self::LAST).contains(&level).then_some(level)
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// All levels, first to last.
    pub fn all() -> impl Iterator<Item = Self> {
        (Self::FIRST.0..=Self::LAST.0).map(Self)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let level = text.parse().ok().and_then(Self::new);
        level.ok_or_else(|| format!("levels go from {} to {}", Self::FIRST, Self::LAST))
    }
}
