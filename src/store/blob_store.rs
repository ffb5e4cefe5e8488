//! The blobs of a store: long values that stay on disk. The engine holds references, and this file knows where they are.
//!
//! Invariants: a reference never changes its meaning, so the engine need not know that a blob was moved; what is read
//! from disk is compared with its checksum every time.
//!
//! ```text
//!   as the caller has it       as the engine holds it
//!   "short"                    "short"
//!   "long …"                   BlobRef(17)  ──► locations: 17 ─► file, first byte, length, checksum
//! ```

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use quick_cache::unsync::Cache;
use serde::Serialize;

use super::data_file::{DataFile, FileName};
use super::disk::Disk;
use super::error::{Damage, Error};
use super::options::{CacheMax, Encoding, Options};
use crate::engine::{BlobRef, Blobs, StoredValue};
use crate::query::{Part, Word};
use crate::reply::{Reply, Value};

/// Where a blob is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlobLocation {
    /// The file. It is opened for each read: there may be more of them than a process may have open.
    pub(super) file: FileName,
    /// Its first byte, as it stands in the file: in JSON with its quotes and escapes.
    pub(super) at: u64,
    pub(super) length: u32,
    /// The CRC-32 of those bytes.
    pub(super) checksum: u32,
}

impl BlobLocation {
    /// The location of a text that stands in a file like this.
    pub(super) fn of(file: FileName, at: u64, stored: &[u8]) -> Option<Self> {
        let length = u32::try_from(stored.len()).ok()?;
        Some(Self { file, at, length, checksum: crc32fast::hash(stored) })
    }

    /// Reads the blob.
    pub(super) fn read(&self, disk: &dyn Disk) -> Result<String, Error> {
        let Self { file, at, length, checksum } = self;
        let file = DataFile::open(disk, *file)?;
        let damaged = |why: &str| Error::from(Damage::new(&file.name, *at, why));
        let length_now = file.file.length().map_err(Error::disk("read", &file.name))?;
        if at.checked_add(u64::from(*length)).is_none_or(|end| end > length_now) {
            return Err(damaged("the file ends before a value that it should hold"));
        }
        let mut stored = vec![0; *length as usize];
        file.file.read_at(*at, &mut stored).map_err(Error::disk("read", &file.name))?;
        if crc32fast::hash(&stored) != *checksum {
            return Err(damaged("the checksum of a value does not match"));
        }
        let text = match file.encoding {
            Encoding::Binary => String::from_utf8(stored).ok(),
            Encoding::Json => serde_json::from_slice(&stored).ok(),
        };
        text.ok_or_else(|| damaged("a value is not the text that it should be"))
    }
}

/// Locations by reference; shared with the thread that writes a snapshot.
#[derive(Clone, Debug, Default)]
pub(super) struct BlobLocations(Arc<Mutex<HashMap<BlobRef, BlobLocation>>>);

impl BlobLocations {
    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<BlobRef, BlobLocation>> {
        // A map is whole between any two calls, so one that a panic has left behind will do.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(super) fn get(&self, blob: BlobRef) -> Option<BlobLocation> {
        self.lock().get(&blob).copied()
    }
}

/// The blobs of a store.
#[derive(Debug)]
pub(super) struct BlobStore {
    inline_max: usize,
    /// The number that the next blob gets.
    pub(super) next: u64,
    pub(super) locations: BlobLocations,
    disk: Arc<dyn Disk>,
    cache: Cache<BlobRef, Arc<str>, Weight>,
}

/// What a value counts for in the cache.
#[derive(Clone, Debug)]
struct Weight(CacheMax);

impl quick_cache::Weighter<BlobRef, Arc<str>> for Weight {
    fn weight(&self, _: &BlobRef, value: &Arc<str>) -> u64 {
        match self.0 {
            CacheMax::Values(_) => 1,
            CacheMax::Bytes(_) => value.len() as u64,
        }
    }
}

/// What the cache did and has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CacheStats {
    /// Reads of values on disk that were answered from memory.
    pub hits: u64,
    /// Those that went to the disk.
    pub misses: u64,
    /// Values in memory.
    pub values: u64,
    /// What they weigh: their bytes, or their number if that is what bounds the cache.
    pub weight: u64,
}

impl BlobStore {
    pub(super) fn new(disk: &Arc<dyn Disk>, options: &Options) -> Self {
        let (items, capacity) = match options.cache {
            CacheMax::Values(values) => (values, values),
            CacheMax::Bytes(bytes) => (bytes / (options.inline_max as u64).max(64), bytes),
        };
        // The estimate only sizes what the cache sets aside at first.
        let items = usize::try_from(items).unwrap_or(usize::MAX).min(1 << 16);
        Self {
            inline_max: options.inline_max,
            next: 0,
            locations: BlobLocations::default(),
            disk: Arc::clone(disk),
            cache: Cache::with_weighter(items, capacity, Weight(options.cache)),
        }
    }

    fn is_long(&self, text: &str) -> bool {
        text.len() > self.inline_max
    }

    /// A reference to a blob that is there.
    fn add(&mut self, location: BlobLocation) -> BlobRef {
        let blob = BlobRef(self.next);
        self.next += 1;
        self.locations.lock().insert(blob, location);
        blob
    }

    /// The text of a blob.
    pub(super) fn fetch(&mut self, blob: BlobRef) -> Result<Arc<str>, Error> {
        if let Some(text) = self.cache.get(&blob) {
            return Ok(Arc::clone(text));
        }
        let text = Arc::<str>::from(self.read(blob)?);
        self.cache.insert(blob, Arc::clone(&text));
        Ok(text)
    }

    /// Reads a blob. A compaction may move it meanwhile: then it is read from where it is now.
    fn read(&self, blob: BlobRef) -> Result<String, Error> {
        let nowhere = || Damage::new("snapshot", 0, format!("value {} is nowhere", blob.0));
        let mut location = self.locations.get(blob).ok_or_else(nowhere)?;
        loop {
            let read = location.read(&*self.disk);
            let now = self.locations.get(blob).ok_or_else(nowhere)?;
            if read.is_ok() || now == location {
                return read;
            }
            location = now;
        }
    }

    /// What a cell holds, with every text of it.
    pub(super) fn value<'e>(&mut self, stored: &'e StoredValue) -> Result<Value<'e>, Error> {
        stored.fetched(&mut |blob| self.fetch(blob))
    }

    /// A reply with every value as the caller had it.
    pub(super) fn resolve<'e>(&mut self, reply: Reply<'e, &'e StoredValue>) -> Result<Reply<'e>, Error> {
        reply.try_map(|stored| self.value(stored))
    }

    pub(super) fn cache_stats(&self) -> CacheStats {
        CacheStats {
            hits: self.cache.hits(),
            misses: self.cache.misses(),
            values: self.cache.len() as u64,
            weight: self.cache.weight(),
        }
    }
}

/// Is this word a value that a cell is given, or an item of one? It may be long.
fn is_value(word: &Word) -> bool {
    word.kind.is_value()
}

/// Hands on the words of a query, in their order.
pub(super) type EachWord<'w> = dyn Fn(&mut dyn FnMut(&Word, Part<'_>)) + 'w;

/// The blobs of a store while it answers a query.
pub(super) struct QueryBlobs<'s> {
    pub(super) store: &'s mut BlobStore,
    /// The words of the query.
    pub(super) words: &'s EachWord<'s>,
    /// Where the text at this place among the query's texts lies; a long value that lies nowhere stays in memory.
    pub(super) locate: &'s mut dyn FnMut(usize) -> Option<BlobLocation>,
}

impl Blobs for QueryBlobs<'_> {
    type Value<'e> = &'e StoredValue;
    type Error = Error;

    fn intern(&mut self, text: &str) -> Option<BlobRef> {
        if !self.store.is_long(text) {
            return None;
        }
        let location = (self.locate)(place_of_value(self.words, text)?)?;
        Some(self.store.add(location))
    }

    fn fetch(&mut self, blob: BlobRef) -> Result<Arc<str>, Error> {
        self.store.fetch(blob)
    }

    fn value(stored: &StoredValue) -> &StoredValue {
        stored
    }
}

/// The place of a value among the texts of the query that brings it in.
fn place_of_value(words: &EachWord<'_>, value: &str) -> Option<usize> {
    let (mut texts, mut found) = (0, None);
    words(&mut |word, part| {
        if let Part::Text(text) = part {
            if found.is_none() && is_value(word) && text == value {
                found = Some(texts);
            }
            texts += 1;
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::WordKind;
    use crate::store::SimulatedDisk;
    use crate::store::data_file::FileKind;

    #[test]
    fn a_value_is_known_by_the_kind_of_its_word_and_not_by_its_name() {
        const WORDS: [(Word, &str); 4] = [
            (Word { name: "value", kind: WordKind::Key }, "a key that is as long as the value"),
            (Word { name: "prefix", kind: WordKind::Field }, "a field"),
            (Word { name: "with", kind: WordKind::Item }, "a value that is long enough"),
            (Word { name: "item", kind: WordKind::Prefix }, "a value that is long enough"),
        ];
        let file = FileName { kind: FileKind::Log, sequence: 1, encoding: Encoding::Binary };
        let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
        let texts = WORDS.map(|(_, text)| text).concat();
        let created = disk.create(&file.to_string()).expect("there is room");
        created.write_at(0, texts.as_bytes()).expect("there is room");

        let mut store = BlobStore::new(&disk, &Options { inline_max: 8, ..Options::default() });
        let words: &EachWord<'_> = &|each| WORDS.iter().for_each(|(word, text)| each(word, Part::Text(text)));
        let locate: &mut dyn FnMut(usize) -> Option<BlobLocation> = &mut |place| {
            let at: usize = WORDS[..place].iter().map(|(_, text)| text.len()).sum();
            BlobLocation::of(file, at as u64, WORDS[place].1.as_bytes())
        };
        let mut blobs = QueryBlobs { store: &mut store, words, locate };
        assert_eq!(blobs.intern(WORDS[0].1), None, "a key stays in memory");
        assert_eq!(blobs.intern("short"), None);
        let blob = blobs.intern(WORDS[2].1).expect("it is long, and a value");
        assert_eq!(&*blobs.fetch(blob).expect("it is there"), WORDS[2].1);
        let location = store.locations.get(blob).expect("it has a location");
        assert_eq!(location.at, (WORDS[0].1.len() + WORDS[1].1.len()) as u64);
    }
}
