//! The database: a pure, total function from (database, query) to (database, reply).
//!
//! Promises, which tests hold it to: no clock, file, thread or hash order is in here; a query that is refused
//! leaves everything as it was; a backup is never changed by what comes after it; answers never depend on
//! when memory is reclaimed.
//!
//! Invariants (those of each file are lines of [`Engine::check`]): every version is of an epoch that is in a
//! branch; the last change was not before the last backup or restore, nor later than now.
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
//! restore undoes), `backups` (what was saved), `head` (where the database or a transaction stands: operations are
//! handed one), `transactions` (what is open at once). How it is written down and brought back: `image`, and as
//! queries: `dump`. What can be seen of it: `seen`, `kinds`, `past`; what a query did: `outcome`. Whether all is as it
//! must be: `check`, `invariant` and, in tests, `steps`.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

mod backups;
mod blobs;
mod check;
mod dump;
mod fields;
mod head;
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
#[cfg(feature = "serve")]
mod past;
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
#[cfg(feature = "serve")]
pub(crate) use past::{Page, PageOfCells};
pub use seen::LiveCell;
pub use transactions::{Effect, Session};

use crate::query::{Aliases, Query};
use crate::reply::Reply;
use crate::time::{Backwards, Clock, ClockRule, Lifetime, Time};
pub(crate) use blobs::Blobs;
use blobs::NoBlobs;
use head::Head;
use level5_forget::Forgetting;
use records::RecordTable;
use smol_str::SmolStr;
#[cfg(all(test, feature = "store"))]
pub(crate) use steps::steps_taken;
#[cfg(feature = "store")]
pub(crate) use stored::BlobRef;
pub(crate) use stored::StoredText;
#[cfg(feature = "store")]
pub(crate) use stored::StoredValue;
use timeline::{Timeline, View};
use transactions::{Changes, Snapshots, Transaction};

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
    common: Common,
    /// Where the database stands.
    own: Head,
    /// Where each transaction does, in the order in which they are open.
    heads: Vec<Head>,
}

/// What all heads share; an operation is handed the one that it works on.
#[derive(Clone, Debug)]
struct Common {
    clock: Clock,
    /// When something last changed for all to see: to then and no further the clock can go back.
    changed: Time,
    timeline: Timeline,
    records: RecordTable,
    forgetting: Forgetting,
    transactions: Vec<Transaction>,
    /// What they see that was changed since they began.
    snapshots: Vec<Snapshots>,
    changes: Changes,
    /// How many transactions there have been.
    begun: u64,
    aliases: Aliases,
    /// What the query does that is being answered, if somebody asks.
    outcome: Option<Box<Outcome>>,
}

impl Common {
    /// What is seen from a head.
    #[inline]
    fn view<'c>(&'c self, head: &'c Head) -> View<'c> {
        self.timeline.view(&head.position)
    }
}

impl Engine {
    /// An empty database whose clock stands at 0.
    #[must_use]
    pub fn new(rule: ClockRule) -> Self {
        let common = Common {
            clock: Clock::new(rule),
            changed: Time(0),
            timeline: Timeline::new(),
            records: RecordTable::default(),
            forgetting: Forgetting::default(),
            transactions: Vec::new(),
            snapshots: Vec::new(),
            changes: Changes::default(),
            begun: 0,
            aliases: Aliases::default(),
            outcome: None,
        };
        Self { common, own: Head::new(), heads: Vec::new() }
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
        let callers = self.common.clock.advance(query.timestamp())?;
        let place = if self.heads.is_empty() { None } else { self.place_beside(session, query) };
        let head = place.map_or(&mut self.own, |place| &mut self.heads[place]);
        let now = head.own_time(callers);
        let stored = |text, blob| StoredText::new(text, blob);
        // What is asked most is returned at once: measured, a reply that is copied once more is a twentieth of a GET.
        Ok(match *query {
            Query::Set { key, field, value } | Query::SetAt { key, field, value, .. } => {
                let value = stored(value, blobs.intern(value));
                return Ok(self.common.set(head, key, field, value, Lifetime::PERMANENT, now));
            }
            Query::SetAtWithTtl { key, field, value, timestamp, ttl } => {
                let cell = (key, field, stored(value, blobs.intern(value)));
                return Ok(self.common.set_with_ttl(head, cell, (timestamp, ttl), now));
            }
            Query::Get { key, field } | Query::GetAt { key, field, .. } => {
                return Ok(self.common.get::<B>(head, key, field, now));
            }
            Query::Delete { key, field } | Query::DeleteAt { key, field, .. } => {
                return Ok(self.common.delete(head, key, field, now));
            }
            Query::Scan { key } | Query::ScanAt { key, .. } => self.common.scan::<B>(head, key, "", now),
            Query::ScanByPrefix { key, prefix } | Query::ScanByPrefixAt { key, prefix, .. } => {
                self.common.scan::<B>(head, key, prefix, now)
            }
            Query::Backup { timestamp } => self.common.backup(head, timestamp, now),
            Query::Restore { timestamp, timestamp_to_restore } => {
                self.common.restore(head, timestamp, timestamp_to_restore.0)
            }
            Query::Tick { .. } => Reply::Done,
            Query::Put { key, value } => {
                let value = stored(value, blobs.intern(value));
                return Ok(self.common.set(head, key, OWN, value, Lifetime::PERMANENT, now));
            }
            Query::PutWithTtl { key, value, ttl } => {
                let cell = (key, OWN, stored(value, blobs.intern(value)));
                return Ok(self.common.set_with_ttl(head, cell, (callers, ttl), now));
            }
            Query::GetOwn { key } => return Ok(self.common.get::<B>(head, key, OWN, now)),
            Query::DeleteRecord { key } => self.common.delete_record(head, key, now),
            Query::ExistsRecord { key } => self.common.exists(head, (key, None), now),
            Query::Exists { key, field } => self.common.exists(head, (key, Some(field)), now),
            Query::Keys {} => self.common.keys(head, now),
            Query::Values {} => self.common.values::<B>(head, now),
            Query::Items {} => self.common.items::<B>(head, now),
            Query::Size {} => Common::size(head, now),
            Query::Clear {} => self.common.clear(head),
            Query::Forget { before } => self.common.forget(head, before.0),
            Query::ExpireRecord { key, ttl } => self.common.expire(head, (key, None), ttl, now),
            Query::Expire { key, field, ttl } => self.common.expire(head, (key, Some(field)), ttl, now),
            Query::TtlOfRecord { key } => self.common.ttl(head, (key, None), now),
            Query::TtlOf { key, field } => self.common.ttl(head, (key, Some(field)), now),
            Query::PersistRecord { key } => self.common.persist(head, (key, None), now),
            Query::Persist { key, field } => self.common.persist(head, (key, Some(field)), now),
            Query::Append { key, field, item } => {
                self.common.append(head, (key, field), stored(item, blobs.intern(item)), now)
            }
            Query::Find { what, how: _, ref pattern } => self.common.find(head, what, pattern, now, blobs)?,
            Query::Begin {} => self.begin(session),
            Query::Commit {} => self.commit(session, now),
            Query::Rollback {} => self.rollback(session),
            Query::Alias { .. } => Reply::Bool(self.common.aliases.learn(query)),
            Query::ResetAliases {} => {
                self.common.aliases.learn(query);
                Reply::Done
            }
            Query::Aliases {} => Reply::Aliases(
                self.common.aliases.iter().map(|(name, operation)| (name.into(), operation)).collect(),
            ),
        })
    }

    /// Moves the clock without asking for anything; under the free rule there is none to move.
    ///
    /// # Errors
    /// [`Backwards`] as for a query with this timestamp.
    pub fn tick(&mut self, now: Time) -> Result<(), Backwards> {
        self.common.clock.advance(Some(now)).map(drop)
    }

    /// The clock as it was at an earlier moment, if that is not before the last change.
    ///
    /// # Errors
    /// When that was.
    #[cfg(any(test, feature = "store"))]
    pub(crate) fn clock_at(&self, moment: Time) -> Result<Clock, Time> {
        let Common { clock, changed, .. } = self.common;
        if moment < changed { Err(changed) } else { Ok(clock.back_at(moment)) }
    }

    /// Moves the clock back to an earlier moment, where no transaction is open: to ask there what one was asked.
    /// Nothing has changed since then, so all that was live is there, also if it has died meanwhile.
    ///
    /// # Errors
    /// When something last changed, if that was later: nothing is moved then.
    #[cfg(any(test, feature = "store"))]
    pub(crate) fn go_back(&mut self, moment: Time) -> Result<(), Time> {
        debug_assert!(self.heads.is_empty(), "a transaction does not go back");
        self.common.clock = self.clock_at(moment)?;
        Ok(())
    }

    /// The other names of operations, for those who read queries.
    #[must_use]
    pub fn aliases(&self) -> &Aliases {
        &self.common.aliases
    }

    /// The logical clock: its rule and its reading.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.common.clock
    }

    /// How much the database holds, for those who watch its memory.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        let (Common { records, timeline, .. }, own) = (&self.common, &self.own);
        Sizes {
            records: records.len(),
            cells: records.cells(),
            versions: records.versions(),
            deaths: own.live.moments(),
            undo: own.undo.len(),
            backups: own.backups.len(),
            branches: timeline.branches(),
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
