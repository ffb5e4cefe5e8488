//! A directory of this machine.
//!
//! Invariant: a call that was interrupted is made again; no other error is kept from the caller.

use std::fs::{self, File, Metadata, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{io, io::ErrorKind};

use super::{Disk, DiskFile, FileId, LOCK, LockKind, check};

/// A directory of this machine, with the files of a store in it.
#[derive(Clone, Debug)]
pub struct RealDisk {
    directory: PathBuf,
}

impl RealDisk {
    /// The directory that this path has now, wherever the process goes later. Nothing is created, nor looked at.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        let given = directory.into();
        // What cannot be made absolute is refused when it is used.
        Self { directory: std::path::absolute(&given).unwrap_or(given) }
    }

    /// The directory of this path, created if it is not there, durably, with those it lies in.
    ///
    /// # Errors
    /// `InvalidInput` if the path is empty, `AlreadyExists` if something else has it, and whatever the file system
    /// says.
    pub fn create(directory: impl Into<PathBuf>) -> io::Result<Self> {
        let disk = Self::new(directory);
        if disk.directory.as_os_str().is_empty() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "the path is empty"));
        }
        make_directory(&disk.directory).map(|()| disk)
    }

    /// Where the file of this name lies.
    fn path(&self, name: &str) -> io::Result<PathBuf> {
        check(name).map(|()| self.directory.join(name))
    }
}

impl Disk for RealDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.retain(|name| name != LOCK);
        names.sort_unstable();
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = File::options().read(true).write(true).create_new(true).open(self.path(name)?)?;
        Ok(Arc::new(RealFile { file, is_writable: true }))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = File::options().read(true).write(true).open(self.path(name)?)?;
        Ok(Arc::new(RealFile { file, is_writable: true }))
    }

    fn open_to_read(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = File::open(self.path(name)?)?;
        Ok(Arc::new(RealFile { file, is_writable: false }))
    }

    fn find(&self, name: &str) -> io::Result<(FileId, u64)> {
        let found = fs::metadata(self.path(name)?)?;
        Ok((file_id(&found), found.len()))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from)?, self.path(to)?)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name)?)
    }

    fn sync_directory(&self) -> io::Result<()> {
        sync_directory(&self.directory)
    }

    fn lock(&self, kind: LockKind) -> io::Result<Box<dyn Send + Sync>> {
        let directory = match self.lock_directory(kind) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(error),
            locked => locked.ok(),
        };
        match self.lock_file(kind, directory.is_none()) {
            Ok(file) => Ok(Box::new((file, directory))),
            // Whoever only reads needs no file where the directory itself is locked.
            Err(error) if may_lack_file(kind, error.kind()) && directory.is_some() => Ok(Box::new(directory)),
            Err(error) => Err(error),
        }
    }
}

impl RealDisk {
    /// Locks the directory itself, which no removal of a file undoes. Not every system can.
    fn lock_directory(&self, kind: LockKind) -> io::Result<HeldLock> {
        if !cfg!(unix) {
            return Err(ErrorKind::Unsupported.into());
        }
        HeldLock::take(File::open(&self.directory)?, kind)
    }

    /// Locks a file in it, as those do too that cannot lock a directory. Who only reads makes it only if nothing
    /// else is locked.
    fn lock_file(&self, kind: LockKind, is_alone: bool) -> io::Result<HeldLock> {
        // It is never removed: between a removal and a creation, two could each hold a lock on a file of that name.
        let path = self.directory.join(LOCK);
        let open = |makes| File::options().read(true).write(makes).create(makes).truncate(false).open(&path);
        let file = match kind {
            LockKind::Exclusive => open(true),
            LockKind::Shared => match open(false) {
                Err(error) if is_alone && error.kind() == ErrorKind::NotFound => open(true),
                opened => opened,
            },
        };
        HeldLock::take(file?, kind)
    }
}

/// May a directory be taken without the file of the lock, if that cannot be opened?
fn may_lack_file(kind: LockKind, why: ErrorKind) -> bool {
    kind == LockKind::Shared && matches!(why, ErrorKind::NotFound | ErrorKind::PermissionDenied)
}

/// A lock that is held.
struct HeldLock(File);

impl HeldLock {
    fn take(file: File, kind: LockKind) -> io::Result<Self> {
        let taken = match kind {
            LockKind::Exclusive => file.try_lock(),
            LockKind::Shared => file.try_lock_shared(),
        };
        match taken {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        // Closing alone would not do while a process that is being started still has a copy of the file.
        let _ = self.0.unlock();
    }
}

#[derive(Debug)]
struct RealFile {
    file: File,
    is_writable: bool,
}

impl RealFile {
    /// The file, to be changed. The machine would call it a bad descriptor.
    fn writable(&self) -> io::Result<&File> {
        if self.is_writable { Ok(&self.file) } else { Err(ErrorKind::PermissionDenied.into()) }
    }
}

impl DiskFile for RealFile {
    fn id(&self) -> io::Result<FileId> {
        Ok(file_id(&self.file.metadata()?))
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        // Where no file can reach, the machine would speak of an invalid argument.
        if i64::try_from(at).is_err() && !into.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        read_exact_at(&self.file, at, into)
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        write_all_at(self.writable()?, at, bytes)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.writable()?.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

#[cfg(unix)]
fn file_id(found: &Metadata) -> FileId {
    use std::os::unix::fs::MetadataExt;
    FileId { device: found.dev(), number: found.ino() }
}

/// Here files are not told apart.
#[cfg(not(unix))]
fn file_id(_: &Metadata) -> FileId {
    FileId { device: 0, number: 0 }
}

/// Creates a directory and those it lies in, and makes their names durable.
fn make_directory(directory: &Path) -> io::Result<()> {
    let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty());
    let sync_parent = || sync_directory(parent.unwrap_or(Path::new(".")));
    match (fs::create_dir(directory), parent) {
        (Ok(()), _) => sync_parent(),
        (Err(error), Some(parent)) if error.kind() == ErrorKind::NotFound => {
            make_directory(parent)?;
            fs::create_dir(directory)?;
            sync_parent()
        }
        (Err(error), _) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => {
            // Whoever made it may have died before this. It is not insisted on: the parent may be closed to us.
            sync_parent().or(Ok(()))
        }
        (Err(error), _) if error.kind() == ErrorKind::AlreadyExists => {
            Err(io::Error::new(error.kind(), "it is there already, and no directory"))
        }
        (Err(error), _) => Err(error),
    }
}

/// Makes the names in a directory durable. Elsewhere than on unix a directory cannot be opened, nor need it be.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

#[cfg(unix)]
fn read_exact_at(file: &File, at: u64, into: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, at)
}

#[cfg(unix)]
fn write_all_at(file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut at: u64, mut into: &mut [u8]) -> io::Result<()> {
    while !into.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, into, at) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                into = &mut into[read..];
                at += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(windows)]
fn write_all_at(file: &File, mut at: u64, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, at) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => {
                bytes = &bytes[written..];
                at += written as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
