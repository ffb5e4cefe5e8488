//! Terms as serde writes and reads them: a text is a string, several are an array of strings.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Term;

impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Array(texts) => texts.serialize(serializer),
        }
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
    use crate::wire::raw_query;

    /// A line of three megabytes took minutes.
    #[test]
    fn many_words_with_arrays_between_them_are_put_together_soon() {
        let words = vec![vec!["w".into(), Term::Array(vec!["a".to_owned()])]; 400_000].concat();
        assert!(Vec::from(&raw_query(&words)) == words);
    }

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
