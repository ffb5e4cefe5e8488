//! What is saved, what is brought back, and how long that lives.

use std::collections::BTreeSet;

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
        let records = self.saved();
        let count = self.count(&records);
        let records = self.as_saved(records);
        let is_shared = matches!(self.slip, Some(Slip::BackupShallow | Slip::BackupRebases));
        if self.slips(Slip::BackupRebases) {
            // The maps of the present are new ones.
            self.part();
            let now = u128::from(self.now);
            let cells = self.records.values_mut().flat_map(IndexMap::values_mut);
            cells.for_each(|cell| cell.end = cell.end.map(|end| end.saturating_sub(now)));
        }
        if self.slips(Slip::OnlyLastKept) {
            self.backups.clear();
        }
        self.backups.push(SavedCells { taken: self.now, records, is_shared });
        if self.slips(Slip::BackupMoves) {
            self.records.clear();
        }
        count
    }

    /// The records that a backup finds.
    fn saved(&self) -> SavedRecords {
        let mut records = self.records.clone();
        if self.slips(Slip::ReadMakesRecord) {
            let is_found = |name: &String, record: &SlipRecord| record.is_empty() || self.has_live(name);
            records.retain(|name, record| is_found(name, record));
            return records;
        }
        if !self.slips(Slip::DeadCounted) {
            for (name, record) in &mut records {
                record.retain(|field, cell| self.is_live(name, field, cell));
            }
        }
        if !self.slips(Slip::EmptyCounted) {
            records.retain(|_, record| !record.is_empty());
        }
        records
    }

    /// Is a cell of a record live?
    pub(super) fn has_live(&self, name: &str) -> bool {
        let mut cells = self.records.get(name).into_iter().flatten();
        cells.any(|(field, cell)| self.is_live(name, field, cell))
    }

    /// What is answered to a backup of these records.
    fn count(&self, records: &SavedRecords) -> String {
        let is_whole = |name: &String, record: &SlipRecord| {
            self.records.get(name).is_some_and(|all| all.len() == record.len())
        };
        let count = match self.slip {
            Some(Slip::NothingCounted) => return String::new(),
            Some(Slip::CellsCounted) => records.values().map(IndexMap::len).sum(),
            Some(Slip::PartlyDeadUncounted) => {
                records.iter().filter(|(name, record)| is_whole(name, record)).count()
            }
            Some(Slip::BackupsCounted) => self.backups.len() + 1,
            _ => records.keys().map(|name| self.names(name, "").0).collect::<BTreeSet<_>>().len(),
        };
        count.to_string()
    }

    /// The records as a backup keeps them.
    fn as_saved(&self, mut records: SavedRecords) -> SavedRecords {
        match self.slip {
            Some(Slip::LastFieldSaved) => {
                records.values_mut().for_each(|record| drop(record.drain(..record.len().saturating_sub(1))));
            }
            // A record is saved with all that lies in it.
            Some(Slip::DeadBroughtBack | Slip::NothingLeftPermanent | Slip::BackupShallow) => {
                for (name, record) in &mut records {
                    record.clone_from(&self.records[name]);
                }
            }
            _ => {}
        }
        records
    }

    pub(super) fn restore(&mut self, asked: u64) -> String {
        let asked =
            if self.slips(Slip::RestoreSwapped) { std::mem::replace(&mut self.now, asked) } else { asked };
        let Some(place) = self.chosen(asked).filter(|_| !self.slips(Slip::RestoreNothing)) else {
            return String::new();
        };
        self.part();
        let SavedCells { taken, mut records, .. } = self.backups[place].clone();
        match self.slip {
            Some(Slip::LaterDropped) => self.backups.retain(|saved| saved.taken <= asked),
            Some(Slip::RestoredOnce) => drop(self.backups.remove(place)),
            Some(Slip::RestoreBacksUp) => drop(self.backup()),
            _ => {}
        }
        self.leave_out(&mut records);
        for cell in records.values_mut().flat_map(IndexMap::values_mut) {
            cell.end = self.rebased(cell, taken, asked);
            self.cells += 1;
            cell.number = self.cells;
        }
        if self.slips(Slip::RebasedInBackup) {
            self.backups[place].records.clone_from(&records);
        }
        self.put_back(records);
        self.handed_out = self.slips(Slip::BackupHandedOut).then_some(place);
        String::new()
    }

    /// Leaves out what is not brought back, or takes in what should not be.
    fn leave_out(&self, records: &mut SavedRecords) {
        let now = u128::from(self.now);
        match self.slip {
            Some(Slip::BackupShared) => records.clone_from(&self.records),
            Some(Slip::DeadNotBroughtBack) => {
                let is_live = |cell: &SlipCell| cell.end.is_none_or(|end| now < end);
                records.values_mut().for_each(|record| record.retain(|_, cell| is_live(cell)));
            }
            Some(Slip::GoneNotRestored) => records.retain(|name, _| self.has_live(name)),
            _ => {}
        }
    }

    fn put_back(&mut self, mut records: SavedRecords) {
        match self.slip {
            Some(Slip::LaidOver) => self.records.extend(records),
            Some(Slip::PresentKept) => {
                for (name, record) in &mut records {
                    let present = self.records.get(name).into_iter().flatten();
                    record.extend(present.map(|(field, cell)| (field.clone(), cell.clone())));
                }
                self.records = records;
            }
            _ => self.records = records,
        }
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

    /// Where cells are shared, what is set anew is so in the backups too.
    pub(super) fn write_through(&mut self, cell: &SlipCell) {
        if self.slips(Slip::CellsShared) {
            let saved = self.backups.iter_mut().flat_map(|saved| saved.records.values_mut());
            for shared in saved.flat_map(IndexMap::values_mut).filter(|saved| saved.number == cell.number) {
                shared.clone_from(cell);
            }
        }
    }

    /// The backup that is brought back, by its place.
    fn chosen(&self, asked: u64) -> Option<usize> {
        let mut backups = self.backups.iter().enumerate();
        let mut early = backups.clone().filter(|(_, saved)| saved.taken <= asked);
        let latest = early.clone().max_by_key(|(_, saved)| saved.taken);
        let chosen = match self.slip {
            Some(Slip::Earliest) => early.min_by_key(|(_, saved)| saved.taken),
            // With no backup early enough there is nothing to bring back.
            Some(Slip::Newest) => early.next().and(backups.next_back()),
            Some(Slip::SecondLatest) => early.clone().nth(early.count().saturating_sub(2)),
            Some(Slip::Nearest) => {
                early.next().and(backups.rev().min_by_key(|(_, saved)| saved.taken.abs_diff(asked)))
            }
            Some(Slip::NearestEarlier) => {
                // Of one moment the later taken is kept, as in a map of moments.
                let distance = |saved: &SavedCells| (saved.taken.abs_diff(asked), saved.taken);
                early.next().and(backups.rev().min_by_key(|(_, saved)| distance(saved)))
            }
            Some(Slip::FirstAfter) => backups.find(|(_, saved)| saved.taken >= asked).or(latest),
            Some(Slip::StrictlyBefore) => {
                early.filter(|(_, saved)| saved.taken < asked).max_by_key(|(_, saved)| saved.taken)
            }
            Some(Slip::ExactOnly) => backups.rev().find(|(_, saved)| saved.taken == asked),
            Some(Slip::MomentsAsTexts) => {
                backups.rfind(|(_, saved)| saved.taken.to_string() <= asked.to_string())
            }
            Some(Slip::LatestAsText) => early.max_by_key(|(_, saved)| saved.taken.to_string()),
            _ => latest,
        };
        chosen.map(|(place, _)| place)
    }

    /// Where the lifetime of a cell ends that is brought back.
    fn rebased(&self, cell: &SlipCell, taken: u64, asked: u64) -> Option<u128> {
        let [now, taken, asked] = [self.now, taken, asked].map(u128::from);
        let Some(end) = cell.end else {
            return self.slips(Slip::PermanentEnds).then(|| now.saturating_sub(taken));
        };
        let left = end.saturating_sub(taken);
        Some(match self.slip {
            Some(Slip::MadePermanent) => return None,
            Some(Slip::NothingLeftPermanent) if left == 0 => return None,
            Some(Slip::NotRebased) => end,
            Some(Slip::BackupRebases) => now + end,
            Some(Slip::Refilled) => now + cell.ttl.map_or(0, u128::from),
            Some(Slip::LeftFromAsked) => now + end.saturating_sub(asked),
            Some(Slip::LeftFromFirst) => now + cell.first_end.unwrap_or(end).saturating_sub(taken),
            Some(Slip::BegunAtAsked) => asked + left,
            Some(Slip::OneLess) => (now + left).saturating_sub(1),
            Some(Slip::OneMore) => now + left + 1,
            Some(Slip::DeadBroughtBack) => now + end.abs_diff(taken),
            _ => now + left,
        })
    }
}
