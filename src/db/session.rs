//! A database as one of its sessions sees it.

use super::ask::Ask;
use super::backend::Backend;
use super::{CommitError, Database, Error, Session};
use crate::query::Query;

/// A database as a session sees it: see [`Database::in_session`].
///
/// What a transaction writes is seen by its session alone until it is committed; what it sees is the database as it
/// was when it began, but for what it writes itself, and for time, which is the database's.
#[derive(Debug)]
pub struct InSession<'d> {
    database: &'d mut Database,
    session: &'d Session,
}

impl<'d> InSession<'d> {
    pub(super) fn new(database: &'d mut Database, session: &'d Session) -> Self {
        Self { database, session }
    }

    /// Begins a transaction; `false` if the session has one open.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn begin(&mut self) -> Result<bool, Error> {
        self.ask(&Query::Begin {})
    }

    /// Ends the transaction: what it has written takes effect as one.
    ///
    /// # Errors
    /// [`CommitError`]: nothing takes effect.
    pub fn commit(&mut self) -> Result<(), CommitError> {
        if !self.is_in_transaction() {
            return Err(CommitError::NoTransaction);
        }
        if self.ask(&Query::Commit {})? { Ok(()) } else { Err(CommitError::Conflict) }
    }

    /// Ends the transaction: what it has written, backups too, is as if it had never been. `false` if there is none.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn rollback(&mut self) -> Result<bool, Error> {
        self.ask(&Query::Rollback {})
    }

    /// Has the session a transaction open?
    #[must_use]
    pub fn is_in_transaction(&self) -> bool {
        self.database.is_in_transaction(Some(self.session))
    }
}

impl Ask for InSession<'_> {
    fn parts(&mut self) -> (&mut Backend, Option<&Session>) {
        (&mut self.database.backend, Some(self.session))
    }
}
