//! What the engine is measured against: maps without backups, and the copy that everybody writes first.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use rewinddb::engine::Engine;
use rewinddb::query::Query;
use rewinddb::reply::{Reply, Value};
use smol_str::SmolStr;

/// Something that answers the queries of level 1.
pub(crate) trait Cells {
    fn set(&mut self, key: &str, field: &str, value: &str);
    fn get(&self, key: &str, field: &str) -> usize;
    fn delete(&mut self, key: &str, field: &str) -> bool;

    /// Answers a query and gives the length of the answer.
    fn ask(&mut self, query: &Query<'_>) -> usize {
        match *query {
            Query::Set { key, field, value } => {
                self.set(key, field, value);
                0
            }
            Query::Get { key, field } => self.get(key, field),
            Query::Delete { key, field } => usize::from(self.delete(key, field)),
            _ => unreachable!("only the queries of level 1 are measured"),
        }
    }
}

/// Nested maps of the standard library.
#[derive(Clone, Default)]
pub(crate) struct Nested(pub(crate) HashMap<String, BTreeMap<String, String>>);

impl Cells for Nested {
    fn set(&mut self, key: &str, field: &str, value: &str) {
        self.0.entry(key.to_owned()).or_default().insert(field.to_owned(), value.to_owned());
    }

    fn get(&self, key: &str, field: &str) -> usize {
        self.0.get(key).and_then(|record| record.get(field)).map_or(0, String::len)
    }

    fn delete(&mut self, key: &str, field: &str) -> bool {
        let Some(record) = self.0.get_mut(key) else { return false };
        let deleted = record.remove(field).is_some();
        if record.is_empty() {
            self.0.remove(key);
        }
        deleted
    }
}

/// The least that can do it: keys and fields interned, and one hash map from their pair to the value. It knows
/// no order, no time, no counts and no backups.
#[derive(Default)]
pub(crate) struct Bare {
    keys: HashMap<Box<str>, u32, RandomState>,
    fields: HashMap<Box<str>, u32, RandomState>,
    cells: HashMap<(u32, u32), SmolStr, RandomState>,
}

impl Cells for Bare {
    fn set(&mut self, key: &str, field: &str, value: &str) {
        let place = (intern(&mut self.keys, key), intern(&mut self.fields, field));
        self.cells.insert(place, SmolStr::new(value));
    }

    fn get(&self, key: &str, field: &str) -> usize {
        let (Some(key), Some(field)) = (self.keys.get(key), self.fields.get(field)) else { return 0 };
        self.cells.get(&(*key, *field)).map_or(0, SmolStr::len)
    }

    fn delete(&mut self, key: &str, field: &str) -> bool {
        let (Some(key), Some(field)) = (self.keys.get(key), self.fields.get(field)) else { return false };
        self.cells.remove(&(*key, *field)).is_some()
    }
}

fn intern(names: &mut HashMap<Box<str>, u32, RandomState>, name: &str) -> u32 {
    let next = u32::try_from(names.len()).expect("fewer than 2^32 names");
    match names.get(name) {
        Some(number) => *number,
        None => *names.entry(name.into()).or_insert(next),
    }
}

/// Applies a query and gives the length of the answer, or how many cells there are in it.
pub(crate) fn ask(engine: &mut Engine, query: &Query<'_>) -> usize {
    match engine.apply(query).expect("time does not run backwards here") {
        Reply::Done | Reply::Value(None) => 0,
        Reply::Bool(truth) => usize::from(truth),
        Reply::Value(Some(Value::Text(text))) => text.len(),
        Reply::Cells(cells) => cells.len(),
        Reply::Count(count) => usize::try_from(count).unwrap_or(usize::MAX),
        _ => unreachable!("nothing beyond the exercise is asked for"),
    }
}
