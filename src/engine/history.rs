//! The versions of one thing, each marked with the epoch it was written in.
//!
//! Invariants: epochs ascend, and no two versions are of one epoch; what the memo says is true, as long as
//! somebody may look back from its epoch, which is before the newest version's.

mod check;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use thin_vec::ThinVec;

use super::timeline::{Epoch, Timeline};

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
/// That never changes. A cell that is written on one side branch after the other would be searched through
/// all of them each time; so a search ends where the one before it began.
///
/// Both epochs stand in one number, the closed one above; 0 stands for none. The number is atomic because the
/// cell may be shared: then others look at it too, and what they find is true for all of them.
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

    /// The newest version that the timeline sees.
    #[inline]
    pub(super) fn seen(&self, timeline: &Timeline) -> Option<&T> {
        self.seen_version(timeline).map(|(_, value)| value)
    }

    /// The same with the epoch it was written in.
    #[inline]
    pub(super) fn seen_version(&self, timeline: &Timeline) -> Option<(Epoch, &T)> {
        if timeline.is_current(self.epoch) { Some((self.epoch, &self.newest)) } else { self.search(timeline) }
    }

    /// The same where the newest version may lie on another branch: look at the latest version not after
    /// `bound`; if it is not seen, what is seen lies further back, and whole branches are skipped at a time.
    #[cold]
    fn search(&self, timeline: &Timeline) -> Option<(Epoch, &T)> {
        let (mut bound, mut from) = (self.epoch, None);
        let found = loop {
            let Some((epoch, value)) = self.up_to(bound) else { break None };
            let Some(seen) = timeline.seen_up_to(epoch) else { break None };
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

    /// Writes a version in an open epoch; the answer tells whether it is the first there.
    #[inline]
    pub(super) fn write(&mut self, open: Epoch, value: T) -> bool {
        if self.epoch > open {
            return self.write_behind(open, value);
        }
        let before = std::mem::replace(&mut self.newest, value);
        let first = self.epoch != open;
        if first {
            if self.older.is_empty() {
                // Most things have one older version, if any.
                self.older.reserve_exact(1);
            }
            self.older.push((self.epoch, before));
            self.epoch = open;
        }
        first
    }

    /// The same where a transaction has a newer version.
    #[cold]
    fn write_behind(&mut self, open: Epoch, value: T) -> bool {
        self.memo = Memo::default();
        let place = self.older.binary_search_by_key(&open, |(epoch, _)| *epoch);
        match place {
            Ok(place) => self.older[place].1 = value,
            Err(place) => self.older.insert(place, (open, value)),
        }
        place.is_err()
    }

    /// The newest version, if it was written in the open epoch.
    pub(super) fn newest_of(&mut self, open: Epoch) -> Option<&mut T> {
        (self.epoch == open).then_some(&mut self.newest)
    }

    /// Takes out the version written in `epoch`, if there is one; `false` if nothing is left then, and it
    /// stays as it is.
    pub(super) fn undo(&mut self, epoch: Epoch) -> bool {
        // What a search found may have been true only beside what goes.
        self.memo = Memo::default();
        if self.epoch == epoch {
            let Some((epoch, value)) = self.older.pop() else { return false };
            (self.epoch, self.newest) = (epoch, value);
        } else if let Ok(place) = self.older.binary_search_by_key(&epoch, |(epoch, _)| *epoch) {
            self.older.remove(place);
        }
        if self.older.is_empty() {
            self.older = ThinVec::new();
        }
        true
    }

    /// Is there a version written in this epoch?
    pub(super) fn is_of(&self, epoch: Epoch) -> bool {
        self.written_in(epoch).is_some()
    }

    /// Takes out the version written in `epoch`, if there is a later one.
    pub(super) fn forget(&mut self, epoch: Epoch) {
        if self.epoch > epoch {
            self.undo(epoch);
        }
    }

    /// Is there one version only, written in this epoch?
    pub(super) fn is_only_of(&self, epoch: Epoch) -> bool {
        self.epoch == epoch && self.older.is_empty()
    }

    /// Adds a version; `false` if it is not later than all that are there.
    pub(super) fn push(&mut self, epoch: Epoch, value: T) -> bool {
        self.epoch < epoch && self.write(epoch, value)
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

impl<T> History<Option<T>> {
    /// Is there nothing but a version that says that there is nothing?
    pub(super) fn is_deleted_for_good(&self) -> bool {
        self.newest.is_none() && self.older.is_empty()
    }
}
