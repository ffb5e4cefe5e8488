//! Who runs the queries and tells what each did.
//!
//! Invariant: after each step the cells are those that the engine lists.

mod following;

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::endings::Endings;
use super::restoring::RestoreBase;
use super::state::{CellKey, LiveCells, TracedCell};
use super::{Ending, FullStep, GoneCell, Jump, ShownCell, Step};
use crate::engine::{Engine, Outcome, WholeChange};
use crate::explain::Reason;
use crate::query::{Language, Query};
use crate::time::{Backwards, ClockRule, Time};
use crate::wire::{Request, Term};

/// Runs queries on a fresh database and tells what each did.
///
/// ```
/// use rewinddb::{query::Language, time::ClockRule, trace::Tracer, wire::Request};
///
/// let mut tracer = Tracer::new(ClockRule::Monotone);
/// let query = Language::records().parse(&["GET_AT", "A", "B", "5"]).expect("it is a query");
/// let step = tracer.step(&Request::One(query))?;
/// assert_eq!(step.rule, "there is no live cell A.B: it was never set");
/// # Ok::<(), rewinddb::time::Backwards>(())
/// ```
#[derive(Debug)]
pub struct Tracer {
    engine: Engine,
    /// What is followed; `None` for all cells.
    followed: Option<Followed>,
    number: usize,
    state: LiveCells,
    endings: Endings,
    /// Which query took the backup of a moment.
    backups: BTreeMap<u64, usize>,
    base: Option<RestoreBase>,
    /// What the open transaction has changed.
    transaction: Option<OpenChanges>,
    /// The cells that the present step has changed, and whether they were live before it.
    touched: BTreeMap<CellKey, bool>,
}

/// The cells that are followed: all of a record or, with a field, one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Followed {
    key: SmolStr,
    field: Option<SmolStr>,
}

/// What is undone where a transaction is.
#[derive(Debug, Default)]
struct OpenChanges {
    /// Where the lifetimes of the cells ended that it has changed, as they were before: `None` for one that
    /// was not live, or did not end.
    until: BTreeMap<CellKey, Option<u64>>,
    /// The backups that it has taken, and what was known of their moments before.
    backups: Vec<(u64, Option<usize>)>,
    /// The query that set the base of restores before.
    base: Option<usize>,
}

/// What a query did that is done.
struct Done {
    rule: String,
    answer: Term,
    gone: Vec<GoneCell>,
    jump: Option<Jump>,
}

impl Tracer {
    /// A tracer of an empty database.
    #[must_use]
    pub fn new(rule: ClockRule) -> Self {
        Self::following(Engine::new(rule), 0, None)
    }

    /// A tracer that follows one cell, or without a field those of a record, of a database that is there
    /// already, after so many queries. A step has no sentence then; that of one cell takes as long as the query.
    #[must_use]
    pub fn of_cells(engine: Engine, number: usize, key: &str, field: Option<&str>) -> Self {
        Self::following(engine, number, Some(Followed { key: key.into(), field: field.map(SmolStr::from) }))
    }

    fn following(engine: Engine, number: usize, followed: Option<Followed>) -> Self {
        let mut state = LiveCells::default();
        match &followed {
            None => state = LiveCells::of(&engine),
            Some(Followed { key, field: Some(field) }) => {
                if let Some(cell) = engine.cell(key, field) {
                    state.insert((key.clone(), field.clone()), TracedCell::of(&cell));
                }
            }
            Some(Followed { key, field: None }) => {
                for cell in engine.cells().iter().filter(|cell| cell.key == key) {
                    state.insert((key.clone(), cell.field.into()), TracedCell::of(cell));
                }
            }
        }
        Self {
            engine,
            followed,
            number,
            state,
            endings: Endings::default(),
            backups: BTreeMap::new(),
            base: None,
            transaction: None,
            touched: BTreeMap::new(),
        }
    }

    /// The cells that are followed and live after the last step, in byte order of keys and then fields, with
    /// what that did to them. Under the free rule, those that were set and not removed.
    pub fn cells(&self) -> impl Iterator<Item = ShownCell> {
        self.state.shown(self.number, self.engine.clock().now())
    }

    /// How many there are.
    #[must_use]
    pub fn number_of_cells(&self) -> usize {
        self.state.len()
    }

    /// The database itself.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Lets time pass. Whatever ends by that is told with the next step.
    ///
    /// # Errors
    /// [`Backwards`] as from [`Engine::tick`].
    pub fn tick(&mut self, now: Time) -> Result<(), Backwards> {
        self.engine.tick(now)
    }

    /// How a cell went that is followed and not live, and after that the last restore which did not bring it
    /// back; `None` if it never was, since the tracer began.
    #[must_use]
    pub fn ended(&self, key: &str, field: &str) -> Option<(Ending, Option<usize>)> {
        self.endings.ended(key, field)
    }

    /// The fields of a key whose cells went, and are not live.
    pub fn ended_fields(&self, key: &str) -> impl Iterator<Item = &str> {
        self.endings.fields(key)
    }

    /// Applies the next request and tells what it did.
    ///
    /// # Errors
    /// [`Backwards`] as from [`Engine::apply`]; nothing has changed then, and the query is not counted.
    pub fn step(&mut self, request: &Request<'_>) -> Result<Step, Backwards> {
        let Done { rule, answer, gone, jump } = self.run(request, self.followed.is_none())?;
        let clock = self.engine.clock();
        let changed = self.touched.keys().filter_map(|name| {
            let cell = self.state.get(name).filter(|cell| cell.query == self.number)?;
            Some(cell.shown(name, self.number, clock.now()))
        });
        Ok(Step {
            number: self.number,
            query: request.words(Language::records()),
            answer,
            clock: (clock.rule() == ClockRule::Monotone).then_some(clock.now().0),
            rule,
            changed: changed.collect(),
            gone,
            jump,
        })
    }

    /// The last step with all cells after it.
    #[must_use]
    pub fn full(&self, step: Step) -> FullStep {
        let Step { number, query, answer, clock, rule, changed: _, gone, jump } = step;
        FullStep { number, query, answer, clock, rule, cells: self.cells().collect(), gone, jump }
    }

    /// Applies the next request without telling what it did.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn skip(&mut self, request: &Request<'_>) -> Result<(), Backwards> {
        self.run(request, false).map(drop)
    }

    fn run(&mut self, request: &Request<'_>, tells: bool) -> Result<Done, Backwards> {
        let mut clock = self.engine.clock();
        request.queries().iter().try_for_each(|query| clock.advance(query.timestamp()).map(drop))?;
        self.number += 1;
        self.touched.clear();
        match request {
            Request::One(query) => self.one(query, tells),
            Request::Batch(queries) => self.each(queries, tells),
        }
    }

    fn one(&mut self, query: &Query<'_>, tells: bool) -> Result<Done, Backwards> {
        let rule = if tells { self.sentence(query) } else { String::new() };
        let (answer, outcome) = self.engine.apply_noting(None, query, |reply| Term::from(reply))?;
        self.turn(&outcome);
        let jump = self.jump(&outcome);
        let gone = self.follow(&outcome);
        Ok(Done { rule, answer, gone, jump })
    }

    /// Applies the queries of a batch, and tells what all of them did.
    fn each(&mut self, queries: &[Query<'_>], tells: bool) -> Result<Done, Backwards> {
        let mut rule = String::new();
        if tells {
            rule.push_str(&Reason::Asks { queries: queries.len() }.to_string());
        }
        let (mut answers, mut gone, mut jump) = (Vec::new(), BTreeMap::new(), None);
        for (number, query) in (1..).zip(queries) {
            let done = self.one(query, tells)?;
            if tells {
                rule.push_str(&format!("{} ({number}) {}", if number == 1 { ":" } else { ";" }, done.rule));
            }
            answers.extend_from_slice(done.answer.texts());
            gone.extend(done.gone.into_iter().map(|cell| ((cell.key.clone(), cell.field.clone()), cell)));
            jump = done.jump.or(jump);
        }
        // Of cells that went the ones that had been live before, and are not now, with how each went last.
        gone.retain(|(key, field), _| {
            let name = (key.into(), field.into());
            self.touched.get(&name) == Some(&true) && self.state.get(&name).is_none()
        });
        Ok(Done { rule, answer: Term::Array(answers), gone: gone.into_values().collect(), jump })
    }

    /// The reason in words, completed by why a cell is absent.
    fn sentence(&self, query: &Query<'_>) -> String {
        let reading = self.engine.clock().now();
        let census = |moment| self.state.census(reading, moment);
        let reason = Reason::with_census(&self.engine, query, census);
        match reason.missing() {
            Some((key, field)) => format!("{reason}: {}", self.endings.why(key, field)),
            None => reason.to_string(),
        }
    }

    /// Where a transaction begins, takes note of what changes from now on; where one is undone, goes back to
    /// what was known. What died meanwhile is dead all the same.
    fn turn(&mut self, outcome: &Outcome) {
        match outcome.whole {
            Some(WholeChange::Began) => {
                let base = self.base.as_ref().map(RestoreBase::set_by);
                self.transaction = Some(OpenChanges { base, ..OpenChanges::default() });
                self.endings.begin();
            }
            Some(WholeChange::Committed) => {
                self.transaction = None;
                self.endings.keep();
            }
            Some(WholeChange::RolledBack) => self.roll_back(),
            Some(WholeChange::Saved { .. } | WholeChange::Restored { .. } | WholeChange::Cleared) | None => {}
        }
    }

    fn roll_back(&mut self) {
        self.endings.undo();
        let Some(transaction) = &mut self.transaction else { return };
        for (at, before) in std::mem::take(&mut transaction.backups).into_iter().rev() {
            match before {
                Some(query) => drop(self.backups.insert(at, query)),
                None => drop(self.backups.remove(&at)),
            }
        }
        let now = self.engine.clock().now().0;
        for (name, until) in &transaction.until {
            if let Some(until) = until.filter(|until| *until <= now) {
                self.endings.record(name, Ending::Died(until), self.number);
            }
        }
        if self.base.as_ref().map(RestoreBase::set_by) != transaction.base {
            self.base = None;
        }
    }

    /// What the query does to time.
    fn jump(&mut self, outcome: &Outcome) -> Option<Jump> {
        match outcome.whole? {
            WholeChange::Saved { at } => {
                let before = self.backups.insert(at.0, self.number);
                if let Some(transaction) = &mut self.transaction {
                    transaction.backups.push((at.0, before));
                }
                Some(Jump::Saved { at: at.0 })
            }
            WholeChange::Restored { at, taken } => {
                let query = self.backups.get(&taken.0).copied().unwrap_or_default();
                Some(Jump::Restored { at: at.0, taken: taken.0, query })
            }
            WholeChange::Cleared | WholeChange::Began | WholeChange::Committed | WholeChange::RolledBack => {
                None
            }
        }
    }
}
