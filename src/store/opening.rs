//! Opening a store: taking the directory, recovery, and making good what the last process left undone.
//!
//! Invariant: nothing is built on what is not durable: before anything is removed, cut or appended, the names that a
//! killed process has left are made durable, and so are the groups behind the watermark.

use std::io::ErrorKind;
use std::sync::Arc;

use super::Store;
use super::apply::Core;
use super::aside::{ASIDE, copy_file};
use super::compaction::{Compactions, covered, needed, remove, remove_covered};
use super::disk::{Disk, LockKind};
use super::error::Error;
use super::frame::Link;
use super::listing::FileListing;
use super::log::Log;
use super::options::{Encoding, Options};
use super::recovery::{Recovered, TornEnd, recover};
use super::replay::Until;
use super::tail::Tail;
use super::watermark::{self, Watermark};

impl Store {
    /// Opens the store in a directory, or begins one if the directory is empty. A torn end of the log is cut off: see
    /// [`Self::torn_end`].
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::Damaged`], [`Error::NoStore`], [`Error::ClockRule`] or [`Error::Disk`].
    pub fn open(disk: Arc<dyn Disk>, options: Options) -> Result<Self, Error> {
        // Not even a lock is left beside files that are not a store's.
        if let Some(found) = FileListing::read(&*disk)?.foreign_only() {
            return Err(Error::NoStore { found: Some(found) });
        }
        let lock = lock(&*disk, LockKind::Exclusive)?;
        if FileListing::read(&*disk)?.is_new() {
            watermark::create(&*disk, Link::default())?;
        }
        Self::open_locked(disk, options, lock)
    }

    /// Opens a store that is there.
    ///
    /// # Errors
    /// As [`Self::open`], and [`Error::NoStore`] where there is none.
    pub fn open_existing(disk: Arc<dyn Disk>, options: Options) -> Result<Self, Error> {
        let (lock, _) = lock_existing(&*disk, LockKind::Exclusive)?;
        Self::open_locked(disk, options, lock)
    }

    fn open_locked(disk: Arc<dyn Disk>, options: Options, lock: Box<dyn Send + Sync>) -> Result<Self, Error> {
        let listing = FileListing::read(&*disk)?;
        let recovered = recover(&disk, &listing, &options, Until::End)?;
        let rule = recovered.engine.clock().rule();
        if options.clock.is_some_and(|wanted| wanted != rule) {
            return Err(Error::ClockRule { kept: rule });
        }
        disk.sync_directory().map_err(Error::disk("sync", "the directory"))?;
        // What was left undone can wait for a disk that has room.
        let compaction_failure = tidy(&*disk, &listing, &recovered).err().map(|error| error.to_string());
        let watermark = Watermark::open(&*disk)?;
        let tail = if let Some(tail) = recovered.tail {
            cut(tail.open_to_write(&*disk)?)?
        } else {
            let kept = recovered.snapshot.map_or(Encoding::Binary, |size| size.name.encoding);
            Tail::create(&*disk, options.encoding.unwrap_or(kept), rule, recovered.last)?
        };
        let encoding = options.encoding.unwrap_or(tail.name.encoding);
        let mut log = Log::new(Arc::clone(&disk), tail, watermark, &options, rule)?;
        log.grown = recovered.log_bytes;
        log.renew(recovered.marked_end)?;
        if log.tail.name.encoding != encoding || !log.tail.is_current {
            log.rotate(encoding)?;
        }
        let mut store = Self {
            core: Core::new(recovered.engine, recovered.blobs),
            log,
            options,
            snapshot: recovered.snapshot,
            compaction: None,
            compactions: Compactions::default(),
            compact_at: 0,
            compaction_failure,
            torn: recovered.torn,
            disk,
            closed: false,
            lock: Some(lock),
        };
        store.set_compact_at();
        Ok(store)
    }

    /// Is there a store in this directory?
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn exists(disk: &dyn Disk) -> Result<bool, Error> {
        match list_existing(disk) {
            Ok(_) => Ok(true),
            Err(Error::NoStore { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What was cut off the log when the store was opened: a write that was never acknowledged.
    #[must_use]
    pub fn torn_end(&self) -> Option<&TornEnd> {
        self.torn.as_ref()
    }
}

/// What lies in a directory that must have a store.
fn list_existing(disk: &dyn Disk) -> Result<FileListing, Error> {
    let is_none = |kind| matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory);
    match FileListing::read(disk) {
        Ok(listing) if listing.is_new() => Err(Error::NoStore { found: None }),
        Err(Error::Disk { why, .. }) if is_none(why.kind()) => Err(Error::NoStore { found: None }),
        listed => listed,
    }
}

/// Takes a directory that must have a store. Where there is none not even a lock is left.
pub(super) fn lock_existing(
    disk: &dyn Disk,
    kind: LockKind,
) -> Result<(Box<dyn Send + Sync>, FileListing), Error> {
    list_existing(disk)?;
    Ok((lock(disk, kind)?, FileListing::read(disk)?))
}

/// Takes the directory.
fn lock(disk: &dyn Disk, kind: LockKind) -> Result<Box<dyn Send + Sync>, Error> {
    disk.lock(kind).map_err(|error| match error.kind() {
        ErrorKind::WouldBlock => Error::Locked,
        _ => Error::disk("lock", "the directory")(error),
    })
}

/// Ends what a process that was killed was about to remove.
fn tidy(disk: &dyn Disk, listing: &FileListing, recovered: &Recovered) -> Result<(), Error> {
    // First what gives room.
    remove(disk, listing.aside.clone())?;
    let (name, needed) = (recovered.snapshot.map(|size| size.name), needed(&recovered.blobs.locations));
    match name {
        Some(name) if !covered(listing, Some(name), &needed).is_empty() => {
            renew_name(disk, &name.to_string())?;
        }
        _ => {}
    }
    remove_covered(disk, name, &needed)
}

/// Gives a file its name once more, before it takes the place of others: if a sync of the directory has failed after it
/// got it, the system believes that it need not be made durable.
fn renew_name(disk: &dyn Disk, name: &str) -> Result<(), Error> {
    let aside = format!("{name}{ASIDE}");
    copy_file(disk, name, &aside)?;
    disk.rename(&aside, name).map_err(Error::disk("rename", &aside))?;
    disk.sync_directory().map_err(Error::disk("sync", "the directory"))
}

/// Cuts off what lies behind the last frame.
fn cut(mut tail: Tail) -> Result<Tail, Error> {
    if tail.reached > tail.length {
        tail.trim()?;
        tail.sync()?;
    }
    Ok(tail)
}
