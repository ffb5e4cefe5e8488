//! A store as it was: after a group, or at a moment. Nothing is written.

use std::convert::Infallible;
use std::sync::Arc;

use super::blob_store::BlobStore;
use super::data_file::{DataFile, FileName};
use super::disk::{Disk, LockKind};
use super::error::Error;
use super::frame;
use super::listing::FileListing;
use super::message::Body;
use super::numbering::Numbering;
use super::opening::lock_existing;
use super::options::{Encoding, Options};
use super::recovery::{Recovered, TornEnd, group_of, recover};
use super::replay::Until;
use super::stats::{Stats, UncountedStats};
use super::tail::Tail;
use crate::engine::{Engine, LiveCell};
#[cfg(feature = "serve")]
use crate::engine::{Page, PageOfCells};
use crate::query::Query;
use crate::time::Clock;

/// What a store held at a moment.
pub struct StoreView {
    engine: Engine,
    blobs: BlobStore,
    group: u64,
    torn: Option<TornEnd>,
    tail: Option<Tail>,
    disk: Arc<dyn Disk>,
    _lock: Box<dyn Send + Sync>,
}

impl StoreView {
    /// Reads a store up to a moment; the log has what came after the last snapshot.
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::Damaged`], [`Error::NoStore`], [`Error::OutOfReach`] or [`Error::Disk`].
    pub fn open(disk: Arc<dyn Disk>, options: &Options, until: Until) -> Result<Self, Error> {
        let (lock, _) = lock_existing(&*disk, LockKind::Shared)?;
        Self::of(disk, options, until, lock)
    }

    /// The same of a disk that nobody writes to as long as the lock is held.
    pub(super) fn of(
        disk: Arc<dyn Disk>,
        options: &Options,
        until: Until,
        lock: Box<dyn Send + Sync>,
    ) -> Result<Self, Error> {
        let listing = FileListing::read(&*disk)?;
        let Recovered { engine, blobs, group, torn, tail, .. } = recover(&disk, &listing, options, until)?;
        Ok(Self { engine, blobs, group, torn, tail, disk, _lock: lock })
    }

    /// A page of the live cells.
    ///
    /// # Errors
    /// [`Error::Disk`] or [`Error::Damaged`] from a value that stays on disk.
    #[cfg(feature = "serve")]
    pub(crate) fn page<C>(
        &mut self,
        page: Page<'_>,
        each: impl FnMut(LiveCell<'_>) -> C,
    ) -> Result<PageOfCells<C>, Error> {
        let Self { engine, blobs, .. } = self;
        let page = engine.try_page(None, page, |stored| blobs.value(stored), each)?;
        Ok(page.expect("now is always there"))
    }

    /// The last group that has taken effect, in part if a moment within it was asked for.
    #[must_use]
    pub fn last_group(&self) -> u64 {
        self.group
    }

    /// The logical clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.engine.clock()
    }

    /// A torn end of the log, which opening the store will cut off.
    #[must_use]
    pub fn torn_end(&self) -> Option<&TornEnd> {
        self.torn.as_ref()
    }

    /// What the store holds.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn stats(&mut self) -> Result<Stats, Error> {
        let (engine, tail) = (&mut self.engine, self.tail.as_ref());
        Ok(UncountedStats::of(&*self.disk, engine, &self.blobs, self.group, tail)?.count())
    }

    /// Hands on every live cell, in order of keys and fields.
    ///
    /// # Errors
    /// Those of `each`, and of reading a value that stays on disk.
    pub fn try_each_cell<E: From<Error>>(
        &mut self,
        mut each: impl FnMut(&LiveCell<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Ok(cells) = self.engine.try_cells(Ok::<_, Infallible>);
        for cell in cells {
            let value = self.blobs.value(cell.value)?;
            each(&cell.with(value))?;
        }
        Ok(())
    }

    /// Hands on queries that rebuild the database, backups included, from an empty one of the same clock rule.
    ///
    /// # Errors
    /// Those of `each`, and of reading a value that stays on disk.
    pub fn try_dump<E: From<Error>>(
        &mut self,
        each: impl FnMut(&Query<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let blobs = &mut self.blobs;
        self.engine.try_dump_with(|blob| Ok(blobs.fetch(blob)?), each)
    }
}

/// Hands on every frame of some files as a line of JSON, whatever the encoding of the file; of all segments of the
/// log if no file is named.
///
/// # Errors
/// Those of `each`; [`Error::NoFile`] before anything is handed on, [`Error::Damaged`] where a file cannot be read on,
/// [`Error::Locked`], [`Error::NoStore`] and [`Error::Disk`].
pub fn cat<E: From<Error>>(
    disk: &dyn Disk,
    files: &[String],
    mut each: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let (_lock, FileListing { snapshots, values, twins, segments, .. }) =
        lock_existing(disk, LockKind::Shared)?;
    let all = || snapshots.iter().chain(&values).chain(&twins).chain(&segments);
    let find = |file: &String| {
        let name = all().find(|name| name.to_string() == *file);
        name.copied().ok_or_else(|| Error::NoFile { name: file.clone() })
    };
    let named = files.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    for name in if named.is_empty() { segments } else { named } {
        cat_file(disk, name, &mut each)?;
    }
    Ok(())
}

/// Hands on every frame of a file.
fn cat_file<E: From<Error>>(
    disk: &dyn Disk,
    name: FileName,
    each: &mut impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let file = DataFile::open(disk, name)?;
    let (mut reader, header, link, chain) = file.reader(name.kind)?;
    let numbering = Numbering::of(&header, &file.name, file.encoding)?;
    each(&line(link, chain, &Body::Header(header))?)?;
    loop {
        let at = reader.at();
        let Some(mut frame) = reader.next()? else { return Ok(()) };
        let (link, chain, body) = (frame.link, frame.chain, frame.body());
        let body = body.and_then(|body| match body {
            Body::Packed(_) | Body::Group(_) => group_of(body)?.0.renumbered(&numbering).map(Body::Group),
            body => Ok(body),
        });
        let body = body.map_err(|why| Error::from(reader.damage(at, why)))?;
        each(&line(link, chain, &body)?)?;
    }
}

/// A frame as a line, under the checksum that it has in its file.
fn line(link: frame::Link, chain: u32, body: &Body) -> Result<String, Error> {
    let mut bytes = Vec::new();
    frame::write(&mut bytes, Encoding::Json, 0, link.sequence, chain, body)?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, rest) = text.trim_end().split_at(frame::JSON_UNCOVERED);
    Ok(format!("{}{:08x}\"{rest}", &head[..head.len() - 9], link.checksum))
}
