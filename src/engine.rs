//! The database: a pure, total function from (database, query) to (database, reply).
//!
//! Promises, which tests hold it to: no clock, file, thread or hash order is in here; a query that is refused
//! leaves everything as it was; a backup is never changed by what comes after it; answers never depend on
//! when memory is reclaimed.
//!
//! Invariants (those of each file are lines of [`Engine::check`]): no clock of a present stands before 0, and
//! under the free rule none moves; every version is of an epoch that is in a branch.
//!
//! ```text
//!            records: key ─► Record = History<Fields> ─► field ─► content
//!                                │
//!   Timeline ── which epochs ────┴─ are seen
//!   Live     ── how many records are live, now and at any later moment: one value
//!   backups  ── a moment, an epoch and that value: nothing is copied
//! ```
//!
//! Three ideas carry it.
//!
//! **A backup is a number.** Every version of a record is marked with the *epoch* it was written in. `BACKUP`
//! closes the open epoch and opens the next; `RESTORE` gives the open epoch another past: the backup's. What
//! is seen is the newest version from an epoch on the path from the open one to the first. Without backups
//! there is one epoch and one version of everything.
//!
//! **A restore is a jump of the database's own clock.** Lifetimes are kept on a clock that stands `shift`
//! behind the caller's. A restore only changes the shift, so that the clock reads again what it read at the
//! backup, and every lifetime has as much left as it had.
//!
//! **Nothing happens when time passes.** How many records are live is a question that is asked at a moment;
//! what is dead is passed over by the sums in a tree, left out of the next version of its record, and swept
//! bit by bit by those who write what will be dead one day.
//!
//! The files, in the order to read them. What each level of the exercise adds: `level1_records` to
//! `level4_backups`, and the language beyond it: `level5_keys`, `level5_lifetimes`, `level5_lists`, `level5_find`,
//! `level5_forget`, `level6_sessions`. What they stand on, each file on those before it: `stored` (texts and
//! lists), `blobs` (long texts that somebody else has), `tree` (a sorted map that is copied for the price of a
//! pointer), `timeline` (the epochs), `history` (the versions of one thing), `fields` (the cells of a record),
//! `live` (which records are live), `shards` (the map they are kept in), `records` (all of them), `undo` (what a
//! restore undoes), `backups` (what was saved), `transactions` (what is open at once). How it is written down and
//! brought back: `image`, and as queries: `dump`. What can be seen of it: `seen`, `kinds`; what a query did: `outcome`.
//! Whether all is as it must be: `check`, `invariant` and, in tests, `steps`.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

mod backups;
mod blobs;
mod check;
mod dump;
mod fields;
mod history;
pub mod image;
mod invariant;
mod kinds;
mod level1_records;
mod level2_scans;
mod level3_lifetimes;
mod level4_backups;
mod level5_find;
mod level5_forget;
mod level5_keys;
mod level5_lifetimes;
mod level5_lists;
mod level6_sessions;
mod live;
mod outcome;
mod records;
mod seen;
mod shards;
mod steps;
mod stored;
mod timeline;
mod transactions;
mod tree;
mod undo;

pub use kinds::Kind;
pub use outcome::{CellWrite, Outcome, Overwritten, WholeChange, WriteKind};
pub use seen::LiveCell;
pub use transactions::{Effect, Session};

use crate::query::{Aliases, Query};
use crate::reply::Reply;
use crate::time::{Backwards, Clock, ClockRule, Lifetime, Time};
use backups::Backups;
pub(crate) use blobs::Blobs;
use blobs::NoBlobs;
use level5_forget::Forgetting;
use live::Live;
use records::{RecordTable, Seen};
use smol_str::SmolStr;
#[cfg(feature = "store")]
pub(crate) use stored::BlobRef;
pub(crate) use stored::StoredText;
#[cfg(feature = "store")]
pub(crate) use stored::StoredValue;
use timeline::Timeline;
use transactions::Transaction;
use undo::UndoLog;

/// Text as the database keeps it: short ones in place, long ones shared.
type Text = SmolStr;

/// The field of a key's own value.
const OWN: &str = "";

/// What a text weighs, short ones 1: notes are bounded by weight, so that long texts do not add up.
fn weight(text: &str) -> usize {
    1 + text.len() / 64
}

/// A database, fed with queries. It may be sent to another thread and shared with others, which may look at
/// it while none of them writes.
///
/// ```
/// use rewinddb::{engine::Engine, query::Query, reply::Reply, time::{ClockRule, Time}};
///
/// let mut engine = Engine::new(ClockRule::Monotone);
/// engine.apply(&Query::SetAt { key: "A", field: "B", value: "C", timestamp: Time(5) })?;
/// let reply = engine.apply(&Query::GetAt { key: "A", field: "B", timestamp: Time(6) })?;
/// assert_eq!(reply, Reply::Value(Some("C".into())));
/// # Ok::<(), rewinddb::time::Backwards>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    clock: Clock,
    /// When something last changed for all to see: to then and no further the clock can go back.
    changed: Time,
    /// How far the database's own clock stands behind the caller's, in milliseconds.
    shift: u64,
    timeline: Timeline,
    records: RecordTable,
    live: Live,
    undo: UndoLog,
    backups: Backups,
    forgetting: Forgetting,
    transactions: Vec<Transaction>,
    /// The place of the transaction whose present is the engine's now.
    inside: Option<usize>,
    /// How many transactions there have been.
    begun: u64,
    aliases: Aliases,
    /// What the query does that is being answered, if somebody asks.
    outcome: Option<Box<Outcome>>,
}

impl Engine {
    /// An empty database whose clock stands at 0.
    #[must_use]
    pub fn new(rule: ClockRule) -> Self {
        Self {
            clock: Clock::new(rule),
            changed: Time(0),
            shift: 0,
            timeline: Timeline::new(),
            records: RecordTable::default(),
            live: Live::default(),
            undo: UndoLog::default(),
            backups: Backups::default(),
            forgetting: Forgetting::default(),
            transactions: Vec::new(),
            inside: None,
            begun: 0,
            aliases: Aliases::default(),
            outcome: None,
        }
    }

    /// Answers a query of the engine's own session; what it writes is in the database from then on or, in a
    /// transaction, from its COMMIT on.
    ///
    /// # Errors
    /// [`Backwards`] if the query's timestamp is earlier than one already seen and the clock rule is
    /// monotone. Nothing has changed then.
    #[inline]
    pub fn apply<'e>(&'e mut self, query: &Query<'_>) -> Result<Reply<'e>, Backwards> {
        self.apply_with(None, query, &mut NoBlobs)
    }

    /// Answers a query of a session.
    ///
    /// # Errors
    /// As [`Self::apply`].
    #[inline]
    pub fn apply_in<'e>(&'e mut self, session: &Session, query: &Query<'_>) -> Result<Reply<'e>, Backwards> {
        self.apply_with(Some(session), query, &mut NoBlobs)
    }

    /// Answers a query of a session or the engine's own, where long texts are elsewhere.
    ///
    /// # Errors
    /// As [`Self::apply`], and the first of `blobs`. Nothing has changed then either.
    pub(crate) fn apply_with<'e, B: Blobs>(
        &'e mut self,
        session: Option<&Session>,
        query: &Query<'_>,
        blobs: &mut B,
    ) -> Result<Reply<'e, B::Value<'e>>, B::Error> {
        if !self.transactions.is_empty() {
            self.enter(session);
        }
        let now = self.advance(query.timestamp())?;
        if self.is_inside() {
            self.touch(query);
        }
        Ok(match *query {
            Query::Set { key, field, value } | Query::SetAt { key, field, value, .. } => self.set(
                (key, field, StoredText::new(value, blobs.intern(value))),
                Some(Lifetime::PERMANENT),
                now,
            ),
            Query::SetAtWithTtl { key, field, value, timestamp, ttl } => {
                let lifetime = self.lifetime(timestamp, ttl);
                self.set((key, field, StoredText::new(value, blobs.intern(value))), lifetime, now)
            }
            Query::Get { key, field } | Query::GetAt { key, field, .. } => self.get::<B>(key, field, now),
            Query::Delete { key, field } | Query::DeleteAt { key, field, .. } => self.delete(key, field, now),
            Query::Scan { key } | Query::ScanAt { key, .. } => self.scan::<B>(key, "", now),
            Query::ScanByPrefix { key, prefix } | Query::ScanByPrefixAt { key, prefix, .. } => {
                self.scan::<B>(key, prefix, now)
            }
            Query::Backup { timestamp } => self.backup(timestamp, now),
            Query::Restore { timestamp, timestamp_to_restore } => {
                self.restore(timestamp, timestamp_to_restore.0)
            }
            Query::Tick { .. } => Reply::Done,
            Query::Put { key, value } => self.set(
                (key, OWN, StoredText::new(value, blobs.intern(value))),
                Some(Lifetime::PERMANENT),
                now,
            ),
            Query::PutWithTtl { key, value, ttl } => {
                let lifetime = self.lifetime(self.clock.now(), ttl);
                self.set((key, OWN, StoredText::new(value, blobs.intern(value))), lifetime, now)
            }
            Query::GetOwn { key } => self.get::<B>(key, OWN, now),
            Query::DeleteRecord { key } => self.delete_record(key, now),
            Query::ExistsRecord { key } => self.exists(key, None, now),
            Query::Exists { key, field } => self.exists(key, Some(field), now),
            Query::Keys {} => self.keys(now),
            Query::Values {} => self.values::<B>(now),
            Query::Items {} => self.items::<B>(now),
            Query::Size {} => self.size(now),
            Query::Clear {} => self.clear(),
            Query::Forget { before } => self.forget(before.0),
            Query::ExpireRecord { key, ttl } => self.expire((key, None), ttl, now),
            Query::Expire { key, field, ttl } => self.expire((key, Some(field)), ttl, now),
            Query::TtlOfRecord { key } => self.ttl((key, None), now),
            Query::TtlOf { key, field } => self.ttl((key, Some(field)), now),
            Query::PersistRecord { key } => self.persist((key, None), now),
            Query::Persist { key, field } => self.persist((key, Some(field)), now),
            Query::Append { key, field, item } => {
                self.append(key, field, StoredText::new(item, blobs.intern(item)), now)
            }
            Query::Find { what, how: _, ref pattern } => self.find(what, pattern, now, blobs)?,
            Query::Begin {} => self.begin(session),
            Query::Commit {} => self.commit(now),
            Query::Rollback {} => self.rollback(),
            Query::Alias { .. } => Reply::Bool(self.aliases.learn(query)),
            Query::ResetAliases {} => {
                self.aliases.learn(query);
                Reply::Done
            }
            Query::Aliases {} => Reply::Aliases(
                self.aliases.iter().map(|(name, operation)| (name.into(), operation)).collect(),
            ),
        })
    }

    /// Moves the clock without asking for anything; under the free rule there is none to move.
    ///
    /// # Errors
    /// [`Backwards`] as for a query with this timestamp.
    pub fn tick(&mut self, now: Time) -> Result<(), Backwards> {
        self.advance(Some(now)).map(drop)
    }

    /// The clock as it was at an earlier moment, if that is not before the last change.
    ///
    /// # Errors
    /// When that was.
    #[cfg(any(test, feature = "store"))]
    pub(crate) fn clock_at(&self, moment: Time) -> Result<Clock, Time> {
        if moment < self.changed { Err(self.changed) } else { Ok(self.clock.back_at(moment)) }
    }

    /// Moves the clock back to an earlier moment, where no transaction is open: to ask there what one was asked.
    /// Nothing has changed since then, so all that was live is there, also if it has died meanwhile.
    ///
    /// # Errors
    /// When something last changed, if that was later: nothing is moved then.
    #[cfg(any(test, feature = "store"))]
    pub(crate) fn go_back(&mut self, moment: Time) -> Result<(), Time> {
        debug_assert!(self.transactions.is_empty(), "a transaction does not go back");
        self.clock = self.clock_at(moment)?;
        Ok(())
    }

    /// The other names of operations, for those who read queries.
    #[must_use]
    pub fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// The logical clock: its rule and its reading.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// How much the database holds, for those who watch its memory.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        Sizes {
            records: self.records.len(),
            cells: self.records.cells(),
            versions: self.records.versions(),
            deaths: self.live.moments(),
            undo: self.undo.len(),
            backups: self.backups.len(),
            branches: self.timeline.branches(),
        }
    }
}

impl Default for Engine {
    /// One under the monotone rule.
    fn default() -> Self {
        Self::new(ClockRule::default())
    }
}

/// How much a database holds, as [`Engine::sizes`] counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Records, also those that only a backup can bring back.
    pub records: usize,
    /// Cells, of each record in its widest version, also dead ones.
    pub cells: usize,
    /// Versions of records.
    pub versions: usize,
    /// Moments at which records die, past ones among them.
    pub deaths: usize,
    /// Entries of the undo log.
    pub undo: usize,
    /// Backups.
    pub backups: usize,
    /// Branches of the timeline.
    pub branches: usize,
}
