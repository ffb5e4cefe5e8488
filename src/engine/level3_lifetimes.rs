//! Level 3: operations happen at a moment, and cells live for a time.
//!
//! The caller's time becomes the database's own here, and only here: it stands `shift` behind.

use super::head::Head;
use super::outcome::WriteKind;
use super::records::Seen;
use super::stored::StoredText;
use super::{Common, Engine};
use crate::reply::Reply;
use crate::time::{ClockRule, Lifetime, Time, Ttl};

impl Common {
    /// Sets a cell that lives from a moment on for a time, or is dead on arrival: then what was there is gone.
    pub(super) fn set_with_ttl<V>(
        &mut self,
        head: &mut Head,
        (key, field, value): (&str, &str, StoredText),
        (timestamp, ttl): (Time, Ttl),
        now: Time,
    ) -> Reply<'static, V> {
        if let Some(lifetime) = self.lifetime(head, timestamp, ttl) {
            return self.set(head, key, field, value, lifetime, now);
        }
        self.note_write(head, key, field, WriteKind::SetDead, now);
        self.remove(head, key, field, now);
        Reply::Done
    }

    /// How long a cell lives that is set at `timestamp` for `ttl`; `None` if it is dead on arrival.
    ///
    /// Under the free rule even an expired cell is kept: an earlier timestamp may still ask for it. (Only
    /// what ends at 0 has no such timestamp.)
    pub(super) fn lifetime(&self, head: &Head, timestamp: Time, ttl: Ttl) -> Option<Lifetime> {
        let lifetime = Lifetime::starting(timestamp, ttl)?;
        match self.clock.rule() {
            ClockRule::Free => Some(lifetime),
            ClockRule::Monotone => lifetime.holds_at(timestamp).then(|| lifetime.earlier_by(head.shift)),
        }
    }

    /// How long a cell with this lifetime lives from the clock's reading on; `None` if to the end of time.
    pub(super) fn remaining(&self, head: &Head, lifetime: Lifetime) -> Option<Ttl> {
        let remaining = lifetime.left_at(head.own_time(self.clock.now()))?;
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

    /// Looks at so many places for dead cells that the open epoch of a head has written, and gives them back.
    pub(super) fn sweep_at(&mut self, head: &mut Head, budget: usize, now: Time) {
        let told = self.told_of_open(head);
        let how = Seen { view: self.timeline.view(&head.position), now, gone: self.gone(now) };
        self.records.sweep(budget, &told, &mut head.live, how);
    }
}

impl Engine {
    /// Gives memory of dead cells back that no backup holds, in so many steps at most. No answer depends on
    /// it.
    ///
    /// It begins with the table that has no room left, if there is one. The engine sweeps by itself, in proportion
    /// to what is written and will be dead one day. What has died since the last change stays, as the clock may go
    /// back to then.
    pub fn sweep(&mut self, budget: usize) {
        let Self { common, own, .. } = self;
        let then = own.own_time(common.changed);
        own.live.drop_past(common.gone(then));
        common.sweep_at(own, budget, then);
    }

    /// Would a new record make a table grow, so that it is worth while to sweep before?
    #[cfg(feature = "store")]
    pub(crate) fn is_full(&self) -> bool {
        self.common.records.is_full()
    }
}

/// The moment on a clock that stands `shift` behind the caller's.
#[inline]
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
            assert_eq!(
                (engine.own.live.count(Time(3)), engine.cells().len(), engine.check()),
                (1, 1, Ok(()))
            );
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
        assert_eq!((engine.check(), engine.common.records.len()), (Ok(()), 2));
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
        assert_eq!((engine.own.live.count(Time(0)), engine.own.live.count(Time(5_000))), (1, 0));
        engine.apply(&Query::Delete { key: "k", field: "f" }).expect("any timestamp will do");
        assert_eq!(engine.own.live.count(Time(0)), 0);
    }
}
