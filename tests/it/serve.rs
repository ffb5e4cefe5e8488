//! `rewind serve` as clients find it, and beside Redis.
//!
//! ```text
//!   random lists ─┬─► our server ────┐
//!                 └─► redis-server ──┴─► the same bytes
//! ```

/// A connection that shows replies as they are, byte for byte.
mod client;

/// Our server beside Redis.
mod differential;

/// Random lists of commands.
mod draw;

/// Redis, where it is installed.
mod redis;

/// Replies whose order or time is nobody's promise, made comparable.
mod same;

/// Transcripts, with what was answered.
mod transcripts;

/// Our server, started.
pub(crate) mod server;

/// Our own client, and records.
mod shell;
