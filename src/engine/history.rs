//! The versions of one thing, each marked with the epoch it was written in.
//!
//! Invariants: epochs ascend, and no two versions are of one epoch; what the memo says is true, as long as
//! somebody may look back from its epoch, which is before the newest version's. (So the memo goes with a
//! version of its epoch or an earlier one that comes or goes, and if only versions of its epoch or earlier
//! ones are left: later ones are numbered anew when transactions have ended.)

mod check;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use thin_vec::ThinVec;

use super::steps::step;
use super::timeline::{Epoch, View};

/// A value with its older versions. The newest stands in place, so that without backups nothing is looked up.
#[derive(Clone, Debug)]
pub(super) struct History<T> {
    newest: T,
    epoch: Epoch,
    /// What the last long search found.
    memo: Memo,
    /// Thin because most things have none: eight bytes in every cell instead of twenty-four.
    older: ThinVec<(Epoch, T)>,
}

/// What a closed epoch sees: the epoch of the version, if there is one.
///
/// A record that is written on one side branch after the other would be searched through all of them each
/// time; so a search ends where the one before it began.
///
/// Both epochs stand in one number, the closed one above; 0 stands for none. The number is atomic because the
/// thing may be shared: then others look at it too, and what they find is true for all of them.
#[derive(Debug, Default)]
struct Memo(AtomicU64);

impl Memo {
    fn get(&self) -> Option<(Epoch, Option<Epoch>)> {
        let both = self.0.load(Relaxed);
        let [from, seen] = [both >> 32, both & u64::from(u32::MAX)];
        let epoch = |number| u32::try_from(number).ok().and_then(Epoch::new);
        Some((epoch(from)?, epoch(seen)))
    }

    fn set(&self, from: Epoch, seen: Option<Epoch>) {
        let both = u64::from(from.number()) << 32 | u64::from(seen.map_or(0, Epoch::number));
        self.0.store(both, Relaxed);
    }
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.0.load(Relaxed)))
    }
}

impl<T> History<T> {
    pub(super) fn new(epoch: Epoch, value: T) -> Self {
        Self { newest: value, epoch, memo: Memo::default(), older: ThinVec::new() }
    }

    /// The newest version that is seen.
    #[inline]
    pub(super) fn seen(&self, view: View<'_>) -> Option<&T> {
        self.seen_version(view).map(|(_, value)| value)
    }

    /// The same with the epoch it was written in.
    #[inline]
    pub(super) fn seen_version(&self, view: View<'_>) -> Option<(Epoch, &T)> {
        if view.is_current(self.epoch) { Some((self.epoch, &self.newest)) } else { self.search(view) }
    }

    /// The same where the newest version may lie on another branch: look at the latest version not after
    /// `bound`; if it is not seen, what is seen lies further back, and whole branches are skipped at a time.
    #[cold]
    fn search(&self, view: View<'_>) -> Option<(Epoch, &T)> {
        let (mut bound, mut from) = (self.epoch, None);
        let found = loop {
            step(1);
            let Some((epoch, value)) = self.up_to(bound) else { break None };
            let Some(seen) = view.seen_up_to(epoch) else { break None };
            bound = seen;
            if bound == epoch {
                break Some((epoch, value));
            }
            if let Some((_, seen)) = self.memo.get().filter(|(from, _)| *from == bound) {
                break seen.and_then(|epoch| self.up_to(epoch));
            }
            from.get_or_insert(bound);
        };
        if let Some(from) = from {
            self.memo.set(from, found.map(|(epoch, _)| epoch));
        }
        found
    }

    /// The latest version written in `bound` or before.
    fn up_to(&self, bound: Epoch) -> Option<(Epoch, &T)> {
        if self.epoch <= bound {
            return Some((self.epoch, &self.newest));
        }
        let after = self.older.partition_point(|(epoch, _)| *epoch <= bound);
        self.older[..after].last().map(|(epoch, value)| (*epoch, value))
    }

    /// The version written in `epoch`.
    pub(super) fn written_in(&self, epoch: Epoch) -> Option<&T> {
        self.up_to(epoch).filter(|(latest, _)| *latest == epoch).map(|(_, value)| value)
    }

    /// What an epoch sees of what was written before it, where `seen_up_to` tells the latest epoch that is seen from
    /// there and not later than another. `memo` is for epochs that are asked one after the other.
    pub(super) fn seen_before(
        &self,
        epoch: Epoch,
        memo: &mut Option<(Epoch, Option<Epoch>)>,
        seen_up_to: impl Fn(Epoch) -> Option<Epoch>,
    ) -> Option<&T> {
        let (mut bound, mut from) = (epoch.before(), None);
        let found = loop {
            let Some((epoch, _)) = bound.and_then(|bound| self.up_to(bound)) else { break None };
            bound = seen_up_to(epoch);
            if bound == Some(epoch) {
                break bound;
            }
            if let Some((_, seen)) = memo.filter(|(from, _)| Some(*from) == bound) {
                break seen;
            }
            from = from.or(bound);
        };
        *memo = from.map(|from| (from, found)).or(*memo);
        found.and_then(|epoch| self.written_in(epoch))
    }

    /// The version of an open epoch, to be written to.
    #[inline]
    pub(super) fn version_of(&mut self, open: Epoch) -> Option<&mut T> {
        if self.epoch > open {
            let place = self.older.binary_search_by_key(&open, |(epoch, _)| *epoch).ok()?;
            return Some(&mut self.older[place].1);
        }
        (self.epoch == open).then_some(&mut self.newest)
    }

    /// Was the newest version written in this epoch?
    #[inline]
    pub(super) fn is_newest_of(&self, epoch: Epoch) -> bool {
        self.epoch == epoch
    }

    /// The newest version, to be written to in its own epoch.
    #[inline]
    pub(super) fn newest_mut(&mut self) -> &mut T {
        &mut self.newest
    }

    /// The newest version.
    pub(super) fn into_newest(self) -> T {
        self.newest
    }

    /// Writes the first version of an open epoch, and gives it to be written to.
    pub(super) fn begin(&mut self, open: Epoch, value: T) -> &mut T {
        if self.epoch > open {
            // A transaction has a newer one.
            self.change_before(open);
            let place = self.older.partition_point(|(epoch, _)| *epoch < open);
            self.older.insert(place, (open, value));
            return &mut self.older[place].1;
        }
        debug_assert!(self.epoch < open, "{open:?} has one");
        let before = std::mem::replace(&mut self.newest, value);
        if self.older.is_empty() {
            // Most things have one older version, if any.
            self.older.reserve_exact(1);
        }
        self.older.push((self.epoch, before));
        self.epoch = open;
        &mut self.newest
    }

    /// Takes out the version written in `epoch`, if there is one and it is not the only one.
    pub(super) fn take(&mut self, epoch: Epoch) -> Option<T> {
        let taken = if self.epoch == epoch {
            let (before, value) = self.older.pop()?;
            self.epoch = before;
            std::mem::replace(&mut self.newest, value)
        } else {
            let place = self.older.binary_search_by_key(&epoch, |(epoch, _)| *epoch).ok()?;
            self.older.remove(place).1
        };
        self.change_before(epoch.min(self.epoch));
        if self.older.is_empty() {
            self.older = ThinVec::new();
        }
        Some(taken)
    }

    /// Gives a version to an epoch that has none; tells whether there is that version.
    pub(super) fn renumber(&mut self, from: Epoch, to: Epoch) -> bool {
        if self.is_alone() && self.epoch == from {
            (self.epoch, self.memo) = (to, Memo::default());
            return true;
        }
        let taken = self.take(from);
        taken.map(|value| self.begin(to, value)).is_some()
    }

    /// A version of this epoch comes or goes: what a search has found from there on may not be true any more.
    fn change_before(&mut self, epoch: Epoch) {
        if self.memo.get().is_some_and(|(from, _)| from >= epoch) {
            self.memo = Memo::default();
        }
    }

    /// Is there a version written in this epoch?
    pub(super) fn is_of(&self, epoch: Epoch) -> bool {
        self.written_in(epoch).is_some()
    }

    /// Takes out the version written in `epoch`, if there is a later one.
    pub(super) fn forget(&mut self, epoch: Epoch) {
        if self.epoch > epoch {
            self.take(epoch);
        }
    }

    /// Is there one version only?
    pub(super) fn is_alone(&self) -> bool {
        self.older.is_empty()
    }

    /// Adds a version; `false` if it is not later than all that are there.
    pub(super) fn push(&mut self, epoch: Epoch, value: T) -> bool {
        let is_later = self.epoch < epoch;
        if is_later {
            self.begin(epoch, value);
        }
        is_later
    }

    /// All versions, the oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Epoch, &T)> {
        let older = self.older.iter().map(|(epoch, value)| (*epoch, value));
        older.chain([(self.epoch, &self.newest)])
    }

    /// How many versions there are.
    pub(super) fn versions(&self) -> usize {
        1 + self.older.len()
    }
}
