//! Compaction: a snapshot takes the place of all that the log has up to it.
//!
//! Invariants: what a snapshot covers is removed only when the snapshot is durable under its name, and when no
//! location is in there any more; the database goes on meanwhile, and only the image is made in its time.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::Store;
use super::blob_store::BlobLocations;
use super::data_file::{FileKind, FileName};
use super::disk::Disk;
use super::error::Error;
use super::listing::FileListing;
use super::snapshot::{self, Material, Size, WrittenSnapshot};
use crate::engine::image::{Image, RecordImage, TextImage};

/// A snapshot that is being written.
#[derive(Debug)]
pub(super) struct Compaction {
    thread: JoinHandle<Result<Option<Compacted>, Error>>,
    /// The bytes of the log that it will take the place of.
    pub(super) covered: u64,
}

/// A snapshot that is there, and whether what it covers is gone.
#[derive(Debug)]
struct Compacted {
    size: Size,
    removed: Result<(), Error>,
}

/// How often compactions have ended which way since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compactions {
    /// A snapshot has taken the place of the log before it.
    pub written: u64,
    /// It was not worth it.
    pub skipped: u64,
    /// It could not be written, or not all that it covers could be removed.
    pub failed: u64,
}

impl Compactions {
    /// Counts one, which has written a snapshot or not.
    fn count<E>(&mut self, ended: &Result<bool, E>) {
        match ended {
            Ok(true) => self.written += 1,
            Ok(false) => self.skipped += 1,
            Err(_) => self.failed += 1,
        }
    }
}

/// What a cell or a record takes on disk besides its texts, about.
const FRAMING: u64 = 12;

/// What of the bytes on disk must be live for a compaction not to be worth it: one in so many.
const WORTH: u64 = 2;

impl Compaction {
    /// Begins to write a snapshot of `material`; if the database and the bytes on disk are given, then only if that is
    /// worth it. The snapshot takes the place of `covered` bytes of the log.
    pub(super) fn start(
        disk: Arc<dyn Disk>,
        material: Material,
        measured: Option<(Image, u64)>,
        covered: u64,
    ) -> Result<Self, Error> {
        let write = move || {
            if let Some((image, stored)) = measured
                && live_bytes(image, &material.locations) > stored / WORTH
            {
                return Ok(None);
            }
            compact(&*disk, material).map(Some)
        };
        let thread = thread::Builder::new().spawn(write);
        let thread = thread.map_err(Error::disk("start", "a thread that compacts"))?;
        Ok(Self { thread, covered })
    }

    pub(super) fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for the snapshot; `None` if it was not worth it.
    fn wait(self) -> Result<Option<Compacted>, Error> {
        let panicked = |_| Error::Stopped { why: "the thread that compacts has panicked".to_owned() };
        self.thread.join().map_err(panicked)?
    }
}

/// Writes a snapshot, goes over to its locations, and removes what it covers.
fn compact(disk: &dyn Disk, material: Material) -> Result<Compacted, Error> {
    let known = material.locations.clone();
    let WrittenSnapshot { size, locations, next_blob } = snapshot::write(disk, material)?;
    {
        let mut known = known.lock();
        known.retain(|blob, _| blob.0 >= next_blob);
        known.extend(locations);
    }
    Ok(Compacted { size, removed: remove_covered(disk, Some(size.name), &needed(&known)) })
}

impl Store {
    /// Begins to write a snapshot in the background; what it covers goes when it is done. Nothing is begun while one
    /// is being written, or if nothing has been written since the last.
    ///
    /// # Errors
    /// [`Error::Disk`] or [`Error::Stopped`].
    pub fn snapshot(&mut self) -> Result<(), Error> {
        self.look_after_compaction();
        if self.compaction.is_none() && !self.is_compact() {
            let material = self.material(false)?;
            self.start(material, None)?;
        }
        Ok(())
    }

    /// Writes a snapshot, in the encoding of the options, that takes the place of everything before it; values on
    /// disk are moved out of every file that has dead ones too. Nothing is done if nothing has been written since the
    /// last.
    ///
    /// # Errors
    /// [`Error::Disk`], [`Error::Damaged`] if a value cannot be moved, or [`Error::Stopped`]. What was there is
    /// there still.
    pub fn compact(&mut self) -> Result<(), Error> {
        // Should one in the background fail, this one may not.
        let _ = self.finish_snapshot();
        if self.is_compact() {
            return Ok(());
        }
        let compacted = self.material(true).and_then(|material| {
            let covered = self.log.grown;
            self.install(compact(&*self.disk, material)?, covered)
        });
        self.compactions.count(&compacted.as_ref().map(|()| true));
        compacted
    }

    /// How compactions have ended since the store was opened.
    #[must_use]
    pub fn compactions(&self) -> Compactions {
        self.compactions
    }

    /// Waits for a snapshot that is being written in the background.
    ///
    /// # Errors
    /// Why it has failed. The store goes on: the log has all that it would have.
    pub fn finish_snapshot(&mut self) -> Result<(), Error> {
        if self.compaction.is_none() {
            return Ok(());
        }
        let finished = self.wait_for_compaction();
        self.compaction_failure = finished.as_ref().err().map(ToString::to_string);
        finished
    }

    /// Why the last snapshot in the background has failed, if it has.
    #[must_use]
    pub fn compaction_failure(&self) -> Option<&str> {
        self.compaction_failure.as_deref()
    }

    /// Is a snapshot being written in the background? Any commit may put it in place.
    #[must_use]
    pub fn is_compacting(&self) -> bool {
        self.compaction.is_some()
    }

    /// What a snapshot of now is made of. The log goes on in a new segment.
    fn material(&mut self, thorough: bool) -> Result<Material, Error> {
        let encoding = self.log.tail.name.encoding;
        self.log.rotate(encoding)?;
        self.log.settle_watermark()?;
        Ok(Material {
            image: self.core.engine.image(),
            covers: self.log.tail.before,
            locations: self.core.blobs.locations.clone(),
            next_blob: self.core.blobs.next,
            encoding,
            thorough,
            lost: HashSet::new(),
        })
    }

    fn is_compact(&self) -> bool {
        let tail = &self.log.tail;
        let of_now = |Size { name, .. }: Size| {
            name.sequence == tail.last_group().sequence && name.encoding == tail.name.encoding
        };
        self.snapshot.is_some_and(of_now)
    }

    fn start(&mut self, material: Material, stored: Option<u64>) -> Result<(), Error> {
        let measured = stored.map(|stored| (self.core.engine.image(), stored));
        let covered = self.log.grown;
        self.compaction = Some(Compaction::start(Arc::clone(&self.disk), material, measured, covered)?);
        Ok(())
    }

    /// Puts a snapshot in place that is finished, or begins one if it is time. The log has all that a snapshot would
    /// have, so a failure is noted, and no reason to stop.
    pub(super) fn look_after_compaction(&mut self) {
        if self.compaction.as_ref().is_some_and(Compaction::is_finished) {
            let _ = self.finish_snapshot();
        }
        let is_wanted = self.options.compact_after.is_some() && self.log.grown >= self.compact_at;
        if self.compaction.is_none() && is_wanted {
            let stored = self.snapshot.map_or(0, |size| size.bytes + size.values_bytes) + self.log.grown;
            let started = self.material(false).and_then(|material| self.start(material, Some(stored)));
            if let Err(error) = started {
                self.compactions.failed += 1;
                self.compaction_failure = Some(error.to_string());
            }
            // Should it fail or turn out not to be worth it, the log must grow by half before the next is begun.
            self.compact_at = self.log.grown + self.log.grown / 2;
        }
    }

    fn wait_for_compaction(&mut self) -> Result<(), Error> {
        let Some(compaction) = self.compaction.take() else { return Ok(()) };
        let covered = compaction.covered;
        let ended = compaction.wait().and_then(|compacted| {
            let is_written = compacted.is_some();
            compacted.map_or(Ok(()), |compacted| self.install(compacted, covered)).map(|()| is_written)
        });
        self.compactions.count(&ended);
        ended.map(drop)
    }

    /// Notes a snapshot that is there now.
    fn install(&mut self, compacted: Compacted, covered: u64) -> Result<(), Error> {
        self.snapshot = Some(compacted.size);
        debug_assert!(covered <= self.log.grown, "what is covered was counted");
        self.log.grown -= covered;
        self.set_compact_at();
        compacted.removed
    }

    pub(super) fn set_compact_at(&mut self) {
        let snapshot = self.snapshot.map_or(0, |size| size.bytes);
        self.compact_at = self.options.compact_after.unwrap_or(u64::MAX).max(snapshot);
    }
}

/// The files that blobs are in.
pub(super) fn needed(locations: &BlobLocations) -> HashSet<FileName> {
    locations.lock().values().map(|location| location.file).collect()
}

/// About how many bytes a snapshot of this would have, its values included.
pub(super) fn live_bytes(image: Image, locations: &BlobLocations) -> u64 {
    let mut bytes = 0;
    let of_record = |record: &RecordImage<'_>| {
        bytes += FRAMING + record.key.len() as u64;
        for version in &record.versions {
            bytes += FRAMING + version.field.len() as u64;
            for text in version.content.iter().flat_map(|(value, _)| value.texts()) {
                bytes += match text {
                    TextImage::Memory(text) => text.len() as u64,
                    TextImage::Blob(blob) => locations.get(*blob).map_or(0, |blob| u64::from(blob.length)),
                };
            }
        }
        Ok::<_, std::convert::Infallible>(())
    };
    let Ok(()) = image.try_each_record(of_record);
    bytes
}

/// Removes what a snapshot has taken the place of. Older snapshots go first: while one is there, so is all it needs.
/// Files that are being written are left alone: they may be another thread's.
pub(super) fn remove_covered(
    disk: &dyn Disk,
    snapshot: Option<FileName>,
    needed: &HashSet<FileName>,
) -> Result<(), Error> {
    let listing = FileListing::read(disk)?;
    let (snapshots, others): (Vec<_>, Vec<_>) = covered(&listing, snapshot, needed)
        .into_iter()
        .partition(|name| name.starts_with(FileKind::Snapshot.name()));
    remove(disk, snapshots)?;
    remove(disk, others)
}

/// The files that a snapshot has taken the place of.
pub(super) fn covered(
    listing: &FileListing,
    snapshot: Option<FileName>,
    needed: &HashSet<FileName>,
) -> Vec<String> {
    let last = snapshot.map_or(0, |name| name.sequence);
    let older = listing.snapshots.iter().filter(|name| Some(**name) != snapshot);
    let segments = listing.segments.iter().filter(|name| name.sequence <= last).chain(&listing.twins);
    let values = listing.values.iter().filter(|name| !needed.contains(name));
    older.chain(segments).chain(values).map(ToString::to_string).collect()
}

/// Removes files, once everything that was done in the directory before is durable.
pub(super) fn remove(disk: &dyn Disk, names: Vec<String>) -> Result<(), Error> {
    if names.is_empty() {
        return Ok(());
    }
    let sync = || disk.sync_directory().map_err(Error::disk("sync", "the directory"));
    sync()?;
    for name in names {
        disk.remove(&name).map_err(Error::disk("remove", &name))?;
    }
    sync()
}
