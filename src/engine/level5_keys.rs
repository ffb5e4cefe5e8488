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
use super::fields::Fields;
use super::live::Live;
use super::outcome::WholeChange;
use super::records::RecordTable;
use super::stored::StoredValue;
use super::transactions::{WholeDbWrite, WriteTarget};
use super::undo::UndoLog;
use super::{Engine, Text};
use crate::reply::{Item, Reply};
use crate::time::Time;

impl Engine {
    /// Deletes all live cells of a record.
    pub(super) fn delete_record<V>(&mut self, key: &str, now: Time) -> Reply<'static, V> {
        let record = self.records.seen(key, &self.timeline).into_iter();
        let cells = record.flat_map(|fields| fields.live("", now));
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
            None => self.records.seen(key, &self.timeline).is_some_and(|fields| fields.is_live(now)),
        })
    }

    /// Lists the keys of all live records.
    pub(super) fn keys<V>(&self, now: Time) -> Reply<'_, V> {
        self.index(now);
        Reply::Keys(self.live_records(now).into_iter().map(|(key, _)| key.as_str().into()).collect())
    }

    /// Lists the values of all live cells.
    pub(super) fn values<B: Blobs>(&self, now: Time) -> Reply<'_, B::Value<'_>> {
        self.index(now);
        Reply::Values(self.live_items(now).map(|item| B::value(item.value)).collect())
    }

    /// Lists all live cells.
    pub(super) fn items<B: Blobs>(&self, now: Time) -> Reply<'_, B::Value<'_>> {
        self.index(now);
        Reply::Items(self.live_items(now).map(|item| item.with(B::value)).collect())
    }

    /// Tells the number of live records, which is kept. Under the free rule a query without a timestamp
    /// ignores expiry, and so does the number.
    pub(super) fn size<V>(&self, now: Time) -> Reply<'static, V> {
        Reply::Count(self.live.count(now))
    }

    /// Empties the database, but for the backups.
    pub(super) fn clear<V>(&mut self) -> Reply<'static, V> {
        self.note_whole(WholeChange::Cleared);
        self.touch_whole(WholeDbWrite::Left);
        self.note_change(WriteTarget::All);
        if self.backups.is_empty() && !self.is_shared() {
            self.records = RecordTable::default();
            self.undo = UndoLog::default();
            self.live = Live::default();
            return Reply::Done;
        }
        let written = self.written();
        self.undo_open(written);
        if self.is_inside() || !self.backups.is_empty() {
            self.timeline.clear();
        }
        self.live = Live::none();
        Reply::Done
    }

    /// Sees to it that a list costs what it returns: it walks over few records that are not live.
    pub(super) fn index(&self, now: Time) {
        self.records.index(&self.live, &self.timeline, now);
    }

    /// The live records, in order.
    pub(super) fn live_records(&self, now: Time) -> Vec<(&Text, &Fields)> {
        self.records.live(&self.live, &self.timeline, now)
    }

    /// The live cells, in order.
    pub(super) fn live_items(&self, now: Time) -> impl Iterator<Item = Item<'_, &StoredValue>> {
        self.live_records(now).into_iter().flat_map(move |(key, fields)| {
            fields.live("", now).map(move |(field, content)| Item {
                key: key.as_str().into(),
                field: field.as_str().into(),
                value: &content.value,
            })
        })
    }
}
