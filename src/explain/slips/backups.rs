//! What is saved, what is brought back, and how long that lives.

use indexmap::IndexMap;

use super::{Slip, SlipCell, SlipRecord, Slipping};

/// What a backup holds.
type SavedRecords = IndexMap<String, SlipRecord>;

/// A backup of the model.
#[derive(Clone, Debug)]
pub(super) struct SavedCells {
    taken: u64,
    pub(super) records: SavedRecords,
    /// Are its cells those of the present, where only the records are copied?
    is_shared: bool,
}

impl Slipping {
    pub(super) fn backup(&mut self) -> String {
        let mut records = self.records.clone();
        if !self.slips(Slip::DeadCounted) {
            records.values_mut().for_each(|record| record.retain(|_, cell| self.is_live(cell)));
        }
        if !self.slips(Slip::EmptyCounted) {
            records.retain(|_, record| !record.is_empty());
        }
        let cells: usize = records.values().map(IndexMap::len).sum();
        let count = if self.slips(Slip::CellsCounted) { cells } else { records.len() };
        let is_shared = self.slips(Slip::BackupShallow);
        self.backups.push(SavedCells { taken: self.now, records, is_shared });
        count.to_string()
    }

    pub(super) fn restore(&mut self, asked: u64) -> String {
        let Some(place) = self.chosen(asked).filter(|_| !self.slips(Slip::RestoreNothing)) else {
            return String::new();
        };
        self.part();
        let SavedCells { taken, mut records, .. } = self.backups[place].clone();
        match self.slip {
            Some(Slip::BackupShared) => records.clone_from(&self.records),
            Some(Slip::DeadNotBroughtBack) => {
                records.values_mut().for_each(|record| record.retain(|_, cell| self.is_live(cell)));
            }
            _ => {}
        }
        for cell in records.values_mut().flat_map(IndexMap::values_mut) {
            cell.end = self.rebased(cell, taken, asked);
        }
        if self.slips(Slip::LaidOver) {
            self.records.extend(records);
        } else {
            self.records = records;
        }
        self.handed_out = self.slips(Slip::BackupHandedOut).then_some(place);
        String::new()
    }

    /// From here on nothing that is saved has the cells of the present.
    fn part(&mut self) {
        for saved in self.backups.iter_mut().filter(|saved| saved.is_shared) {
            saved.is_shared = false;
            for (key, record) in &mut saved.records {
                if let Some(present) = self.records.get(key) {
                    record.clone_from(present);
                }
            }
        }
    }

    /// The backup that is brought back, by its place.
    fn chosen(&self, asked: u64) -> Option<usize> {
        let mut backups = self.backups.iter().enumerate();
        let mut early = backups.clone().filter(|(_, saved)| saved.taken <= asked);
        let chosen = match self.slip {
            Some(Slip::Earliest) => early.min_by_key(|(_, saved)| saved.taken),
            // With no backup early enough there is nothing to bring back.
            Some(Slip::Newest) => early.next().and(backups.next_back()),
            Some(Slip::Nearest) => {
                early.next().and(backups.rev().min_by_key(|(_, saved)| saved.taken.abs_diff(asked)))
            }
            Some(Slip::StrictlyBefore) => {
                early.filter(|(_, saved)| saved.taken < asked).max_by_key(|(_, saved)| saved.taken)
            }
            Some(Slip::ExactOnly) => backups.rev().find(|(_, saved)| saved.taken == asked),
            _ => early.max_by_key(|(_, saved)| saved.taken),
        };
        chosen.map(|(place, _)| place)
    }

    /// Where the lifetime of a cell ends that is brought back.
    fn rebased(&self, cell: &SlipCell, taken: u64, asked: u64) -> Option<u128> {
        let (end, now) = (cell.end?, u128::from(self.now));
        match self.slip {
            Some(Slip::NotRebased) => Some(end),
            Some(Slip::Refilled) => cell.ttl.map(|ttl| now + u128::from(ttl)),
            Some(Slip::LeftFromAsked) => Some(now + end.saturating_sub(u128::from(asked))),
            Some(Slip::MadePermanent) => None,
            _ => Some(now + end.saturating_sub(u128::from(taken))),
        }
    }
}
