//! Words and answers as they go from one program to another: mostly texts, and arrays of texts where queries stand in a
//! query. What is asked there is a [`Request`]: one query, or a batch of them.
//!
//! Invariant: a request and its words say the same, and no array stands in another.
//!
//! ```text
//!   ["SET", "A", "B", "C"]                four texts                    ─► ""            a text
//!   ["BATCH", ["GET", "A", "B"], […]]     a text, and arrays of texts   ─► ["C", "…"]    an array
//! ```

mod request;
/// Terms as serde writes and reads them.
#[cfg(feature = "script")]
mod serial;
mod shown;

use crate::query::RawQuery;

pub use request::{Answer, Gather, Request};
pub use shown::{cut, is_unseen, line, plain, quoted, short_line, shown, word};
#[cfg(feature = "script")]
pub(crate) use shown::{push_quoted, push_shown, push_word, push_words};

/// Text from outside, as a message shows it.
#[cfg(feature = "judge")]
pub(crate) use crate::query::Brief;

/// A word of a query, or an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// A text.
    Text(String),
    /// Several: the words of a query that stands in another, or the answers to those in one.
    Array(Vec<String>),
}

impl Term {
    /// The text that it is, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Array(_) => None,
        }
    }

    /// All texts of it.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::Array(texts) => texts,
        }
    }

    /// All texts of it, to be changed.
    pub fn texts_mut(&mut self) -> &mut [String] {
        match self {
            Self::Text(text) => std::slice::from_mut(text),
            Self::Array(texts) => texts,
        }
    }
}

/// Words as a query is read from them.
#[must_use]
pub fn raw_query(words: &[Term]) -> RawQuery<'_> {
    let mut raw = RawQuery::default();
    for (place, word) in words.iter().enumerate() {
        match word {
            Term::Text(text) => raw.words.push(text),
            Term::Array(texts) => raw.arrays.push((place, texts.iter().map(String::as_str).collect())),
        }
    }
    raw
}

impl From<&RawQuery<'_>> for Vec<Term> {
    fn from(raw: &RawQuery<'_>) -> Self {
        let mut terms = Self::with_capacity(raw.words.len() + raw.arrays.len());
        let mut words = raw.words.iter().map(|word| Term::from(*word));
        for (place, array) in &raw.arrays {
            let before = place.saturating_sub(terms.len());
            terms.extend(words.by_ref().take(before));
            terms.push(Term::Array(array.iter().map(|word| (*word).to_owned()).collect()));
        }
        terms.extend(words);
        terms
    }
}

impl From<&str> for Term {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl PartialEq<&str> for Term {
    fn eq(&self, other: &&str) -> bool {
        self.text() == Some(other)
    }
}
