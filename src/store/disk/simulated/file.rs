//! A simulated file: its bytes, and what a loss of power may leave in their place.
//!
//! Invariants: each sector of 512 bytes comes back as it was at some moment since it was last durable, whichever
//! moments the others come from; the length is any from the shortest to the longest since it was last durable; what
//! was never written reads as zeros. That is more than any one file system does: what they put in order between
//! syncs, nobody may count on.
//!
//! ```text
//!   write, truncate ──► dirty ── sync ──► durable
//!                         │ failed sync                 The machine takes it for written and forgets it: a later
//!                         ▼                             sync does nothing for it. Only a write makes it dirty
//!                       in doubt ── write ──► dirty     again, with all that it may be.
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

/// What a disk writes in one piece, in bytes.
pub(super) const SECTOR: usize = 512;

type Sector = [u8; SECTOR];

/// What a thing was since it was last durable, oldest first, each with the time at which it ended.
#[derive(Clone, Debug)]
struct Before<T> {
    versions: Vec<(u64, T)>,
    /// Whether the next sync that answers well makes it durable.
    dirty: bool,
}

impl<T> Default for Before<T> {
    fn default() -> Self {
        Self { versions: Vec::new(), dirty: false }
    }
}

impl<T> Before<T> {
    fn push(&mut self, now: u64, was: T) {
        self.versions.push((now, was));
        self.dirty = true;
    }

    fn sync(&mut self, succeeded: bool) {
        if self.dirty && succeeded {
            self.versions.clear();
        }
        self.dirty = false;
    }

    /// Which version held after the change of that time; as many as there are stand for what is there now.
    fn at(&self, time: u64) -> usize {
        self.versions.partition_point(|(ended, _)| *ended <= time)
    }

    fn times(&self) -> impl Iterator<Item = u64> {
        self.versions.iter().map(|(ended, _)| *ended)
    }
}

/// A simulated file.
#[derive(Clone, Debug)]
pub(super) struct File {
    name: String,
    /// Shared with images until one of them writes.
    bytes: Arc<Vec<u8>>,
    sectors: BTreeMap<usize, Before<Sector>>,
    lengths: Before<usize>,
}

impl File {
    /// A file with these bytes, durable.
    pub(super) fn new(name: &str, bytes: Arc<Vec<u8>>) -> Self {
        Self { name: name.to_owned(), bytes, sectors: BTreeMap::new(), lengths: Before::default() }
    }

    /// The name it had last.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn rename(&mut self, to: &str) {
        to.clone_into(&mut self.name);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn write(&mut self, now: u64, at: usize, new: &[u8]) {
        if new.is_empty() {
            return;
        }
        let end = at + new.len();
        self.keep(now, at, end);
        self.set_length(now, end.max(self.bytes.len()));
        Arc::make_mut(&mut self.bytes)[at..end].copy_from_slice(new);
    }

    /// Cuts it, or fills it up with zeros.
    pub(super) fn resize(&mut self, now: u64, length: usize) {
        self.keep(now, length, self.bytes.len());
        self.set_length(now, length);
    }

    fn set_length(&mut self, now: u64, length: usize) {
        if length != self.bytes.len() {
            self.lengths.push(now, self.bytes.len());
            Arc::make_mut(&mut self.bytes).resize(length, 0);
        }
    }

    /// Keeps what the sectors between two places are before they change.
    fn keep(&mut self, now: u64, from: usize, to: usize) {
        if from < to {
            for number in from / SECTOR..to.div_ceil(SECTOR) {
                let was = self.sector(number);
                self.sectors.entry(number).or_default().push(now, was);
            }
        }
    }

    /// A sector as it is now, with zeros beyond the end.
    fn sector(&self, number: usize) -> Sector {
        let mut sector = [0; SECTOR];
        let held = self.bytes.chunks(SECTOR).nth(number).unwrap_or_default();
        sector[..held.len()].copy_from_slice(held);
        sector
    }

    /// Makes it durable, or, if that fails, leaves in doubt for good what was not.
    pub(super) fn sync(&mut self, succeeded: bool) {
        self.lengths.sync(succeeded);
        self.sectors.values_mut().for_each(|sector| sector.sync(succeeded));
        self.sectors.retain(|_, sector| !sector.versions.is_empty());
    }

    /// The lengths that a loss of power may leave: the oldest first, then any between, last the one it has now.
    pub(super) fn lengths(&self) -> Vec<usize> {
        let (now, versions) = (self.bytes.len(), &self.lengths.versions);
        let Some(&(_, oldest)) = versions.first() else { return vec![now] };
        let (least, most) = versions
            .iter()
            .fold((now, now), |(least, most), &(_, length)| (least.min(length), most.max(length)));
        let between = (least..=most).filter(|length| ![oldest, now].contains(length));
        [oldest].into_iter().chain(between).chain([now]).collect()
    }

    /// The sectors in doubt, and of how many versions each may be, the one it has now included.
    pub(super) fn doubts(&self) -> impl Iterator<Item = (usize, usize)> {
        self.sectors.iter().map(|(&number, before)| (number, before.versions.len() + 1))
    }

    /// The times at which something changed that is in doubt.
    pub(super) fn times(&self) -> impl Iterator<Item = u64> {
        self.lengths.times().chain(self.sectors.values().flat_map(Before::times))
    }

    /// Its length after the change of that time, and of each sector in doubt the version.
    pub(super) fn at(&self, time: u64) -> (usize, impl Iterator<Item = usize>) {
        let length =
            self.lengths.versions.get(self.lengths.at(time)).map_or(self.bytes.len(), |(_, was)| *was);
        (length, self.sectors.values().map(move |sector| sector.at(time)))
    }

    /// The bytes that are found if the file comes back with this length, and with these versions of its sectors in
    /// doubt, in their order.
    pub(super) fn found(&self, length: usize, versions: &[usize]) -> Arc<Vec<u8>> {
        let mut bytes = Arc::clone(&self.bytes);
        if length == bytes.len() && self.sectors.is_empty() {
            return bytes;
        }
        let found = Arc::make_mut(&mut bytes);
        found.resize(length, 0);
        for ((number, before), &version) in self.sectors.iter().zip(versions) {
            let place = found.chunks_mut(SECTOR).nth(*number);
            if let (Some(place), Some((_, was))) = (place, before.versions.get(version)) {
                place.copy_from_slice(&was[..place.len()]);
            }
        }
        bytes
    }
}
