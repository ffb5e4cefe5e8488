//! The names of a simulated disk: as they are, and which changes of them a loss of power may undo.
//!
//! Invariants: a change happens whole or not at all, so that a file being renamed always has one of its names; what a
//! failed sync was for is in doubt for good, also when a later one answers well.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};

/// Names, and the places of their files.
pub(super) type NameTable = BTreeMap<String, usize>;

/// A change of names.
#[derive(Clone, Debug)]
struct NameChange {
    time: u64,
    gone: Option<String>,
    come: Option<(String, usize)>,
    state: Durability,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durability {
    /// The next sync that answers well makes it durable.
    Dirty,
    /// A sync of it has failed.
    InDoubt,
    /// It only waits here for one before it that is in doubt.
    Durable,
}

impl NameChange {
    fn apply(&self, table: &mut NameTable) {
        if let Some(name) = &self.gone {
            table.remove(name);
        }
        if let Some((name, file)) = &self.come {
            table.insert(name.clone(), *file);
        }
    }
}

/// The names of a simulated disk.
#[derive(Clone, Debug, Default)]
pub(super) struct SimulatedNames {
    live: NameTable,
    durable: NameTable,
    /// What leads from the durable names to the live ones.
    changes: Vec<NameChange>,
}

impl SimulatedNames {
    pub(super) fn names(&self) -> &NameTable {
        &self.live
    }

    pub(super) fn find(&self, name: &str) -> io::Result<usize> {
        self.live.get(name).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// Adds a file of a name that no other has.
    pub(super) fn add_durable(&mut self, name: String, file: usize) {
        self.durable.insert(name.clone(), file);
        self.live.insert(name, file);
    }

    /// Takes one name away and gives another, as one change.
    pub(super) fn change(&mut self, time: u64, gone: Option<&str>, come: Option<(&str, usize)>) {
        let come = come.map(|(name, file)| (name.to_owned(), file));
        let change = NameChange { time, gone: gone.map(str::to_owned), come, state: Durability::Dirty };
        change.apply(&mut self.live);
        self.changes.push(change);
    }

    /// Makes the names durable, or, if that fails, leaves in doubt for good what was not.
    pub(super) fn sync(&mut self, succeeded: bool) {
        let dirty = self.changes.iter_mut().filter(|change| change.state == Durability::Dirty);
        dirty.for_each(|change| {
            change.state = if succeeded { Durability::Durable } else { Durability::InDoubt }
        });
        let settled = self.changes.iter().take_while(|change| change.state == Durability::Durable).count();
        self.changes.drain(..settled).for_each(|change| change.apply(&mut self.durable));
    }

    /// When the changes happened that may be lost, oldest first.
    pub(super) fn times(&self) -> impl Iterator<Item = u64> {
        self.changes.iter().filter(|change| change.state != Durability::Durable).map(|change| change.time)
    }

    /// The names that are found if of the changes that may be lost these survive.
    pub(super) fn found(&self, survives: &[bool]) -> NameTable {
        let (mut table, mut survives) = (self.durable.clone(), survives.iter());
        for change in &self.changes {
            if change.state == Durability::Durable || survives.next() == Some(&true) {
                change.apply(&mut table);
            }
        }
        table
    }

    /// Every file that some image may hold.
    pub(super) fn files(&self) -> impl Iterator<Item = usize> {
        let coming = self.changes.iter().filter_map(|change| Some(change.come.as_ref()?.1));
        self.durable.values().copied().chain(coming)
    }
}
