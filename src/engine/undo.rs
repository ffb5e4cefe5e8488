//! The undo log: what was written since the last backup, and what a restore undoes.
//!
//! Invariant: once there is a backup, every record that has a version of the open epoch is noted; in a
//! transaction always.

use std::collections::BTreeSet;

use super::records::RecordTable;
use super::timeline::Epoch;
use super::{Text, weight};

/// Notes are swept when they have doubled, and not before they weigh so much.
const FEW: usize = 1024;

/// What has a version of the open epoch. Some of it may be gone since, or stand twice.
#[derive(Clone, Debug, Default)]
pub(super) struct UndoLog {
    entries: Vec<Text>,
    /// Their weight, now and after they were last swept.
    weight: usize,
    swept: usize,
}

impl UndoLog {
    /// The entries of all versions of the open epoch, each once.
    pub(super) fn of(entries: Vec<Text>) -> Self {
        let weight = weight_of(&entries);
        Self { entries, weight, swept: weight }
    }

    pub(super) fn record(&mut self, key: &str) {
        self.weight += weight(key);
        self.entries.push(Text::new(key));
    }

    /// Once the entries have doubled: leaves those that are still true, each once.
    pub(super) fn sweep(&mut self, records: &RecordTable, open: Epoch) {
        if self.weight <= 2 * self.swept + FEW {
            return;
        }
        self.entries.sort_unstable();
        self.entries.dedup();
        self.entries.retain(|key| records.is_of(key, open));
        self.weight = weight_of(&self.entries);
        self.swept = self.weight;
    }

    /// Everything that is recorded.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Text> {
        self.entries.iter()
    }

    /// Everything that was recorded; nothing is from then on.
    pub(super) fn take(&mut self) -> Vec<Text> {
        std::mem::take(self).entries
    }

    /// Everything that is recorded, to be looked up.
    pub(super) fn set(&self) -> BTreeSet<&str> {
        self.entries.iter().map(Text::as_str).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

fn weight_of(entries: &[Text]) -> usize {
    entries.iter().map(|key| weight(key)).sum()
}
