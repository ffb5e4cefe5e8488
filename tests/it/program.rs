//! The program as a person or a pipe uses it, and the documents that tell of it.

/// What reasons claim, held against what queries do.
pub(crate) mod claims;

/// Completions and the manual.
#[cfg(unix)]
pub(crate) mod completions;

/// Lists explained step by step, as text and as a page.
pub(crate) mod explain;

/// The page of an explained list, in a browser.
pub(crate) mod page;

/// What is handed out.
pub(crate) mod packages;

/// Inputs that are refused, with their messages as golden text.
pub(crate) mod refused;

/// Schemas, as an editor goes by them.
pub(crate) mod schema;

/// The shell: in a terminal, from a pipe, and what it saves.
pub(crate) mod repl;

/// Who may import whom.
pub(crate) mod rooms;

/// A store in a directory of its own, for the tests of the program.
pub(crate) mod stored;

/// Disks that take no more, and directories that another process has.
pub(crate) mod stored_failures;

/// Files of a store that are changed beneath it, or may only be read.
#[cfg(unix)]
pub(crate) mod stored_files;

/// Stores in `fixtures/store`, and what is said of each.
pub(crate) mod stored_fixtures;

/// How those are made.
pub(crate) mod stored_fixtures_made;

/// The program, killed in the midst of its work.
pub(crate) mod stored_kills;

/// What lies in the directory of a store.
pub(crate) mod stored_log;

/// What was once wrong with the store.
pub(crate) mod stored_regression;

/// What is told of damaged stores, and what is left of them.
pub(crate) mod stored_repairs;

/// Runs against a store, and those that are refused.
pub(crate) mod stored_runs;

/// Transactions on disk.
pub(crate) mod stored_sessions;

/// A terminal with the program in it.
#[cfg(unix)]
pub(crate) mod terminal;

/// The program as a person or a pipe uses it.
pub(crate) mod usage;
