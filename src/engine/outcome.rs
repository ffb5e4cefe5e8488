//! What a query did, noted on the write path for whoever asks for it.
//!
//! Invariants: each cell that a query changes in what its session sees is among the writes, or the change is
//! one of the whole database, or its lifetime has ended, which was known before; nothing is noted that nobody
//! asks for.

use super::blobs::NoBlobs;
use super::head::Head;
use super::{Common, Engine, Session};
use crate::query::Query;
use crate::reply::Reply;
use crate::time::{Backwards, ClockRule, Time};

/// What a query did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The cells that it wrote, in the order in which it did. A COMMIT writes what its transaction has
    /// written.
    pub writes: Vec<CellWrite>,
    /// What it did to the whole database.
    pub whole: Option<WholeChange>,
    /// What the clock read before it, and after it.
    pub clock: (Time, Time),
}

/// A cell that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellWrite {
    /// The key of its record.
    pub key: String,
    /// Its field.
    pub field: String,
    /// What it was before; `None` if it was not live. Under the free rule, if no moment saw it.
    pub before: Option<Overwritten>,
    /// How it was written.
    pub kind: WriteKind,
}

/// What a cell was that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overwritten {
    /// Its value, as it is shown.
    pub value: String,
    /// The first moment at which it would have been dead; `None` if it was permanent.
    pub ends: Option<Time>,
}

/// How a cell is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteKind {
    /// It is set.
    Set,
    /// It is set, and dead on arrival.
    SetDead,
    /// It gets another value or lifetime.
    Changed,
    /// It is removed.
    Removed,
}

/// What becomes of the whole database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WholeChange {
    /// A backup of it is taken.
    Saved {
        /// Of this moment.
        at: Time,
    },
    /// A backup of it is brought back.
    Restored {
        /// At this moment.
        at: Time,
        /// Taken at this one.
        taken: Time,
    },
    /// It is emptied.
    Cleared,
    /// A transaction begins.
    Began,
    /// One ends, and what it has written takes effect.
    Committed,
    /// One ends, and all that was written in it is as it was.
    RolledBack,
}

impl Engine {
    /// Answers a query of a session, or of the engine's own, and returns what it did. The reply is handed to
    /// `told`, as it borrows from the database.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn apply_noting<T>(
        &mut self,
        session: Option<&Session>,
        query: &Query<'_>,
        told: impl FnOnce(&Reply<'_>) -> T,
    ) -> Result<(T, Outcome), Backwards> {
        let before = self.common.clock.now();
        self.common.outcome = Some(Box::default());
        let told = self.apply_with(session, query, &mut NoBlobs).map(|reply| told(&reply));
        let mut outcome = self.common.outcome.take().map(|outcome| *outcome).unwrap_or_default();
        outcome.clock = (before, self.common.clock.now());
        Ok((told?, outcome))
    }
}

impl Common {
    /// Notes, if somebody asks, what a cell is that is about to be written.
    #[inline]
    pub(super) fn note_write(&mut self, head: &Head, key: &str, field: &str, kind: WriteKind, now: Time) {
        if self.outcome.is_some() {
            self.add_write(head, key, field, kind, now);
        }
    }

    #[cold]
    fn add_write(&mut self, head: &Head, key: &str, field: &str, kind: WriteKind, now: Time) {
        // Under the free rule a cell that is dead by now is seen at earlier moments all the same.
        let seen = if self.clock.rule() == ClockRule::Free { Time(0) } else { now };
        let content = self.records.live_cell(key, field, self.view(head), seen);
        let is_live = content.is_some_and(|content| content.lifetime.holds_at(now));
        let before = content.map(|content| Overwritten {
            value: content.value.shown().into_owned(),
            ends: self
                .remaining(head, content.lifetime)
                .map(|remaining| Time(self.clock.now().0 + remaining.0)),
        });
        let Some(outcome) = &mut self.outcome else { return };
        let is_noted = outcome.writes.last().is_some_and(|last| last.key == key && last.field == field);
        let is_nothing = kind == WriteKind::Removed && !is_live;
        // A SET that puts or deletes is noted once, as a SET.
        if !is_noted && !is_nothing {
            let (key, field) = (key.to_owned(), field.to_owned());
            outcome.writes.push(CellWrite { key, field, before, kind });
        }
    }

    /// Notes, if somebody asks, what becomes of the whole database.
    pub(super) fn note_whole(&mut self, change: WholeChange) {
        if let Some(outcome) = &mut self.outcome {
            outcome.whole = Some(change);
        }
    }
}
