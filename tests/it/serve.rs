//! `rewind serve` as clients find it, and beside Redis.
//!
//! ```text
//!   random lists ─┬─► our server ────┐
//!                 └─► redis-server ──┴─► the same bytes
//! ```

/// A connection that shows replies as they are, byte for byte.
mod client;

/// What clients send at connect.
mod connect;

/// Our server beside Redis.
mod differential;

/// Random lists of commands.
mod draw;

/// Keys that end, beside Redis.
mod expired;

/// Patterns, beside Redis.
mod globs;

/// Clients in other languages.
mod libraries;

/// Requests that are none, beside Redis.
mod malformed;

/// Every combination of options, beside Redis.
mod options;

/// What goes between a client and our server.
mod proxy;

/// Redis, where it is installed.
mod redis;

/// The client of this language.
mod rust_client;

/// Replies whose order or time is nobody's promise, made comparable.
mod same;

/// What a server tells of itself and its connections.
mod told;

/// The tools that come with Redis.
mod tools;

/// Transcripts, with what was answered.
mod transcripts;

/// Our server, started.
pub(crate) mod server;

/// Our own client, and records.
mod shell;
