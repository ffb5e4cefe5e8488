//! When queries happen: mostly soon, often about when a cell dies or where a backup lies, sometimes where numbers break.

use super::author::Author;
use crate::time::ClockRule;

/// Moments at which numbers break: the ends of 31, 32, 53, 63 and 64 bits.
const EDGES: [u64; 6] = [0, 1 << 31, 1 << 32, 1 << 53, 1 << 63, u64::MAX];

impl Author {
    /// When the query happens: now, soon, about when a cell dies; under the free rule also earlier or anywhere, under
    /// the monotone one seldom too early, if that is wanted.
    pub(super) fn timestamp(&mut self) -> u64 {
        let (now, free) = (self.clock, self.draw.clock == ClockRule::Free);
        let step = self.dice.within(&(1..self.shape.spans[0] + 1));
        let next = match self.dice.below(8) {
            _ if self.dice.one_in(self.shape.haste) => self.death(),
            0..=3 => now,
            4 if free => now.saturating_sub(step),
            5 if free && self.dice.one_in(3) => self.edge(),
            _ => now.saturating_add(step),
        };
        let next = next.min(self.draw.max_time);
        self.clock = if free { next } else { next.max(now) };
        let refused = self.draw.refusals && !free && self.dice.one_in(40);
        self.at = if refused { now.saturating_sub(step) } else { self.clock };
        self.at
    }

    /// A moment at which a cell dies, or one beside it. To one that lies far off only now and then, for the monotone
    /// rule knows no way back.
    fn death(&mut self) -> u64 {
        let death = *self.dice.pick(&self.deaths);
        let far = death > self.clock.saturating_add(10_000);
        let near = if far && !self.dice.one_in(100) { self.clock } else { death };
        near.saturating_add(self.dice.below(3)).saturating_sub(1)
    }

    /// None at all, up to the very last moment, one past it, any, and mostly a small one.
    pub(super) fn ttl(&mut self) -> u64 {
        let ttl = match self.dice.below(16) {
            0..=1 => 0,
            2 => self.draw.max_time.saturating_sub(self.at),
            3 => self.draw.max_time.saturating_sub(self.at).saturating_add(1),
            4 => self.edge(),
            _ => self.dice.within(&(1..self.shape.spans[1] + 1)),
        };
        // Under the free rule a lifetime that ends at 0 has no moment at all, which is a question of its own.
        let least = u64::from(self.at == 0 && self.draw.clock == ClockRule::Free);
        let ttl = ttl.min(self.draw.max_time).max(least);
        self.deaths.push(self.at.saturating_add(ttl));
        // What was long ago is forgotten, or a long list would never meet a death of its own time.
        self.deaths.drain(..self.deaths.len().saturating_sub(12));
        ttl
    }

    /// When a backup is taken.
    pub(super) fn taken(&mut self) -> u64 {
        let at = self.timestamp();
        self.backups.push((at, self.deaths.clone()));
        at
    }

    /// Which moment is to be restored: mostly that of a backup, also one beside it, the first, the last, now.
    pub(super) fn wanted(&mut self) -> u64 {
        let backup = if self.backups.is_empty() { self.at } else { self.dice.pick(&self.backups).0 };
        let wanted = match self.dice.below(8) {
            0 => *self.dice.pick(&[0, self.at, self.draw.max_time]),
            1 => backup.saturating_sub(1),
            2 => backup.saturating_add(1),
            _ => backup,
        };
        let early_enough = self.backups.iter().filter(|(taken, _)| *taken <= wanted);
        if let Some((taken, deaths)) = early_enough.max_by_key(|(taken, _)| *taken) {
            self.deaths =
                deaths.iter().map(|death| self.at.saturating_add(death.saturating_sub(*taken))).collect();
        }
        wanted.min(self.draw.max_time)
    }

    /// A moment from a little before one of the edges to just past it.
    pub(super) fn edge(&mut self) -> u64 {
        let edge = *self.dice.pick(&EDGES);
        let edge = edge.saturating_add(self.dice.below(4)).saturating_sub(self.dice.below(20));
        edge.min(self.draw.max_time)
    }
}
