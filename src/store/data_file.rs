//! The files of a store: their names, how they begin, and how they come into being.
//!
//! Invariant: a file that bears its name is whole up to where it was last synced: it is written aside as `NAME.new`,
//! synced, renamed, and the directory synced; only then does anything rely on it.
//!
//! ```text
//!   lock                                  held, as is the directory, by who has the store open; never deleted
//!   watermark                             the last frame that was synced
//!   log-00000000000000000001.bin          groups from 1 on
//!   log-00000000000000000412.jsonl        groups from 412 on, in the other encoding
//!   snapshot-00000000000000000411.bin     everything up to group 411
//!   values-00000000000000000002.bin       values that stayed on disk, moved by the second compaction that moved any
//! ```

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use super::aside::{ASIDE, remove_if_there};
use super::disk::{Disk, DiskFile, FileId};
use super::error::{Damage, Error};
use super::frame::{self, FrameReader, Link};
use super::message::{Body, Header};
use super::numbering::Numbering;
use super::options::Encoding;
use crate::time::ClockRule;

/// The version of the format.
pub(super) const VERSION: u32 = 2;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum FileKind {
    Snapshot,
    Values,
    Log,
}

impl FileKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Values => "values",
            Self::Log => "log",
        }
    }
}

/// The name of a file: what it holds, from which group or up to which (of values the how many-th file), and how it is
/// written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FileName {
    pub(super) kind: FileKind,
    pub(super) sequence: u64,
    pub(super) encoding: Encoding,
}

impl FileName {
    /// Reads a name; `None` if no file of a store is called so.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('-')?;
        let (digits, extension) = rest.split_once('.')?;
        let kind = [FileKind::Log, FileKind::Snapshot, FileKind::Values]
            .into_iter()
            .find(|known| known.name() == kind)?;
        let encoding = [Encoding::Binary, Encoding::Json].into_iter();
        let encoding = encoding.into_iter().find(|known| known.extension() == extension)?;
        let name = Self { kind, sequence: digits.parse().ok()?, encoding };
        // The last number there is has none after it.
        (name.to_string() == text && name.sequence < u64::MAX).then_some(name)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:020}.{}", self.kind.name(), self.sequence, self.encoding.extension())
    }
}

/// A file of the store that is open.
#[derive(Debug)]
pub(super) struct DataFile {
    pub(super) id: FileName,
    /// The same as text.
    pub(super) name: String,
    pub(super) encoding: Encoding,
    pub(super) file: Arc<dyn DiskFile>,
}

impl DataFile {
    /// Opens a file that is there, to be read.
    pub(super) fn open(disk: &dyn Disk, name: FileName) -> Result<Arc<Self>, Error> {
        Self::opened(name, |text| disk.open_to_read(text))
    }

    /// Opens a file that is there, to be written on.
    pub(super) fn open_to_write(disk: &dyn Disk, name: FileName) -> Result<Arc<Self>, Error> {
        Self::opened(name, |text| disk.open(text))
    }

    fn opened(
        name: FileName,
        open: impl FnOnce(&str) -> io::Result<Arc<dyn DiskFile>>,
    ) -> Result<Arc<Self>, Error> {
        let text = name.to_string();
        let file = match open(&text) {
            // Whoever opens a file has listed it, or has its name from another.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Damage::new(&text, 0, "it is missing").into());
            }
            opened => opened.map_err(Error::disk("open", &text))?,
        };
        Ok(Arc::new(Self { id: name, name: text, encoding: name.encoding, file }))
    }

    /// Which file it is.
    pub(super) fn id(&self) -> Result<FileId, Error> {
        self.file.id().map_err(Error::disk("look at", &self.name))
    }

    /// A reader that stands behind the header, the header, and the link to go on from.
    pub(super) fn reader(&self, kind: FileKind) -> Result<(FrameReader, Header, Link, u32), Error> {
        let mut reader = FrameReader::new(&self.name, Arc::clone(&self.file), self.encoding)?;
        let Some(mut frame) = reader.next()? else { return Err(reader.damage(0, "it is empty").into()) };
        let (link, chain, body) = (frame.link, frame.chain, frame.body());
        let header = match body {
            Ok(Body::Header(header)) => header,
            Ok(_) => return Err(reader.damage(0, "it does not begin with a header").into()),
            Err(why) => return Err(reader.damage(0, why).into()),
        };
        if header.version == 0 {
            return Err(reader
                .damage(0, "its header has version 0 of the format, which no program wrote")
                .into());
        }
        if header.version > VERSION {
            let why =
                format!("it has version {} of the format, and none after {VERSION} is known", header.version);
            return Err(Error::Newer { file: self.name.clone(), why });
        }
        if header.kind != kind.name() {
            return Err(reader.damage(0, format!("it holds a {}", header.kind)).into());
        }
        reader.set_salt(header.salt);
        Ok((reader, header, link, chain))
    }
}

/// A file that is written frame by frame, aside until it is whole.
pub(super) struct Aside<'d> {
    disk: &'d dyn Disk,
    pub(super) name: FileName,
    file: Arc<dyn DiskFile>,
    salt: u64,
    last: Link,
    /// What the file has, and what is to be appended.
    length: u64,
    buffer: Vec<u8>,
    is_finished: bool,
}

/// Frames are written when so many bytes have come together.
const FULL: usize = 1 << 20;

impl<'d> Aside<'d> {
    /// Creates the file. Its header is a frame of this number, chained to what comes before the file, if anything does.
    pub(super) fn create(
        disk: &'d dyn Disk,
        name: FileName,
        before: Link,
        header: Header,
    ) -> Result<Self, Error> {
        let aside = format!("{name}{ASIDE}");
        // One of this name may have been left by an attempt that failed.
        remove_if_there(disk, &aside)?;
        let file = disk.create(&aside).map_err(Error::disk("create", &aside))?;
        let mut aside = Self {
            disk,
            name,
            file,
            salt: 0,
            last: before,
            length: 0,
            buffer: Vec::new(),
            is_finished: false,
        };
        let salt = header.salt;
        aside.put(before.sequence, &Body::Header(header))?;
        aside.salt = salt;
        Ok(aside)
    }

    /// Appends a frame. Returns where in the file its payload begins and ends.
    pub(super) fn append(&mut self, body: &Body) -> Result<(u64, u64), Error> {
        self.put(self.last.next(), body)
    }

    fn put(&mut self, sequence: u64, body: &Body) -> Result<(u64, u64), Error> {
        let (encoding, chain) = (self.name.encoding, self.last.checksum);
        let (link, payload) = frame::write(&mut self.buffer, encoding, self.salt, sequence, chain, body)?;
        let place = (self.length + payload.start as u64, self.length + payload.end as u64);
        self.last = link;
        if self.buffer.len() >= FULL {
            self.flush()?;
        }
        Ok(place)
    }

    /// The number that the next frame gets.
    pub(super) fn next(&self) -> u64 {
        self.last.next()
    }

    /// Writes what has come together.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let written = self.file.write_at(self.length, &self.buffer);
        written.map_err(Error::disk("write", &format!("{}{ASIDE}", self.name)))?;
        self.length += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Gives the file its name, for good. Returns the file, its length and its last frame.
    pub(super) fn finish(mut self) -> Result<Finished, Error> {
        self.flush()?;
        let (name, aside) = (self.name.to_string(), format!("{}{ASIDE}", self.name));
        self.file.sync().map_err(Error::disk("sync", &aside))?;
        self.disk.rename(&aside, &name).map_err(Error::disk("rename", &aside))?;
        self.disk.sync_directory().map_err(Error::disk("sync", "the directory"))?;
        self.is_finished = true;
        let (id, encoding, file) = (self.name, self.name.encoding, Arc::clone(&self.file));
        let file = Arc::new(DataFile { id, name, encoding, file });
        Ok(Finished { file, length: self.length, last: self.last })
    }
}

impl Drop for Aside<'_> {
    /// What has failed leaves nothing: the disk may be full of it.
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = self.disk.remove(&format!("{}{ASIDE}", self.name));
        }
    }
}

/// A file that was written as a whole.
pub(super) struct Finished {
    pub(super) file: Arc<DataFile>,
    pub(super) length: u64,
    /// Its last frame.
    pub(super) last: Link,
}

/// Is the header of a log one that this program would write, so that all it knows can be written behind it?
pub(super) fn is_current(header: &Header) -> bool {
    header.version == VERSION && header.operations == Numbering::own().shapes()
}

/// The header of a new file. A line of JSON cannot be taken for a value, so it needs no salt.
pub(super) fn header(disk: &dyn Disk, name: FileName, rule: ClockRule) -> Header {
    let is_binary = name.encoding == Encoding::Binary;
    let operations = if name.kind == FileKind::Log { Numbering::own().shapes() } else { Vec::new() };
    Header {
        version: VERSION,
        kind: name.kind.name().to_owned(),
        operations,
        salt: if is_binary { disk.salt() } else { 0 },
        covers: None,
        free: rule == ClockRule::Free,
    }
}
