//! The backups that can be restored: a place in the timeline, a moment and what was live each.
//!
//! Invariants: a backup is a closed epoch, in its branch, and of the past; under the monotone rule later ones
//! close later epochs; each knows which records were live there. (There is one for each moment, the one
//! taken last.)

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::live::Live;
use super::timeline::Savepoint;
use crate::time::Time;

/// A backup.
#[derive(Clone, Debug)]
pub(super) struct Backup {
    /// The database's own time.
    pub(super) now: Time,
    /// Where its past ends.
    pub(super) savepoint: Savepoint,
    /// The records that were live.
    pub(super) live: Live,
}

/// Backups by the caller's time.
#[derive(Clone, Debug, Default)]
pub(super) struct Backups {
    /// Shared with transactions.
    shared: Arc<BTreeMap<Time, Backup>>,
    /// Those that were added while it was: they come before what is shared.
    own: BTreeMap<Time, Backup>,
}

impl Backups {
    /// Adds a backup taken at `moment`; the answer is the one that it takes the place of.
    pub(super) fn add(&mut self, moment: Time, backup: Backup) -> Option<Backup> {
        self.join();
        if let Some(all) = Arc::get_mut(&mut self.shared) {
            return all.insert(moment, backup);
        }
        let before = self.shared.get(&moment).cloned();
        self.own.insert(moment, backup).or(before)
    }

    /// What a transaction begins with: the same.
    pub(super) fn fork(&mut self) -> Self {
        self.join();
        self.clone()
    }

    /// Once nothing is shared any more, there is one map again.
    fn join(&mut self) {
        if !self.own.is_empty()
            && let Some(all) = Arc::get_mut(&mut self.shared)
        {
            all.extend(std::mem::take(&mut self.own));
        }
    }

    /// The latest backup taken at `moment` or before, and when that was.
    pub(super) fn latest(&self, moment: Time) -> Option<(Time, &Backup)> {
        let [shared, own] = [&*self.shared, &self.own].map(|all| all.range(..=moment).next_back());
        let latest = if shared.map(|(taken, _)| taken) > own.map(|(taken, _)| taken) { shared } else { own };
        latest.map(|(taken, backup)| (*taken, backup))
    }

    /// When the first one after `moment` was taken; without a moment, the first of all.
    pub(super) fn first_after(&self, moment: Option<Time>) -> Option<Time> {
        let from = moment.map_or(Bound::Unbounded, Bound::Excluded);
        let firsts = [&*self.shared, &self.own].map(|all| all.range((from, Bound::Unbounded)).next());
        firsts.into_iter().flatten().map(|(taken, _)| *taken).min()
    }

    /// When the latest one of all was taken.
    pub(super) fn last(&self) -> Option<Time> {
        let lasts = [&*self.shared, &self.own].map(|all| all.last_key_value());
        lasts.into_iter().flatten().map(|(taken, _)| *taken).max()
    }

    /// All of them, in order of time.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Time, &Backup)> {
        let mut all: Vec<_> = self.own.iter().map(|(taken, backup)| (*taken, backup)).collect();
        let shared = self.shared.iter().filter(|(taken, _)| !self.own.contains_key(taken));
        all.extend(shared.map(|(taken, backup)| (*taken, backup)));
        all.sort_unstable_by_key(|(taken, _)| *taken);
        all.into_iter()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.shared.is_empty() && self.own.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        let own = self.own.keys().filter(|taken| !self.shared.contains_key(taken));
        self.shared.len() + own.count()
    }
}
