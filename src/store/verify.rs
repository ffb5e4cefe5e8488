//! Verification: every byte of every file, compared with its checksum, and the whole with the watermark.

use std::sync::Arc;

use super::blob_store::BlobStore;
use super::data_file::{DataFile, FileKind, FileName};
use super::disk::{Disk, LockKind};
use super::error::{Damage, Error};
use super::frame::{FrameReader, Link};
use super::listing::FileListing;
use super::message::Body;
use super::numbering::Numbering;
use super::opening::lock_existing;
use super::options::Options;
use super::recovery::{TornEnd, group_of, recover};
use super::replay::Until;
use super::watermark;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// The files that were read, with how many bytes each has.
    pub files: Vec<(String, u64)>,
    /// All places that are not as they were written.
    pub damages: Vec<Damage>,
    /// The last group that there is a trace of.
    pub last_group: u64,
    /// A torn end of the log, which is no damage: opening the store cuts it off.
    pub torn: Option<TornEnd>,
}

/// Reads every file of a store.
///
/// # Errors
/// [`Error::Locked`], [`Error::NoStore`], [`Error::Disk`]. Damage is no error here.
pub fn verify(disk: &Arc<dyn Disk>) -> Result<Verification, Error> {
    let (_lock, listing) = lock_existing(&**disk, LockKind::Shared)?;
    verify_listed(disk, &listing)
}

/// The same for who has the lock.
pub(super) fn verify_listed(disk: &Arc<dyn Disk>, listing: &FileListing) -> Result<Verification, Error> {
    let mut verdict = Verification::default();
    let FileListing { snapshots, values, segments, twins, .. } = listing;
    let mut bad_end = None;
    for name in snapshots.iter().chain(values).chain(twins).chain(segments) {
        let is_last = Some(name) == segments.last();
        bad_end = verdict.file(&**disk, *name, is_last)?;
    }
    let marked = if listing.has_watermark { verdict.watermark(&**disk)? } else { 0 };
    if verdict.damages.iter().all(|damage| damage.file == watermark::NAME) {
        // File by file all is well; whether they belong together shows when they are read as a whole.
        match recover(disk, listing, &Options::default(), Until::End) {
            Ok(recovered) => {
                verdict.torn = recovered.torn;
                verdict.blobs(&**disk, &recovered.blobs)?;
            }
            Err(Error::Damaged(damage)) => verdict.add(damage),
            Err(error) => return Err(error),
        }
    } else if let Some((damage, last)) = bad_end
        && marked > last
    {
        verdict.add(damage);
    }
    Ok(verdict)
}

/// What is bad at the end of the last segment, and the last group before it: damage, or a torn end.
type BadEnd = Option<(Damage, u64)>;

impl Verification {
    fn add(&mut self, damage: Damage) {
        if !self.damages.iter().any(|known| (&known.file, known.at) == (&damage.file, damage.at)) {
            self.damages.push(damage);
        }
    }

    /// Reads a file frame by frame, behind damage too.
    fn file(&mut self, disk: &dyn Disk, name: FileName, is_last: bool) -> Result<BadEnd, Error> {
        let file = DataFile::open(disk, name)?;
        let (mut reader, header, mut last, _) = match file.reader(name.kind) {
            Ok(read) => read,
            Err(Error::Damaged(damage)) => {
                self.add(damage);
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let numbering = Numbering::of(&header, &file.name, file.encoding)?;
        let (mut ended, mut bad_end) = (name.kind == FileKind::Log, None);
        loop {
            let at = reader.at();
            match next(&mut reader, last, name.kind, &numbering) {
                Ok(Some((link, is_end))) => (last, ended) = (link, ended || is_end),
                Ok(None) => break,
                Err(Error::Damaged(damage)) if reader.skip_damage(at, last.sequence)? => {
                    self.add(damage);
                    last = Link::default();
                }
                Err(Error::Damaged(damage)) => {
                    (ended, bad_end) = (true, Some((damage, last.sequence)));
                    break;
                }
                Err(error) => return Err(error),
            }
            if name.kind == FileKind::Log {
                self.last_group = self.last_group.max(last.sequence);
            }
        }
        if !ended {
            self.add(reader.damage(reader.at(), "it has no end"));
        }
        self.files.push((file.name.clone(), reader.length()));
        // With nothing good behind it, it may be no more than a torn end.
        if let (Some((damage, _)), false) = (&bad_end, is_last) {
            self.add(damage.clone());
        }
        Ok(bad_end.filter(|_| is_last))
    }

    /// Reads both slots of the watermark. Returns the last group that was synced.
    fn watermark(&mut self, disk: &dyn Disk) -> Result<u64, Error> {
        let mut marked = 0;
        for (slot, link) in watermark::read(disk)?.iter().enumerate() {
            match link {
                Some(link) => marked = marked.max(link.sequence),
                None => self.add(Damage::new(
                    watermark::NAME,
                    (slot * watermark::SLOT) as u64,
                    "a slot is not whole",
                )),
            }
        }
        self.last_group = self.last_group.max(marked);
        self.files.push((watermark::NAME.to_owned(), watermark::LENGTH));
        Ok(marked)
    }

    /// Reads every blob from where it is said to be.
    fn blobs(&mut self, disk: &dyn Disk, blobs: &BlobStore) -> Result<(), Error> {
        let mut locations: Vec<_> = blobs.locations.lock().values().copied().collect();
        locations.sort_unstable_by_key(|location| (location.file, location.at));
        for location in locations {
            match location.read(disk) {
                Ok(_) => {}
                Err(Error::Damaged(damage)) => self.add(damage),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Reads a frame, which goes on from `last` unless that was damaged. Returns its link, and whether it is an end.
fn next(
    reader: &mut FrameReader,
    last: Link,
    kind: FileKind,
    numbering: &Numbering,
) -> Result<Option<(Link, bool)>, Error> {
    let at = reader.at();
    let Some(mut frame) = reader.next()? else { return Ok(None) };
    let (link, chain) = (frame.link, frame.chain);
    let body = frame.body();
    let follows = link.sequence == last.next() && chain == last.checksum;
    if !follows && last != Link::default() {
        return Err(reader.damage(at, "a frame does not follow the one before").into());
    }
    let body = body.map_err(|why| reader.damage(at, why))?;
    let is_end = matches!(&body, Body::End(end) if end.frames == link.sequence);
    if kind == FileKind::Log {
        let read = group_of(body).and_then(|(group, _)| group.try_each(numbering, |_| Ok::<_, String>(())));
        read.map_err(|why| reader.damage(at, why))?;
    }
    Ok(Some((link, is_end)))
}
