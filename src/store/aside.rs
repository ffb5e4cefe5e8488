//! What is done around files that are being written: copies, and leftovers of attempts that have failed.

use std::io::ErrorKind;

use super::disk::{Disk, DiskFile};
use super::error::Error;

/// How the names of files end that are being written.
pub(super) const ASIDE: &str = ".new";

/// So much is copied at a time.
const BLOCK: usize = 1 << 20;

/// Copies a file, durably but for its name. What has failed leaves nothing: the disk may be full of it.
pub(super) fn copy_file(disk: &dyn Disk, name: &str, copy: &str) -> Result<(), Error> {
    let from = disk.open_to_read(name).map_err(Error::disk("open", name))?;
    let into = disk.create(copy).map_err(Error::disk("create", copy))?;
    copy_bytes((&*from, name), (&*into, copy)).inspect_err(|_| drop(disk.remove(copy)))
}

fn copy_bytes((from, name): (&dyn DiskFile, &str), (into, copy): (&dyn DiskFile, &str)) -> Result<(), Error> {
    let length = from.length().map_err(Error::disk("read", name))?;
    let (mut at, mut block) = (0, vec![0; BLOCK]);
    while at < length {
        let part = usize::try_from(length - at).unwrap_or(BLOCK).min(BLOCK);
        from.read_at(at, &mut block[..part]).map_err(Error::disk("read", name))?;
        into.write_at(at, &block[..part]).map_err(Error::disk("write", copy))?;
        at += part as u64;
    }
    into.sync().map_err(Error::disk("sync", copy))
}

/// Removes a file that an attempt may have left behind.
pub(super) fn remove_if_there(disk: &dyn Disk, name: &str) -> Result<(), Error> {
    match disk.remove(name) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(Error::disk("remove", name)),
    }
}
