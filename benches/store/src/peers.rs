//! What the store is measured against: three embedded stores as they come (caches, compression and threads are left
//! at their defaults), and the least there is, a file that only grows.
//!
//! Each has one table for everything, with the key `key NUL field`. Traps, so that nobody reads too much into a figure:
//!
//! - `redb` and `sled` keep what is written without a sync in memory, where a crash of the process loses it. A file
//!   that only grows, `fjall` and rewinddb hand each write to the system.
//! - `sled` calls `sync_file_range` where the others call `fdatasync`: that forces neither the file's size nor the
//!   disk's own cache, so it is no promise against a loss of power. A row of its own makes up for it.
//! - `redb` compacts alone: no other operation can go on meanwhile, so each has to wait for all of it. `sled` cannot be
//!   asked to compact.
//! - `fjall` writes into a file of 64 MiB made beforehand: a sync need not make a new size durable.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::thread::JoinHandle;

use fjall::{KeyspaceCreateOptions, PersistMode};
use redb::{ReadableDatabase, TableDefinition};

use crate::cells::{Cell, cells};

/// When what was written is safe from a loss of power.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// When the system gets round to it.
    None,
    /// A tenth of a second later.
    Tenths,
    /// When the write returns.
    Always,
}

/// A store that is open.
pub(crate) trait Peer {
    /// Writes a group, whole; if `synced`, all that was written so far is durable when this returns.
    fn write(&mut self, group: &str, synced: bool);

    /// The length of a cell's value, or `None` if it is not there.
    fn read(&mut self, cell: &Cell<'_>) -> Option<usize>;

    /// Compacts and waits for the end, if it has such a thing.
    fn compact(&mut self) {}

    /// Begins to compact while writes go on. `false` if it can do so only alone.
    fn begin_compaction(&mut self) -> bool {
        false
    }

    /// Is the compaction that was begun still at it?
    fn is_compacting(&mut self) -> bool {
        false
    }

    fn close(self: Box<Self>) {}
}

/// A store that can be measured.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Has a compaction that can be asked for.
    pub(crate) compacts: bool,
    /// Opens a store in a directory, or makes it; the harness says at each write whether to sync it.
    pub(crate) open: fn(&Path, Durability) -> Box<dyn Peer>,
}

/// A file that only grows. It can answer nothing.
pub(crate) const APPEND: Kind = Kind {
    name: "append to a file",
    compacts: false,
    open: |directory, _| Box::new(Append::open(directory)),
};

/// The same as `sled`, with the promise of the others.
pub(crate) const SLED_SYNCED: Kind = Kind {
    name: "sled, fdatasync too",
    compacts: false,
    open: |directory, sync| Box::new(Sled::open(directory, sync, true)),
};

/// All that are stores, rewinddb first.
pub(crate) const STORES: &[Kind] = &[
    Kind {
        name: "rewinddb",
        compacts: true,
        open: |directory, sync| Box::new(crate::ours::Ours::open(directory, sync)),
    },
    Kind { name: "redb", compacts: true, open: |directory, _| Box::new(Redb::open(directory)) },
    Kind { name: "fjall", compacts: true, open: |directory, _| Box::new(Fjall::open(directory)) },
    Kind {
        name: "sled",
        compacts: false,
        open: |directory, sync| Box::new(Sled::open(directory, sync, false)),
    },
];

struct Append(File);

impl Append {
    fn open(directory: &Path) -> Self {
        let file = File::options().create(true).append(true).open(directory.join("file"));
        Self(file.expect("a file can be made"))
    }
}

impl Peer for Append {
    fn write(&mut self, group: &str, synced: bool) {
        self.0.write_all(group.as_bytes()).expect("the disk takes it");
        if synced {
            self.0.sync_data().expect("the disk takes it");
        }
    }

    fn read(&mut self, _: &Cell<'_>) -> Option<usize> {
        None
    }
}

struct Redb(redb::Database);

impl Redb {
    const TABLE: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("cells");

    fn open(directory: &Path) -> Self {
        Self(redb::Database::create(directory.join("file")).expect("redb opens"))
    }

    fn try_write(&self, group: &str, synced: bool) -> Result<(), redb::Error> {
        let mut transaction = self.0.begin_write()?;
        let durability = if synced { redb::Durability::Immediate } else { redb::Durability::None };
        transaction.set_durability(durability)?;
        {
            let mut table = transaction.open_table(Self::TABLE)?;
            for cell in cells(group) {
                table.insert(&cell.path()[..], cell.value.as_bytes())?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn try_read(&self, cell: &Cell<'_>) -> Result<Option<usize>, redb::Error> {
        let table = self.0.begin_read()?.open_table(Self::TABLE)?;
        Ok(table.get(&cell.path()[..])?.map(|value| value.value().len()))
    }
}

impl Peer for Redb {
    fn write(&mut self, group: &str, synced: bool) {
        self.try_write(group, synced).expect("redb writes");
    }

    fn read(&mut self, cell: &Cell<'_>) -> Option<usize> {
        self.try_read(cell).expect("redb reads")
    }

    /// It takes the database for itself: nothing else can be done meanwhile.
    fn compact(&mut self) {
        self.0.compact().expect("redb compacts");
    }
}

struct Fjall {
    database: fjall::Database,
    cells: fjall::Keyspace,
    compaction: Option<JoinHandle<()>>,
}

impl Fjall {
    fn open(directory: &Path) -> Self {
        let database = fjall::Database::builder(directory).open().expect("fjall opens");
        let cells = database.keyspace("cells", KeyspaceCreateOptions::default).expect("fjall opens");
        Self { database, cells, compaction: None }
    }

    fn try_write(&self, group: &str, synced: bool) -> fjall::Result<()> {
        let mode = if synced { PersistMode::SyncData } else { PersistMode::Buffer };
        let mut batch = self.database.batch().durability(Some(mode));
        cells(group).for_each(|cell| batch.insert(&self.cells, cell.path(), cell.value));
        batch.commit()
    }

    fn try_write_one(&self, cell: &Cell<'_>, synced: bool) -> fjall::Result<()> {
        self.cells.insert(cell.path(), cell.value)?;
        if synced { self.database.persist(PersistMode::SyncData) } else { Ok(()) }
    }
}

impl Peer for Fjall {
    fn write(&mut self, group: &str, synced: bool) {
        let mut single = cells(group);
        let written = match (single.next(), single.next()) {
            (Some(cell), None) => self.try_write_one(&cell, synced),
            _ => self.try_write(group, synced),
        };
        written.expect("fjall writes");
    }

    fn read(&mut self, cell: &Cell<'_>) -> Option<usize> {
        self.cells.get(cell.path()).expect("fjall reads").map(|value| value.len())
    }

    fn compact(&mut self) {
        compact(&self.cells).expect("fjall compacts");
    }

    fn begin_compaction(&mut self) -> bool {
        let cells = self.cells.clone();
        self.compaction = Some(std::thread::spawn(move || compact(&cells).expect("fjall compacts")));
        true
    }

    fn is_compacting(&mut self) -> bool {
        self.compaction.as_ref().is_some_and(|compaction| !compaction.is_finished())
    }

    fn close(self: Box<Self>) {
        if let Some(compaction) = self.compaction {
            compaction.join().expect("fjall compacts");
        }
    }
}

/// Public, but not documented. What is in memory is written out first, or it would not be compacted.
fn compact(cells: &fjall::Keyspace) -> fjall::Result<()> {
    cells.rotate_memtable_and_wait()?;
    cells.major_compact()
}

struct Sled {
    database: sled::Db,
    /// Its file once more, to be synced as the others sync theirs.
    file: Option<File>,
    /// Its own thread syncs, as with the others, by `fsync`.
    flushes_itself: bool,
}

impl Sled {
    fn open(directory: &Path, durability: Durability, fdatasync: bool) -> Self {
        let flushes_itself = durability == Durability::Tenths;
        let every = flushes_itself.then_some(100);
        let database = sled::Config::new().path(directory).flush_every_ms(every).open().expect("sled opens");
        let file = fdatasync.then(|| File::open(directory.join("db")).expect("sled's file is there"));
        Self { database, file, flushes_itself }
    }

    fn try_write(&self, group: &str) -> sled::Result<()> {
        let mut batch = sled::Batch::default();
        cells(group).for_each(|cell| batch.insert(&cell.path(), cell.value));
        self.database.apply_batch(batch)
    }
}

impl Peer for Sled {
    fn write(&mut self, group: &str, synced: bool) {
        let mut single = cells(group);
        let written = match (single.next(), single.next()) {
            (Some(cell), None) => self.database.insert(cell.path(), cell.value).map(drop),
            _ => self.try_write(group),
        };
        written.expect("sled writes");
        if synced && !self.flushes_itself {
            self.database.flush().expect("sled writes");
            if let Some(file) = &self.file {
                file.sync_data().expect("the disk takes it");
            }
        }
    }

    fn read(&mut self, cell: &Cell<'_>) -> Option<usize> {
        self.database.get(cell.path()).expect("sled reads").map(|value| value.len())
    }
}
