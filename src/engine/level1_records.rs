//! Level 1: SET, GET and DELETE on a cell of a record.
//!
//! The timed operations of level 3 are these at another moment, so each takes the `now` at which it happens.

use super::blobs::Blobs;
use super::fields::Content;
use super::outcome::WriteKind;
use super::records::Seen;
use super::stored::{StoredText, StoredValue};
use super::transactions::WriteTarget;
use super::{Engine, weight};
use crate::reply::Reply;
use crate::time::{Lifetime, Time};

impl Engine {
    /// Sets a cell; without a lifetime it is dead on arrival, and what was there is gone.
    pub(super) fn set<V>(
        &mut self,
        (key, field, value): (&str, &str, StoredText),
        lifetime: Option<Lifetime>,
        now: Time,
    ) -> Reply<'static, V> {
        let kind = if lifetime.is_some() { WriteKind::Set } else { WriteKind::SetDead };
        self.note_write(key, field, kind, now);
        match lifetime {
            Some(lifetime) => {
                self.put(key, field, Content { value: StoredValue::Text(value), lifetime }, now);
            }
            None => drop(self.remove(key, field, now)),
        }
        Reply::Done
    }

    /// Reads a cell.
    pub(super) fn get<B: Blobs>(&self, key: &str, field: &str, now: Time) -> Reply<'_, B::Value<'_>> {
        let content = self.records.live_cell(key, field, &self.timeline, now);
        Reply::Value(content.map(|content| B::value(&content.value)))
    }

    /// Deletes a cell if it is live.
    pub(super) fn delete<V>(&mut self, key: &str, field: &str, now: Time) -> Reply<'static, V> {
        Reply::Bool(self.remove(key, field, now))
    }

    /// The same; `false` if it is not live.
    pub(super) fn remove(&mut self, key: &str, field: &str, now: Time) -> bool {
        self.note_write(key, field, WriteKind::Removed, now);
        if self.is_shared() && self.records.live_cell(key, field, &self.timeline, now).is_some() {
            self.note_change(WriteTarget::Record(key));
        }
        let view = Seen { timeline: &self.timeline, now, gone: self.gone(now) };
        let deleted = self.records.delete(key, field, &mut self.live, view);
        if deleted == Some(true) {
            self.note_version(key);
        }
        if deleted.is_some() {
            self.note_moment_of_change();
        }
        deleted.is_some()
    }

    /// Gives a cell new content.
    pub(super) fn put(&mut self, key: &str, field: &str, content: Content, now: Time) {
        self.note_write(key, field, WriteKind::Changed, now);
        self.note_moment_of_change();
        if !content.lifetime.is_permanent() {
            // Before transactions are told, as it may take out a record with what they were told of it.
            self.sweep_at(weight(key) + weight(field) + content.value.weight(), now);
        }
        if self.is_shared() {
            self.note_change(WriteTarget::Record(key));
        }
        let view = Seen { timeline: &self.timeline, now, gone: self.gone(now) };
        if self.records.put(key, field, content, &mut self.live, view) {
            self.note_version(key);
        }
    }
}
