//! The names of keys and fields that Tab offers: those of all live cells or, where there may be very many, of the cells
//! that the session has asked about.
//!
//! Invariant: no more than [`MOST_CELLS`] cells are listed while a person waits for the next letter.

use std::collections::BTreeSet;

use super::look::Look;
use super::session::Session;
use crate::query::{Part, Query, WordKind};

/// Listing so many cells takes a few milliseconds.
const MOST_CELLS: usize = 20_000;

/// So many names are kept of what was asked, the first ones.
const MOST_ASKED: usize = 5_000;

/// What is known of names without listing cells.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// There are no more cells than this, now or where one looks.
    most: usize,
    /// Keys and fields that were asked about.
    asked: BTreeSet<(String, String)>,
}

impl Names {
    /// Of a database that has so many cells.
    pub(super) fn of(cells: usize) -> Self {
        Self { most: cells, asked: BTreeSet::new() }
    }

    /// Takes a query into account. It sets one cell at most.
    pub(super) fn note(&mut self, query: &Query<'_>) {
        self.most += 1;
        let mut name: Option<(String, String)> = None;
        query.each_word(|word, part| match (word.kind, part, &mut name) {
            (WordKind::Key, Part::Text(key), _) => name = Some((key.to_owned(), String::new())),
            (WordKind::Field, Part::Text(text), Some((_, field))) => text.clone_into(field),
            _ => {}
        });
        self.asked.extend(name.filter(|_| self.asked.len() < MOST_ASKED));
    }
}

impl Session {
    /// The key and the field of cells.
    fn cells(&self) -> Vec<(&str, &str)> {
        if self.names.most > MOST_CELLS {
            return self.names.asked.iter().map(|(key, field)| (key.as_str(), field.as_str())).collect();
        }
        self.look.as_ref().map_or_else(|| self.base.names(), Look::names)
    }

    /// The keys of records.
    pub(super) fn keys(&self) -> Vec<String> {
        let mut keys: Vec<_> = self.cells().into_iter().map(|(key, _)| key).collect();
        keys.dedup();
        keys.into_iter().map(str::to_owned).collect()
    }

    /// The fields of a record, but for that of the key's own value.
    pub(super) fn fields(&self, key: &str) -> Vec<String> {
        let cells = self.cells().into_iter().filter(|(of, field)| *of == key && !field.is_empty());
        cells.map(|(_, field)| field.to_owned()).collect()
    }
}
