//! The files of a store that is in use as a disk of their own, which can only be read.
//!
//! Invariant: nothing that the store does meanwhile shows.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use super::disk::{Disk, DiskFile, FileId, LockKind};
use super::hot::HotFile;

/// The files, by name.
#[derive(Debug)]
pub(super) struct HotDisk(BTreeMap<String, Arc<HotFile>>);

/// Nothing is written here.
fn refused<T>() -> io::Result<T> {
    Err(ErrorKind::PermissionDenied.into())
}

impl HotDisk {
    pub(super) fn of(files: Vec<HotFile>) -> Self {
        Self(files.into_iter().map(|file| (file.name().to_owned(), Arc::new(file))).collect())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn file(&self, name: &str) -> io::Result<&Arc<HotFile>> {
        self.0.get(name).ok_or_else(|| ErrorKind::NotFound.into())
    }
}

impl Disk for HotDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.names().map(str::to_owned).collect())
    }

    fn create(&self, _: &str) -> io::Result<Arc<dyn DiskFile>> {
        refused()
    }

    fn open(&self, _: &str) -> io::Result<Arc<dyn DiskFile>> {
        refused()
    }

    fn open_to_read(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::clone(self.file(name)?) as Arc<dyn DiskFile>)
    }

    fn find(&self, name: &str) -> io::Result<(FileId, u64)> {
        let file = self.file(name)?;
        Ok((HotFile::id(file), HotFile::length(file)))
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        refused()
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        refused()
    }

    fn sync_directory(&self) -> io::Result<()> {
        refused()
    }

    fn lock(&self, _: LockKind) -> io::Result<Box<dyn Send + Sync>> {
        Ok(Box::new(()))
    }
}

impl DiskFile for HotFile {
    fn id(&self) -> io::Result<FileId> {
        Ok(HotFile::id(self))
    }

    fn length(&self) -> io::Result<u64> {
        Ok(HotFile::length(self))
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        self.read(at, into)
    }

    fn write_at(&self, _: u64, _: &[u8]) -> io::Result<()> {
        refused()
    }

    fn truncate(&self, _: u64) -> io::Result<()> {
        refused()
    }

    fn sync(&self) -> io::Result<()> {
        refused()
    }
}
