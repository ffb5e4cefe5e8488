//! From words to a [`Query`], by the forms of a language.

use super::mistake::Brief;
use super::word::Cursor;
use super::{Asks, Form, Language, Level, Mistake, Operation, Query, Word};

impl Operation {
    /// Its name where no language is at hand, as in a log; another operation may have the same with other words.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its words, in its own order.
    #[must_use]
    pub fn words(self) -> &'static [Word] {
        self.row().words
    }

    /// Whether it reads or writes.
    #[must_use]
    pub fn access(self) -> super::Access {
        self.row().access
    }

    /// What it does, in a sentence or two.
    #[must_use]
    pub fn does(self) -> &'static str {
        self.row().does
    }

    /// The operation with what each of its words is, as a log notes it: `GET text text`. No other has the same.
    #[must_use]
    pub fn shape(self) -> String {
        let kinds = self.words().iter().map(|word| if word.kind.is_number() { "number" } else { "text" });
        std::iter::once(self.name()).chain(kinds).collect::<Vec<_>>().join(" ")
    }

    /// The operation of this name that takes so many words.
    #[must_use]
    pub fn named(name: &str, words: usize) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name && one.words().len() == words)
    }
}

impl<'a> Query<'a> {
    /// The keys of the records that it reads or writes; none if it is not about some records alone.
    pub fn each_key(&self, mut each: impl FnMut(&'a str)) {
        self.each_word(|word, part| {
            if let (super::WordKind::Key, super::Part::Text(key)) = (word.kind, part) {
                each(key);
            }
        });
    }

    /// The query that only moves the clock.
    #[must_use]
    pub fn tick(timestamp: crate::time::Time) -> Self {
        Self::Tick { timestamp }
    }

    /// The query that only looks whether a record is there, which in a transaction counts as read.
    #[must_use]
    pub fn look(key: &'a str) -> Self {
        Self::ExistsRecord { key }
    }

    /// The query that only looks how many records there are, which in a transaction counts as a read of all.
    #[must_use]
    pub fn look_at_all() -> Self {
        Self::Size {}
    }

    /// The query of an operation whose words are these, texts and numbers each in its order; `None` if there are more or
    /// fewer than it takes, or if one of them cannot be what it should.
    #[must_use]
    pub fn from_parts(operation: Operation, texts: &[&'a str], numbers: &[u64]) -> Option<Self> {
        let words = operation.words();
        let of_text = words.iter().filter(|word| !word.kind.is_number()).count();
        if texts.len() != of_text || numbers.len() != words.len() - of_text {
            return None;
        }
        operation.read(&mut Cursor::of_parts(texts, numbers)).ok()
    }
}

impl Language {
    /// Reads the words of a query, its name first; all levels are open.
    ///
    /// # Errors
    /// The first [`Mistake`] in them.
    pub fn parse<'a>(&self, words: &[&'a str]) -> Result<Query<'a>, Mistake> {
        self.parse_up_to(self.last_level(), words)
    }

    /// The same where the levels up to this one are open.
    ///
    /// # Errors
    /// The first [`Mistake`]. A form above `level` is one.
    pub fn parse_up_to<'a>(&self, level: Level, words: &[&'a str]) -> Result<Query<'a>, Mistake> {
        let (name, words) = words.split_first().ok_or(Mistake::NoOperation)?;
        match self.named(name) {
            [] => Err(Mistake::unknown_operation(name)),
            forms => Self::query_of(forms, words, level),
        }
    }

    /// Reads the words behind a name that has these forms.
    #[inline]
    pub(crate) fn query_of<'a>(
        forms: &[&'static Form],
        words: &[&'a str],
        level: Level,
    ) -> Result<Query<'a>, Mistake> {
        let asks = |form: &&&'static Form| match form.asks {
            Asks::One(operation) => (operation.words().len() == words.len()).then_some(operation),
            Asks::Batch => None,
        };
        let Some((form, operation)) = forms.iter().find_map(|form| Some((*form, asks(&form)?))) else {
            return Err(Self::no_form(forms, words, level));
        };
        if form.level > level {
            return Err(Mistake::above_level(form, level, forms.len() == 1));
        }
        let mut cursor = Cursor::of_words(words, form.order);
        operation.read(&mut cursor).map_err(|why| {
            let place = cursor.last_place();
            Mistake::BadWord { form, place, given: Brief(words[place]).to_string(), why }
        })
    }

    /// What is wrong with so many words, where no form takes them.
    #[cold]
    fn no_form(forms: &[&'static Form], words: &[&str], level: Level) -> Mistake {
        let batch = forms.iter().find(|form| form.asks == Asks::Batch);
        match (batch, words.first()) {
            (Some(form), _) if form.level > level => Mistake::above_level(form, level, forms.len() == 1),
            (Some(form), Some(word)) => Mistake::no_array(form, 1, word),
            _ => Mistake::WordCount { forms: forms.to_vec(), given: words.len() },
        }
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
