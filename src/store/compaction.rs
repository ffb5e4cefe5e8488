//! Compaction: a snapshot takes the place of all that the log tells up to it.
//!
//! Invariants: what a snapshot covers is removed only when the snapshot is durable under its name; the database goes
//! on meanwhile, and only the freezing and the removal are done in its time.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread::JoinHandle;

use super::data_file::Name;
use super::disk::Disk;
use super::error::Error;
use super::listing::Listing;
use super::snapshot::{self, Source, Written};
use super::values::{Places, stand_in};
use crate::engine::image::{Frozen, RecordImage};

/// A snapshot that is being written.
#[derive(Debug)]
pub(super) struct Compaction {
    thread: JoinHandle<Result<Option<Written>, Error>>,
    /// The bytes of the log that it will take the place of.
    pub(super) covered: u64,
}

/// What a cell or a record takes on disk besides its texts, about.
const FRAMING: u64 = 12;

/// What of the bytes on disk must be live for a compaction not to be worth it: one in so many.
const WORTH: u64 = 2;

impl Compaction {
    /// Begins to write a snapshot, if that is worth it: `held` is the bytes on disk, `None` if it is to be done anyway.
    pub(super) fn start(
        disk: Arc<dyn Disk>,
        source: Source,
        measured: Option<(Frozen, u64)>,
        covered: u64,
    ) -> Self {
        let write = move || {
            if let Some((frozen, held)) = measured
                && live_bytes(frozen, &source.places) > held / WORTH
            {
                return Ok(None);
            }
            snapshot::write(&*disk, source).map(Some)
        };
        Self { thread: std::thread::spawn(write), covered }
    }

    pub(super) fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for the snapshot; `None` if it was not worth it.
    pub(super) fn wait(self) -> Result<Option<Written>, Error> {
        let panicked = |_| Error::Stopped { why: "the thread that compacts has panicked".to_owned() };
        self.thread.join().map_err(panicked)?
    }
}

/// About how many bytes a snapshot of this would have, its values included.
pub(super) fn live_bytes(frozen: Frozen, places: &Places) -> u64 {
    let mut bytes = 0;
    let of_record = |record: &RecordImage<'_>| {
        bytes += FRAMING + record.key.len() as u64;
        for version in &record.versions {
            let value = version.content.map_or("", |(value, _)| value);
            let place = stand_in(value).and_then(|number| places.get(number));
            let stored = place.map_or(value.len() as u64, |place| u64::from(place.length));
            bytes += FRAMING + version.field.len() as u64 + stored;
        }
        Ok::<_, std::convert::Infallible>(())
    };
    let Ok(()) = frozen.try_each_record(of_record);
    bytes
}

/// Removes what a snapshot has taken the place of. Older snapshots go first: while one is there, so is all it needs.
pub(super) fn remove_covered(
    disk: &dyn Disk,
    snapshot: Option<Name>,
    needed: &HashSet<String>,
) -> Result<(), Error> {
    let listing = Listing::read(disk)?;
    let covered = snapshot.map_or(0, |name| name.sequence);
    let older = listing.snapshots.iter().filter(|name| Some(**name) != snapshot);
    remove(disk, older.map(ToString::to_string).collect())?;
    let segments = listing.segments.iter().filter(|name| name.sequence <= covered).chain(&listing.twins);
    let values = listing.values.iter().filter(|name| !needed.contains(&name.to_string()));
    let mut files: Vec<_> = segments.chain(values).map(ToString::to_string).collect();
    files.extend(listing.aside);
    remove(disk, files)
}

/// Removes files, once everything that was done in the directory before is durable.
fn remove(disk: &dyn Disk, names: Vec<String>) -> Result<(), Error> {
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
