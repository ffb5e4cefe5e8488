//! How many records are live, and which, where a walk over all would mostly find others.
//!
//! Invariant: the index, while there is one, has the keys of just those records that are counted as live.
//!
//! Records that are not live are there because a backup holds them. While they are the fewer, a walk over all records
//! costs what it finds. Once they are not, an index is made for the next walk, and kept from then on: each record that
//! comes or goes then pays for its place in it. A restore brings back other records, so the index ends there.

use std::collections::BTreeSet;

use super::Text;

/// So many records more or less are no reason for an index.
const FEW: usize = 4;

/// The live records.
#[derive(Clone, Debug, Default)]
pub(super) struct Live {
    records: u64,
    index: Option<Index>,
}

#[derive(Clone, Debug)]
struct Index {
    keys: BTreeSet<Text>,
    /// With more keys than this it is not worth while any more.
    most: usize,
}

impl Live {
    /// A record more is live.
    pub(super) fn born(&mut self, key: &Text) {
        self.records = self.records.saturating_add(1);
        if self.index.is_some() {
            self.add(key);
        }
    }

    #[cold]
    fn add(&mut self, key: &Text) {
        if let Some(index) = &mut self.index {
            index.keys.insert(key.clone());
            if index.keys.len() > index.most {
                self.index = None;
            }
        }
    }

    /// A record less is live.
    pub(super) fn died(&mut self, key: &Text) {
        self.records = self.records.saturating_sub(1);
        if let Some(index) = &mut self.index {
            index.keys.remove(key);
        }
    }

    /// What a transaction begins with: the same records, and no index.
    pub(super) fn fork(&self) -> Self {
        Self { records: self.records, index: None }
    }

    /// How many there are.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// Others are live from now on.
    pub(super) fn set(&mut self, records: u64) {
        *self = Self { records, index: None };
    }

    /// None is live of so many.
    pub(super) fn clear(&mut self, all: usize) {
        *self = Self { records: 0, index: Some(Index { keys: BTreeSet::new(), most: all.max(FEW) }) };
    }

    /// Is a walk over so many records a waste, and no index there?
    pub(super) fn wants_index(&self, all: usize) -> bool {
        let live = usize::try_from(self.records).unwrap_or(usize::MAX);
        self.index.is_none() && all > live.saturating_mul(2).saturating_add(FEW)
    }

    /// Makes the index, of so many records.
    pub(super) fn index(&mut self, keys: BTreeSet<Text>, all: usize) {
        let most = all.saturating_sub(keys.len());
        self.index = Some(Index { keys, most });
    }

    /// The keys of the live records in order, if there is an index.
    pub(super) fn keys(&self) -> Option<&BTreeSet<Text>> {
        self.index.as_ref().map(|index| &index.keys)
    }
}
