//! The tree of epochs as it is written down, and back.
//!
//! Promise, which tests hold it to: transactions are no part of what is written: neither their branches nor
//! what stands in their epochs.

use std::collections::BTreeSet;

use super::{Branch, Epoch, Head, Savepoint, Timeline};
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

/// Where branches begin, in ascending order, and whether they are the database's: the others are those of
/// transactions. There are none if there is no transaction.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Runs(Vec<(Epoch, bool)>);

impl Runs {
    /// Are they of a database in which no transaction is open?
    pub(in crate::engine) fn have_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Is this epoch the database's?
    pub(in crate::engine) fn have(&self, epoch: Epoch) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= epoch);
        self.0[..after].last().is_none_or(|(_, is_own)| *is_own)
    }
}

impl Timeline {
    /// What is written down of it: all but the transactions, which stand at these heads.
    pub(in crate::engine) fn image<'p>(&self, transactions: impl Iterator<Item = &'p Head>) -> TimelineImage {
        let own: BTreeSet<u32> = transactions.flat_map(|head| head.own.iter().flatten().copied()).collect();
        let vacant: BTreeSet<u32> = self.vacant.iter().copied().collect();
        let mut order: Vec<_> =
            (0..self.number_of_branches()).filter(|place| !vacant.contains(place)).collect();
        order.sort_unstable_by_key(|place| self.branch(*place).first);
        let runs = if own.is_empty() { &[][..] } else { &order };
        let runs = runs.iter().map(|place| (self.branch(*place).first, !own.contains(place))).collect();
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

    /// The timeline of these branches, with this epoch open.
    pub(in crate::engine) fn of_image(branches: &[BranchImage], open: u32) -> Result<Self, Broken> {
        let mut timeline = Self::new();
        let [root, rest @ ..] = branches else { return Err(Broken("there is no branch")) };
        if timeline.image(std::iter::empty()).branches != [*root] {
            return Err(Broken("the first branch has another origin"));
        }
        for branch in rest {
            timeline.open_next(branch.first)?;
            match (branch.fork, branch.parent) {
                (0, 0) => timeline.begin_anew(timeline.last),
                (fork, parent) => {
                    let savepoint = timeline.savepoint_of_image(fork, parent)?;
                    timeline.branch_off(savepoint, timeline.last);
                }
            }
        }
        if open != timeline.at.open.number() {
            timeline.open_next(open)?;
        }
        Ok(timeline)
    }

    /// Opens a later epoch.
    fn open_next(&mut self, epoch: u32) -> Result<(), Broken> {
        let later = Epoch::new(epoch).filter(|epoch| *epoch > self.last);
        self.last = later.ok_or(Broken("epochs do not ascend"))?;
        self.at.open = self.last;
        Ok(())
    }

    /// The place of a closed epoch in its branch.
    pub(in crate::engine) fn savepoint_of_image(&self, epoch: u32, branch: u32) -> Result<Savepoint, Broken> {
        let place = branch as usize;
        let Some(Branch { first, .. }) = self.branches.get(place) else {
            return Err(Broken("there is no such branch"));
        };
        let end = self.branches.get(place + 1).map_or(self.at.open, |next| next.first);
        let closed = Epoch::new(epoch).filter(|epoch| (*first..end).contains(epoch));
        Ok(Savepoint { epoch: closed.ok_or(Broken("an epoch is not closed in its branch"))?, branch })
    }
}
