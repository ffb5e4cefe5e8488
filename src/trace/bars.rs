//! Cells as bars over time: from the steps, what each cell held from when to when, and why no longer.
//!
//! Invariants: the bars of a cell do not overlap and stand in order; a query begins a bar of each cell it changes; a
//! bar that has no end is live after the last query.
//!
//! ```text
//!   query        1        2        3 BACKUP         6        8 RESTORE
//!   user.name             ├─ Ada ──────────────────X         ├─ Ada ───────
//!   user.token   ├─ x7 ───────────────────────)              ├─ x7 ────)
//!                         ends at its until ──┘
//! ```

use std::collections::BTreeMap;

use super::{Ending, Jump, ShownCell, Step};

/// All cells of a list over time.
#[derive(Clone, Debug, Default)]
pub struct Bars {
    by_cell: BTreeMap<(String, String), Vec<Bar>>,
    count: usize,
    backups: Vec<BackupMark>,
    restores: Vec<RestoreMark>,
}

/// The bars of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellBars<'b> {
    /// The key of its record.
    pub key: &'b str,
    /// Its field.
    pub field: &'b str,
    /// What it held, one after the other.
    pub bars: &'b [Bar],
}

/// What a cell held for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The value.
    pub value: String,
    /// The number of the query that began it, or after which it was there already.
    pub query: usize,
    /// When that was; `None` under the free rule, and for what was there already.
    pub from: Option<u64>,
    /// Did that query bring a backup back?
    pub restored: bool,
    /// The first moment at which the lifetime has ended; `None` if it is permanent.
    pub until: Option<u64>,
    /// How it ended; `None` if it is live after the last query.
    pub end: Option<BarEnd>,
}

/// The end of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarEnd {
    /// The number of the first query after which the cell held this no more.
    pub query: usize,
    /// When it ended; `None` under the free rule. The bar does not include that moment.
    pub at: Option<u64>,
    /// Why.
    pub how: How,
}

/// Why a bar ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The cell was set anew.
    Replaced,
    /// The cell was removed.
    Removed,
    /// Its lifetime ended by itself.
    Expired,
    /// A backup was brought back that holds another value or lifetime, or none.
    Restored,
}

/// A backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupMark {
    /// The number of the query that took it.
    pub query: usize,
    /// When.
    pub at: u64,
}

/// A backup that was brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoreMark {
    /// The number of the query that did it.
    pub query: usize,
    /// When.
    pub at: u64,
    /// When the backup was taken.
    pub taken: u64,
    /// By which query.
    pub backup: usize,
}

impl Bars {
    /// Begins with cells that are there already, after so many queries.
    pub fn begin_with(&mut self, cells: impl IntoIterator<Item = ShownCell>, query: usize) {
        for cell in cells {
            self.begin(&cell, (query, None), false);
        }
    }

    /// Adds the next step.
    pub fn add(&mut self, step: &Step) {
        let restored = matches!(step.jump, Some(Jump::Restored { .. }));
        match step.jump {
            Some(Jump::Saved { at }) => self.backups.push(BackupMark { query: step.number, at }),
            Some(Jump::Restored { at, taken, query: backup }) => {
                self.restores.push(RestoreMark { query: step.number, at, taken, backup });
            }
            None => {}
        }
        for gone in &step.gone {
            let (at, how) = match gone.ended {
                Ending::Died(at) => (Some(at), How::Expired),
                Ending::NotBroughtBack(_) => (step.clock, How::Restored),
                Ending::Removed(_) | Ending::OnArrival(_) | Ending::Undone(_) => (step.clock, How::Removed),
            };
            self.end((&gone.key, &gone.field), BarEnd { query: step.number, at, how });
        }
        for cell in &step.changed {
            let how = if restored { How::Restored } else { How::Replaced };
            self.end((&cell.key, &cell.field), BarEnd { query: step.number, at: step.clock, how });
            self.begin(cell, (step.number, step.clock), restored);
        }
    }

    /// How many bars there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The cells, in byte order of keys and then fields.
    pub fn cells(&self) -> impl Iterator<Item = CellBars<'_>> {
        self.by_cell.iter().map(|((key, field), bars)| CellBars { key, field, bars })
    }

    /// The backups, in the order they were taken.
    #[must_use]
    pub fn backups(&self) -> &[BackupMark] {
        &self.backups
    }

    /// The restores, in order.
    #[must_use]
    pub fn restores(&self) -> &[RestoreMark] {
        &self.restores
    }

    fn begin(&mut self, cell: &ShownCell, (query, from): (usize, Option<u64>), restored: bool) {
        let bar = Bar { value: cell.value.clone(), query, from, restored, until: cell.until, end: None };
        self.by_cell.entry((cell.key.clone(), cell.field.clone())).or_default().push(bar);
        self.count += 1;
    }

    /// Ends the last bar of a cell, if it has not ended yet. One whose lifetime was over by then ended by itself.
    fn end(&mut self, (key, field): (&str, &str), end: BarEnd) {
        let bars = self.by_cell.get_mut(&(key.to_owned(), field.to_owned()));
        let Some(bar) = bars.and_then(|bars| bars.last_mut()).filter(|bar| bar.end.is_none()) else { return };
        let over = bar.until.filter(|until| end.at.is_some_and(|at| *until <= at));
        bar.end = Some(match over {
            Some(until) => BarEnd { at: Some(until), how: How::Expired, ..end },
            None => end,
        });
    }
}
