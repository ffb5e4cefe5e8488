//! Which cells have died, told in order of time.
//!
//! Invariants: `settled` is past; a version that is seen and dies at or after `settled` has its entry in
//! `fresh` or in `index`; one that a backup sees and that was live then has it in `index`; `weight` is that
//! of the entries there. (An entry may be stale: whoever is told of a death compares it with the cell.)
//!
//! ```text
//!   index   ── 3 ── 4 ── 9 ───── 12 ── 15 ──►      the database's own time
//!                        ▲
//!                     settled: what is before it is counted as dead
//! ```
//!
//! Entries stay when `settled` has passed them: after a restore it stands before them again. What a SET
//! brings goes to `fresh` first, and is sorted in when expiries are next settled; most short lives are over
//! by then.

use std::collections::BTreeSet;

use super::invariant::{Found, ensure, hold};
use super::records::{Content, RecordTable};
use super::timeline::Epoch;
use super::{Text, weight};
use crate::time::Time;

/// Expiries are settled when so many operations have moved the clock, or fewer with long texts.
const PACE: usize = 1024;

/// The last moment at which a version of a cell is live, and which version that is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PendingExpiry {
    pub(super) last: Time,
    /// The epoch that the version was written in.
    pub(super) epoch: Epoch,
    pub(super) key: Text,
    pub(super) field: Text,
}

impl PendingExpiry {
    /// How much memory it takes, in units of what a short one takes.
    fn weight(&self) -> usize {
        weight(&self.key, &self.field)
    }

    /// Before every expiry of this moment.
    fn before(last: Time) -> Self {
        Self { last, epoch: Epoch::FIRST, key: Text::default(), field: Text::default() }
    }

    /// Does this content die then?
    pub(super) fn is_of(&self, content: Option<&Content>) -> bool {
        content.is_some_and(|content| content.lifetime.last() == self.last)
    }
}

/// How far those are settled that the database, or a transaction, sees.
#[derive(Clone, Debug, Default)]
pub(super) struct ExpiryCursor {
    fresh: Vec<PendingExpiry>,
    settled: Time,
    /// How often the clock was moved since, and the weight of what is fresh.
    moves: usize,
}

/// The expiries of all versions.
#[derive(Clone, Debug, Default)]
pub(super) struct Expiries {
    at: ExpiryCursor,
    index: BTreeSet<PendingExpiry>,
    /// The weight of the index, now and after it was last swept.
    weight: usize,
    swept: usize,
}

/// Who died between two moments.
#[derive(Debug, Default)]
pub(super) struct Deaths {
    /// Cells of the open epoch, that were never in the index.
    pub(super) fresh: Vec<PendingExpiry>,
    /// Others, that still are.
    pub(super) indexed: Vec<PendingExpiry>,
}

impl ExpiryCursor {
    /// Up to which moment the dead are counted, as [`Expiries::settled`].
    pub(super) fn settled(&self) -> Time {
        self.settled
    }

    /// What was not sorted in yet.
    pub(super) fn fresh(&self) -> BTreeSet<&PendingExpiry> {
        self.fresh.iter().collect()
    }
}

impl Expiries {
    /// Where those stand that are seen now.
    pub(super) fn cursor(&self) -> &ExpiryCursor {
        &self.at
    }

    pub(super) fn have_indexed(&self, expiry: &PendingExpiry) -> bool {
        self.index.contains(expiry)
    }

    pub(super) fn check(&self) -> Found {
        hold(
            self,
            &[("the weight of the index is that of its entries", |expiries| {
                let (says, is) =
                    (expiries.weight, expiries.index.iter().map(PendingExpiry::weight).sum::<usize>());
                ensure(says == is && expiries.swept <= is, || format!("{says}, and it is {is}"))
            })],
        )
    }

    /// The expiries of all versions that there are.
    pub(super) fn of(settled: Time, expiries: Vec<PendingExpiry>) -> Self {
        let weight = expiries.iter().map(PendingExpiry::weight).sum();
        let at = ExpiryCursor { settled, ..ExpiryCursor::default() };
        Self { at, index: expiries.into_iter().collect(), weight, swept: weight }
    }

    pub(super) fn add(&mut self, expiry: PendingExpiry) {
        self.at.moves += expiry.weight() - 1;
        self.at.fresh.push(expiry);
    }

    /// Begins a transaction, which sees what is seen now; the answer is where the database is meanwhile.
    pub(super) fn fork(&mut self) -> ExpiryCursor {
        for expiry in std::mem::take(&mut self.at.fresh) {
            self.sort_in(expiry);
        }
        let transaction = ExpiryCursor { settled: self.at.settled, ..ExpiryCursor::default() };
        std::mem::replace(&mut self.at, transaction)
    }

    /// Goes on where `cursor` stands; where it was is there then.
    pub(super) fn swap(&mut self, cursor: &mut ExpiryCursor) {
        std::mem::swap(&mut self.at, cursor);
    }

    /// Adds an entry of a version that may have died already.
    pub(super) fn sort_in(&mut self, expiry: PendingExpiry) {
        let weight = expiry.weight();
        if self.index.insert(expiry) {
            self.weight += weight;
        }
    }

    /// Up to which moment the dead are counted: a cell that is last live at it still counts as live.
    pub(super) fn settled(&self) -> Time {
        self.at.settled
    }

    /// Notes that the clock was moved; `true` when it is time to settle.
    pub(super) fn moved(&mut self) -> bool {
        self.at.moves += 1;
        self.at.moves >= PACE
    }

    /// Moves `settled` to `now` and tells who died on the way.
    pub(super) fn settle(&mut self, now: Time) -> Deaths {
        let from = std::mem::replace(&mut self.at.settled, now);
        self.at.moves = 0;
        let mut fresh = std::mem::take(&mut self.at.fresh);
        fresh.sort_unstable();
        let dead = fresh.partition_point(|expiry| expiry.last < now);
        fresh.drain(dead..).for_each(|expiry| self.sort_in(expiry));
        let indexed =
            self.index.range(PendingExpiry::before(from)..PendingExpiry::before(now)).cloned().collect();
        Deaths { fresh, indexed }
    }

    /// Forgets all of them: nothing of what there was can be seen again.
    pub(super) fn clear(&mut self) {
        *self = Self::of(self.at.settled, Vec::new());
    }

    /// Takes an entry out that nothing will ask for again.
    pub(super) fn forget(&mut self, expiry: &PendingExpiry) {
        if self.index.remove(expiry) {
            self.weight -= expiry.weight();
            self.swept = self.swept.min(self.weight);
        }
    }

    /// Moves `settled` back to where it was at a backup. What is fresh belongs to no backup.
    pub(super) fn rewind(&mut self, settled: Time) {
        self.at.fresh.clear();
        self.at.settled = settled;
    }

    /// TEMPORARY.
    pub(super) fn go_back(&mut self, moment: Time) {
        for expiry in std::mem::take(&mut self.at.fresh) {
            self.sort_in(expiry);
        }
        self.at.settled = self.at.settled.min(moment);
    }

    /// Once the index has doubled: takes out the entries that no version matches any more.
    pub(super) fn sweep(&mut self, records: &RecordTable) {
        if self.weight <= 2 * self.swept + PACE {
            return;
        }
        self.index.retain(|expiry| records.has_version_of(expiry));
        self.weight = self.index.iter().map(PendingExpiry::weight).sum();
        self.swept = self.weight;
    }

    pub(super) fn len(&self) -> usize {
        self.at.fresh.len() + self.index.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_weight_is_found() {
        let mut expiries = Expiries::of(Time(0), vec![PendingExpiry::before(Time(5))]);
        assert_eq!(expiries.check(), Ok(()));
        expiries.weight += 1;
        let found = expiries.check();
        crate::engine::check::tests::assert_names(&found, "the weight of the index is that of its entries");
    }
}
