//! A list of queries step by step: each answer, what changed, the state after it, and the rule that decided
//! it.
//!
//! Invariants: a step's answer and state are the engine's; a step owns what it tells, so that steps may be
//! handed on one at a time; what a query did is told by the engine's [`Outcome`](crate::engine::Outcome), so
//! no operation is named here.
//!
//! ```text
//!   Query ─► Tracer ─┬─ reason, before ──► why an absent cell is absent: Endings
//!                    ├─ apply          ──► answer
//!                    └─ Outcome, after ──► changes ──► LiveCells, Step ─┬─► text, JSON
//!                                                                       └─► Bars ─► Page
//! ```
//!
//! Memory: the present cells and, for each cell that is gone, how it went. Time: a step takes as long as its
//! query and what it changed. A RESTORE changes whatever has time left; it compares what has changed since
//! its backup if that was the last one taken or brought back, else all cells. All cells are listed for
//! [`FullStep`] alone.

mod bars;
mod difference;
mod endings;
mod page;
mod recording;
mod restoring;
mod state;
mod tracer;

pub use bars::{BackupMark, Bar, BarEnd, Bars, CellBars, How, RestoreMark};
pub use difference::{Difference, Held, difference};
pub use endings::Ending;
pub use page::{Page, TooLarge};
pub use recording::{MOST_BYTES, Moment, RecordedStep, Recording};
pub use tracer::Tracer;

use serde::Serialize;

use crate::wire::Term;

/// What a query did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The number of the query, from 1.
    pub number: usize,
    /// Its words.
    pub query: Vec<Term>,
    /// Its answer.
    pub answer: Term,
    /// The clock's reading after it; `None` under the free rule, which has no clock.
    pub clock: Option<u64>,
    /// The rule that decided it, in a sentence.
    pub rule: String,
    /// The live cells that it made or changed, in byte order of keys and then fields.
    pub changed: Vec<ShownCell>,
    /// The cells that were live before it and are not after it, in the same order.
    pub gone: Vec<GoneCell>,
    /// Whether it saved the database or brought it back; of several such queries in one the last.
    pub jump: Option<Jump>,
}

/// What a query did, and the state after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FullStep {
    /// The number of the query, from 1.
    pub number: usize,
    /// Its words.
    pub query: Vec<Term>,
    /// Its answer.
    pub answer: Term,
    /// The clock's reading after it; `None` under the free rule, which has no clock.
    pub clock: Option<u64>,
    /// The rule that decided it, in a sentence.
    pub rule: String,
    /// The live cells after it, in byte order of keys and then fields. Under the free rule, those that were
    /// set and not removed.
    pub cells: Vec<ShownCell>,
    /// The cells that were live before it and are not after it, in the same order.
    pub gone: Vec<GoneCell>,
    /// Whether it saved the database or brought it back; of several such queries in one the last.
    pub jump: Option<Jump>,
}

/// A live cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownCell {
    /// The key of its record.
    pub key: String,
    /// Its field.
    pub field: String,
    /// Its value.
    pub value: String,
    /// Milliseconds left at the clock's reading, under the free rule at 0; `None` if it is permanent.
    pub left: Option<u64>,
    /// The first moment at which it is dead.
    pub until: Option<u64>,
    /// What the query did to it.
    pub change: Change,
}

/// What a query did to a cell that is live after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Nothing, but that time may have passed.
    Same,
    /// There was no such cell before.
    New,
    /// It was set anew, or has another value or lifetime.
    Changed,
}

/// A cell that is live no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GoneCell {
    /// The key of its record.
    pub key: String,
    /// Its field.
    pub field: String,
    /// Its last value.
    pub value: String,
    /// How it went.
    pub ended: Ending,
}

/// A query that saved the database or brought it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Jump {
    /// A backup was taken.
    Saved {
        /// At this moment.
        at: u64,
    },
    /// A backup was brought back.
    Restored {
        /// At this moment.
        at: u64,
        /// When it was taken.
        taken: u64,
        /// The number of the query that took it.
        query: usize,
    },
}
