//! Groups of the log, applied to a database: when they are asked for, and when a store is opened.
//!
//! Invariant: both ways are the same, so that what is in memory is what the log says.

use super::blob_store::{BlobStore, EachWord, QueryBlobs};
use super::error::Error;
use super::group::Event;
use super::journal::LoggedGroup;
use super::message::Group;
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

/// Can the group be applied where the database stands? Returns what the clock reads before its first query, and at
/// the end. The error is a reason why not.
pub(super) fn check(group: &Group, numbering: &Numbering, engine: &Engine) -> Result<[Time; 2], String> {
    let now = engine.clock().now();
    let begins = group.begins_at().map_or(now, |moment| moment.min(now));
    let mut clock = engine.clock_at(begins).map_err(|changed| is_changed(begins, changed))?;
    group.check(numbering, &mut clock)?;
    Ok([begins, clock.now().max(now)])
}

/// The same for a group that begins earlier than the clock reads.
fn way_back(group: &Group, numbering: &Numbering, engine: &Engine) -> Result<Option<[Time; 2]>, String> {
    let back = group.begins_at().filter(|moment| *moment < engine.clock().now());
    back.map(|_| check(group, numbering, engine)).transpose()
}

fn is_changed(begins: Time, changed: Time) -> String {
    format!("it goes back to {begins}, and at {changed} something has changed")
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
    let ends = match way_back(&logged.group, numbering, engine)? {
        // It took effect as one, at its end.
        Some([_, ends]) if matches!(until, Until::Time(last) if last < ends) => return Ok(false),
        Some([begins, ends]) => {
            engine.go_back(begins).map_err(|changed| is_changed(begins, changed))?;
            Some(ends)
        }
        None => None,
    };
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
    let replayed = replayed.and_then(|()| {
        let goes_on = ends.map_or(Ok(()), |ends| engine.tick(ends));
        goes_on.map_err(|backwards| ReplayStop::Broken(backwards.to_string()))
    });
    match replayed {
        Ok(()) => Ok(true),
        Err(ReplayStop::Later) => Ok(false),
        Err(ReplayStop::Broken(why)) => Err(why),
    }
}
