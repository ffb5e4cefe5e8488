//! The undo log: what was written since the last backup, and what a restore undoes.
//!
//! Invariant: once there is a backup, every cell that has a version of the open epoch is recorded, and every
//! count that has one is recorded itself or with such a cell of its record; in a transaction always. Beside
//! transactions a cell may go before the count of its record does, so there both are recorded.

use std::collections::BTreeSet;

use super::records::RecordTable;
use super::timeline::Epoch;
use super::{Text, weight};

/// Records are swept when they have doubled, and not before they weigh so much.
const FEW: usize = 1024;

/// What has to be undone: a cell or, without a field, the count of a record.
pub(super) type UndoRecord = (Text, Option<Text>);

/// What has a version of the open epoch. Some of it may be gone since, or stand twice.
#[derive(Clone, Debug, Default)]
pub(super) struct UndoLog {
    entries: Vec<UndoRecord>,
    /// Their weight, now and after they were last swept.
    weight: usize,
    swept: usize,
}

impl UndoLog {
    /// The entries of all versions of the open epoch, each once.
    pub(super) fn of(entries: Vec<UndoRecord>) -> Self {
        let weight = weight_of(&entries);
        Self { entries, weight, swept: weight }
    }

    pub(super) fn record(&mut self, key: &str, field: Option<&str>) {
        self.weight += weight(key, field.unwrap_or_default());
        self.entries.push((Text::new(key), field.map(Text::new)));
    }

    /// Once the entries have doubled: leaves those that are still true, each once.
    pub(super) fn sweep(&mut self, records: &RecordTable, open: Epoch) {
        if self.weight <= 2 * self.swept + FEW {
            return;
        }
        self.entries.sort_unstable();
        self.entries.dedup();
        self.entries.retain(|(key, field)| records.is_of(key, field.as_deref(), open));
        self.weight = weight_of(&self.entries);
        self.swept = self.weight;
    }

    /// Everything that is recorded.
    pub(super) fn iter(&self) -> impl Iterator<Item = &UndoRecord> {
        self.entries.iter()
    }

    /// Everything that was recorded; nothing is from then on.
    pub(super) fn take(&mut self) -> Vec<UndoRecord> {
        std::mem::take(self).entries
    }

    /// Everything that is recorded, to be looked up.
    pub(super) fn set(&self) -> BTreeSet<(&str, Option<&str>)> {
        self.entries.iter().map(|(key, field)| (key.as_str(), field.as_deref())).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

fn weight_of(entries: &[UndoRecord]) -> usize {
    entries.iter().map(|(key, field)| weight(key, field.as_deref().unwrap_or_default())).sum()
}
