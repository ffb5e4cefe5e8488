//! Level 3: operations happen at a moment, and cells live for a time.
//!
//! The caller's time becomes the database's own here, and only here: it stands `shift` behind.

use super::expiries::PendingExpiry;
use super::{Engine, Text};
use crate::time::{Backwards, ClockRule, Lifetime, Time, Ttl};

impl Engine {
    /// Moves the clock; the answer is the moment, in the database's own time, at which a query happens.
    pub(super) fn advance(&mut self, timestamp: Option<Time>) -> Result<Time, Backwards> {
        let callers = self.clock.advance(timestamp)?;
        let now = self.own_time(callers);
        let passes = timestamp.is_some() && self.clock.rule() == ClockRule::Monotone;
        if passes && self.expiries.moved() {
            self.settle(now);
        }
        Ok(now)
    }

    /// The moment on the database's own clock.
    pub(super) fn own_time(&self, callers: Time) -> Time {
        on_own_clock(callers, self.shift)
    }

    /// How long a cell lives that is set at `timestamp` for `ttl`; `None` if it is dead on arrival.
    ///
    /// Under the free rule even an expired cell is kept: an earlier timestamp may still ask for it. (Only
    /// what ends at 0 has no such timestamp.)
    pub(super) fn lifetime(&self, timestamp: Time, ttl: Ttl) -> Option<Lifetime> {
        let lifetime = Lifetime::starting(timestamp, ttl)?;
        match self.clock.rule() {
            ClockRule::Free => Some(lifetime),
            ClockRule::Monotone => lifetime.holds_at(timestamp).then(|| lifetime.earlier_by(self.shift)),
        }
    }

    /// How long a cell with this lifetime lives from the clock's reading on, where the database's own stands
    /// `shift` behind; `None` if to the end of time.
    pub(super) fn remaining(&self, lifetime: Lifetime, shift: u64) -> Option<Ttl> {
        let remaining = lifetime.left_at(on_own_clock(self.clock.now(), shift))?;
        // A restore may have moved its end past the last moment there is.
        self.clock.now().0.checked_add(remaining.0).map(|_| remaining)
    }

    /// Remembers when a cell dies, where time can only pass.
    pub(super) fn note_expiry(&mut self, key: &str, field: &str, lifetime: Lifetime) {
        if self.clock.rule() == ClockRule::Monotone && !lifetime.is_permanent() {
            let (last, epoch) = (lifetime.last(), self.timeline.open());
            self.expiries.add(PendingExpiry { last, epoch, key: Text::new(key), field: Text::new(field) });
        }
    }

    /// Counts everything that has died before `now` as dead, and gives its memory back where no backup holds
    /// it.
    ///
    /// Answers never depend on it: a look-up goes by the lifetime of every cell. What a restore brings back
    /// to life dies again, and is counted again.
    pub(super) fn settle(&mut self, now: Time) {
        let deaths = self.expiries.settle(now);
        for expiry in &deaths.fresh {
            self.preserve(&expiry.key, Some(&expiry.field));
            let (new, _) = self.records.expire(expiry, &self.timeline);
            self.note_new_versions(&expiry.key, &expiry.field, new);
        }
        for expiry in &deaths.indexed {
            self.preserve(&expiry.key, Some(&expiry.field));
            let (new, gone) = self.records.expire(expiry, &self.timeline);
            self.note_new_versions(&expiry.key, &expiry.field, new);
            if gone || (self.backups.is_empty() && !self.is_shared()) {
                self.expiries.forget(expiry);
            }
        }
        self.expiries.sweep(&self.records);
    }
}

/// The moment on a clock that stands `shift` behind the caller's.
pub(super) fn on_own_clock(callers: Time, shift: u64) -> Time {
    debug_assert!(shift <= callers.0, "a clock that stands {shift} behind {callers} would stand before 0");
    Time(callers.0 - shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;

    #[test]
    fn under_the_free_rule_nothing_is_settled_and_every_cell_counts() {
        let mut engine = Engine::new(ClockRule::Free);
        for number in 0..5_000 {
            let (key, field, value, timestamp, ttl) = ("k", "f", "v", Time(number), Ttl(1));
            let set = Query::SetAtWithTtl { key, field, value, timestamp, ttl };
            engine.apply(&set).expect("any timestamp will do");
        }
        assert_eq!((engine.expiries.settled(), engine.records.live_records()), (Time(0), 1));
        engine.apply(&Query::Delete { key: "k", field: "f" }).expect("any timestamp will do");
        assert_eq!(engine.records.live_records(), 0);
    }
}
