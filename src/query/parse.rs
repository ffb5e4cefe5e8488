//! From words to a [`Query`], and back.

use std::borrow::Cow;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use indexmap::IndexMap;

use super::mistake::Brief;
use super::pattern::How;
use super::word::{BadNumber, BadWord, FromWord, Part, number};
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
        let of_text = row.words.iter().filter(|word| !word.kind.is_number()).count();
        if texts.len() != of_text || numbers.len() != row.words.len() - of_text {
            return None;
        }
        (row.read)(&mut Cursor { texts, numbers: Some(numbers), read: 0, how: How::default() }).ok()
    }

    /// The words that parse to this query, the operation's name first.
    #[must_use]
    pub fn words(&self) -> Vec<Cow<'a, str>> {
        let mut words = vec![Cow::Borrowed(self.row().name)];
        self.each_part(|_, part| {
            words.push(match part {
                Part::Text(text) => Cow::Borrowed(text),
                Part::Number(number) => Cow::Owned(number.to_string()),
            });
        });
        words
    }
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
