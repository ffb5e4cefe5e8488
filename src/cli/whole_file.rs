//! A file that the program writes as a whole.
//!
//! Invariants: it is there whole or not at all; one that is there is replaced only if that is asked for, and never
//! where a store is; what is no file, a pipe or a device, is written to as it is.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::store::{Disk, RealDisk, Store};

/// Writes a file aside, then gives it its name. One that is there is replaced if `replaces`, else refused with
/// `AlreadyExists`; a place in a store is refused with `InvalidInput`.
pub(super) fn write_whole<T, E: From<io::Error>>(
    path: &Path,
    replaces: bool,
    write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let is_taken = path.symlink_metadata().is_ok();
    // A link goes on leading where it does.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let there = path.metadata().ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return buffered(&File::options().write(true).open(path)?, write);
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if Store::exists(&RealDisk::new(parent)).unwrap_or(false) {
        let why = "that would be in the directory of a store";
        return Err(io::Error::new(ErrorKind::InvalidInput, why).into());
    }
    if is_taken && !replaces {
        return Err(io::Error::new(ErrorKind::AlreadyExists, "it is there already").into());
    }
    let aside = aside(path, parent, there)?;
    let written = buffered(aside.as_file(), write)?;
    aside.as_file().sync_all()?;
    let named = if replaces { aside.persist(path) } else { aside.persist_noclobber(path) };
    named.map_err(|error| error.error)?;
    RealDisk::new(parent).sync_directory()?;
    Ok(written)
}

/// A file beside the one that is to be there, which goes when it does not get that name. Whoever may read and write
/// it is the same as of the one that is there, or as of any new file.
fn aside(path: &Path, parent: &Path, there: Option<Metadata>) -> io::Result<NamedTempFile> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&name).suffix(".new");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // Of a folder that is not there the system's own words are told; else they would name a file that nobody named.
    parent.metadata()?;
    let aside = builder.tempfile_in(parent).map_err(|error| io::Error::from(error.kind()))?;
    if let Some(there) = there {
        aside.as_file().set_permissions(there.permissions())?;
    }
    Ok(aside)
}

fn buffered<T, E: From<io::Error>>(
    file: &File,
    write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    let written = write(&mut out)?;
    out.flush()?;
    Ok(written)
}
