//! A disk in memory: it counts what is done to it, fails and stops when told to, and loses power.
//!
//! Invariants: the same calls with the same settings leave the same disk, trace and images; nothing is kept of the
//! machine the tests run on. What is synced is in every image; anything else is in doubt, as `file` and `directory`
//! tell.
//!
//! ```text
//!   calls ──► operations ──► file       bytes; of unsynced sectors and lengths, what they were before
//!             number, fault  directory  names; which changes of them are not durable
//!                                 │
//!                  live_image ◄───┴───► power: durable_images
//!                  kill -9              loss of power
//! ```

mod directory;
mod file;
mod handle;
mod operations;
mod power;

pub use operations::DiskFault;
pub use power::{Names, PowerLoss};

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Disk, DiskFile, FileId, LockKind, check};
use directory::SimulatedNames;
use file::File;
use handle::Handle;
use operations::DiskOperations;

/// A disk in memory, for tests. A clone is another handle on the same one; an image is a disk of its own.
///
/// Everything is numbered that changes the disk or syncs, and with [`count_reads`](Self::count_reads) everything
/// else; [`trace`](Self::trace) lists it. Numbers start at 0 in each image.
///
/// ```
/// use rewinddb::store::{Disk, PowerLoss, SimulatedDisk};
///
/// let disk = SimulatedDisk::new();
/// disk.create("log")?.write_at(0, b"entry")?;
/// disk.sync_directory()?;
/// assert_eq!(disk.trace(), ["create log", "write log 0+5", "sync directory"]);
/// let mut images = disk.durable_images(PowerLoss::default());
/// assert!(images.any(|image| image.bytes("log").unwrap() == b""), "the bytes were not synced");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct SimulatedDisk {
    machine: Arc<Mutex<Machine>>,
}

/// What the handles share.
#[derive(Default)]
struct Machine {
    /// Files are told by their place in here, whatever their names; none leaves.
    files: Vec<File>,
    directory: SimulatedNames,
    operations: DiskOperations,
    /// How the directory is taken now, by each that has it.
    locks: Vec<LockKind>,
    /// It may only be read.
    is_read_only: bool,
    /// Counts the changes, so that what is in doubt can be told by its age.
    time: u64,
}

impl SimulatedDisk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A disk with these files, all durable.
    pub fn from_files<N: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (N, B)>) -> Self {
        let shared = files.into_iter().map(|(name, bytes)| (name.into(), Arc::new(bytes.into())));
        Self::from_shared(shared)
    }

    fn from_shared(files: impl IntoIterator<Item = (String, Arc<Vec<u8>>)>) -> Self {
        let mut machine = Machine::default();
        for (name, bytes) in files {
            machine.add_durable(name, bytes);
        }
        Self::of(machine)
    }

    fn of(machine: Machine) -> Self {
        Self { machine: Arc::new(Mutex::new(machine)) }
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files as they are now, by name.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let machine = self.machine();
        let files = machine.directory.names().iter();
        files.map(|(name, &file)| (name.clone(), machine.files[file].bytes().to_vec())).collect()
    }

    /// The bytes of a file as they are now.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let machine = self.machine();
        machine.directory.find(name).ok().map(|file| machine.files[file].bytes().to_vec())
    }

    /// Gives a file other bytes, durable at once, or adds a durable file. No operation, so it is not numbered.
    pub fn set_bytes(&self, name: &str, bytes: impl Into<Vec<u8>>) {
        let (mut machine, bytes) = (self.machine(), Arc::new(bytes.into()));
        match machine.directory.find(name) {
            Ok(file) => machine.files[file] = File::new(name, bytes),
            Err(_) => machine.add_durable(name.to_owned(), bytes),
        }
    }

    /// How many operations were numbered so far, those that failed included.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.machine().operations.trace().len()
    }

    /// The numbered operations: `create log`, `write log 0+123` (offset and length), `truncate log 99`, `sync log`,
    /// `rename a b`, `remove a`, `sync directory`, and when reads are counted `list`, `open log`, `length log`,
    /// `read log 0+16`, `lock`. What failed as told says so at its end: `sync log: failed`.
    #[must_use]
    pub fn trace(&self) -> Vec<String> {
        self.machine().operations.trace().to_vec()
    }

    /// How many syncs of files and of the directory have answered well.
    #[must_use]
    pub fn syncs(&self) -> usize {
        self.machine().operations.syncs()
    }

    /// Whether calls that only look are numbered, and so can be made to fail. They are not unless this is called.
    pub fn count_reads(&self, counted: bool) {
        self.machine().operations.count_reads(counted);
    }

    /// The process dies before operation `number`: that one and every call after it fail and change nothing.
    pub fn crash_after(&self, number: usize) {
        self.crash_within(number, 0);
    }

    /// The same, but if operation `number` is a write, so many of its first bytes go through.
    pub fn crash_within(&self, number: usize, bytes: usize) {
        self.machine().operations.crash(number, bytes);
    }

    /// Operation `number` fails; with `forever` every numbered one after it too.
    pub fn fail(&self, number: usize, fault: DiskFault, forever: bool) {
        self.machine().operations.fail(number, fault, forever);
    }

    /// Takes back what [`fail`](Self::fail) has set and not yet shown; what has failed is not made good.
    pub fn mend(&self) {
        self.machine().operations.mend();
    }

    /// Whether the directory and its files may only be read from now on. Images may be written.
    pub fn set_read_only(&self, is_read_only: bool) {
        self.machine().is_read_only = is_read_only;
    }

    /// What a new process finds after this one was killed: everything written by now. What was not durable is not
    /// by this; nothing is numbered yet, no fault set, no lock held.
    #[must_use]
    pub fn live_image(&self) -> Self {
        let machine = self.machine();
        Self::of(Machine {
            files: machine.files.clone(),
            directory: machine.directory.clone(),
            time: machine.time,
            ..Machine::default()
        })
    }

    /// What may be found after a loss of power at this moment, each image once; all that is in one is durable there.
    ///
    /// All there are, if they are at most [`PowerLoss::all`]. Otherwise first these three: nothing unsynced survives;
    /// all of it does; names and lengths do, but no bytes. Then those at the edges, up to [`PowerLoss::edges`]: what
    /// the disk was after each of the unsynced changes; a file cut between two sectors; a single thing unlike the
    /// others, in each of the first three. Then [`PowerLoss::random`] ones. Each is made when it is asked for.
    pub fn durable_images(&self, loss: PowerLoss) -> impl Iterator<Item = Self> + use<> {
        let machine = self.machine();
        power::images(machine.files.clone(), machine.directory.clone(), loss).map(Self::from_shared)
    }
}

impl Machine {
    /// An error where nothing may be changed.
    fn may_write(&self) -> io::Result<()> {
        if self.is_read_only { Err(ErrorKind::PermissionDenied.into()) } else { Ok(()) }
    }

    fn add_durable(&mut self, name: String, bytes: Arc<Vec<u8>>) {
        self.files.push(File::new(&name, bytes));
        self.directory.add_durable(name, self.files.len() - 1);
    }

    /// The number of a change that is made now.
    fn tick(&mut self) -> u64 {
        self.time += 1;
        self.time
    }
}

impl SimulatedDisk {
    /// The place of a file that is opened.
    fn opened(&self, name: &str) -> io::Result<usize> {
        check(name)?;
        let machine = &mut *self.machine();
        machine.operations.look(format_args!("open {name}"))?;
        machine.directory.find(name)
    }
}

/// What tells a file from others.
fn id(file: usize) -> FileId {
    FileId { device: 0, number: file as u64 }
}

impl fmt::Debug for SimulatedDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.machine();
        let lengths = machine.directory.names().iter();
        f.debug_map().entries(lengths.map(|(name, &file)| (name, machine.files[file].bytes().len()))).finish()
    }
}

impl Disk for SimulatedDisk {
    /// The same each time, so that files can be compared byte by byte.
    fn salt(&self) -> u64 {
        0x7265_7769_6e64_6462
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let machine = &mut *self.machine();
        machine.operations.look(format_args!("list"))?;
        Ok(machine.directory.names().keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        check(name)?;
        let machine = &mut *self.machine();
        machine.operations.change(format_args!("create {name}"))?;
        machine.may_write()?;
        if machine.directory.find(name).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let (now, file) = (machine.tick(), machine.files.len());
        machine.files.push(File::new(name, Arc::default()));
        machine.directory.change(now, None, Some((name, file)));
        Ok(Arc::new(Handle { disk: self.clone(), file, is_writable: true }))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = self.opened(name)?;
        self.machine().may_write()?;
        Ok(Arc::new(Handle { disk: self.clone(), file, is_writable: true }))
    }

    fn open_to_read(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(Handle { disk: self.clone(), file: self.opened(name)?, is_writable: false }))
    }

    fn find(&self, name: &str) -> io::Result<(FileId, u64)> {
        check(name)?;
        let machine = &mut *self.machine();
        machine.operations.look(format_args!("find {name}"))?;
        let file = machine.directory.find(name)?;
        Ok((id(file), machine.files[file].bytes().len() as u64))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        [from, to].into_iter().try_for_each(check)?;
        let machine = &mut *self.machine();
        machine.operations.change(format_args!("rename {from} {to}"))?;
        machine.may_write()?;
        let (now, file) = (machine.tick(), machine.directory.find(from)?);
        machine.files[file].rename(to);
        machine.directory.change(now, Some(from), Some((to, file)));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        check(name)?;
        let machine = &mut *self.machine();
        machine.operations.change(format_args!("remove {name}"))?;
        machine.may_write()?;
        machine.directory.find(name)?;
        let now = machine.tick();
        machine.directory.change(now, Some(name), None);
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        let machine = &mut *self.machine();
        let synced = machine.operations.sync(format_args!("sync directory"));
        if !machine.operations.is_dead() {
            machine.directory.sync(synced.is_ok());
        }
        synced
    }

    fn lock(&self, kind: LockKind) -> io::Result<Box<dyn Send + Sync>> {
        let machine = &mut *self.machine();
        machine.operations.look(format_args!("lock"))?;
        if machine.locks.iter().any(|held| [*held, kind].contains(&LockKind::Exclusive)) {
            return Err(ErrorKind::WouldBlock.into());
        }
        if kind == LockKind::Exclusive {
            machine.may_write()?;
        }
        machine.locks.push(kind);
        Ok(Box::new(SimulatedLock(self.clone())))
    }
}

/// The lock, until it is dropped.
struct SimulatedLock(SimulatedDisk);

impl Drop for SimulatedLock {
    fn drop(&mut self) {
        // Those who have it together all only read.
        self.0.machine().locks.pop();
    }
}
