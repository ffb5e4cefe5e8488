//! What was written since the last backup: what a restore takes back.
//!
//! Invariant: once there is a backup, every cell that has a version of the open epoch is noted, and every count that has
//! one is noted itself or with such a cell of its record; in a transaction always.

use std::collections::BTreeSet;

use super::records::Records;
use super::timeline::Epoch;
use super::{Text, weight};

/// Notes are swept when they have doubled, and not before they weigh so much.
const FEW: usize = 1024;

/// A cell or, without a field, the count of a record.
pub(super) type Note = (Text, Option<Text>);

/// Notes of what has a version of the open epoch. Some may be of cells that are gone since, or stand twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Unsaved {
    notes: Vec<Note>,
    /// Their weight, now and after they were last swept.
    weight: usize,
    swept: usize,
}

impl Unsaved {
    /// The notes of all versions of the open epoch, each once.
    pub(super) fn of(notes: Vec<Note>) -> Self {
        let weight = weight_of(&notes);
        Self { notes, weight, swept: weight }
    }

    pub(super) fn note(&mut self, key: &str, field: Option<&str>) {
        self.weight += weight(key, field.unwrap_or_default());
        self.notes.push((Text::new(key), field.map(Text::new)));
    }

    /// Once the notes have doubled: leaves those that are still true, each once.
    pub(super) fn sweep(&mut self, records: &Records, open: Epoch) {
        if self.weight <= 2 * self.swept + FEW {
            return;
        }
        self.notes.sort_unstable();
        self.notes.dedup();
        self.notes.retain(|(key, field)| records.is_of(key, field.as_deref(), open));
        self.weight = weight_of(&self.notes);
        self.swept = self.weight;
    }

    /// Everything that is noted.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter()
    }

    /// Everything that was noted; nothing is from then on.
    pub(super) fn take(&mut self) -> Vec<Note> {
        std::mem::take(self).notes
    }

    /// Everything that is noted, to be looked up.
    pub(super) fn set(&self) -> BTreeSet<(&str, Option<&str>)> {
        self.notes.iter().map(|(key, field)| (key.as_str(), field.as_deref())).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.notes.len()
    }
}

fn weight_of(notes: &[Note]) -> usize {
    notes.iter().map(|(key, field)| weight(key, field.as_deref().unwrap_or_default())).sum()
}
