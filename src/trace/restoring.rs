//! Which cells a restore may change: those that have changed since the cells were last those of its backup.
//!
//! Invariant: the cells that are live, and those that the backup holds, differ at most in those that have
//! changed, and in what lifetimes have left.

use std::collections::BTreeSet;

use super::state::CellKey;
use crate::time::Time;

/// A backup that the cells were last those of.
#[derive(Clone, Debug)]
pub(super) struct RestoreBase {
    taken: Time,
    /// The query after which they were.
    set_by: usize,
    changed: BTreeSet<CellKey>,
}

impl RestoreBase {
    pub(super) fn new(taken: Time, set_by: usize) -> Self {
        Self { taken, set_by, changed: BTreeSet::new() }
    }

    /// Is it the backup of this moment?
    pub(super) fn is(&self, taken: Time) -> bool {
        self.taken == taken
    }

    pub(super) fn set_by(&self) -> usize {
        self.set_by
    }

    pub(super) fn change(&mut self, cell: &CellKey) {
        self.changed.insert(cell.clone());
    }

    pub(super) fn changed(&self) -> impl Iterator<Item = &CellKey> {
        self.changed.iter()
    }
}
