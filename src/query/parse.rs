//! From words to a [`Query`], and back.

use std::borrow::Cow;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use indexmap::IndexMap;

use super::mistake::Brief;
use super::pattern::How;
use super::word::{BadNumber, BadWord, FromWord, Part};
use super::{Access, Aliases, Level, Mistake, OPERATIONS, Queries, Query, Row};
use crate::time::number;

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
        Self::of_rows(rows, words, level)
    }

    /// The same with arrays among the words, and with names of operations that are not their own.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_raw(spoken: &RawQuery<'a>, aliases: &Aliases, level: Level) -> Result<Self, Mistake> {
        let Some(name) = spoken.words.first().filter(|_| spoken.arrays.is_empty()) else {
            return Self::parse_arrays(spoken, aliases, level);
        };
        let rows = Row::named(name);
        if rows.is_empty() {
            return Self::parse_aliased(name, aliases, |rows| Self::of_rows(rows, &spoken.words[1..], level));
        }
        Self::of_rows(rows, &spoken.words[1..], level)
    }

    /// Reads a query whose operation has another name.
    #[cold]
    fn parse_aliased(
        name: &str,
        aliases: &Aliases,
        parse: impl FnOnce(&'static [&'static Row]) -> Result<Self, Mistake>,
    ) -> Result<Self, Mistake> {
        let Some(operation) = aliases.operation(name) else { return Err(Mistake::unknown_operation(name)) };
        let alias = || Brief(name).to_string();
        parse(Row::named(operation)).map_err(|mistake| Mistake::Aliased {
            alias: alias(),
            operation,
            mistake: Box::new(mistake),
        })
    }

    /// Reads a query with arrays among its words.
    #[cold]
    fn parse_arrays(spoken: &RawQuery<'a>, aliases: &Aliases, level: Level) -> Result<Self, Mistake> {
        let Some((place, _)) = spoken.arrays.first() else { return Err(Mistake::NoOperation) };
        let Some(name) = spoken.words.first().filter(|_| *place > 0) else {
            return Err(Mistake::Array { row: None, place: 0 });
        };
        let parse = |rows: &'static [&'static Row]| {
            let row = rows[0];
            if row.access != Access::Each {
                return Err(Mistake::Array { row: Some(row), place: *place });
            }
            if row.level > level {
                return Err(Mistake::AboveLevel { row, level });
            }
            if let Some(text) = spoken.words.get(1) {
                // The first place that no array has.
                let place = (1..).zip(&spoken.arrays).find(|(place, (taken, _))| place != taken);
                let place = place.map_or(1 + spoken.arrays.len(), |(place, _)| place);
                return Err(Mistake::NoArray { row, place, given: Brief(text).to_string() });
            }
            let queries = spoken.arrays.iter().map(|(place, words)| {
                let words = RawQuery { words: words.clone(), arrays: Vec::new() };
                let within = |mistake| Mistake::Within { place: *place, mistake: Box::new(mistake) };
                let query = Self::parse_raw(&words, aliases, level).map_err(within)?;
                match query.row().access {
                    Access::Read | Access::Write if query.row().level < row.level => Ok(query),
                    _ => Err(within(Mistake::NotWithin { row, within: query.row() })),
                }
            });
            Ok(Self::Batch { queries: Queries::new(queries.collect::<Result<_, _>>()?) })
        };
        match Row::named(name) {
            [] => Self::parse_aliased(name, aliases, parse),
            rows => parse(rows),
        }
    }

    /// Reads the words after the name of an operation that has these rows.
    #[inline]
    fn of_rows(rows: &'static [&'static Row], words: &[&'a str], level: Level) -> Result<Self, Mistake> {
        let row = rows.iter().find(|row| row.words.len() == words.len() || row.access == Access::Each);
        let Some(row) = row else { return Err(Mistake::WordCount { rows, given: words.len() }) };
        if row.level > level {
            return Err(Mistake::AboveLevel { row, level });
        }
        // It may be of no queries at all.
        if let (Access::Each, Some(word)) = (row.access, words.first()) {
            return Err(Mistake::NoArray { row, place: 1, given: Brief(word).to_string() });
        }
        let mut cursor = Cursor { texts: words, numbers: None, read: 0, how: How::default() };
        (row.read)(&mut cursor).map_err(|why| {
            let place = cursor.read - 1;
            let given = Brief(words[place]).to_string();
            Mistake::BadWord { row, place, given, why }
        })
    }

    /// The query of a row whose words are these, texts and numbers each in order; `None` if there are more or fewer
    /// than the row has.
    #[must_use]
    pub fn from_parts(row: &Row, texts: &[&'a str], numbers: &[u64]) -> Option<Self> {
        if row.access == Access::Each {
            return None;
        }
        let of_text = row.words.iter().filter(|word| !word.kind.is_number()).count();
        if texts.len() != of_text || numbers.len() != row.words.len() - of_text {
            return None;
        }
        (row.read)(&mut Cursor { texts, numbers: Some(numbers), read: 0, how: How::default() }).ok()
    }

    /// The words that parse to this query, the operation's name first; those of queries in it are with [`Self::asked`].
    #[must_use]
    pub fn words(&self) -> Vec<Cow<'a, str>> {
        let mut words = vec![Cow::Borrowed(self.row().name)];
        if self.row().access == Access::Each {
            return words;
        }
        self.each_part(|_, part| {
            words.push(match part {
                Part::Text(text) => Cow::Borrowed(text),
                Part::Number(number) => Cow::Owned(number.to_string()),
            });
        });
        words
    }
}

/// A query as it is given: words and, where queries stand in it, arrays of words.
#[derive(Clone, Debug, Default)]
pub struct RawQuery<'a> {
    /// The words.
    pub words: Vec<&'a str>,
    /// The arrays with their places among all words and arrays, from 0.
    pub arrays: Vec<(usize, Vec<&'a str>)>,
}

/// Reads words one after the other, each as its type asks.
pub(super) struct Cursor<'w, 'a> {
    texts: &'w [&'a str],
    /// What the numbers among the words are, where that is known; else they stand among the texts as digits.
    numbers: Option<&'w [u64]>,
    /// How many texts were read.
    read: usize,
    /// How a pattern is meant that comes next.
    pub(super) how: How,
}

impl<'a> Cursor<'_, 'a> {
    /// Reads the next word. The row's number of words has been compared with what is there before.
    pub(super) fn read<T: FromWord<'a>>(&mut self) -> Result<T, BadWord> {
        T::read(self)
    }

    /// Reads a text.
    pub(super) fn text(&mut self) -> &'a str {
        let text = self.texts[self.read];
        self.read += 1;
        text
    }

    /// Reads a number.
    pub(super) fn number(&mut self) -> Result<u64, BadNumber> {
        let Some(numbers) = self.numbers else { return number(self.text()) };
        let (first, rest) = numbers.split_first().ok_or(BadNumber::Empty)?;
        self.numbers = Some(rest);
        Ok(*first)
    }
}
