//! Groups of the log, applied to a database: when they are asked for, and when a store is opened.
//!
//! Invariant: both ways are the same, so that what is in memory is what the log says.

use super::blob_store::{BlobStore, EachWord, QueryBlobs};
use super::error::Error;
use super::group::Event;
use super::journal::LoggedGroup;
use super::numbering::Numbering;
use crate::engine::{Engine, Session};
use crate::query::{Access, Query};
use crate::time::Time;

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
enum ReplayStop {
    Broken(String),
    Later,
}

impl From<&'static str> for ReplayStop {
    fn from(why: &'static str) -> Self {
        Self::Broken(why.to_owned())
    }
}

/// Applies a group that was read. Returns whether all of it happened by then. The error is a reason why it
/// is no group. The session, or the engine's own, has no transaction.
pub(super) fn replay(
    logged: &LoggedGroup<'_>,
    numbering: &Numbering,
    session: Option<&Session>,
    engine: &mut Engine,
    blobs: &mut BlobStore,
    until: Until,
) -> Result<bool, String> {
    let mut locate = logged.finder();
    let is_later =
        |moment: Option<Time>| matches!((until, moment), (Until::Time(last), Some(at)) if at > last);
    let mut apply = |query: &Query<'_>, first: usize| {
        if query.operation().access() == Access::Read {
            // All that a read leaves behind is where the clock stands.
            return query.timestamp().map_or(Ok(()), |now| engine.tick(now).map_err(Error::Backwards));
        }
        let locate = &mut |text| locate(first + text);
        let words: &EachWord<'_> = &|each| query.each_word(&mut *each);
        engine.apply_with(session, query, &mut QueryBlobs { store: blobs, words, locate }).map(drop)
    };
    let replayed = logged.group.try_each(numbering, |event| {
        let applied = match event {
            Event::Clock(now) if is_later(Some(now)) => return Err(ReplayStop::Later),
            Event::Clock(now) => apply(&Query::tick(now), 0),
            Event::Query(query, _) if is_later(query.timestamp()) => return Err(ReplayStop::Later),
            Event::Query(query, first) => apply(&query, first),
        };
        applied.map_err(|error| ReplayStop::Broken(error.to_string()))
    });
    match replayed {
        Ok(()) => Ok(true),
        Err(ReplayStop::Later) => Ok(false),
        Err(ReplayStop::Broken(why)) => Err(why),
    }
}
