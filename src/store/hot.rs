//! The files of a store that is in use, as they are after a commit, for whoever copies them or reads them elsewhere.
//!
//! Invariants: what is handed out is what a store can be opened from; a file that is removed meanwhile can be read on;
//! the current segment ends with the last group, whatever is written behind it.

use std::io::{self, ErrorKind};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Store;
use super::aside::ASIDE;
use super::data_file::{FileKind, FileName};
use super::disk::{Disk, DiskFile, FileId};
use super::error::Error;
use super::hot_disk::HotDisk;
use super::options::{CacheMax, Options};
use super::replay::Until;
use super::view::StoreView;
use super::watermark;

/// How often the files are listed anew, where a compaction has taken one away meanwhile.
const TRIES: usize = 8;

/// A file of a store, up to a length.
#[derive(Clone, Debug)]
pub struct HotFile {
    name: String,
    id: FileId,
    length: u64,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    /// It lies on disk, and does not change up to its length.
    File(Arc<dyn DiskFile>),
    /// It was read at once.
    Bytes(Arc<[u8]>),
}

impl HotFile {
    /// Its name in the directory.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes of it there are.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Fills `into` from the bytes at `at`, which end within the length.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), Error> {
        self.read(at, into).map_err(Error::disk("read", &self.name))
    }

    pub(super) fn read(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.length) {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        match &self.content {
            Content::File(file) => file.read_at(at, into),
            Content::Bytes(bytes) => {
                let from = usize::try_from(at).unwrap_or(usize::MAX);
                into.copy_from_slice(&bytes[from..from + into.len()]);
                Ok(())
            }
        }
    }

    /// Which file it is.
    pub(super) fn id(&self) -> FileId {
        self.id
    }
}

/// A store that is in use, as it was after a commit: another thread can read it while the store goes on.
#[derive(Debug)]
pub struct HotStore {
    disk: Arc<dyn Disk>,
    options: Options,
    groups: RangeInclusive<u64>,
}

impl HotStore {
    /// The groups that can be gone back to: what came before the first is only in the snapshot, as it was after that
    /// one. 0 is the empty database before all groups.
    #[must_use]
    pub fn groups(&self) -> RangeInclusive<u64> {
        self.groups.clone()
    }

    /// What the store held at a moment. It is brought back from the snapshot and the log, so it takes memory of its
    /// own.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::OutOfReach`] or [`Error::Disk`].
    pub fn view(&self, until: Until) -> Result<StoreView, Error> {
        StoreView::of(Arc::clone(&self.disk), &self.options, until, Box::new(()))
    }
}

impl Store {
    /// Commits, and hands out all files as they are then.
    ///
    /// # Errors
    /// [`Error::Disk`] or [`Error::Stopped`].
    pub fn hot_files(&mut self) -> Result<Vec<HotFile>, Error> {
        self.commit()?;
        for _ in 0..TRIES {
            let names = self.hot_names()?;
            let files = names.iter().map(|name| self.hot_file(name.clone())).collect();
            let is_gone = matches!(&files, Err(Error::Disk { why, .. }) if why.kind() == ErrorKind::NotFound);
            // What a compaction has done while they were opened may be in them by half.
            if !is_gone && self.hot_names()? == names {
                return files;
            }
        }
        Err(Error::disk("list", "the directory")(io::Error::other("its files do not stay as they are")))
    }

    /// Commits, and hands out the store as it is then.
    ///
    /// # Errors
    /// [`Error::Disk`] or [`Error::Stopped`].
    pub fn hot_store(&mut self) -> Result<HotStore, Error> {
        let disk = HotDisk::of(self.hot_files()?);
        let snapshots =
            disk.names().filter_map(FileName::parse).filter(|name| name.kind == FileKind::Snapshot);
        let first = snapshots.map(|name| name.sequence).max().unwrap_or(0);
        // Whoever looks back reads hardly a value twice.
        let options = Options { cache: CacheMax::Bytes(0), ..self.options.clone() };
        Ok(HotStore { disk: Arc::new(disk), options, groups: first..=self.last_group() })
    }

    /// The names of the files that a store is opened from.
    fn hot_names(&self) -> Result<Vec<String>, Error> {
        let names = self.disk.list().map_err(Error::disk("list", "the directory"))?;
        let is_ours = |name: &String| name == watermark::NAME || FileName::parse(name).is_some();
        Ok(names.into_iter().filter(|name| is_ours(name) && !name.ends_with(ASIDE)).collect())
    }

    /// How many bytes its files have, without the room that was made for groups to come.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn bytes_on_disk(&self) -> Result<u64, Error> {
        let names = self.disk.list().map_err(Error::disk("list", "the directory"))?;
        // One that is being written, or was just removed, counts for nothing.
        let bytes: u64 =
            names.iter().filter_map(|name| self.disk.find(name).ok()).map(|(_, length)| length).sum();
        let tail = &self.log.tail;
        Ok(bytes.saturating_sub(tail.reached - tail.length))
    }

    /// How many values stay on disk, also dead ones that no compaction has taken away yet.
    #[must_use]
    pub fn values_on_disk(&self) -> u64 {
        self.core.blobs.locations.lock().len() as u64
    }

    fn hot_file(&self, name: String) -> Result<HotFile, Error> {
        let file = self.disk.open_to_read(&name).map_err(Error::disk("open", &name))?;
        let id = file.id().map_err(Error::disk("look at", &name))?;
        let tail = &self.log.tail;
        if name == tail.name.to_string() {
            return Ok(HotFile { name, id, length: tail.length, content: Content::File(file) });
        }
        let length = file.length().map_err(Error::disk("read", &name))?;
        if name != watermark::NAME {
            return Ok(HotFile { name, id, length, content: Content::File(file) });
        }
        // It is written in place: what it names now is in what is handed out.
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        file.read_at(0, &mut bytes).map_err(Error::disk("read", &name))?;
        Ok(HotFile { name, id, length, content: Content::Bytes(bytes.into()) })
    }
}

#[cfg(test)]
mod tests;
