//! **rewinddb**: a deterministic database whose only clock is the one you hand it.
//!
//! It is a pure function from (database, query) to (database, reply); everything else carries words to it and
//! replies away.
//!
//! ```text
//!   words ──► Query ──► Engine ──► Reply ──► text, JSON
//!   script    query     engine     reply     script
//! ```
//!
//! The rooms, in the order to read them:

/// Time as the caller hands it in, lifetimes, the clock rule.
pub mod time;

/// The language: one table of operations; from it the parser, the way back to words, help and levels.
pub mod query;

/// What an operation answers, before any format.
pub mod reply;

/// The database itself; one file for each level of the exercise.
pub mod engine;

/// Query files: from JSON to queries with their places, and from replies to what is printed.
pub mod script;

/// The program `rewind`: one file a subcommand.
pub mod cli;

/// The README's code runs too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
