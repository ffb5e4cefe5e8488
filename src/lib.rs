//! **rewinddb**: a deterministic database whose only clock is the one you hand it.
//!
//! It is a pure function from (database, query) to (database, reply); everything else carries words to it and
//! replies away.
//!
//! ```text
//!   words ──► Query ──► Engine ──► Reply ──► text, JSON
//!   script    query     engine     reply     script
//!               │          ▲
//!               ▼          │ replay
//!              log ──► snapshot              store
//! ```
//!
//! The rooms, in the order to read them; who may import whom stands in CONTRIBUTING.md, and a test holds it:
//!
//! - [`time`]: time as the caller hands it in, lifetimes, the clock rule
//! - [`query`]: the one table of operations; from it the parser, the way back to words, help and levels
//! - [`reply`]: what an operation answers, before any format
//! - [`wire`]: words and answers as they go from program to program
//! - [`engine`]: the database itself; one file for each level of the exercise, and what they stand on
//! - [`explain`]: why an answer is what it is, in English sentences
//! - [`store`]: the database on disk: an append-only log, snapshots, and the way back from them
//! - [`script`]: query files, from JSON to queries with their places, and from replies to what is printed
//! - [`trace`]: a list of queries step by step, with the rule that decided each, and the page that shows it
//! - [`judge`]: suites and whoever is judged by them; random lists, the hunt, reports
//! - [`track`]: the forms of the exercise: built-in suites, starter kits
//! - [`cli`]: the program `rewind`, one file a subcommand

pub mod time;

pub mod query;

pub mod reply;

pub mod wire;

pub mod engine;

pub mod explain;

pub mod store;

pub mod script;

pub mod trace;

pub mod judge;

pub mod track;

pub mod cli;

/// The README's code runs too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
