//! The backups that were taken: a moment, a place in the timeline and a count each.
//!
//! Invariant: they stand in the order of the moments they were taken at, those of one moment in the order in which
//! they were taken.

use super::timeline::Mark;
use crate::time::Time;

/// A backup.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backup {
    /// The caller's time.
    pub(super) taken: Time,
    /// The database's own time.
    pub(super) now: Time,
    /// Where its past ends.
    pub(super) mark: Mark,
    /// How many records were counted as live.
    pub(super) live_records: u64,
}

/// All backups.
#[derive(Clone, Debug, Default)]
pub(super) struct Backups {
    by_time: Vec<Backup>,
}

impl Backups {
    pub(super) fn add(&mut self, backup: Backup) {
        let place = self.after(backup.taken);
        self.by_time.insert(place, backup);
    }

    /// The latest backup taken at `moment` or before; of several at one time the one taken last.
    pub(super) fn latest(&self, moment: Time) -> Option<Backup> {
        self.by_time[..self.after(moment)].last().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_time.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.by_time.len()
    }

    fn after(&self, moment: Time) -> usize {
        self.by_time.partition_point(|backup| backup.taken <= moment)
    }
}
