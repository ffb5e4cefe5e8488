//! Suites, random lists, candidates, and the mistakes that must be caught.

/// An exercise of the tests' own.
pub(crate) mod border;

/// Candidates that misbehave.
#[cfg(feature = "cli")]
pub(crate) mod candidates;

/// Findings, a cause each.
#[cfg(feature = "cli")]
pub(crate) mod findings;

/// Suites by level: expected answers, and golden transcripts under both clock rules.
#[cfg(feature = "cli")]
pub(crate) mod golden;

/// Suites, judging and hunting from the command line.
#[cfg(feature = "cli")]
pub(crate) mod judging;

/// Lists drawn from a seed.
pub(crate) mod lists;

/// Right solutions of many shapes.
#[cfg(all(unix, feature = "cli"))]
pub(crate) mod shapes;

/// What a solution may be held to.
#[cfg(feature = "cli")]
pub(crate) mod promises;

/// Correct solutions in every language, and the starter kits.
#[cfg(feature = "cli")]
pub(crate) mod solutions;

/// Which solution is judged: that of a kit, a file, or what a command starts.
#[cfg(all(unix, feature = "cli"))]
pub(crate) mod targets;

/// Judging again on save, in a terminal.
#[cfg(all(unix, feature = "cli"))]
pub(crate) mod watched;

/// Wrong solutions: a classic mistake each.
#[cfg(feature = "cli")]
pub(crate) mod wrong;
