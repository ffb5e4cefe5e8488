//! All records, by key, and the number of those that have a live cell.
//!
//! Invariants: a record has a cell; a cell was set once, unless it is there only to tell a transaction that
//! it was not; the count of a record is the number of its cells that were live when expiries were last
//! settled, and at a backup the number that were live then. (Under the free rule expiries are never settled,
//! so every cell counts.)

mod check;

use std::sync::Arc;

use super::Text;
use super::expiries::PendingExpiry;
use super::fields::Fields;
use super::history::History;
use super::live::Live;
use super::shards::{Shards, Table};
use super::stored::{StoredText, StoredValue};
use super::timeline::{Epoch, Timeline, Watchers};
use crate::time::{Lifetime, Time};

/// What a cell holds.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) value: StoredValue,
    pub(super) lifetime: Lifetime,
}

/// What a cell held for a time: `None` if it was deleted.
pub(super) type Version = Option<Content>;

/// A cell: its contents over time.
pub(super) type CellHistory = History<Version>;

/// A record: its cells, and how many of them are counted as live.
#[derive(Clone, Debug)]
pub(super) struct Record {
    fields: Fields,
    count: History<u32>,
}

/// How cells are seen.
#[derive(Clone, Copy)]
pub(super) struct Seen<'t> {
    pub(super) timeline: &'t Timeline,
    pub(super) now: Time,
    /// Up to which moment the dead are counted as dead.
    pub(super) settled: Time,
}

/// Which versions are the first of the open epoch, so that a restore must undo them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NewVersions {
    pub(super) cell: bool,
    pub(super) count: bool,
}

/// Records by key.
#[derive(Clone, Debug, Default)]
pub(super) struct RecordTable {
    /// No answer is made in its order.
    by_key: Shards<Record>,
    live: Live,
}

impl Record {
    /// A record with one cell.
    fn new(open: Epoch, field: &str, content: Content) -> Self {
        let mut fields = Fields::default();
        fields.insert(field, History::new(open, Some(content)));
        Self { fields, count: History::new(open, 1) }
    }

    /// A record with these cells, one at least.
    pub(super) fn of_parts(fields: Fields, count: History<u32>) -> Self {
        Self { fields, count }
    }

    /// How many cells are counted as live.
    pub(super) fn count(&self) -> &History<u32> {
        &self.count
    }

    /// The cells live at `now` whose field begins with `prefix`, in field order.
    pub(super) fn live_cells(
        &self,
        prefix: &str,
        timeline: &Timeline,
        now: Time,
    ) -> impl Iterator<Item = (&Text, &Content)> {
        let cells = self.fields.with_prefix(prefix);
        cells.filter_map(move |(field, cell)| Some((field, live(cell, timeline, now)?)))
    }

    /// All cells, also those that only a backup can bring back, in field order.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&Text, &CellHistory)> {
        self.fields.with_prefix("")
    }

    /// Takes a cell out; tells whether it was the last, so that the record goes too.
    fn remove(&mut self, field: &str) -> bool {
        self.fields.remove(field);
        self.fields.is_empty()
    }

    /// Counts a cell more; tells whether the count is new in the open epoch.
    fn count_birth(&mut self, key: &Text, live: &mut Live, timeline: &Timeline) -> bool {
        // Where no count is seen nothing is live. An image may tell an untruth, so none is relied on: `check`
        // finds those.
        let cells = self.count.seen(timeline).copied().unwrap_or(0);
        if cells == 0 {
            live.born(key);
        }
        self.count.write(timeline.open(), cells.saturating_add(1))
    }

    /// Counts a cell less; tells whether the count is new in the open epoch.
    fn count_death(&mut self, key: &Text, live: &mut Live, timeline: &Timeline) -> bool {
        // As above.
        let cells = self.count.seen(timeline).map_or(0, |cells| cells.saturating_sub(1));
        if cells == 0 {
            live.died(key);
        }
        self.count.write(timeline.open(), cells)
    }
}

/// What a cell holds, if it is live at `now`.
pub(super) fn live<'c>(cell: &'c CellHistory, timeline: &Timeline, now: Time) -> Option<&'c Content> {
    cell.seen(timeline)?.as_ref().filter(|content| content.lifetime.holds_at(now))
}

impl RecordTable {
    pub(super) fn get(&self, key: &str) -> Option<&Record> {
        self.by_key.get(key)
    }

    /// What a cell holds, if it is live at `now`.
    #[inline]
    pub(super) fn live_cell(
        &self,
        key: &str,
        field: &str,
        timeline: &Timeline,
        now: Time,
    ) -> Option<&Content> {
        live(self.by_key.get(key)?.fields.get(field)?, timeline, now)
    }

    /// Gives a cell new content.
    #[inline]
    pub(super) fn put(&mut self, key: &str, field: &str, content: Content, view: Seen<'_>) -> NewVersions {
        let (timeline, open) = (view.timeline, view.timeline.open());
        let Some(mut entry) = self.by_key.find(key) else {
            let key = Text::new(key);
            self.live.born(&key);
            self.by_key.insert(key, Record::new(open, field, content));
            // The count of a record goes with its last cell, so it need not be undone.
            return NewVersions { cell: true, count: false };
        };
        let (key, record) = entry.get_mut();
        let (was_counted, cell) = if let Some(cell) = record.fields.get_mut(field) {
            (live(cell, timeline, view.settled).is_some(), cell.write(open, Some(content)))
        } else {
            record.fields.insert(field, History::new(open, Some(content)));
            (false, true)
        };
        let count = !was_counted && record.count_birth(key, &mut self.live, timeline);
        NewVersions { cell, count }
    }

    /// Adds an item to what a live cell holds, if the open epoch has written that: how many there are then,
    /// or the item.
    pub(super) fn append(
        &mut self,
        key: &str,
        field: &str,
        item: StoredText,
        (open, now): (Epoch, Time),
    ) -> Result<usize, StoredText> {
        let Some(mut entry) = self.by_key.find(key) else { return Err(item) };
        let (_, record) = entry.get_mut();
        let cell = record.fields.get_mut(field).and_then(|cell| cell.newest_of(open)?.as_mut());
        let Some(Content { value, .. }) = cell.filter(|content| content.lifetime.holds_at(now)) else {
            return Err(item);
        };
        Ok(value.push(item))
    }

    /// Deletes a cell; `None` if it is not live.
    #[inline]
    pub(super) fn delete(&mut self, key: &str, field: &str, view: Seen<'_>) -> Option<NewVersions> {
        let (timeline, open) = (view.timeline, view.timeline.open());
        let mut entry = self.by_key.find(key)?;
        let (key, record) = entry.get_mut();
        let cell = record.fields.get_mut(field)?;
        // What is live now was live when expiries were settled, so it was counted.
        live(cell, timeline, view.now)?;
        let goes = cell.is_only_of(open);
        let new_cell = !goes && cell.write(open, None);
        let mut count = record.count_death(key, &mut self.live, timeline);
        if goes && record.remove(field) {
            entry.remove();
        } else if goes {
            // With the cell goes what told of the count's version.
            count = true;
        }
        Some(NewVersions { cell: new_cell, count })
    }

    /// Takes the death of a cell into account, if it is this version that is seen of it. Its content goes
    /// where no backup holds it. The answer tells what was written, and whether nothing will ask for this
    /// expiry again.
    pub(super) fn expire(&mut self, expiry: &PendingExpiry, timeline: &Timeline) -> (NewVersions, bool) {
        let Some(mut entry) = self.by_key.find(&expiry.key) else { return (NewVersions::default(), true) };
        let (key, record) = entry.get_mut();
        let Some(cell) = record.fields.get_mut(&expiry.field) else { return (NewVersions::default(), true) };
        let seen = cell.seen_version(timeline);
        if !seen.is_some_and(|(epoch, content)| epoch == expiry.epoch && expiry.is_of(content.as_ref())) {
            return (NewVersions::default(), false);
        }
        let goes = cell.is_only_of(timeline.open());
        if !goes && expiry.epoch == timeline.open() {
            cell.write(timeline.open(), None);
        }
        let mut count = record.count_death(key, &mut self.live, timeline);
        if goes && record.remove(&expiry.field) {
            entry.remove();
        } else if goes {
            count = true;
        }
        (NewVersions { cell: false, count }, goes)
    }

    /// Undoes what an epoch wrote into the count of a record and, with a field, into a cell of it.
    pub(super) fn undo(&mut self, key: &str, field: Option<&str>, epoch: Epoch) {
        let Some(mut entry) = self.by_key.find(key) else { return };
        let (_, record) = entry.get_mut();
        if !record.count.undo(epoch) {
            // Cells that are left are those of transactions, whose counts are to come: nobody sees one yet.
            record.count = History::new(Epoch::FIRST, 0);
        }
        let Some(field) = field else { return };
        let cell = record.fields.get_mut(field);
        let goes = cell.is_some_and(|cell| !cell.undo(epoch) || cell.is_deleted_for_good());
        if goes && record.remove(field) {
            entry.remove();
        }
    }

    /// Gives an epoch of a transaction what is seen of a cell and of its record's count, unless it has a
    /// version of it. The answer is the content that it was given, if it was: `Some(None)` where no cell is
    /// seen.
    pub(super) fn preserve(
        &mut self,
        (key, field): (&str, Option<&str>),
        epoch: Epoch,
        timeline: &Timeline,
    ) -> Option<Version> {
        let Some(mut entry) = self.by_key.find(key) else {
            let mut fields = Fields::default();
            fields.insert(field?, History::new(epoch, None));
            self.by_key.insert(Text::new(key), Record { fields, count: History::new(epoch, 0) });
            return Some(None);
        };
        let (_, record) = entry.get_mut();
        if !record.count.is_of(epoch) {
            // Where none is seen nothing is live.
            let cells = record.count.seen(timeline).copied().unwrap_or(0);
            record.count.write(epoch, cells);
        }
        let field = field?;
        let Some(cell) = record.fields.get_mut(field) else {
            record.fields.insert(field, History::new(epoch, None));
            return Some(None);
        };
        if cell.is_of(epoch) {
            return None;
        }
        let content = cell.seen(timeline).cloned().flatten();
        cell.write(epoch, content.clone());
        Some(content)
    }

    /// The same; the answer is what was in the cell.
    pub(super) fn take(&mut self, key: &str, field: &str, epoch: Epoch) -> Option<Version> {
        let cell = self.by_key.get(key)?.fields.get(field);
        let content = cell.and_then(|cell| cell.written_in(epoch)).cloned();
        self.undo(key, Some(field), epoch);
        content
    }

    /// Which of them are counted as live.
    pub(super) fn live(&self) -> &Live {
        &self.live
    }

    /// Counts others as live from now on; those before are there then.
    pub(super) fn swap_live(&mut self, live: &mut Live) {
        std::mem::swap(&mut self.live, live);
    }

    /// Begins a transaction, for which the same are live; the answer is what is for the database meanwhile.
    pub(super) fn fork_live(&mut self) -> Live {
        let transaction = self.live.fork();
        std::mem::replace(&mut self.live, transaction)
    }

    /// Takes out a version that nothing sees: the newest but one of a cell or, without a field, of a record's
    /// count.
    pub(super) fn forget(&mut self, key: &str, field: Option<&str>, epoch: Epoch) {
        let Some(mut entry) = self.by_key.find(key) else { return };
        let (_, record) = entry.get_mut();
        let Some(field) = field else {
            record.count.forget(epoch);
            return;
        };
        let Some(cell) = record.fields.get_mut(field) else { return };
        cell.forget(epoch);
        if cell.is_deleted_for_good() && record.remove(field) {
            entry.remove();
        }
    }

    /// The versions that nobody sees, or sees in vain: of cells and, without a field, of the counts of records.
    pub(super) fn unseen(&self, watchers: &Watchers) -> Vec<(Text, Option<Text>, Epoch)> {
        let mut all = Vec::new();
        for (key, record) in self.iter() {
            let count = watchers.unseen(record.count.iter().map(|(epoch, count)| (epoch, *count == 0)));
            all.extend(count.into_iter().map(|epoch| (key.clone(), None, epoch)));
            for (field, cell) in record.cells() {
                let unseen = watchers.unseen(cell.iter().map(|(epoch, content)| (epoch, content.is_none())));
                all.extend(unseen.into_iter().map(|epoch| (key.clone(), Some(field.clone()), epoch)));
            }
        }
        all
    }

    /// Takes out a version of a cell or, without a field, of the count of a record.
    pub(super) fn take_out(&mut self, key: &str, field: Option<&str>, epoch: Epoch) {
        let Some(mut entry) = self.by_key.find(key) else { return };
        let (_, record) = entry.get_mut();
        let Some(field) = field else {
            if !record.count.undo(epoch) {
                record.count = History::new(Epoch::FIRST, 0);
            }
            return;
        };
        let cell = record.fields.get_mut(field);
        let goes = cell.is_some_and(|cell| !cell.undo(epoch) || cell.is_deleted_for_good());
        if goes && record.remove(field) {
            entry.remove();
        }
    }

    /// Did the open epoch write this cell or, without a field, the count of this record?
    pub(super) fn is_of(&self, key: &str, field: Option<&str>, open: Epoch) -> bool {
        let record = self.by_key.get(key);
        record.is_some_and(|record| match field {
            None => record.count.is_of(open),
            Some(field) => record.fields.get(field).is_some_and(|cell| cell.is_of(open)),
        })
    }

    /// Is there a version that this expiry is of?
    pub(super) fn has_version_of(&self, expiry: &PendingExpiry) -> bool {
        let cell = self.by_key.get(&expiry.key).and_then(|record| record.fields.get(&expiry.field));
        let content = cell.and_then(|cell| cell.written_in(expiry.epoch));
        content.is_some_and(|content| expiry.is_of(content.as_ref()))
    }

    /// Adds a record as it is, of a key that is not there.
    pub(super) fn add(&mut self, key: Text, record: Record) {
        self.by_key.insert(key, record);
    }

    /// A snapshot of all records as they stand.
    pub(super) fn snapshot(&mut self) -> Vec<Arc<Table<Record>>> {
        self.by_key.snapshot()
    }

    /// How many records have a cell that is counted as live.
    pub(super) fn live_records(&self) -> u64 {
        self.live.records()
    }

    /// Goes back to a number saved with a backup.
    pub(super) fn set_live_records(&mut self, live_records: u64) {
        self.live.set(live_records);
    }

    /// No record is seen any more.
    pub(super) fn clear_live(&mut self) {
        self.live.clear(self.len());
    }

    /// Sees to it that [`Self::iter_live`] walks over few records that are not counted as live.
    pub(super) fn index_live(&mut self, timeline: &Timeline) {
        let all = self.len();
        if self.live.wants_index(all) {
            let counts = |record: &Record| record.count.seen(timeline).is_some_and(|cells| *cells > 0);
            let live = self.by_key.iter().filter(|(_, record)| counts(record));
            let keys = live.map(|(key, _)| key.clone()).collect();
            self.live.index(keys, all);
        }
    }

    /// The records that are counted as live, and others now and then, in no order.
    pub(super) fn iter_live(&self) -> impl Iterator<Item = (&Text, &Record)> {
        let indexed = self.live.keys().into_iter().flatten();
        // A count that an image has told wrong may leave a key behind.
        let indexed = indexed.filter_map(|key| Some((key, self.by_key.get(key)?)));
        let all = self.live.keys().is_none().then(|| self.by_key.iter());
        indexed.chain(all.into_iter().flatten())
    }

    /// All records, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Text, &Record)> {
        self.by_key.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// How many versions all cells have.
    pub(super) fn versions(&self) -> usize {
        let cells = self.iter().flat_map(|(_, record)| record.cells());
        cells.map(|(_, cell)| cell.versions()).sum()
    }
}
