//! The names of keys and fields that Tab offers: those of all live cells or, where there may be very many, of the cells
//! that the session has asked about.
//!
//! Invariant: no more than [`MOST_CELLS`] cells are listed while a person waits for the next letter.

use std::collections::BTreeSet;

use crate::query::{Part, Query, WordKind};

/// Listing so many cells takes a few milliseconds.
const MOST_CELLS: usize = 20_000;

/// So many names are kept of what was asked, the first ones.
const MOST_ASKED: usize = 5_000;

/// What is known of names without listing cells.
#[derive(Debug, Default)]
pub(super) struct CellNames {
    /// There are no more cells than this, now or where one looks.
    most: usize,
    /// Keys and fields that were asked about.
    asked: BTreeSet<(String, String)>,
}

impl CellNames {
    /// The keys and fields that were asked about, where there are too many cells to list them.
    pub(super) fn instead_of_cells(&self) -> Option<Vec<(&str, &str)>> {
        let asked = self.asked.iter().map(|(key, field)| (key.as_str(), field.as_str()));
        (self.most > MOST_CELLS).then(|| asked.collect())
    }

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
