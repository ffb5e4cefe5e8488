//! The log: groups appended to the current segment, synced as the policy says, and segments that follow each other.
//!
//! Invariants: a group is written by its commit at the latest, with all that were appended before it in one write; a
//! segment is synced before the next one is created, and where there is no room for that one the log goes on in it;
//! after a write that failed the segment is cut back to where it was, and nothing is written any more; a sync that
//! failed is never tried again.

mod segments;

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::disk::Disk;
use super::error::Error;
use super::flusher::Flusher;
use super::frame::{self, Link};
use super::group;
use super::journal::{Journal, Lies, LoggedGroup};
use super::message::{Body, Group};
use super::options::{Encoding, Options, SyncPolicy};
use super::tail::Tail;
use super::watermark::Watermark;
use crate::time::ClockRule;

/// So much is written once more at a time.
const RENEWED: usize = 1 << 20;

/// No more than this waits to be written.
const BUFFERED: usize = 256 << 10;

/// Memory for groups is kept up to so many bytes: one long value is no reason to have as much for good.
pub(super) const KEPT: usize = 4 << 20;

/// The segment is looked at again after this at the latest.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The end of the log, where it is written on.
#[derive(Debug)]
pub(super) struct Log {
    disk: Arc<dyn Disk>,
    pub(super) tail: Tail,
    /// When its file was last found to be what it was left as.
    looked_at: Instant,
    /// The last group that is known to be synced.
    synced: Link,
    /// The last one that is as durable as the policy promises.
    committed: Link,
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
    /// Why the next segment could not be begun when that was last tried, if so; and how long the current one gets
    /// before it is tried again.
    pub(super) rotation_failure: Option<String>,
    retry_at: u64,
    grow_by: u64,
    inline_max: usize,
    rule: ClockRule,
    /// The last frames, and how many bytes of them are written: the segment ends there.
    buffer: Vec<u8>,
    written: usize,
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

/// Groups with so many bytes of text are packed, if groups are.
const PACKED_FROM: usize = 4096;

impl Journal for Log {
    type Error = Error;

    fn submit(&mut self, group: Group) -> Result<(), Error> {
        // It may be kept in the file alone, and read there at once: so it must be plain.
        let has_long = group.lengths.iter().any(|length| *length as usize > self.inline_max);
        let is_binary = self.tail.name.encoding == Encoding::Binary;
        let is_plain = has_long || !(self.lz4 && is_binary && group.texts.len() >= PACKED_FROM);
        let packed = if is_plain { None } else { group::pack(&group) };
        let ((payload, at), group) = if let Some(packed) = packed {
            (self.append(&Body::Packed(packed))?, group)
        } else {
            self.append_group(group)?
        };
        if has_long || self.buffer.len() > BUFFERED {
            self.write()?;
        }
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
            SyncPolicy::Every(interval) => Some(Flusher::start(Arc::clone(&disk), interval)?),
            SyncPolicy::Always | SyncPolicy::Never => None,
        };
        let grow_by = if options.sync == SyncPolicy::Always { options.grow_by } else { 0 };
        Ok(Self {
            synced: watermark.marked(),
            committed: watermark.marked(),
            disk,
            tail,
            looked_at: Instant::now(),
            grown: 0,
            watermark,
            flusher,
            stopped: None,
            submitted: None,
            is_ahead: false,
            policy: options.sync,
            lz4: options.lz4,
            segment_max: options.segment_max,
            rotation_failure: None,
            retry_at: 0,
            grow_by,
            inline_max: options.inline_max,
            rule,
            buffer: Vec::new(),
            written: 0,
        })
    }

    /// The last group that is known to be synced.
    pub(super) fn synced(&self) -> Link {
        self.synced
    }

    /// Is all that was appended as durable as the policy promises?
    #[cfg(feature = "serve")]
    pub(super) fn is_committed(&self) -> bool {
        self.committed == self.tail.last_group()
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

    /// Looks whether the segment is still what it was left as; if it is not, the log stops.
    fn look(&mut self) -> Result<(), Error> {
        self.looked_at = Instant::now();
        let found = self.tail.check(&*self.disk);
        self.stop(found)
    }

    /// Looks if it is time to. What is synced at once is looked at beforehand too, as what is written might hide what
    /// has been cut off.
    fn look_in_time(&mut self) -> Result<(), Error> {
        let is_due = self.looked_at.elapsed() >= LOOK_AGAIN;
        if self.policy == SyncPolicy::Always || is_due {
            self.look()?;
        }
        let noted = if is_due { self.tail.check_noted() } else { Ok(()) };
        self.stop(noted)
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

    /// Appends a frame, which is not written yet. Returns where its payload lies in the buffer, and where in the file
    /// that begins.
    fn append(&mut self, body: &Body) -> Result<(Range<usize>, u64), Error> {
        self.check()?;
        let length = self.tail.length + self.unwritten().len() as u64;
        if length >= self.segment_max.max(self.retry_at) && !self.tail.is_empty() {
            let rotated = self.rotate(self.tail.name.encoding);
            // Where the log did not have to stop over it, it can go on in this one.
            rotated.or_else(|error| if self.stopped.is_some() { Err(error) } else { Ok(()) })?;
        }
        if self.unwritten().is_empty() {
            self.buffer.clear();
            self.buffer.shrink_to(KEPT);
            self.written = 0;
        }
        let Tail { name, salt, last, length, .. } = self.tail;
        let begin = self.buffer.len();
        let framed = frame::write(&mut self.buffer, name.encoding, salt, last.next(), last.checksum, body);
        let (link, payload) = framed?;
        self.tail.last = link;
        self.grown += (self.buffer.len() - begin) as u64;
        Ok((payload, length - self.written as u64))
    }

    /// The frames that are not written yet.
    fn unwritten(&self) -> &[u8] {
        &self.buffer[self.written..]
    }

    /// Writes what was appended. What is not does not take effect, if it has not yet.
    pub(super) fn write(&mut self) -> Result<(), Error> {
        if self.unwritten().is_empty() {
            return Ok(());
        }
        let written = self.try_write();
        if written.is_err() {
            self.submitted = None;
            self.buffer.truncate(self.written);
        }
        written
    }

    fn try_write(&mut self) -> Result<(), Error> {
        self.check()?;
        self.look_in_time()?;
        let unwritten = &self.buffer[self.written..];
        if self.tail.name.encoding == Encoding::Binary {
            self.tail.grow(unwritten.len() as u64, self.grow_by);
        }
        let file = &self.tail.file;
        if let Err(why) = file.file.write_at(self.tail.length, unwritten) {
            // What the disk has of it must not be there when something else is: it is cut off at once or, if that
            // fails too, when the store is opened.
            let _ = file.file.truncate(self.tail.length);
            let error = Error::disk("write", &file.name)(why);
            return self.stop(Err(error));
        }
        self.tail.length += unwritten.len() as u64;
        self.tail.reached = self.tail.reached.max(self.tail.length);
        self.written = self.buffer.len();
        Ok(())
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
        self.write()?;
        let committed = match (self.policy, &self.flusher) {
            (SyncPolicy::Always, _) => self.sync(),
            (SyncPolicy::Every(_), Some(flusher)) => {
                let synced = flusher.request(&self.tail);
                synced.and_then(|synced| {
                    if synced.sequence > self.synced.sequence { self.mark(synced) } else { Ok(()) }
                })
            }
            _ => Ok(()),
        };
        self.stop(committed)?;
        self.committed = self.tail.last_group();
        Ok(())
    }

    /// Makes durable what is behind the frame of the watermark, which ends at `from`. It is written once more: if a
    /// sync of it has failed before, the system believes that it need not be.
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
        self.write()?;
        if let Some(flusher) = &self.flusher {
            // Also where all is synced: what it was asked may be a segment that is about to go.
            let settled = flusher.settle();
            self.stop(settled)?;
        }
        if self.synced != self.tail.last_group() {
            self.look()?;
            let synced = self.tail.sync();
            self.stop(synced)?;
            self.mark(self.tail.last_group())?;
        }
        Ok(())
    }

    fn mark(&mut self, synced: Link) -> Result<(), Error> {
        self.synced = synced;
        self.watermark.mark(synced)
    }

    /// Makes everything durable, the watermark too.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        self.trim()?;
        let synced = self.watermark.sync();
        self.stop(synced)
    }

    /// Makes the watermark durable for good: no snapshot covers more than it names.
    pub(super) fn settle_watermark(&mut self) -> Result<(), Error> {
        self.watermark.mark(self.synced)?;
        self.watermark.settle()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;
    use crate::store::{SimulatedDisk, Store};

    #[test]
    fn a_long_value_leaves_no_memory_behind_that_nobody_needs() {
        let mut store = Store::open(Arc::new(SimulatedDisk::new()), Options::default()).expect("it begins");
        for value in [&*"v".repeat(4 * KEPT), "short", "short"] {
            store.apply(&[Query::Put { key: "k", value }], |_, _| {}).expect("there is room");
        }
        assert!(store.log.buffer.capacity() <= KEPT, "{} bytes", store.log.buffer.capacity());
        let mut group = Group::default();
        group.push(&Query::Put { key: "k", value: &"v".repeat(4 * KEPT) });
        group.clear();
        assert!(group.texts.capacity() <= KEPT, "{} bytes", group.texts.capacity());
    }
}
