//! The program's own adapters, for solutions that are judged as they stand, without a kit around them.
//!
//! Invariant: what is written here is gone when the program ends, also if it is interrupted.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use super::Failure;

/// The folders that were made.
static FOLDERS: Mutex<Vec<TempDir>> = Mutex::new(Vec::new());

/// Writes an adapter, by its name and text; returns where it lies.
pub(super) fn write(name: &str, text: &str) -> Result<PathBuf, Failure> {
    let written = || -> io::Result<PathBuf> {
        let folder = tempfile::Builder::new().prefix("rewind-").tempdir()?;
        let file = folder.path().join(name);
        std::fs::write(&file, text)?;
        FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).push(folder);
        Ok(file)
    };
    written()
        .map_err(|error| Failure::Usage(format!("cannot write the adapter to a temporary place: {error}")))
}

/// Removes what was written.
pub(super) fn remove() {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).clear();
}
