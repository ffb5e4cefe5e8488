//! Level 3: operations happen at a moment, and cells live for a time.
//!
//! The caller's time becomes the database's own here, and only here: it stands `shift` behind.

use super::{Engine, Seen};
use crate::time::{Backwards, ClockRule, Lifetime, Time, Ttl};

impl Engine {
    /// Moves the clock; the answer is the moment, in the database's own time, at which a query happens.
    pub(super) fn advance(&mut self, timestamp: Option<Time>) -> Result<Time, Backwards> {
        let callers = self.clock.advance(timestamp)?;
        Ok(self.own_time(callers))
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

    /// The moment before which what is dead stays so for all who see what is written now. Under the free rule
    /// any moment may be asked for again.
    #[inline]
    pub(super) fn gone(&self, now: Time) -> Time {
        match self.clock.rule() {
            ClockRule::Monotone => now,
            ClockRule::Free => Time(0),
        }
    }

    /// Gives memory of dead cells back that no backup holds, in so many steps at most. No answer depends on
    /// it.
    ///
    /// The engine does it by itself, in proportion to what is written and will be dead one day. What has died
    /// since the last change stays, as the clock may go back to then.
    pub fn sweep(&mut self, budget: usize) {
        self.leave();
        let then = self.own_time(self.changed);
        self.live.drop_past(self.gone(then));
        self.sweep_at(budget, then);
    }

    pub(super) fn sweep_at(&mut self, budget: usize, now: Time) {
        let told = self.told_of_open();
        let view = Seen { timeline: &self.timeline, now, gone: self.gone(now) };
        self.records.sweep(budget, &told, &mut self.live, view);
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
    use crate::engine::Session;
    use crate::engine::image::ImageLoader;
    use crate::query::{Query, RestorePoint};

    #[test]
    fn what_has_died_since_the_last_change_is_live_again_where_the_clock_goes_back() {
        let mut engine = Engine::new(ClockRule::Monotone);
        let (key, field, value, timestamp, ttl) = ("k", "f", "v", Time(1), Ttl(5));
        let set = Query::SetAtWithTtl { key, field, value, timestamp, ttl };
        engine.apply(&set).expect("time is in order");
        engine.tick(Time(50)).expect("time is in order");
        engine.sweep(usize::MAX);
        let image = engine.image();
        let mut loader = ImageLoader::new(image.state()).expect("it is an image");
        image.try_each_record(|record| loader.add(record)).expect("they are its records");
        for mut engine in [engine, loader.finish()] {
            engine.go_back(Time(3)).expect("nothing has changed since then");
            assert_eq!((engine.live.count(Time(3)), engine.cells().len(), engine.check()), (1, 1, Ok(())));
        }
    }

    #[test]
    fn what_a_transaction_may_still_restore_is_not_swept_and_what_came_beside_it_is() {
        let (mut engine, session) = (Engine::new(ClockRule::Monotone), Session::new());
        let set = |key, timestamp, ttl| Query::SetAtWithTtl { key, field: "f", value: "v", timestamp, ttl };
        let saved = || Query::Restore { timestamp: Time(9), timestamp_to_restore: RestorePoint(Time(2)) };
        engine.apply(&set("k", Time(1), Ttl(5))).expect("time is in order");
        for query in [Query::Begin {}, Query::Backup { timestamp: Time(2) }] {
            engine.apply_in(&session, &query).expect("time is in order");
        }
        engine.apply(&set("beside", Time(7), Ttl(1))).expect("time is in order");
        engine.apply(&set("later", Time(9), Ttl(1))).expect("time is in order");
        engine.sweep(usize::MAX);
        assert_eq!((engine.check(), engine.records.len()), (Ok(()), 2));
        engine.apply_in(&session, &saved()).expect("time is in order");
        let keys = engine.apply_in(&session, &Query::Keys {}).expect("it has no timestamp");
        assert_eq!(keys.to_string(), "k");
    }

    #[test]
    fn a_transaction_is_told_of_a_record_that_comes_again_after_a_sweep() {
        let (mut engine, session) = (Engine::new(ClockRule::Monotone), Session::new());
        engine.apply_in(&session, &Query::Begin {}).expect("it has no timestamp");
        for (timestamp, ttl) in [(Time(1), Ttl(1)), (Time(9), Ttl(9))] {
            let set = Query::SetAtWithTtl { key: "k", field: "f", value: "v", timestamp, ttl };
            engine.apply(&set).expect("time is in order");
            assert_eq!(engine.check(), Ok(()));
        }
        let size = engine.apply_in(&session, &Query::Size {}).expect("it has no timestamp");
        assert_eq!(size.to_string(), "0");
    }

    #[test]
    fn under_the_free_rule_nothing_goes_and_every_record_with_a_cell_counts() {
        let mut engine = Engine::new(ClockRule::Free);
        for number in 0..5_000 {
            let (key, field, value, timestamp, ttl) = ("k", "f", "v", Time(number), Ttl(1));
            let set = Query::SetAtWithTtl { key, field, value, timestamp, ttl };
            engine.apply(&set).expect("any timestamp will do");
        }
        engine.sweep(usize::MAX);
        assert_eq!((engine.live.count(Time(0)), engine.live.count(Time(5_000))), (1, 0));
        engine.apply(&Query::Delete { key: "k", field: "f" }).expect("any timestamp will do");
        assert_eq!(engine.live.count(Time(0)), 0);
    }
}
