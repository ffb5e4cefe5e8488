//! The kinds of word that an operation takes: how each is read from text and written back.

use std::fmt;

use super::pattern::{BadPattern, MatchMode, Pattern, SearchIn};
pub use crate::time::BadNumber;
use crate::time::{Time, Ttl, number};

/// What a word stands for. What it is *called* is for people alone: whoever draws, renders or stores words goes by this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WordKind {
    /// The key of a record.
    Key,
    /// A field of a record.
    Field,
    /// The value that a cell is given. It may be long, so a store may keep it apart.
    Value,
    /// An item that a list is given; as a value, it may be kept apart.
    Item,
    /// What fields begin with.
    Prefix,
    /// When the query happens, in milliseconds.
    Time,
    /// Another moment, in milliseconds, at which the query does not happen.
    Moment,
    /// How long something lives, in milliseconds.
    Ttl,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A text that is made ready to be matched with others.
    Pattern,
    /// Another name for an operation.
    Name,
    /// The name of an operation.
    Operation,
}

impl WordKind {
    /// Is it a number? What is none is kept as text.
    #[must_use]
    pub fn is_number(self) -> bool {
        match self {
            Self::Time | Self::Moment | Self::Ttl => true,
            Self::Key
            | Self::Field
            | Self::Value
            | Self::Item
            | Self::Prefix
            | Self::Choice(_)
            | Self::Pattern
            | Self::Name
            | Self::Operation => false,
        }
    }

    /// Is it what a cell holds afterwards, all of it or an item?
    #[must_use]
    pub fn is_value(self) -> bool {
        matches!(self, Self::Value | Self::Item)
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
    /// Reads the next word.
    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord>;

    /// What it is; reading that again gives the same.
    fn part(&self) -> Part<'a>;

    /// The moment at which the query happens, if this is the word that says so.
    fn timestamp(&self) -> Option<Time> {
        None
    }
}

impl<'a> FromWord<'a> for &'a str {
    #[inline]
    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        Ok(words.text())
    }

    fn part(&self) -> Part<'a> {
        Part::Text(self)
    }
}

impl<'a> FromWord<'a> for Time {
    #[inline]
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
    #[inline]
    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        Ok(Self(Time(words.number()?)))
    }

    fn part(&self) -> Part<'a> {
        Part::Number(self.0.0)
    }
}

impl<'a> FromWord<'a> for Ttl {
    #[inline]
    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        Ok(Self(words.number()?))
    }

    fn part(&self) -> Part<'a> {
        Part::Number(self.0)
    }
}

impl SearchIn {
    /// What the word that says it stands for.
    pub(super) const KIND: WordKind = WordKind::Choice(&names(Self::ALL));
}

impl MatchMode {
    /// What the word that says it stands for.
    pub(super) const KIND: WordKind = WordKind::Choice(&names(Self::ALL));
}

impl<'a> FromWord<'a> for SearchIn {
    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        choice(words.text(), &Self::ALL, &const { names(Self::ALL) })
    }

    fn part(&self) -> Part<'a> {
        Part::Text(name(*self, &Self::ALL))
    }
}

impl<'a> FromWord<'a> for MatchMode {
    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        let mode = choice(words.text(), &Self::ALL, &const { names(Self::ALL) })?;
        words.mode = mode;
        Ok(mode)
    }

    fn part(&self) -> Part<'a> {
        Part::Text(name(*self, &Self::ALL))
    }
}

impl<'a> FromWord<'a> for Pattern<'a> {
    fn read(words: &mut Cursor<'_, 'a>) -> Result<Self, BadWord> {
        let mode = words.mode;
        Pattern::new(words.text(), mode).map_err(BadWord::Pattern)
    }

    fn part(&self) -> Part<'a> {
        Part::Text(self.text())
    }
}

/// Reads the words of a query one after the other, each as its type asks.
///
/// The words stand in the order of a form, and are read in that of the operation.
pub(super) struct Cursor<'w, 'a> {
    texts: &'w [&'a str],
    /// What the numbers among the words are, where that is known; else they stand among the texts as digits.
    numbers: Option<&'w [u64]>,
    /// Which of the operation's words stands at each place; empty where that is its own order.
    order: &'static [usize],
    /// How many texts were read.
    read: usize,
    /// How a pattern is meant that comes next.
    mode: MatchMode,
}

impl<'w, 'a> Cursor<'w, 'a> {
    /// Over words as they are given, in this order.
    pub(super) fn of_words(words: &'w [&'a str], order: &'static [usize]) -> Self {
        Self { texts: words, numbers: None, order, read: 0, mode: MatchMode::default() }
    }

    /// Over texts and numbers, each in the operation's order.
    pub(super) fn of_parts(texts: &'w [&'a str], numbers: &'w [u64]) -> Self {
        Self { texts, numbers: Some(numbers), order: &[], read: 0, mode: MatchMode::default() }
    }

    /// The place of the word that was read last.
    pub(super) fn last_place(&self) -> usize {
        self.place(self.read - 1)
    }

    /// Where the operation's word of this number stands.
    #[inline]
    fn place(&self, number: usize) -> usize {
        if self.order.is_empty() {
            return number;
        }
        self.order.iter().position(|word| *word == number).unwrap_or(number)
    }

    /// Reads the next word. The number of words has been compared with what is there before.
    #[inline]
    pub(super) fn read<T: FromWord<'a>>(&mut self) -> Result<T, BadWord> {
        T::read(self)
    }

    #[inline]
    fn text(&mut self) -> &'a str {
        let text = self.texts[self.place(self.read)];
        self.read += 1;
        text
    }

    #[inline]
    fn number(&mut self) -> Result<u64, BadNumber> {
        let Some(numbers) = self.numbers else { return number(self.text()) };
        let (first, rest) = numbers.split_first().ok_or(BadNumber::Empty)?;
        self.numbers = Some(rest);
        Ok(*first)
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
#[non_exhaustive]
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
