//! The files of a store that is in use, as they are after a commit, for whoever copies them.
//!
//! Invariants: what is handed out is what a store can be opened from; a file that is removed meanwhile can be read on;
//! the current segment ends with the last group, whatever is written behind it.

use std::sync::Arc;

use super::Store;
use super::aside::ASIDE;
use super::data_file::FileName;
use super::disk::DiskFile;
use super::error::Error;
use super::watermark;

/// A file of a store, up to a length.
#[derive(Clone, Debug)]
pub struct HotFile {
    name: String,
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
        match &self.content {
            Content::File(file) => file.read_at(at, into).map_err(Error::disk("read", &self.name)),
            Content::Bytes(bytes) => {
                let from = usize::try_from(at).unwrap_or(usize::MAX);
                let there = bytes.get(from..).and_then(|rest| rest.get(..into.len()));
                let missing = || Error::disk("read", &self.name)(std::io::ErrorKind::UnexpectedEof.into());
                into.copy_from_slice(there.ok_or_else(missing)?);
                Ok(())
            }
        }
    }
}

impl Store {
    /// Commits, and hands out all files as they are then.
    ///
    /// # Errors
    /// [`Error::Disk`] or [`Error::Stopped`].
    pub fn hot_files(&mut self) -> Result<Vec<HotFile>, Error> {
        self.commit()?;
        let names = self.disk.list().map_err(Error::disk("list", "the directory"))?;
        let is_ours = |name: &String| name == watermark::NAME || FileName::parse(name).is_some();
        let names = names.into_iter().filter(|name| is_ours(name) && !name.ends_with(ASIDE));
        names.map(|name| self.hot_file(name)).collect()
    }

    /// How many bytes its files have.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn bytes_on_disk(&self) -> Result<u64, Error> {
        let names = self.disk.list().map_err(Error::disk("list", "the directory"))?;
        // One that is being written, or was just removed, counts for nothing.
        Ok(names.iter().filter_map(|name| self.disk.find(name).ok()).map(|(_, length)| length).sum())
    }

    fn hot_file(&self, name: String) -> Result<HotFile, Error> {
        let file = self.disk.open_to_read(&name).map_err(Error::disk("open", &name))?;
        let tail = &self.log.tail;
        if name == tail.name.to_string() {
            return Ok(HotFile { length: tail.length, name, content: Content::File(file) });
        }
        let length = file.length().map_err(Error::disk("read", &name))?;
        if name != watermark::NAME {
            return Ok(HotFile { name, length, content: Content::File(file) });
        }
        // It is written in place: what it names now is in what is handed out.
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        file.read_at(0, &mut bytes).map_err(Error::disk("read", &name))?;
        Ok(HotFile { name, length, content: Content::Bytes(bytes.into()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;
    use crate::store::{Disk, Options, SimulatedDisk};

    /// A disk that has the files, each read in pieces.
    fn copied(files: &[HotFile]) -> Arc<SimulatedDisk> {
        let disk = SimulatedDisk::new();
        for file in files {
            let copy = disk.create(file.name()).expect("it is new");
            let mut bytes = vec![0; usize::try_from(file.length()).expect("it fits")];
            let mut at = 0;
            for piece in bytes.chunks_mut(100) {
                file.read_at(at, piece).expect("it can be read");
                at += piece.len() as u64;
            }
            copy.write_at(0, &bytes).expect("it can be written");
        }
        Arc::new(disk)
    }

    #[test]
    fn what_is_handed_out_is_the_store_as_it_was_then() {
        let disk = Arc::new(SimulatedDisk::new());
        let mut store = Store::open(disk, Options::default()).expect("it opens");
        let put = |store: &mut Store, key: &str| {
            let value = "long ".repeat(5_000);
            store.apply_committed(&[Query::Put { key, value: &value }], |_, _| ()).expect("there is room");
        };
        for round in 0..6 {
            let keys: Vec<String> = (0..=round).map(|n| format!("key {n}")).collect();
            put(&mut store, &keys[round]);
            if round % 2 == 1 {
                store.compact().expect("it can be compacted");
            }
            let files = store.hot_files().expect("there are files");
            // What comes after is not in them, and what is removed can be read.
            put(&mut store, "later");
            store.compact().expect("it can be compacted");
            store.finish_snapshot().expect("it ends");
            let copy = Store::open(copied(&files), Options::default()).expect("it opens");
            let names: Vec<&str> = copy.names().into_iter().map(|(key, _)| key).collect();
            let wanted = keys.iter().map(String::as_str).chain((round > 0).then_some("later"));
            assert!(names.into_iter().eq(wanted), "round {round}");
        }
    }
}
