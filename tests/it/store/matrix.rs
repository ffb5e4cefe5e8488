//! The fault matrix of the store: everything that may befall its files, tried case by case on a simulated disk.
//!
//! Invariants: what a store should hold is told by an engine beside it, fed with the same queries; every test counts
//! its cases, prints the count, and fails if there were fewer than it has in mind. `REWIND_SEED=7` lets what is
//! random begin with that seed.
//!
//! ```text
//!   Script ──► Driver ──┬──► Store on a SimulatedDisk ──► cut, flipped, crashed, failing ──► StoreView, Store ──┐
//!                       └──► Engine, and a Moment for each group ◄──────────── one of these it must be ◄──┘
//! ```

/// Memory, log, snapshot: the same database.
mod agree;
/// Crashes at every operation.
mod crash;
/// Logs that end at every byte.
mod cut;
/// A script run against a store and an engine.
mod driver;
/// Disks that fail.
mod fail;
/// Every bit flipped.
mod flip;
/// What the matrix has found.
mod found;
/// Frames, taken apart and sealed anew.
mod frames;
/// Files made by somebody else.
mod hostile;
/// What a repair makes of damaged files.
mod repairs;
/// Scripts and stores to try things on.
mod scripts;
/// What a store shows.
mod state;
/// A group that was written in part.
mod torn;
/// Two crashes in a row.
mod twice;

use std::sync::Arc;

use rewinddb::store::{CacheMax, Disk, Encoding, Options, SimulatedDisk, SyncPolicy};

const ENCODINGS: [Encoding; 2] = [Encoding::Binary, Encoding::Json];

/// Options under which little is enough to bring everything about, and nothing happens by itself.
fn options(encoding: Encoding) -> Options {
    Options {
        sync: SyncPolicy::Always,
        encoding: Some(encoding),
        grow_by: 0,
        inline_max: 24,
        cache: CacheMax::Values(2),
        lz4: true,
        compact_after: None,
        ..Options::default()
    }
}

fn other(encoding: Encoding) -> Encoding {
    match encoding {
        Encoding::Binary => Encoding::Json,
        Encoding::Json => Encoding::Binary,
    }
}

/// Another handle on a disk, as a store takes it.
fn handle(disk: &SimulatedDisk) -> Arc<dyn Disk> {
    Arc::new(disk.clone())
}
