//! From planned queries to the group that a journal is handed.
//!
//! Invariant: time runs forward through all queries of a group before any of it is submitted.

use super::plan::{LogPlan, LogPlans, is_logged};
use crate::query::{Access, Query};
use crate::store::error::Error;
use crate::store::message::Group;
use crate::time::{Clock, Time};

/// A group while it is put together.
pub(super) struct Encoder {
    group: Group,
    clock: Clock,
    /// What the clock reads as far as the log says.
    logged: Time,
    /// To when it was moved because somebody asked: that survives.
    asked: Time,
}

impl Encoder {
    /// Begins in a group that is empty, where the log says that the clock reads `logged`.
    pub(super) fn new(group: Group, clock: Clock, logged: Time) -> Self {
        Self { group, clock, logged, asked: Time(0) }
    }

    /// Encodes what is to be logged of all queries.
    pub(super) fn encode(
        mut self,
        queries: &[Query<'_>],
        plans: &LogPlans,
    ) -> Result<(Option<Group>, Time), Error> {
        for (place, query) in queries.iter().enumerate() {
            self.clock.advance(query.timestamp()).map_err(Error::Backwards)?;
            if query.timestamp().is_some() {
                self.asked = self.clock.now();
            }
            if is_logged(query) && plans.get(place) == LogPlan::Log {
                self.push(query)?;
            }
        }
        if self.asked > self.logged {
            self.push_clock();
        }
        Ok(((!self.group.is_empty()).then_some(self.group), self.logged))
    }

    fn push(&mut self, query: &Query<'_>) -> Result<(), Error> {
        // How queries are read has no time, and may be changed while a transaction waits for its own.
        if query.operation().access() == Access::Write {
            if query.timestamp().is_none() && self.clock.now() > self.logged {
                self.push_clock();
            }
            self.logged = self.clock.now();
        }
        if self.group.push(query) { Ok(()) } else { Err(Error::TooLarge) }
    }

    fn push_clock(&mut self) {
        self.group.push_clock(self.clock.now());
        self.logged = self.clock.now();
    }
}
