//! Answers that are held until what they answer is committed.
//!
//! Invariant: what is pending comes out for a [`Committed`] alone, and while there is one nothing can be applied.

use std::fmt;
use std::marker::PhantomData;

use super::Database;

/// What was made of answers to what is not committed yet. It cannot be read before that is. It goes with one database.
///
/// This is for those who commit many queries at once, such as all that wait in a pipe:
///
/// ```
/// use rewinddb::{db::{Database, Pending}, query::Query, wire::Request};
///
/// let mut db = Database::in_memory();
/// let mut pending = Pending::new(Vec::new());
/// for query in [Query::Put { key: "A", value: "B" }, Query::Size {}] {
///     let requests = [Request::One(query)];
///     db.apply_pending(None, &requests, &mut pending, |out, _, answer| out.push(answer.to_string()))?;
/// }
/// let committed = db.commit()?;
/// assert_eq!(*pending.release(&committed), ["", "1"]);
/// # Ok::<(), rewinddb::db::Error>(())
/// ```
///
/// A `Committed` does not go for what is applied after it:
///
/// ```compile_fail,E0499
/// # use rewinddb::{db::{Database, Pending}, query::Query, wire::Request};
/// # let (mut db, mut pending) = (Database::in_memory(), Pending::new(Vec::new()));
/// # let requests = [Request::One(Query::Size {})];
/// let committed = db.commit()?;
/// db.apply_pending(None, &requests, &mut pending, |out, _, answer| out.push(answer.to_string()))?;
/// pending.release(&committed);
/// # Ok::<(), rewinddb::db::Error>(())
/// ```
#[derive(Default)]
pub struct Pending<T>(T);

impl<T> Pending<T> {
    /// Answers go into `empty`.
    pub fn new(empty: T) -> Self {
        Self(empty)
    }

    /// What was made of the answers; whoever takes them out may go on with what is left.
    pub fn release(&mut self, _committed: &Committed<'_>) -> &mut T {
        &mut self.0
    }

    /// Adds what is no answer but must come out behind those that are held.
    pub fn hold(&mut self, add: impl FnOnce(&mut T)) {
        add(&mut self.0);
    }

    /// How much is held, as `size` counts it.
    pub fn measure(&self, size: impl FnOnce(&T) -> usize) -> usize {
        size(&self.0)
    }

    pub(super) fn held(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

/// The proof that all that was applied to a database is committed; as long as it is there, nothing else is applied.
#[derive(Debug)]
pub struct Committed<'d>(PhantomData<&'d mut Database>);

impl<'d> Committed<'d> {
    pub(super) fn of(_database: &'d mut Database) -> Self {
        Self(PhantomData)
    }
}
