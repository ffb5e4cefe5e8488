//! How cells went that are live no more, so that it can be told why one is absent.
//!
//! Invariant: a cell that is live has no fate.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use crate::explain::Name;

/// How a cell went. Queries are told by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
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

impl Display for Ended {
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

/// The fates of all cells that are gone.
#[derive(Clone, Debug, Default)]
pub(super) struct Fates {
    by_key: BTreeMap<String, BTreeMap<String, Fate>>,
    /// The last query that brought a backup back, 0 for none.
    last_restore: usize,
}

#[derive(Clone, Copy, Debug)]
struct Fate {
    ended: Ended,
    /// The query at which it was noticed.
    noticed: usize,
}

impl Fate {
    /// Which of two came later.
    fn age(&self) -> (usize, u64) {
        let died = if let Ended::Died(at) = self.ended { at } else { u64::MAX };
        (self.noticed, died)
    }
}

impl Fates {
    /// Notes how a cell went.
    pub(super) fn note(&mut self, key: &str, field: &str, ended: Ended, noticed: usize) {
        let fates = self.by_key.entry(key.to_owned()).or_default();
        fates.insert(field.to_owned(), Fate { ended, noticed });
    }

    /// How a cell went, if that was noticed at this query.
    pub(super) fn noticed_at(&self, query: usize, key: &str, field: &str) -> Option<Ended> {
        let fate = self.by_key.get(key)?.get(field)?;
        (fate.noticed == query).then_some(fate.ended)
    }

    /// A cell is live again.
    pub(super) fn forget(&mut self, key: &str, field: &str) {
        if let Some(fates) = self.by_key.get_mut(key) {
            fates.remove(field);
        }
    }

    /// A backup was brought back, without the cells that have a fate.
    pub(super) fn restored(&mut self, query: usize) {
        self.last_restore = query;
    }

    /// Why a cell is absent or, without a field, why its record has none.
    pub(super) fn why(&self, key: &str, field: Option<&str>) -> String {
        let fates = self.by_key.get(key);
        let Some(field) = field else {
            let last = fates.and_then(|fates| fates.iter().max_by_key(|(_, fate)| fate.age()));
            return last.map_or("none was ever set".to_owned(), |(field, fate)| {
                format!("the last one was {}, and {}", Name(field), self.tell(*fate))
            });
        };
        let fate = fates.and_then(|fates| fates.get(field));
        fate.map_or("it was never set".to_owned(), |fate| self.tell(*fate))
    }

    /// How a cell went, and the last query that might have brought it back since.
    pub(super) fn ended(&self, key: &str, field: &str) -> Option<(Ended, Option<usize>)> {
        let fate = self.by_key.get(key)?.get(field)?;
        Some((fate.ended, self.restored_since(*fate)))
    }

    fn restored_since(&self, fate: Fate) -> Option<usize> {
        (fate.noticed < self.last_restore).then_some(self.last_restore)
    }

    fn tell(&self, fate: Fate) -> String {
        let ended = fate.ended;
        self.restored_since(fate).map_or(ended.to_string(), |query| {
            format!("{ended}, and the restore of query {query} did not bring it back")
        })
    }
}
