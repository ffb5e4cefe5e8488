//! Snapshots: a whole database in a file, written aside while queries go on, and read when a store is opened.
//!
//! Invariants: a snapshot has every version of every cell once, so it grows with what is distinct, not with backups;
//! it is whole, end mark included, before it has its name; the values that it points to are durable before it is.
//!
//! ```text
//!   header │ state │ records │ records │ … │ places │ end
//!                                              └──► values-….bin: header │ value │ value │ … │ end
//! ```

mod loading;

pub(super) use loading::read;

use std::collections::{HashMap, HashSet};

use super::data_file::{self, Aside, DataFile, Kind, Name};
use super::disk::Disk;
use super::error::{Damage, Error};
use super::frame::Link;
use super::image;
use super::message::{self, Body, End, Version};
use super::options::Encoding;
use super::values::{self, Place, Places};
use crate::engine::image::Frozen;
use crate::time::ClockRule;

/// Records stand in frames of about so many bytes; in JSON each has a line of its own.
const FRAME: usize = 1 << 18;

/// So many places stand in a frame at most.
const ROWS: usize = 1 << 14;

/// What a snapshot is made of.
pub(super) struct Material {
    pub(super) frozen: Frozen,
    /// The last group that has taken effect.
    pub(super) covers: Link,
    pub(super) places: Places,
    pub(super) next_value: u64,
    pub(super) encoding: Encoding,
    /// Moves every value out of files that hold dead ones too; else only out of files that are half dead.
    pub(super) thorough: bool,
    /// Values that cannot be read any more: what had one is empty from now on. Only a repair has such.
    pub(super) lost: HashSet<u64>,
}

/// A snapshot, and how large it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) name: Name,
    pub(super) bytes: u64,
    /// What the files with values have that it relies on.
    pub(super) values_bytes: u64,
}

/// A snapshot that is there, and what it relies on.
pub(super) struct Written {
    pub(super) size: Size,
    /// Where the values are from now on.
    pub(super) places: HashMap<u64, Place>,
    /// Values with this number or a later one are not its business.
    pub(super) next_value: u64,
}

/// Writes a snapshot.
pub(super) fn write(disk: &dyn Disk, material: Material) -> Result<Written, Error> {
    let Material { frozen, covers, places, next_value, encoding, thorough, lost } = material;
    let name = Name { kind: Kind::Snapshot, sequence: covers.sequence, encoding };
    let mut header = data_file::header(disk, name, frozen.state().rule);
    header.covers = Some(covers.checksum);
    let mut file = Aside::create(disk, name, Link::default(), header)?;
    file.append(&Body::State(image::state(frozen.state(), next_value)))?;
    let numbers = write_records(&mut file, frozen, &lost)?;
    let places = move_values(disk, encoding, &places, numbers, thorough)?;
    for rows in by_file(&places) {
        file.append(&Body::Places(rows))?;
    }
    let files: HashSet<Name> = places.values().map(|place| place.file).collect();
    let (bytes, values_bytes) = (finish(file)?.length, bytes_of(disk, files)?);
    Ok(Written { size: Size { name, bytes, values_bytes }, places, next_value })
}

/// How many bytes some files have.
fn bytes_of(disk: &dyn Disk, files: HashSet<Name>) -> Result<u64, Error> {
    let length = |name| {
        let file = DataFile::open(disk, name)?;
        file.file.length().map_err(Error::disk("read", &file.name))
    };
    files.into_iter().map(length).sum()
}

/// Ends a file that is written as a whole.
fn finish(mut file: Aside<'_>) -> Result<data_file::Finished, Error> {
    let frames = file.next();
    file.append(&Body::End(End { frames }))?;
    file.finish()
}

/// Writes the records; the answer is the numbers of the values on disk that they point to, in order.
fn write_records(file: &mut Aside<'_>, frozen: Frozen, lost: &HashSet<u64>) -> Result<Vec<u64>, Error> {
    let full = if file.name.encoding == Encoding::Json { 0 } else { FRAME };
    let (mut numbers, mut body, mut size) = (Vec::new(), message::Records::default(), 0);
    frozen.try_each_record(|record| {
        let mut record = image::record(record);
        for held in record.versions.iter_mut().flat_map(Version::held_mut) {
            match values::stand_in(held) {
                Some(number) if lost.contains(&number) => held.clear(),
                Some(number) => numbers.push(number),
                None => {}
            }
        }
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
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Moves values out of the log, and out of files that are not worth keeping; the answer is where all of them are then.
fn move_values(
    disk: &dyn Disk,
    encoding: Encoding,
    places: &Places,
    numbers: Vec<u64>,
    thorough: bool,
) -> Result<HashMap<u64, Place>, Error> {
    let missing = |number| Damage::new("log", 0, format!("value {number} is nowhere"));
    let mut found = Vec::with_capacity(numbers.len());
    let mut live: HashMap<Name, u64> = HashMap::new();
    for number in numbers {
        let place = places.get(number).ok_or_else(|| missing(number))?;
        *live.entry(place.file).or_default() += u64::from(place.length);
        found.push((number, place));
    }
    let mut staying = HashSet::new();
    for (name, live) in live.into_iter().filter(|(name, _)| name.kind == Kind::Values) {
        let length = bytes_of(disk, HashSet::from([name]))?;
        // A frame around a value takes a few dozen bytes, an escape in JSON one or two.
        let enough = if thorough { length - length / 8 } else { length / 2 };
        if live >= enough && (name.encoding == encoding || !thorough) {
            staying.insert(name);
        }
    }
    let stays = |place: &Place| staying.contains(&place.file);
    let (mut kept, moved): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, place)| stays(place));
    kept.extend(write_values(disk, encoding, moved)?);
    Ok(kept.into_iter().collect())
}

/// Writes values into a file of their own; the answer is where they are then.
fn write_values(
    disk: &dyn Disk,
    encoding: Encoding,
    moved: Vec<(u64, Place)>,
) -> Result<Vec<(u64, Place)>, Error> {
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let listed = disk.list().map_err(Error::disk("list", "the directory"))?;
    let named = listed.iter().filter_map(|name| Name::parse(name)).filter(|name| name.kind == Kind::Values);
    let sequence = named.map(|name| name.sequence).max().unwrap_or(0).saturating_add(1);
    let name = Name { kind: Kind::Values, sequence, encoding };
    let header = data_file::header(disk, name, ClockRule::default());
    let mut file = Aside::create(disk, name, Link::default(), header)?;
    let mut rows = Vec::with_capacity(moved.len());
    for (number, place) in moved {
        let value = Body::Value(message::Value { number, text: place.read(disk)? });
        let (_, end) = file.append(&value)?;
        if let Body::Value(value) = value {
            rows.push((number, place_of(name, end, value).ok_or(Error::TooLarge)?));
        }
    }
    finish(file)?;
    Ok(rows)
}

/// Where a value is whose frame's payload ends there: its text is the last of it, but for what closes two objects in
/// JSON.
fn place_of(file: Name, end: u64, value: message::Value) -> Option<Place> {
    let (stored, closing) = match file.encoding {
        Encoding::Binary => (value.text.into_bytes(), 0),
        Encoding::Json => (serde_json::to_vec(&value.text).ok()?, 2),
    };
    Place::of(file, end.checked_sub(closing + stored.len() as u64)?, &stored)
}

/// The values that can be found in a file of values, damaged or not.
pub(super) fn find_values(disk: &dyn Disk, name: Name) -> Result<Vec<(u64, Place)>, Error> {
    let file = DataFile::open(disk, name)?;
    let (mut reader, ..) = match file.reader(Kind::Values) {
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
                let number = value.number;
                found.extend(place_of(name, end, value).map(|place| (number, place)));
            }
            Ok(Some(_)) => {}
            Err(Error::Damaged(_)) if reader.skip_damage(at, 0)? => {}
            Ok(None) | Err(Error::Damaged(_)) => return Ok(found),
            Err(error) => return Err(error),
        }
    }
}

/// The places as rows, file by file, in order of the values' numbers.
fn by_file(places: &HashMap<u64, Place>) -> Vec<message::Places> {
    let mut sorted: Vec<_> = places.iter().collect();
    sorted.sort_unstable_by_key(|(number, place)| (place.file, **number));
    let mut frames: Vec<message::Places> = Vec::new();
    for (number, place) in sorted {
        let file = place.file.to_string();
        let goes_on = |rows: &message::Places| rows.file == file && rows.numbers.len() < ROWS;
        if !frames.last().is_some_and(goes_on) {
            frames.push(message::Places { file, ..Default::default() });
        }
        if let Some(rows) = frames.last_mut() {
            rows.numbers.push(*number);
            rows.at.push(place.at);
            rows.lengths.push(place.length);
            rows.checksums.push(place.checksum);
        }
    }
    frames
}
