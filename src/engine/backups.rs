//! The backups that can be restored: a place in the timeline, a moment and a count each.
//!
//! Invariant: there is one for each moment it was taken at, the one taken last.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::timeline::Mark;
use crate::time::Time;

/// A backup.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backup {
    /// The database's own time.
    pub(super) now: Time,
    /// Where its past ends.
    pub(super) mark: Mark,
    /// How many records were counted as live.
    pub(super) live_records: u64,
}

/// Backups by the caller's time.
#[derive(Clone, Debug, Default)]
pub(super) struct Backups {
    /// Shared with transactions until one is added.
    by_time: Arc<BTreeMap<Time, Backup>>,
}

impl Backups {
    /// Adds a backup taken at `moment`; the answer is the one that it takes the place of.
    pub(super) fn add(&mut self, moment: Time, backup: Backup) -> Option<Backup> {
        Arc::make_mut(&mut self.by_time).insert(moment, backup)
    }

    /// The latest backup taken at `moment` or before, and when that was.
    pub(super) fn latest(&self, moment: Time) -> Option<(Time, Backup)> {
        self.by_time.range(..=moment).next_back().map(|(taken, backup)| (*taken, *backup))
    }

    /// When the first one after `moment` was taken; without a moment, the first of all.
    pub(super) fn first_after(&self, moment: Option<Time>) -> Option<Time> {
        let from = moment.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_time.range((from, Bound::Unbounded)).next().map(|(taken, _)| *taken)
    }

    /// When the latest one of all was taken.
    pub(super) fn last(&self) -> Option<Time> {
        self.by_time.last_key_value().map(|(taken, _)| *taken)
    }

    /// All of them, in order of time.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Time, Backup)> {
        self.by_time.iter().map(|(taken, backup)| (*taken, *backup))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_time.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.by_time.len()
    }
}
