//! All records, by key: what each holds over time.
//!
//! Invariants: a record has a version with cells; `Fields` says what is true of each.

mod check;

use std::sync::Arc;

use super::Text;
use super::fields::{Content, Fields};
use super::history::History;
use super::live::Live;
use super::shards::{Shards, Table};
use super::steps::step;
use super::stored::{StoredText, StoredValue};
use super::timeline::{Epoch, View, Watchers};
use crate::time::Time;

/// A record over time. A version without cells says that it was not there.
pub(super) type Record = History<Fields>;

/// How records are seen.
#[derive(Clone, Copy)]
pub(super) struct Seen<'t> {
    pub(super) view: View<'t>,
    pub(super) now: Time,
    /// What is dead before this moment nobody sees any more who sees what is written now.
    pub(super) gone: Time,
}

/// Records by key.
#[derive(Clone, Debug, Default)]
pub(super) struct RecordTable {
    /// No answer is made in its order.
    by_key: Shards<Record>,
}

impl Record {
    /// Is there nothing but that it was not there?
    pub(super) fn is_never(&self) -> bool {
        self.iter().all(|(_, fields)| fields.is_empty())
    }

    /// What is seen of it, with its cells.
    fn seen_fields(&self, view: View<'_>) -> Option<&Fields> {
        self.seen(view).filter(|fields| !fields.is_empty())
    }

    /// The version of the open epoch, which begins with what is seen of the record and not dead; when the
    /// record was to die before, and whether the version is new.
    #[inline]
    fn own(&mut self, Seen { view, gone, .. }: Seen<'_>) -> (&mut Fields, Option<Time>, bool) {
        if !self.is_newest_of(view.open()) {
            return self.begin_own(view, gone);
        }
        let fields = self.newest_mut();
        let before = fields.death();
        (fields, before, false)
    }

    #[inline(never)]
    fn begin_own(&mut self, view: View<'_>, gone: Time) -> (&mut Fields, Option<Time>, bool) {
        let open = view.open();
        let seen = self.seen(view);
        // That of the version seen: a copy has lost those who died last if they are dead.
        let before = seen.and_then(Fields::death);
        if self.is_of(open) {
            return (self.version_of(open).expect("it was looked at"), before, false);
        }
        let copy = seen.map(|fields| fields.living(gone)).unwrap_or_default();
        (self.begin(open, copy), before, true)
    }
}

impl RecordTable {
    /// What is seen of a record, with its cells.
    #[inline]
    pub(super) fn seen(&self, key: &str, view: View<'_>) -> Option<&Fields> {
        self.by_key.get(key)?.seen_fields(view)
    }

    /// What a cell holds, if it is live at `now`.
    #[inline]
    pub(super) fn live_cell(&self, key: &str, field: &str, view: View<'_>, now: Time) -> Option<&Content> {
        live(self.by_key.get(key)?, field, view, now)
    }

    /// Gives a cell new content; tells whether that began a version of the open epoch.
    #[inline]
    pub(super) fn put(
        &mut self,
        key: &str,
        field: &str,
        content: Content,
        live: &mut Live,
        how: Seen<'_>,
    ) -> bool {
        let Some(mut entry) = self.by_key.find(key) else {
            let key = Text::new(key);
            live.change(&key, None, Some(content.lifetime.last()), how.gone);
            self.by_key.insert(key, History::new(how.view.open(), Fields::of(field, content)));
            return true;
        };
        let (key, record) = entry.get_mut();
        let (fields, before, is_new) = record.own(how);
        fields.put(field, content, how.gone);
        live.change(key, before, fields.death(), how.gone);
        is_new
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
        let Some(fields) = record.version_of(open) else { return Err(item) };
        if !fields.get(field).is_some_and(|content| content.lifetime.holds_at(now)) {
            return Err(item);
        }
        let mut item = Some(item);
        let push = |value: &mut StoredValue| item.take().map(|item| value.push(item));
        let length = fields.update(field, push).flatten();
        length.ok_or_else(|| item.unwrap_or_else(|| unreachable!("it was added")))
    }

    /// Deletes a cell; `None` if it is not live, else whether that began a version of the open epoch.
    #[inline]
    pub(super) fn delete(&mut self, key: &str, field: &str, all: &mut Live, how: Seen<'_>) -> Option<bool> {
        let mut entry = self.by_key.find(key)?;
        let (key, record) = entry.get_mut();
        live(record, field, how.view, how.now)?;
        let (fields, before, is_new) = record.own(how);
        fields.remove(field);
        all.change(key, before, fields.death(), how.gone);
        if fields.is_empty() && record.is_never() {
            entry.remove();
        }
        Some(is_new)
    }

    /// Undoes what an epoch wrote into a record; the answer is that.
    pub(super) fn take(&mut self, key: &str, epoch: Epoch) -> Option<Fields> {
        let mut entry = self.by_key.find(key)?;
        let (_, record) = entry.get_mut();
        if record.is_alone() && record.is_of(epoch) {
            let ((_, record), _) = entry.remove();
            return Some(record.into_newest());
        }
        let taken = record.take(epoch);
        if record.is_never() {
            entry.remove();
        }
        taken
    }

    /// Takes out a version that nothing sees: the newest but one.
    pub(super) fn forget(&mut self, key: &str, epoch: Epoch) {
        let Some(mut entry) = self.by_key.find(key) else { return };
        let (_, record) = entry.get_mut();
        record.forget(epoch);
        if record.is_never() {
            entry.remove();
        }
    }

    /// Gives an epoch of a transaction what is seen of a record, unless it has a version of it; tells whether
    /// it was given one.
    pub(super) fn preserve(&mut self, key: &str, epoch: Epoch, view: View<'_>) -> bool {
        let Some(mut entry) = self.by_key.find(key) else {
            self.by_key.insert(Text::new(key), History::new(epoch, Fields::default()));
            return true;
        };
        let (_, record) = entry.get_mut();
        let is_new = !record.is_of(epoch);
        if is_new {
            let seen = record.seen(view).cloned().unwrap_or_default();
            record.begin(epoch, seen);
        }
        is_new
    }

    /// Gives a later epoch what one has of a record, unless it has a version of it; tells whether it was given one.
    pub(super) fn renumber(&mut self, key: &str, from: Epoch, to: Epoch) -> bool {
        let Some(mut entry) = self.by_key.find(key) else { return false };
        let (_, record) = entry.get_mut();
        if !record.is_of(to) {
            // Not taken out and put in again: where all others say that it is not there, they would be lost.
            return record.renumber(from, to);
        }
        self.take(key, from);
        false
    }

    /// Did the open epoch write this record?
    pub(super) fn is_of(&self, key: &str, open: Epoch) -> bool {
        self.by_key.get(key).is_some_and(|record| record.is_of(open))
    }

    /// The versions that nobody sees, or sees in vain.
    pub(super) fn unseen(&self, watchers: &Watchers) -> Vec<(Text, Epoch)> {
        let mut all = Vec::new();
        for (key, record) in self.iter() {
            let versions = record.iter().map(|(epoch, fields)| (epoch, fields.is_empty()));
            all.extend(watchers.unseen(versions).into_iter().map(|epoch| (key.clone(), epoch)));
        }
        // What is done to the map has an order.
        all.sort_unstable();
        all
    }

    /// Looks at so many places for records, from where it was last done, and takes out what of the open epoch is dead:
    /// of those that transactions which see that epoch were told of, each in an epoch of its own.
    pub(super) fn sweep(&mut self, budget: usize, told: &[Epoch], live: &mut Live, how: Seen<'_>) {
        let open = how.view.open();
        self.by_key.sweep(budget, |key, record| {
            if !told.iter().all(|epoch| record.is_of(*epoch)) {
                return false;
            }
            let Some(fields) = record.version_of(open) else { return false };
            let was_empty = fields.is_empty();
            fields.drop_dead(how.gone);
            if was_empty || !fields.is_empty() {
                return false;
            }
            live.forget(key);
            record.is_never()
        });
    }

    /// Would another record make a table grow, which was not swept since it is full?
    #[cfg(feature = "store")]
    pub(super) fn is_full(&self) -> bool {
        self.by_key.is_full()
    }

    /// Adds a record as it is, of a key that is not there.
    pub(super) fn add(&mut self, key: Text, record: Record) {
        self.by_key.insert(key, record);
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.by_key.get(key).is_some()
    }

    /// A snapshot of all records as they stand.
    pub(super) fn snapshot(&mut self) -> Vec<Arc<Table<Record>>> {
        self.by_key.snapshot()
    }

    /// Sees to it, where most records are not live, that [`Self::live`] walks over few others.
    pub(super) fn index(&self, live: &Live, view: View<'_>, now: Time) {
        if live.wants_index(self.len(), now) {
            live.make_index(|| {
                let seen = self.iter().filter_map(|(key, record)| Some((key, record.seen(view)?)));
                seen.filter_map(|(key, fields)| Some((key.clone(), fields.death()?))).collect()
            });
        }
    }

    /// The live records that are seen, in order of keys.
    pub(super) fn live(&self, live: &Live, view: View<'_>, now: Time) -> Vec<(&Text, &Fields)> {
        let seen = |(key, record)| {
            let fields = Record::seen(record, view).filter(|fields| fields.is_live(now))?;
            Some((key, fields))
        };
        if let Some(keys) = live.keys(now) {
            return keys.filter_map(|key| seen(self.by_key.row(key)?)).collect();
        }
        let mut records: Vec<_> = self.iter().filter_map(seen).collect();
        records.sort_unstable_by_key(|(key, _)| *key);
        records
    }

    /// Touches the newest versions of some records. Returns what nobody needs.
    pub(super) fn look_ahead<'k>(&self, keys: impl Iterator<Item = &'k str>) -> usize {
        self.by_key.look_ahead(keys, |record| record.iter().last().map_or(0, |(_, fields)| fields.len()))
    }

    /// The records of a part of the map, in no order.
    pub(super) fn of_part(&self, part: usize) -> impl Iterator<Item = (&Text, &Record)> {
        self.by_key.of_part(part)
    }

    /// All records, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Text, &Record)> {
        self.by_key.iter().inspect(|_| step(1))
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// How many cells there are, of each record in its widest version.
    pub(super) fn cells(&self) -> usize {
        let widest = |record: &Record| record.iter().map(|(_, fields)| fields.len()).max();
        self.iter().filter_map(|(_, record)| widest(record)).sum()
    }

    /// How many versions all records have.
    pub(super) fn versions(&self) -> usize {
        self.iter().map(|(_, record)| record.versions()).sum()
    }
}

/// What a cell holds, if it is live at `now`.
#[inline]
fn live<'r>(record: &'r Record, field: &str, view: View<'_>, now: Time) -> Option<&'r Content> {
    record.seen(view)?.get(field).filter(|content| content.lifetime.holds_at(now))
}
