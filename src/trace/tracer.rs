//! Who runs the queries and tells what each did.

use std::collections::{BTreeMap, BTreeSet};

use super::fates::Fates;
use super::{Change, Ended, GoneCell, Jump, ShownCell, Step};
use crate::explain::{CellName, Reason};
use crate::engine::{Engine, LiveCell};
use crate::query::{Access, Query};
use crate::time::{Backwards, ClockRule, Time};
use crate::wire::{self, Term};

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
    scope: Scope,
    number: usize,
    cells: Vec<ShownCell>,
    fates: Fates,
    /// Which query took the backup of a moment.
    backups: BTreeMap<u64, usize>,
    /// What was known when the open transaction began.
    kept: Option<Kept>,
}

/// What is gone back to where a transaction is undone.
#[derive(Debug)]
struct Kept {
    fates: Fates,
    backups: BTreeMap<u64, usize>,
    cells: Vec<ShownCell>,
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
        Self::following(Engine::new(rule), 0, Scope::All)
    }

    /// A tracer that follows one cell of a database that is there already, after so many queries. A step takes as long
    /// as the query then.
    #[must_use]
    pub fn of_cell(engine: Engine, number: usize, key: &str, field: &str) -> Self {
        Self::following(engine, number, Scope::One(key.to_owned(), field.to_owned()))
    }

    fn following(engine: Engine, number: usize, scope: Scope) -> Self {
        let cells = scope.cells(&engine);
        let (fates, backups) = (Fates::default(), BTreeMap::new());
        Self { engine, scope, number, cells, fates, backups, kept: None }
    }

    /// The cells that are followed and live.
    #[must_use]
    pub fn cells(&self) -> &[ShownCell] {
        &self.cells
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

    /// How a cell went that is followed and not live, and after that the last restore which did not bring it back; `None`
    /// if it never was, since the tracer began.
    #[must_use]
    pub fn ended(&self, key: &str, field: &str) -> Option<(Ended, Option<usize>)> {
        self.fates.ended(key, field)
    }

    /// Applies the next query and tells what it did.
    ///
    /// # Errors
    /// [`Backwards`] as from [`Engine::apply`]; nothing has changed then, and the query is not counted.
    pub fn step(&mut self, query: &Query<'_>) -> Result<Step, Backwards> {
        let reason = Reason::of(&self.engine, query);
        if let Reason::Refused(backwards) = reason {
            return Err(backwards);
        }
        self.number += 1;
        let Done { rule, answer, gone, jump } = if query.row().access == Access::Each {
            self.each(&reason, query.asked())?
        } else {
            self.one(query)?
        };
        let clock = self.engine.clock();
        Ok(Step {
            number: self.number,
            query: wire::words(query),
            answer,
            clock: (clock.rule() == ClockRule::Monotone).then_some(clock.now().0),
            rule,
            cells: self.cells.clone(),
            gone,
            jump,
        })
    }

    /// Applies a query that asks no others.
    fn one(&mut self, query: &Query<'_>) -> Result<Done, Backwards> {
        let reason = Reason::of(&self.engine, query);
        let rule = self.sentence(&reason);
        let answer = Term::from(&self.engine.apply(query)?);
        self.turn(&reason);
        let jump = self.jump(&reason);
        let gone = self.compare(&reason);
        Ok(Done { rule, answer, gone, jump })
    }

    /// Applies queries that one asks, and tells what all of them did.
    fn each(&mut self, reason: &Reason<'_>, queries: &[Query<'_>]) -> Result<Done, Backwards> {
        let before = self.cells.clone();
        let (mut rules, mut answers, mut gone, mut changed) =
            (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
        let mut jump = None;
        for (number, query) in (1..).zip(queries) {
            let done = self.one(query)?;
            rules.push(format!("({number}) {}", done.rule));
            answers.extend_from_slice(done.answer.texts());
            gone.extend(done.gone);
            jump = done.jump.or(jump);
            let new = self.cells.iter().filter(|cell| cell.change != Change::Same);
            changed.extend(new.map(|cell| (cell.key.clone(), cell.field.clone())));
        }
        let was_live =
            |key: &str, field: &str| before.binary_search_by(|cell| names(cell).cmp(&(key, field))).is_ok();
        for cell in &mut self.cells {
            let is_changed = changed.contains(&(cell.key.clone(), cell.field.clone()));
            cell.change = match (is_changed, was_live(&cell.key, &cell.field)) {
                (_, false) => Change::New,
                (true, true) => Change::Changed,
                (false, true) => Change::Same,
            };
        }
        let gone = self.gone_of(gone, was_live);
        let rule = std::iter::once(reason.to_string()).chain((!rules.is_empty()).then(|| rules.join("; ")));
        Ok(Done { rule: rule.collect::<Vec<_>>().join(": "), answer: Term::Array(answers), gone, jump })
    }

    /// Of cells that went the ones that had been live before, and are not now, with how each went last.
    fn gone_of(&self, gone: Vec<GoneCell>, was_live: impl Fn(&str, &str) -> bool) -> Vec<GoneCell> {
        let is_live = |cell: &GoneCell| {
            self.cells.binary_search_by(|other| names(other).cmp(&(&cell.key, &cell.field))).is_ok()
        };
        let went = gone.into_iter().filter(|cell| was_live(&cell.key, &cell.field) && !is_live(cell));
        let by_name: BTreeMap<_, _> =
            went.map(|cell| ((cell.key.clone(), cell.field.clone()), cell)).collect();
        by_name.into_values().collect()
    }

    /// Where a transaction begins, keeps what is known; where one is undone, goes back to that. What died meanwhile is
    /// dead all the same.
    fn turn(&mut self, reason: &Reason<'_>) {
        match reason {
            Reason::Begins { is_open: false } => {
                let (fates, backups, cells) = (self.fates.clone(), self.backups.clone(), self.cells.clone());
                self.kept = Some(Kept { fates, backups, cells });
            }
            Reason::Commits { is_open: true }
            | Reason::RollsBack { is_open: true, .. }
            | Reason::Conflicts => {
                let keeps = matches!(reason, Reason::Commits { .. });
                let Some(kept) = self.kept.take().filter(|_| !keeps) else { return };
                (self.fates, self.backups) = (kept.fates, kept.backups);
                let now = self.engine.clock().now().0;
                for cell in kept.cells {
                    if let Some(until) = cell.until.filter(|until| *until <= now) {
                        self.fates.note(&cell.key, &cell.field, Ended::Died(until), self.number);
                    }
                }
            }
            _ => {}
        }
    }

    /// The reason in words, completed by why a cell is absent.
    fn sentence(&self, reason: &Reason<'_>) -> String {
        match reason.missing() {
            Some((key, field)) => format!("{reason}: {}", self.fates.why(key, field)),
            None => reason.to_string(),
        }
    }

    /// What the query does to time.
    fn jump(&mut self, reason: &Reason<'_>) -> Option<Jump> {
        match *reason {
            Reason::Saves { at, .. } => {
                self.backups.insert(at.0, self.number);
                Some(Jump::Saved { at: at.0 })
            }
            Reason::Restores { at, taken, .. } => {
                let query = self.backups.get(&taken.0).copied().unwrap_or_default();
                Some(Jump::Restored { at: at.0, taken: taken.0, query })
            }
            _ => None,
        }
    }

    /// Compares the state with the one before, notes how cells went, and answers which did.
    fn compare(&mut self, reason: &Reason<'_>) -> Vec<GoneCell> {
        let set = Written::of(reason);
        let mut before = std::mem::take(&mut self.cells).into_iter().peekable();
        let mut gone = Vec::new();
        for mut cell in self.scope.cells(&self.engine) {
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
        if matches!(reason, Reason::Restores { .. }) {
            self.fates.restored(self.number);
        }
        let gone = gone.into_iter().map(|cell| self.bury(cell, reason)).collect();
        if let Some(CellName { key, field }) = set.on_arrival {
            self.fates.note(key, field, Ended::OnArrival(self.number), self.number);
        }
        gone
    }

    /// Finds out how a cell went, and notes it.
    fn bury(&mut self, cell: ShownCell, reason: &Reason<'_>) -> GoneCell {
        let ended = match cell.until.filter(|until| *until <= self.engine.clock().now().0) {
            Some(until) => Ended::Died(until),
            None if matches!(reason, Reason::Restores { .. }) => Ended::NotBroughtBack(self.number),
            None if Written::of(reason).on_arrival.is_some() => Ended::OnArrival(self.number),
            None if matches!(reason, Reason::RollsBack { .. } | Reason::Conflicts) => {
                let died = self.fates.noticed_at(self.number, &cell.key, &cell.field);
                died.unwrap_or(Ended::Undone(self.number))
            }
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
    fn of(reason: &Reason<'q>) -> Self {
        match reason {
            Reason::Sets { cell, lifespan, .. } => {
                Self { cell: Some(*cell), on_arrival: lifespan.is_dead_on_arrival().then_some(*cell) }
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

/// Which cells a tracer follows.
#[derive(Clone, Debug)]
enum Scope {
    All,
    /// That of this key and this field.
    One(String, String),
}

impl Scope {
    /// Those that are live, as if nothing had changed.
    fn cells(&self, engine: &Engine) -> Vec<ShownCell> {
        let cells = match self {
            Self::All => engine.cells(),
            Self::One(key, field) => engine.cell(key, field).into_iter().collect(),
        };
        let now = engine.clock().now().0;
        let shown = |cell: LiveCell<'_>| ShownCell {
            key: cell.key.to_owned(),
            field: cell.field.to_owned(),
            value: cell.value.to_string(),
            left: cell.left.map(|left| left.0),
            until: cell.left.map(|left| now + left.0),
            change: Change::Same,
        };
        cells.into_iter().map(shown).collect()
    }
}
