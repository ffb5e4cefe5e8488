//! What a database holds, in numbers.

use crate::engine::Engine;
#[cfg(feature = "store")]
use crate::store;

/// What a database holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DatabaseStats {
    /// Records with a live cell.
    pub records: u64,
    /// Live cells.
    pub cells: u64,
    /// Backups that can be restored.
    pub backups: u64,
    /// What lies on disk; `None` in memory.
    #[cfg(feature = "store")]
    pub store: Option<store::Stats>,
}

impl DatabaseStats {
    pub(super) fn of_engine(engine: &Engine) -> Self {
        let cells = engine.cells();
        let records = cells.chunk_by(|one, next| one.key == next.key).count();
        let [records, cells, backups] = [records, cells.len(), engine.sizes().backups].map(|n| n as u64);
        Self { records, cells, backups, ..Self::default() }
    }

    #[cfg(feature = "store")]
    pub(super) fn of_store(stats: store::Stats) -> Self {
        let store::Stats { keys, fields, backups, .. } = stats;
        Self { records: keys, cells: fields, backups, store: Some(stats) }
    }
}
