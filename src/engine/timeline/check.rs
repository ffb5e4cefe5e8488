//! Whether the tree of epochs is one, and everybody stands somewhere in it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Branch, Epoch, Position, Savepoint, SnapshotEpochs, Timeline};
use crate::engine::invariant::{Found, ensure, hold};

/// The tree, and where everybody stands in it: the database first, and the transactions.
struct BranchTree<'t> {
    timeline: &'t Timeline,
    all: Vec<&'t Position>,
}

/// The epochs that are in a branch, with that branch.
pub(in crate::engine) struct Known {
    /// First and last epoch of each, in order. Where nobody stands, the last one may be later than it is.
    runs: Vec<(Epoch, Epoch, u32)>,
    open: BTreeSet<Epoch>,
}

/// The epochs from which somebody looks back, with their branches.
pub(in crate::engine) struct Pasts<'t> {
    timeline: &'t Timeline,
    ends: BTreeMap<Epoch, u32>,
}

impl Pasts<'_> {
    /// Is this the newest of some epochs that is seen from another, if anybody looks back from there?
    pub(in crate::engine) fn see(&self, epochs: &[Epoch], from: Epoch, newest: Option<Epoch>) -> bool {
        let Some(branch) = self.ends.get(&from) else { return true };
        let is_seen = |epoch: &&Epoch| self.timeline.seen_from(*branch, from, **epoch) == Some(**epoch);
        epochs.iter().rev().find(is_seen).copied() == newest
    }
}

impl Known {
    fn branch_of(&self, epoch: Epoch) -> Option<u32> {
        let after = self.runs.partition_point(|(first, ..)| *first <= epoch);
        self.runs[..after].last().filter(|(_, last, _)| epoch <= *last).map(|(.., branch)| *branch)
    }

    /// Is this epoch in a branch?
    pub(in crate::engine) fn have(&self, epoch: Epoch) -> bool {
        self.branch_of(epoch).is_some()
    }

    /// Is this epoch in a branch that the transaction has made which stands there?
    pub(in crate::engine) fn are_of(&self, epoch: Epoch, at: &Position) -> bool {
        let branch = self.branch_of(epoch);
        branch.is_some_and(|branch| at.own.iter().flatten().any(|own| *own == branch))
    }

    /// Is this epoch in a branch for snapshots?
    pub(in crate::engine) fn are_of_snapshots(&self, epoch: Epoch, snapshots: &SnapshotEpochs) -> bool {
        self.branch_of(epoch) == Some(snapshots.branch)
    }

    /// Is the epoch of the savepoint in its branch, and no open one?
    pub(in crate::engine) fn are_closed_at(&self, savepoint: Savepoint) -> bool {
        self.branch_of(savepoint.epoch) == Some(savepoint.branch) && !self.open.contains(&savepoint.epoch)
    }
}

impl Timeline {
    /// Was the last epoch of all opened? From there on backups share it.
    pub(in crate::engine) fn is_at_the_end(&self) -> bool {
        self.last == Epoch::LAST
    }

    /// The epochs from which somebody looks back, or may: those of backups, and those where branches fork.
    pub(in crate::engine) fn pasts(&self, backups: impl Iterator<Item = Savepoint>) -> Pasts<'_> {
        let forks = self.in_use().filter_map(|(_, branch)| Some((branch.fork?, branch.parent)));
        let ends = forks.chain(backups.map(|savepoint| (savepoint.epoch, savepoint.branch))).collect();
        Pasts { timeline: self, ends }
    }

    /// The epochs that are in a branch, where all have these positions.
    pub(in crate::engine) fn known<'p>(&self, all: impl Iterator<Item = &'p Position>) -> Known {
        let all: Vec<&Position> = all.collect();
        let mut order: Vec<_> =
            self.in_use().map(|(place, branch)| (branch.first, self.last, place)).collect();
        order.sort_unstable();
        for place in 1..order.len() {
            order[place - 1].1 = order[place].0.before().unwrap_or(Epoch::FIRST);
        }
        for (_, last, branch) in &mut order {
            let open = all.iter().find(|at| at.branch == *branch).map(|at| at.open);
            *last = open.unwrap_or(*last);
        }
        Known { runs: order, open: all.iter().map(|at| at.open).collect() }
    }

    /// The branches that were not given back, with their places.
    fn in_use(&self) -> impl Iterator<Item = (u32, &Branch)> {
        (0..).zip(&self.branches).filter(|(place, _)| !self.vacant.contains(place))
    }

    /// Checks the tree, where all have these positions: the database first, and the transactions.
    pub(in crate::engine) fn check<'p>(&'p self, all: impl Iterator<Item = &'p Position>) -> Found {
        hold(
            &BranchTree { timeline: self, all: all.collect() },
            &[
                ("an open epoch is the last of its branch", BranchTree::open),
                ("a branch forks from one that began before it", BranchTree::forks),
                ("no two branches begin in one epoch", BranchTree::firsts),
                ("a jump leads to a branch on the way to the first", BranchTree::jumps),
                (
                    "no epoch is later than the last, which is open if there is no transaction",
                    BranchTree::last,
                ),
                ("a place that was given back is nobody's", BranchTree::vacant),
                ("a transaction has branches of its own, which nobody else sees", BranchTree::own),
                (
                    "there is a fork for each branch of snapshots, which the database does not see",
                    BranchTree::transactions,
                ),
            ],
        )
    }
}

impl BranchTree<'_> {
    fn open(&self) -> Found {
        self.all.iter().try_for_each(|at| {
            let Position { branch, first, open, .. } = **at;
            let begins = self.timeline.branch(branch).first == first && first <= open;
            let later = self.timeline.in_use().any(|(_, other)| first < other.first && other.first <= open);
            ensure(begins && !later, || format!("{at:?}"))
        })
    }

    fn forks(&self) -> Found {
        self.each_branch(|branch| {
            let parent = self.timeline.branch(branch.parent);
            branch.fork.is_none_or(|fork| branch.depth == 0 || (parent.first <= fork && fork < branch.first))
        })
    }

    fn firsts(&self) -> Found {
        let mut firsts = BTreeSet::new();
        let twice = self.timeline.in_use().find(|(_, branch)| !firsts.insert(branch.first));
        twice.map_or(Ok(()), |(_, branch)| Err(format!("{:?}", branch.first)))
    }

    fn jumps(&self) -> Found {
        self.each_branch(|branch| {
            let jump = self.timeline.branch(branch.jump);
            let leads = self.path(branch.parent).any(|place| place == branch.jump);
            branch.depth == 0 || (leads && jump.first == branch.jump_first && jump.depth < branch.depth)
        })
    }

    fn last(&self) -> Found {
        let last = self.timeline.last;
        let firsts = self.timeline.in_use().map(|(_, branch)| branch.first);
        let latest = firsts.chain(self.all.iter().map(|at| at.open)).max();
        let alone = self.all.len() > 1 || self.all[0].open == last;
        ensure(latest <= Some(last) && alone, || format!("{last:?} is, {latest:?} was opened"))
    }

    fn vacant(&self) -> Found {
        let (Timeline { vacant, forks, .. }, mut places) = (self.timeline, BTreeSet::from([0]));
        let parents: BTreeSet<u32> = self.timeline.in_use().map(|(_, branch)| branch.parent).collect();
        let used = |place: &u32| {
            parents.contains(place) || forks.contains(place) || self.all.iter().any(|at| at.branch == *place)
        };
        let used = vacant.iter().find(|place| !places.insert(**place) || used(place));
        used.map_or(Ok(()), |place| Err(format!("{place} is")))
    }

    fn own(&self) -> Found {
        let mut taken = BTreeSet::new();
        let own = |at: &Position| at.own.iter().flatten().copied().collect::<Vec<_>>();
        let twice = self.all.iter().flat_map(|at| own(at)).find(|place| !taken.insert(*place));
        ensure(twice.is_none(), || format!("{twice:?} is of two"))?;
        self.all.iter().try_for_each(|at| {
            let own = own(at);
            let mut path = self.path(at.branch);
            let foreign = path.find(|place| taken.contains(place) && !own.contains(place));
            let is_own = at.own.is_none() || own.contains(&at.branch);
            ensure(foreign.is_none() && is_own, || format!("{at:?} sees {foreign:?}"))
        })
    }

    fn transactions(&self) -> Found {
        let Timeline { forks, snapshots, left, .. } = self.timeline;
        let mut wanted: Vec<_> = snapshots.iter().map(|place| self.timeline.branch(*place).parent).collect();
        let mut forks = forks.clone();
        wanted.sort_unstable();
        forks.sort_unstable();
        let is_left = left.iter().all(|place| forks.contains(place));
        ensure(wanted == forks && is_left, || format!("{forks:?} are, of {wanted:?}; left are {left:?}"))?;
        let own = &self.all[0];
        let seen = self.path(own.branch).find(|place| snapshots.contains(place));
        ensure(seen.is_none(), || format!("{own:?} sees {seen:?}"))
    }

    /// The places of a branch and of all on the way to the first.
    fn path(&self, place: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(place), |place| {
            let branch = self.timeline.branch(*place);
            (branch.depth > 0).then_some(branch.parent)
        })
    }

    fn each_branch(&self, holds: impl Fn(&Branch) -> bool) -> Found {
        let broken = self.timeline.in_use().find(|(_, branch)| !holds(branch));
        broken.map_or(Ok(()), |(place, branch)| Err(format!("{place}: {branch:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::check::tests::{Break, assert_names};

    /// A tree of some branches, one of them a transaction's; where the database stands, and that one.
    fn grown() -> (Timeline, [Position; 2]) {
        let (mut timeline, mut at) = (Timeline::new(), Position::START);
        let savepoint = timeline.close(&mut at);
        timeline.close(&mut at);
        timeline.fork(&mut at, savepoint);
        timeline.close(&mut at);
        let snapshot = timeline.begin_snapshots(&at, 4).first();
        let transaction = timeline.begin(snapshot);
        let all = [at, transaction];
        timeline.check(all.iter()).expect("nothing is broken");
        (timeline, all)
    }

    #[test]
    fn each_invariant_of_the_tree_can_be_found_broken() {
        let far = Epoch::new(99).expect("it is not 0");
        let breaks: [Break<'_, (Timeline, [Position; 2])>; 8] = [
            ("an open epoch is the last of its branch", &|(_, all)| all[1].open = Epoch::FIRST),
            ("a branch forks from one that began before it", &|(tree, _)| tree.branches[1].fork = Some(far)),
            ("no two branches begin in one epoch", &|(tree, _)| tree.branches.push(tree.branches[0].clone())),
            ("a jump leads to a branch on the way to the first", &|(tree, _)| tree.branches[1].jump = 2),
            ("no epoch is later than the last, which is open if there is no transaction", &|(tree, _)| {
                tree.last = Epoch::FIRST;
            }),
            ("a place that was given back is nobody's", &|(tree, _)| tree.vacant.push(0)),
            ("a transaction has branches of its own, which nobody else sees", &|(_, all)| {
                all[1].own = Some(vec![1]);
            }),
            (
                "there is a fork for each branch of snapshots, which the database does not see",
                &|(tree, _)| tree.forks.clear(),
            ),
        ];
        for (sentence, breaks) in breaks {
            let mut grown = grown();
            breaks(&mut grown);
            let (timeline, all) = grown;
            assert_names(&timeline.check(all.iter()), sentence);
        }
    }
}
