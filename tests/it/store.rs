//! The database on disk: the format, and everything that may befall a store.

/// Snapshots and syncs in the background of a store.
pub(crate) mod background;

/// Files that are changed beneath a store, and directories that may only be read.
pub(crate) mod changed;

/// Both kinds of disk, by one script; counting, crashes and faults.
pub(crate) mod disk;

/// The format on disk, held against its documents.
pub(crate) mod format;

/// What may befall a store, case by case: cuts, flipped bits, crashes, failures of the disk.
pub(crate) mod matrix;

/// Mistakes that stores have been known for.
pub(crate) mod older_stores;

/// What a loss of power may leave on a simulated disk.
pub(crate) mod power;
