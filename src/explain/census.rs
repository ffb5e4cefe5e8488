//! How much is live in the whole database.

use std::cmp::Reverse;

use crate::engine::Engine;
use crate::time::Time;

/// How much is live at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// How many records have a live cell.
    pub records: usize,
    /// How many cells are live.
    pub cells: usize,
    /// A record whose last cell has ended since the clock's reading, and when that was.
    pub emptied: Option<(String, Time)>,
}

impl Census {
    /// Counts by a walk over all cells.
    #[must_use]
    pub fn of(engine: &Engine, moment: Time) -> Self {
        let (mut census, mut emptied) = (Self::default(), Vec::new());
        for record in engine.cells().chunk_by(|one, other| one.key == other.key) {
            let live = record.iter().filter(|cell| cell.is_live_at(moment)).count();
            census.cells += live;
            if live > 0 {
                census.records += 1;
            } else {
                emptied.extend(record.iter().filter_map(|cell| Some((cell.key, cell.ends?))));
            }
        }
        census.emptied = last_to_end(emptied);
        census
    }
}

/// Of names with a lifetime that has ended the one that did so last; of several the first in byte order.
pub(super) fn last_to_end<'e>(ended: impl IntoIterator<Item = (&'e str, Time)>) -> Option<(String, Time)> {
    let last = ended.into_iter().max_by_key(|(name, end)| (*end, Reverse(*name)));
    last.map(|(name, end)| (name.to_owned(), end))
}
