//! What was there when transactions began, where it was changed since: each state once, however many began in it.
//!
//! Invariants: the snapshots of a branch stand in descending order of their epochs, and each has a transaction; what
//! is in the epoch of one is noted there, and nothing else is in its branch.
//!
//! ```text
//!   the database   ── 4 (open) ─────────────────►        others go on writing here
//!                     └── … 7 ◄ 8 ◄ 9                    a branch for snapshots, whose epochs are taken downwards:
//!                             │    └── 10 (open)            9 when the first transaction began
//!                             └─────── 11 (open)            8 when the next one did, after something was written
//! ```
//!
//! Before a record is changed in 4, it is put into the latest snapshot as it is, unless it is there already. Who looks
//! back from 10 sees 9, 8 and all below, and the nearest of them is that which was written over first: as it was when
//! that transaction began. Who looks back from 11 does not see 9.

use crate::engine::timeline::{Epoch, Position, Savepoint, SnapshotEpochs};
use crate::engine::{Common, Text};

/// A branch has room for so many snapshots at least.
const FEW: u32 = 16;

/// And for so many at most.
const MANY: u32 = 1 << 16;

/// What transactions see that began where the database was the same.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) epoch: Epoch,
    /// How many those are.
    members: usize,
    /// The records that were changed since, before the next snapshot.
    pub(super) changed: Vec<Text>,
}

/// The snapshots of one branch.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Snapshots {
    pub(super) epochs: SnapshotEpochs,
    /// The epoch that was open then.
    pub(super) fork: Epoch,
    /// The latest one last. There is one.
    pub(super) all: Vec<Snapshot>,
}

impl Snapshots {
    /// The epoch that has what was changed since the latest BEGIN.
    pub(super) fn latest(&self) -> Option<Epoch> {
        self.all.last().map(|latest| latest.epoch)
    }

    /// The latest snapshot, if nothing was changed since, or the next one; `None` if there is no room for that.
    fn join(&mut self) -> Option<Savepoint> {
        let latest = self.all.last_mut()?;
        if latest.changed.is_empty() {
            latest.members += 1;
            return self.epochs.at(latest.epoch);
        }
        let next = self.epochs.at(latest.epoch.before()?)?;
        self.all.push(Snapshot { epoch: next.epoch(), members: 1, changed: Vec::new() });
        Some(next)
    }
}

impl Common {
    /// The snapshot of a transaction that begins now beside a database that stands at a position.
    pub(super) fn take_snapshot(&mut self, at: &Position) -> Option<Savepoint> {
        if !self.timeline.can_begin() {
            return None;
        }
        let of_now = self.snapshots.iter_mut().rev().find(|snapshots| snapshots.fork == at.open());
        if let Some(joined) = of_now.and_then(Snapshots::join) {
            return Some(joined);
        }
        // The more are open, the more may come: so there are few branches.
        let room = u32::try_from(2 * self.transactions.len()).map_or(MANY, |room| room.clamp(FEW, MANY));
        let epochs = self.timeline.begin_snapshots(at, room);
        let first = epochs.first();
        let snapshot = Snapshot { epoch: first.epoch(), members: 1, changed: Vec::new() };
        self.snapshots.push(Snapshots { epochs, fork: at.open(), all: vec![snapshot] });
        Some(first)
    }

    /// A transaction has ended that has seen a snapshot, beside a database that stands at a position. What nobody sees
    /// any more goes; what is in it for older ones goes on to the one before it.
    pub(super) fn release_snapshot(&mut self, at: &Position, epoch: Epoch) {
        let found = self.snapshots.iter().position(|snapshots| snapshots.epochs.at(epoch).is_some());
        let Some(place) = found else { return };
        let all = &mut self.snapshots[place].all;
        let Ok(own) = all.binary_search_by(|snapshot| epoch.cmp(&snapshot.epoch)) else { return };
        all[own].members -= 1;
        if all[own].members > 0 {
            return;
        }
        let Snapshot { changed, .. } = all.remove(own);
        if let Some(before) = own.checked_sub(1).map(|before| &mut all[before]) {
            let goes_on = |key: &Text| self.records.renumber(key, epoch, before.epoch);
            before.changed.extend(changed.into_iter().filter(goes_on));
            return;
        }
        for key in changed {
            self.records.take(&key, epoch);
        }
        if all.is_empty() {
            let Snapshots { epochs, .. } = self.snapshots.swap_remove(place);
            self.timeline.end_snapshots(&epochs, at);
        }
    }

    /// Puts a record as it is in the database, where that stands at a position, into the snapshots of those who see it.
    pub(super) fn preserve(&mut self, at: &Position, key: &str) {
        let Self { snapshots, records, timeline, .. } = self;
        for snapshots in snapshots.iter_mut().filter(|snapshots| snapshots.fork == at.open()) {
            let Some(latest) = snapshots.all.last_mut() else { continue };
            if records.preserve(key, latest.epoch, timeline.view(at)) {
                latest.changed.push(Text::new(key));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Engine, Session};
    use crate::query::Query;
    use crate::time::ClockRule;

    /// A database of so many records, and their keys.
    fn filled(records: usize) -> (Engine, Vec<String>) {
        let (mut engine, keys) = (Engine::new(ClockRule::Monotone), (0..records).map(|key| key.to_string()));
        let keys: Vec<_> = keys.collect();
        for key in &keys {
            put(&mut engine, None, key, "before");
        }
        (engine, keys)
    }

    fn put(engine: &mut Engine, session: Option<&Session>, key: &str, value: &str) {
        ask(engine, session, &Query::Put { key, value });
    }

    fn ask(engine: &mut Engine, session: Option<&Session>, query: &Query<'_>) -> String {
        let mut answer = String::new();
        let each = |reply: crate::reply::Reply<'_>| answer = reply.to_string();
        engine.apply_group(session, std::slice::from_ref(query), each).expect("it has no timestamp");
        answer
    }

    #[test]
    fn what_was_changed_is_kept_once_however_many_transactions_began_before() {
        for begins_between in [false, true] {
            let (mut engine, keys) = filled(300);
            let sessions: Vec<_> = keys.iter().map(|_| Session::new()).collect();
            for session in sessions.iter().filter(|_| !begins_between) {
                ask(&mut engine, Some(session), &Query::Begin {});
            }
            for (key, session) in keys.iter().zip(&sessions) {
                if begins_between {
                    ask(&mut engine, Some(session), &Query::Begin {});
                }
                put(&mut engine, None, key, "after");
            }
            // Where there are many, there is more than one branch for snapshots, each twice as large.
            let versions = engine.sizes().versions;
            assert!(versions <= if begins_between { 300 * 8 } else { 300 * 2 }, "{versions} versions");
            for (place, session) in sessions.iter().enumerate() {
                let since = if begins_between { place } else { 0 };
                for (number, key) in keys.iter().enumerate().step_by(17) {
                    let wanted = if number < since { "after" } else { "before" };
                    assert_eq!(ask(&mut engine, Some(session), &Query::GetOwn { key }), wanted);
                }
            }
            assert_eq!(engine.check(), Ok(()));
            for session in sessions.iter().step_by(2).chain(sessions.iter().skip(1).step_by(2).rev()) {
                assert_eq!(ask(&mut engine, Some(session), &Query::Rollback {}), "true");
            }
            assert_eq!((engine.check(), engine.sizes().versions), (Ok(()), 300));
            assert!(engine.common.snapshots.is_empty());
        }
    }

    #[test]
    fn beside_a_transaction_that_stays_open_nothing_adds_up() {
        let (mut engine, keys) = filled(50);
        let (long, short) = (Session::new(), Session::new());
        ask(&mut engine, Some(&long), &Query::Begin {});
        for round in 0..5_000 {
            ask(&mut engine, Some(&short), &Query::Begin {});
            let new = format!("new {round}");
            for key in [&keys[round % 50], &new] {
                put(&mut engine, None, key, "after");
            }
            ask(&mut engine, None, &Query::DeleteRecord { key: &new });
            ask(
                &mut engine,
                Some(&short),
                if round % 2 == 0 { &Query::Commit {} } else { &Query::Rollback {} },
            );
        }
        assert_eq!(engine.check(), Ok(()));
        let (sizes, changes) = (engine.sizes(), engine.common.changes.len());
        assert!(sizes.versions <= 100 && sizes.branches <= 8, "{sizes:?}");
        // The long one may still touch them.
        assert!(changes <= 5_050 && engine.common.snapshots.len() == 1, "{changes} changes");
        assert_eq!(ask(&mut engine, Some(&long), &Query::GetOwn { key: "7" }), "before");
    }

    #[test]
    fn what_goes_on_to_an_older_snapshot_leaves_what_its_transaction_has_deleted() {
        let (mut engine, _) = filled(2);
        let (old, new) = (Session::new(), Session::new());
        ask(&mut engine, Some(&old), &Query::Begin {});
        ask(&mut engine, Some(&old), &Query::DeleteRecord { key: "0" });
        put(&mut engine, None, "1", "after");
        ask(&mut engine, Some(&new), &Query::Begin {});
        ask(&mut engine, None, &Query::DeleteRecord { key: "0" });
        ask(&mut engine, Some(&new), &Query::Rollback {});
        assert_eq!((engine.check(), ask(&mut engine, Some(&old), &Query::Size {})), (Ok(()), "1".to_owned()));
    }

    #[test]
    fn changes_before_all_that_are_open_began_are_forgotten() {
        let (mut engine, _) = filled(1);
        let mut open = Session::new();
        ask(&mut engine, Some(&open), &Query::Begin {});
        for round in 0..5_000 {
            let next = Session::new();
            ask(&mut engine, Some(&next), &Query::Begin {});
            put(&mut engine, None, &round.to_string(), "v");
            ask(&mut engine, Some(&open), &Query::Rollback {});
            open = next;
        }
        assert!(engine.common.changes.len() < 200, "{} changes", engine.common.changes.len());
        assert_eq!(engine.check(), Ok(()));
    }
}
