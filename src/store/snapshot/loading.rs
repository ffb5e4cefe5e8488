//! Reading a snapshot: one thread decodes frames while the other makes records of them, as each takes about half of
//! the time.

use std::collections::HashMap;
use std::sync::mpsc::{self, SyncSender};
use std::thread;

use crate::engine::Engine;
use crate::engine::image::{BlobRef, ImageLoader};
use crate::store::blob_store::BlobLocation;
use crate::store::data_file::{DataFile, FileKind, FileName};
use crate::store::disk::Disk;
use crate::store::error::{Damage, Error};
use crate::store::frame::{FrameReader, Link};
use crate::store::message::{self, Body, EndMessage};
use crate::time::ClockRule;

use super::{Size, bytes_of, conversion};

/// So many frames are read ahead.
const AHEAD: usize = 4;

/// A snapshot as it was read.
pub(in crate::store) struct LoadedSnapshot {
    pub(in crate::store) engine: Engine,
    pub(in crate::store) covers: Link,
    pub(in crate::store) next_blob: u64,
    pub(in crate::store) locations: HashMap<BlobRef, BlobLocation>,
    pub(in crate::store) size: Size,
}

/// Reads a snapshot. Of values on disk only where they are. With `losses`, what is damaged is passed over and noted
/// there.
pub(in crate::store) fn read(
    disk: &dyn Disk,
    name: FileName,
    mut losses: Option<&mut Vec<Damage>>,
) -> Result<LoadedSnapshot, Error> {
    let file = DataFile::open(disk, name)?;
    let (mut reader, header, last, _) = file.reader(FileKind::Snapshot)?;
    let covers = header.covers.ok_or_else(|| reader.damage(0, "it does not tell what it covers"))?;
    let covers = Link { sequence: name.sequence, checksum: covers };
    let bytes = reader.length();
    let mut reading = Reading { loader: None, next_blob: 0, locations: HashMap::new() };
    let skips_damage = losses.is_some();
    let mut note = |damage: Damage| match &mut losses {
        Some(losses) => {
            losses.push(damage);
            Ok(())
        }
        None => Err(Error::Damaged(damage)),
    };
    thread::scope(|scope| {
        let (sender, frames) = mpsc::sync_channel(AHEAD);
        let decode = move || send_frames(&mut reader, last, skips_damage, &sender);
        let spawned = thread::Builder::new().spawn_scoped(scope, decode);
        spawned.map_err(Error::disk("start", "a thread that reads"))?;
        for frame in frames {
            match frame {
                Ok((at, body)) => match reading.take(disk, body, header.rule()) {
                    Ok(Ok(())) => {}
                    Ok(Err(why)) => note(Damage::new(&file.name, at, why))?,
                    // A file that locations name is damaged, not this one.
                    Err(Error::Damaged(damage)) => note(damage)?,
                    Err(error) => return Err(error),
                },
                Err(Error::Damaged(damage)) => note(damage)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })?;
    let values_bytes = bytes_of(disk, reading.locations.values().map(|location| location.file).collect())?;
    let Reading { loader: Some(loader), next_blob, locations, .. } = reading else {
        return Err(Damage::new(&file.name, 0, "it has no state").into());
    };
    Ok(LoadedSnapshot {
        engine: loader.finish(),
        covers,
        next_blob,
        locations,
        size: Size { name, bytes, values_bytes },
    })
}

/// What a frame says, and where it stands.
type Sent = Result<(u64, Body), Error>;

/// Sends what the frames say up to the end mark, in order. After damage it goes on with the next good frame if
/// `skips_damage`.
fn send_frames(reader: &mut FrameReader, mut last: Link, skips_damage: bool, sender: &SyncSender<Sent>) {
    loop {
        let at = reader.at();
        let sent = match next_body(reader, &mut last) {
            Ok(None) => return,
            Ok(Some(body)) => Ok((at, body)),
            Err(error) => Err(error),
        };
        let skips_damage = match &sent {
            Ok(_) => true,
            Err(Error::Damaged(_)) if skips_damage => {
                last = Link::default();
                // What cannot be read now cannot be read behind it either.
                reader.skip_damage(at, 0).unwrap_or(false) && reader.at() < reader.length()
            }
            Err(_) => false,
        };
        if sender.send(sent).is_err() || !skips_damage {
            return;
        }
    }
}

/// Reads the next frame, which goes on from `last` unless that was damaged; `None` for the end mark.
fn next_body(reader: &mut FrameReader, last: &mut Link) -> Result<Option<Body>, Error> {
    let at = reader.at();
    let Some(mut frame) = reader.next()? else { return Err(reader.damage(at, "it has no end").into()) };
    let follows = frame.link.sequence == last.next() && frame.chain == last.checksum;
    let (link, end, body) = (frame.link, frame.span.end, frame.body());
    if !follows && *last != Link::default() {
        return Err(reader.damage(at, "a frame does not follow the one before").into());
    }
    *last = link;
    match body {
        Ok(Body::End(EndMessage { frames })) if frames == link.sequence => {
            if end == reader.length() {
                return Ok(None);
            }
            Err(reader.damage(at, "it goes on behind its end").into())
        }
        Ok(body) => Ok(Some(body)),
        Err(why) => Err(reader.damage(at, why).into()),
    }
}

/// What has been read of a snapshot.
struct Reading {
    loader: Option<ImageLoader>,
    next_blob: u64,
    locations: HashMap<BlobRef, BlobLocation>,
}

impl Reading {
    /// Takes a frame in. The outer error is the disk's; the inner one is a reason why it does not belong there.
    fn take(&mut self, disk: &dyn Disk, body: Body, rule: ClockRule) -> Result<Result<(), String>, Error> {
        match (body, &mut self.loader) {
            (Body::State(state), None) => {
                self.next_blob = state.next_value;
                let loader = ImageLoader::new(&conversion::state_of(&state, rule));
                Ok(loader.map(|loader| self.loader = Some(loader)).map_err(|broken| broken.to_string()))
            }
            (Body::Records(records), Some(loader)) => {
                let mut records = records.records.iter();
                let added = records.try_for_each(|record| loader.add(&conversion::record_of(record)));
                Ok(added.map_err(|broken| broken.to_string()))
            }
            (Body::Places(rows), Some(_)) => self.take_places(disk, &rows),
            _ => Ok(Err("a frame of another kind stands there".to_owned())),
        }
    }

    fn take_places(
        &mut self,
        disk: &dyn Disk,
        rows: &message::PlacesMessage,
    ) -> Result<Result<(), String>, Error> {
        let columns = [rows.at.len(), rows.lengths.len(), rows.checksums.len()];
        let name = FileName::parse(&rows.file).filter(|name| name.kind == FileKind::Values);
        let name = name.filter(|_| columns.iter().all(|length| *length == rows.numbers.len()));
        let Some(name) = name else { return Ok(Err("the places of values are not whole".to_owned())) };
        // That it is there is all that is looked at now.
        DataFile::open(disk, name)?;
        for (row, number) in rows.numbers.iter().enumerate() {
            let (at, length, checksum) = (rows.at[row], rows.lengths[row], rows.checksums[row]);
            self.locations.insert(BlobRef(*number), BlobLocation { file: name, at, length, checksum });
        }
        Ok(Ok(()))
    }
}
