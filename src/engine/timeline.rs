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
//! ```
//!
//! A branch is made for each RESTORE, not for each backup. Each keeps a link to its parent and one that jumps
//! further (a skew-binary jump pointer, after Myers, "An applicative random-access stack", 1983), so that the
//! branch which an epoch belongs to is found in a logarithmic number of steps.

/// The number of an epoch: the time between two backups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Epoch(u32);

/// A run of epochs that follow each other.
#[derive(Clone, Debug)]
struct Branch {
    first: Epoch,
    /// The last epoch seen of the parent.
    fork: Epoch,
    parent: u32,
    depth: u32,
    jump: u32,
    /// Where the branch at the other end of `jump` begins: looked at before going there.
    jump_first: Epoch,
}

/// A place to come back to: a closed epoch and its branch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    epoch: Epoch,
    branch: u32,
}

impl Mark {
    /// Its epoch, if that is the one right before `next` on the same branch, so that nothing forks between the two.
    pub(super) fn before(self, next: Self) -> Option<Epoch> {
        (self.branch == next.branch && self.epoch.0 + 1 == next.epoch.0).then_some(self.epoch)
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
        let zero = Epoch(0);
        let root = Branch { first: zero, fork: zero, parent: 0, depth: 0, jump: 0, jump_first: zero };
        Self { branches: vec![root], current_first: zero, open: zero }
    }

    /// The epoch in which writes happen now.
    pub(super) fn open(&self) -> Epoch {
        self.open
    }

    /// Closes the open epoch and opens the next.
    pub(super) fn close(&mut self) -> Mark {
        let mark = Mark { epoch: self.open, branch: self.current() };
        self.open = Epoch(self.open.0 + 1);
        mark
    }

    /// Makes `mark` the past of the open epoch, in which nothing may be written yet.
    pub(super) fn fork(&mut self, mark: Mark) {
        if self.branches.len() > 1 && self.current_first == self.open {
            // No backup was taken in the current branch, so nothing can lead there any more.
            self.branches.pop();
            self.current_first = self.branch(self.current()).first;
        }
        if mark.branch == self.current() && mark.epoch.0 + 1 == self.open.0 {
            // The latest backup of this branch: it simply goes on from there.
            return;
        }
        let parent = self.branch(mark.branch);
        let (jump, far) = (self.branch(parent.jump), self.branch(self.branch(parent.jump).jump));
        let even = parent.depth - jump.depth == jump.depth - far.depth;
        let jump = if even { jump.jump } else { mark.branch };
        let branch = Branch {
            first: self.open,
            fork: mark.epoch,
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

    /// The latest epoch that is seen and not later than `epoch`.
    pub(super) fn seen_up_to(&self, epoch: Epoch) -> Epoch {
        let mut branch = self.branch(self.current());
        let mut end = self.open;
        while branch.first > epoch {
            if branch.jump_first > epoch {
                branch = self.branch(branch.jump);
            } else {
                end = branch.fork;
                branch = self.branch(branch.parent);
            }
        }
        epoch.min(end)
    }

    fn current(&self) -> u32 {
        u32::try_from(self.branches.len() - 1).expect("fewer branches than epochs")
    }

    fn branch(&self, number: u32) -> &Branch {
        &self.branches[number as usize]
    }
}
