//! The options of a store on the command line, and how a store is opened for a command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Failure, closed, say};
use crate::db::Database;
use crate::store::{
    ByteSize, CacheMax, Disk, Encoding, Options, RealDisk, Stats, Store, SyncPolicy, TornEnd,
};
use crate::time::ClockRule;

/// Where a database is kept, and how.
#[derive(clap::Args)]
#[command(next_help_heading = "On disk")]
pub(super) struct StoreArgs {
    /// Keep the database in this directory; the next run goes on from there
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(super) store: Option<PathBuf>,

    /// When answers may rely on the disk: always, never, or after at most so many milliseconds
    #[arg(long, value_name = "WHEN", default_value = "always", requires = "store")]
    sync: SyncPolicy,

    /// How files are written from now on [default: as they were]
    #[arg(long, value_name = "ENCODING", value_parser = closed::encoding(), requires = "store")]
    encoding: Option<Encoding>,

    /// Values with more bytes stay on disk, as in 4096 or 64KiB
    #[arg(long, value_name = "BYTES", default_value = "4KiB", requires = "store")]
    inline_max: ByteSize,

    /// How much of those is kept in memory, as in 64MiB or 1000values
    #[arg(long, value_name = "SIZE", default_value = "64MiB", requires = "store")]
    cache: CacheMax,

    /// The log goes on in a new file after so many bytes
    #[arg(long, value_name = "BYTES", default_value = "64MiB", requires = "store")]
    segment_max: ByteSize,

    /// Compact when the log has so many bytes, and most of them dead
    #[arg(long, value_name = "BYTES", default_value = "64MiB", requires = "store")]
    compact_after: ByteSize,

    /// Pack large groups (lz4)
    #[arg(long, requires = "store")]
    lz4: bool,

    /// Tell on standard error what the store holds at the end
    #[arg(long, requires = "store")]
    stats: bool,
}

impl StoreArgs {
    /// Is a store asked for that is there already?
    pub(super) fn exists(&self) -> Result<bool, Failure> {
        let exists = |directory: &PathBuf| Store::exists(&RealDisk::new(directory));
        Ok(self.store.as_ref().map_or(Ok(false), exists)?)
    }

    /// Opens the store that is asked for, if one is.
    pub(super) fn open(&self, clock: Option<ClockRule>) -> Result<Option<Database>, Failure> {
        let Some(directory) = &self.store else { return Ok(None) };
        let disk = RealDisk::create(directory);
        let name = directory.display().to_string();
        let disk =
            disk.map_err(|error| Failure::Usage(format!("cannot make {}: {error}", name.escape_debug())))?;
        let options = Options {
            clock,
            sync: self.sync,
            encoding: self.encoding,
            segment_max: self.segment_max.0,
            inline_max: usize::try_from(self.inline_max.0).unwrap_or(usize::MAX),
            cache: self.cache,
            lz4: self.lz4,
            compact_after: Some(self.compact_after.0),
            ..Options::default()
        };
        let base = Database::open_on(Arc::new(disk), options)?;
        note_torn(base.store().and_then(Store::torn_end), "were cut off");
        Ok(Some(base))
    }

    /// Ends the work with a database, and the process with it.
    pub(super) fn close(&self, mut base: Database) -> Result<(), Failure> {
        // What has failed is noted there, also if it was earlier.
        let _ = base.finish_compaction();
        if self.stats {
            let stats = base.stats()?.store;
            say(&stats.as_ref().map_or(String::new(), stat_lines));
        }
        let notes = base.store().map_or(String::new(), notes);
        base.close_at_exit()?;
        say(&notes);
        Ok(())
    }
}

/// What is said of housekeeping that has failed: the store does without.
fn notes(store: &Store) -> String {
    let failures = [
        ("a compaction in the background has failed", store.compaction_failure()),
        ("the log does not go on in a new file", store.rotation_failure()),
    ];
    let note = |(what, why): (_, Option<_>)| why.map(|why| format!("note: {what}: {why}\n"));
    failures.into_iter().filter_map(note).collect()
}

/// The directory of a store that is only looked at.
pub(super) fn disk(directory: &Path) -> Arc<dyn Disk> {
    Arc::new(RealDisk::new(directory))
}

/// Says so if there is a torn end.
pub(super) fn note_torn(torn: Option<&TornEnd>, done: &str) {
    if let Some(torn) = torn {
        say(&format!("note: {}\n", self::torn(torn, done)));
    }
}

/// What is said of a torn end.
pub(super) fn torn(torn: &TornEnd, done: &str) -> String {
    let TornEnd { file, at, bytes, group } = torn;
    format!(
        "{bytes} bytes of {file} from byte {at} on {done}: group {group} was being written when it was interrupted"
    )
}

/// What a store holds, a line for each figure.
pub(super) fn stat_lines(stats: &Stats) -> String {
    let size = |bytes| ByteSize(bytes).to_string();
    let cache = &stats.cache;
    let mut rows = vec![
        ("keys", stats.keys.to_string()),
        ("fields", stats.fields.to_string()),
        ("backups", stats.backups.to_string()),
        ("groups", stats.last_group.to_string()),
        ("live", size(stats.live)),
        ("dead", size(stats.dead)),
        ("log", size(stats.segment_bytes)),
        ("segments", stats.segments.to_string()),
        ("snapshot and values", size(stats.snapshot_bytes)),
        ("values on disk", stats.values_on_disk.to_string()),
        ("cache", format!("{} values, {} hits, {} misses", cache.values, cache.hits, cache.misses)),
        (
            "last compaction",
            stats.compacted_at.map_or("none".to_owned(), |group| format!("after group {group}")),
        ),
    ];
    rows.extend(stats.compaction_failure.iter().map(|why| ("last compaction failed", why.clone())));
    rows.extend(stats.rotation_failure.iter().map(|why| ("last rotation failed", why.clone())));
    rows.iter().fold(String::new(), |lines, (name, value)| lines + &format!("{name:<24}{value}\n"))
}
