//! How a tracer's cells follow the database: those that an outcome may have changed are looked up, and no
//! others.

use std::collections::BTreeSet;

use super::{Followed, Tracer};
use crate::engine::{CellWrite, Outcome, WholeChange, WriteKind};
use crate::time::Time;
use crate::trace::restoring::RestoreBase;
use crate::trace::state::{CellKey, TracedCell};
use crate::trace::{Ending, GoneCell};

impl Tracer {
    /// Brings the cells to where they are after the query, records how cells went, and answers which did.
    pub(super) fn follow(&mut self, outcome: &Outcome) -> Vec<GoneCell> {
        let mut gone = Vec::new();
        for name in self.candidates(outcome) {
            gone.extend(self.update(&name, outcome).map(|cell| (name, cell)));
        }
        if let Some(WholeChange::Restored { .. }) = outcome.whole {
            self.endings.restored(self.number);
        }
        let gone = gone.into_iter().map(|(name, cell)| self.went(&name, cell, outcome)).collect();
        if let Some(name) = set(outcome, WriteKind::SetDead).map(name_of).filter(|name| self.follows(name)) {
            self.endings.record(&name, Ending::OnArrival(self.number), self.number);
        }
        self.rebase(outcome);
        if let Some(WholeChange::RolledBack) = outcome.whole {
            self.transaction = None;
        }
        gone
    }

    fn follows(&self, name: &CellKey) -> bool {
        self.followed.as_ref().is_none_or(|Followed { key, field }| {
            *key == name.0 && field.as_ref().is_none_or(|field| *field == name.1)
        })
    }

    /// The cells that may have changed, in order: no others have.
    fn candidates(&self, outcome: &Outcome) -> BTreeSet<CellKey> {
        if let Some(Followed { key, field: Some(field) }) = &self.followed {
            return BTreeSet::from([(key.clone(), field.clone())]);
        }
        let mut names: BTreeSet<CellKey> = outcome.writes.iter().map(name_of).collect();
        names.extend(self.state.ended_by(self.engine.clock().now()).map(|(_, name)| name.clone()));
        match outcome.whole {
            Some(WholeChange::Restored { taken, .. }) => self.add_restored(taken, &mut names),
            Some(WholeChange::Cleared) => names.extend(self.state.names().cloned()),
            Some(WholeChange::RolledBack) => {
                let transaction = self.transaction.iter();
                names.extend(transaction.flat_map(|transaction| transaction.until.keys().cloned()));
            }
            Some(WholeChange::Saved { .. } | WholeChange::Began | WholeChange::Committed) | None => {}
        }
        names.retain(|name| self.follows(name));
        names
    }

    /// The cells that a restore may have changed.
    fn add_restored(&self, taken: Time, names: &mut BTreeSet<CellKey>) {
        if let Some(base) = self.base.as_ref().filter(|base| base.is(taken)) {
            // What has changed since, and what has another time left.
            names.extend(base.changed().cloned());
            names.extend(self.state.ends().map(|(_, name)| name.clone()));
            return;
        }
        names.extend(self.state.names().cloned());
        names.extend(self.engine.cells().iter().map(|cell| (cell.key.into(), cell.field.into())));
    }

    /// Brings one cell to where it is; the answer is what it was if it is gone.
    fn update(&mut self, name: &CellKey, outcome: &Outcome) -> Option<TracedCell> {
        let new = self.engine.cell(&name.0, &name.1).map(|cell| TracedCell::of(&cell));
        let is_set = || set(outcome, WriteKind::Set).is_some_and(|write| name_of(write) == *name);
        let old = self.state.get(name);
        let is_same = match (old, &new) {
            (Some(old), Some(new)) => old.value == new.value && old.until == new.until && !is_set(),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if is_same {
            return None;
        }
        let (was_live, until) = (old.is_some(), old.and_then(|old| old.until));
        let is_new = !*self.touched.entry(name.clone()).or_insert(was_live);
        if let Some(transaction) = &mut self.transaction {
            transaction.until.entry(name.clone()).or_insert(until);
        }
        if let Some(base) = &mut self.base {
            base.change(name);
        }
        let Some(new) = new else { return self.state.remove(name) };
        if !was_live {
            self.endings.forget(name);
        }
        self.state.insert(name.clone(), TracedCell { query: self.number, is_new, ..new });
        None
    }

    /// After a backup, and after one was brought back, the cells are those that it holds.
    fn rebase(&mut self, outcome: &Outcome) {
        match outcome.whole {
            Some(WholeChange::Saved { at: taken } | WholeChange::Restored { taken, .. }) => {
                self.base = Some(RestoreBase::new(taken, self.number));
            }
            Some(
                WholeChange::Cleared | WholeChange::Began | WholeChange::Committed | WholeChange::RolledBack,
            )
            | None => {}
        }
    }

    /// Finds out how a cell went, and records it.
    fn went(&mut self, name: &CellKey, cell: TracedCell, outcome: &Outcome) -> GoneCell {
        let query = self.number;
        let is_set_dead = set(outcome, WriteKind::SetDead).is_some();
        let ended = match (cell.until.filter(|until| *until <= self.engine.clock().now().0), outcome.whole) {
            (Some(until), _) => Ending::Died(until),
            (None, Some(WholeChange::Restored { .. })) => Ending::NotBroughtBack(query),
            (None, Some(WholeChange::RolledBack)) => {
                self.endings.noticed_at(query, name).unwrap_or(Ending::Undone(query))
            }
            (
                None,
                Some(
                    WholeChange::Saved { .. }
                    | WholeChange::Cleared
                    | WholeChange::Began
                    | WholeChange::Committed,
                )
                | None,
            ) => {
                if is_set_dead {
                    Ending::OnArrival(query)
                } else {
                    Ending::Removed(query)
                }
            }
        };
        self.endings.record(name, ended, query);
        GoneCell { key: name.0.to_string(), field: name.1.to_string(), value: cell.value, ended }
    }
}

/// The cell that a query has set in this way: it is the only one that the query writes.
fn set(outcome: &Outcome, kind: WriteKind) -> Option<&CellWrite> {
    outcome.writes.first().filter(|write| write.kind == kind)
}

fn name_of(write: &CellWrite) -> CellKey {
    (write.key.as_str().into(), write.field.as_str().into())
}
