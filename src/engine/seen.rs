//! What the engine's own session sees, for those who show and explain it: all in the caller's time, and
//! nothing changes.
//!
//! Invariant: what is listed depends on what is live at the clock's reading, not on which dead cells are
//! still in memory, nor on which session was asked last.

use std::convert::Infallible;

use super::fields::Content;
use super::head::Head;
use super::stored::StoredValue;
use super::{Common, Engine};
use crate::reply::Value;
use crate::time::{Time, Ttl};

/// A live cell, as [`Engine::cells`] lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveCell<'e, V = Value<'e>> {
    /// The key of its record.
    pub key: &'e str,
    /// Its field.
    pub field: &'e str,
    /// Its value.
    pub value: V,
    /// Milliseconds left to live; `None` if it is permanent.
    pub remaining: Option<Ttl>,
    /// The first moment at which it is dead; `None` if it is permanent.
    pub ends: Option<Time>,
}

impl<'e, V> LiveCell<'e, V> {
    /// The same with a value.
    pub(crate) fn with<W>(self, value: W) -> LiveCell<'e, W> {
        let Self { key, field, value: _, remaining, ends } = self;
        LiveCell { key, field, value, remaining, ends }
    }

    /// Is it still live at this moment, the clock's reading or later?
    #[must_use]
    pub fn is_live_at(&self, moment: Time) -> bool {
        self.ends.is_none_or(|end| moment < end)
    }
}

impl Engine {
    /// Every live cell that the engine's own session sees, in byte order of keys and then fields, with what
    /// it has left at the clock's reading.
    ///
    /// Under the free rule: every cell that was set and not deleted, with what it has left at 0.
    #[must_use]
    pub fn cells(&self) -> Vec<LiveCell<'_>> {
        let Ok(cells) = self.try_cells(|stored| Ok::<_, Infallible>(stored.value()));
        cells
    }

    /// The same cells with what is made of what they hold.
    ///
    /// # Errors
    /// The first of `value`.
    pub(crate) fn try_cells<'e, V, E>(
        &'e self,
        mut value: impl FnMut(&'e StoredValue) -> Result<V, E>,
    ) -> Result<Vec<LiveCell<'e, V>>, E> {
        let (common, head) = (&self.common, self.own_head());
        let (view, now) = (common.view(head), head.own_time(common.clock.now()));
        let live = common.records.iter().flat_map(|(key, record)| {
            let cells = record.seen(view).into_iter().flat_map(move |fields| fields.live("", now));
            cells.map(move |(field, content)| (key, field, content))
        });
        let mut cells: Vec<_> = live.collect();
        cells.sort_unstable_by_key(|(key, field, _)| (*key, *field));
        let cells = cells.into_iter().map(|(key, field, content)| {
            Ok(common.live_cell(head, (key, field), content).with(value(&content.value)?))
        });
        cells.collect()
    }

    /// Those of one record.
    #[must_use]
    pub fn cells_of<'e>(&'e self, key: &'e str) -> Vec<LiveCell<'e>> {
        let (common, head) = (&self.common, self.own_head());
        let record = common.records.seen(key, common.view(head)).into_iter();
        let live = record.flat_map(|fields| fields.live("", head.own_time(common.clock.now())));
        let cell = |field, content| common.live_cell(head, (key, field), content);
        live.map(|(field, content)| cell(field, content).with(content.value.value())).collect()
    }

    /// How many of those are live at a moment, the clock's reading or later; no more than `most` are counted.
    #[must_use]
    pub fn count_cells_of(&self, key: &str, moment: Time, most: usize) -> usize {
        let (common, head) = (&self.common, self.own_head());
        let record = common.records.seen(key, common.view(head)).into_iter();
        record.flat_map(|fields| fields.live("", head.own_time(moment))).take(most).count()
    }

    /// One cell of those, if it is among them.
    #[must_use]
    pub fn cell<'e>(&'e self, key: &'e str, field: &'e str) -> Option<LiveCell<'e>> {
        let (common, head) = (&self.common, self.own_head());
        let now = head.own_time(common.clock.now());
        let content = common.records.live_cell(key, field, common.view(head), now)?;
        Some(common.live_cell(head, (key, field), content).with(content.value.value()))
    }

    /// When the latest backup was taken that the engine's own session could restore, of those at `moment` or
    /// before.
    #[must_use]
    pub fn latest_backup(&self, moment: Time) -> Option<Time> {
        self.own_head().backups.latest(moment).map(|(taken, _)| taken)
    }

    /// When the first one after `moment` was taken; without a moment, the first of all.
    #[must_use]
    pub fn first_backup_after(&self, moment: Option<Time>) -> Option<Time> {
        self.own_head().backups.first_after(moment)
    }

    /// How many were taken before a moment.
    #[must_use]
    pub fn backups_before(&self, moment: Time) -> usize {
        self.own_head().backups.count_before(moment)
    }

    /// How many there are.
    #[must_use]
    pub fn number_of_backups(&self) -> usize {
        self.own_head().backups.len()
    }
}

impl Common {
    /// A cell without its value.
    fn live_cell<'e>(
        &self,
        head: &Head,
        (key, field): (&'e str, &'e str),
        content: &Content,
    ) -> LiveCell<'e, ()> {
        let remaining = self.remaining(head, content.lifetime);
        let ends = remaining.map(|remaining| Time(self.clock.now().0 + remaining.0));
        LiveCell { key, field, value: (), remaining, ends }
    }
}
