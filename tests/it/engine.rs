//! The database in memory: an independent model, random lists, sessions, images.

/// Images with a mistake in them are refused, or do no harm.
pub(crate) mod broken_image;

/// A database as the queries that rebuild it.
pub(crate) mod dump;

/// Databases that are frozen, written down and brought back.
pub(crate) mod image;

/// Memory that nothing can see any more is given back.
pub(crate) mod memory;

/// An independent model: plain maps and full copies.
pub(crate) mod model;

/// Random and exhaustive lists: the engine against the model.
pub(crate) mod random;

/// What was once wrong.
pub(crate) mod regression;

/// What was once wrong with sessions.
pub(crate) mod session_regression;

/// Sessions: a naive model over random interleavings, and stories of two sessions.
pub(crate) mod sessions;
