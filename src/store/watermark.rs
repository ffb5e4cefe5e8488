//! The watermark: the last frame of the log that was synced.
//!
//! Invariants: what it names has been synced before it was written; of its two slots, a sector each, only one is
//! written at a time, so that one is whole whatever happens.
//!
//! ```text
//!   slot 0 (512 bytes)                                         slot 1
//!   "watermark" │ sequence u64 │ checksum u32 │ crc u32 │ 0 …   the same, one sync later
//! ```
//!
//! A bad frame at the end of the log may be a torn write that was never acknowledged, or the last of what was
//! acknowledged and has been damaged since. The watermark distinguishes the two. It is not synced by itself: after
//! a loss of power it may lag behind, never be ahead.

use std::sync::Arc;

use super::aside::{ASIDE, remove_if_there};
use super::disk::{Disk, DiskFile};
use super::error::{Damage, Error};
use super::frame::Link;

/// The name of the file.
pub(super) const NAME: &str = "watermark";

/// The bytes of a slot.
pub(super) const SLOT: usize = 512;

/// The length of the file.
pub(super) const LENGTH: u64 = 2 * SLOT as u64;
const TITLE: &[u8; 9] = b"watermark";

/// The bytes of a slot that are not zero.
const USED: usize = TITLE.len() + 16;

/// The file with the two slots.
#[derive(Debug)]
pub(super) struct Watermark {
    file: Arc<dyn DiskFile>,
    /// The slot that is written next.
    slot: usize,
    marked: Link,
}

fn slot(link: Link) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    let parts: [&[u8]; 3] = [TITLE, &link.sequence.to_le_bytes(), &link.checksum.to_le_bytes()];
    let body = parts.concat();
    slot[..body.len()].copy_from_slice(&body);
    slot[body.len()..USED].copy_from_slice(&crc32fast::hash(&body).to_le_bytes());
    slot
}

/// The link in a slot, if it is just what [`slot`] makes of one.
fn link(bytes: &[u8]) -> Option<Link> {
    let numbers = bytes.strip_prefix(TITLE)?;
    let link = Link {
        sequence: u64::from_le_bytes(*numbers.first_chunk()?),
        checksum: u32::from_le_bytes(*numbers[8..].first_chunk()?),
    };
    (slot(link) == bytes).then_some(link)
}

/// Both slots of a watermark file; `None` for one that is damaged.
pub(super) fn read(disk: &dyn Disk) -> Result<[Option<Link>; 2], Error> {
    let file = disk.open_to_read(NAME).map_err(Error::disk("open", NAME))?;
    let mut bytes = [0; 2 * SLOT];
    if file.length().map_err(Error::disk("read", NAME))? != LENGTH {
        return Ok([None, None]);
    }
    file.read_at(0, &mut bytes).map_err(Error::disk("read", NAME))?;
    Ok([link(&bytes[..SLOT]), link(&bytes[SLOT..])])
}

/// The later of two slots.
pub(super) fn latest(slots: [Option<Link>; 2]) -> Result<Link, Damage> {
    let latest = slots.into_iter().flatten().max_by_key(|link| link.sequence);
    latest.ok_or_else(|| Damage::new(NAME, 0, "neither of its two slots is whole"))
}

/// Makes the file anew, both slots with the same link.
pub(super) fn create(disk: &dyn Disk, link: Link) -> Result<(), Error> {
    let aside = format!("{NAME}{ASIDE}");
    remove_if_there(disk, &aside)?;
    let file = disk.create(&aside).map_err(Error::disk("create", &aside))?;
    file.write_at(0, &[slot(link), slot(link)].concat()).map_err(Error::disk("write", &aside))?;
    file.sync().map_err(Error::disk("sync", &aside))?;
    disk.rename(&aside, NAME).map_err(Error::disk("rename", &aside))?;
    disk.sync_directory().map_err(Error::disk("sync", "the directory"))
}

impl Watermark {
    /// Opens the file for writing. A slot that was torn is written anew.
    pub(super) fn open(disk: &dyn Disk) -> Result<Self, Error> {
        let slots = read(disk)?;
        let marked = latest(slots)?;
        let file = disk.open(NAME).map_err(Error::disk("open", NAME))?;
        // The slot that is bad or older.
        let watermark = Self { file, slot: usize::from(slots[0] == Some(marked)), marked };
        if slots.contains(&None) {
            watermark.write(marked)?;
            watermark.sync()?;
        }
        Ok(watermark)
    }

    fn write(&self, link: Link) -> Result<(), Error> {
        let at = self.slot * SLOT;
        self.file.write_at(at as u64, &slot(link)).map_err(Error::disk("write", NAME))
    }

    /// The frame that it names.
    pub(super) fn marked(&self) -> Link {
        self.marked
    }

    /// Remembers a frame that was synced.
    pub(super) fn mark(&mut self, link: Link) -> Result<(), Error> {
        if link != self.marked {
            self.write(link)?;
            (self.slot, self.marked) = (1 - self.slot, link);
        }
        Ok(())
    }

    /// Makes it durable in both slots, so that no torn write takes it back.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        for _ in 0..2 {
            self.write(self.marked)?;
            self.sync()?;
            self.slot = 1 - self.slot;
        }
        Ok(())
    }

    /// Makes it durable.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.file.sync().map_err(Error::disk("sync", NAME))
    }
}
