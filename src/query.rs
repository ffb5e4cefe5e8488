//! The query language: what can be asked, how a language spells it, and the ways from words to a [`Query`] and back.
//!
//! Invariants: every fact about an operation (its words, whether it writes, what it does) stands once, in its row
//! of `table.rs`; every fact about how it is spelled (name, order of words, level, what it answers) stands in its
//! form; whatever parses can be rendered and parses back to itself; nothing here touches an engine, a file or JSON.
//!
//! ```text
//!   table.rs    Operation   what can be asked: words by kind, reads or writes
//!   records.rs  Form        how it is spelled: name, order of words, level, example
//!                  │ a set of forms is a Language
//!                  ▼
//!   ["SET_AT", "A", "B", "C", "7"] ──parse──► Query::SetAt { key: "A", …, timestamp: Time(7) }
//!                                  ◄──words──
//! ```

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

#[macro_use]
mod operation;
mod aliases;
mod language;
mod mistake;
mod parse;
mod pattern;
mod records;
mod table;
mod word;

pub use aliases::Aliases;
pub use language::{Asks, Example, Form, Language};
#[cfg(feature = "script")]
pub(crate) use mistake::Brief;
pub use mistake::Mistake;
#[cfg(feature = "store")]
pub(crate) use operation::RETIRED;
pub use operation::{Access, Word};
pub use parse::RawQuery;
pub use pattern::{BadPattern, MatchMode, Matcher, Pattern, SearchIn};
pub use table::{Operation, Query};
pub use word::{BadNumber, BadWord, Part, RestorePoint, WordKind};

use std::fmt;

/// A level of the exercise: how much of a language is open. Which levels there are, the [`Language`] tells.
///
/// ```
/// use rewinddb::query::{Language, Level};
///
/// let language = Language::records();
/// assert_eq!(language.level(4), Some(language.exercise()));
/// assert!(Level::new(2) < language.last_level());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// Level `number`.
    #[must_use]
    pub const fn new(number: u8) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
