//! The front door: a database in memory or on disk, with a method for each operation and for words.
//!
//! Invariants: no reply leaves this room before what it answers, and all that it may have seen, is committed; a
//! refused call changes nothing; the methods are thin, so that each answers as its query does.
//!
//! ```text
//!   set, get, scan … ─┐                     ┌─ Engine   in memory
//!   query(words) ─────┼─► one group ─► Backend ┤
//!   apply, apply_all ─┘                     └─ Store    on disk too; committed, then answered
//!   apply_pending ── replies held ─► commit ─► released
//! ```

mod answer;
mod ask;
mod backend;
mod entries;
mod error;
#[cfg(feature = "serve")]
mod kinds;
mod opening;
mod pending;
mod session;
mod stats;
mod typed;

pub use crate::engine::Session;
#[cfg(feature = "serve")]
pub use crate::engine::{Kind, Sizes};
#[cfg(feature = "serve")]
pub(crate) use crate::engine::{LiveCell, Page, PageOfCells};
pub use answer::{Cell, Remaining};
pub use entries::Entries;
pub use error::{CommitError, Error};
pub use pending::{Committed, Pending};
pub use session::InSession;
pub use stats::{DatabaseStats, UncountedStats};

use std::fmt;

use crate::engine::Engine;
use crate::query::Aliases;
#[cfg(feature = "store")]
use crate::store::Store;
use crate::time::{Clock, ClockRule, Time};
use crate::wire::{Answer, Request};
use backend::Backend;

/// A database, in memory or on disk.
///
/// It has one owner, and may be sent to another thread. Every method that asks it something commits what it writes
/// before it returns: on disk that is as durable then as [`SyncPolicy`](crate::store::SyncPolicy) says. To commit
/// many queries together, ask them in one call ([`Self::apply_all`]), in a transaction ([`Self::in_session`]), or
/// hold the replies ([`Self::apply_pending`]).
///
/// ```
/// use rewinddb::db::Database;
///
/// let mut db = Database::in_memory();
/// db.set_at_with_ttl("user", "token", "x7", 1, 10)?;
/// assert_eq!(db.backup(3)?, 1);
/// db.restore(10, 3)?; // the token had 8 ms left at 3, so it has 8 left from 10 on
/// assert_eq!(db.get_at("user", "token", 17)?.as_deref(), Some("x7"));
/// assert_eq!(db.get_at("user", "token", 18)?, None);
/// # Ok::<(), rewinddb::db::Error>(())
/// ```
///
/// Dropping it closes it, as [`Self::close`] does; that one also returns what went wrong.
pub struct Database {
    backend: Backend,
}

impl Database {
    /// Answers requests as one group that is not committed yet. What `each` makes of the answers is held in `pending`,
    /// which gives it out for a [`Committed`]: see [`Self::commit`].
    ///
    /// # Errors
    /// As [`Self::apply_all`], but that nothing is committed.
    pub fn apply_pending<T>(
        &mut self,
        session: Option<&Session>,
        requests: &[Request<'_>],
        pending: &mut Pending<T>,
        mut each: impl FnMut(&mut T, &Request<'_>, &Answer<'_>),
    ) -> Result<(), Error> {
        let held = pending.held();
        self.backend.apply(session, requests, false, |request, answer| each(held, request, answer))
    }

    /// Commits what was applied. Returns the proof that [`Pending`] asks for; as long as it is there, nothing
    /// else can be applied.
    ///
    /// # Errors
    /// [`Error::Store`]. What was applied since the last commit is seen by later queries but may be lost with the
    /// power; no more writes are taken. What is pending is never given out then.
    pub fn commit(&mut self) -> Result<Committed<'_>, Error> {
        self.backend.commit()?;
        Ok(Committed::of(self))
    }

    /// Somebody who asks this database, and may have a transaction open there. Whatever is open is rolled back when
    /// the session is dropped.
    #[must_use]
    pub fn session(&self) -> Session {
        Session::new()
    }

    /// The database as a session sees it, with the same methods. Any number of sessions may have a transaction open
    /// at once.
    ///
    /// ```
    /// use rewinddb::db::{CommitError, Database};
    ///
    /// let mut db = Database::in_memory();
    /// let (alice, bob) = (db.session(), db.session());
    /// db.put("seats", "1")?;
    /// db.in_session(&alice).begin()?;
    /// db.in_session(&bob).begin()?;
    /// db.in_session(&alice).put("seats", "0")?;
    /// assert_eq!(db.in_session(&bob).get_own("seats")?.as_deref(), Some("1")); // not yet
    /// db.in_session(&alice).commit()?;
    /// db.in_session(&bob).put("seats", "0")?;
    /// assert!(matches!(db.in_session(&bob).commit(), Err(CommitError::Conflict)));
    /// # Ok::<(), rewinddb::db::Error>(())
    /// ```
    pub fn in_session<'d>(&'d mut self, session: &'d Session) -> InSession<'d> {
        InSession::new(self, session)
    }

    /// Has the session, or with `None` the database's own, a transaction open?
    #[must_use]
    pub fn is_in_transaction(&self, session: Option<&Session>) -> bool {
        self.backend.is_in_transaction(session)
    }

    /// The logical clock: its rule and its reading.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.backend.clock()
    }

    /// Moves the clock because time has passed and not because somebody asks, as TICK does: to what a clock of the
    /// machine reads. On disk nothing is written for it by itself; it is said with the next write, or at the close.
    /// So whoever moves the clock like this does so first of all when the database is opened anew: after a crash it
    /// reads what was written last, and the machine's clock has gone on.
    ///
    /// ```
    /// # use rewinddb::db::Database;
    /// let mut db = Database::in_memory();
    /// db.put_with_ttl("token", "x7", 10)?;
    /// db.pass_time(10)?;
    /// assert_eq!(db.get_own("token")?, None);
    /// # Ok::<(), rewinddb::db::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Backwards`] if that is earlier than what the clock reads.
    pub fn pass_time(&mut self, now: impl Into<Time>) -> Result<(), Error> {
        Ok(self.backend.pass_time(now.into())?)
    }

    /// The largest timestamp seen; always 0 under the free rule.
    #[must_use]
    pub fn now(&self) -> Time {
        self.clock().now()
    }

    /// What timestamps may do here.
    #[must_use]
    pub fn clock_rule(&self) -> ClockRule {
        self.clock().rule()
    }

    /// The other names that operations were given.
    #[must_use]
    pub fn aliases(&self) -> &Aliases {
        self.backend.aliases()
    }

    /// The key and the field of every live cell, in byte order of keys and then fields.
    #[must_use]
    pub fn names(&self) -> Vec<(&str, &str)> {
        self.backend.names()
    }

    /// What the database holds. All cells are walked.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn stats(&mut self) -> Result<DatabaseStats, Error> {
        Ok(self.uncounted_stats()?.count())
    }

    /// The same, to be counted in another thread while the database goes on.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn uncounted_stats(&mut self) -> Result<UncountedStats, Error> {
        self.backend.uncounted_stats()
    }

    /// Replaces the log so far by a snapshot of what can still be seen. In memory there is nothing to do.
    ///
    /// # Errors
    /// [`Error::Store`]; what was there is there still.
    pub fn compact(&mut self) -> Result<(), Error> {
        self.backend.compact()
    }

    /// Waits for a compaction in the background.
    ///
    /// # Errors
    /// [`Error::Store`]: why it has failed. The database goes on: the log has all that the snapshot would have.
    pub fn finish_compaction(&mut self) -> Result<(), Error> {
        self.backend.finish_compaction()
    }

    /// A copy in memory alone, with every value and all backups, but without the transactions that are open. All
    /// cells are walked.
    ///
    /// # Errors
    /// [`Error::Store`] from a long value that cannot be read.
    pub fn copy_in_memory(&mut self) -> Result<Engine, Error> {
        self.backend.copy_in_memory()
    }

    /// The store, to look at; `None` in memory.
    #[cfg(feature = "store")]
    #[must_use]
    pub fn store(&self) -> Option<&Store> {
        self.backend.store()
    }

    /// Makes everything durable and gives the directory back; a compaction in the background is waited for.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn close(self) -> Result<(), Error> {
        self.backend.close()
    }

    /// The same where the process ends: to give a million cells back one by one would only take time.
    #[cfg(feature = "cli")]
    pub(crate) fn close_at_exit(self) -> Result<(), Error> {
        self.backend.close_at_exit()
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut database = f.debug_struct("Database");
        database.field("now", &self.now());
        #[cfg(feature = "store")]
        database.field("store", &self.store());
        database.finish_non_exhaustive()
    }
}
