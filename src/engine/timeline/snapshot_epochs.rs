//! Branches for what transactions see: their epochs are set apart together, and taken downwards.
//!
//! Invariant: nobody stands in such a branch, and none but those of transactions fork from it.

use super::{Branch, Epoch, Position, Savepoint, Timeline};

/// The epochs of a branch for snapshots, which are taken from the highest one down.
#[derive(Clone, Debug)]
pub(in crate::engine) struct SnapshotEpochs {
    pub(super) branch: u32,
    lowest: Epoch,
    highest: Epoch,
}

impl SnapshotEpochs {
    /// The first of them.
    pub(in crate::engine) fn first(&self) -> Savepoint {
        Savepoint { epoch: self.highest, branch: self.branch }
    }

    /// That of an epoch, if it is one of them.
    pub(in crate::engine) fn at(&self, epoch: Epoch) -> Option<Savepoint> {
        let is_here = self.lowest <= epoch && epoch <= self.highest;
        is_here.then_some(Savepoint { epoch, branch: self.branch })
    }
}

impl Timeline {
    /// Begins a branch for so many snapshots of the open epoch of a position.
    pub(in crate::engine) fn begin_snapshots(&mut self, from: &Position, room: u32) -> SnapshotEpochs {
        self.forks.push(from.branch);
        let lowest = self.unused();
        let mut at = Position { own: None, ..*from };
        self.branch_off(&mut at, from.here(), lowest);
        self.last = lowest.plus(room - 1);
        self.snapshots.push(at.branch);
        SnapshotEpochs { branch: at.branch, lowest, highest: self.last }
    }

    /// Gives it back, where a database stands at a position.
    pub(in crate::engine) fn end_snapshots(&mut self, snapshots: &SnapshotEpochs, at: &Position) {
        let parent = self.branch(snapshots.branch).parent;
        let place = self.forks.iter().position(|branch| *branch == parent);
        debug_assert!(place.is_some(), "{snapshots:?} have no fork");
        if let Some(place) = place {
            self.forks.swap_remove(place);
        }
        let forks = &self.forks;
        self.vacant.extend(self.left.extract_if(.., |branch| !forks.contains(branch)));
        self.snapshots.retain(|branch| *branch != snapshots.branch);
        self.vacant.push(snapshots.branch);
        self.rewind(at);
    }

    /// Lets the branches of a transaction go on without its snapshot. They stand in the order in which they were made.
    pub(super) fn pass_snapshots(&mut self, own: &[u32]) {
        for place in own {
            let Branch { first, fork, parent, goes_on, .. } = *self.branch(*place);
            let Some(fork) = fork else { continue };
            let before = Some(self.branch(parent)).filter(|_| self.snapshots.contains(&parent));
            let (fork, parent) =
                before.map_or((fork, parent), |branch| (branch.fork.unwrap_or(fork), branch.parent));
            let branch = self.branch_from(Savepoint { epoch: fork, branch: parent }, first);
            self.branches[*place as usize] = Branch { goes_on, ..branch };
        }
    }
}
