//! Words and answers as they go from one program to another: mostly texts, and arrays of texts where queries stand in a
//! query. What is asked there is a [`Request`]: one query, or a batch of them.
//!
//! Invariant: a request and its words say the same, and no array stands in another.
//!
//! ```text
//!   ["SET", "A", "B", "C"]                four texts                    ─► ""            a text
//!   ["BATCH", ["GET", "A", "B"], […]]     a text, and arrays of texts   ─► ["C", "…"]    an array
//! ```

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::query::RawQuery;

mod request;

pub use request::{Answer, Gather, Request};

/// A word of a query, or an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
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
        let mut terms: Self = raw.words.iter().map(|word| Term::from(*word)).collect();
        for (place, words) in &raw.arrays {
            terms.insert(*place, Term::Array(words.iter().map(|word| (*word).to_owned()).collect()));
        }
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

impl<'de> Deserialize<'de> for Term {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrArray)
    }
}

/// Reads a term; it is there for what it says of anything else.
struct TextOrArray;

impl<'de> Visitor<'de> for TextOrArray {
    type Value = Term;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of strings")
    }

    fn visit_str<E>(self, text: &str) -> Result<Term, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Term, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = sequence.next_element()? {
            texts.push(text);
        }
        Ok(Term::Array(texts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_reads_back_as_it_was() {
        let json = r#"["ask",["set","A","B","C"],[],"x",["list"]]"#;
        let words: Vec<Term> = serde_json::from_str(json).expect("it is JSON");
        assert_eq!(serde_json::to_string(&words).expect("it is JSON"), json);
        assert_eq!(Vec::from(&raw_query(&words)), words);
        for bad in ["[7]", "[null]", "[[[]]]", "[[7]]", "[{}]"] {
            assert!(serde_json::from_str::<Vec<Term>>(bad).is_err(), "{bad}");
        }
    }
}
