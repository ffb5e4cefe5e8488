//! A language: a set of forms, each of which says how an operation is spelled.
//!
//! Invariants: whatever a form parses is rendered by it to the same words; no two forms of a language have the same name
//! and the same number of words; what a name means is found here and nowhere else.

use std::borrow::Cow;

use foldhash::fast::FixedState;
use indexmap::IndexMap;

use super::operation::Word;
use super::{Level, Operation, Part, Query};

/// What a form asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// One operation.
    One(Operation),
    /// Queries that take effect as one, each of which is an array of words.
    Batch,
}

/// A few queries, words separated by spaces, and the answer to the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// The queries.
    pub queries: &'static [&'static str],
    /// The answer to the last one: a text, or for a batch an array as JSON.
    pub answer: &'static str,
}

/// How a language spells what is asked.
#[derive(Clone, Debug)]
pub struct Form {
    /// The name. It may stand in several forms that take different numbers of words.
    pub name: &'static str,
    /// What it asks.
    pub asks: Asks,
    /// Which of the operation's words stands at each place behind the name, from 0; empty where they stand in its own
    /// order.
    pub order: &'static [usize],
    /// The level that brings it in.
    pub level: Level,
    /// What it answers, for people.
    pub answers: &'static str,
    /// A short example that is run by the tests.
    pub example: Example,
}

impl Form {
    /// The words behind the name, in their order; of a batch none, as arrays follow there.
    #[must_use]
    pub fn words(&self) -> impl ExactSizeIterator<Item = &'static Word> + Clone {
        let words = match self.asks {
            Asks::One(operation) => operation.words(),
            Asks::Batch => &[],
        };
        let order = self.order;
        (0..words.len()).map(move |place| &words[order.get(place).copied().unwrap_or(place)])
    }

    /// What it does, in a sentence or two.
    #[must_use]
    pub fn does(&self) -> &'static str {
        match self.asks {
            Asks::One(operation) => operation.does(),
            Asks::Batch => {
                "Asks queries that take effect as one. They may be of any level before this one, and each is an array of words."
            }
        }
    }

    /// The name and the words, as a person writes them: `GET key field`.
    #[must_use]
    pub fn usage(&self) -> String {
        let arrays = (self.asks == Asks::Batch).then_some("[query]…");
        let words = self.words().map(|word| word.name).chain(arrays);
        std::iter::once(self.name).chain(words).collect::<Vec<_>>().join(" ")
    }
}

/// A set of forms.
///
/// ```
/// use rewinddb::query::{Language, Query};
///
/// let language = Language::records();
/// let query = language.parse(&["GET", "A", "B"]).expect("it is a query");
/// assert_eq!(query, Query::Get { key: "A", field: "B" });
/// assert_eq!(language.words(&query), ["GET", "A", "B"]);
/// ```
#[derive(Debug)]
pub struct Language {
    forms: &'static [Form],
    by_name: IndexMap<&'static str, Vec<&'static Form>, FixedState>,
    /// The form that an operation is rendered by, the first it has.
    by_operation: Vec<Option<&'static Form>>,
    exercise: Level,
}

impl Language {
    /// A language of these forms, of which at least one is wanted, in order of their levels; `exercise` is the last level
    /// of the exercise that it belongs to.
    #[must_use]
    pub fn new(forms: &'static [Form], exercise: Level) -> Self {
        let mut by_name: IndexMap<_, Vec<_>, _> = IndexMap::default();
        let mut by_operation = vec![None; Operation::ALL.len()];
        for form in forms {
            by_name.entry(form.name).or_default().push(form);
            if let Asks::One(operation) = form.asks {
                by_operation[operation as usize].get_or_insert(form);
            }
        }
        Self { forms, by_name, by_operation, exercise }
    }

    /// All forms, in order of their levels.
    #[must_use]
    pub fn forms(&self) -> &'static [Form] {
        self.forms
    }

    /// The forms of a name, one for each number of words that it takes; none if nothing is called so.
    #[must_use]
    pub fn named(&self, name: &str) -> &[&'static Form] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// All names, each once, in order of their levels.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.by_name.keys().copied()
    }

    /// The form that an operation is spelled by; `None` if the language cannot ask it.
    #[must_use]
    pub fn form_of(&self, operation: Operation) -> Option<&'static Form> {
        self.by_operation[operation as usize]
    }

    /// The first level.
    #[must_use]
    pub fn first_level(&self) -> Level {
        self.forms.first().map_or(self.exercise, |form| form.level)
    }

    /// The last level of the exercise. What comes after it is the database's own.
    #[must_use]
    pub fn exercise(&self) -> Level {
        self.exercise
    }

    /// The last level there is: the whole language.
    #[must_use]
    pub fn last_level(&self) -> Level {
        self.forms.last().map_or(self.exercise, |form| form.level)
    }

    /// All levels, first to last.
    pub fn levels(&self) -> impl Iterator<Item = Level> + use<> {
        (self.first_level().number()..=self.last_level().number()).map(Level)
    }

    /// The level of this number, if there is one.
    #[must_use]
    pub fn level(&self, number: u8) -> Option<Level> {
        self.levels().find(|level| level.number() == number)
    }

    /// The level whose number a text is.
    ///
    /// # Errors
    /// Which levels there are, where it is none of them.
    pub fn level_of(&self, text: &str) -> Result<Level, String> {
        let level = text.parse().ok().and_then(|number| self.level(number));
        level.ok_or_else(|| format!("levels go from {} to {}", self.first_level(), self.last_level()))
    }

    /// The words that parse to a query, its name first. An operation that the language cannot ask is spelled as in a log.
    #[must_use]
    pub fn words<'a>(&self, query: &Query<'a>) -> Vec<Cow<'a, str>> {
        let form = self.form_of(query.operation());
        let mut own = Vec::with_capacity(4);
        query.each_word(|_, part| {
            own.push(match part {
                Part::Text(text) => Cow::Borrowed(text),
                Part::Number(number) => Cow::Owned(number.to_string()),
            });
        });
        let order = form.map_or(&[][..], |form| form.order);
        let name = form.map_or(query.operation().name(), |form| form.name);
        let words = (0..own.len()).map(|place| own[order.get(place).copied().unwrap_or(place)].clone());
        std::iter::once(Cow::Borrowed(name)).chain(words).collect()
    }
}
