//! A flat directory of files, as a store uses it: the one way from a store to a file system.
//!
//! Invariants: nothing counts as durable before it is synced, bytes and length by [`DiskFile::sync`], names by
//! [`Disk::sync_directory`]; what is not a plain file name never reaches the file system; whoever may only read the
//! directory can do what reads; both kinds of disk answer alike, errors included.
//!
//! ```text
//!                             ┌──► RealDisk       a directory of this machine
//!   store ──► Disk, DiskFile ─┤
//!                             └──► SimulatedDisk  in memory; it counts, fails and loses power as told
//! ```

mod real;
mod simulated;

pub use real::RealDisk;
pub use simulated::{DiskFault, Names, PowerLoss, SimulatedDisk};

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::{fmt, io};

/// The name of the file that a lock is on. It is the disk's own: never listed, and no name for other files.
const LOCK: &str = "lock";

/// For whom a directory is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// For one who writes: nobody else may have it.
    Exclusive,
    /// For those who only read.
    Shared,
}

/// Which file it is, whatever its name: no two that are there have the same, where the system tells files apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    number: u64,
}

/// A directory, and what a store does with it.
///
/// A name is a plain file name, the same on every machine: not empty, no `.` or `..`, not `lock`, and without `/`,
/// `\`, `:` and NUL. Any other is refused with `InvalidInput`.
pub trait Disk: Send + Sync + fmt::Debug {
    /// The names of all that lies in it, in byte order, but for the file of the lock. What was not made by a store is
    /// among them, under names that may not be opened.
    ///
    /// # Errors
    /// `NotFound` if the directory is not there, and whatever the file system says.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Creates an empty file for reading and writing; one of this name must not be there.
    ///
    /// # Errors
    /// `AlreadyExists` if one is; `InvalidInput`, and whatever the file system says.
    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;

    /// Opens a file for reading and writing. It stays the same file when its name is changed or removed.
    ///
    /// # Errors
    /// `NotFound` if there is none; `InvalidInput`, and whatever the file system says.
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;

    /// The same for reading alone. What would change the file is refused with `PermissionDenied`.
    ///
    /// # Errors
    /// As [`Self::open`].
    fn open_to_read(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;

    /// Which file has a name, and how long it is.
    ///
    /// # Errors
    /// As [`Self::open`].
    fn find(&self, name: &str) -> io::Result<(FileId, u64)>;

    /// Gives a file another name; a file of that name is replaced. It never has both names, and never none.
    ///
    /// # Errors
    /// `NotFound` if there is no file `from`; `InvalidInput`, and whatever the file system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// `NotFound` if there is none; `InvalidInput`, and whatever the file system says.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes created, renamed and removed names durable.
    ///
    /// # Errors
    /// Whatever the file system says. What was not durable before may then be lost for good, even if a later call
    /// answers well.
    fn sync_directory(&self) -> io::Result<()>;

    /// Takes the directory, until the answer is dropped.
    ///
    /// # Errors
    /// `WouldBlock` if it is taken, by another process or by this one, and not both only read; whatever the file system
    /// says.
    fn lock(&self, kind: LockKind) -> io::Result<Box<dyn Send + Sync>>;

    /// A number that whoever chooses the contents of files cannot know.
    fn salt(&self) -> u64 {
        RandomState::new().hash_one(())
    }
}

/// A file of a [`Disk`]. Offsets and lengths are in bytes.
pub trait DiskFile: Send + Sync + fmt::Debug {
    /// Which file it is.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn id(&self) -> io::Result<FileId>;

    /// How long it is.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn length(&self) -> io::Result<u64>;

    /// Fills `into` from the bytes at `at`.
    ///
    /// # Errors
    /// `UnexpectedEof` if there are fewer, and whatever the file system says; what `into` holds then is open.
    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()>;

    /// Writes all of `bytes` at `at` (at the end of the file: appends; beyond it: leaves zeros between).
    ///
    /// # Errors
    /// Whatever the file system says. A first part of the bytes may have been written then.
    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts it to `length`, or fills it up with zeros.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn truncate(&self, length: u64) -> io::Result<()>;

    /// Makes what was written, and the length, durable.
    ///
    /// # Errors
    /// Whatever the file system says. What was not durable before may then be lost for good, even if a later call
    /// answers well.
    fn sync(&self) -> io::Result<()>;
}

/// Whether a file of a store may have this name.
fn is_plain(name: &str) -> bool {
    !matches!(name, "" | "." | ".." | LOCK) && !name.contains(['/', '\\', ':', '\0'])
}

/// Refuses a name that a file of a store may not have.
fn check(name: &str) -> io::Result<()> {
    let refusal =
        || io::Error::new(io::ErrorKind::InvalidInput, format!("{name:?} is no name for a file here"));
    is_plain(name).then_some(()).ok_or_else(refusal)
}
