//! What is asked of a store: first to the log, then to the database.
//!
//! Invariants: queries that write are in the log before they take effect, those of a transaction at its COMMIT; what a
//! COMMIT writes into the log does the same to a database that has heard nothing of the transaction.
//!
//! ```text
//!   SET …            BEGIN   SET …   SET …   COMMIT
//!   │                        └─ asked ─┘     │
//!   ▼                                        ▼
//!   group                                    group: what the transaction came to, told as queries or,
//!                                            where it has made more of the database, as it was asked
//! ```

mod fates;

use std::ops::Range;

use super::error::Error;
use super::group::{self, Numbering};
use super::message::Group;
use super::options::Encoding;
use super::replay::{Stored, Until, replay};
use super::values::Values;
use super::{PACKED_FROM, Store};
use crate::engine::{Effect, Engine, Session};
use crate::query::{Access, Query};
use crate::reply::Reply;
use crate::time::Time;
use fates::{Fate, fates, writes};

/// What a transaction was asked that writes.
#[derive(Debug)]
pub(super) struct Asked {
    group: Group,
    /// What the clock read at first, and what it reads as far as the group tells.
    began: Time,
    logged: Time,
}

/// Who takes the replies.
type Each<'e> = dyn FnMut(&Query<'_>, &Reply<'_>) + 'e;

impl Store {
    /// Applies the queries of a call, as one group but for what ends a transaction of an earlier call.
    pub(super) fn apply_group(
        &mut self,
        session: Option<&Session>,
        queries: &[Query<'_>],
        commit: bool,
        each: &mut Each<'_>,
    ) -> Result<(), Error> {
        let open = self.engine.transaction_of(session);
        let is_end =
            |query: &Query<'_>| matches!(query.operation().access(), Access::Commit | Access::Rollback);
        let Some(end) = queries.iter().position(is_end).filter(|_| open.is_some()) else {
            return self.apply_part(session, queries, commit, each);
        };
        let mut clock = self.engine.clock();
        for query in queries {
            clock.advance(query.timestamp()).map_err(Error::Backwards)?;
        }
        self.apply_part(session, &queries[..end], commit, each)?;
        self.end_transaction(session, &queries[end], commit, each)?;
        self.apply_part(session, &queries[end + 1..], commit, each)
    }

    /// Applies queries that end no transaction which others than they have begun.
    fn apply_part(
        &mut self,
        session: Option<&Session>,
        queries: &[Query<'_>],
        commit: bool,
        each: &mut Each<'_>,
    ) -> Result<(), Error> {
        let fates = fates(queries, self.engine.transaction_of(session).is_some(), self.engine.can_begin());
        let (plain, ends) = self.gather(queries, &fates)?;
        let packed = self.is_packed(plain);
        let (payload, at) = self.write(packed, commit)?;
        if !self.group.is_empty() {
            self.logged = ends;
        }
        // Whoever takes the replies may panic.
        self.log.is_ahead = !self.group.is_empty();
        let stored = Stored {
            group: &self.group,
            file: self.log.tail.name,
            payload: &self.log.written()[payload.clone()],
            payload_at: at + payload.start as u64,
            packed,
        };
        let (mut places, mut first, mut failed) = (stored.finder(), 0, Ok(()));
        let (engine, values) = (&mut self.engine, &mut self.values);
        let mut fates = fates.iter().copied().chain(std::iter::repeat(Fate::Logged));
        for query in queries {
            // Answers behind one that cannot be told would stand in its place.
            let is_told = failed.is_ok();
            let mut tell = |reply: &Reply<'_>| {
                if is_told {
                    each(query, reply);
                }
            };
            let fate = fates.next().unwrap_or(Fate::Logged);
            let answered = if values.is_held_as_it_is(query) || !writes(query) {
                answer(engine, values, (session, query), &mut tell)
            } else {
                let place = |text| if fate == Fate::Logged { places(first + text) } else { None };
                let held = values.hold(query, place);
                held.with(|held| answer(engine, values, (session, held), &mut tell))
            };
            if writes(query) {
                match fate {
                    Fate::Logged => first += group::texts(query.operation()),
                    Fate::Asked => keep(&mut self.asked, engine, session, query),
                    Fate::Gone => {}
                }
            }
            failed = failed.and(answered);
        }
        drop(places);
        self.log.is_ahead = false;
        failed
    }

    /// Ends a transaction that an earlier call has begun.
    fn end_transaction(
        &mut self,
        session: Option<&Session>,
        query: &Query<'_>,
        commit: bool,
        each: &mut Each<'_>,
    ) -> Result<(), Error> {
        let number = self.engine.transaction_of(session);
        self.group.clear();
        let effect = match query.operation().access() {
            Access::Commit => self.gather_effect(session)?,
            _ => Effect::None,
        };
        let asked = number.and_then(|number| self.asked.get(&number));
        if let (Effect::Asked, Some(Asked { group, began, logged })) = (effect, asked) {
            if *began < self.logged.max(self.frozen) {
                // Where it is read again the clock has passed it.
                self.engine.roll_back(session);
                each(query, &Reply::Bool(false));
                return Ok(());
            }
            // It stays until it is written.
            self.group = group.clone();
            if self.engine.clock().now() > *logged {
                self.group.push_clock(self.engine.clock().now());
            }
        }
        let packed = self.is_packed(true);
        let (payload, at) = self.write(packed, commit)?;
        self.asked.retain(|other, _| Some(*other) != number && self.engine.is_open(*other));
        if self.group.is_empty() || effect != Effect::Told {
            self.note_logged();
            return answer(&mut self.engine, &mut self.values, (session, query), &mut |reply| {
                each(query, reply);
            });
        }
        self.note_logged();
        self.log.is_ahead = true;
        self.engine.hand_over(session);
        let stored = Stored {
            group: &self.group,
            file: self.log.tail.name,
            payload: &self.log.written()[payload.clone()],
            payload_at: at + payload.start as u64,
            packed,
        };
        let (engine, values) = (&mut self.engine, &mut self.values);
        let replayed = replay(&stored, &Numbering::own(), Some(&Session::new()), engine, values, Until::End);
        self.log.is_ahead = false;
        debug_assert_eq!(replayed, Ok(true), "what a transaction came to can be asked");
        each(query, &Reply::Bool(true));
        Ok(())
    }

    /// Writes what the COMMIT of a transaction comes to into `group`.
    fn gather_effect(&mut self, session: Option<&Session>) -> Result<Effect, Error> {
        let (group, values, now) = (&mut self.group, &mut self.values, self.engine.clock().now());
        let logged = self.logged;
        self.engine.try_effect(session, |query| {
            if group.is_empty() && now > logged {
                group.push_clock(now);
            }
            let is_pushed = values.shown(query)?.with(|query| group.push(query));
            if is_pushed { Ok(()) } else { Err(Error::TooLarge) }
        })
    }

    fn note_logged(&mut self) {
        if !self.group.is_empty() {
            self.logged = self.engine.clock().now();
        }
    }

    fn is_packed(&self, plain: bool) -> bool {
        let is_binary = self.log.tail.name.encoding == Encoding::Binary;
        self.options.lz4 && is_binary && plain && self.group.texts.len() >= PACKED_FROM
    }

    /// Writes the group to the log, unless it is empty; the answer tells where its payload lies in what was written,
    /// and where that begins in the file.
    fn write(&mut self, packed: bool, commit: bool) -> Result<(Range<usize>, u64), Error> {
        let written = if self.group.is_empty() { (0..0, 0) } else { self.append(packed)? };
        // Reads are answered even where nothing is written any more.
        if commit && !(self.group.is_empty() && self.log.check().is_err()) {
            self.log.commit(self.options.sync)?;
        }
        Ok(written)
    }

    /// Writes the queries that are logged into `group`, after all have been checked. The answer tells whether the engine
    /// gets every one as it is, and what the clock reads at the end.
    fn gather(&mut self, queries: &[Query<'_>], fates: &[Fate]) -> Result<(bool, Time), Error> {
        self.group.clear();
        let (mut clock, mut logged, mut plain) = (self.engine.clock(), self.logged, true);
        let mut any = false;
        let mut fates = fates.iter().copied().chain(std::iter::repeat(Fate::Logged));
        for query in queries {
            clock.advance(query.timestamp()).map_err(Error::Backwards)?;
            if fates.next() != Some(Fate::Logged) || !writes(query) {
                continue;
            }
            // How queries are read has no time, and may be changed while a transaction waits for its own.
            let has_time = query.operation().access() == Access::Write;
            if has_time && query.timestamp().is_none() && clock.now() > logged {
                self.group.push_clock(clock.now());
            }
            logged = if has_time { clock.now() } else { logged };
            any |= has_time;
            plain &= self.values.is_held_as_it_is(query);
            if !self.group.push(query) {
                return Err(Error::TooLarge);
            }
        }
        if any && clock.now() > logged {
            self.group.push_clock(clock.now());
            logged = clock.now();
        }
        Ok((plain, logged))
    }
}

/// Keeps what a transaction was asked, once it was.
fn keep(
    asked: &mut std::collections::BTreeMap<u64, Asked>,
    engine: &Engine,
    session: Option<&Session>,
    query: &Query<'_>,
) {
    let Some(number) = engine.transaction_of(session) else { return };
    let now = engine.clock().now();
    // Those of sessions that have ended go once they may be the most.
    if asked.len().is_power_of_two() && !asked.contains_key(&number) {
        asked.retain(|number, _| engine.is_open(*number));
    }
    let Asked { group, logged, .. } =
        asked.entry(number).or_insert_with(|| Asked { group: Group::default(), began: now, logged: Time(0) });
    if query.timestamp().is_none() && now > *logged {
        group.push_clock(now);
    }
    *logged = now;
    // One that is too long is too long for the engine too.
    group.push(query);
}

/// Asks the engine, and hands the reply on with every value as the caller had it.
fn answer(
    engine: &mut Engine,
    values: &mut Values,
    (session, query): (Option<&Session>, &Query<'_>),
    each: &mut dyn FnMut(&Reply<'_>),
) -> Result<(), Error> {
    let reply = engine.apply_matching(session, query, |pattern, held| {
        Ok::<_, Error>(pattern.is_match(&values.told(held)?.value().shown()))
    })?;
    values.show(&reply, |reply| each(reply))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::query::Operation;
    use crate::store::{Options, SimulatedDisk};

    /// The first operation of this kind that takes so many texts and no numbers, with a query of it.
    fn query(access: Access, texts: &[&'static str]) -> Query<'static> {
        let of_kind = Operation::ALL.iter().filter(|one| one.access() == access);
        let mut queries = of_kind.filter_map(|one| Query::from_parts(*one, texts, &[]));
        queries.next().expect("there is one")
    }

    #[test]
    fn what_was_asked_by_sessions_that_have_ended_goes() {
        let mut store = Store::open(Arc::new(SimulatedDisk::new()), Options::default()).expect("it begins");
        for _ in 0..100 {
            let queries = [query(Access::Begin, &[]), query(Access::Write, &["k", "f", "v"])];
            store.apply_in(&Session::new(), &queries, |_, _| {}).expect("the disk is well");
        }
        assert!((1..5).contains(&store.asked.len()), "{} are kept", store.asked.len());
    }
}
