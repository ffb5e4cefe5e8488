//! Suites, random lists, candidates, and the mistakes that must be caught.

/// An exercise of the tests' own.
pub(crate) mod border;

/// Candidates that misbehave.
pub(crate) mod candidates;

/// Suites by level: expected answers, and golden transcripts under both clock rules.
pub(crate) mod golden;

/// Suites, judging and hunting from the command line.
pub(crate) mod judging;

/// Lists drawn from a seed.
pub(crate) mod lists;

/// Correct solutions in every language, and the starter kits.
pub(crate) mod solutions;

/// Judging again on save, in a terminal.
#[cfg(unix)]
pub(crate) mod watched;

/// Wrong solutions: a classic mistake each.
pub(crate) mod wrong;
