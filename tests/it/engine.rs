//! The database in memory: an independent model, random lists, sessions, images.

/// Images with a mistake in them are refused, or do no harm.
#[cfg(feature = "judge")]
pub(crate) mod broken_image;

/// A database as the queries that rebuild it.
#[cfg(feature = "judge")]
pub(crate) mod dump;

/// Databases that are kept as images, written down and brought back.
#[cfg(feature = "judge")]
pub(crate) mod image;

/// Memory that nothing can see any more is given back.
pub(crate) mod memory;

/// An independent model: plain maps and full copies.
#[cfg(feature = "judge")]
pub(crate) mod model;

/// Random and exhaustive lists: the engine against the model.
#[cfg(feature = "judge")]
pub(crate) mod random;

/// What was once wrong.
#[cfg(all(feature = "store", feature = "judge"))]
pub(crate) mod regression;

/// What was once wrong with sessions.
#[cfg(all(feature = "store", feature = "judge"))]
pub(crate) mod session_regression;

/// Sessions: a naive model over random interleavings, and stories of two sessions.
#[cfg(feature = "judge")]
pub(crate) mod sessions;
