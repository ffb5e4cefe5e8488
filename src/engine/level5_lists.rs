//! Level 5, lists: APPEND adds a text to what a cell holds.
//!
//! A list that a backup holds goes on in the newest version, which shares all items but the new ones (`held`).

use super::held::{Held, List};
use super::outcome::WriteKind;
use super::records::Content;
use super::transactions::Change;
use super::{Engine, Text};
use crate::reply::Reply;
use crate::time::{Lifetime, Time};

impl Engine {
    /// Adds an item and counts all. A cell that is not live starts a permanent list; one that is keeps its lifetime.
    pub(super) fn append(&mut self, key: &str, field: &str, item: &str, now: Time) -> Reply<'static> {
        self.note_write(key, field, WriteKind::Changed, now);
        if self.is_shared() && self.records.live_cell(key, field, &self.timeline, now).is_some() {
            self.note_change(Change::Cell(key, field));
        }
        let in_place = self.records.append(key, field, item, (self.timeline.open(), now));
        let length = in_place.unwrap_or_else(|| self.append_anew(key, field, item, now));
        Reply::Count(length as u64)
    }

    /// The same as a new version.
    fn append_anew(&mut self, key: &str, field: &str, item: &str, now: Time) -> usize {
        let (item, held) = (Text::new(item), self.records.live_cell(key, field, &self.timeline, now));
        let (list, lifetime) = match held.cloned() {
            Some(Content { value, lifetime }) => {
                let mut list = value.into_list();
                list.push(item);
                (list, lifetime)
            }
            None => (List::of(item), Lifetime::PERMANENT),
        };
        let length = list.len();
        self.put(key, field, Content { value: Held::List(list), lifetime }, now);
        length
    }
}
