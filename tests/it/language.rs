//! The language: the table of operations, and how JSON is read.

/// A set of forms of the tests' own.
pub(crate) mod forms;

/// The JSON reader against `serde_json`.
pub(crate) mod reader;

/// What the table of operations says of itself, and the documents printed from it.
pub(crate) mod table;
