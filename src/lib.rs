//! **rewinddb**: a deterministic database whose only clock is the one you hand it.
//!
//! A [`Database`](db::Database) is what to begin with, in memory or on disk:
//!
//! ```
//! use rewinddb::db::Database;
//!
//! let mut db = Database::in_memory();
//! db.set_at_with_ttl("user", "token", "x7", 1, 10)?;
//! assert_eq!(db.get_at("user", "token", 10)?.as_deref(), Some("x7"));
//! # Ok::<(), rewinddb::db::Error>(())
//! ```
//!
//! Behind it is a pure function from (database, query) to (database, reply); everything else carries words to that and
//! replies away.
//!
//! ```text
//!   words ──► Request ──► Query ──► Engine ──► Reply ──► text, JSON
//!   script    wire        query     engine     reply     script
//!                           │          ▲
//!                           ▼          │ replay
//!                          log ──► snapshot              store, db
//! ```
//!
//! The rooms, in the order to read them; who may import whom stands in CONTRIBUTING.md, and a test holds it:
//!
//! - [`time`]: time as the caller hands it in, lifetimes, the clock rule
//! - [`query`]: what can be asked, one table, and how a language spells it; parser, way back to words, help, levels
//! - [`reply`]: what an operation answers, before any format
//! - [`wire`]: words and answers as they go from program to program
//! - [`engine`]: the database itself; one file for each level of the exercise, and what they stand on
//! - [`explain`]: why an answer is what it is, in English sentences
//! - [`store`]: the database on disk: an append-only log, snapshots, and the way back from them
//! - [`db`]: the front door: a database in memory or on disk, with a method for each operation
//! - [`script`]: query files, from JSON to queries with their places, and from replies to what is printed
//! - [`assets`]: what the pages of a browser share: colours, and a list step by step
//! - [`trace`]: a list of queries step by step, with the rule that decided each, and the page that shows it
//! - [`serve`]: the database on the network: RESP, HTTP and a line protocol, one loop that owns it
//! - [`judge`]: whoever answers lists of words, and what is right; random lists, the hunt, reports
//! - [`track`]: the forms of the exercise: built-in suites, starter kits
//! - [`cli`]: the program `rewind`, one file a subcommand
//!
//! Features hold the borders: without any there are the rooms up to [`explain`], and [`db`] in memory; `store` adds its
//! own and [`db`] on disk, `script` [`assets`] and [`trace`] too, `serve` (which has those two) its own, `judge`
//! [`track`] too, and `cli`, the default, has all of them and the program.

pub mod time;

pub mod query;

pub mod reply;

pub mod wire;

pub mod engine;

pub mod explain;

#[cfg(feature = "store")]
pub mod store;

pub mod db;

#[cfg(feature = "script")]
pub mod script;

#[cfg(feature = "script")]
pub mod assets;

#[cfg(feature = "script")]
pub mod trace;

#[cfg(all(feature = "serve", unix))]
pub mod serve;

#[cfg(feature = "judge")]
pub mod judge;

#[cfg(feature = "judge")]
pub mod track;

#[cfg(feature = "cli")]
pub mod cli;

/// The README's code runs too.
#[cfg(all(doctest, feature = "cli"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// And so does the library's page.
#[cfg(all(doctest, feature = "cli"))]
#[doc = include_str!("../docs/library.md")]
struct LibraryPage;
