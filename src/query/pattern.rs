//! What FIND looks for: in which texts, how a pattern is meant, and the pattern, made ready to be matched.
//!
//! Invariants: a pattern is good once it is made; matching takes time in proportion to the text, whatever the pattern.

use std::fmt;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

/// The longest pattern, in bytes.
const LONGEST: usize = 1024;

/// What a pattern may take in memory when it is made ready, in bytes.
const LARGEST: usize = 1 << 20;

/// Which texts are looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchIn {
    /// Keys.
    Key,
    /// Fields.
    Field,
    /// Values.
    Value,
}

impl SearchIn {
    /// Each with its name.
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("KEY", Self::Key), ("FIELD", Self::Field), ("VALUE", Self::Value)];
}

/// How a pattern is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchMode {
    /// As the text itself.
    #[default]
    Exact,
    /// `*` stands for any run of characters, `?` for one character, anything else for itself; from end to end.
    Like,
    /// As a regular expression, which may match anywhere in the text.
    Regex,
}

impl MatchMode {
    /// Each with its name.
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("EXACT", Self::Exact), ("LIKE", Self::Like), ("REGEX", Self::Regex)];
}

/// A pattern, ready to be matched.
#[derive(Clone, Debug)]
pub struct Pattern<'a> {
    text: &'a str,
    mode: MatchMode,
    /// Where more is to be done than to compare.
    regex: Option<Arc<Regex>>,
}

impl<'a> Pattern<'a> {
    /// Makes a pattern ready.
    ///
    /// # Errors
    /// Why it is none.
    pub fn new(text: &'a str, mode: MatchMode) -> Result<Self, BadPattern> {
        let regex = match mode {
            MatchMode::Exact => None,
            _ if text.len() > LONGEST => return Err(BadPattern::TooLong),
            MatchMode::Like => Some(compiled(&like(text))?),
            MatchMode::Regex => Some(compiled(text)?),
        };
        Ok(Self { text, mode, regex })
    }

    /// Does a text match?
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.as_ref().map_or_else(|| text == self.text, |regex| regex.is_match(text))
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// How it is meant.
    #[must_use]
    pub fn mode(&self) -> MatchMode {
        self.mode
    }
}

impl PartialEq for Pattern<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.text, self.mode) == (other.text, other.mode)
    }
}

impl Eq for Pattern<'_> {}

/// The regular expression that matches like this.
fn like(text: &str) -> String {
    let mut regex = String::from(r"(?s)\A");
    for piece in text.split_inclusive(['*', '?']) {
        let (plain, sign) = match piece.as_bytes().last() {
            Some(b'*') => (&piece[..piece.len() - 1], ".*"),
            Some(b'?') => (&piece[..piece.len() - 1], "."),
            _ => (piece, ""),
        };
        regex.push_str(&regex::escape(plain));
        regex.push_str(sign);
    }
    regex.push_str(r"\z");
    regex
}

fn compiled(regex: &str) -> Result<Arc<Regex>, BadPattern> {
    let built = RegexBuilder::new(regex).size_limit(LARGEST).dfa_size_limit(LARGEST).build();
    built.map(Arc::new).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => BadPattern::TooLarge,
        // The last line says what is wrong; those before it draw where.
        error => BadPattern::Wrong(error.to_string().lines().last().unwrap_or_default().to_owned()),
    })
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadPattern {
    /// It has too many bytes.
    TooLong,
    /// What it stands for is too large.
    TooLarge,
    /// It is no regular expression, for this reason.
    Wrong(String),
}

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "a pattern has {LONGEST} bytes at most"),
            Self::TooLarge => write!(f, "it would take more than {} MiB", LARGEST >> 20),
            Self::Wrong(why) => f.write_str(why.strip_prefix("error: ").unwrap_or(why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_like_a_pattern_from_end_to_end() {
        let rows = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "ac", true),
            ("b", "abc", false),
            ("?", "é", true),
            ("?", "\n", true),
            ("??", "é", false),
            ("a.c", "abc", false),
            ("a.c", "a.c", true),
            ("[*]", "[x]", true),
            ("a*b*c", "aXbYb", false),
            ("*é?", "caféx", true),
        ];
        for (pattern, text, matches) in rows {
            let pattern = Pattern::new(pattern, MatchMode::Like).expect("it is one");
            assert_eq!(pattern.is_match(text), matches, "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn a_regular_expression_matches_anywhere() {
        let rows =
            [("b", "abc", true), ("^b", "abc", false), ("[xc]a|bc", "abc", true), ("(?i)B$", "ab", true)];
        for (pattern, text, matches) in rows {
            let pattern = Pattern::new(pattern, MatchMode::Regex).expect("it is one");
            assert_eq!(pattern.is_match(text), matches, "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn a_pattern_is_bounded_and_a_long_text_is_matched_soon() {
        assert_eq!(Pattern::new(&"a".repeat(LONGEST + 1), MatchMode::Regex), Err(BadPattern::TooLong));
        assert_eq!(Pattern::new(r"(\w{100}){100}", MatchMode::Regex), Err(BadPattern::TooLarge));
        assert!(matches!(Pattern::new("(", MatchMode::Regex), Err(BadPattern::Wrong(_))));
        assert!(Pattern::new(&"?".repeat(LONGEST), MatchMode::Like).is_ok());
        let text = "a".repeat(100_000);
        assert!(!Pattern::new("(a*)*b", MatchMode::Regex).expect("it is one").is_match(&text));
        assert!(!Pattern::new("*a*a*a*a*a*b", MatchMode::Like).expect("it is one").is_match(&text));
    }
}
