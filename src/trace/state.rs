//! The live cells of a database as a tracer keeps them: changed one by one, and listed in order at any time.
//!
//! Invariants: a cell that ends has its place among the ends; a record's count is that of its cells.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::{Change, ShownCell};
use crate::engine::{Engine, LiveCell};
use crate::explain::Census;
use crate::time::Time;

/// The key of a record and a field of it.
pub(super) type CellKey = (SmolStr, SmolStr);

/// A live cell.
#[derive(Clone, Debug)]
pub(super) struct TracedCell {
    pub(super) value: String,
    /// The first moment at which it is dead.
    pub(super) until: Option<u64>,
    /// The query that changed it last.
    pub(super) query: usize,
    /// Was there no such cell before that query?
    pub(super) is_new: bool,
}

/// The live cells.
#[derive(Clone, Debug, Default)]
pub(super) struct LiveCells {
    cells: BTreeMap<CellKey, TracedCell>,
    ends: BTreeSet<(u64, CellKey)>,
    /// How many cells each record has.
    records: BTreeMap<SmolStr, usize>,
}

impl TracedCell {
    /// What a database has of it, as if nothing had changed.
    pub(super) fn of(cell: &LiveCell<'_>) -> Self {
        let until = cell.ends.map(|end| end.0);
        Self { value: cell.value.to_string(), until, query: 0, is_new: false }
    }
}

impl LiveCells {
    /// Those of a database.
    pub(super) fn of(engine: &Engine) -> Self {
        let mut state = Self::default();
        for cell in engine.cells() {
            state.insert((cell.key.into(), cell.field.into()), TracedCell::of(&cell));
        }
        state
    }

    pub(super) fn get(&self, name: &CellKey) -> Option<&TracedCell> {
        self.cells.get(name)
    }

    pub(super) fn insert(&mut self, name: CellKey, cell: TracedCell) {
        self.remove(&name);
        self.ends.extend(cell.until.map(|until| (until, name.clone())));
        *self.records.entry(name.0.clone()).or_default() += 1;
        self.cells.insert(name, cell);
    }

    pub(super) fn remove(&mut self, name: &CellKey) -> Option<TracedCell> {
        let cell = self.cells.remove(name)?;
        if let Some(until) = cell.until {
            self.ends.remove(&(until, name.clone()));
        }
        if let Some(count) = self.records.get_mut(&name.0) {
            *count -= 1;
            if *count == 0 {
                self.records.remove(&name.0);
            }
        }
        Some(cell)
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// All of them, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &CellKey> {
        self.cells.keys()
    }

    /// Those that end, by their ends.
    pub(super) fn ends(&self) -> impl Iterator<Item = &(u64, CellKey)> {
        self.ends.iter()
    }

    /// Those that have ended by this moment.
    pub(super) fn ended_by(&self, moment: Time) -> impl Iterator<Item = &(u64, CellKey)> {
        self.ends().take_while(move |(end, _)| *end <= moment.0)
    }

    /// How much is live at a moment, where the clock reads `reading`: as long as it takes to see what ends by then.
    pub(super) fn census(&self, reading: Time, moment: Time) -> Census {
        let mut ended: BTreeMap<&str, (usize, Option<u64>)> = BTreeMap::new();
        for (end, (key, _)) in self.ended_by(moment) {
            let (cells, last) = ended.entry(key).or_default();
            *cells += 1;
            *last = Some(*end).filter(|end| *end > reading.0).or(*last);
        }
        let dead: usize = ended.values().map(|(cells, _)| cells).sum();
        let emptied = || ended.iter().filter(|(key, (cells, _))| self.records.get(**key) == Some(cells));
        let last = emptied().filter_map(|(key, (_, last))| Some((*key, (*last)?)));
        let last = last.max_by_key(|(key, end)| (*end, Reverse(*key)));
        Census {
            records: self.records.len() - emptied().count(),
            cells: self.cells.len() - dead,
            emptied: last.map(|(key, end)| (key.to_owned(), Time(end))),
        }
    }

    /// The cells as they are shown after a query, where the clock reads `now`.
    pub(super) fn shown(&self, query: usize, now: Time) -> impl Iterator<Item = ShownCell> {
        self.cells.iter().map(move |(name, cell)| cell.shown(name, query, now))
    }
}

impl TracedCell {
    /// The cell as it is shown after a query, where the clock reads `now`.
    pub(super) fn shown(&self, (key, field): &CellKey, query: usize, now: Time) -> ShownCell {
        let change = match (self.query == query, self.is_new) {
            (false, _) => Change::Same,
            (true, true) => Change::New,
            (true, false) => Change::Changed,
        };
        ShownCell {
            key: key.to_string(),
            field: field.to_string(),
            value: self.value.clone(),
            left: self.until.map(|until| until.saturating_sub(now.0)),
            until: self.until,
            change,
        }
    }
}
