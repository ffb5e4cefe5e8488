//! What a scan or a listing returns.

use std::fmt;
use std::iter::FusedIterator;
use std::vec;

/// What a scan or a listing has found, in order.
///
/// It is what was there when it was asked for, and borrows nothing: the database may be written to while one goes
/// through it.
///
/// ```
/// # use rewinddb::db::Database;
/// let mut db = Database::in_memory();
/// db.set("user", "name", "Ada")?;
/// db.set("user", "token", "x7")?;
/// for (field, value) in db.scan("user")? {
///     db.set("copy", &field, &value)?;
/// }
/// assert_eq!(db.scan("copy")?.len(), 2);
/// # Ok::<(), rewinddb::db::Error>(())
/// ```
#[derive(Clone)]
pub struct Entries<T>(vec::IntoIter<T>);

impl<T> FromIterator<T> for Entries<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        Self(entries.into_iter().collect::<Vec<_>>().into_iter())
    }
}

impl<T> Iterator for Entries<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for Entries<T> {
    fn next_back(&mut self) -> Option<T> {
        self.0.next_back()
    }
}

impl<T> ExactSizeIterator for Entries<T> {}

impl<T> FusedIterator for Entries<T> {}

impl<T: fmt::Debug> fmt::Debug for Entries<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.as_slice()).finish()
    }
}
