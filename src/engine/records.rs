//! All records, by key, and the number of those that have a live cell.
//!
//! Invariants: a record has a cell and a cell has a version that can still be seen, now or after a restore; what
//! has not is taken out at once. A record's count is that of its cells which were live when expiries were last
//! settled; a version of it is kept for each epoch, like a cell's.

use foldhash::fast::RandomState;

use super::Text;
use super::expiries::Expiry;
use super::fields::Fields;
use super::history::History;
use super::timeline::{Epoch, Timeline};
use crate::time::{Lifetime, Time};

/// What a cell holds.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) value: Text,
    pub(super) lifetime: Lifetime,
}

/// A cell: its contents over time. `None` is a version too: the cell was deleted.
pub(super) type Cell = History<Option<Content>>;

/// A record: its cells, and how many of them are live.
#[derive(Clone, Debug)]
pub(super) struct Record {
    fields: Fields,
    live: History<u32>,
}

impl Record {
    /// A record with one cell.
    fn new(open: Epoch, field: &str, content: Option<Content>) -> Self {
        let mut fields = Fields::default();
        fields.insert(field, History::new(open, content));
        Self { fields, live: History::new(open, 1) }
    }

    /// The cells live at `now` whose field begins with `prefix`, in field order.
    pub(super) fn live(
        &self,
        timeline: &Timeline,
        prefix: &str,
        now: Time,
    ) -> impl Iterator<Item = (&Text, &Content)> {
        let cells = self.fields.with_prefix(prefix);
        cells.filter_map(move |(field, cell)| Some((field, live(cell, timeline, now)?)))
    }
}

/// What the cell holds, if it is live at `now`.
fn live<'c>(cell: &'c Cell, timeline: &Timeline, now: Time) -> Option<&'c Content> {
    cell.seen(timeline)?.as_ref().filter(|content| content.lifetime.holds_at(now))
}

/// What was written for the first time in the open epoch, so that a restore must take it back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct First {
    pub(super) cell: bool,
    pub(super) count: bool,
}

/// What a write found and did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    /// There was a live cell.
    pub(super) was_live: bool,
    pub(super) first: First,
}

/// Records by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    #[expect(
        clippy::disallowed_types,
        reason = "seeded against crafted keys; no answer is made in its order"
    )]
    by_key: hashbrown::HashMap<Text, Record, RandomState>,
    live: u64,
}

impl Records {
    pub(super) fn get(&self, key: &str) -> Option<&Record> {
        self.by_key.get(key)
    }

    /// What a cell holds, if it is live at `now`.
    pub(super) fn live_cell(
        &self,
        key: &str,
        field: &str,
        timeline: &Timeline,
        now: Time,
    ) -> Option<&Content> {
        live(self.by_key.get(key)?.fields.get(field)?, timeline, now)
    }

    /// Gives a cell new content; without any it is deleted, if it is live at `now`. Cells are counted as live by the
    /// moment when expiries were last settled.
    pub(super) fn write(
        &mut self,
        (key, field): (&str, &str),
        content: Option<Content>,
        timeline: &Timeline,
        (now, settled): (Time, Time),
    ) -> Written {
        let open = timeline.open();
        let deletes = content.is_none();
        let Some(record) = self.by_key.get_mut(key) else {
            if !deletes {
                self.by_key.insert(Text::new(key), Record::new(open, field, content));
                self.live += 1;
            }
            return Written { was_live: false, first: First { cell: !deletes, count: false } };
        };
        let Some(cell) = record.fields.get_mut(field) else {
            if deletes {
                return Written::default();
            }
            record.fields.insert(field, History::new(open, content));
            let count = recount(record, &mut self.live, timeline, false, true);
            return Written { was_live: false, first: First { cell: true, count } };
        };
        let seen = cell.seen(timeline).and_then(Option::as_ref);
        let holds_at = |moment| seen.is_some_and(|content| content.lifetime.holds_at(moment));
        let (was_live, was_counted) = (holds_at(now), holds_at(settled));
        if deletes && !was_live {
            return Written::default();
        }
        let goes = deletes && cell.is_only_of(open);
        let cell = !goes && cell.write(open, content);
        let count = recount(record, &mut self.live, timeline, was_counted, !deletes);
        if goes {
            self.remove(key, field);
        }
        Written { was_live, first: First { cell, count } }
    }

    /// Takes the death of a cell into account, if it is this version that is seen of it. Its content goes where no
    /// backup holds it. The answer tells what was written and whether the whole cell went.
    pub(super) fn expire(&mut self, expiry: &Expiry, timeline: &Timeline) -> (First, bool) {
        let Some(record) = self.by_key.get_mut(&expiry.key) else { return (First::default(), true) };
        let Some(cell) = record.fields.get_mut(&expiry.field) else { return (First::default(), true) };
        let seen = cell.seen_version(timeline);
        if !seen.is_some_and(|(epoch, content)| epoch == expiry.epoch && expiry.is_of(content.as_ref())) {
            return (First::default(), false);
        }
        let goes = cell.is_only_of(timeline.open());
        if !goes && cell.is_of(timeline.open()) {
            cell.write(timeline.open(), None);
        }
        let count = recount(record, &mut self.live, timeline, true, false);
        if goes {
            self.remove(&expiry.key, &expiry.field);
        }
        (First { cell: false, count }, goes)
    }

    /// Takes back what the open epoch wrote into a cell or, without a field, into the count of a record.
    pub(super) fn take_back(&mut self, key: &str, field: Option<&str>, open: Epoch) {
        let Some(record) = self.by_key.get_mut(key) else { return };
        let Some(field) = field else {
            // The count of a record that is new in this epoch stays: the record goes with its last cell.
            record.live.take_back(open);
            return;
        };
        if record.fields.get_mut(field).is_some_and(|cell| !cell.take_back(open)) {
            self.remove(key, field);
        }
    }

    /// Did the open epoch write this cell or, without a field, the count of this record?
    pub(super) fn is_of(&self, key: &str, field: Option<&str>, open: Epoch) -> bool {
        let record = self.by_key.get(key);
        record.is_some_and(|record| match field {
            None => record.live.is_of(open),
            Some(field) => record.fields.get(field).is_some_and(|cell| cell.is_of(open)),
        })
    }

    /// Is there a version that this expiry is of?
    pub(super) fn has_version_of(&self, expiry: &Expiry) -> bool {
        let cell = self.by_key.get(&expiry.key).and_then(|record| record.fields.get(&expiry.field));
        let content = cell.and_then(|cell| cell.written_in(expiry.epoch));
        content.is_some_and(|content| expiry.is_of(content.as_ref()))
    }

    /// How many records had a live cell when expiries were last settled.
    pub(super) fn live(&self) -> u64 {
        self.live
    }

    /// Goes back to a count saved with a backup.
    pub(super) fn set_live(&mut self, live: u64) {
        self.live = live;
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
        let cells = self.by_key.values().flat_map(|record| record.fields.with_prefix(""));
        cells.map(|(_, cell)| cell.versions().count()).sum()
    }

    fn remove(&mut self, key: &str, field: &str) {
        let Some(record) = self.by_key.get_mut(key) else { return };
        record.fields.remove(field);
        if record.fields.is_empty() {
            self.by_key.remove(key);
        }
    }
}

/// Keeps the counts when a cell that was counted, or not, is so no longer. Tells whether the record's count was
/// written for the first time in the open epoch.
fn recount(record: &mut Record, live: &mut u64, timeline: &Timeline, before: bool, after: bool) -> bool {
    if before == after {
        return false;
    }
    let cells = record.live.seen(timeline).copied().unwrap_or(0);
    let now = if after { cells + 1 } else { cells - 1 };
    *live = *live + u64::from(cells == 0) - u64::from(now == 0);
    record.live.write(timeline.open(), now)
}
