//! Segments that follow each other.

use std::io::ErrorKind;

use super::Log;
use crate::store::data_file::FileName;
use crate::store::error::Error;
use crate::store::options::Encoding;
use crate::store::tail::Tail;

impl Log {
    /// Ends the current segment and begins the next; one without a group is taken away. If there is no room for the
    /// next the log goes on in the current one, and that is noted.
    pub(in crate::store) fn rotate(&mut self, encoding: Encoding) -> Result<(), Error> {
        self.check()?;
        let Tail { name, is_current, .. } = self.tail;
        if self.tail.is_empty() && name.encoding == encoding && is_current {
            return Ok(());
        }
        let rotated = self.trim().and_then(|()| self.begin_segment(encoding));
        self.rotation_failure = rotated.as_ref().err().map(ToString::to_string);
        self.retry_at = if rotated.is_ok() { 0 } else { self.tail.length + self.segment_max / 2 };
        rotated
    }

    fn begin_segment(&mut self, encoding: Encoding) -> Result<(), Error> {
        let made = Tail::create(&*self.disk, encoding, self.rule, self.tail.last_group());
        let next = match made {
            Ok(next) => next,
            Err(error) => return self.take_back(Tail::name(encoding, self.tail.last_group()), error),
        };
        let before = std::mem::replace(&mut self.tail, next);
        if before.is_empty() && before.name != self.tail.name {
            // For good, before anything is written into the file that has its place.
            let removed = self.disk.remove(&before.file.name).and_then(|()| self.disk.sync_directory());
            let removed = removed.map_err(Error::disk("remove", &before.file.name));
            self.stop(removed)?;
        }
        Ok(())
    }

    /// Takes back a segment that could not be begun, so that none stands where the log does not go on. The answer
    /// is why that failed.
    fn take_back(&mut self, name: FileName, error: Error) -> Result<(), Error> {
        if name == self.tail.name {
            // One without a group stands there, this one or the one that it was to take the place of.
            return Err(error);
        }
        let name = name.to_string();
        let is_there = !matches!(self.disk.find(&name), Err(error) if error.kind() == ErrorKind::NotFound);
        let remove = || self.disk.remove(&name).and_then(|()| self.disk.sync_directory());
        if is_there && remove().is_err() { self.stop(Err(error)) } else { Err(error) }
    }

    /// Makes everything durable, and the segment end where its last frame does.
    pub(super) fn trim(&mut self) -> Result<(), Error> {
        self.write()?;
        self.look()?;
        if self.tail.reached > self.tail.length {
            self.tail.trim()?;
            // The new length is to be durable, even if all frames are.
            let synced = self.tail.sync();
            self.stop(synced)?;
        }
        self.sync()
    }
}
