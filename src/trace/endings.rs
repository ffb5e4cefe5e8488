//! How cells went that are live no more, so that it can be told why one is absent.
//!
//! Invariants: a cell that is live has no ending; what was recorded since the last [`Endings::begin`] can be
//! undone, at a cost in proportion to it.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use smol_str::SmolStr;

use super::state::CellKey;
use crate::explain::Name;

/// How a cell went. Queries are told by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Its lifetime ended at this moment.
    Died(u64),
    /// This query removed it.
    Removed(usize),
    /// This query set it, and that was dead on arrival.
    OnArrival(usize),
    /// This query brought a backup back in which it was not live.
    NotBroughtBack(usize),
    /// This query undid the transaction that had set it.
    Undone(usize),
}

impl Ending {
    /// Why what went so is absent, in a sentence that holds for every list.
    #[must_use]
    pub fn gist(self) -> &'static str {
        match self {
            Self::Died(_) => "what has ended is gone",
            Self::Removed(_) => "what was removed is gone",
            Self::OnArrival(_) => "what has a ttl of 0 is dead on arrival",
            Self::NotBroughtBack(_) => "a restore leaves nothing that the backup does not hold",
            Self::Undone(_) => "a rollback undoes the open transaction",
        }
    }
}

impl Display for Ending {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Died(at) => write!(f, "it died at {at}"),
            Self::Removed(query) => write!(f, "query {query} removed it"),
            Self::OnArrival(query) => write!(f, "query {query} set it with a ttl of 0"),
            Self::Undone(query) => write!(f, "query {query} undid what had set it"),
            Self::NotBroughtBack(query) => write!(f, "the restore of query {query} did not bring it back"),
        }
    }
}

/// The endings of all cells that are gone.
#[derive(Clone, Debug, Default)]
pub(super) struct Endings {
    by_key: BTreeMap<SmolStr, BTreeMap<SmolStr, Noticed>>,
    /// The last query that brought a backup back, 0 for none.
    last_restore: usize,
    undo: Option<Undo>,
}

/// What a transaction has recorded, and how things stood before.
#[derive(Clone, Debug)]
struct Undo {
    before: Vec<(CellKey, Option<Noticed>)>,
    last_restore: usize,
}

#[derive(Clone, Copy, Debug)]
struct Noticed {
    ending: Ending,
    /// The query at which it was noticed.
    at: usize,
}

impl Noticed {
    /// Which of two came later.
    fn age(&self) -> (usize, u64) {
        let died = if let Ending::Died(at) = self.ending { at } else { u64::MAX };
        (self.at, died)
    }
}

impl Endings {
    /// Records how a cell went, as was noticed at a query.
    pub(super) fn record(&mut self, cell: &CellKey, ending: Ending, at: usize) {
        self.replace(cell, Some(Noticed { ending, at }));
    }

    /// How a cell went, if that was noticed at this query.
    pub(super) fn noticed_at(&self, query: usize, cell: &CellKey) -> Option<Ending> {
        let noticed = self.by_key.get(&cell.0)?.get(&cell.1)?;
        (noticed.at == query).then_some(noticed.ending)
    }

    /// A cell is live again.
    pub(super) fn forget(&mut self, cell: &CellKey) {
        self.replace(cell, None);
    }

    /// A backup was brought back, without the cells that have an ending.
    pub(super) fn restored(&mut self, query: usize) {
        self.last_restore = query;
    }

    /// A transaction begins: what is recorded from now on may be undone.
    pub(super) fn begin(&mut self) {
        self.undo = Some(Undo { before: Vec::new(), last_restore: self.last_restore });
    }

    /// It ends, and stands.
    pub(super) fn keep(&mut self) {
        self.undo = None;
    }

    /// It ends, and is undone.
    pub(super) fn undo(&mut self) {
        let Some(Undo { before, last_restore }) = self.undo.take() else { return };
        self.last_restore = last_restore;
        for (cell, noticed) in before.into_iter().rev() {
            self.replace(&cell, noticed);
        }
    }

    fn replace(&mut self, cell: &CellKey, noticed: Option<Noticed>) {
        let before = match noticed {
            Some(noticed) => self.by_key.entry(cell.0.clone()).or_default().insert(cell.1.clone(), noticed),
            None => self.by_key.get_mut(&cell.0).and_then(|of_key| of_key.remove(&cell.1)),
        };
        if let Some(undo) = &mut self.undo {
            undo.before.push((cell.clone(), before));
        }
    }

    /// Why a cell is absent or, without a field, why its record has none.
    pub(super) fn why(&self, key: &str, field: Option<&str>) -> String {
        let of_key = self.by_key.get(key);
        let Some(field) = field else {
            let last = of_key.and_then(|of_key| of_key.iter().max_by_key(|(_, noticed)| noticed.age()));
            return last.map_or("none was ever set".to_owned(), |(field, noticed)| {
                format!("the last one was {}, and {}", Name(field), self.sentence(*noticed))
            });
        };
        let noticed = of_key.and_then(|of_key| of_key.get(field));
        noticed.map_or("it was never set".to_owned(), |noticed| self.sentence(*noticed))
    }

    /// How a cell went, and the last query that might have brought it back since.
    pub(super) fn ended(&self, key: &str, field: &str) -> Option<(Ending, Option<usize>)> {
        let noticed = self.by_key.get(key)?.get(field)?;
        Some((noticed.ending, self.restored_since(*noticed)))
    }

    /// The fields of a key whose cells have an ending.
    pub(super) fn fields(&self, key: &str) -> impl Iterator<Item = &str> {
        self.by_key.get(key).into_iter().flat_map(|of_key| of_key.keys()).map(SmolStr::as_str)
    }

    fn restored_since(&self, noticed: Noticed) -> Option<usize> {
        (noticed.at < self.last_restore).then_some(self.last_restore)
    }

    fn sentence(&self, noticed: Noticed) -> String {
        let ending = noticed.ending;
        self.restored_since(noticed).map_or(ending.to_string(), |query| {
            format!("{ending}, and the restore of query {query} did not bring it back")
        })
    }
}
