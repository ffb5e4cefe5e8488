//! Level 1: SET, GET and DELETE on a cell of a record.
//!
//! The timed operations of level 3 are these with another `now`, so each takes the moment at which it is judged.

use super::records::Content;
use super::{Engine, Text};
use crate::reply::Reply;
use crate::time::{Lifetime, Time};

impl Engine {
    /// Sets a cell; without a lifetime it is dead on arrival, and what was there is gone.
    pub(super) fn set(
        &mut self,
        key: &str,
        field: &str,
        value: &str,
        lifetime: Option<Lifetime>,
        now: Time,
    ) -> Reply<'static> {
        self.write(key, field, lifetime.map(|lifetime| Content { value: Text::new(value), lifetime }), now);
        Reply::Done
    }

    /// Reads a cell.
    pub(super) fn get(&self, key: &str, field: &str, now: Time) -> Reply<'_> {
        let content = self.records.live_cell(key, field, &self.timeline, now);
        Reply::Value(content.map(|content| content.value.as_str()))
    }

    /// Deletes a cell if it is live.
    pub(super) fn delete(&mut self, key: &str, field: &str, now: Time) -> Reply<'static> {
        Reply::Bool(self.write(key, field, None, now))
    }

    /// Gives a cell new content, or none; was it live at `now`? Every write of a level goes through here.
    pub(super) fn write(&mut self, key: &str, field: &str, content: Option<Content>, now: Time) -> bool {
        let lifetime = content.as_ref().map(|content| content.lifetime);
        let moments = (now, self.expiries.settled());
        let written = self.records.write((key, field), content, &self.timeline, moments);
        self.note_first(key, field, written.first);
        self.note_expiry(key, field, lifetime);
        written.was_live
    }
}
