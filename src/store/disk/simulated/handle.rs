//! Open files of a simulated disk.
//!
//! Invariant: every call is numbered before it does anything, or refused and not numbered.

use std::io::{self, ErrorKind};

use super::{Machine, SimulatedDisk, id};
use crate::store::disk::{DiskFile, FileId};

/// No simulated file grows beyond this, in bytes.
const LONGEST: u64 = 1 << 30;

/// An open file. It stays the same file whatever becomes of its name.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) disk: SimulatedDisk,
    /// Its place among the machine's files.
    pub(super) file: usize,
    pub(super) is_writable: bool,
}

impl Handle {
    fn may_write(&self) -> io::Result<()> {
        if self.is_writable { Ok(()) } else { Err(ErrorKind::PermissionDenied.into()) }
    }
}

impl DiskFile for Handle {
    fn id(&self) -> io::Result<FileId> {
        Ok(id(self.file))
    }

    fn length(&self) -> io::Result<u64> {
        let Machine { files, operations, .. } = &mut *self.disk.machine();
        let file = &files[self.file];
        operations.look(format_args!("length {}", file.name()))?;
        Ok(file.bytes().len() as u64)
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let Machine { files, operations, .. } = &mut *self.disk.machine();
        let file = &files[self.file];
        operations.look(format_args!("read {} {at}+{}", file.name(), into.len()))?;
        if into.is_empty() {
            return Ok(());
        }
        let held = usize::try_from(at).ok().and_then(|at| file.bytes().get(at..)?.get(..into.len()));
        into.copy_from_slice(held.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.may_write()?;
        let start = if bytes.is_empty() { 0 } else { place(at, bytes.len())? };
        let machine = &mut *self.disk.machine();
        let now = machine.tick();
        let file = &mut machine.files[self.file];
        let what = format_args!("write {} {at}+{}", file.name(), bytes.len());
        let (through, answer) = machine.operations.write(what, bytes.len());
        file.write(now, start, &bytes[..through]);
        answer
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.may_write()?;
        let length = place(length, 0)?;
        let machine = &mut *self.disk.machine();
        let now = machine.tick();
        let file = &mut machine.files[self.file];
        machine.operations.change(format_args!("truncate {} {length}", file.name()))?;
        file.resize(now, length);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let Machine { files, operations, .. } = &mut *self.disk.machine();
        let file = &mut files[self.file];
        let synced = operations.sync(format_args!("sync {}", file.name()));
        if !operations.is_dead() {
            file.sync(synced.is_ok());
        }
        synced
    }
}

/// An offset after which so many bytes still have room in a file. What no file system can tell is another mistake
/// than what is too much for this one.
fn place(at: u64, length: usize) -> io::Result<usize> {
    let kind = if i64::try_from(at).is_ok() { ErrorKind::FileTooLarge } else { ErrorKind::InvalidInput };
    let end = at.checked_add(length as u64).filter(|end| *end <= LONGEST);
    end.and_then(|_| usize::try_from(at).ok()).ok_or_else(|| kind.into())
}
