//! A hash map from texts that can be shared as a whole, to be read by others while it is written to.
//!
//! Invariants: there is one shard, or there are all of them; a key stands once, in the shard of its hash.
//! What was shared never changes, for whoever writes into a shard owns it: types see to that.
//!
//! ```text
//!   hash of a key   ┌ tag of the slot ┬─ ... ─┬─ shard ─┬─ ... ─┬─ slot in its table ┐
//!                  63                57      39        32                            0
//!
//!   shards   [ Own | Shared | Own | ... ]    snapshot: every Own becomes Shared, for the price of a pointer each
//!                      │                     write: the one shard becomes Own again. It is copied
//!                      └──► table ◄── reader        if somebody still reads it, and only then
//! ```

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::OccupiedEntry;

use super::Text;
use super::invariant::{Found, ensure, hold};
use super::steps::step;

/// How many shards there are. More make the copy of one cheaper, fewer stay in the processor's nearest cache.
const SHARDS: usize = 256;

/// In how many parts the map can be walked, however many shards there are.
pub(super) const PARTS: usize = SHARDS;

/// Up to so many keys stand in one shard, so that a small map is made, copied and walked as fast as any.
const FEW: usize = 1024;

/// Where the bits of a hash begin that tell the shard: a table looks at those below and above.
const SHARD_BITS: u32 = 32;

/// What is shared: the rows of a shard.
pub(super) type Table<V> = HashTable<(Text, V)>;

/// A map from keys to values.
#[derive(Clone, Debug)]
pub(super) struct Shards<V> {
    /// The shards: one, or all of them.
    parts: Box<[Shard<V>]>,
    /// Seeded, against crafted keys.
    seed: RandomState,
    /// Up to where it was swept: a shard, and a place in its table.
    swept: (usize, usize),
    /// Has the table of that shard no room for another key? Then it is swept first.
    is_full: bool,
}

/// A part of the map.
#[derive(Clone, Debug)]
enum Shard<V> {
    /// Nobody else knows it.
    Own(Table<V>),
    /// Somebody may be reading it.
    Shared(Arc<Table<V>>),
}

impl<V> Default for Shard<V> {
    fn default() -> Self {
        Self::Own(Table::new())
    }
}

impl<V> Default for Shards<V> {
    fn default() -> Self {
        Self {
            parts: Box::new([Shard::default()]),
            seed: RandomState::default(),
            swept: (0, 0),
            is_full: false,
        }
    }
}

impl<V: Clone> Shards<V> {
    #[expect(clippy::inline_always, reason = "measured: else a call is a tenth of a look-up")]
    #[inline(always)]
    pub(super) fn get(&self, key: &str) -> Option<&V> {
        self.row(key).map(|(_, value)| value)
    }

    /// A key as it is kept here, and its value.
    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub(super) fn row(&self, key: &str) -> Option<(&Text, &V)> {
        let hash = hash(&self.seed, key);
        let table = self.parts[self.place(hash)].table();
        table.find(hash, |(name, _)| name == key).map(|(key, value)| (key, value))
    }

    /// The row of a key, from which it can be removed too.
    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub(super) fn find(&mut self, key: &str) -> Option<OccupiedEntry<'_, (Text, V)>> {
        let hash = hash(&self.seed, key);
        let table = self.parts[self.place(hash)].own();
        table.find_entry(hash, |(name, _)| name == key).ok()
    }

    /// Adds a key that is not there.
    pub(super) fn insert(&mut self, key: Text, value: V) {
        debug_assert!(self.get(&key).is_none(), "{key:?} stands twice");
        if self.parts.len() == 1 && self.len() >= FEW {
            self.spread();
        }
        let hash = hash(&self.seed, &key);
        let place = self.place(hash);
        let table = self.parts[place].own();
        table.insert_unique(hash, (key, value), |(key, _)| self::hash(&self.seed, key));
        if table.len() == table.capacity() {
            (self.swept, self.is_full) = ((place, 0), true);
        }
    }

    /// Would another key make a table grow, which was not swept since it is full?
    #[cfg(feature = "store")]
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Moves everything from the one shard to all of them.
    #[cold]
    fn spread(&mut self) {
        let shards = std::iter::repeat_with(Shard::default).take(SHARDS).collect();
        for shard in std::mem::replace(&mut self.parts, shards) {
            shard.into_table().into_iter().for_each(|(key, value)| self.insert(key, value));
        }
    }

    /// Looks at so many places of tables, from where it was last done and round, and takes out the rows that
    /// go. What somebody else may read is passed over.
    pub(super) fn sweep(&mut self, budget: usize, mut goes: impl FnMut(&Text, &mut V) -> bool) {
        // Not more than once round, which takes a while to count.
        let budget = if budget > SHARDS { budget.min(self.places()) } else { budget };
        step(budget);
        for _ in 0..budget {
            let (shard, place) = self.swept;
            let Some(Shard::Own(table)) = self.parts.get_mut(shard).filter(|shard| place < shard.places())
            else {
                (self.swept, self.is_full) = (((shard + 1) % self.parts.len().max(1), 0), false);
                continue;
            };
            self.swept.1 += 1;
            if let Ok(mut row) = table.get_bucket_entry(place) {
                let (key, value) = row.get_mut();
                if goes(key, value) {
                    row.remove();
                }
            }
        }
    }

    /// How many steps it takes to look at all places.
    fn places(&self) -> usize {
        self.parts.iter().map(|shard| shard.places() + 1).sum()
    }

    /// The place of the shard that a hash belongs to. Their number is a power of two.
    #[inline]
    fn place(&self, hash: u64) -> usize {
        (hash >> SHARD_BITS) as usize & (self.parts.len() - 1)
    }

    /// A snapshot of everything as it stands: the shards that are not empty.
    pub(super) fn snapshot(&mut self) -> Vec<Arc<Table<V>>> {
        let shards = self.parts.iter_mut().filter(|shard| !shard.table().is_empty());
        shards.map(Shard::snapshot).collect()
    }

    /// Touches the rows of some keys, then what `touch` reads of each. In two rounds, without comparing a key: so no
    /// load waits for another, and all together take little more time than one. Returns what nobody needs.
    pub(super) fn look_ahead<'k>(
        &self,
        keys: impl Iterator<Item = &'k str>,
        touch: impl Fn(&V) -> usize,
    ) -> usize {
        let row = |key| {
            let hash = hash(&self.seed, key);
            self.parts[self.place(hash)].table().find(hash, |_| true)
        };
        let rows: Vec<_> = keys.filter_map(row).collect();
        let near = rows.iter().fold(0, |near, (key, _)| near ^ key.len());
        rows.iter().fold(near, |near, (_, value)| near ^ touch(value))
    }

    /// The rows of a part, in no order: those that are in its shard once there are all of them.
    pub(super) fn of_part(&self, part: usize) -> impl Iterator<Item = (&Text, &V)> {
        let is_one = self.parts.len() == 1;
        let shard = self.parts.get(if is_one { 0 } else { part });
        let rows = shard.into_iter().flat_map(|shard| shard.table().iter().map(|(key, value)| (key, value)));
        rows.filter(move |(key, _)| !is_one || self.part_of(key) == part)
    }

    fn part_of(&self, key: &str) -> usize {
        (hash(&self.seed, key) >> SHARD_BITS) as usize % PARTS
    }

    /// All rows, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Text, &V)> {
        self.parts.iter().flat_map(|shard| shard.table().iter().map(|(key, value)| (key, value)))
    }

    pub(super) fn check(&self) -> Found {
        hold(
            self,
            &[
                ("there is one shard, or there are all of them", |map| {
                    let holds = map.parts.len() == SHARDS || (map.parts.len() == 1 && map.len() <= FEW);
                    ensure(holds, || format!("{} of {} rows", map.parts.len(), map.len()))
                }),
                ("a key stands once, in the shard of its hash", |map| {
                    let found = |key, value| map.get(key).is_some_and(|found| std::ptr::eq(found, value));
                    let lost = map.iter().find(|(key, value)| !found(key, *value));
                    lost.map_or(Ok(()), |(key, _)| Err(format!("{key:?} does not")))
                }),
            ],
        )
    }

    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|shard| shard.table().len()).sum()
    }
}

impl<V: Clone> Shard<V> {
    #[inline]
    fn table(&self) -> &Table<V> {
        match self {
            Self::Own(table) => table,
            Self::Shared(table) => table,
        }
    }

    /// How many places its table has; none if somebody may be reading it.
    fn places(&self) -> usize {
        match self {
            Self::Own(table) => table.num_buckets(),
            Self::Shared(_) => 0,
        }
    }

    /// The table, to be written to.
    #[inline]
    fn own(&mut self) -> &mut Table<V> {
        if let Self::Shared(_) = self {
            self.unshare();
        }
        match self {
            Self::Own(table) => table,
            Self::Shared(table) => Arc::make_mut(table),
        }
    }

    #[cold]
    fn unshare(&mut self) {
        *self = Self::Own(std::mem::take(self).into_table());
    }

    /// The table, without a copy if nobody else reads it any more.
    fn into_table(self) -> Table<V> {
        match self {
            Self::Own(table) => table,
            Self::Shared(table) => Arc::unwrap_or_clone(table),
        }
    }

    fn snapshot(&mut self) -> Arc<Table<V>> {
        let table = match self {
            Self::Own(table) => Arc::new(std::mem::take(table)),
            Self::Shared(table) => Arc::clone(table),
        };
        *self = Self::Shared(Arc::clone(&table));
        table
    }
}

/// The hash of a key: of its bytes alone, for nothing follows them.
#[inline]
fn hash(seed: &RandomState, key: &str) -> u64 {
    let mut hasher = seed.build_hasher();
    hasher.write(key.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map of numbers to values that know how many copies there are of them.
    fn filled() -> Shards<Arc<u32>> {
        let mut map = Shards::default();
        (0..10_000).for_each(|number| put(&mut map, number));
        map
    }

    fn put(map: &mut Shards<Arc<u32>>, number: u32) {
        let key = &number.to_string();
        match map.find(key) {
            Some(mut row) => row.get_mut().1 = Arc::new(number),
            None => map.insert(Text::new(key), Arc::new(number)),
        }
    }

    fn copies(map: &Shards<Arc<u32>>) -> usize {
        map.iter().filter(|(_, value)| Arc::strong_count(value) > 1).count()
    }

    #[test]
    fn every_key_is_found_until_it_is_removed() {
        let mut map = filled();
        for number in 0..10_000 {
            let key = &number.to_string();
            assert_eq!(map.get(key).map(|value| **value), Some(number));
            assert_eq!(map.len(), 10_000 - number as usize);
            map.find(key).expect("it is there").remove();
            assert!(map.get(key).is_none() && map.find(key).is_none());
        }
        assert_eq!(map.iter().count(), 0);
    }

    #[test]
    fn a_write_copies_one_shard_and_only_while_somebody_reads_it() {
        let mut map = filled();
        let shared = map.snapshot();
        assert_eq!((shared.len(), copies(&map)), (SHARDS, 0));
        for _ in 0..2 {
            put(&mut map, 7);
            assert!(map.find("no such key").is_none());
            // Both keys are in two shards at most, of forty rows each on the average.
            assert!((1..=200).contains(&copies(&map)), "{} rows were copied", copies(&map));
        }
        drop(shared);
        assert_eq!(copies(&map), 0, "what is shared no more is not kept");
    }

    #[test]
    fn what_was_lent_comes_back_without_a_copy() {
        let mut map = filled();
        let rows = |map: &Shards<_>| map.iter().map(|(key, _)| std::ptr::from_ref(key)).collect::<Vec<_>>();
        let before = rows(&map);
        drop(map.snapshot());
        (0..10_000).for_each(|number| put(&mut map, number));
        assert_eq!(rows(&map), before, "every row is where it was");
    }

    #[test]
    fn what_was_lent_never_changes() {
        for size in [1, FEW, FEW + 1, 10_000] {
            let size = u32::try_from(size).expect("it is small");
            let mut map = Shards::default();
            (0..size).for_each(|number| put(&mut map, number));
            let shared = [map.snapshot(), map.snapshot()];
            for number in 0..2 * size {
                if number % 3 == 0 {
                    drop(map.find(&number.to_string()).map(OccupiedEntry::remove));
                } else {
                    put(&mut map, number);
                }
            }
            assert_eq!(map.iter().count(), (0..2 * size).filter(|number| number % 3 != 0).count());
            for shared in shared {
                let mut seen: Vec<u32> =
                    shared.iter().flat_map(|table| table.iter().map(|(_, value)| **value)).collect();
                seen.sort_unstable();
                assert!(seen.into_iter().eq(0..size));
            }
        }
    }

    #[test]
    fn keys_in_the_wrong_shard_and_shards_that_are_missing_are_found() {
        use crate::engine::check::tests::assert_names;
        let mut map = filled();
        assert_eq!(map.check(), Ok(()));
        map.parts.swap(0, 1);
        assert_names(&map.check(), "a key stands once, in the shard of its hash");
        map.parts = std::iter::repeat_with(Shard::default).take(2).collect();
        assert_names(&map.check(), "there is one shard, or there are all of them");
    }
}
