//! A session that can be looked back on: where it began, and every query since.
//!
//! Invariants: each step is one query, and before it, perhaps, that the clock was moved; what the database was after a
//! step is found by asking the same again; no more than [`MOST_BYTES`] are remembered, as what is older becomes part of
//! the beginning.
//!
//! ```text
//!   begin ──► step 1 ──► step 2 ──► … ──► step n = now
//!     │         clock 3    clock 10
//!     └ after(2), at(Time(12)): a copy of the beginning, asked the same up to there
//! ```
//!
//! Time: a look takes as long as asking again does, a few microseconds a query. A copy of the database for every few
//! queries would be there at once, but it would have to hold all cells each time.

use std::collections::VecDeque;

use bumpalo::Bump;

use super::{Bars, Tracer};
use crate::engine::Engine;
use crate::query::{Language, Query};
use crate::script::{Context, Typed, read_typed, to_json};
use crate::time::Time;
use crate::wire::Request;

/// So many bytes are remembered at most, each query with a few dozen beyond its text.
pub const MOST_BYTES: usize = 64 << 20;

/// What a step weighs besides its text.
const WEIGHT: usize = size_of::<RecordedStep>() + 16;

/// A query that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedStep {
    /// The query as JSON.
    pub json: Box<str>,
    /// To when the clock was moved before it, if it was.
    pub moved: Option<Time>,
    /// What the clock read after it.
    pub clock: Time,
}

/// A moment of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// After this step, 0 for the beginning.
    pub step: usize,
    /// With time moved on to there.
    pub at: Option<Time>,
}

/// A session.
#[derive(Debug)]
pub struct Recording {
    /// The database before the first step that is remembered.
    begin: Engine,
    /// How many steps there were before that.
    forgotten: usize,
    steps: VecDeque<RecordedStep>,
    bytes: usize,
    most_bytes: usize,
}

impl Recording {
    /// A session on this database.
    #[must_use]
    pub fn new(begin: Engine, most_bytes: usize) -> Self {
        Self { begin, forgotten: 0, steps: VecDeque::new(), bytes: 0, most_bytes }
    }

    /// The number of the last step, 0 if there is none.
    #[must_use]
    pub fn last(&self) -> usize {
        self.forgotten + self.steps.len()
    }

    /// The first step that can be looked at.
    #[must_use]
    pub fn first(&self) -> usize {
        self.forgotten
    }

    /// A step that is remembered.
    #[must_use]
    pub fn step(&self, number: usize) -> Option<&RecordedStep> {
        self.steps.get(number.checked_sub(self.forgotten + 1)?)
    }

    /// The clock after a step.
    #[must_use]
    pub fn clock_after(&self, step: usize) -> Time {
        self.step(step).map_or(self.begin.clock().now(), |step| step.clock)
    }

    /// Adds the next step.
    pub fn add(&mut self, step: RecordedStep) {
        self.bytes += step.json.len() + WEIGHT;
        self.steps.push_back(step);
        while self.bytes > self.most_bytes {
            let Some(oldest) = self.steps.pop_front() else { break };
            self.bytes -= oldest.json.len() + WEIGHT;
            self.forgotten += 1;
            ask(&mut self.begin, &oldest);
        }
    }

    /// The moment that is a time's: after the last step at or before it, with time moved on. `None` before the first.
    #[must_use]
    pub fn moment_at(&self, time: Time) -> Option<Moment> {
        if self.begin.clock().now() > time {
            return None;
        }
        let step = self.forgotten + self.steps.partition_point(|step| step.clock <= time);
        Some(Moment { step, at: Some(time) })
    }

    /// The database as it was. A step that is no more, or not yet, is taken for the nearest that is.
    #[must_use]
    pub fn engine(&self, moment: Moment) -> Engine {
        let mut engine = self.begin.clone();
        self.up_to(moment.step).for_each(|step| ask(&mut engine, step));
        if let Some(time) = moment.at {
            // The clock may stand later already where steps are distinguished by their number.
            let _ = engine.tick(time);
        }
        engine
    }

    /// The same from a database that is at an earlier moment already, which no time was moved on for.
    pub fn move_on(&self, engine: &mut Engine, from: usize, to: usize) {
        let skipped = from.saturating_sub(self.forgotten);
        self.up_to(to).skip(skipped).for_each(|step| ask(engine, step));
    }

    /// What became of one cell up to a moment, or without a field of all cells of a key: bars, and the tracer at the
    /// end.
    #[must_use]
    pub fn trace(&self, moment: Moment, key: &str, field: Option<&str>) -> (Bars, Tracer) {
        let mut tracer = Tracer::of_cells(self.begin.clone(), self.forgotten, key, field);
        let mut bars = Bars::default();
        bars.begin_with(tracer.cells(), self.forgotten);
        for step in self.up_to(moment.step) {
            let moved = step.moved.map_or(Ok(()), |to| tracer.tick(to));
            let context = Context::of(tracer.engine());
            let step = moved.and_then(|()| read(step, context, |request| tracer.step(request)).transpose());
            if let Ok(Some(step)) = step {
                bars.add(&step);
            }
        }
        if let Some(time) = moment.at {
            let _ = tracer.tick(time);
        }
        (bars, tracer)
    }

    /// Hands on queries that do on a fresh database what was done in this session: first those that rebuild what was
    /// there at its beginning, then the steps. Each is JSON. Returns how many there are of both.
    ///
    /// # Errors
    /// Those of `each`.
    pub fn try_each<E>(&mut self, mut each: impl FnMut(&str) -> Result<(), E>) -> Result<(usize, usize), E> {
        let (mut before, mut within) = (0, 0);
        let json = |query: &Query<'_>| to_json(&Language::records().words(query));
        self.begin.try_dump(|query| {
            before += 1;
            each(&json(query))
        })?;
        for step in &self.steps {
            if let Some(to) = step.moved {
                within += 1;
                each(&json(&Query::tick(to)))?;
            }
            within += 1;
            each(&step.json)?;
        }
        Ok((before, within))
    }

    fn up_to(&self, step: usize) -> impl Iterator<Item = &RecordedStep> {
        self.steps.iter().take(step.saturating_sub(self.forgotten))
    }
}

/// Asks the query of a step again.
fn ask(engine: &mut Engine, step: &RecordedStep) {
    // It was answered once, so it will be again.
    let _ = step.moved.map_or(Ok(()), |to| engine.tick(to));
    read(step, Context::of(engine), |request| {
        let _ = engine.apply_group(None, request.queries(), |_| ());
    });
}

/// Reads the query of a step again; `None` where that cannot be, though it could once.
fn read<T>(step: &RecordedStep, context: Context, then: impl FnOnce(&Request<'_>) -> T) -> Option<T> {
    let arena = Bump::new();
    let level = Language::records().last_level();
    let Typed { request, .. } = read_typed(&step.json, &arena, level, context, 0).ok()?;
    Some(then(&request))
}
