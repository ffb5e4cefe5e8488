//! Other names of operations. They are part of how words are read, so whoever reads queries keeps them up to date with
//! what it has read.
//!
//! Invariants: an alias is not a name of the language, and stands for one; no alias is given twice.

use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::{Access, Form, Language, Query};

/// A language with the other names that were given in it, in the order in which they were.
#[derive(Clone, Debug)]
pub struct Aliases {
    language: &'static Language,
    /// Shared: whoever reads a query has a copy.
    names: Arc<IndexMap<String, &'static str, RandomState>>,
}

impl Aliases {
    /// None yet, in this language.
    #[must_use]
    pub fn new(language: &'static Language) -> Self {
        Self { language, names: Arc::default() }
    }

    /// The language that they are names in.
    #[must_use]
    pub fn language(&self) -> &'static Language {
        self.language
    }

    /// Takes a query into account that may change the names. Returns whether it was granted; one that changes none is.
    #[inline]
    pub fn learn(&mut self, query: &Query<'_>) -> bool {
        match query {
            Query::Alias { name, operation } => self.add(name, operation),
            Query::ResetAliases {} => {
                self.names = Arc::default();
                true
            }
            // Which operations change them is a fact of the table.
            other => {
                debug_assert!(other.operation().access() != Access::Alias, "{other:?} is not learnt");
                true
            }
        }
    }

    fn add(&mut self, name: &str, operation: &str) -> bool {
        let [form, ..] = self.language.named(operation) else { return false };
        let is_free = self.language.named(name).is_empty() && !self.names.contains_key(name);
        if is_free {
            Arc::make_mut(&mut self.names).insert(name.to_owned(), form.name);
        }
        is_free
    }

    /// The name of the language that another name stands for.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&'static str> {
        self.names.get(name).copied()
    }

    /// A name as it is spelt in the language, or as it was given: who types may leave out the capitals. `None` if it is
    /// none.
    #[must_use]
    pub fn spelt<'n>(&self, name: &'n str) -> Option<&'n str> {
        if self.names.contains_key(name) || !self.language.named(name).is_empty() {
            return Some(name);
        }
        self.language.named(&name.to_ascii_uppercase()).first().map(|form| form.name)
    }

    /// The forms of an operation, by any of its names.
    #[must_use]
    pub fn forms(&self, name: &str) -> &'static [&'static Form] {
        let operation =
            self.operation(name).or_else(|| Some(self.language.named(self.spelt(name)?).first()?.name));
        operation.map_or(&[], |operation| self.language.named(operation))
    }

    /// All of them, each with what it stands for.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.names.iter().map(|(name, operation)| (name.as_str(), *operation))
    }
}

impl Default for Aliases {
    /// None yet, in the language of the canonical exercise.
    fn default() -> Self {
        Self::new(Language::records())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line of a text had a copy of all names.
    #[test]
    fn a_copy_shares_its_names_until_one_is_added() {
        let mut aliases = Aliases::default();
        assert!(aliases.add("fetch", "GET"));
        let copy = aliases.clone();
        assert!(Arc::ptr_eq(&aliases.names, &copy.names));
        assert!(aliases.add("take", "GET"));
        assert_eq!([aliases.iter().count(), copy.iter().count()], [2, 1]);
    }
}
