//! Names in sentences.
//!
//! Invariant: a name that is shown has a bounded length, and no character that cannot be seen.

use std::fmt::{self, Display, Formatter};

/// So many characters of a name are shown.
const MOST_SHOWN: usize = 40;

/// A cell by its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellName<'q> {
    /// The key of its record.
    pub key: &'q str,
    /// Its field.
    pub field: &'q str,
}

impl<'q> CellName<'q> {
    /// That of a key's own value.
    pub(super) fn own(key: &'q str) -> Self {
        Self { key, field: "" }
    }
}

impl Display for CellName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Name(self.key), Name(self.field))
    }
}

/// A name in a sentence: in quotes where it would not be told apart without, escaped, and cut if it is long.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a>(pub &'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let end = self.0.char_indices().nth(MOST_SHOWN).map(|(at, _)| at);
        let text = &self.0[..end.unwrap_or(self.0.len())];
        let is_odd =
            |c: char| c.is_whitespace() || matches!(c, '"' | '.' | ',' | ';') || c.escape_debug().len() > 1;
        let quote = if text.is_empty() || text.contains(is_odd) { "\"" } else { "" };
        f.write_str(quote)?;
        for c in text.chars() {
            if c == '\'' { f.write_str("'")? } else { write!(f, "{}", c.escape_debug())? }
        }
        write!(f, "{}{quote}", if end.is_some() { "…" } else { "" })
    }
}
