//! Reading the frames of a file one after the other.

use std::ops::Range;
use std::sync::Arc;

use prost::Message;

use super::{HEAD, LONGEST, Link, binary_length, binary_sequence, check};
use crate::store::disk::DiskFile;
use crate::store::error::{Damage, Error};
use crate::store::message::{Body, Payload};
use crate::store::options::Encoding;

/// So much is read of a file at a time.
const WINDOW: usize = 1 << 20;

/// A frame as it was read.
#[derive(Debug)]
pub(in crate::store) struct Frame<'r> {
    /// Where it begins and ends in the file.
    pub(in crate::store) span: Range<u64>,
    pub(in crate::store) link: Link,
    pub(in crate::store) chain: u32,
    /// Where its payload begins.
    pub(in crate::store) payload_at: u64,
    payload: &'r mut [u8],
    encoding: Encoding,
}

impl Frame<'_> {
    /// What it says; the error is a reason.
    pub(in crate::store) fn body(&mut self) -> Result<Body, String> {
        match self.encoding {
            Encoding::Binary => {
                let payload = Payload::decode(&*self.payload).map_err(|error| error.to_string())?;
                payload.body.ok_or_else(|| "it says nothing that this version knows".to_owned())
            }
            Encoding::Json => {
                self.payload[0] = b'{';
                serde_json::from_slice(self.payload).map_err(|error| error.to_string())
            }
        }
    }

    /// The payload; in JSON with `{` in place of the comma once the body was read.
    pub(in crate::store) fn payload(&self) -> &[u8] {
        self.payload
    }
}

/// Reads the frames of a file one after the other.
#[derive(Debug)]
pub(in crate::store) struct FrameReader {
    name: String,
    file: Arc<dyn DiskFile>,
    encoding: Encoding,
    length: u64,
    salt: u64,
    at: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl FrameReader {
    pub(in crate::store) fn new(
        name: &str,
        file: Arc<dyn DiskFile>,
        encoding: Encoding,
    ) -> Result<Self, Error> {
        let length = file.length().map_err(Error::disk("read", name))?;
        Ok(Self {
            name: name.to_owned(),
            file,
            encoding,
            length,
            salt: 0,
            at: 0,
            window: Vec::new(),
            window_at: 0,
        })
    }

    /// The salt of the frames after the header, as the header has it.
    pub(in crate::store) fn set_salt(&mut self, salt: u64) {
        self.salt = salt;
    }

    /// Where the next frame begins.
    pub(in crate::store) fn at(&self) -> u64 {
        self.at
    }

    pub(in crate::store) fn length(&self) -> u64 {
        self.length
    }

    pub(in crate::store) fn damage(&self, at: u64, why: impl Into<String>) -> Damage {
        Damage::new(&self.name, at, why)
    }

    /// The next frame; `None` at the end of the file, or of what was written: zeros may follow, room for frames to
    /// come.
    ///
    /// # Errors
    /// [`Error::Damaged`] if what is there is no frame; reading does not go past it then.
    pub(in crate::store) fn next(&mut self) -> Result<Option<Frame<'_>>, Error> {
        if self.at == self.length {
            return Ok(None);
        }
        let at = self.at;
        let bytes = match self.encoding {
            Encoding::Binary => self.binary_extent(at)?,
            Encoding::Json => self.json_extent(at)?,
        };
        let read = match bytes {
            Ok(length) => {
                let bytes = self.fill(at, length)?;
                check(&self.window[bytes.clone()], self.encoding, self.salt)
                    .map(|parts| (length, bytes, parts))
            }
            Err(why) => Err(why),
        };
        let (length, bytes, parts) = match read {
            Ok(read) => read,
            Err(_) if self.is_zero_to_the_end()? => return Ok(None),
            Err(why) => return Err(self.damage(at, why).into()),
        };
        self.at += length as u64;
        let payload = bytes.start + parts.payload.start..bytes.start + parts.payload.end;
        Ok(Some(Frame {
            span: at..self.at,
            link: parts.link,
            chain: parts.chain,
            payload_at: at + parts.payload.start as u64,
            payload: &mut self.window[payload],
            encoding: self.encoding,
        }))
    }

    /// How many bytes the binary frame at `at` says it has; the inner error is a reason.
    fn binary_extent(&mut self, at: u64) -> Result<Result<usize, &'static str>, Error> {
        let remaining = self.length - at;
        if remaining < HEAD as u64 {
            return Ok(Err("the file ends inside the head of a frame"));
        }
        let head = self.fill(at, HEAD)?;
        let length = binary_length(&self.window[head]);
        Ok(if length > LONGEST || length as u64 > remaining - HEAD as u64 {
            Err("a frame reaches past the end of the file")
        } else {
            Ok(HEAD + length)
        })
    }

    /// How many bytes the line at `at` has.
    fn json_extent(&mut self, at: u64) -> Result<Result<usize, &'static str>, Error> {
        let remaining = usize::try_from(self.length - at).unwrap_or(usize::MAX);
        let mut wanted = 0;
        loop {
            wanted = (2 * wanted).max(4096).min(remaining);
            let line = self.fill(at, wanted)?;
            if let Some(end) = self.window[line].iter().position(|byte| *byte == b'\n') {
                return Ok(Ok(end + 1));
            }
            if wanted == remaining {
                return Ok(Err("the file ends inside a line"));
            }
        }
    }

    /// Brings some bytes of the file into the window. Returns where they lie in it.
    fn fill(&mut self, at: u64, length: usize) -> Result<Range<usize>, Error> {
        let window = self.window_at..self.window_at + self.window.len() as u64;
        if at < window.start || at + length as u64 > window.end {
            let remaining = usize::try_from(self.length - at).unwrap_or(usize::MAX);
            self.window.resize(length.max(WINDOW).min(remaining), 0);
            self.window_at = at;
            let read = self.file.read_at(at, &mut self.window);
            if read.is_err() {
                self.window.clear();
            }
            read.map_err(Error::disk("read", &self.name))?;
        }
        let begin = usize::try_from(at - self.window_at).unwrap_or(usize::MAX);
        Ok(begin..begin + length)
    }

    /// Is there nothing but zeros up to the end of the file?
    fn is_zero_to_the_end(&mut self) -> Result<bool, Error> {
        let mut at = self.at;
        while at < self.length {
            let remaining = usize::try_from(self.length - at).unwrap_or(usize::MAX).min(WINDOW);
            let part = self.fill(at, remaining)?;
            if self.window[part].iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            at += remaining as u64;
        }
        Ok(true)
    }

    /// Goes on behind damage that was noticed at `at`: behind the frame, if one was read there, or at the next good one
    /// with a number above `sequence`; `false` if there is none.
    pub(in crate::store) fn skip_damage(&mut self, at: u64, sequence: u64) -> Result<bool, Error> {
        if self.at == at {
            let Some(behind) = self.next_valid(sequence)? else { return Ok(false) };
            self.at = behind;
        }
        Ok(true)
    }

    /// Looks behind a bad frame for a good one with a number above `sequence`; where it begins, if there is one.
    ///
    /// All of the rest is taken into memory, but it is looked at once only: see the salt.
    pub(in crate::store) fn next_valid(&mut self, sequence: u64) -> Result<Option<u64>, Error> {
        let begin = self.at + 1;
        let remaining = usize::try_from(self.length.saturating_sub(begin)).unwrap_or(usize::MAX);
        if remaining == 0 {
            return Ok(None);
        }
        let rest = self.fill(begin, remaining)?;
        let rest = &self.window[rest];
        let found = match self.encoding {
            Encoding::Binary => (0..remaining).find(|at| {
                let Some(head) = rest[*at..].first_chunk::<HEAD>() else { return false };
                let (length, number) = (binary_length(head), binary_sequence(head, self.salt));
                number > sequence
                    && number - sequence <= self.length
                    && rest[*at..]
                        .get(..HEAD + length)
                        .is_some_and(|frame| check(frame, Encoding::Binary, self.salt).is_ok())
            }),
            Encoding::Json => {
                let lines = rest.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
                lines.into_iter().find(|at| {
                    let end = rest[*at..].iter().position(|byte| *byte == b'\n');
                    let line = end.map(|end| &rest[*at..=at + end]);
                    let parts = line.and_then(|line| check(line, Encoding::Json, self.salt).ok());
                    parts.is_some_and(|parts| parts.link.sequence > sequence)
                })
            }
        };
        Ok(found.map(|at| begin + at as u64))
    }
}
