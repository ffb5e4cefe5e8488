//! Blobs: long texts that somebody else has, in whose place the engine keeps a reference.
//!
//! Invariant: whether a text is a blob is said by its type alone; no text can be taken for a reference.
//!
//! ```text
//!   SET key field "long …"  ── intern ──► BlobRef(17)       the engine keeps the reference
//!   GET key field           ◄── the reply carries it        whoever has the blobs resolves it
//!   FIND value …            ── fetch ───► "long …"          the engine has to look into it
//! ```

use std::sync::Arc;

use super::stored::{BlobRef, StoredValue};
use crate::reply::Value;
use crate::time::Backwards;

/// Whoever has the blobs of an engine.
pub(crate) trait Blobs {
    /// A value as a reply to them carries it.
    type Value<'e>;
    /// Why a query has no answer.
    type Error: From<Backwards>;

    /// Whether a value, or an item, that a query brings in is kept elsewhere; `None` keeps it in memory.
    fn intern(&mut self, text: &str) -> Option<BlobRef>;

    /// A text that is elsewhere. Only FIND asks.
    fn fetch(&mut self, blob: BlobRef) -> Result<Arc<str>, Self::Error>;

    /// What a cell holds, as a reply carries it.
    fn value(stored: &StoredValue) -> Self::Value<'_>;
}

/// There are none: the database is in memory alone.
pub(super) struct NoBlobs;

impl Blobs for NoBlobs {
    type Value<'e> = Value<'e>;
    type Error = Backwards;

    #[inline]
    fn intern(&mut self, _: &str) -> Option<BlobRef> {
        None
    }

    fn fetch(&mut self, blob: BlobRef) -> Result<Arc<str>, Backwards> {
        Ok(none(blob))
    }

    #[inline]
    fn value(stored: &StoredValue) -> Value<'_> {
        stored.value()
    }
}

/// The text of a blob where there are none.
pub(super) fn none(blob: BlobRef) -> Arc<str> {
    unreachable!("{blob:?} in a database that has no blobs")
}
