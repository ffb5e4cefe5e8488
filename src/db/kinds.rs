//! What those ask who answer for other languages: see [`Kind`]. They settle what a command means before they ask it.
//!
//! Invariant: what is settled leaves this room uncommitted, so it goes where replies are held.

use super::{Committed, Database, Error, Pending, Session};
use crate::engine::{Engine, Kind, LiveCell, Page, PageOfCells, Sizes};
use crate::query::Query;
use crate::reply::Reply;
use crate::store::{HotFile, HotStore};
use crate::time::Time;

impl Database {
    /// In how many parts [`Self::keys_of_part`] walks the map of keys.
    pub const PARTS: usize = Engine::PARTS;

    /// Answers one query that is not committed yet. What `each` makes of its reply may settle what is asked next; what
    /// is told of it is held in `pending`.
    ///
    /// # Errors
    /// As [`Self::apply_pending`].
    pub fn settle<T, R>(
        &mut self,
        session: Option<&Session>,
        query: &Query<'_>,
        pending: &mut Pending<T>,
        each: impl FnOnce(&mut T, &Reply<'_>) -> R,
    ) -> Result<R, Error> {
        let held = pending.held();
        self.backend.settle(session, query, |reply| each(held, reply))
    }

    /// Stands in for a commit where one has failed: no more writes are taken then, so what was asked since then and is
    /// pending has only read. Where none has failed it would let out what may be lost: [`Database::commit`] is meant.
    pub fn commit_reads(&mut self) -> Committed<'_> {
        Committed::of(self)
    }

    /// Is all that was asked as durable as it will be, so that nothing of a reply may be lost? In memory it always is.
    #[must_use]
    pub fn is_committed(&self) -> bool {
        self.backend.is_committed()
    }

    /// What a key holds, as a session or the database's own sees it. In a transaction that counts as read.
    pub fn kind(&mut self, session: Option<&Session>, key: &str) -> Kind {
        self.backend.engine_mut().kind(session, key)
    }

    /// Does a key hold nothing, or a text in memory of no more than so many bytes, as the database's own session sees
    /// it? What is longer may have to be read from the disk.
    pub fn holds_short_text(&mut self, key: &str, most: usize) -> bool {
        self.backend.engine_mut().holds_short_text(None, key, most)
    }

    /// The live keys of a part of the map, in no order. A key is always of the same part.
    pub fn keys_of_part(&mut self, session: Option<&Session>, part: usize) -> Vec<String> {
        self.backend.engine_mut().keys_of_part(session, part)
    }

    /// The moments that can be gone back to, as a session or the database's own sees them, in order, each with how many
    /// records were live then.
    pub fn backups(&mut self, session: Option<&Session>) -> Vec<(Time, u64)> {
        self.backend.engine_mut().backups(session)
    }

    /// Commits, and hands out the files of the store as they are then; `None` in memory. They can be read while the
    /// database goes on, and a store can be opened from what is read.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn hot_files(&mut self) -> Result<Option<Vec<HotFile>>, Error> {
        self.backend.hot_files()
    }

    /// Commits, and hands out the store as it is then; `None` in memory. Another thread can look into it while the
    /// database goes on.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn hot_store(&mut self) -> Result<Option<HotStore>, Error> {
        self.backend.hot_store()
    }

    /// A page of cells as they are or, with a moment, as the latest backup taken at it or before has them; `None` if
    /// there is no such backup. Nothing changes, and no clock moves.
    ///
    /// # Errors
    /// [`Error::Store`] from a long value that cannot be read.
    pub(crate) fn page<C>(
        &mut self,
        moment: Option<Time>,
        page: Page<'_>,
        each: impl FnMut(LiveCell<'_>) -> C,
    ) -> Result<Option<PageOfCells<C>>, Error> {
        self.backend.page(moment, page, each)
    }

    /// The keys of a page's live records, so many at most, and whether there are more.
    pub(crate) fn page_of_keys(&self, page: Page<'_>) -> (Vec<&str>, bool) {
        self.backend.engine().page_of_keys(page)
    }

    /// Looks at the records of some keys that will be asked: together they come from memory in the time of one.
    pub fn look_ahead<'k>(&self, keys: impl Iterator<Item = &'k str>) {
        self.backend.engine().look_ahead(keys);
    }

    /// Gives memory of dead cells back, in so many steps at most: see [`Engine::sweep`].
    pub fn sweep(&mut self, budget: usize) {
        self.backend.engine_mut().sweep(budget);
    }

    /// Gives back what only backups held that are forgotten: see [`Engine::give_back`].
    pub fn give_back(&mut self) {
        self.backend.engine_mut().give_back();
    }

    /// How many moments can be gone back to.
    #[must_use]
    pub fn number_of_backups(&self) -> usize {
        self.backend.engine().number_of_backups()
    }

    /// How much it holds, for those who watch its memory.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        self.backend.engine().sizes()
    }
}
