//! The core of a store: a database that a journal feeds. It opens no file and knows no clock.
//!
//! Invariants: queries that write have come back from the journal before they take effect, those of a transaction
//! at its COMMIT; what a COMMIT hands to the journal does the same to a database that has heard nothing of the
//! transaction.
//!
//! ```text
//!   queries ── plan ──► Plan ── encode ──► Group ── submit ──► journal
//!   replies ◄── deliver ◄────────────── LoggedGroup ◄── next ─────┘
//!
//!   SET …            BEGIN   SET …   SET …   COMMIT
//!   │                        └ PendingTxn┘   │
//!   ▼                                        ▼
//!   group                                    group: what the transaction came to, as queries or, where it has made
//!                                            more of the database, as it was asked
//! ```

mod encode;
mod pending;
mod plan;
#[cfg(test)]
mod tests;

use super::blob_store::{BlobStore, EachWord, QueryBlobs};
use super::error::Error;
use super::group;
use super::journal::{Journal, Locate, LoggedGroup};
use super::message::Group;
use super::numbering::Numbering;
use super::replay::{Until, replay};
use crate::engine::{Effect, Engine, Session};
use crate::query::{Access, Query};
use crate::reply::Reply;
use crate::time::Time;
use encode::Encoder;
use pending::{PendingTxn, PendingTxns};
use plan::{LogPlan, LogPlans, is_logged};

/// So many places are looked at for what is dead, after a call, where a table would have to grow.
const SWEPT: usize = 256;

/// Who takes the replies.
pub(super) type Each<'e> = dyn FnMut(&Query<'_>, &Reply<'_>) + 'e;

/// A database that a journal feeds.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) engine: Engine,
    pub(super) blobs: BlobStore,
    /// What the clock reads as far as the journal says.
    pub(super) logged: Time,
    pub(super) pending: PendingTxns,
    /// Memory for the next group.
    spare: Group,
}

/// A part of a call that is one group.
#[derive(Clone, Copy)]
enum CallPart<'c> {
    /// Queries that end no transaction which others than they have begun.
    Queries(&'c [Query<'c>]),
    /// What ends a transaction of an earlier call.
    End(&'c Query<'c>),
}

/// What is to be done once the journal has handed a part back.
enum Plan {
    /// Queries are asked; the clock then reads this, as far as the journal says.
    Ask(LogPlans, Time),
    /// A transaction is ended by the engine, as it was asked.
    End,
    /// It is taken back, and what it came to is replayed.
    Replay,
}

impl Core {
    pub(super) fn new(engine: Engine, blobs: BlobStore) -> Self {
        let (logged, pending, spare) = (engine.clock().now(), PendingTxns::default(), Group::default());
        Self { engine, blobs, logged, pending, spare }
    }

    /// Applies the queries of a call, as one group but for what ends a transaction of an earlier call. `settle` is
    /// called before replies are handed on, and learns whether something was submitted.
    pub(super) fn apply<J: Journal>(
        &mut self,
        journal: &mut J,
        (session, queries): (Option<&Session>, &[Query<'_>]),
        mut settle: impl FnMut(&mut J, bool) -> Result<(), J::Error>,
        each: &mut Each<'_>,
    ) -> Result<(), J::Error> {
        for part in self.parts(session, queries)? {
            let (plan, group) = self.prepare(session, part)?;
            let is_submitted = group.is_some();
            group.map_or(Ok(()), |group| journal.submit(group))?;
            settle(journal, is_submitted)?;
            let logged = if is_submitted { journal.next()?.map(|(_, logged)| logged) } else { None };
            let (ended, spare) = self.finish((session, part), &plan, logged, each);
            if let Some(spare) = spare {
                self.spare = spare;
                let more = journal.next()?;
                debug_assert!(more.is_none(), "one group is submitted at a time");
            }
            if let (Ok(Some(ended)), CallPart::End(query)) = (&ended, part) {
                each(query, &Reply::Bool(*ended));
            }
            ended?;
        }
        Ok(())
    }

    /// The parts of a call. Those behind another have their times checked here.
    fn parts<'c>(
        &self,
        session: Option<&Session>,
        queries: &'c [Query<'c>],
    ) -> Result<Vec<CallPart<'c>>, Error> {
        let is_end =
            |query: &Query<'_>| matches!(query.operation().access(), Access::Commit | Access::Rollback);
        let is_open = self.engine.transaction_of(session).is_some();
        let Some(end) = queries.iter().position(is_end).filter(|_| is_open) else {
            return Ok(vec![CallPart::Queries(queries)]);
        };
        let mut clock = self.engine.clock();
        for query in queries {
            clock.advance(query.timestamp()).map_err(Error::Backwards)?;
        }
        let [before, after] = [&queries[..end], &queries[end + 1..]].map(CallPart::Queries);
        Ok(vec![before, CallPart::End(&queries[end]), after])
    }

    /// Plans a part, and encodes what of it goes to the journal.
    fn prepare(
        &mut self,
        session: Option<&Session>,
        part: CallPart<'_>,
    ) -> Result<(Plan, Option<Group>), Error> {
        let mut group = std::mem::take(&mut self.spare);
        group.clear();
        let queries = match part {
            CallPart::Queries(queries) => queries,
            CallPart::End(query) => return self.prepare_end(session, query, group),
        };
        let is_open = self.engine.transaction_of(session).is_some();
        let plans = LogPlans::of(queries, is_open, self.engine.can_begin());
        let encoder = Encoder::new(group, self.engine.clock(), self.logged);
        let (group, logged) = encoder.encode(queries, &plans)?;
        Ok((Plan::Ask(plans, logged), group))
    }

    /// The same for the end of a transaction.
    fn prepare_end(
        &mut self,
        session: Option<&Session>,
        query: &Query<'_>,
        mut group: Group,
    ) -> Result<(Plan, Option<Group>), Error> {
        let effect = match query.operation().access() {
            Access::Commit => self.encode_effect(session, &mut group)?,
            _ => Effect::None,
        };
        let number = self.engine.transaction_of(session);
        let plan = match (effect, number.and_then(|number| self.pending.get(number))) {
            (Effect::Queries, _) if !group.is_empty() => Plan::Replay,
            (Effect::Original, Some(pending)) => {
                // It stays until it is kept.
                group = self.encode_pending(pending);
                Plan::End
            }
            _ => Plan::End,
        };
        Ok((plan, (!group.is_empty()).then_some(group)))
    }

    /// What a transaction was asked: it does the same at its moments, as nobody has changed anything since.
    fn encode_pending(&self, pending: &PendingTxn) -> Group {
        let (mut group, now) = (pending.group.clone(), self.engine.clock().now());
        if now > self.logged {
            group.push_clock(now);
        }
        group
    }

    /// Encodes what the COMMIT of a transaction comes to.
    fn encode_effect(&mut self, session: Option<&Session>, group: &mut Group) -> Result<Effect, Error> {
        let (blobs, logged, now) = (&mut self.blobs, self.logged, self.engine.clock().now());
        let fetch = |blob| blobs.fetch(blob);
        self.engine.try_effect_with(session, fetch, |query| {
            if group.is_empty() && now > logged {
                group.push_clock(now);
            }
            if group.push(query) { Ok(()) } else { Err(Error::TooLarge) }
        })
    }

    /// Does what was planned, with what has come back from the journal. Returns how a transaction has ended, if one
    /// has, and the memory of the group.
    fn finish(
        &mut self,
        (session, part): (Option<&Session>, CallPart<'_>),
        plan: &Plan,
        logged: Option<LoggedGroup<'_>>,
        each: &mut Each<'_>,
    ) -> (Result<Option<bool>, Error>, Option<Group>) {
        let delivered = match part {
            CallPart::Queries(queries) => {
                self.deliver(session, queries, (plan, logged.as_ref()), each).map(|()| None)
            }
            CallPart::End(query) => self.deliver_end(session, query, (plan, logged.as_ref())).map(Some),
        };
        if self.engine.is_full() {
            self.engine.sweep(SWEPT);
        }
        (delivered, logged.map(|logged| logged.group))
    }

    /// Asks queries. After the first error no reply is handed on, as it would stand in another one's place.
    fn deliver(
        &mut self,
        session: Option<&Session>,
        queries: &[Query<'_>],
        (plan, logged): (&Plan, Option<&LoggedGroup<'_>>),
        each: &mut Each<'_>,
    ) -> Result<(), Error> {
        let Plan::Ask(plans, ends) = plan else { unreachable!("queries are planned to be asked") };
        let mut finder = logged.map(LoggedGroup::finder);
        if logged.is_some() {
            self.logged = *ends;
        }
        let (mut first, mut result) = (0, Ok(()));
        for (place, query) in queries.iter().enumerate() {
            let plan = plans.get(place);
            let is_kept = plan == LogPlan::Log && is_logged(query);
            let mut find = |text| finder.as_mut().filter(|_| is_kept)?(first + text);
            let answered = self.ask((session, query), &mut find, &mut |reply| {
                if result.is_ok() {
                    each(query, reply);
                }
            });
            result = result.and(answered);
            first += if is_kept { group::texts(query.operation()) } else { 0 };
            if plan == LogPlan::Defer {
                self.pending.push(&self.engine, session, query);
            }
        }
        result
    }

    /// Ends a transaction of an earlier call. Returns whether it takes effect, or was there at all.
    fn deliver_end(
        &mut self,
        session: Option<&Session>,
        query: &Query<'_>,
        (plan, logged): (&Plan, Option<&LoggedGroup<'_>>),
    ) -> Result<bool, Error> {
        self.pending.remove(self.engine.transaction_of(session), &self.engine);
        if logged.is_some() {
            self.logged = self.engine.clock().now();
        }
        let (Plan::Replay, Some(logged)) = (plan, logged) else {
            let mut ended = false;
            self.ask((session, query), &mut |_| None, &mut |reply| ended = *reply == Reply::Bool(true))?;
            return Ok(ended);
        };
        self.engine.hand_over(session);
        let (engine, blobs) = (&mut self.engine, &mut self.blobs);
        let replayed = replay(logged, &Numbering::own(), Some(&Session::new()), engine, blobs, Until::End);
        debug_assert_eq!(replayed, Ok(true), "what a transaction came to can be asked");
        Ok(true)
    }

    /// Asks the engine, and hands the reply on with every value as the caller had it.
    fn ask(
        &mut self,
        (session, query): (Option<&Session>, &Query<'_>),
        locate: &mut Locate<'_>,
        each: &mut dyn FnMut(&Reply<'_>),
    ) -> Result<(), Error> {
        let words: &EachWord<'_> = &|each| query.each_word(&mut *each);
        let blobs = &mut QueryBlobs { store: &mut self.blobs, words, locate };
        let reply = self.engine.apply_with(session, query, blobs)?;
        each(&self.blobs.resolve(reply)?);
        Ok(())
    }

    /// The same database in memory alone: with every value, backups included.
    pub(super) fn in_memory(engine: &mut Engine, blobs: &mut BlobStore) -> Result<Engine, Error> {
        let mut copy = Engine::new(engine.clock().rule());
        let fetch = |blob| blobs.fetch(blob);
        engine.try_dump_with(fetch, |query| copy.apply(query).map(drop).map_err(Error::Backwards))?;
        Ok(copy)
    }

    /// The move of the clock that the journal has not heard of yet.
    pub(super) fn last_move(&mut self) -> Option<Group> {
        let now = self.engine.clock().now();
        if now <= self.logged {
            return None;
        }
        let mut group = Group::default();
        group.push_clock(now);
        self.logged = now;
        Some(group)
    }
}
