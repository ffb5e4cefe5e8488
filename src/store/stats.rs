//! What a store holds, and what of it is live.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io::ErrorKind;

use serde::Serialize;

use super::blob_store::{BlobStore, CacheStats};
use super::compaction::live_bytes;
use super::data_file::FileKind;
use super::disk::Disk;
use super::error::Error;
use super::listing::FileListing;
use super::tail::Tail;
use crate::engine::Engine;

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

impl Stats {
    /// Counts what there is; `tail` is the end of the log, if it has begun. All cells are walked.
    pub(super) fn count(
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
        let live = live_bytes(engine.image(), &blobs.locations).min(logs + others);
        let Ok(cells) = engine.try_cells(|_| Ok::<_, Infallible>(()));
        let keys: BTreeSet<_> = cells.iter().map(|cell| cell.key).collect();
        Ok(Self {
            keys: keys.len() as u64,
            fields: cells.len() as u64,
            backups: engine.sizes().backups as u64,
            last_group,
            live,
            dead: logs + others - live,
            values_on_disk: blobs.locations.lock().len() as u64,
            segments: (listing.segments.len() + listing.twins.len()) as u64,
            segment_bytes: logs,
            snapshot_bytes: others,
            compacted_at: listing.snapshots.last().map(|name| name.sequence),
            cache: blobs.cache_stats(),
            compaction_failure: None,
            rotation_failure: None,
        })
    }
}
