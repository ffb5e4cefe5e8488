//! Who looks back, and from where: backups, and the present.
//!
//! ```text
//!   epoch   0 ── 1 ── 2 ── 3          backups close 1 and 2, the present is 5
//!                └── 4 ── 5           in this order, branch by branch:  1  5  2
//!   seen by   0: all of them    1: all    2: the last    4: the middle one
//! ```
//!
//! So those who see an epoch stand together, and of two epochs one is seen by some of the others' or by none of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

use super::{Epoch, Position, Savepoint, Timeline};

/// Those who look back, in that order.
pub(in crate::engine) struct Watchers {
    /// The branches by their first epochs.
    runs: Vec<Run>,
}

/// A branch, and who sees something of it.
#[derive(Default)]
struct Run {
    place: u32,
    all: Range<usize>,
    /// From which one on they see this epoch of it, in order of epochs.
    marks: Vec<(Epoch, usize)>,
    first: Option<Epoch>,
}

/// Who looks back from an epoch of a branch, or the branch that forks there.
type Stop = (Epoch, Option<u32>);

impl Timeline {
    /// Those who look back where no transaction is open and the database has this position.
    pub(in crate::engine) fn watchers(
        &self,
        at: &Position,
        backups: impl Iterator<Item = Savepoint>,
    ) -> Watchers {
        let (roots, stops) = self.stops(backups.chain([at.here()]));
        let mut runs: Vec<_> = (0..self.number_of_branches())
            .map(|place| Run { place, first: Some(self.branch(place).first), ..Run::default() })
            .collect();
        let (mut count, mut way) = (0, Vec::new());
        for root in roots {
            runs[root as usize].all.start = count;
            way.push((root as usize, 0));
            while let Some((branch, next)) = way.last_mut() {
                let run = &mut runs[*branch];
                let Some((epoch, fork)) = stops[*branch].get(*next).copied() else {
                    run.all.end = count;
                    way.pop();
                    continue;
                };
                *next += 1;
                if run.marks.last().is_none_or(|(last, _)| *last < epoch) {
                    run.marks.push((epoch, count));
                }
                match fork {
                    None => count += 1,
                    Some(fork) => {
                        runs[fork as usize].all.start = count;
                        way.push((fork as usize, 0));
                    }
                }
            }
        }
        let vacant: BTreeSet<u32> = self.vacant.iter().copied().collect();
        runs.retain(|run| !vacant.contains(&run.place));
        runs.sort_unstable_by_key(|run| run.first);
        Watchers { runs }
    }

    /// The branches that fork from none, and of each branch where somebody looks back or another one forks.
    fn stops(&self, all: impl Iterator<Item = Savepoint>) -> (Vec<u32>, Vec<Vec<Stop>>) {
        let (mut roots, mut stops): (_, Vec<Vec<Stop>>) = (Vec::new(), vec![Vec::new(); self.branches.len()]);
        let vacant: BTreeSet<u32> = self.vacant.iter().copied().collect();
        for Savepoint { epoch, branch } in all {
            stops[branch as usize].push((epoch, None));
        }
        for place in (0..self.number_of_branches()).filter(|place| !vacant.contains(place)) {
            let branch = self.branch(place);
            // The first branch of all says of itself that it forks.
            match branch.fork.filter(|_| place > 0) {
                Some(fork) => stops[branch.parent as usize].push((fork, Some(place))),
                None => roots.push(place),
            }
        }
        for stops in &mut stops {
            stops.sort_unstable();
        }
        (roots, stops)
    }

    /// Gives back the branches of which nobody sees anything.
    pub(in crate::engine) fn give_back(&mut self, watchers: &Watchers) {
        let unseen = watchers.runs.iter().filter(|run| run.place > 0 && run.all.is_empty());
        self.vacant.extend(unseen.map(|run| run.place));
    }
}

impl Watchers {
    /// Those who see an epoch.
    fn of(&self, epoch: Epoch) -> Range<usize> {
        let after = self.runs.partition_point(|run| run.first <= Some(epoch));
        let Some(run) = self.runs[..after].last() else { return 0..0 };
        let mark = run.marks.partition_point(|(mark, _)| *mark < epoch);
        run.marks.get(mark).map_or(run.all.end, |(_, from)| *from)..run.all.end
    }

    /// Of the versions of a thing, by their epochs and whether they say that it is not there, those that nobody
    /// sees, or sees in vain.
    pub(in crate::engine) fn unseen(&self, versions: impl Iterator<Item = (Epoch, bool)>) -> Vec<Epoch> {
        let mut all: Vec<_> = versions.map(|(epoch, is_none)| (self.of(epoch), epoch, is_none)).collect();
        all.sort_unstable_by_key(|(by, epoch, _)| (by.start, Reverse(by.end), *epoch));
        let mut seen: Vec<_> = all.iter().map(|(by, ..)| by.len()).collect();
        let (mut unseen, mut around) = (Vec::new(), Vec::<usize>::new());
        for (place, (by, epoch, is_none)) in all.iter().enumerate() {
            while around.pop_if(|outer| all[*outer].0.end < by.end || all[*outer].0.end <= by.start).is_some()
            {
            }
            match around.last() {
                // Whoever sees both sees the later one.
                Some(outer) => seen[*outer] -= by.len(),
                None if *is_none && !by.is_empty() => unseen.push(*epoch),
                None => {}
            }
            if !by.is_empty() {
                around.push(place);
            }
        }
        let hidden = all.iter().zip(&seen).filter(|(_, seen)| **seen == 0);
        unseen.extend(hidden.map(|((_, epoch, _), _)| *epoch));
        unseen
    }
}
