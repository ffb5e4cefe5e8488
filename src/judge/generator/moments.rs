//! When queries happen: mostly soon, often about when a cell dies or where a backup lies, sometimes where numbers break.

use super::ListOptions;
use super::profile::Profile;
use crate::judge::exercise::TimeRule;
use crate::judge::rng::Rng;

/// Moments at which numbers break: the ends of 31, 32, 53, 63 and 64 bits.
const EDGES: [u64; 6] = [0, 1 << 31, 1 << 32, 1 << 53, 1 << 63, u64::MAX];

/// A double holds every number below this.
const EXACT: u64 = 1 << 53;

/// When the queries of a list happen. What was drawn is remembered to come near it again.
pub(super) struct Moments {
    is_free: bool,
    refusals: bool,
    /// Does every moment come after all before it, and everything keep the other promises about numbers?
    promised: bool,
    max_time: u64,
    profile: &'static Profile,
    /// The largest timestamp so far or, under the free rule, the last one.
    clock: u64,
    /// The first moment that is later than all before it.
    least: u64,
    /// The timestamp of the query that is being written.
    at: u64,
    /// When cells die.
    deaths: Vec<u64>,
    /// When backups were taken, and the deaths known then.
    backups: Vec<(u64, Vec<u64>)>,
}

impl Moments {
    pub(super) fn new(options: ListOptions<'_>, profile: &'static Profile) -> Self {
        let ListOptions { clock, refusals, promised, .. } = options;
        let is_free = clock == TimeRule::Free;
        // The sum of any time and any lifetime must be small enough too.
        let max_time = if promised { options.max_time.min(EXACT - 1) / 2 } else { options.max_time };
        let (deaths, backups) = (vec![1], Vec::new());
        Self { is_free, refusals, promised, max_time, profile, clock: 0, least: 0, at: 0, deaths, backups }
    }

    /// Is no moment left, where each must be later than the one before?
    pub(super) fn is_over(&self) -> bool {
        self.promised && self.least > self.max_time
    }

    /// Is there nothing to be restored, where there must be?
    pub(super) fn lacks_backup(&self) -> bool {
        self.promised && self.backups.is_empty()
    }

    /// Leaps to one of the edges.
    pub(super) fn leap(&mut self, rng: &mut Rng) {
        let edge = self.edge(rng);
        // One that is too far would end the list.
        if !self.promised || edge < self.max_time / 2 {
            self.clock = self.clock.max(edge);
            self.least = self.least.max(edge);
        }
    }

    /// When the query happens: now, soon, about when a cell dies; under the free rule also earlier or anywhere, under
    /// the monotone one seldom too early, if that is wanted.
    pub(super) fn timestamp(&mut self, rng: &mut Rng) -> u64 {
        if self.promised {
            return self.later(rng);
        }
        let (now, free) = (self.clock, self.is_free);
        let step = rng.within(&(1..self.profile.spans[0] + 1));
        let next = match rng.below(8) {
            _ if rng.chance(self.profile.haste) => self.death(rng),
            0..=3 => now,
            4 if free => now.saturating_sub(step),
            5 if free && rng.chance(3) => self.edge(rng),
            _ => now.saturating_add(step),
        };
        let next = next.min(self.max_time);
        self.clock = if free { next } else { next.max(now) };
        let refused = self.refusals && !free && rng.chance(40);
        self.at = if refused { now.saturating_sub(step) } else { self.clock };
        self.at
    }

    /// A moment after all before it: the next, soon, or where a cell dies that may still be live.
    fn later(&mut self, rng: &mut Rng) -> u64 {
        let least = self.least;
        let near = least.saturating_add(10_000).min(self.max_time);
        let ahead: Vec<_> =
            self.deaths.iter().copied().filter(|death| (least..=near).contains(death)).collect();
        let next = match rng.below(8) {
            _ if !ahead.is_empty() && rng.chance(self.profile.haste) => {
                rng.pick(&ahead).saturating_add(rng.below(3)).saturating_sub(1)
            }
            0..=3 => least,
            _ => least.saturating_add(rng.below(self.profile.spans[0])),
        };
        self.clock = next.max(least).min(self.max_time);
        self.least = self.clock.saturating_add(1);
        self.at = self.clock;
        self.at
    }

    /// A moment at which a cell dies, or one beside it. To one that lies far off only now and then, for the monotone
    /// rule knows no way back.
    fn death(&self, rng: &mut Rng) -> u64 {
        let death = *rng.pick(&self.deaths);
        let far = death > self.clock.saturating_add(10_000);
        let near = if far && !rng.chance(100) { self.clock } else { death };
        near.saturating_add(rng.below(3)).saturating_sub(1)
    }

    /// None at all, up to the very last moment, one past it, any, and mostly a small one.
    pub(super) fn ttl(&mut self, rng: &mut Rng) -> u64 {
        let ttl = match rng.below(16) {
            0..=1 => u64::from(self.promised),
            2..=3 if self.promised => self.max_time,
            2 => self.max_time.saturating_sub(self.at),
            3 => self.max_time.saturating_sub(self.at).saturating_add(1),
            4 => self.edge(rng),
            _ => rng.within(&(1..self.profile.spans[1] + 1)),
        };
        // Under the free rule a lifetime that ends at 0 has no moment at all, which is a question of its own.
        let least = u64::from(self.promised || self.at == 0 && self.is_free);
        let ttl = ttl.min(self.max_time).max(least);
        self.deaths.push(self.at.saturating_add(ttl));
        // What was long ago is forgotten, or a long list would never meet a death of its own time.
        self.deaths.drain(..self.deaths.len().saturating_sub(12));
        ttl
    }

    /// When a backup is taken.
    pub(super) fn backup(&mut self, rng: &mut Rng) -> u64 {
        let at = self.timestamp(rng);
        self.backups.push((at, self.deaths.clone()));
        at
    }

    /// Which moment is to be restored: mostly that of a backup, also one beside it, the first, the last, now.
    pub(super) fn wanted(&mut self, rng: &mut Rng) -> u64 {
        let backup = if self.backups.is_empty() { self.at } else { rng.pick(&self.backups).0 };
        let wanted = match rng.below(8) {
            0 => *rng.pick(&[0, self.at, self.max_time]),
            1 => backup.saturating_sub(1),
            2 => backup.saturating_add(1),
            _ => backup,
        };
        // Where it is promised, one is early enough, and nobody asks for what is still to come.
        let first = self.backups.first().map_or(0, |(taken, _)| *taken);
        let wanted = if self.promised { wanted.clamp(first.min(self.at), self.at) } else { wanted };
        let early_enough = self.backups.iter().filter(|(taken, _)| *taken <= wanted);
        if let Some((taken, deaths)) = early_enough.max_by_key(|(taken, _)| *taken) {
            self.deaths =
                deaths.iter().map(|death| self.at.saturating_add(death.saturating_sub(*taken))).collect();
        }
        wanted.min(self.max_time)
    }

    /// A moment from a little before one of the edges to just past it.
    fn edge(&self, rng: &mut Rng) -> u64 {
        let edge = *rng.pick(&EDGES);
        let edge = edge.saturating_add(rng.below(4)).saturating_sub(rng.below(20));
        edge.min(self.max_time)
    }
}
