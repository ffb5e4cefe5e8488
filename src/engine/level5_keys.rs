//! Level 5, whole keys: a key's own value, records as a whole, and the database as a whole.
//!
//! A key's own value is the cell whose field is the empty string, so it has all that a cell has.
//!
//! ```text
//!   CLEAR   without backups: everything is dropped
//!           with backups:    the timeline goes on without a past, as after a RESTORE to before everything;
//!                            what a backup holds stays where it is, unseen
//! ```

use super::blobs::Blobs;
use super::fields::Fields;
use super::head::Head;
use super::live::Live;
use super::outcome::WholeChange;
use super::records::RecordTable;
use super::stored::StoredValue;
use super::transactions::{WholeDbWrite, WriteTarget};
use super::undo::UndoLog;
use super::{Common, Text};
use crate::reply::{Item, Reply};
use crate::time::Time;

impl Common {
    /// Deletes all live cells of a record.
    pub(super) fn delete_record<V>(&mut self, head: &mut Head, key: &str, now: Time) -> Reply<'static, V> {
        let record = self.records.seen(key, self.view(head)).into_iter();
        let cells = record.flat_map(|fields| fields.live("", now));
        let fields: Vec<Text> = cells.map(|(field, _)| field.clone()).collect();
        for field in &fields {
            self.remove(head, key, field, now);
        }
        Reply::Bool(!fields.is_empty())
    }

    /// Looks whether a cell or, without a field, any of a record is live.
    pub(super) fn exists<V>(
        &self,
        head: &Head,
        (key, field): (&str, Option<&str>),
        now: Time,
    ) -> Reply<'static, V> {
        let view = self.view(head);
        Reply::Bool(match field {
            Some(field) => self.records.live_cell(key, field, view, now).is_some(),
            None => self.records.seen(key, view).is_some_and(|fields| fields.is_live(now)),
        })
    }

    /// Lists the keys of all live records.
    pub(super) fn keys<V>(&self, head: &Head, now: Time) -> Reply<'_, V> {
        self.index(head, now);
        Reply::Keys(self.live_records(head, now).into_iter().map(|(key, _)| key.as_str().into()).collect())
    }

    /// Lists the values of all live cells.
    pub(super) fn values<B: Blobs>(&self, head: &Head, now: Time) -> Reply<'_, B::Value<'_>> {
        self.index(head, now);
        Reply::Values(self.live_items(head, now).map(|item| B::value(item.value)).collect())
    }

    /// Lists all live cells.
    pub(super) fn items<B: Blobs>(&self, head: &Head, now: Time) -> Reply<'_, B::Value<'_>> {
        self.index(head, now);
        Reply::Items(self.live_items(head, now).map(|item| item.with(B::value)).collect())
    }

    /// Tells the number of live records, which is kept. Under the free rule a query without a timestamp
    /// ignores expiry, and so does the number.
    pub(super) fn size<V>(head: &Head, now: Time) -> Reply<'static, V> {
        Reply::Count(head.live.count(now))
    }

    /// Empties the database, but for the backups.
    #[inline(never)]
    pub(super) fn clear<V>(&mut self, head: &mut Head) -> Reply<'static, V> {
        self.note_whole(WholeChange::Cleared);
        self.touch_whole(head, WholeDbWrite::Left);
        self.note_change(head, WriteTarget::All);
        if head.backups.is_empty() && !self.is_shared() {
            self.records = RecordTable::default();
            head.undo = UndoLog::default();
            head.live = Live::default();
            return Reply::Done;
        }
        let written = self.written(head);
        self.undo_open(head, written);
        if head.is_inside() || !head.backups.is_empty() {
            self.timeline.clear(&mut head.position);
        }
        head.live = Live::none();
        Reply::Done
    }

    /// Sees to it that a list costs what it returns: it walks over few records that are not live.
    pub(super) fn index(&self, head: &Head, now: Time) {
        self.records.index(&head.live, self.view(head), now);
    }

    /// The live records, in order.
    pub(super) fn live_records(&self, head: &Head, now: Time) -> Vec<(&Text, &Fields)> {
        self.records.live(&head.live, self.view(head), now)
    }

    /// The live cells, in order.
    pub(super) fn live_items(
        &self,
        head: &Head,
        now: Time,
    ) -> impl Iterator<Item = Item<'_, &StoredValue>> + use<'_> {
        self.live_records(head, now).into_iter().flat_map(move |(key, fields)| {
            fields.live("", now).map(move |(field, content)| Item {
                key: key.as_str().into(),
                field: field.as_str().into(),
                value: &content.value,
            })
        })
    }
}
