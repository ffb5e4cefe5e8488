//! Epochs, and which of them are seen.
//!
//! Invariants: the open epoch is greater than every closed one; along the path from the open epoch to the first,
//! branches begin in ascending order; the current branch is the last one made.
//!
//! ```text
//!   epoch   0 ── 1 ── 2 ── 3                 first branch: began at 0
//!                └── 4 ── 5                  RESTORE to the backup that closed 1: a branch that forks there
//!                    └── 6 (open)            RESTORE to the one that closed 4
//!   seen from 6:  0, 1, 4, 6
//!                           7 (open)        CLEAR: a branch without a parent; nothing else is seen from it
//! ```
//!
//! (Drawings count epochs from 0, memory from 1.)
//!
//! A branch is made for each RESTORE and CLEAR, not for each backup; and none if it goes back to the latest backup of its own
//! branch. Each keeps a link to its parent and one that jumps further (a skew-binary jump pointer, after Myers, "An
//! applicative random-access stack", 1983), so that the branch which an epoch belongs to is found in a logarithmic
//! number of steps.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use super::image::{BranchImage, Broken};

/// The number of an epoch: the time between two backups. It is never 0, so that an `Option` of it takes no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Epoch(NonZeroU32);

impl Epoch {
    pub(super) const FIRST: Self = Self(NonZeroU32::MIN);
    const LAST: Self = Self(NonZeroU32::MAX);

    /// The epoch of a number that is not 0.
    pub(super) fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    pub(super) fn number(self) -> u32 {
        self.0.get()
    }

    /// The one after it. The last one has none and stays: to get there takes four thousand million backups, or an
    /// image that says so.
    fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A run of epochs that follow each other.
#[derive(Clone, Debug)]
struct Branch {
    first: Epoch,
    /// The last epoch seen of the parent; `None` if nothing is seen of any.
    fork: Option<Epoch>,
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
        Self { first, fork: None, parent: 0, depth: 0, jump: place, jump_first: Epoch::FIRST }
    }
}

/// A place to come back to: a closed epoch and its branch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    epoch: Epoch,
    branch: u32,
}

impl Mark {
    /// The numbers of its epoch and its branch.
    pub(super) fn image(self) -> (u32, u32) {
        (self.epoch.number(), self.branch)
    }

    /// Its epoch, if that is the one right before `next` on the same branch, so that nothing forks between the two.
    pub(super) fn before(self, next: Self) -> Option<Epoch> {
        (self.branch == next.branch && self.epoch.next() == next.epoch).then_some(self.epoch)
    }

    /// The epochs that it sees and `earlier` does not, if both are on one branch, so that these are all that differs.
    pub(super) fn since(self, earlier: Self) -> Option<RangeInclusive<Epoch>> {
        let goes_on = self.branch == earlier.branch && earlier.epoch <= self.epoch;
        goes_on.then(|| earlier.epoch.next()..=self.epoch)
    }
}

/// The tree of epochs with one of them open.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    branches: Vec<Branch>,
    /// Where the current branch begins.
    current_first: Epoch,
    open: Epoch,
}

impl Timeline {
    pub(super) fn new() -> Self {
        let first = Epoch::FIRST;
        let root = Branch { fork: Some(first), ..Branch::root(first, 0) };
        Self { branches: vec![root], current_first: first, open: first }
    }

    /// The epoch in which writes happen now.
    pub(super) fn open(&self) -> Epoch {
        self.open
    }

    /// Closes the open epoch and opens the next.
    pub(super) fn close(&mut self) -> Mark {
        let mark = Mark { epoch: self.open, branch: self.current() };
        self.open = self.open.next();
        mark
    }

    /// Makes `mark` the past of the open epoch, in which nothing may be written yet.
    pub(super) fn fork(&mut self, mark: Mark) {
        self.leave();
        if mark.branch == self.current() && mark.epoch.next() == self.open {
            // The latest backup of this branch: it simply goes on from there.
            return;
        }
        self.branch_off(mark);
    }

    /// Leaves the open epoch, in which nothing may be written yet, without any past.
    pub(super) fn clear(&mut self) {
        self.leave();
        self.begin_anew();
    }

    /// Takes back the current branch if it was made for nothing.
    fn leave(&mut self) {
        if self.branches.len() > 1 && self.current_first == self.open && self.open < Epoch::LAST {
            // No backup was taken in the current branch, so nothing can lead there any more. (At the last epoch of all
            // one may have been.)
            self.branches.pop();
            self.current_first = self.branch(self.current()).first;
        }
    }

    /// Begins a branch with the open epoch that has no parent.
    fn begin_anew(&mut self) {
        self.branches.push(Branch::root(self.open, self.current() + 1));
        self.current_first = self.open;
    }

    /// Begins a branch with the open epoch.
    fn branch_off(&mut self, mark: Mark) {
        let parent = self.branch(mark.branch);
        let (jump, far) = (self.branch(parent.jump), self.branch(self.branch(parent.jump).jump));
        let even = parent.depth - jump.depth == jump.depth - far.depth;
        let jump = if even { jump.jump } else { mark.branch };
        let branch = Branch {
            first: self.open,
            fork: Some(mark.epoch),
            parent: mark.branch,
            depth: parent.depth + 1,
            jump,
            jump_first: self.branch(jump).first,
        };
        self.branches.push(branch);
        self.current_first = self.open;
    }

    /// Is this epoch in the current branch, where everything is seen?
    #[inline]
    pub(super) fn is_current(&self, epoch: Epoch) -> bool {
        epoch >= self.current_first
    }

    /// The latest epoch that is seen and not later than `epoch`, if there is one.
    pub(super) fn seen_up_to(&self, epoch: Epoch) -> Option<Epoch> {
        let mut branch = self.branch(self.current());
        let mut end = self.open;
        while branch.first > epoch {
            if branch.jump_first > epoch {
                branch = self.branch(branch.jump);
            } else {
                end = branch.fork?;
                branch = self.branch(branch.parent);
            }
        }
        Some(epoch.min(end))
    }

    /// Its branches, as they are written down.
    pub(super) fn image(&self) -> Vec<BranchImage> {
        let image = |branch: &Branch| {
            let fork = branch.fork.map_or(0, Epoch::number);
            BranchImage { first: branch.first.number(), fork, parent: branch.parent }
        };
        self.branches.iter().map(image).collect()
    }

    /// The timeline of these branches, with this epoch open.
    pub(super) fn of_image(branches: &[BranchImage], open: u32) -> Result<Self, Broken> {
        let mut timeline = Self::new();
        let [root, rest @ ..] = branches else { return Err(Broken("there is no branch")) };
        if timeline.image() != [*root] {
            return Err(Broken("the first branch has another origin"));
        }
        for branch in rest {
            timeline.open_next(branch.first)?;
            match (branch.fork, branch.parent) {
                (0, 0) => timeline.begin_anew(),
                (fork, parent) => {
                    let mark = timeline.mark_of_image(fork, parent)?;
                    timeline.branch_off(mark);
                }
            }
        }
        if open != timeline.open.number() {
            timeline.open_next(open)?;
        }
        Ok(timeline)
    }

    /// Opens a later epoch.
    fn open_next(&mut self, epoch: u32) -> Result<(), Broken> {
        let later = Epoch::new(epoch).filter(|epoch| *epoch > self.open);
        self.open = later.ok_or(Broken("epochs do not ascend"))?;
        Ok(())
    }

    /// The place of a closed epoch in its branch.
    pub(super) fn mark_of_image(&self, epoch: u32, branch: u32) -> Result<Mark, Broken> {
        let place = branch as usize;
        let Some(Branch { first, .. }) = self.branches.get(place) else {
            return Err(Broken("there is no such branch"));
        };
        let end = self.branches.get(place + 1).map_or(self.open, |next| next.first);
        let closed = Epoch::new(epoch).filter(|epoch| (*first..end).contains(epoch));
        Ok(Mark { epoch: closed.ok_or(Broken("an epoch is not closed in its branch"))?, branch })
    }

    fn current(&self) -> u32 {
        u32::try_from(self.branches.len() - 1).expect("fewer branches than epochs")
    }

    fn branch(&self, number: u32) -> &Branch {
        &self.branches[number as usize]
    }
}
