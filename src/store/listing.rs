//! What lies in a directory: the files of a store, by what they hold.

use super::aside::ASIDE;
use super::data_file::{DataFile, FileKind, FileName};
use super::disk::Disk;
use super::error::Error;
use super::watermark;

/// What lies in the directory of a store.
#[derive(Debug)]
pub(super) struct FileListing {
    pub(super) snapshots: Vec<FileName>,
    /// In the order in which they follow each other.
    pub(super) segments: Vec<FileName>,
    pub(super) values: Vec<FileName>,
    pub(super) has_watermark: bool,
    /// Files that were being written when a process ended.
    pub(super) aside: Vec<String>,
    /// Segments that have a twin of the other encoding which the log goes on in.
    pub(super) twins: Vec<FileName>,
    /// A file that is not a store's.
    pub(super) foreign: Option<String>,
}

impl FileListing {
    pub(super) fn read(disk: &dyn Disk) -> Result<Self, Error> {
        let mut listing = Self {
            snapshots: Vec::new(),
            segments: Vec::new(),
            values: Vec::new(),
            has_watermark: false,
            aside: Vec::new(),
            twins: Vec::new(),
            foreign: None,
        };
        for text in disk.list().map_err(Error::disk("list", "the directory"))? {
            match FileName::parse(&text) {
                Some(name) if name.kind == FileKind::Log => listing.segments.push(name),
                Some(name) if name.kind == FileKind::Snapshot => listing.snapshots.push(name),
                Some(name) => listing.values.push(name),
                None if text == watermark::NAME => listing.has_watermark = true,
                None if is_aside(&text) => listing.aside.push(text),
                None => listing.foreign = listing.foreign.or(Some(text)),
            }
        }
        listing.snapshots.sort_by_key(|name| name.sequence);
        listing.set_twins_apart(disk)?;
        Ok(listing)
    }

    /// Of two segments that begin with the same group, one was left empty when the encoding changed.
    fn set_twins_apart(&mut self, disk: &dyn Disk) -> Result<(), Error> {
        self.segments.sort_by_key(|name| name.sequence);
        for name in std::mem::take(&mut self.segments) {
            let twin = self.segments.last().copied().filter(|before| before.sequence == name.sequence);
            match twin {
                Some(_) if is_empty(disk, name)? => self.twins.push(name),
                Some(twin) if is_empty(disk, twin)? => {
                    self.twins.push(twin);
                    self.segments.pop();
                    self.segments.push(name);
                }
                // Two that both have groups are not distinguished: that they do not follow each other shows later.
                _ => self.segments.push(name),
            }
        }
        Ok(())
    }

    /// Is there nothing of a store yet?
    pub(super) fn is_new(&self) -> bool {
        let has_files = self.has_watermark || !self.segments.is_empty() || !self.snapshots.is_empty();
        !has_files && self.values.is_empty()
    }

    /// A file that is there where there is no store.
    pub(super) fn foreign_only(self) -> Option<String> {
        if self.is_new() { self.foreign } else { None }
    }
}

/// Is this the name of a file that was being written when a process ended?
fn is_aside(name: &str) -> bool {
    let whole = name.strip_suffix(ASIDE);
    whole.is_some_and(|whole| whole == watermark::NAME || FileName::parse(whole).is_some())
}

/// Has a segment nothing but its header?
fn is_empty(disk: &dyn Disk, name: FileName) -> Result<bool, Error> {
    let file = DataFile::open(disk, name)?;
    let next = file.reader(FileKind::Log).and_then(|(mut reader, ..)| Ok(reader.next()?.is_none()));
    // What cannot be read is not empty.
    match next {
        Err(Error::Damaged(_)) => Ok(false),
        next => next,
    }
}
