//! rewinddb itself: all that this package knows of its store.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rewinddb::query::Query;
use rewinddb::reply::Reply;
use rewinddb::store::{Encoding, Options, RealDisk, Store, SyncPolicy};

use crate::cells::{Cell, cells};
use crate::peers::{Durability, Peer};

/// A store that is open.
pub(crate) struct Ours(Store);

impl Ours {
    /// Opens a store under the sync policy that the durability asks for; what else can be chosen is left as it comes,
    /// but for compaction: when that happens is what is measured.
    pub(crate) fn open(directory: &Path, durability: Durability) -> Self {
        let sync = match durability {
            Durability::None => SyncPolicy::Never,
            Durability::Tenths => SyncPolicy::Every(Duration::from_millis(100)),
            Durability::Always => SyncPolicy::Always,
        };
        Self::with(directory, Options { sync, compact_after: None, ..Options::default() })
    }

    fn with(directory: &Path, options: Options) -> Self {
        Self(Store::open(Arc::new(RealDisk::new(directory)), options).expect("the store opens"))
    }

    fn ask(&mut self, queries: &[Query<'_>]) {
        self.0.apply(queries, |_, _| ()).expect("the store writes");
        self.0.commit().expect("the store writes");
    }
}

impl Peer for Ours {
    /// When to sync is the store's own affair: see [`Ours::open`].
    fn write(&mut self, group: &str, _: bool) {
        let set = |Cell { key, field, value }| Query::Set { key, field, value };
        let mut single = cells(group);
        match (single.next(), single.next()) {
            (Some(cell), None) => self.ask(&[set(cell)]),
            _ => self.ask(&cells(group).map(set).collect::<Vec<_>>()),
        }
    }

    fn read(&mut self, cell: &Cell<'_>) -> Option<usize> {
        let mut length = None;
        let query = Query::Get { key: cell.key, field: cell.field };
        let each = |_: &Query<'_>, reply: &Reply<'_>| {
            if let Reply::Value(value) = reply {
                length = value.as_ref().map(|value| value.shown().len());
            }
        };
        self.0.apply(&[query], each).expect("the store reads");
        length
    }

    fn compact(&mut self) {
        self.0.compact().expect("the store compacts");
    }

    fn begin_compaction(&mut self) -> bool {
        self.0.snapshot().expect("the store compacts");
        true
    }

    fn is_compacting(&mut self) -> bool {
        self.0.is_compacting()
    }

    fn close(self: Box<Self>) {
        self.0.close().expect("the store closes");
    }
}

/// Writes groups into a store of its own and gives the bytes of its log.
pub(crate) fn logged<'q>(
    directory: &Path,
    encoding: Encoding,
    groups: impl Iterator<Item = &'q [Query<'q>]>,
) -> u64 {
    let options = Options {
        sync: SyncPolicy::Never,
        encoding: Some(encoding),
        compact_after: None,
        ..Options::default()
    };
    let mut ours = Ours::with(directory, options);
    groups.for_each(|group| ours.ask(group));
    Box::new(ours).close();
    let files = std::fs::read_dir(directory).expect("the directory is there").flatten();
    let logs = files.filter(|file| file.file_name().to_string_lossy().starts_with("log-"));
    logs.map(|log| log.metadata().map_or(0, |log| log.len())).sum()
}
