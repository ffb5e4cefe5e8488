//! Groups of the log, applied to a database: when they are asked for, and when a store is opened.
//!
//! Invariant: both ways are the same, so that what is in memory is what the log tells.

use std::borrow::Cow;
use std::ops::Range;

use super::blob_store::{BlobLocation, BlobStore, QueryBlobs};
use super::data_file::Name;
use super::error::Error;
use super::group::{Event, Numbering, literals};
use super::message::Group;
use super::options::Encoding;
use crate::engine::{Engine, Session};
use crate::query::{Access, Query};
use crate::time::Time;

/// A group as it lies in a file, so that its long values can be found there.
pub(super) struct Stored<'p> {
    pub(super) group: &'p Group,
    pub(super) file: Name,
    /// Its payload, and where that begins in the file.
    pub(super) payload: &'p [u8],
    pub(super) payload_at: u64,
    /// It lies there packed, so nothing can be found.
    pub(super) packed: bool,
}

impl Stored<'_> {
    /// Where each text lies in the payload; nothing if that cannot be told.
    fn spans(&self) -> Option<Vec<Range<usize>>> {
        if self.packed {
            return None;
        }
        match self.file.encoding {
            Encoding::Binary => {
                let begin = self.payload.len().checked_sub(self.group.texts.len())?;
                let shift = |span: Range<usize>| begin + span.start..begin + span.end;
                Some(self.group.text_spans().map(shift).collect())
            }
            Encoding::Json => {
                // A payload begins with the comma that stands before it, unless it was read.
                let mut json = Cow::Borrowed(self.payload);
                if json.first() == Some(&b',') {
                    json.to_mut()[0] = b'{';
                }
                literals(&json)
            }
        }
    }

    /// Finds where texts lie. Nothing is looked for until the first is asked for.
    pub(super) fn finder(&self) -> impl FnMut(usize) -> Option<BlobLocation> {
        let mut spans = None;
        move |text| {
            let spans: &Vec<_> = spans.get_or_insert_with(|| self.spans().unwrap_or_default());
            let span = spans.get(text)?.clone();
            BlobLocation::of(self.file, self.payload_at + span.start as u64, self.payload.get(span)?)
        }
    }
}

/// Until when the log is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// To its end.
    End,
    /// Up to and with this group.
    Group(u64),
    /// Up to and with what happened at this moment.
    Time(Time),
}

/// Why a group cannot be applied: a reason, or that it happened later than is asked for.
enum Stop {
    Broken(String),
    Later,
}

impl From<&'static str> for Stop {
    fn from(why: &'static str) -> Self {
        Self::Broken(why.to_owned())
    }
}

/// Applies a group that was read; the answer tells whether all of it happened by then. The error is a reason why it
/// is no group. The session, or the engine's own, has no transaction.
pub(super) fn replay(
    stored: &Stored<'_>,
    numbering: &Numbering,
    session: Option<&Session>,
    engine: &mut Engine,
    blobs: &mut BlobStore,
    until: Until,
) -> Result<bool, String> {
    let mut locate = stored.finder();
    let is_later =
        |moment: Option<Time>| matches!((until, moment), (Until::Time(last), Some(at)) if at > last);
    let mut apply = |query: &Query<'_>, first: usize| {
        if query.operation().access() == Access::Read {
            // All that a read leaves behind is where the clock stands.
            return query.timestamp().map_or(Ok(()), |now| engine.tick(now).map_err(Error::Backwards));
        }
        let locate = &mut |text| locate(first + text);
        engine.apply_with(session, query, &mut QueryBlobs { store: blobs, query, locate }).map(drop)
    };
    let replayed = stored.group.try_each(numbering, |event| {
        let applied = match event {
            Event::Clock(now) if is_later(Some(now)) => return Err(Stop::Later),
            Event::Clock(now) => apply(&Query::tick(now), 0),
            Event::Query(query, _) if is_later(query.timestamp()) => return Err(Stop::Later),
            Event::Query(query, first) => apply(&query, first),
        };
        applied.map_err(|error| Stop::Broken(error.to_string()))
    });
    match replayed {
        Ok(()) => Ok(true),
        Err(Stop::Later) => Ok(false),
        Err(Stop::Broken(why)) => Err(why),
    }
}
