//! A list of queries step by step: each answer, the state after it, and the rule that decided it.
//!
//! Invariants: a step's answer and state are the engine's; a step owns what it tells, so that steps may be handed on one
//! at a time; what a query did is told by its ruling and by comparing states, so no operation is named here.
//!
//! ```text
//!   Query ─► Tracer ─┬─ ruling, before  ──► why an absent cell is absent: Fates
//!                    ├─ apply           ──► answer
//!                    └─ cells, after    ──► changes ──► Step ─┬─► text, JSON
//!                                                             └─► Bars ─► Page
//! ```
//!
//! Memory: the present cells and, for each cell that is gone, how it went. Time: a step takes as long as listing all
//! cells.

mod bars;
mod fates;
mod page;

pub use bars::{BackupMark, Bar, BarEnd, Bars, CellBars, How, RestoreMark};
pub use fates::Ended;
pub use page::{Page, TooLarge};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::Engine;
use crate::engine::ruling::{CellName, Ruling};
use crate::query::Query;
use crate::time::{Backwards, ClockRule};
use crate::told::{self, Told};
use fates::Fates;

/// What a query did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The number of the query, from 1.
    pub number: usize,
    /// Its words.
    pub query: Vec<Told>,
    /// Its answer.
    pub answer: Told,
    /// The clock's reading after it; `None` under the free rule, which has no clock.
    pub clock: Option<u64>,
    /// The rule that decided it, in a sentence.
    pub rule: String,
    /// The live cells after it, in byte order of keys and then fields. Under the free rule, those that were set and not
    /// removed.
    pub cells: Vec<ShownCell>,
    /// The cells that were live before it and are not after it, in the same order.
    pub gone: Vec<GoneCell>,
    /// Whether it saved the database or brought it back.
    pub jump: Option<Jump>,
}

/// A live cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownCell {
    /// The key of its record.
    pub key: String,
    /// Its field.
    pub field: String,
    /// Its value.
    pub value: String,
    /// Milliseconds left at the clock's reading, under the free rule at 0; `None` if it is permanent.
    pub left: Option<u64>,
    /// The first moment at which it is dead.
    pub until: Option<u64>,
    /// What the query did to it.
    pub change: Change,
}

/// What a query did to a cell that is live after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Nothing, but that time may have passed.
    Same,
    /// There was no such cell before.
    New,
    /// It was set anew, or has another value or lifetime.
    Changed,
}

/// A cell that is live no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GoneCell {
    /// The key of its record.
    pub key: String,
    /// Its field.
    pub field: String,
    /// Its last value.
    pub value: String,
    /// How it went.
    pub ended: Ended,
}

/// A query that saved the database or brought it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Jump {
    /// A backup was taken.
    Saved {
        /// At this moment.
        at: u64,
    },
    /// A backup was brought back.
    Restored {
        /// At this moment.
        at: u64,
        /// When it was taken.
        taken: u64,
        /// The number of the query that took it.
        query: usize,
    },
}

/// Runs queries on a fresh database and tells what each did.
///
/// ```
/// use rewinddb::{query::{Level, Query}, time::ClockRule, trace::Tracer};
///
/// let mut tracer = Tracer::new(ClockRule::Monotone);
/// let query = Query::parse(&["GET_AT", "A", "B", "5"], Level::LAST).expect("it is a query");
/// let step = tracer.step(&query)?;
/// assert_eq!(step.rule, "there is no live cell A.B: it was never set");
/// # Ok::<(), rewinddb::time::Backwards>(())
/// ```
#[derive(Debug)]
pub struct Tracer {
    engine: Engine,
    number: usize,
    cells: Vec<ShownCell>,
    fates: Fates,
    /// Which query took the backup of a moment.
    backups: BTreeMap<u64, usize>,
}

impl Tracer {
    /// A tracer of an empty database.
    #[must_use]
    pub fn new(rule: ClockRule) -> Self {
        Self {
            engine: Engine::new(rule),
            number: 0,
            cells: Vec::new(),
            fates: Fates::default(),
            backups: BTreeMap::new(),
        }
    }

    /// Applies the next query and tells what it did.
    ///
    /// # Errors
    /// [`Backwards`] as from [`Engine::apply`]; nothing has changed then, and the query is not counted.
    pub fn step(&mut self, query: &Query<'_>) -> Result<Step, Backwards> {
        let ruling = self.engine.ruling(query);
        let rule = self.sentence(&ruling);
        let answer = Told::from(&self.engine.apply(query)?);
        self.number += 1;
        let jump = self.jump(&ruling);
        let gone = self.compare(&ruling);
        let clock = self.engine.clock();
        Ok(Step {
            number: self.number,
            query: told::words(query),
            answer,
            clock: (clock.rule() == ClockRule::Monotone).then_some(clock.now().0),
            rule,
            cells: self.cells.clone(),
            gone,
            jump,
        })
    }

    /// The ruling in words, completed by why a cell is absent.
    fn sentence(&self, ruling: &Ruling<'_>) -> String {
        match ruling.missing() {
            Some((key, field)) => format!("{ruling}: {}", self.fates.why(key, field)),
            None => ruling.to_string(),
        }
    }

    /// What the query does to time.
    fn jump(&mut self, ruling: &Ruling<'_>) -> Option<Jump> {
        match *ruling {
            Ruling::Counts { at, .. } => {
                self.backups.insert(at.0, self.number);
                Some(Jump::Saved { at: at.0 })
            }
            Ruling::Restores { at, taken, .. } => {
                let query = self.backups.get(&taken.0).copied().unwrap_or_default();
                Some(Jump::Restored { at: at.0, taken: taken.0, query })
            }
            _ => None,
        }
    }

    /// Compares the state with the one before, notes how cells went, and answers which did.
    fn compare(&mut self, ruling: &Ruling<'_>) -> Vec<GoneCell> {
        let set = Written::of(ruling);
        let mut before = std::mem::take(&mut self.cells).into_iter().peekable();
        let mut gone = Vec::new();
        for mut cell in cells_of(&self.engine) {
            gone.extend(std::iter::from_fn(|| before.next_if(|old| names(old) < names(&cell))));
            let old = before.next_if(|old| names(old) == names(&cell));
            cell.change = match old {
                None => Change::New,
                Some(old) if old.value == cell.value && old.until == cell.until && !set.is(&cell) => {
                    Change::Same
                }
                Some(_) => Change::Changed,
            };
            if cell.change == Change::New {
                self.fates.forget(&cell.key, &cell.field);
            }
            self.cells.push(cell);
        }
        gone.extend(before);
        if matches!(ruling, Ruling::Restores { .. }) {
            self.fates.restored(self.number);
        }
        let gone = gone.into_iter().map(|cell| self.bury(cell, ruling)).collect();
        if let Some(CellName { key, field }) = set.on_arrival {
            self.fates.note(key, field, Ended::OnArrival(self.number), self.number);
        }
        gone
    }

    /// Finds out how a cell went, and notes it.
    fn bury(&mut self, cell: ShownCell, ruling: &Ruling<'_>) -> GoneCell {
        let ended = match cell.until.filter(|until| *until <= self.engine.clock().now().0) {
            Some(until) => Ended::Died(until),
            None if matches!(ruling, Ruling::Restores { .. }) => Ended::NotBroughtBack(self.number),
            None if Written::of(ruling).on_arrival.is_some() => Ended::OnArrival(self.number),
            None => Ended::Removed(self.number),
        };
        self.fates.note(&cell.key, &cell.field, ended, self.number);
        GoneCell { key: cell.key, field: cell.field, value: cell.value, ended }
    }
}

/// The cell that a query sets.
#[derive(Clone, Copy)]
struct Written<'q> {
    cell: Option<CellName<'q>>,
    /// The same if it is dead at once.
    on_arrival: Option<CellName<'q>>,
}

impl<'q> Written<'q> {
    fn of(ruling: &Ruling<'q>) -> Self {
        match ruling {
            Ruling::Sets { cell, lives, .. } => {
                Self { cell: Some(*cell), on_arrival: lives.is_dead_on_arrival().then_some(*cell) }
            }
            _ => Self { cell: None, on_arrival: None },
        }
    }

    fn is(&self, cell: &ShownCell) -> bool {
        self.cell.is_some_and(|CellName { key, field }| (key, field) == names(cell))
    }
}

fn names(cell: &ShownCell) -> (&str, &str) {
    (&cell.key, &cell.field)
}

/// The live cells of an engine, as if nothing had changed.
fn cells_of(engine: &Engine) -> impl Iterator<Item = ShownCell> {
    let now = engine.clock().now().0;
    engine.cells().into_iter().map(move |cell| ShownCell {
        key: cell.key.to_owned(),
        field: cell.field.to_owned(),
        value: cell.value.to_string(),
        left: cell.left.map(|left| left.0),
        until: cell.left.map(|left| now + left.0),
        change: Change::Same,
    })
}
