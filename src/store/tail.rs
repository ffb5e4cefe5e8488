//! The current segment of the log: where it ends, and whether it is still the file that was left there.
//!
//! Invariant: what is remembered of the file, which one it is and how long, is compared with what lies under its name
//! before anything relies on it.

use std::io::ErrorKind;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::data_file::{self, Aside, DataFile, FileKind, FileName};
use super::disk::{Disk, FileId};
use super::error::Error;
use super::frame::Link;
use super::options::Encoding;
use crate::time::ClockRule;

/// The current segment.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    pub(super) name: FileName,
    pub(super) file: Arc<DataFile>,
    /// Which file that is.
    pub(super) id: FileId,
    /// Its header is one of this version and its operations.
    pub(super) is_current: bool,
    pub(super) salt: u64,
    pub(super) length: u64,
    /// The end of the file, if that is further: what lies between is zeros.
    pub(super) reached: u64,
    /// The last frame before the segment.
    pub(super) before: Link,
    /// Its last frame, the header while it has no group.
    pub(super) last: Link,
    /// Where the last bytes began that were there, and what they were, when that was last noted.
    pub(super) noted: Option<(u64, [u8; NOTED])>,
}

/// So many bytes are noted; every segment has them.
const NOTED: usize = 32;

impl Tail {
    /// Creates a segment that goes on after a frame. Its header has that frame's number, so that groups are counted
    /// through; the first group is chained to the header, and the header to that frame.
    pub(super) fn create(
        disk: &dyn Disk,
        encoding: Encoding,
        rule: ClockRule,
        before: Link,
    ) -> Result<Self, Error> {
        let name = Self::name(encoding, before);
        let header = data_file::header(disk, name, rule);
        let salt = header.salt;
        let made = Aside::create(disk, name, before, header)?.finish()?;
        let (file, length, last) = (made.file, made.length, made.last);
        let id = file.id()?;
        Ok(Self {
            name,
            file,
            id,
            is_current: true,
            salt,
            length,
            reached: length,
            before,
            last,
            noted: None,
        })
    }

    /// Goes over from reading the file to writing it.
    pub(super) fn open_to_write(mut self, disk: &dyn Disk) -> Result<Self, Error> {
        self.file = DataFile::open_to_write(disk, self.name)?;
        self.check(disk)?;
        Ok(self)
    }

    /// Is the file still what it was left as? Whatever else lies there is not ours to write on.
    pub(super) fn check(&self, disk: &dyn Disk) -> Result<(), Error> {
        self.check_file(disk, self.reached..=self.reached)
    }

    /// The same while more is being written.
    pub(super) fn check_while_written(&self, disk: &dyn Disk) -> Result<(), Error> {
        self.check_file(disk, self.length..=u64::MAX)
    }

    /// Are the bytes still there that were noted? Then the last ones are noted instead. What was cut off since the
    /// last look may have been written over, so that the length does not tell it.
    pub(super) fn check_noted(&mut self) -> Result<(), Error> {
        let file = &self.file;
        let read =
            |at, bytes: &mut [u8]| file.file.read_at(at, bytes).map_err(Error::disk("read", &file.name));
        let mut bytes = [0; NOTED];
        if let Some((at, noted)) = self.noted {
            read(at, &mut bytes)?;
            if bytes != noted {
                let how = format!("what stood at byte {at} is not there any more");
                return Err(Error::Changed { file: file.name.clone(), how });
            }
        }
        let at = self.length.saturating_sub(NOTED as u64);
        read(at, &mut bytes)?;
        self.noted = Some((at, bytes));
        Ok(())
    }

    fn check_file(&self, disk: &dyn Disk, lengths: RangeInclusive<u64>) -> Result<(), Error> {
        let file = &self.file.name;
        let changed = |how: String| Err(Error::Changed { file: file.clone(), how });
        match disk.find(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => changed("it is gone".to_owned()),
            Err(error) => Err(Error::disk("look at", file)(error)),
            Ok((id, _)) if id != self.id => changed("another file has its name".to_owned()),
            Ok((_, found)) if !lengths.contains(&found) => {
                changed(format!("it has {found} bytes instead of {}", lengths.start()))
            }
            Ok(_) => Ok(()),
        }
    }

    /// The name of the segment after a frame.
    pub(super) fn name(encoding: Encoding, before: Link) -> FileName {
        FileName { kind: FileKind::Log, sequence: before.next(), encoding }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.last.next() == self.name.sequence
    }

    /// Cuts off what lies behind the last frame.
    pub(super) fn trim(&mut self) -> Result<(), Error> {
        if self.reached > self.length {
            self.file.file.truncate(self.length).map_err(Error::disk("cut", &self.file.name))?;
            self.reached = self.length;
        }
        Ok(())
    }

    /// Makes what was written durable.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.file.file.sync().map_err(Error::disk("sync", &self.file.name))
    }

    /// Makes room for so many bytes more, and some for what comes later; not for many bytes, which would be written
    /// twice. It is no failure if there is no room.
    pub(super) fn grow(&mut self, bytes: u64, by: u64) {
        let wanted = self.length + bytes;
        if wanted <= self.reached || bytes > by {
            return;
        }
        let zeros = vec![0; usize::try_from(wanted - self.reached + by).unwrap_or(0)];
        if self.file.file.write_at(self.reached, &zeros).is_ok() {
            self.reached += zeros.len() as u64;
        } else {
            let _ = self.file.file.truncate(self.reached);
        }
    }

    /// The frame of the last group.
    pub(super) fn last_group(&self) -> Link {
        if self.is_empty() { self.before } else { self.last }
    }
}
