//! Values that stay on disk: the engine holds a stand-in, and this room knows where the value is.
//!
//! Invariants: a value has a number that never changes, so the engine need not know that it was moved; what is read
//! from disk is compared with its checksum every time; a value that is held as it is cannot be taken for a stand-in.
//!
//! ```text
//!   as the caller has it       as the engine holds it
//!   "short"                    "short"
//!   "\0 as it may begin"       "\0\0 as it may begin"
//!   "long …"                   "\0#17"  ──► places: 17 ─► file, first byte, length, checksum
//! ```

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use quick_cache::unsync::Cache;
use serde::Serialize;

use super::data_file::{DataFile, Name};
use super::disk::Disk;
use super::error::{Damage, Error};
use super::options::{CacheMax, Encoding, Options};
use crate::query::{Part, Query};
use crate::reply::{Item, Reply, Value};

/// What no value begins with as the engine holds it, unless it is a stand-in or was given another of these.
const MARK: char = '\0';

/// What follows the mark in a stand-in; its number follows.
const STANDS_IN: char = '#';

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The file. It is opened for each read: there may be more of them than a process may have open.
    pub(super) file: Name,
    /// Its first byte, as it stands in the file: in JSON with its quotes and escapes.
    pub(super) at: u64,
    pub(super) length: u32,
    /// The CRC-32 of those bytes.
    pub(super) checksum: u32,
}

impl Place {
    /// The place of a value that stands in a file like this.
    pub(super) fn of(file: Name, at: u64, stored: &[u8]) -> Option<Self> {
        let length = u32::try_from(stored.len()).ok()?;
        Some(Self { file, at, length, checksum: crc32fast::hash(stored) })
    }

    /// Reads the value.
    pub(super) fn read(&self, disk: &dyn Disk) -> Result<String, Error> {
        let Self { file, at, length, checksum } = self;
        let file = DataFile::open(disk, *file)?;
        let damaged = |why: &str| Error::from(Damage::new(&file.name, *at, why));
        let held = file.file.length().map_err(Error::disk("read", &file.name))?;
        if at.checked_add(u64::from(*length)).is_none_or(|end| end > held) {
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

/// Places by the numbers of the values; shared with the thread that writes a snapshot.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<Mutex<HashMap<u64, Place>>>);

impl Places {
    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<u64, Place>> {
        // A map is whole between any two calls, so one that a panic has left behind will do.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(super) fn get(&self, number: u64) -> Option<Place> {
        self.lock().get(&number).copied()
    }
}

/// The number in a stand-in; `None` if the text is none.
pub(super) fn stand_in(held: &str) -> Option<u64> {
    held.strip_prefix(MARK)?.strip_prefix(STANDS_IN)?.parse().ok()
}

/// The values of a store.
#[derive(Debug)]
pub(super) struct Values {
    inline_max: usize,
    /// The number that the next value on disk gets.
    pub(super) next: u64,
    pub(super) places: Places,
    disk: Arc<dyn Disk>,
    cache: Cache<u64, Arc<str>, Weight>,
}

/// A query with other values.
#[derive(Debug)]
pub(super) struct Held<'q> {
    query: &'q Query<'q>,
    texts: Vec<Cow<'q, str>>,
    numbers: Vec<u64>,
}

impl Held<'_> {
    pub(super) fn with<R>(&self, run: impl FnOnce(&Query<'_>) -> R) -> R {
        let texts: Vec<&str> = self.texts.iter().map(AsRef::as_ref).collect();
        // The row is the query's own, so there are as many words as it has.
        let held = Query::from_parts(self.query.operation(), &texts, &self.numbers);
        run(held.as_ref().unwrap_or(self.query))
    }
}

/// What a value counts for in the cache.
#[derive(Clone, Debug)]
struct Weight(CacheMax);

impl quick_cache::Weighter<u64, Arc<str>> for Weight {
    fn weight(&self, _: &u64, value: &Arc<str>) -> u64 {
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

impl Values {
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
            places: Places::default(),
            disk: Arc::clone(disk),
            cache: Cache::with_weighter(items, capacity, Weight(options.cache)),
        }
    }

    /// Does the engine get this query as it is?
    pub(super) fn is_held_as_it_is(&self, query: &Query<'_>) -> bool {
        let mut plain = true;
        query.each_word(|word, part| {
            if let (true, Part::Text(text)) = (word.kind.is_value(), part) {
                plain &= !self.is_long(text) && !text.starts_with(MARK);
            }
        });
        plain
    }

    /// Does this value stay on disk?
    pub(super) fn is_long(&self, value: &str) -> bool {
        value.len() > self.inline_max
    }

    /// Makes the query that the engine gets. `place` is asked where the text at this place among the query's texts
    /// is; a long value that is nowhere is held in memory.
    pub(super) fn hold<'q>(
        &mut self,
        query: &'q Query<'q>,
        mut place: impl FnMut(usize) -> Option<Place>,
    ) -> Held<'q> {
        let mut held = Held { query, texts: Vec::new(), numbers: Vec::new() };
        query.each_word(|word, part| match part {
            Part::Number(number) => held.numbers.push(number),
            Part::Text(text) if !word.kind.is_value() => held.texts.push(Cow::Borrowed(text)),
            Part::Text(text) => {
                let place = if self.is_long(text) { place(held.texts.len()) } else { None };
                held.texts.push(match place {
                    Some(place) => Cow::Owned(self.keep(place)),
                    None if text.starts_with(MARK) => Cow::Owned(format!("{MARK}{text}")),
                    None => Cow::Borrowed(text),
                });
            }
        });
        held
    }

    /// The query as the caller would write it, of one that the engine has told.
    pub(super) fn shown<'q>(&mut self, query: &'q Query<'q>) -> Result<Held<'q>, Error> {
        let mut held = Held { query, texts: Vec::new(), numbers: Vec::new() };
        let mut failed = Ok(());
        query.each_word(|word, part| match part {
            Part::Number(number) => held.numbers.push(number),
            Part::Text(text) if word.kind.is_value() => match self.value(text) {
                Ok(Shown::Held(text)) => held.texts.push(Cow::Borrowed(text)),
                Ok(Shown::Read(text)) => held.texts.push(Cow::Owned(text.as_ref().to_owned())),
                Err(error) => failed = Err(error),
            },
            Part::Text(text) => held.texts.push(Cow::Borrowed(text)),
        });
        failed.map(|()| held)
    }

    /// The stand-in for a value that is there.
    fn keep(&mut self, place: Place) -> String {
        let number = self.next;
        self.next += 1;
        self.places.lock().insert(number, place);
        format!("{MARK}{STANDS_IN}{number}")
    }

    /// The value that the engine holds so.
    pub(super) fn value<'v>(&mut self, held: &'v str) -> Result<Shown<'v>, Error> {
        let Some(marked) = held.strip_prefix(MARK) else { return Ok(Shown::Held(held)) };
        let Some(number) = stand_in(held) else { return Ok(Shown::Held(marked)) };
        if let Some(value) = self.cache.get(&number) {
            return Ok(Shown::Read(Arc::clone(value)));
        }
        let value = Arc::<str>::from(self.read(number)?);
        self.cache.insert(number, Arc::clone(&value));
        Ok(Shown::Read(value))
    }

    /// Reads a value. A compaction may move it meanwhile: then it is read from where it is now.
    fn read(&self, number: u64) -> Result<String, Error> {
        let nowhere = || Damage::new("snapshot", 0, format!("value {number} is nowhere"));
        let mut place = self.places.get(number).ok_or_else(nowhere)?;
        loop {
            let read = place.read(&*self.disk);
            let now = self.places.get(number).ok_or_else(nowhere)?;
            if read.is_ok() || now == place {
                return read;
            }
            place = now;
        }
    }

    /// Hands the reply on with every value as the caller had it.
    pub(super) fn show<R>(
        &mut self,
        reply: &Reply<'_>,
        run: impl FnOnce(&Reply<'_>) -> R,
    ) -> Result<R, Error> {
        match reply {
            Reply::Value(Some(held)) if is_marked(held) => {
                let value = self.told(held)?;
                Ok(run(&Reply::Value(Some(value.value()))))
            }
            Reply::Values(held) if held.iter().any(is_marked) => {
                let values = self.all(held.iter())?;
                Ok(run(&Reply::Values(values.iter().map(Told::value).collect())))
            }
            Reply::Items(items) if items.iter().any(|item| is_marked(&item.value)) => {
                let values = self.all(items.iter().map(|item| &item.value))?;
                let items = items.iter().zip(&values);
                let items = items.map(|(item, value)| Item {
                    key: item.key.as_ref().into(),
                    field: item.field.as_ref().into(),
                    value: value.value(),
                });
                Ok(run(&Reply::Items(items.collect())))
            }
            Reply::Cells(cells) if cells.iter().any(|(_, value)| is_marked(value)) => {
                let values = self.all(cells.iter().map(|(_, held)| held))?;
                let cells = cells
                    .iter()
                    .zip(&values)
                    .map(|((field, _), value)| (field.as_ref().into(), value.value()));
                Ok(run(&Reply::Cells(cells.collect())))
            }
            _ => Ok(run(reply)),
        }
    }

    fn all<'v>(&mut self, held: impl Iterator<Item = &'v Value<'v>>) -> Result<Vec<Told<'v>>, Error> {
        held.map(|held| self.told(held)).collect()
    }

    /// The value, text or list, that the engine holds so.
    pub(super) fn told<'v>(&mut self, held: &'v Value<'_>) -> Result<Told<'v>, Error> {
        Ok(match held {
            Value::Text(text) => Told::Text(self.value(text)?),
            Value::List(items) => {
                Told::List(items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?)
            }
        })
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

/// A value as the caller had it.
#[derive(Debug)]
pub(super) enum Shown<'v> {
    /// From what the engine holds.
    Held(&'v str),
    /// From disk or cache.
    Read(Arc<str>),
}

impl Shown<'_> {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Held(text) => text,
            Self::Read(text) => text,
        }
    }
}

/// A text or a list as the caller had it.
#[derive(Debug)]
pub(super) enum Told<'v> {
    Text(Shown<'v>),
    List(Vec<Shown<'v>>),
}

impl Told<'_> {
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => Value::List(items.iter().map(|item| item.as_str().into()).collect()),
        }
    }
}

/// Is it, or any of its items, to be told otherwise than it is held?
fn is_marked(value: &Value<'_>) -> bool {
    value.texts().iter().any(|text| text.starts_with(MARK))
}
