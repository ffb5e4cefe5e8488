//! Judging: suites, whoever is judged by them, and random lists against which no solution can be tuned.
//!
//! Invariants: nothing here names an operation, so what it judges is what the table of operations tells; a seed fixes
//! a list for good, on every machine; nothing that a candidate does hangs or outgrows the judge.
//!
//! ```text
//!   built-in suites, files ──► Case ──► judge ──► Report ──► text, JUnit, JSON, TAP, Exercism, HTML
//!                                         ▲
//!                                     Candidate: our engine, or a command behind a protocol
//!                                         ▼
//!   seed ──► lists ─────────────────► hunt ──► shrink ──► the smallest list that still differs
//! ```

mod candidate;
mod case;
mod dice;
mod failed;
mod hunt;
mod judging;
mod lists;
pub mod report;
mod saved;
mod shape;
mod shrink;
mod verdict;

pub use candidate::{Candidate, CannotStart, Engine, Limits, Millis, Protocol, Run};
#[cfg(unix)]
pub use candidate::{adopt_orphans, candidate, end_all, end_running};
pub use case::{Case, List, answers, requests};
pub use dice::Dice;
pub use failed::Failed;
pub use hunt::{Catch, Oracle, hunt};
pub use judging::{CaseReport, LevelReport, Outcome, Report, in_order, judge};
pub use lists::{Draw, fresh_case, list_of};
pub use saved::suite_of;
pub use verdict::{Stop, Verdict};
