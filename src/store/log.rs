//! The log: groups appended to the current segment, synced as the policy says, and segments that follow each other.
//!
//! Invariants: a segment is synced before the next one is created; after a write that failed the segment is cut back
//! to where it was, and nothing is written any more; a sync that failed is never tried again.

use std::ops::Range;
use std::sync::Arc;

use super::data_file::{self, Aside, DataFile, FileKind, FileName};
use super::disk::Disk;
use super::error::Error;
use super::flusher::Flusher;
use super::frame::{self, Link};
use super::group;
use super::journal::{Draft, Journal, Lies, LoggedGroup};
use super::message::{Body, Group};
use super::options::{Encoding, Options, SyncPolicy};
use super::watermark::Watermark;
use crate::time::ClockRule;

/// So much is written once more at a time.
const RENEWED: usize = 1 << 20;

/// The end of the log, where it is written on.
#[derive(Debug)]
pub(super) struct Log {
    disk: Arc<dyn Disk>,
    pub(super) tail: Tail,
    /// The last group that is known to be synced.
    synced: Link,
    /// The bytes of all groups that were appended since they were last counted.
    pub(super) grown: u64,
    watermark: Watermark,
    flusher: Option<Flusher>,
    /// Why nothing is written any more.
    stopped: Option<String>,
    /// A group that was appended, until it is asked for.
    submitted: Option<Submitted>,
    /// A group was handed back and has not yet taken effect; should that be cut short, nothing may follow it.
    is_ahead: bool,
    policy: SyncPolicy,
    lz4: bool,
    segment_max: u64,
    grow_by: u64,
    rule: ClockRule,
    buffer: Vec<u8>,
}

/// A group that was appended.
#[derive(Debug)]
struct Submitted {
    group: Group,
    /// Its payload in the buffer, and where in the file the buffer begins.
    payload: Range<usize>,
    at: u64,
    /// Texts can be read from there.
    is_plain: bool,
}

/// The current segment.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    pub(super) name: FileName,
    pub(super) file: Arc<DataFile>,
    /// Its header is one of this version and its operations.
    pub(super) is_current: bool,
    pub(super) salt: u64,
    pub(super) length: u64,
    /// The end of the file, if that is further: what lies between is zeros.
    pub(super) reached: u64,
    /// The last frame before the segment.
    pub(super) before: Link,
    /// Its last frame, the header while it has no group.
    pub(super) last: Link,
}

impl Tail {
    /// Creates a segment that goes on after a frame. Its header has that frame's number, so that groups are counted
    /// through; the first group is chained to the header, and the header to that frame.
    pub(super) fn create(
        disk: &dyn Disk,
        encoding: Encoding,
        rule: ClockRule,
        before: Link,
    ) -> Result<Self, Error> {
        let name = FileName { kind: FileKind::Log, sequence: before.next(), encoding };
        let header = data_file::header(disk, name, rule);
        let salt = header.salt;
        let made = Aside::create(disk, name, before, header)?.finish()?;
        let (length, last) = (made.length, made.last);
        Ok(Self { name, file: made.file, is_current: true, salt, length, reached: length, before, last })
    }

    fn is_empty(&self) -> bool {
        self.last.next() == self.name.sequence
    }

    /// Cuts off what lies behind the last frame.
    pub(super) fn trim(&mut self) -> Result<(), Error> {
        if self.reached > self.length {
            self.file.file.truncate(self.length).map_err(Error::disk("cut", &self.file.name))?;
            self.reached = self.length;
        }
        Ok(())
    }

    /// Makes room for so many bytes more, and some for what comes later; not for many bytes, which would be written
    /// twice. It is no failure if there is no room.
    fn grow(&mut self, bytes: u64, by: u64) {
        let wanted = self.length + bytes;
        if wanted <= self.reached || bytes > by {
            return;
        }
        let zeros = vec![0; usize::try_from(wanted - self.reached + by).unwrap_or(0)];
        if self.file.file.write_at(self.reached, &zeros).is_ok() {
            self.reached += zeros.len() as u64;
        } else {
            let _ = self.file.file.truncate(self.reached);
        }
    }

    /// The frame of the last group.
    pub(super) fn last_group(&self) -> Link {
        if self.is_empty() { self.before } else { self.last }
    }
}

/// Groups with so many bytes of text are packed, if groups are.
const PACKED_FROM: usize = 4096;

impl Journal for Log {
    type Error = Error;

    fn submit(&mut self, Draft { group, has_blobs }: Draft) -> Result<(), Error> {
        let is_binary = self.tail.name.encoding == Encoding::Binary;
        let is_plain = has_blobs || !(self.lz4 && is_binary && group.texts.len() >= PACKED_FROM);
        let packed = if is_plain { None } else { group::pack(&group) };
        let ((payload, at), group) = if let Some(packed) = packed {
            (self.append(&Body::Packed(packed))?, group)
        } else {
            self.append_group(group)?
        };
        self.submitted = Some(Submitted { group, payload, at, is_plain });
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(u64, LoggedGroup<'_>)>, Error> {
        let submitted = self.submitted.take();
        // Whoever takes the replies may panic.
        self.is_ahead = submitted.is_some();
        let Some(Submitted { group, payload, at, is_plain }) = submitted else { return Ok(None) };
        let payload_at = at + payload.start as u64;
        let lies = Lies { file: self.tail.name, payload: &self.buffer[payload], payload_at };
        Ok(Some((self.tail.last.sequence, LoggedGroup { group, lies: is_plain.then_some(lies) })))
    }
}

impl Log {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        tail: Tail,
        watermark: Watermark,
        options: &Options,
        rule: ClockRule,
    ) -> Result<Self, Error> {
        let flusher = match options.sync {
            SyncPolicy::Every(interval) => Some(Flusher::start(interval)?),
            SyncPolicy::Always | SyncPolicy::Never => None,
        };
        let grow_by = if options.sync == SyncPolicy::Always { options.grow_by } else { 0 };
        Ok(Self {
            synced: watermark.marked(),
            disk,
            tail,
            grown: 0,
            watermark,
            flusher,
            stopped: None,
            submitted: None,
            is_ahead: false,
            policy: options.sync,
            lz4: options.lz4,
            segment_max: options.segment_max,
            grow_by,
            rule,
            buffer: Vec::new(),
        })
    }

    /// The last group that is known to be synced.
    pub(super) fn synced(&self) -> Link {
        self.synced
    }

    /// Has all taken effect that was handed back, and does nothing wait?
    pub(super) fn is_settled(&self) -> bool {
        !self.is_ahead && self.submitted.is_none()
    }

    /// The failure after which nothing is written any more.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.is_ahead {
            return Err(Error::Stopped { why: "it was left in the middle of a group".to_owned() });
        }
        self.stopped.as_ref().map_or(Ok(()), |why| Err(Error::Stopped { why: why.clone() }))
    }

    /// Notes a failure after which nothing is written any more.
    fn stop<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.stopped.get_or_insert_with(|| error.to_string());
        }
        result
    }

    /// Appends a group, and gives it back.
    fn append_group(&mut self, group: Group) -> Result<((Range<usize>, u64), Group), Error> {
        let body = Body::Group(group);
        let appended = self.append(&body)?;
        match body {
            Body::Group(group) => Ok((appended, group)),
            _ => unreachable!("it is a group"),
        }
    }

    /// Appends a frame. Returns where its payload lies in the buffer, and where in the file that begins.
    fn append(&mut self, body: &Body) -> Result<(Range<usize>, u64), Error> {
        self.check()?;
        if self.tail.length >= self.segment_max && !self.tail.is_empty() {
            self.rotate(self.tail.name.encoding)?;
        }
        self.buffer.clear();
        let Tail { name, salt, last, length, .. } = self.tail;
        let encoding = name.encoding;
        let (link, payload) =
            frame::write(&mut self.buffer, encoding, salt, last.next(), last.checksum, body)?;
        if encoding == Encoding::Binary {
            self.tail.grow(self.buffer.len() as u64, self.grow_by);
        }
        let file = &self.tail.file;
        if let Err(why) = file.file.write_at(length, &self.buffer) {
            // What the disk has of it must not be there when something else is: it is cut off at once or, if that
            // fails too, when the store is opened.
            let _ = file.file.truncate(length);
            let error = Error::disk("write", &file.name)(why);
            return self.stop(Err(error));
        }
        self.tail.last = link;
        self.tail.length += self.buffer.len() as u64;
        self.tail.reached = self.tail.reached.max(self.tail.length);
        self.grown += self.buffer.len() as u64;
        Ok((payload, length))
    }

    /// Makes what was appended as durable as the policy promises. What is not does not take effect.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        let committed = self.try_commit();
        if committed.is_err() {
            self.submitted = None;
        }
        committed
    }

    fn try_commit(&mut self) -> Result<(), Error> {
        self.check()?;
        match (self.policy, &self.flusher) {
            (SyncPolicy::Always, _) => self.sync(),
            (SyncPolicy::Every(_), Some(flusher)) => {
                let synced = flusher.request(&self.tail.file, self.tail.last_group());
                let synced = self.stop(synced)?;
                if synced.sequence > self.synced.sequence { self.mark(synced) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// Makes durable what is behind the frame of the watermark, which ends at `from`. It is written once more: if a sync
    /// of it has failed before, the system believes that it need not be.
    pub(super) fn renew(&mut self, from: u64) -> Result<(), Error> {
        if self.synced == self.tail.last_group() {
            return Ok(());
        }
        let file = &self.tail.file;
        let (mut at, mut block) = (from, vec![0; RENEWED]);
        while at < self.tail.length {
            let part = usize::try_from(self.tail.length - at).unwrap_or(RENEWED).min(RENEWED);
            file.file.read_at(at, &mut block[..part]).map_err(Error::disk("read", &file.name))?;
            file.file.write_at(at, &block[..part]).map_err(Error::disk("write", &file.name))?;
            at += part as u64;
        }
        // The length as well; a zero behind the end does no harm if it stays.
        let lengthened = file.file.write_at(self.tail.length, &[0]);
        lengthened.map_err(Error::disk("write", &file.name))?;
        file.file.truncate(self.tail.length).map_err(Error::disk("cut", &file.name))?;
        self.sync()
    }

    /// Makes everything durable.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        self.check()?;
        if self.synced != self.tail.last_group() {
            if let Some(flusher) = &self.flusher {
                let settled = flusher.settle();
                self.stop(settled)?;
            }
            let synced = self.tail.file.file.sync().map_err(Error::disk("sync", &self.tail.file.name));
            self.stop(synced)?;
            self.mark(self.tail.last_group())?;
        }
        Ok(())
    }

    fn mark(&mut self, synced: Link) -> Result<(), Error> {
        self.synced = synced;
        let marked = self.watermark.mark(synced);
        self.stop(marked)
    }

    /// Ends the current segment and begins the next; one without a group is taken away.
    pub(super) fn rotate(&mut self, encoding: Encoding) -> Result<(), Error> {
        let Tail { name, is_current, .. } = self.tail;
        if self.tail.is_empty() && name.encoding == encoding && is_current {
            return Ok(());
        }
        self.trim()?;
        let made = Tail::create(&*self.disk, encoding, self.rule, self.tail.last_group());
        let next = self.stop(made)?;
        let before = std::mem::replace(&mut self.tail, next);
        if before.is_empty() && before.name != self.tail.name {
            // For good, before anything is written into the file that has its place.
            let removed = self.disk.remove(&before.file.name).and_then(|()| self.disk.sync_directory());
            let removed = removed.map_err(Error::disk("remove", &before.file.name));
            self.stop(removed)?;
        }
        Ok(())
    }

    /// Makes everything durable, and the segment end where its last frame does.
    fn trim(&mut self) -> Result<(), Error> {
        if self.tail.reached > self.tail.length {
            let trimmed = self.tail.trim();
            self.stop(trimmed)?;
            // The new length is to be durable, even if all frames are.
            let synced = self.tail.file.file.sync().map_err(Error::disk("sync", &self.tail.file.name));
            self.stop(synced)?;
        }
        self.sync()
    }

    /// Makes everything durable, the watermark too.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        self.trim()?;
        let synced = self.watermark.sync();
        self.stop(synced)
    }

    /// Makes the watermark durable for good: no snapshot covers more than it names.
    pub(super) fn settle_watermark(&mut self) -> Result<(), Error> {
        let settled = self.watermark.settle();
        self.stop(settled)
    }
}
