//! Level 1: SET, GET and DELETE on a cell of a record.
//!
//! The timed operations of level 3 are these at another moment, so each takes the `now` at which it happens.

use super::blobs::Blobs;
use super::fields::Content;
use super::head::Head;
use super::outcome::WriteKind;
use super::records::Seen;
use super::stored::{StoredText, StoredValue};
use super::transactions::WriteTarget;
use super::{Common, weight};
use crate::reply::Reply;
use crate::time::{Lifetime, Time};

impl Common {
    /// Sets a cell.
    #[inline]
    pub(super) fn set<V>(
        &mut self,
        head: &mut Head,
        key: &str,
        field: &str,
        value: StoredText,
        lifetime: Lifetime,
        now: Time,
    ) -> Reply<'static, V> {
        self.note_write(head, key, field, WriteKind::Set, now);
        self.put(head, key, field, Content { value: StoredValue::Text(value), lifetime }, now);
        Reply::Done
    }

    /// Reads a cell.
    pub(super) fn get<B: Blobs>(
        &self,
        head: &Head,
        key: &str,
        field: &str,
        now: Time,
    ) -> Reply<'_, B::Value<'_>> {
        let content = self.records.live_cell(key, field, self.view(head), now);
        Reply::Value(content.map(|content| B::value(&content.value)))
    }

    /// Deletes a cell if it is live.
    pub(super) fn delete<V>(
        &mut self,
        head: &mut Head,
        key: &str,
        field: &str,
        now: Time,
    ) -> Reply<'static, V> {
        Reply::Bool(self.remove(head, key, field, now))
    }

    /// The same; `false` if it is not live.
    pub(super) fn remove(&mut self, head: &mut Head, key: &str, field: &str, now: Time) -> bool {
        self.note_write(head, key, field, WriteKind::Removed, now);
        if self.is_shared() && self.records.live_cell(key, field, self.view(head), now).is_some() {
            self.note_change(head, WriteTarget::Record(key));
        }
        let how = Seen { view: self.timeline.view(&head.position), now, gone: self.gone(now) };
        let deleted = self.records.delete(key, field, &mut head.live, how);
        if deleted == Some(true) {
            self.note_version(head, key);
        }
        if deleted.is_some() {
            self.note_moment_of_change(head);
        }
        deleted.is_some()
    }

    /// Gives a cell new content.
    pub(super) fn put(&mut self, head: &mut Head, key: &str, field: &str, content: Content, now: Time) {
        self.note_write(head, key, field, WriteKind::Changed, now);
        self.note_moment_of_change(head);
        if !content.lifetime.is_permanent() {
            // Before transactions are told, as it may take out a record with what they were told of it.
            self.sweep_at(head, weight(key) + weight(field) + content.value.weight(), now);
        }
        if self.is_shared() {
            self.note_change(head, WriteTarget::Record(key));
        }
        let how = Seen { view: self.timeline.view(&head.position), now, gone: self.gone(now) };
        if self.records.put(key, field, content, &mut head.live, how) {
            self.note_version(head, key);
        }
    }
}
