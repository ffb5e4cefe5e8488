//! What two states of a database differ in.
//!
//! Invariant: differences stand in byte order of keys and then fields, and each is one: another value or another end.

use std::cmp::Ordering;

use crate::engine::{Engine, LiveCell};

/// A cell that two states differ in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key of its record.
    pub key: String,
    /// Its field.
    pub field: String,
    /// What it held in the first; `None` where it was not live.
    pub before: Option<Held>,
    /// What it holds in the second.
    pub after: Option<Held>,
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The value.
    pub value: String,
    /// The first moment at which it is dead; `None` if it is permanent.
    pub until: Option<u64>,
}

/// The cells that two databases differ in.
#[must_use]
pub fn difference(before: &Engine, after: &Engine) -> Vec<Difference> {
    let held =
        |cell: &LiveCell<'_>| Held { value: cell.value.to_string(), until: cell.ends.map(|end| end.0) };
    let (one, other) = (before.cells(), after.cells());
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    let mut found = Vec::new();
    loop {
        let order = match (one.peek(), other.peek()) {
            (None, None) => return found,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => (one.key, one.field).cmp(&(other.key, other.field)),
        };
        let gone = if order == Ordering::Greater { None } else { one.next() };
        let come = if order == Ordering::Less { None } else { other.next() };
        let Some(cell) = gone.or(come) else { return found };
        let (was, is) = (gone.map(held), come.map(held));
        if was != is {
            let (key, field) = (cell.key.to_owned(), cell.field.to_owned());
            found.push(Difference { key, field, before: was, after: is });
        }
    }
}
