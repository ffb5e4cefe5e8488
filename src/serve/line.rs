//! The line protocol: a command a line, and a line for an answer; for a person at a terminal and for small scripts.
//!
//! Invariants: nothing here knows the database or a socket; an answer takes as many lines as its command says,
//! whatever is in it; no input makes it panic, or keep more than a line.
//!
//! ```text
//!   bytes ──► Lines ──► a line ──► Command      …      reply::… ──► bytes
//!
//!   PUT note two words TTL 60      OK
//!   GET note                       VALUE two words
//!   ["SCAN","user"]                "name(Ada)"        a query of the language; its answer is JSON
//! ```

pub mod command;
mod commands;
mod face;
pub mod lines;
pub mod reply;

pub(super) use face::LineFace;
