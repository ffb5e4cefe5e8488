//! Looking back: the database as it was at a moment of the session.
//!
//! Invariant: a look never moves by itself, so a question asked twice is answered the same.

use super::format::query;
use crate::cli::Failure;
use crate::cli::base::answer;
use crate::engine::Engine;
use crate::script::{Answers, cut};
use crate::time::{Clock, ClockRule};
use crate::trace::{Moment, Recording};
use crate::wire::Request;

/// A look at the past.
pub(super) struct Past {
    pub(super) moment: Moment,
    /// The database as it was. A question with a later timestamp moves its clock; then it is made anew.
    engine: Engine,
}

impl Past {
    /// Where that is, as the prompt shows it.
    pub(super) fn place(&self) -> String {
        match self.moment {
            Moment { step, at: None } => format!("@{step}"),
            Moment { step, at: Some(time) } => format!("@{step} at {time}"),
        }
    }

    /// Was a transaction open?
    pub(super) fn is_inside(&self) -> bool {
        self.engine.transaction_of(None).is_some()
    }

    /// The key and the field of every live cell.
    pub(super) fn names(&self) -> Vec<(&str, &str)> {
        self.engine.cells().into_iter().map(|cell| (cell.key, cell.field)).collect()
    }

    /// Looks at a moment.
    pub(super) fn at(recording: &Recording, moment: Moment) -> Self {
        Self { moment, engine: recording.engine(moment) }
    }

    /// Looks at another one.
    pub(super) fn move_to(&mut self, recording: &Recording, moment: Moment) {
        if self.moment.at.is_none() && moment.at.is_none() && self.moment.step <= moment.step {
            // On from there, instead of from the beginning.
            recording.move_on(&mut self.engine, self.moment.step, moment.step);
            self.moment = moment;
        } else {
            *self = Self::at(recording, moment);
        }
    }

    pub(super) fn clock(&self) -> Clock {
        self.engine.clock()
    }

    /// Answers what reads.
    pub(super) fn answer(
        &mut self,
        request: &Request<'_>,
        recording: &Recording,
        out: &mut dyn Answers,
    ) -> Result<(), Failure> {
        let clock = self.engine.clock();
        answer(&mut self.engine, request, out)?;
        if self.engine.clock() != clock {
            self.engine = recording.engine(self.moment);
        }
        Ok(())
    }

    /// Which moment it is, for a person.
    pub(super) fn shown(&self, recording: &Recording) -> String {
        shown(recording, self.moment, self.engine.clock())
    }
}

fn shown(recording: &Recording, moment: Moment, clock: Clock) -> String {
    let Moment { step, at } = moment;
    let query = match recording.step(step) {
        Some(recorded) => query(&recorded.json),
        None if step == 0 => "before the first query".to_owned(),
        None => "the first that is remembered".to_owned(),
    };
    let moved = at.map_or(String::new(), |time| format!(", at {time}"));
    let reads = match clock.rule() {
        ClockRule::Monotone => format!("; the clock reads {}", clock.now()),
        ClockRule::Free => String::new(),
    };
    format!("step {step} of {}{moved}: {}{reads}", recording.last(), cut(query))
}
