//! The store: a database that is on disk too, as a log of what was asked and snapshots of what came of it.
//!
//! Invariants: what was committed survives a crash of the process always, and a loss of power as the sync policy says;
//! a group is on disk whole or not at all; a file that is not as it was written is noticed and never read as
//! something else; what is in memory is what the files say.
//!
//! ```text
//!   queries ─► group ─► frame ─► segment of the log        what was asked; first on disk, then in memory
//!                                    │ replay
//!                                    ▼
//!              Engine ◄───────── recovery ◄── snapshot      the state that the log had come to
//! ```
//!
//! The files, in the order to read them: `disk` (the file system as a store sees it), `frame` (how a message lies
//! in a file), `message` (what messages there are), `data_file`, `aside` and `listing` (the files of a directory),
//! `numbering` and `group` (queries on disk), `blob_store` (values that stay there); writing: `apply` (the
//! database, and what it asks of a journal), `journal`, `log`, `tail`, `flusher`, `watermark`; reading: `replay`,
//! `recovery`, `opening`; `snapshot`, and `compaction`; for those who look: `stats`, `view`, `hot` and
//! `hot_disk` (beside a store in use), `verify`, `repair`, `check`. The format byte by byte is in `store/FORMAT.md`.

mod apply;
mod aside;
mod blob_store;
mod check;
mod compaction;
mod data_file;
mod disk;
mod error;
mod flusher;
mod frame;
mod group;
mod hot;
mod hot_disk;
mod journal;
mod listing;
mod log;
mod message;
mod numbering;
mod opening;
mod options;
mod recovery;
mod repair;
mod replay;
mod snapshot;
mod stats;
mod tail;
mod verify;
mod view;
mod watermark;

pub use blob_store::CacheStats;
pub use compaction::Compactions;
pub use disk::{Disk, DiskFault, DiskFile, FileId, LockKind, Names, PowerLoss, RealDisk, SimulatedDisk};
pub use error::{Damage, Error};
pub use hot::{HotFile, HotStore};
pub use options::{BadOption, ByteSize, CacheMax, Encoding, Options, SyncPolicy};
pub use recovery::TornEnd;
pub use repair::{Repair, repair};
pub use replay::Until;
pub use stats::{Stats, UncountedStats};
pub use verify::{Verification, verify};
pub use view::{StoreView, cat};

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use crate::engine::{Engine, Session};
#[cfg(feature = "serve")]
use crate::engine::{LiveCell, Page, PageOfCells};
use crate::query::{Aliases, Query};
use crate::reply::Reply;
use crate::time::{Backwards, Clock, Time};
use apply::{Core, Each};
use compaction::Compaction;
use journal::Journal;
use log::Log;
use snapshot::Size;

/// A database that is on disk too. Dropping it closes it; [`Store::close`] also reports what went wrong then.
///
/// ```
/// use std::sync::Arc;
/// use rewinddb::{query::Query, store::{Options, SimulatedDisk, Store}};
///
/// let disk = Arc::new(SimulatedDisk::new());
/// let mut store = Store::open(disk.clone(), Options::default())?;
/// store.apply(&[Query::Set { key: "A", field: "B", value: "C" }], |_, _| {})?;
/// store.commit()?;
/// store.close()?;
///
/// let mut store = Store::open(disk, Options::default())?;
/// store.apply(&[Query::Get { key: "A", field: "B" }], |_, reply| assert_eq!(reply.to_string(), "C"))?;
/// # Ok::<(), rewinddb::store::Error>(())
/// ```
pub struct Store {
    core: Core,
    log: Log,
    options: Options,
    snapshot: Option<Size>,
    compaction: Option<Compaction>,
    compactions: Compactions,
    /// How far the log may grow until a compaction is thought of.
    compact_at: u64,
    compaction_failure: Option<String>,
    torn: Option<TornEnd>,
    disk: Arc<dyn Disk>,
    closed: bool,
    lock: Option<Box<dyn Send + Sync>>,
}

/// How far a group has come when its replies are handed on.
#[derive(Clone, Copy)]
enum GroupState {
    Appended,
    Written,
    Committed,
}

impl Store {
    /// The logical clock: its rule and its reading.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.core.engine.clock()
    }

    /// Moves the clock because time has passed, and not because somebody asks. Nothing is written: it is said with
    /// the next write, or at the close.
    ///
    /// # Errors
    /// [`Backwards`] if that is earlier than what the clock reads.
    pub fn pass_time(&mut self, now: Time) -> Result<(), Backwards> {
        self.core.engine.tick(now)
    }

    /// The other names of operations, for those who read queries.
    #[must_use]
    pub fn aliases(&self) -> &Aliases {
        self.core.engine.aliases()
    }

    /// Has a session, or with `None` the store's own, a transaction open?
    #[must_use]
    pub fn is_in_transaction(&self, session: Option<&Session>) -> bool {
        self.core.engine.transaction_of(session).is_some()
    }

    /// The number of the last group of the log.
    #[must_use]
    pub fn last_group(&self) -> u64 {
        self.log.tail.last_group().sequence
    }

    /// What the store holds. All cells are walked.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn stats(&mut self) -> Result<Stats, Error> {
        Ok(self.uncounted_stats()?.count())
    }

    /// The same, to be counted in another thread while the store goes on.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn uncounted_stats(&mut self) -> Result<UncountedStats, Error> {
        let (last_group, tail) = (self.last_group(), Some(&self.log.tail));
        let blobs = &self.core.blobs;
        let mut stats = UncountedStats::of(&*self.disk, &mut self.core.engine, blobs, last_group, tail)?;
        stats.known.compaction_failure.clone_from(&self.compaction_failure);
        stats.known.rotation_failure.clone_from(&self.log.rotation_failure);
        Ok(stats)
    }

    /// Why the log could not go on in a new segment when that was last tried, if so. It goes on in the one it has.
    #[must_use]
    pub fn rotation_failure(&self) -> Option<&str> {
        self.log.rotation_failure.as_deref()
    }

    /// Applies queries as one group (what ends a transaction of an earlier call is one of its own): first to the
    /// log, then to the database; each reply is handed on. It survives a crash of the process from then on;
    /// [`Self::commit`] makes it durable.
    ///
    /// Reads leave nothing in the log, unless they have moved the clock: that it was moved is part of the group.
    ///
    /// # Errors
    /// [`Error::Backwards`], [`Error::TooLarge`], [`Error::Stopped`], or [`Error::Disk`] from the log: none of the
    /// group's queries has taken effect then. After an error from reading a value that stays on disk no reply is
    /// handed on any more, but all of the group takes effect.
    pub fn apply(
        &mut self,
        queries: &[Query<'_>],
        mut each: impl FnMut(&Query<'_>, &Reply<'_>),
    ) -> Result<(), Error> {
        self.apply_group(None, queries, GroupState::Written, &mut each)
    }

    /// The same for a session. A transaction may stay open from call to call: what it writes is in the log, as a group
    /// of its own, from its COMMIT on.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn apply_in(
        &mut self,
        session: &Session,
        queries: &[Query<'_>],
        mut each: impl FnMut(&Query<'_>, &Reply<'_>),
    ) -> Result<(), Error> {
        self.apply_group(Some(session), queries, GroupState::Written, &mut each)
    }

    /// Applies queries of a session, or of the store's own, as one group that the next commit writes: who holds the
    /// replies until then has one write for many groups.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub(crate) fn apply_pending(
        &mut self,
        session: Option<&Session>,
        queries: &[Query<'_>],
        mut each: impl FnMut(&Query<'_>, &Reply<'_>),
    ) -> Result<(), Error> {
        self.apply_group(session, queries, GroupState::Appended, &mut each)
    }

    /// Applies queries as one group that is committed before the first reply is handed on.
    ///
    /// # Errors
    /// As [`Self::apply`], and as [`Self::commit`]: none of the queries has taken effect in memory then, but they may
    /// have on disk.
    pub fn apply_committed(
        &mut self,
        queries: &[Query<'_>],
        mut each: impl FnMut(&Query<'_>, &Reply<'_>),
    ) -> Result<(), Error> {
        self.apply_group(None, queries, GroupState::Committed, &mut each)?;
        self.look_after_compaction();
        Ok(())
    }

    /// The same for a session. What it writes in a transaction is committed with its COMMIT.
    ///
    /// # Errors
    /// As [`Self::apply_committed`].
    pub fn apply_committed_in(
        &mut self,
        session: &Session,
        queries: &[Query<'_>],
        mut each: impl FnMut(&Query<'_>, &Reply<'_>),
    ) -> Result<(), Error> {
        self.apply_group(Some(session), queries, GroupState::Committed, &mut each)?;
        self.look_after_compaction();
        Ok(())
    }

    /// The same database in memory alone: with every value, backups included. All cells are walked.
    ///
    /// # Errors
    /// [`Error::Disk`] from a value that stays on disk.
    pub fn in_memory(&mut self) -> Result<Engine, Error> {
        Core::in_memory(&mut self.core.engine, &mut self.core.blobs)
    }

    /// The database that the log feeds.
    #[cfg(feature = "serve")]
    pub(crate) fn engine(&self) -> &Engine {
        &self.core.engine
    }

    /// The same, for what the log need not have: no query that writes.
    #[cfg(feature = "serve")]
    pub(crate) fn engine_mut(&mut self) -> &mut Engine {
        &mut self.core.engine
    }

    /// A page of cells as they are or, with a moment, as the latest backup taken at it or before has them; `None` if
    /// there is no such backup.
    ///
    /// # Errors
    /// [`Error::Disk`] or [`Error::Damaged`] from a value that stays on disk.
    #[cfg(feature = "serve")]
    pub(crate) fn page<C>(
        &mut self,
        moment: Option<Time>,
        page: Page<'_>,
        each: impl FnMut(LiveCell<'_>) -> C,
    ) -> Result<Option<PageOfCells<C>>, Error> {
        let blobs = &mut self.core.blobs;
        self.core.engine.try_page(moment, page, |stored| blobs.value(stored), each)
    }

    /// The key and the field of every live cell, in byte order of keys and then fields.
    #[must_use]
    pub fn names(&self) -> Vec<(&str, &str)> {
        let Ok(cells) = self.core.engine.try_cells(|_| Ok::<_, Infallible>(()));
        cells.into_iter().map(|cell| (cell.key, cell.field)).collect()
    }

    /// Makes what was applied as durable as the sync policy promises.
    ///
    /// # Errors
    /// [`Error::Disk`] or [`Error::Stopped`]: what was applied since the last commit may be lost with the power, and
    /// the store takes no more writes.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.log.commit()?;
        self.look_after_compaction();
        Ok(())
    }

    /// Is all that was applied as durable as the sync policy promises?
    #[cfg(feature = "serve")]
    pub(crate) fn is_committed(&self) -> bool {
        self.log.is_committed()
    }

    /// Makes everything durable and gives the directory back.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn close(mut self) -> Result<(), Error> {
        self.end()
    }

    /// The same where the process ends: its memory is left to the system as a whole, and all else is given back.
    ///
    /// # Errors
    /// As [`Self::commit`].
    #[cfg(feature = "cli")]
    pub(crate) fn close_at_exit(mut self) -> Result<(), Error> {
        let ended = self.end();
        let rule = self.clock().rule();
        std::mem::forget(std::mem::replace(&mut self.core.engine, Engine::new(rule)));
        ended
    }

    fn end(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.closed, true) {
            return Ok(());
        }
        // The log has all that a snapshot would have.
        let _ = self.finish_snapshot();
        self.log.check()?;
        if let Some(group) = self.core.last_move() {
            self.log.submit(group)?;
        }
        self.log.close()
    }

    fn apply_group(
        &mut self,
        session: Option<&Session>,
        queries: &[Query<'_>],
        state: GroupState,
        each: &mut Each<'_>,
    ) -> Result<(), Error> {
        let settle = |log: &mut Log, is_submitted: bool| match state {
            GroupState::Appended => Ok(()),
            GroupState::Written => log.write(),
            // Reads are answered even where nothing is written any more.
            GroupState::Committed => {
                if is_submitted || log.check().is_ok() {
                    log.commit()
                } else {
                    Ok(())
                }
            }
        };
        self.core.apply(&mut self.log, (session, queries), settle, each)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { disk, options, log, .. } = self;
        f.debug_struct("Store").field("disk", disk).field("options", options).field("log", log).finish()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Whoever wants to know what goes wrong here calls `close`.
        let _ = self.end();
        self.lock = None;
    }
}

#[cfg(test)]
#[cfg(feature = "cli")]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_closes_at_exit_has_everything_on_disk_and_gives_the_directory_back() {
        let disk = Arc::new(SimulatedDisk::new());
        let mut store = Store::open(disk.clone(), Options::default()).expect("it opens");
        let moved = [Query::SetAt { key: "A", field: "B", value: "C", timestamp: crate::time::Time(7) }];
        store.apply(&moved, |_, _| {}).expect("it writes");
        store.apply(&[Query::tick(crate::time::Time(9))], |_, _| {}).expect("it moves its clock");
        store.close_at_exit().expect("it closes");
        let mut store = Store::open(disk, Options::default()).expect("nobody has the directory");
        assert_eq!(store.clock().now(), crate::time::Time(9));
        let get = [Query::Get { key: "A", field: "B" }];
        store.apply(&get, |_, reply| assert_eq!(reply.to_string(), "C")).expect("it reads");
    }
}
