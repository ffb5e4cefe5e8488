//! Where somebody stands in the tree of epochs, and what he sees from there.
//!
//! Invariant: a position is at the end of its branch, or it is only looked from.

use super::{Epoch, Savepoint, Timeline};

/// Where somebody stands in the tree: the open epoch, in which he writes.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Position {
    pub(super) branch: u32,
    /// Where that branch begins.
    pub(super) first: Epoch,
    pub(super) open: Epoch,
    /// Of a transaction: the branches that it has made.
    pub(super) own: Option<Vec<u32>>,
}

impl Position {
    /// Where a database begins.
    pub(in crate::engine) const START: Self =
        Self { branch: 0, first: Epoch::FIRST, open: Epoch::FIRST, own: None };

    /// The open epoch, in which writes happen there.
    #[inline]
    pub(in crate::engine) fn open(&self) -> Epoch {
        self.open
    }

    /// The place as if the open epoch were closed, to look back from.
    pub(in crate::engine) fn here(&self) -> Savepoint {
        Savepoint { epoch: self.open, branch: self.branch }
    }
}

/// What is seen from a position.
#[derive(Clone, Copy)]
pub(in crate::engine) struct View<'t> {
    pub(super) timeline: &'t Timeline,
    pub(super) at: &'t Position,
}

impl View<'_> {
    /// The epoch in which writes happen there.
    #[inline]
    pub(in crate::engine) fn open(self) -> Epoch {
        self.at.open
    }

    /// Is this epoch in the branch of the position, where everything is seen?
    #[inline]
    pub(in crate::engine) fn is_current(self, epoch: Epoch) -> bool {
        // Other epochs follow the open one where transactions are open.
        self.at.first <= epoch && epoch <= self.at.open
    }

    /// The latest epoch that is seen and not later than `epoch`, if there is one.
    pub(in crate::engine) fn seen_up_to(self, epoch: Epoch) -> Option<Epoch> {
        self.timeline.seen_from(self.at.branch, self.at.open, epoch)
    }
}
