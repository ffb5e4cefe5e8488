//! Judging: suites, whoever is judged by them, and random lists against which no solution can be tuned.
//!
//! Invariants: nothing here knows an operation; what is asked and what is right, an [`Exercise`] tells in words; a seed
//! fixes a list for good, on every machine; nothing that a candidate does hangs or outgrows the judge.
//!
//! ```text
//!   built-in suites, files ──► Case ──► judge ──► Report ──► text, JUnit, JSON, TAP, Exercism, HTML
//!                                         ▲
//!                                     Candidate: the exercise's own answers, or a command behind a protocol
//!                                         ▼
//!   seed ──► generator ─────────────► hunt ──► shrink ──► the smallest list that still differs
//! ```

mod alike;
mod candidate;
mod case;
mod difference;
mod exercise;
mod failed;
mod finding;
mod generator;
mod grouping;
mod hunt;
mod inquiry;
mod isolation;
mod judging;
mod mistakes;
pub mod report;
mod results;
mod rng;
mod saved;
mod shape;
mod shrink;
mod typed;
mod verdict;
mod words;

#[cfg(unix)]
pub use candidate::{BuildError, adopt_orphans, build, candidate, end_all, end_running, noted_candidate};
pub use candidate::{Candidate, Launch, Limits, Millis, Notes, Protocol, Reference, Run, SpawnError};
pub use case::Case;
pub use difference::Deviation;
pub use exercise::{
    Exercise, FailureView, Promise, ReadList, ReadQuery, Role, ShownState, Signature, TimeRule, Wildcards,
    WordEffect,
};
pub use failed::{Afresh, Failed};
pub use finding::{CasePlace, Cause, Finding, ListPair};
pub use generator::{ListOptions, fresh_case, list_of};
pub use hunt::{Catch, Oracle, hunt};
pub use judging::{in_order, judge};
pub use results::{CaseReport, CaseResult, LevelReport, Report};
pub use rng::Rng;
pub use saved::suite_of;
pub use verdict::{StopReason, Verdict};
pub use words::{QueryList, QueryWords};
