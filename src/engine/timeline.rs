//! Epochs, and which of them are seen.
//!
//! Invariants: an open epoch is the last of its branch; a branch forks from one that began before it, in an epoch of
//! that one; no two branches begin in one epoch; a jump leads to a branch on the way to the first; no epoch is later
//! than `last`, which is the open one where no transaction is; places that were given back are nobody's; nobody else
//! sees the branches of a transaction, nor but transactions those for snapshots. (At the last epoch of all, which
//! backups share, none of this is promised.)
//!
//! ```text
//!   epoch   0 ── 1 ── 2 ── 3                 first branch: began at 0
//!                └── 4 ── 5                  RESTORE to the backup that closed 1: a branch that forks there
//!                    └── 6 (open)            RESTORE to the one that closed 4
//!   seen from 6:  0, 1, 4, 6
//!                    │    └── 7 ── 8         BEGIN: a branch for snapshots, and one of the transaction (8 open too)
//!                    9 (open)                CLEAR: a branch without a parent; nothing else is seen from it
//! ```
//!
//! (Drawings count epochs from 0, memory from 1.)
//!
//! A branch is made for each RESTORE and CLEAR, not for each backup; and none if it goes back to the latest
//! backup of its own branch. Each keeps a link to its parent and one that jumps further (a skew-binary jump
//! pointer, after Myers, "An applicative random-access stack", 1983), so that the branch which an epoch
//! belongs to is found in a logarithmic number of steps.
//!
//! Here is the tree alone. The database has a [`Position`] in it, and each transaction that is open one of its own;
//! what the branches of that were is given back with it.

mod branch_images;
mod check;
mod position;
mod snapshot_epochs;
mod watchers;

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use super::steps::step;
pub(super) use branch_images::{Runs, TimelineImage};
pub(super) use check::{Known, Pasts};
pub(super) use position::{Position, View};
pub(super) use snapshot_epochs::SnapshotEpochs;
pub(super) use watchers::Watchers;

/// The number of an epoch: the time between two backups. It is never 0, so that an `Option` of it takes no
/// more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Epoch(NonZeroU32);

impl Epoch {
    pub(super) const FIRST: Self = Self(NonZeroU32::MIN);
    const LAST: Self = Self(NonZeroU32::MAX);
    /// No transaction begins later than this, so that it and those beside it have epochs of their own.
    const LAST_TO_BEGIN_AT: Self = match NonZeroU32::new(u32::MAX - (1 << 20)) {
        Some(number) => Self(number),
        None => Self::FIRST,
    };

    /// The epoch of a number that is not 0.
    pub(super) fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    pub(super) fn number(self) -> u32 {
        self.0.get()
    }

    /// The one before it; `None` if it is the first.
    pub(super) fn before(self) -> Option<Self> {
        Self::new(self.number() - 1)
    }

    /// The one after it. The last one has none and stays: to get there takes four thousand million backups,
    /// or an image that says so.
    fn next(self) -> Self {
        self.plus(1)
    }

    fn plus(self, epochs: u32) -> Self {
        Self(self.0.saturating_add(epochs))
    }
}

/// A run of epochs that follow each other.
#[derive(Clone, Debug)]
struct Branch {
    first: Epoch,
    /// The last epoch seen of the parent; `None` if nothing is seen of any.
    fork: Option<Epoch>,
    /// It goes on where its parent has ended, as the next epoch was taken.
    goes_on: bool,
    parent: u32,
    depth: u32,
    jump: u32,
    /// Where the branch at the other end of `jump` begins: looked at before going there.
    jump_first: Epoch,
}

impl Branch {
    /// A branch that sees nothing of what was before it, at this place among all.
    fn root(first: Epoch, place: u32) -> Self {
        // A jump to where it stands leads nowhere: it must never seem worth while.
        Self { first, fork: None, goes_on: false, parent: 0, depth: 0, jump: place, jump_first: Epoch::FIRST }
    }
}

/// A place to come back to: a closed epoch and its branch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Savepoint {
    epoch: Epoch,
    branch: u32,
}

impl Savepoint {
    /// Its epoch.
    pub(super) fn epoch(self) -> Epoch {
        self.epoch
    }

    /// The epochs that it sees and `earlier` does not, if both are on one branch, so that these are all that
    /// differs.
    pub(super) fn since(self, earlier: Self) -> Option<RangeInclusive<Epoch>> {
        let goes_on = self.branch == earlier.branch && earlier.epoch <= self.epoch;
        goes_on.then(|| earlier.epoch.next()..=self.epoch)
    }
}

/// The tree of epochs.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    branches: Vec<Branch>,
    /// The last epoch that was opened.
    last: Epoch,
    /// Places among the branches that were given back.
    vacant: Vec<u32>,
    /// The branches that those for snapshots fork from, one for each.
    forks: Vec<u32>,
    /// Those for snapshots.
    snapshots: Vec<u32>,
    /// Those of them that are there for their sake alone.
    left: Vec<u32>,
}

impl Timeline {
    pub(super) fn new() -> Self {
        let first = Epoch::FIRST;
        let root = Branch { fork: Some(first), ..Branch::root(first, 0) };
        let [vacant, forks, snapshots, left] = [const { Vec::new() }; 4];
        Self { branches: vec![root], last: first, vacant, forks, snapshots, left }
    }

    /// What is seen from a position.
    #[inline]
    pub(super) fn view<'t>(&'t self, at: &'t Position) -> View<'t> {
        View { timeline: self, at }
    }

    /// Where one stands to look back from a savepoint; nothing may be written there.
    pub(super) fn position_at(&self, savepoint: Savepoint) -> Position {
        let Savepoint { epoch, branch } = savepoint;
        Position { branch, first: self.branch(branch).first, open: epoch, own: None }
    }

    /// Closes the open epoch of a position and opens the next.
    pub(super) fn close(&mut self, at: &mut Position) -> Savepoint {
        let savepoint = at.here();
        if at.open == self.last {
            at.open = self.unused();
        } else {
            let first = self.unused();
            self.branch_off(at, savepoint, first);
            self.branches[at.branch as usize].goes_on = true;
        }
        savepoint
    }

    /// Makes `savepoint` the past of the open epoch, in which nothing may be written yet.
    pub(super) fn fork(&mut self, at: &mut Position, savepoint: Savepoint) {
        let first = self.leave(at);
        if first == at.open && savepoint.epoch.next() == first {
            // The latest backup of this branch: it simply goes on from there.
            (at.branch, at.first) = (savepoint.branch, self.branch(savepoint.branch).first);
            return;
        }
        self.branch_off(at, savepoint, first);
    }

    /// Leaves the open epoch, in which nothing may be written yet, without any past.
    pub(super) fn clear(&mut self, at: &mut Position) {
        let first = self.leave(at);
        self.begin_anew(at, first);
    }

    /// Undoes the branch of a position if it was made for nothing; the answer is the epoch to go on with.
    fn leave(&mut self, at: &mut Position) -> Epoch {
        let Position { branch, first, open, ref mut own } = *at;
        // No backup was taken in it, so nothing can lead there any more. (At the last epoch of all one may
        // have been.)
        let is_unused = branch > 0 && first == open && open < Epoch::LAST;
        if is_unused && self.forks.contains(&branch) {
            self.left.push(branch);
        } else if is_unused {
            self.vacant.push(branch);
            if let Some(own) = own {
                own.retain(|made| *made != branch);
            }
        }
        if open == self.last { open } else { self.unused() }
    }

    /// An epoch that was never opened.
    fn unused(&mut self) -> Epoch {
        self.last = self.last.next();
        self.last
    }

    /// Begins a branch that has no parent.
    fn begin_anew(&mut self, at: &mut Position, first: Epoch) {
        let place = self.vacant.last().copied().unwrap_or_else(|| self.number_of_branches());
        self.enter(at, Branch::root(first, place));
    }

    /// Are there epochs for a transaction, and for what is done beside it?
    pub(super) fn can_begin(&self) -> bool {
        self.last < Epoch::LAST_TO_BEGIN_AT
    }

    /// Begins a transaction: a branch that sees a snapshot and all before it.
    pub(super) fn begin(&mut self, snapshot: Savepoint) -> Position {
        let first = self.unused();
        let mut at = Position { own: Some(Vec::new()), ..self.position_at(snapshot) };
        self.branch_off(&mut at, snapshot, first);
        at
    }

    /// Gives the branches back of a transaction that has ended.
    pub(super) fn end(&mut self, ended: &Position) {
        self.vacant.extend(ended.own.iter().flatten());
    }

    /// A database stands from now on where a transaction stood, and sees what was before the snapshot of that, in which
    /// nothing is. If all that was there before is left behind, no backup leads there.
    pub(super) fn adopt(&mut self, at: &mut Position, taken: &Position, is_left: bool) {
        if is_left {
            self.leave(at);
            let own = taken.own.iter().flatten().filter(|branch| **branch != taken.branch);
            self.vacant.extend(own);
        }
        self.pass_snapshots(taken.own.as_deref().unwrap_or_default());
        *at = Position { own: None, ..*taken };
    }

    /// Where no transaction is open, no later epoch is in use.
    fn rewind(&mut self, at: &Position) {
        if self.forks.is_empty() {
            self.last = at.open;
        }
    }

    /// Begins a branch that forks at `savepoint`.
    fn branch_off(&mut self, at: &mut Position, savepoint: Savepoint, first: Epoch) {
        let branch = self.branch_from(savepoint, first);
        self.enter(at, branch);
    }

    fn branch_from(&self, savepoint: Savepoint, first: Epoch) -> Branch {
        let parent = self.branch(savepoint.branch);
        let (jump, far) = (self.branch(parent.jump), self.branch(self.branch(parent.jump).jump));
        let even = parent.depth - jump.depth == jump.depth - far.depth;
        let jump = if even { jump.jump } else { savepoint.branch };
        Branch {
            first,
            fork: Some(savepoint.epoch),
            goes_on: false,
            parent: savepoint.branch,
            depth: parent.depth + 1,
            jump,
            jump_first: self.branch(jump).first,
        }
    }

    /// Goes on in a new branch.
    fn enter(&mut self, at: &mut Position, branch: Branch) {
        let first = branch.first;
        let place = self.vacant.pop().unwrap_or_else(|| self.number_of_branches());
        match self.branches.get_mut(place as usize) {
            Some(vacant) => *vacant = branch,
            None => self.branches.push(branch),
        }
        (at.branch, at.first, at.open) = (place, first, first);
        if let Some(own) = &mut at.own {
            own.push(place);
        }
    }

    /// Is the epoch of `savepoint` the one right before that of `next`, so that nothing forks between the
    /// two?
    pub(super) fn follows(&self, next: Savepoint, savepoint: Savepoint) -> bool {
        let branch = self.branch(next.branch);
        if savepoint.branch == next.branch {
            savepoint.epoch.next() == next.epoch
        } else {
            branch.goes_on && branch.first == next.epoch && branch.fork == Some(savepoint.epoch)
        }
    }

    /// The latest epoch that is seen from the end of a branch and not later than `epoch`, if there is one.
    fn seen_from(&self, branch: u32, mut end: Epoch, epoch: Epoch) -> Option<Epoch> {
        let mut branch = self.branch(branch);
        while branch.first > epoch {
            step(1);
            if branch.jump_first > epoch {
                branch = self.branch(branch.jump);
            } else {
                end = branch.fork?;
                branch = self.branch(branch.parent);
            }
        }
        Some(epoch.min(end))
    }

    /// How many branches there are.
    pub(super) fn branches(&self) -> usize {
        self.branches.len() - self.vacant.len()
    }

    fn number_of_branches(&self) -> u32 {
        u32::try_from(self.branches.len()).expect("no more branches than epochs")
    }

    fn branch(&self, number: u32) -> &Branch {
        &self.branches[number as usize]
    }
}
