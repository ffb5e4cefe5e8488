//! The kinds of word that an operation takes: how each is read from text and written back.

use std::fmt;

use super::Query;
use super::parse::Cursor;
use super::pattern::{BadPattern, How, Pattern, Sought};
pub use crate::time::BadNumber;
use crate::time::{Time, Ttl};

/// What a word stands for, as help and documents name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// Any text.
    Text,
    /// When the operation happens, in milliseconds.
    Timestamp,
    /// Another number of milliseconds.
    Milliseconds,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A text that is made ready to be matched with others.
    Pattern,
    /// Any number of queries, each an array of words.
    Queries,
}

impl WordKind {
    /// Is it a number? What is none is kept as text.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Timestamp | Self::Milliseconds)
    }
}

/// A word of an operation: its name and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The name, as in `key`.
    pub name: &'static str,
    /// What it stands for.
    pub kind: WordKind,
}

impl Word {
    /// Is this the value that a cell is given, or an item of it? It may be long, so a store may keep it apart.
    #[must_use]
    pub fn is_value(&self) -> bool {
        matches!(self.name, "value" | "item")
    }
}

/// A word as what it is: a text, or the number that its digits stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A text.
    Text(&'a str),
    /// A number.
    Number(u64),
}

/// A moment that an operation names without happening at it: it does not move the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestorePoint(pub Time);

/// A type that one word of a query is read into.
pub(super) trait FromWord<'a>: Sized {
    /// What the word stands for.
    const KIND: WordKind;

    /// Reads the next word.
    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord>;

    /// What it is; reading that again gives the same.
    fn part(&self) -> Part<'a>;

    /// The moment at which the query happens, if this is the word that tells it.
    fn timestamp(&self) -> Option<Time> {
        None
    }

    /// The key of the record that the query is about, if this is the word that tells it.
    fn key(&self, _name: &str) -> Option<&'a str> {
        None
    }
}

impl<'a> FromWord<'a> for &'a str {
    const KIND: WordKind = WordKind::Text;

    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        Ok(words.text())
    }

    fn part(&self) -> Part<'a> {
        Part::Text(self)
    }

    fn key(&self, name: &str) -> Option<&'a str> {
        (name == "key").then_some(self)
    }
}

/// Queries that one asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queries<'a>(Vec<Query<'a>>);

impl<'a> Queries<'a> {
    pub(super) fn new(queries: Vec<Query<'a>>) -> Self {
        Self(queries)
    }

    /// All of them, in order.
    #[must_use]
    pub fn all(&self) -> &[Query<'a>] {
        &self.0
    }
}

impl<'a> FromWord<'a> for Queries<'a> {
    const KIND: WordKind = WordKind::Queries;

    fn read(_: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        // Where there are any, they were read before.
        Ok(Self(Vec::new()))
    }

    fn part(&self) -> Part<'a> {
        // What is in it has words of its own.
        Part::Text("")
    }
}

impl<'a> FromWord<'a> for Time {
    const KIND: WordKind = WordKind::Timestamp;

    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        Ok(Self(words.number()?))
    }

    fn part(&self) -> Part<'a> {
        Part::Number(self.0)
    }

    fn timestamp(&self) -> Option<Time> {
        Some(*self)
    }
}

impl<'a> FromWord<'a> for RestorePoint {
    const KIND: WordKind = WordKind::Milliseconds;

    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        Ok(Self(Time(words.number()?)))
    }

    fn part(&self) -> Part<'a> {
        Part::Number(self.0.0)
    }
}

impl<'a> FromWord<'a> for Ttl {
    const KIND: WordKind = WordKind::Milliseconds;

    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        Ok(Self(words.number()?))
    }

    fn part(&self) -> Part<'a> {
        Part::Number(self.0)
    }
}

impl<'a> FromWord<'a> for Sought {
    const KIND: WordKind = WordKind::Choice(&names(Self::ALL));

    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        choice(words.text(), &Self::ALL, &const { names(Self::ALL) })
    }

    fn part(&self) -> Part<'a> {
        Part::Text(name(*self, &Self::ALL))
    }
}

impl<'a> FromWord<'a> for How {
    const KIND: WordKind = WordKind::Choice(&names(Self::ALL));

    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        let how = choice(words.text(), &Self::ALL, &const { names(Self::ALL) })?;
        words.how = how;
        Ok(how)
    }

    fn part(&self) -> Part<'a> {
        Part::Text(name(*self, &Self::ALL))
    }
}

impl<'a> FromWord<'a> for Pattern<'a> {
    const KIND: WordKind = WordKind::Pattern;

    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        let how = words.how;
        Pattern::new(words.text(), how).map_err(BadWord::Pattern)
    }

    fn part(&self) -> Part<'a> {
        Part::Text(self.text())
    }
}

/// The names of a choice.
const fn names<T: Copy, const N: usize>(all: [(&'static str, T); N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut place = 0;
    while place < N {
        names[place] = all[place].0;
        place += 1;
    }
    names
}

/// What a word chooses.
fn choice<T: Copy>(
    word: &str,
    all: &[(&'static str, T)],
    names: &'static [&'static str],
) -> Result<T, BadWord> {
    let chosen = all.iter().find(|(name, _)| *name == word);
    chosen.map(|(_, choice)| *choice).ok_or(BadWord::Choice(names))
}

/// The word that chooses this.
fn name<T: Copy + PartialEq>(choice: T, all: &[(&'static str, T)]) -> &'static str {
    all.iter().find(|(_, other)| *other == choice).map_or("", |(name, _)| name)
}

/// Why a word is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadWord {
    /// It is no number.
    Number(BadNumber),
    /// It is none of these.
    Choice(&'static [&'static str]),
    /// It is no pattern.
    Pattern(BadPattern),
}

impl BadWord {
    /// What it should be.
    pub(super) fn wanted(&self) -> String {
        match self {
            Self::Number(_) => "a number".to_owned(),
            Self::Choice(names) => one_of(names),
            Self::Pattern(BadPattern::Wrong(_)) => "a regular expression".to_owned(),
            Self::Pattern(_) => "a smaller pattern".to_owned(),
        }
    }
}

impl From<BadNumber> for BadWord {
    fn from(why: BadNumber) -> Self {
        Self::Number(why)
    }
}

impl fmt::Display for BadWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(why) => why.fmt(f),
            Self::Choice(names) => write!(f, "write {}", one_of(names)),
            Self::Pattern(why) => why.fmt(f),
        }
    }
}

/// `A, B or C`.
fn one_of(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        names => names.join(""),
    }
}
