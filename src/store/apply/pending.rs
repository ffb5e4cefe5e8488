//! Transactions that are open: what they were asked that writes, until their COMMIT.
//!
//! Invariant: of a transaction that has ended, or whose session has, nothing is kept for long.

use std::collections::BTreeMap;

use crate::engine::{Engine, Session};
use crate::query::Query;
use crate::store::message::Group;
use crate::store::numbering::Numbering;
use crate::time::{Clock, Time};

/// What a transaction was asked that writes.
#[derive(Debug)]
pub(in crate::store) struct PendingTxn {
    pub(super) group: Group,
    /// What the clock reads as far as the group says.
    logged: Time,
}

impl PendingTxn {
    /// Was it asked in order of time, up to where the clock stands? The error is a reason.
    pub(in crate::store) fn check(&self, clock: Clock) -> Result<(), String> {
        let (begins, logged, now) = (self.group.begins_at(), self.logged, clock.now());
        if begins.is_none_or(|begins| begins > logged) || logged > now {
            return Err(format!("it begins at {begins:?} and goes on at {logged} of {now}"));
        }
        self.group.check(&Numbering::own(), &mut Clock::new(clock.rule()))
    }
}

/// Those that are open, by the engine's numbers for them.
#[derive(Debug, Default)]
pub(in crate::store) struct PendingTxns(BTreeMap<u64, PendingTxn>);

impl PendingTxns {
    pub(super) fn get(&self, number: u64) -> Option<&PendingTxn> {
        self.0.get(&number)
    }

    /// Notes a query that was asked in a session's transaction.
    pub(super) fn push(&mut self, engine: &Engine, session: Option<&Session>, query: &Query<'_>) {
        let Some(number) = engine.transaction_of(session) else { return };
        let now = engine.clock().now();
        if !self.0.contains_key(&number) {
            self.sweep(engine);
        }
        let begin = || {
            let mut group = Group::default();
            group.push_clock(now);
            PendingTxn { group, logged: now }
        };
        let PendingTxn { group, logged } = self.0.entry(number).or_insert_with(begin);
        if query.timestamp().is_none() && now > *logged {
            group.push_clock(now);
        }
        *logged = now;
        // One that is too long is too long for the engine too.
        group.push(query);
    }

    /// Forgets a transaction that has ended.
    pub(super) fn remove(&mut self, number: Option<u64>, engine: &Engine) {
        number.and_then(|number| self.0.remove(&number));
        self.sweep(engine);
    }

    /// Forgets those whose sessions have ended, once they may be the most: all that are open are walked.
    fn sweep(&mut self, engine: &Engine) {
        if self.0.len().is_power_of_two() {
            let open = engine.open_transactions();
            self.0.retain(|number, _| open.contains(number));
        }
    }

    /// The transactions, with what each has waiting.
    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = (u64, &PendingTxn)> {
        self.0.iter().map(|(number, pending)| (*number, pending))
    }
}
