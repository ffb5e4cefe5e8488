//! From words to a [`Query`].

use std::sync::LazyLock;

use foldhash::fast::FixedState;
use indexmap::IndexMap;

use super::mistake::Brief;
use super::word::{BadNumber, FromWord};
use super::{Level, Mistake, OPERATIONS, Query, Row};

/// The rows of each operation's name, in the order of the table.
static ROWS_BY_NAME: LazyLock<IndexMap<&'static str, Vec<&'static Row>, FixedState>> = LazyLock::new(|| {
    let mut rows: IndexMap<_, Vec<_>, _> = IndexMap::default();
    for row in OPERATIONS {
        rows.entry(row.name).or_default().push(row);
    }
    rows
});

impl Row {
    /// The rows of an operation: one for each number of words it takes; none if there is no such operation.
    #[must_use]
    pub fn named(name: &str) -> &'static [&'static Self] {
        ROWS_BY_NAME.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names of all operations, in the order of the table.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ROWS_BY_NAME.keys().copied()
    }
}

impl<'a> Query<'a> {
    /// Reads the words of a query, the operation's name first.
    ///
    /// # Errors
    /// The first [`Mistake`] in it. An operation above `level` is one.
    pub fn parse(words: &[&'a str], level: Level) -> Result<Self, Mistake> {
        let (name, words) = words.split_first().ok_or(Mistake::NoOperation)?;
        let rows = Row::named(name);
        if rows.is_empty() {
            return Err(Mistake::unknown_operation(name));
        }
        let row = rows.iter().find(|row| row.words.len() == words.len());
        let row = row.ok_or(Mistake::WordCount { rows, given: words.len() })?;
        if row.level > level {
            return Err(Mistake::AboveLevel { row, level });
        }
        let mut cursor = Cursor { words, read: 0 };
        (row.read)(&mut cursor).map_err(|why| {
            let place = cursor.read - 1;
            let given = Brief(words[place]).to_string();
            Mistake::BadNumber { row, place, given, why }
        })
    }
}

/// Reads words one after the other, each as its type asks.
pub(super) struct Cursor<'w, 'a> {
    words: &'w [&'a str],
    read: usize,
}

impl<'a> Cursor<'_, 'a> {
    /// Reads the next word. The row's number of words has been compared with what is there before.
    pub(super) fn read<T: FromWord<'a>>(&mut self) -> Result<T, BadNumber> {
        let word = self.words[self.read];
        self.read += 1;
        T::read(word)
    }
}
