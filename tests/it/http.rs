//! `rewind serve` over HTTP, by raw sockets, so that every byte is ours.
//!
//! ```text
//!   transcript ─► requests ─► a server ─► responses ─► golden file
//! ```

/// Random lists, beside a database in memory.
mod alike;

/// A connection that sends what it is told, and reads responses.
mod client;

/// The dialects of two other systems.
mod dialects;

/// Metrics, and the document of all routes.
mod documents;

/// What is on the disk.
mod durable;

/// Those who watch.
mod events;

/// Lists, streams of lines, exports.
mod lists;

/// Cells as they were after groups of the log.
mod past;

/// Every resource, as a transcript.
mod resources;

/// The page, in a browser.
mod page;
/// The transcript of docs/serve.md.
mod transcript;

/// What is refused, and how it is held in bounds.
mod safety;

/// What is made of the document of all routes.
mod schema;

/// Transactions that requests name.
mod transactions;
