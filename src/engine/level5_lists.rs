//! Level 5, lists: APPEND adds a text to what a cell holds.
//!
//! A list that a backup holds goes on in the newest version, which shares all items but the new ones
//! (`stored`).

use super::Common;
use super::fields::Content;
use super::head::Head;
use super::outcome::WriteKind;
use super::stored::{List, StoredText, StoredValue};
use super::transactions::WriteTarget;
use crate::reply::Reply;
use crate::time::{Lifetime, Time};

impl Common {
    /// Adds an item and counts all. A cell that is not live starts a permanent list; one that is keeps its
    /// lifetime.
    pub(super) fn append<V>(
        &mut self,
        head: &mut Head,
        (key, field): (&str, &str),
        item: StoredText,
        now: Time,
    ) -> Reply<'static, V> {
        self.note_write(head, key, field, WriteKind::Changed, now);
        self.note_moment_of_change(head);
        // In place it is added to what may be dead one day.
        self.sweep_at(head, item.weight(), now);
        if self.is_shared() && self.records.live_cell(key, field, self.view(head), now).is_some() {
            self.note_change(head, WriteTarget::Record(key));
        }
        let in_place = self.records.append(key, field, item, (head.position.open(), now));
        let length = in_place.unwrap_or_else(|item| self.append_anew(head, (key, field), item, now));
        Reply::Count(length as u64)
    }

    /// The same as a new version.
    fn append_anew(
        &mut self,
        head: &mut Head,
        (key, field): (&str, &str),
        item: StoredText,
        now: Time,
    ) -> usize {
        let stored = self.records.live_cell(key, field, self.view(head), now);
        let (length, content) = if let Some(mut content) = stored.cloned() {
            (content.value.push(item), content)
        } else {
            let value = StoredValue::List(List::of(item));
            (1, Content { value, lifetime: Lifetime::PERMANENT })
        };
        self.put(head, key, field, content, now);
        length
    }
}
