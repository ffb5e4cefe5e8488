//! Recovery: from the files of a directory to the database that they describe.
//!
//! Invariants: nothing is written here; it always ends, with the database or with the place of what is damaged; a bad
//! frame is taken for a torn end, which may be cut off, only where nothing good follows and nothing that was synced
//! is missing.
//!
//! ```text
//!   snapshot ─► engine ─► replay of each segment, frame by frame ─► engine, and where the log goes on
//!                              each chained to the one before ─► compared with the watermark
//! ```

use std::sync::Arc;

use super::blob_store::BlobStore;
use super::data_file::{self, DataFile, FileKind, FileName};
use super::disk::Disk;
use super::error::{Damage, Error};
use super::frame::{Frame, FrameReader, Link};
use super::group;
use super::journal::{Lies, LoggedGroup};
use super::listing::FileListing;
use super::message::Body;
use super::numbering::Numbering;
use super::options::Options;
use super::replay::{Until, check, replay};
use super::snapshot::{self, Size};
use super::tail::Tail;
use super::watermark;
use crate::engine::Engine;
use crate::time::ClockRule;

/// A torn end of the log: a write that was under way when the power went or the process ended. It was never
/// acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornEnd {
    /// The file.
    pub file: String,
    /// Where it begins.
    pub at: u64,
    /// How many bytes there are of it.
    pub bytes: u64,
    /// The group that it was to be.
    pub group: u64,
}

/// A database as its files describe it.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) engine: Engine,
    pub(super) blobs: BlobStore,
    /// Where the log goes on; nothing if it has to be begun.
    pub(super) tail: Option<Tail>,
    pub(super) torn: Option<TornEnd>,
    pub(super) snapshot: Option<Size>,
    /// The last group that has taken effect.
    pub(super) group: u64,
    /// The last frame of the log.
    pub(super) last: Link,
    /// The bytes of the log after the snapshot.
    pub(super) log_bytes: u64,
    /// Where the watermark's frame ends in the last segment; 0 if it is not in there.
    pub(super) marked_end: u64,
}

/// Brings a database back from its files, up to a moment.
pub(super) fn recover(
    disk: &Arc<dyn Disk>,
    listing: &FileListing,
    options: &Options,
    until: Until,
) -> Result<Recovered, Error> {
    if !listing.has_watermark {
        return Err(Damage::new(watermark::NAME, 0, "it is missing").into());
    }
    let marked = watermark::latest(watermark::read(&**disk)?)?;
    let mut recovery = Recovery::begin(disk, listing, options, None)?;
    recovery.aim(until, marked)?;
    let segments = recovery.segments(listing);
    for (place, name) in segments.iter().enumerate() {
        recovery.segment(&**disk, *name, place + 1 == segments.len())?;
    }
    recovery.end()
}

/// Brings back what can be of files that are damaged: all that stands before the first damage in the log. What was
/// noticed is added to `losses`. Returns the frame of the last group, too.
pub(super) fn salvage(
    disk: &Arc<dyn Disk>,
    listing: &FileListing,
    options: &Options,
    losses: &mut Vec<Damage>,
) -> Result<(Recovered, Link), Error> {
    let mut recovery = Recovery::begin(disk, listing, options, Some(losses))?;
    if let (true, Some(first)) = (listing.snapshots.is_empty(), listing.segments.first())
        && first.sequence > 1
    {
        let why = format!("groups 1 to {} are missing, and so is a snapshot of them", first.sequence - 1);
        return Err(Damage::new(&first.to_string(), 0, why).into());
    }
    // A blob has its number with it, so it is found even if the snapshot does not say any more where it is. In older
    // files, which could not be removed, the number may be another one's.
    for name in listing.values.iter().rev() {
        let mut locations = recovery.recovered.blobs.locations.lock();
        for (blob, location) in snapshot::find_blobs(&**disk, *name)? {
            locations.entry(blob).or_insert(location);
        }
    }
    for name in recovery.segments(listing) {
        match recovery.segment(&**disk, name, false) {
            Ok(()) => {}
            Err(Error::Damaged(damage)) => {
                losses.push(damage);
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok((recovery.recovered, recovery.group))
}

struct Recovery {
    recovered: Recovered,
    until: Until,
    /// Groups are checked as a whole before they are applied.
    careful: bool,
    /// What is asked for lies behind.
    passed: bool,
    last: Link,
    /// The frame of the last group.
    group: Link,
    marked: Link,
    /// The watermark's frame has come by.
    met: bool,
}

impl Recovery {
    /// Begins with the snapshot, if there is one.
    fn begin(
        disk: &Arc<dyn Disk>,
        listing: &FileListing,
        options: &Options,
        losses: Option<&mut Vec<Damage>>,
    ) -> Result<Self, Error> {
        let careful = losses.is_some();
        let mut blobs = BlobStore::new(disk, options);
        let (engine, last, snapshot) = if let Some(name) = listing.snapshots.last() {
            let read = snapshot::read(&**disk, *name, losses)?;
            blobs.next = read.next_blob;
            *blobs.locations.lock() = read.locations;
            (read.engine, read.covers, Some(read.size))
        } else {
            let rule = rule_of(&**disk, listing)?.or(options.clock).unwrap_or_default();
            (Engine::new(rule), Link::default(), None)
        };
        let (group, log_bytes, marked_end, torn) = (last.sequence, 0, 0, None);
        let recovered =
            Recovered { engine, blobs, tail: None, torn, snapshot, group, last, log_bytes, marked_end };
        let (until, marked) = (Until::End, Link::default());
        Ok(Self { recovered, until, careful, passed: false, last, group: last, marked, met: false })
    }

    /// The segments that the snapshot does not cover.
    fn segments(&self, listing: &FileListing) -> Vec<FileName> {
        let covered = self.last.sequence;
        listing.segments.iter().filter(|name| name.sequence > covered).copied().collect()
    }

    /// Sets until when the log is replayed, and which frame must come by.
    fn aim(&mut self, until: Until, marked: Link) -> Result<(), Error> {
        if let Some(Size { name, .. }) = self.recovered.snapshot
            && name.sequence > marked.sequence
        {
            let why = format!("it covers more than the {} groups that were synced", marked.sequence);
            return Err(Damage::new(&name.to_string(), 0, why).into());
        }
        let clock = self.recovered.engine.clock();
        let (first, now) = (self.last.sequence, clock.now());
        let earliest = match until {
            Until::Time(_) if clock.rule() == ClockRule::Free => {
                let why = "under the free clock rule time does not pass; ask for a group".to_owned();
                return Err(Error::OutOfReach { why });
            }
            Until::Group(group) if group < first => format!("group {first}"),
            Until::Time(moment) if moment < now => format!("the moment {now}"),
            _ => {
                (self.until, self.marked, self.met) = (until, marked, marked == self.last);
                self.passed = until == Until::Group(first);
                return Ok(());
            }
        };
        Err(Error::OutOfReach { why: format!("the snapshot tells of {earliest} at the earliest") })
    }

    /// Replays a segment.
    fn segment(&mut self, disk: &dyn Disk, name: FileName, is_last: bool) -> Result<(), Error> {
        let file = DataFile::open(disk, name)?;
        let (mut reader, header, link, chain) = file.reader(FileKind::Log)?;
        let numbering = Numbering::of(&header, &file.name, file.encoding)?;
        self.check_header(&reader, name, header.rule(), link, chain)?;
        let before = self.last;
        self.pass(link);
        self.recovered.marked_end = 0;
        let torn = loop {
            let at = reader.at();
            match reader.next() {
                Ok(Some(frame)) => self.frame(frame, &file, &numbering, at)?,
                Ok(None) => break None,
                Err(Error::Damaged(damage)) => break Some(self.torn(&mut reader, damage, is_last)?),
                Err(error) => return Err(error),
            }
        };
        let (length, reached) = (reader.at(), reader.length());
        self.recovered.log_bytes += length;
        self.recovered.torn = torn;
        let (id, salt, last) = (file.id()?, header.salt, self.last);
        let (is_current, noted) = (data_file::is_current(&header), None);
        let tail = Tail { name, file, id, is_current, salt, length, reached, before, last, noted };
        self.recovered.tail = Some(tail);
        Ok(())
    }

    /// Does this segment go on where the log has come to?
    fn check_header(
        &self,
        reader: &FrameReader,
        name: FileName,
        rule: ClockRule,
        link: Link,
        chain: u32,
    ) -> Result<(), Damage> {
        let wanted = self.last.next();
        let why = if name.sequence != wanted {
            format!("group {wanted} should come next, and this file begins with {}", name.sequence)
        } else if link.sequence != self.last.sequence || chain != self.last.checksum {
            "it does not go on where the log before it ends".to_owned()
        } else if rule != self.recovered.engine.clock().rule() {
            "it is of another clock rule".to_owned()
        } else {
            return Ok(());
        };
        Err(reader.damage(0, why))
    }

    /// Replays the group of a frame.
    fn frame(
        &mut self,
        mut frame: Frame<'_>,
        file: &DataFile,
        numbering: &Numbering,
        at: u64,
    ) -> Result<(), Damage> {
        let damage = |why: String| Damage::new(&file.name, at, why);
        if frame.link.sequence != self.last.next() || frame.chain != self.last.checksum {
            return Err(damage("a frame does not follow the one before".to_owned()));
        }
        let (group, packed) = group_of(frame.body().map_err(damage)?).map_err(damage)?;
        self.pass(frame.link);
        if frame.link == self.marked {
            self.recovered.marked_end = frame.span.end;
        }
        if self.passed {
            self.group = frame.link;
            return Ok(());
        }
        if self.careful {
            // A group that breaks in its middle must not have been applied in part.
            check(&group, numbering, &self.recovered.engine).map_err(damage)?;
        }
        let (payload, payload_at) = (frame.payload(), frame.payload_at);
        let lies = Lies { file: file.id, payload, payload_at };
        let logged = LoggedGroup { group, lies: (!packed).then_some(lies) };
        let Recovered { engine, blobs, .. } = &mut self.recovered;
        let whole = replay(&logged, numbering, None, engine, blobs, self.until).map_err(damage)?;
        self.recovered.group = frame.link.sequence;
        self.group = frame.link;
        self.passed = !whole || self.until == Until::Group(frame.link.sequence);
        Ok(())
    }

    fn pass(&mut self, link: Link) {
        self.last = link;
        self.met |= link == self.marked;
    }

    /// Is what is damaged here only a torn end?
    fn torn(&self, reader: &mut FrameReader, damage: Damage, is_last: bool) -> Result<TornEnd, Error> {
        let follows = !is_last || reader.next_valid(self.last.sequence)?.is_some();
        if follows || self.marked.sequence > self.last.sequence {
            return Err(damage.into());
        }
        let bytes = reader.length() - damage.at;
        Ok(TornEnd { file: damage.file, at: damage.at, bytes, group: self.last.next() })
    }

    /// Compares the end of the log with the watermark.
    fn end(mut self) -> Result<Recovered, Error> {
        let end = |why: String| match &self.recovered.tail {
            Some(tail) => Damage::new(&tail.file.name, tail.length, why),
            None => Damage::new(watermark::NAME, 0, why),
        };
        if self.marked.sequence > self.last.sequence {
            let why = format!("group {} is missing, which was synced", self.marked.sequence);
            return Err(end(why).into());
        }
        if !self.met {
            return Err(end(format!("group {} is not the one that was synced", self.marked.sequence)).into());
        }
        self.recovered.last = self.last;
        match self.until {
            Until::Group(_) if !self.passed => {
                let why = format!("the log ends with group {}", self.last.sequence);
                return Err(Error::OutOfReach { why });
            }
            Until::Time(moment) => {
                let now = self.recovered.engine.clock().now();
                let moment = if moment > now { moment } else { now };
                // It is not earlier than what the clock reads.
                let _ = self.recovered.engine.tick(moment);
            }
            _ => {}
        }
        Ok(self.recovered)
    }
}

/// The group that a frame of the log holds, and whether it is packed; the error is a reason.
pub(super) fn group_of(body: Body) -> Result<(super::message::Group, bool), String> {
    match body {
        Body::Group(group) => Ok((group, false)),
        Body::Packed(packed) => group::unpack(&packed).map(|group| (group, true)),
        _ => Err("a frame of another kind stands there".to_owned()),
    }
}

/// The clock rule of a store without a snapshot; `None` if the log has not begun.
pub(super) fn rule_of(disk: &dyn Disk, listing: &FileListing) -> Result<Option<ClockRule>, Error> {
    let Some(first) = listing.segments.first() else { return Ok(None) };
    let (_, header, ..) = DataFile::open(disk, *first)?.reader(FileKind::Log)?;
    Ok(Some(header.rule()))
}
