//! Other names of operations. They are part of how words are read, so whoever reads queries keeps them up to date with
//! what it has read.
//!
//! Invariants: an alias is not the name of an operation, and stands for one; no alias is given twice.

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::{Query, Row};

/// The other names, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct Aliases(IndexMap<String, &'static str, RandomState>);

impl Aliases {
    /// Takes a query into account that may change the names; the answer is whether it was granted. One that changes
    /// none is.
    pub fn learn(&mut self, query: &Query<'_>) -> bool {
        match query {
            Query::Alias { name, operation } => self.add(name, operation),
            Query::ResetAliases {} => {
                self.0.clear();
                true
            }
            _ => true,
        }
    }

    fn add(&mut self, name: &str, operation: &str) -> bool {
        let [row, ..] = Row::named(operation) else { return false };
        let is_free = Row::named(name).is_empty() && !self.0.contains_key(name);
        if is_free {
            self.0.insert(name.to_owned(), row.name);
        }
        is_free
    }

    /// The operation that a name stands for.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&'static str> {
        self.0.get(name).copied()
    }

    /// All of them, each with its operation.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.0.iter().map(|(name, operation)| (name.as_str(), *operation))
    }
}
