//! The cells of one record, by field, in byte order.
//!
//! Invariants: fields ascend; a narrow record has 32 at most, and the tag at a place is that of the field
//! there.
//!
//! Most records have a handful of fields: those stand in one sorted row, and a look-up compares eight
//! one-byte tags at a time, as hash tables of the Swiss kind do. A wide record is a tree. (A binary search
//! over names waits for memory and guesses wrong at every step: at a million cells, eight to a record, it
//! took twice the time.)

use std::collections::BTreeMap;
use std::ops::Bound;

use super::Text;
use super::invariant::{Found, ensure};
use super::records::CellHistory;

/// A record with more fields is wide.
const WIDEST: usize = 32;

/// Cells by field.
#[derive(Clone, Debug)]
pub(super) enum Fields {
    Narrow(Narrow),
    Wide(BTreeMap<Text, CellHistory>),
}

/// The cells of a narrow record.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrow {
    tags: [u8; WIDEST],
    cells: Vec<(Text, CellHistory)>,
}

impl Default for Fields {
    fn default() -> Self {
        Self::Narrow(Narrow::default())
    }
}

impl Fields {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Narrow(narrow) => narrow.cells.is_empty(),
            Self::Wide(cells) => cells.is_empty(),
        }
    }

    #[inline]
    pub(super) fn get(&self, field: &str) -> Option<&CellHistory> {
        match self {
            Self::Narrow(narrow) => narrow.find(field).map(|place| &narrow.cells[place].1),
            Self::Wide(cells) => cells.get(field),
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, field: &str) -> Option<&mut CellHistory> {
        match self {
            Self::Narrow(narrow) => narrow.find(field).map(|place| &mut narrow.cells[place].1),
            Self::Wide(cells) => cells.get_mut(field),
        }
    }

    /// The cells of a record, in order of their fields.
    pub(super) fn of_sorted(cells: Vec<(Text, CellHistory)>) -> Self {
        let mut tags = [0; WIDEST];
        if cells.len() > WIDEST {
            return Self::Wide(cells.into_iter().collect());
        }
        tags.iter_mut().zip(&cells).for_each(|(place, (field, _))| *place = tag(field));
        Self::Narrow(Narrow { tags, cells })
    }

    /// Adds the cell of a field that is not there.
    pub(super) fn insert(&mut self, field: &str, cell: CellHistory) {
        debug_assert!(self.get(field).is_none(), "{field:?} stands twice");
        match self {
            Self::Narrow(narrow) if narrow.cells.len() < WIDEST => narrow.insert(field, cell),
            Self::Narrow(narrow) => {
                let mut wide: BTreeMap<_, _> = std::mem::take(&mut narrow.cells).into_iter().collect();
                wide.insert(Text::new(field), cell);
                *self = Self::Wide(wide);
            }
            Self::Wide(cells) => {
                cells.insert(Text::new(field), cell);
            }
        }
    }

    pub(super) fn check(&self) -> Found {
        let fields: Vec<_> = self.with_prefix("").map(|(field, _)| field).collect();
        ensure(fields.is_sorted_by(|field, next| field < next), || format!("{fields:?}"))?;
        let Self::Narrow(Narrow { tags, cells }) = self else { return Ok(()) };
        let tagged =
            cells.len() <= WIDEST && cells.iter().zip(tags).all(|((name, _), own)| tag(name) == *own);
        ensure(tagged, || format!("{} cells, with tags {tags:?}", cells.len()))
    }

    pub(super) fn remove(&mut self, field: &str) {
        match self {
            Self::Narrow(narrow) => narrow.remove(field),
            Self::Wide(cells) => {
                cells.remove(field);
            }
        }
    }

    /// The cells whose field begins with `prefix`, in order.
    pub(super) fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = (&Text, &CellHistory)> {
        let (narrow, wide) = match self {
            Self::Narrow(narrow) => (narrow.with_prefix(prefix), None),
            Self::Wide(cells) => {
                let from = cells.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
                (&[][..], Some(from.take_while(move |(name, _)| begins(name, prefix))))
            }
        };
        let narrow = narrow.iter().map(|(name, cell)| (name, cell));
        narrow.chain(wide.into_iter().flatten())
    }
}

/// Does a name begin with the prefix? The empty prefix, that of a whole scan, is not worth a look at the
/// name.
fn begins(name: &str, prefix: &str) -> bool {
    prefix.is_empty() || name.starts_with(prefix)
}

impl Narrow {
    /// Where a field stands.
    #[inline]
    fn find(&self, field: &str) -> Option<usize> {
        const ONES: u64 = u64::from_le_bytes([0x01; 8]);
        const TOPS: u64 = u64::from_le_bytes([0x80; 8]);
        let wanted = ONES * u64::from(tag(field));
        let (eights, _) = self.tags.as_chunks();
        for (row, eight) in eights.iter().enumerate().take(self.cells.len().div_ceil(8)) {
            let differ = u64::from_le_bytes(*eight) ^ wanted;
            // The top bit of each byte that is zero, and now and then of the one above it.
            let mut hits = differ.wrapping_sub(ONES) & !differ & TOPS;
            while hits != 0 {
                let place = 8 * row + hits.trailing_zeros() as usize / 8;
                if self.cells.get(place).is_some_and(|(name, _)| name == field) {
                    return Some(place);
                }
                hits &= hits - 1;
            }
        }
        None
    }

    fn with_prefix(&self, prefix: &str) -> &[(Text, CellHistory)] {
        if prefix.is_empty() {
            return &self.cells;
        }
        let from = &self.cells[self.cells.partition_point(|(name, _)| name.as_str() < prefix)..];
        &from[..from.partition_point(|(name, _)| begins(name, prefix))]
    }

    fn insert(&mut self, field: &str, cell: CellHistory) {
        let place = self.cells.partition_point(|(name, _)| name.as_str() < field);
        self.tags.copy_within(place..self.cells.len(), place + 1);
        self.tags[place] = tag(field);
        self.cells.insert(place, (Text::new(field), cell));
    }

    fn remove(&mut self, field: &str) {
        let place = self.find(field);
        debug_assert!(place.is_some(), "there is no {field:?} to remove");
        if let Some(place) = place {
            self.tags.copy_within(place + 1..self.cells.len(), place);
            self.cells.remove(place);
        }
    }
}

/// Eight bits that tell most fields of a record apart: their length, and how they end, as names that belong
/// together tend to differ there. Names made to have one tag only cost comparisons, thirty-two at most.
#[inline]
fn tag(field: &str) -> u8 {
    let bytes = field.as_bytes();
    let end = bytes.last_chunk::<4>().map_or_else(
        || bytes.iter().fold(0, |end, byte| end << 8 | u32::from(*byte)),
        |end| u32::from_le_bytes(*end),
    );
    // Any number will do for a length that is none of 32 bits.
    let mixed = (end ^ u32::try_from(bytes.len()).unwrap_or(0)).wrapping_mul(0x9e37_79b1);
    mixed.to_be_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::history::History;
    use crate::engine::timeline::Timeline;

    #[test]
    fn a_narrow_record_finds_its_fields_and_keeps_their_order() {
        let mut fields = Fields::default();
        let cell = || History::new(Timeline::new().open(), None);
        // A thousand names share 256 tags, so that many are told apart by name alone.
        for round in 0..32 {
            let names: Vec<_> = (0..WIDEST).map(|number| format!("{}", number * 31 + round)).collect();
            for name in &names {
                fields.insert(name, cell());
            }
            assert!(names.iter().all(|name| fields.get(name).is_some()) && fields.get("absent").is_none());
            assert!(fields.with_prefix("").is_sorted_by_key(|(name, _)| name.clone()));
            for name in &names {
                fields.remove(name);
                assert!(fields.get(name).is_none());
            }
            assert!(fields.is_empty());
        }
    }

    #[test]
    fn a_wrong_tag_and_a_wrong_order_are_found() {
        let cell = || History::new(Timeline::new().open(), None);
        let of = |names: [&str; 2]| Fields::of_sorted(names.map(|name| (Text::new(name), cell())).to_vec());
        assert_eq!(of(["a", "b"]).check(), Ok(()));
        assert!(of(["b", "a"]).check().is_err());
        let mut fields = of(["a", "b"]);
        let Fields::Narrow(narrow) = &mut fields else { panic!("two fields are few") };
        narrow.tags.swap(0, 1);
        assert!(fields.check().is_err());
    }
}
