//! The tree of epochs as it is written down, and back.
//!
//! Promise, which tests hold it to: transactions are no part of what is written: neither their branches nor
//! what stands in their epochs.

use std::collections::BTreeSet;

use super::{Branch, Epoch, Position, Savepoint, Timeline};
use crate::engine::image::{BranchImage, Broken};

/// A timeline as it is written down.
pub(in crate::engine) struct TimelineImage {
    /// Its branches, in ascending order.
    pub(in crate::engine) branches: Vec<BranchImage>,
    /// The place among them of each branch.
    places: Vec<u32>,
    /// Which epochs are in them.
    pub(in crate::engine) runs: Runs,
}

impl TimelineImage {
    /// The numbers of an epoch and of its branch.
    pub(in crate::engine) fn of_savepoint(&self, savepoint: Savepoint) -> (u32, u32) {
        (savepoint.epoch.number(), self.places[savepoint.branch as usize])
    }
}

/// Where branches begin, in ascending order, with their places, and whether they are the database's: the others
/// are those of transactions.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Runs(Vec<(Epoch, u32, bool)>);

impl Runs {
    /// Are they of a database in which no transaction is open?
    pub(in crate::engine) fn have_all(&self) -> bool {
        self.0.iter().all(|(.., is_own)| *is_own)
    }

    fn run_of(&self, epoch: Epoch) -> Option<&(Epoch, u32, bool)> {
        let after = self.0.partition_point(|(first, ..)| *first <= epoch);
        self.0[..after].last()
    }

    /// Is this epoch the database's?
    pub(in crate::engine) fn have(&self, epoch: Epoch) -> bool {
        self.run_of(epoch).is_some_and(|(.., is_own)| *is_own)
    }
}

impl Timeline {
    /// What is written down of it: all but the transactions, which have these positions.
    pub(in crate::engine) fn image<'p>(
        &self,
        transactions: impl Iterator<Item = &'p Position>,
    ) -> TimelineImage {
        let own = transactions.flat_map(|at| at.own.iter().flatten()).chain(&self.snapshots).copied();
        let own: BTreeSet<u32> = own.collect();
        let vacant: BTreeSet<u32> = self.vacant.iter().copied().collect();
        let mut order: Vec<_> =
            (0..self.number_of_branches()).filter(|place| !vacant.contains(place)).collect();
        order.sort_unstable_by_key(|place| self.branch(*place).first);
        let runs = order.iter().map(|place| (self.branch(*place).first, *place, !own.contains(place)));
        let runs = runs.collect();
        order.retain(|place| !own.contains(place));
        let mut places = vec![0; self.branches.len()];
        (0..).zip(&order).for_each(|(place, branch)| places[*branch as usize] = place);
        let image = |branch: &u32| {
            let Branch { first, fork, parent, .. } = *self.branch(*branch);
            let fork = fork.map_or(0, Epoch::number);
            BranchImage { first: first.number(), fork, parent: places[parent as usize] }
        };
        TimelineImage { branches: order.iter().map(image).collect(), places, runs: Runs(runs) }
    }

    /// The latest epoch that is seen from one and not later than another.
    pub(in crate::engine) fn seen_looking_from(
        &self,
        runs: &Runs,
        from: Epoch,
        epoch: Epoch,
    ) -> Option<Epoch> {
        runs.run_of(from).and_then(|(_, branch, _)| self.seen_from(*branch, from, epoch))
    }

    /// Of each epoch named that which is seen right before it: the one before it in its branch that is named, or where
    /// its branch forks, if it is the first there.
    pub(in crate::engine) fn before_each(&self, runs: &Runs, epochs: &[Epoch]) -> Vec<Option<Epoch>> {
        let before = |(place, epoch): (usize, &Epoch)| {
            let (first, branch, _) = *runs.run_of(*epoch)?;
            let earlier = place.checked_sub(1).map(|before| epochs[before]).filter(|before| first <= *before);
            // The first branch of all says of itself that it forks.
            earlier.or_else(|| self.branch(branch).fork.filter(|fork| *fork < first))
        };
        epochs.iter().enumerate().map(before).collect()
    }

    /// The epochs at which branches fork.
    pub(in crate::engine) fn forks(&self) -> impl Iterator<Item = Epoch> {
        self.branches.iter().filter_map(|branch| branch.fork)
    }

    /// The timeline of these branches, and a position where this epoch is open.
    pub(in crate::engine) fn of_image(
        branches: &[BranchImage],
        open: u32,
    ) -> Result<(Self, Position), Broken> {
        let (mut timeline, mut at) = (Self::new(), Position::START);
        let [root, rest @ ..] = branches else { return Err(Broken("there is no branch")) };
        if timeline.image(std::iter::empty()).branches != [*root] {
            return Err(Broken("the first branch has another origin"));
        }
        for branch in rest {
            let first = timeline.open_next(&mut at, branch.first)?;
            match (branch.fork, branch.parent) {
                (0, 0) => timeline.begin_anew(&mut at, first),
                (fork, parent) => {
                    let savepoint = timeline.savepoint_of_image(&at, (fork, parent))?;
                    timeline.branch_off(&mut at, savepoint, first);
                }
            }
        }
        if open != at.open.number() {
            timeline.open_next(&mut at, open)?;
        }
        Ok((timeline, at))
    }

    /// Opens a later epoch.
    fn open_next(&mut self, at: &mut Position, epoch: u32) -> Result<Epoch, Broken> {
        let later = Epoch::new(epoch).filter(|epoch| *epoch > self.last);
        self.last = later.ok_or(Broken("epochs do not ascend"))?;
        at.open = self.last;
        Ok(self.last)
    }

    /// The place of a closed epoch in its branch, where the database has this position.
    pub(in crate::engine) fn savepoint_of_image(
        &self,
        at: &Position,
        (epoch, branch): (u32, u32),
    ) -> Result<Savepoint, Broken> {
        let place = branch as usize;
        let Some(Branch { first, .. }) = self.branches.get(place) else {
            return Err(Broken("there is no such branch"));
        };
        let end = self.branches.get(place + 1).map_or(at.open, |next| next.first);
        let closed = Epoch::new(epoch).filter(|epoch| (*first..end).contains(epoch));
        Ok(Savepoint { epoch: closed.ok_or(Broken("an epoch is not closed in its branch"))?, branch })
    }
}
