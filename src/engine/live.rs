//! How many records are live, and which, where a walk over all would mostly find others.
//!
//! Invariants: the number is that of the records whose count is not 0, and the index, while there is one, has
//! the keys of just these.
//!
//! Records that are not live are there because a backup holds them. While they are the fewer, a walk over all
//! records costs what it finds. Once they are not, an index is made for the next walk, and kept from then on:
//! each record that comes or goes then pays for its place in it. A restore brings back other records, so the
//! index ends there.

use std::collections::BTreeSet;

use super::Text;
use super::invariant::{Found, ensure};

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
        // The number in an image may be an untruth: it is answered, and never relied on.
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
        // As above.
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
        // As above: it may be any number.
        let live = usize::try_from(self.records).unwrap_or(usize::MAX);
        self.index.is_none() && all > live.saturating_mul(2).saturating_add(FEW)
    }

    /// Makes the index, of so many records.
    pub(super) fn index(&mut self, keys: BTreeSet<Text>, all: usize) {
        debug_assert!(keys.len() <= all, "{} of {all} records are live", keys.len());
        let most = all - keys.len();
        self.index = Some(Index { keys, most });
    }

    /// Are just these the keys of the live records?
    pub(super) fn check(&self, live: &[&str]) -> Found {
        let (says, is) = (self.records, live.len() as u64);
        ensure(says == is, || format!("{says}, and there are {is}"))?;
        let Some(Index { keys, .. }) = &self.index else { return Ok(()) };
        let missing = live.iter().find(|key| !keys.contains(**key));
        ensure(missing.is_none() && keys.len() == live.len(), || {
            format!("the index has {} of {is}, without {missing:?}", keys.len())
        })
    }

    /// The keys of the live records in order, if there is an index.
    pub(super) fn keys(&self) -> Option<&BTreeSet<Text>> {
        self.index.as_ref().map(|index| &index.keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_number_and_a_wrong_index_are_found() {
        let (key, mut live) = (Text::new("k"), Live::default());
        live.clear(9);
        live.born(&key);
        assert_eq!(live.check(&["k"]), Ok(()));
        assert!(live.check(&[]).is_err() && live.check(&["k", "l"]).is_err() && live.check(&["l"]).is_err());
    }
}
