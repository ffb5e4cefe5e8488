//! The cells of one record, by field, in byte order.
//!
//! Invariant: a narrow record's tags and cells stand in the same order.
//!
//! Most records have a handful of fields: those stand in one sorted row, and a look-up compares 32-bit tags
//! without a branch that could be guessed wrong. A wide record is a tree. (Measured at a million cells, eight to a
//! record: half the time of a binary search over names, which waits for memory at every step.)

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::ops::Bound;

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::Text;
use super::records::Cell;

/// From this many fields on a record is wide.
const WIDE: usize = 33;

/// Cells by field.
#[derive(Clone, Debug)]
pub(super) enum Fields {
    Narrow { tags: SmallVec<[u32; 8]>, cells: Vec<(Text, Cell)> },
    Wide(BTreeMap<Text, Cell>),
}

impl Default for Fields {
    fn default() -> Self {
        Self::Narrow { tags: SmallVec::new(), cells: Vec::new() }
    }
}

impl Fields {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Narrow { cells, .. } => cells.len(),
            Self::Wide(cells) => cells.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn get(&self, field: &str) -> Option<&Cell> {
        match self {
            Self::Narrow { tags, cells } => find(tags, cells, field).map(|place| &cells[place].1),
            Self::Wide(cells) => cells.get(field),
        }
    }

    pub(super) fn get_mut(&mut self, field: &str) -> Option<&mut Cell> {
        match self {
            Self::Narrow { tags, cells } => find(tags, cells, field).map(|place| &mut cells[place].1),
            Self::Wide(cells) => cells.get_mut(field),
        }
    }

    /// Adds the cell of a field that is not there.
    pub(super) fn insert(&mut self, field: &str, cell: Cell) {
        match self {
            Self::Narrow { tags, cells } if cells.len() + 1 < WIDE => {
                let place = cells.partition_point(|(name, _)| name.as_str() < field);
                tags.insert(place, tag(field));
                cells.insert(place, (Text::new(field), cell));
            }
            Self::Narrow { cells, .. } => {
                let mut wide: BTreeMap<_, _> = std::mem::take(cells).into_iter().collect();
                wide.insert(Text::new(field), cell);
                *self = Self::Wide(wide);
            }
            Self::Wide(cells) => {
                cells.insert(Text::new(field), cell);
            }
        }
    }

    pub(super) fn remove(&mut self, field: &str) {
        match self {
            Self::Narrow { tags, cells } => {
                if let Some(place) = find(tags, cells, field) {
                    tags.remove(place);
                    cells.remove(place);
                }
            }
            Self::Wide(cells) => {
                cells.remove(field);
            }
        }
    }

    /// The cells whose field begins with `prefix`, in order.
    pub(super) fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = (&Text, &Cell)> {
        let (narrow, wide) = match self {
            Self::Narrow { cells, .. } => {
                let begin = cells.partition_point(|(name, _)| name.as_str() < prefix);
                let end = begin + cells[begin..].partition_point(|(name, _)| name.starts_with(prefix));
                (Some(&cells[begin..end]), None)
            }
            Self::Wide(cells) => {
                let from = (Bound::Included(prefix), Bound::Unbounded);
                let begin = cells.range::<str, _>(from);
                (None, Some(begin.take_while(move |(name, _)| prefix.is_empty() || name.starts_with(prefix))))
            }
        };
        let narrow = narrow.into_iter().flatten().map(|(name, cell)| (name, cell));
        narrow.chain(wide.into_iter().flatten())
    }
}

/// Where `field` stands in a narrow record.
#[inline]
fn find(tags: &[u32], cells: &[(Text, Cell)], field: &str) -> Option<usize> {
    let wanted = tag(field);
    // Every tag is looked at: a loop that stopped at the right one would be guessed wrong most of the time.
    let mut place = tags.len();
    for (at, tag) in tags.iter().enumerate() {
        place = if *tag == wanted { at } else { place };
    }
    let (name, _) = cells.get(place)?;
    if name == field {
        return Some(place);
    }
    // Two fields with one tag: rare, and the record is narrow.
    cells.iter().position(|(name, _)| name == field)
}

fn tag(field: &str) -> u32 {
    const STATE: FixedState = FixedState::with_seed(0);
    let mut hasher = STATE.build_hasher();
    hasher.write(field.as_bytes());
    #[expect(clippy::cast_possible_truncation, reason = "a tag is a part of the hash")]
    let tag = hasher.finish() as u32;
    tag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::history::History;
    use crate::engine::timeline::Timeline;

    #[test]
    fn fields_with_one_tag_are_told_apart() {
        let cell = || History::new(Timeline::new().open(), None);
        let names = ["x", "y", "z"];
        let cells: Vec<_> = names.iter().map(|name| (Text::new(name), cell())).collect();
        let tags = [tag("y"); 3];
        assert_eq!(find(&tags, &cells, "y"), Some(1));
        assert_eq!(find(&[tag("x"), tag("y"), tag("y")], &cells, "z"), None, "its own tag is not there");
        assert_eq!(find(&[tag("x"), tag("z"), tag("z")], &cells, "z"), Some(2));
    }
}
