//! What FIND looks for: in which texts, how a pattern is meant, the pattern, and what looks for it.
//!
//! Invariants: a pattern is good once it is made, and is no more than its text until it is asked; matching takes
//! time in proportion to the text, whatever the pattern.

mod like;
mod regular;

use std::fmt;

use like::Like;
use regular::Regular;

/// The longest pattern, in bytes.
const LONGEST: usize = 1024;

/// Which texts are looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
#[non_exhaustive]
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

/// A pattern. A list may have many of them, so nothing is made of it before it is asked.
///
/// ```
/// use rewinddb::query::{MatchMode, Pattern};
///
/// let pattern = Pattern::new("user:*", MatchMode::Like)?;
/// assert!(pattern.matcher().is_match("user:7"));
/// # Ok::<(), rewinddb::query::BadPattern>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern<'a> {
    text: &'a str,
    mode: MatchMode,
}

impl<'a> Pattern<'a> {
    /// A pattern.
    ///
    /// # Errors
    /// Why it is none.
    pub fn new(text: &'a str, mode: MatchMode) -> Result<Self, BadPattern> {
        match mode {
            MatchMode::Exact => {}
            _ if text.len() > LONGEST => return Err(BadPattern::TooLong),
            MatchMode::Like => {}
            MatchMode::Regex => regular::check(text)?,
        }
        Ok(Self { text, mode })
    }

    /// What looks for it, in as many texts as are wanted.
    #[must_use]
    pub fn matcher(&self) -> Matcher<'a> {
        Matcher(match self.mode {
            MatchMode::Exact => Matching::Exact(self.text),
            MatchMode::Like => Matching::Like(Like::new(self.text)),
            MatchMode::Regex => Matching::Regex(Box::new(Regular::new(self.text))),
        })
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

/// What looks for a pattern.
pub struct Matcher<'p>(Matching<'p>);

enum Matching<'p> {
    Exact(&'p str),
    Like(Like<'p>),
    Regex(Box<Regular>),
}

impl Matcher<'_> {
    /// Does a text match?
    #[must_use]
    pub fn is_match(&mut self, text: &str) -> bool {
        match &mut self.0 {
            Matching::Exact(pattern) => text == *pattern,
            Matching::Like(like) => like.is_match(text),
            Matching::Regex(regular) => regular.is_match(text),
        }
    }
}

impl fmt::Debug for Matcher<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Matcher")
    }
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadPattern {
    /// It has too many bytes.
    TooLong,
    /// What it stands for is too large.
    TooLarge,
    /// It is no regular expression, for this reason.
    Wrong(String),
}

impl std::error::Error for BadPattern {}

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "a pattern has {LONGEST} bytes at most"),
            Self::TooLarge => write!(f, "it would take more than {} MiB", regular::LARGEST >> 20),
            Self::Wrong(why) => f.write_str(why),
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
            assert_eq!(pattern.matcher().is_match(text), matches, "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn a_regular_expression_matches_anywhere() {
        let rows =
            [("b", "abc", true), ("^b", "abc", false), ("[xc]a|bc", "abc", true), ("(?i)B$", "ab", true)];
        for (pattern, text, matches) in rows {
            let pattern = Pattern::new(pattern, MatchMode::Regex).expect("it is one");
            assert_eq!(pattern.matcher().is_match(text), matches, "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn a_pattern_is_bounded_and_a_long_text_is_matched_soon() {
        assert_eq!(Pattern::new(&"a".repeat(LONGEST + 1), MatchMode::Regex), Err(BadPattern::TooLong));
        assert_eq!(Pattern::new(r"(\w{100}){100}", MatchMode::Regex), Err(BadPattern::TooLarge));
        assert!(matches!(Pattern::new("(", MatchMode::Regex), Err(BadPattern::Wrong(_))));
        assert!(Pattern::new(&"?".repeat(LONGEST), MatchMode::Like).is_ok());
        let text = "a".repeat(100_000);
        for (pattern, mode) in [("(a*)*b", MatchMode::Regex), ("*a*a*a*a*a*b", MatchMode::Like)] {
            assert!(!Pattern::new(pattern, mode).expect("it is one").matcher().is_match(&text));
        }
    }

    #[test]
    fn a_pattern_that_is_not_asked_is_its_text_alone() {
        assert!(size_of::<Pattern<'_>>() <= 3 * size_of::<usize>());
    }
}
