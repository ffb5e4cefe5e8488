//! Level 5, whole keys: a key's own value, records as a whole, and the database as a whole.
//!
//! A key's own value is the cell whose field is the empty text, so it has all that a cell has.
//!
//! ```text
//!   CLEAR   without backups: everything is dropped
//!           with backups:    the timeline goes on without a past, as after a RESTORE to before everything;
//!                            what a backup holds stays where it is, unseen
//! ```

use super::blobs::Blobs;
use super::outcome::WholeChange;
use super::records::{Record, RecordTable};
use super::stored::StoredValue;
use super::transactions::{WholeDbWrite, WriteTarget};
use super::undo::UndoLog;
use super::{Engine, Text};
use crate::reply::{Item, Reply};
use crate::time::{ClockRule, Time};

impl Engine {
    /// Deletes all live cells of a record.
    pub(super) fn delete_record<V>(&mut self, key: &str, now: Time) -> Reply<'static, V> {
        let record = self.records.get(key).into_iter();
        let cells = record.flat_map(|record| record.live_cells("", &self.timeline, now));
        let fields: Vec<Text> = cells.map(|(field, _)| field.clone()).collect();
        for field in &fields {
            self.remove(key, field, now);
        }
        Reply::Bool(!fields.is_empty())
    }

    /// Looks whether a cell or, without a field, any of a record is live.
    pub(super) fn exists<V>(&self, key: &str, field: Option<&str>, now: Time) -> Reply<'static, V> {
        Reply::Bool(match field {
            Some(field) => self.records.live_cell(key, field, &self.timeline, now).is_some(),
            None => self.records.get(key).is_some_and(|record| self.is_live(record, now)),
        })
    }

    /// Lists the keys of all live records.
    pub(super) fn keys<V>(&mut self, now: Time) -> Reply<'_, V> {
        self.prepare(now);
        Reply::Keys(self.live_records(now).into_iter().map(|(key, _)| key.into()).collect())
    }

    /// Lists the values of all live cells.
    pub(super) fn values<B: Blobs>(&mut self, now: Time) -> Reply<'_, B::Value<'_>> {
        self.prepare(now);
        Reply::Values(self.live_items(now).map(|item| B::value(item.value)).collect())
    }

    /// Lists all live cells.
    pub(super) fn items<B: Blobs>(&mut self, now: Time) -> Reply<'_, B::Value<'_>> {
        self.prepare(now);
        Reply::Items(self.live_items(now).map(|item| item.with(B::value)).collect())
    }

    /// Tells the number of live records, which is kept. Under the free rule a query without a timestamp
    /// ignores expiry, and so does the number.
    pub(super) fn size<V>(&mut self, now: Time) -> Reply<'static, V> {
        self.catch_up(now);
        Reply::Count(self.records.live_records())
    }

    /// Empties the database, but for the backups.
    pub(super) fn clear<V>(&mut self) -> Reply<'static, V> {
        self.note_whole(WholeChange::Cleared);
        self.touch_whole(WholeDbWrite::Left);
        self.note_change(WriteTarget::All);
        if self.backups.is_empty() && !self.is_shared() {
            self.records = RecordTable::default();
            self.undo = UndoLog::default();
            self.expiries.clear();
            return Reply::Done;
        }
        let written = self.written();
        self.undo_open(written);
        if self.is_inside() || !self.backups.is_empty() {
            self.timeline.clear();
        }
        self.records.clear_live();
        self.expiries.rewind(self.expiries.settled());
        Reply::Done
    }

    /// Sees to it that a list costs what it returns: it walks over few records that are not live.
    pub(super) fn prepare(&mut self, now: Time) {
        self.catch_up(now);
        self.records.index_live(&self.timeline);
    }

    /// Counts the dead as dead.
    fn catch_up(&mut self, now: Time) {
        if self.clock.rule() == ClockRule::Monotone {
            self.settle(now);
        }
    }

    fn is_live(&self, record: &Record, now: Time) -> bool {
        record.live_cells("", &self.timeline, now).next().is_some()
    }

    /// The records with a live cell, in order.
    pub(super) fn live_records(&self, now: Time) -> Vec<(&str, &Record)> {
        let live = self.records.iter_live().filter(|(_, record)| self.is_live(record, now));
        let mut records: Vec<_> = live.map(|(key, record)| (key.as_str(), record)).collect();
        records.sort_unstable_by_key(|(key, _)| *key);
        records
    }

    /// The live cells, in order.
    pub(super) fn live_items(&self, now: Time) -> impl Iterator<Item = Item<'_, &StoredValue>> {
        self.live_records(now).into_iter().flat_map(move |(key, record)| {
            let cells = record.live_cells("", &self.timeline, now);
            cells.map(move |(field, content)| Item {
                key: key.into(),
                field: field.as_str().into(),
                value: &content.value,
            })
        })
    }
}
