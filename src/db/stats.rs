//! What a database holds, in numbers.

use crate::engine::Engine;
use crate::engine::image::Image;
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

/// The same with cells that are still to be counted: any thread can. Until then what is written copies what it changes.
#[derive(Debug)]
pub struct UncountedStats(Kind);

#[derive(Debug)]
enum Kind {
    Memory(Image),
    #[cfg(feature = "store")]
    Disk(store::UncountedStats),
}

impl UncountedStats {
    pub(super) fn of_engine(engine: &mut Engine) -> Self {
        Self(Kind::Memory(engine.image()))
    }

    #[cfg(feature = "store")]
    pub(super) fn of_store(stats: store::UncountedStats) -> Self {
        Self(Kind::Disk(stats))
    }

    /// Counts them: all cells are walked.
    #[must_use]
    pub fn count(self) -> DatabaseStats {
        match self.0 {
            Kind::Memory(image) => {
                let ((records, cells), backups) = (image.count_live(), image.state().backups.len() as u64);
                DatabaseStats { records, cells, backups, ..DatabaseStats::default() }
            }
            #[cfg(feature = "store")]
            Kind::Disk(stats) => DatabaseStats::of_store(stats.count()),
        }
    }
}

impl DatabaseStats {
    #[cfg(feature = "store")]
    fn of_store(stats: store::Stats) -> Self {
        let store::Stats { keys, fields, backups, .. } = stats;
        Self { records: keys, cells: fields, backups, store: Some(stats) }
    }
}
