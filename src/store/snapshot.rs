//! Snapshots: a whole database in a file, written aside while queries go on, and read when a store is opened.
//!
//! Invariants: a snapshot has every version of every cell once, so it grows with what is distinct, not with backups;
//! it is whole, end mark included, before it has its name; the values that it points to are durable before it is.
//!
//! ```text
//!   header │ state │ records │ records │ … │ places │ end
//!                                              └──► values-….bin: header │ value │ value │ … │ end
//! ```

mod conversion;
mod loading;

pub(super) use loading::read;

use std::collections::{HashMap, HashSet};

use super::blob_store::{BlobLocation, BlobLocations};
use super::data_file::{self, Aside, DataFile, FileKind, FileName};
use super::disk::Disk;
use super::error::{Damage, Error};
use super::frame::Link;
use super::message::{self, Body, EndMessage};
use super::options::Encoding;
use crate::engine::image::{BlobRef, Image, RecordImage, TextImage};
use crate::time::ClockRule;

/// Records stand in frames of about so many bytes; in JSON each has a line of its own.
const FRAME: usize = 1 << 18;

/// So many places stand in a frame at most.
const ROWS: usize = 1 << 14;

/// What a snapshot is made of.
pub(super) struct Material {
    pub(super) image: Image,
    /// The last group that has taken effect.
    pub(super) covers: Link,
    pub(super) locations: BlobLocations,
    pub(super) next_blob: u64,
    pub(super) encoding: Encoding,
    /// Moves every value out of files that hold dead ones too; else only out of files that are half dead.
    pub(super) thorough: bool,
    /// Values that cannot be read any more: what had one is empty from now on. Only a repair has such.
    pub(super) lost: HashSet<BlobRef>,
}

/// A snapshot, and how large it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) name: FileName,
    pub(super) bytes: u64,
    /// What the files with values have that it relies on.
    pub(super) values_bytes: u64,
}

/// A snapshot that is there, and what it relies on.
pub(super) struct WrittenSnapshot {
    pub(super) size: Size,
    /// Where the values are from now on.
    pub(super) locations: HashMap<BlobRef, BlobLocation>,
    /// Values with this number or a later one are not its business.
    pub(super) next_blob: u64,
}

/// Writes a snapshot.
pub(super) fn write(disk: &dyn Disk, material: Material) -> Result<WrittenSnapshot, Error> {
    let Material { image, covers, locations, next_blob, encoding, thorough, lost } = material;
    let name = FileName { kind: FileKind::Snapshot, sequence: covers.sequence, encoding };
    let mut header = data_file::header(disk, name, image.state().rule);
    header.covers = Some(covers.checksum);
    let mut file = Aside::create(disk, name, Link::default(), header)?;
    file.append(&Body::State(conversion::state(image.state(), next_blob)))?;
    let mut blobs = image.blobs_of_transactions();
    blobs.extend(write_records(&mut file, image, &lost)?);
    blobs.sort_unstable();
    blobs.dedup();
    let locations = move_blobs(disk, encoding, &locations, blobs, thorough)?;
    for rows in by_file(&locations) {
        file.append(&Body::Places(rows))?;
    }
    let files: HashSet<FileName> = locations.values().map(|location| location.file).collect();
    let (bytes, values_bytes) = (finish(file)?.length, bytes_of(disk, files)?);
    Ok(WrittenSnapshot { size: Size { name, bytes, values_bytes }, locations, next_blob })
}

/// How many bytes some files have.
fn bytes_of(disk: &dyn Disk, files: HashSet<FileName>) -> Result<u64, Error> {
    let length = |name| {
        let file = DataFile::open(disk, name)?;
        file.file.length().map_err(Error::disk("read", &file.name))
    };
    files.into_iter().map(length).sum()
}

/// Ends a file that is written as a whole.
fn finish(mut file: Aside<'_>) -> Result<data_file::Finished, Error> {
    let frames = file.next();
    file.append(&Body::End(EndMessage { frames }))?;
    file.finish()
}

/// Writes the records. Returns the references to blobs that they have.
fn write_records(file: &mut Aside<'_>, image: Image, lost: &HashSet<BlobRef>) -> Result<Vec<BlobRef>, Error> {
    let full = if file.name.encoding == Encoding::Json { 0 } else { FRAME };
    let (mut blobs, mut body, mut size) = (Vec::new(), message::RecordsMessage::default(), 0);
    image.try_each_record(|record| {
        let record = conversion::record(record, &mut |blob| {
            let is_kept = !lost.contains(&blob);
            blobs.extend(is_kept.then_some(blob));
            is_kept
        });
        size += prost::Message::encoded_len(&record);
        body.records.push(record);
        if size > full {
            size = 0;
            file.append(&Body::Records(std::mem::take(&mut body)))?;
        }
        Ok::<_, Error>(())
    })?;
    if !body.records.is_empty() {
        file.append(&Body::Records(body))?;
    }
    Ok(blobs)
}

/// The blobs that a record refers to.
pub(super) fn blobs_of<'r>(record: &'r RecordImage<'_>) -> impl Iterator<Item = BlobRef> + 'r {
    let values = record.versions.iter().filter_map(|version| version.content.as_ref());
    values.flat_map(|(value, _)| value.texts()).filter_map(TextImage::blob)
}

/// Moves blobs out of the log, and out of files that are not worth keeping. Returns where all of them are then.
fn move_blobs(
    disk: &dyn Disk,
    encoding: Encoding,
    locations: &BlobLocations,
    blobs: Vec<BlobRef>,
    thorough: bool,
) -> Result<HashMap<BlobRef, BlobLocation>, Error> {
    let missing = |blob: BlobRef| Damage::new("log", 0, format!("value {} is nowhere", blob.0));
    let mut found = Vec::with_capacity(blobs.len());
    let mut live: HashMap<FileName, u64> = HashMap::new();
    for blob in blobs {
        let location = locations.get(blob).ok_or_else(|| missing(blob))?;
        *live.entry(location.file).or_default() += u64::from(location.length);
        found.push((blob, location));
    }
    let mut staying = HashSet::new();
    for (name, live) in live.into_iter().filter(|(name, _)| name.kind == FileKind::Values) {
        let length = bytes_of(disk, HashSet::from([name]))?;
        // A frame around a value takes a few dozen bytes, an escape in JSON one or two.
        let enough = if thorough { length - length / 8 } else { length / 2 };
        if live >= enough && (name.encoding == encoding || !thorough) {
            staying.insert(name);
        }
    }
    let stays = |location: &BlobLocation| staying.contains(&location.file);
    let (mut kept, moved): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, location)| stays(location));
    kept.extend(write_blobs(disk, encoding, moved)?);
    Ok(kept.into_iter().collect())
}

/// Writes blobs into a file of their own. Returns where they are then.
fn write_blobs(
    disk: &dyn Disk,
    encoding: Encoding,
    moved: Vec<(BlobRef, BlobLocation)>,
) -> Result<Vec<(BlobRef, BlobLocation)>, Error> {
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let listed = disk.list().map_err(Error::disk("list", "the directory"))?;
    let named =
        listed.iter().filter_map(|name| FileName::parse(name)).filter(|name| name.kind == FileKind::Values);
    let sequence = named.map(|name| name.sequence).max().unwrap_or(0) + 1;
    let name = FileName { kind: FileKind::Values, sequence, encoding };
    let header = data_file::header(disk, name, ClockRule::default());
    let mut file = Aside::create(disk, name, Link::default(), header)?;
    let mut rows = Vec::with_capacity(moved.len());
    for (blob, location) in moved {
        let value = Body::Value(message::ValueMessage { number: blob.0, text: location.read(disk)? });
        let (_, end) = file.append(&value)?;
        if let Body::Value(value) = value {
            rows.push((blob, location_of(name, end, value).ok_or(Error::TooLarge)?));
        }
    }
    finish(file)?;
    Ok(rows)
}

/// Where a value is whose frame's payload ends there: its text is the last of it, but for what closes two objects in
/// JSON.
fn location_of(file: FileName, end: u64, value: message::ValueMessage) -> Option<BlobLocation> {
    let (stored, closing) = match file.encoding {
        Encoding::Binary => (value.text.into_bytes(), 0),
        Encoding::Json => (serde_json::to_vec(&value.text).ok()?, 2),
    };
    BlobLocation::of(file, end.checked_sub(closing + stored.len() as u64)?, &stored)
}

/// The blobs that can be found in a file of values, damaged or not.
pub(super) fn find_blobs(disk: &dyn Disk, name: FileName) -> Result<Vec<(BlobRef, BlobLocation)>, Error> {
    let file = DataFile::open(disk, name)?;
    let (mut reader, ..) = match file.reader(FileKind::Values) {
        Err(Error::Damaged(_)) => return Ok(Vec::new()),
        read => read?,
    };
    let mut found = Vec::new();
    loop {
        let at = reader.at();
        let read = reader.next().map(|frame| {
            frame.map(|mut frame| (frame.payload_at + frame.payload().len() as u64, frame.body()))
        });
        match read {
            Ok(Some((end, Ok(Body::Value(value))))) => {
                let blob = BlobRef(value.number);
                found.extend(location_of(name, end, value).map(|location| (blob, location)));
            }
            Ok(Some(_)) => {}
            Err(Error::Damaged(_)) if reader.skip_damage(at, 0)? => {}
            Ok(None) | Err(Error::Damaged(_)) => return Ok(found),
            Err(error) => return Err(error),
        }
    }
}

/// Locations as rows, file by file, in order of the blobs' numbers.
fn by_file(locations: &HashMap<BlobRef, BlobLocation>) -> Vec<message::PlacesMessage> {
    let mut sorted: Vec<_> = locations.iter().collect();
    sorted.sort_unstable_by_key(|(blob, location)| (location.file, **blob));
    let mut frames: Vec<message::PlacesMessage> = Vec::new();
    for (blob, location) in sorted {
        let file = location.file.to_string();
        let continues = |rows: &message::PlacesMessage| rows.file == file && rows.numbers.len() < ROWS;
        if !frames.last().is_some_and(continues) {
            frames.push(message::PlacesMessage { file, ..Default::default() });
        }
        if let Some(rows) = frames.last_mut() {
            rows.numbers.push(blob.0);
            rows.at.push(location.at);
            rows.lengths.push(location.length);
            rows.checksums.push(location.checksum);
        }
    }
    frames
}
