//! What a store holds, and what of it is live.

use std::io::ErrorKind;

use serde::Serialize;

use super::blob_store::{BlobLocations, BlobStore, CacheStats};
use super::compaction::live_bytes;
use super::data_file::FileKind;
use super::disk::Disk;
use super::error::Error;
use super::listing::FileListing;
use super::tail::Tail;
use crate::engine::Engine;
use crate::engine::image::Image;

/// What a store holds. Sizes are in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Records with a live cell.
    pub keys: u64,
    /// Live cells.
    pub fields: u64,
    /// Backups that can be restored.
    pub backups: u64,
    /// The last group that has taken effect.
    pub last_group: u64,
    /// About what a snapshot of now would take: everything that can still be seen, now or after a restore.
    pub live: u64,
    /// What the files have beyond that.
    pub dead: u64,
    /// Values that stay on disk, also dead ones that no compaction has taken away yet.
    pub values_on_disk: u64,
    /// Segments of the log.
    pub segments: u64,
    /// What they have together.
    pub segment_bytes: u64,
    /// What the snapshot and the files with values have.
    pub snapshot_bytes: u64,
    /// The last group that the snapshot covers: the last compaction was after it. `None` if there was none.
    pub compacted_at: Option<u64>,
    /// What the cache did since the store was opened.
    pub cache: CacheStats,
    /// Why the last compaction in the background has failed, if it has.
    pub compaction_failure: Option<String>,
    /// Why the log could not go on in a new segment when that was last tried, if so.
    pub rotation_failure: Option<String>,
}

/// The same with cells that are still to be counted: any thread can. Until then what is written copies what it changes.
#[derive(Debug)]
pub struct UncountedStats {
    /// All but what must be counted: keys, fields, and what is live and dead.
    pub(super) known: Stats,
    image: Image,
    locations: BlobLocations,
}

impl UncountedStats {
    /// Reads how large the files are; `tail` is the end of the log, if it has begun.
    pub(super) fn of(
        disk: &dyn Disk,
        engine: &mut Engine,
        blobs: &BlobStore,
        last_group: u64,
        tail: Option<&Tail>,
    ) -> Result<Self, Error> {
        let listing = FileListing::read(disk)?;
        let [mut logs, mut others] = [0, 0];
        let of_log = listing.segments.iter().chain(&listing.twins);
        for name in of_log.chain(&listing.snapshots).chain(&listing.values) {
            let text = name.to_string();
            let length = match disk.find(&text).map(|(_, length)| length) {
                // A compaction in the background may be removing it.
                Err(error) if error.kind() == ErrorKind::NotFound => 0,
                length => length.map_err(Error::disk("read", &text))?,
            };
            *if name.kind == FileKind::Log { &mut logs } else { &mut others } += length;
        }
        // Room that was made for groups to come is not theirs yet.
        logs -= tail.map_or(0, |tail| tail.reached - tail.length).min(logs);
        let known = Stats {
            backups: engine.sizes().backups as u64,
            last_group,
            values_on_disk: blobs.locations.lock().len() as u64,
            segments: (listing.segments.len() + listing.twins.len()) as u64,
            segment_bytes: logs,
            snapshot_bytes: others,
            compacted_at: listing.snapshots.last().map(|name| name.sequence),
            cache: blobs.cache_stats(),
            ..Stats::default()
        };
        Ok(Self { known, image: engine.image(), locations: blobs.locations.clone() })
    }

    /// Counts them: all cells are walked.
    #[must_use]
    pub fn count(self) -> Stats {
        let Self { known, image, locations } = self;
        let (keys, fields) = image.count_live();
        let stored = known.segment_bytes + known.snapshot_bytes;
        let live = live_bytes(image, &locations).min(stored);
        Stats { keys, fields, live, dead: stored - live, ..known }
    }
}
