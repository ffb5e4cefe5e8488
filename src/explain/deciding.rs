//! From a query to the reason that decides it.
//!
//! Invariant: every operation is named, so that a new one gets no other's sentence.

use super::census::last_to_end;
use super::{CellName, CellState, Census, Expiry, Lifespan, Listing, NoAlias, Reason, Target, When};
use crate::engine::{Engine, LiveCell};
use crate::query::{Pattern, Query, SearchIn};
use crate::reply::Value;
use crate::time::{ClockRule, Time};

impl<'q> Reason<'q> {
    /// Finds what decides a query that the engine's own session asks next. Nothing changes.
    ///
    /// A look at a cell takes as long as reading it, at a list as long as the record, at a count as long as
    /// all cells.
    #[must_use]
    pub fn of(engine: &Engine, query: &Query<'q>) -> Self {
        Self::with_census(engine, query, |moment| Census::of(engine, moment))
    }

    /// The same for a caller who knows how much is live at a moment, the clock's reading or later: a count
    /// takes as long as that then.
    #[must_use]
    pub fn with_census(engine: &Engine, query: &Query<'q>, census: impl Fn(Time) -> Census) -> Self {
        let mut clock = engine.clock();
        match clock.advance(query.timestamp()) {
            Ok(at) => {
                Deciding { engine, when: When::of(query.timestamp(), engine.clock()), at, census }.on(query)
            }
            Err(backwards) => Self::Refused(backwards),
        }
    }
}

/// A query's moment, and where it is asked.
struct Deciding<'e, C> {
    engine: &'e Engine,
    when: When,
    at: Time,
    census: C,
}

impl<C: Fn(Time) -> Census> Deciding<'_, C> {
    fn on<'q>(&self, query: &Query<'q>) -> Reason<'q> {
        let (engine, clock, when) = (self.engine, self.engine.clock(), self.when);
        let is_open = engine.transaction_of(None).is_some();
        let now = (clock.rule() == ClockRule::Monotone).then_some(clock.now());
        match *query {
            Query::Set { key, field, .. } | Query::SetAt { key, field, .. } => {
                self.sets(CellName { key, field }, Lifespan::Permanent)
            }
            Query::Put { key, .. } => self.sets(CellName::own(key), Lifespan::Permanent),
            Query::SetAtWithTtl { key, field, timestamp: from, ttl, .. } => {
                self.sets(CellName { key, field }, Lifespan::of(from, ttl, clock))
            }
            Query::PutWithTtl { key, ttl, .. } => {
                self.sets(CellName::own(key), Lifespan::of(clock.now(), ttl, clock))
            }
            Query::Get { key, field } | Query::GetAt { key, field, .. } | Query::Exists { key, field } => {
                self.reads(CellName { key, field })
            }
            Query::GetOwn { key } => self.reads(CellName::own(key)),
            Query::Delete { key, field } | Query::DeleteAt { key, field, .. } => {
                self.removes(CellName { key, field })
            }
            Query::Scan { key } | Query::ScanAt { key, .. } => self.lists(key, None),
            Query::ScanByPrefix { key, prefix } | Query::ScanByPrefixAt { key, prefix, .. } => {
                self.lists(key, Some(prefix))
            }
            Query::Backup { timestamp: at } => {
                let is_again = engine.latest_backup(at) == Some(at);
                Reason::Saves { at, census: self.census(), is_again }
            }
            Query::Restore { timestamp, timestamp_to_restore } => {
                self.restores(timestamp, timestamp_to_restore.0)
            }
            Query::Tick { timestamp: to } => Reason::Ticks { from: now, to },
            Query::ExistsRecord { key } => Reason::Holds(self.target(key, None).0),
            Query::DeleteRecord { key } => Reason::RemovesRecord(self.target(key, None).0),
            Query::Keys {} => self.surveys(|census| census.records),
            Query::Values {} | Query::Items {} => self.surveys(|census| census.cells),
            Query::Size {} => Reason::Counts { census: self.census(), when },
            Query::Clear {} => Reason::Clears { census: self.census(), backups: engine.number_of_backups() },
            Query::ExpireRecord { key, ttl } => {
                let lifespan = Lifespan::of(clock.now(), ttl, clock);
                Reason::Expires { target: self.target(key, None).0, lifespan }
            }
            Query::Expire { key, field, ttl } => {
                let lifespan = Lifespan::of(clock.now(), ttl, clock);
                Reason::Expires { target: self.target(key, Some(field)).0, lifespan }
            }
            Query::TtlOfRecord { key } => self.measures(key, None),
            Query::TtlOf { key, field } => self.measures(key, Some(field)),
            Query::PersistRecord { key } => self.persists(key, None),
            Query::Persist { key, field } => self.persists(key, Some(field)),
            Query::Append { key, field, .. } => self.appends(CellName { key, field }),
            Query::Find { what, how, ref pattern } => {
                let (found, among) = self.found(what, pattern);
                Reason::Finds { what, how, pattern: pattern.text(), found, among, when }
            }
            Query::Begin {} => Reason::Begins { is_open },
            Query::Commit {} if engine.is_in_conflict() => Reason::Conflicts,
            Query::Commit {} => Reason::Commits { is_open },
            Query::Rollback {} => Reason::RollsBack { is_open, now },
            Query::Alias { name, operation } => {
                Reason::Names { name, operation, refused: no_alias(engine, name, operation) }
            }
            Query::Aliases {} => Reason::ListsNames { count: engine.aliases().iter().count() },
            Query::ResetAliases {} => Reason::ForgetsNames { count: engine.aliases().iter().count() },
        }
    }

    fn sets<'q>(&self, cell: CellName<'q>, lifespan: Lifespan) -> Reason<'q> {
        Reason::Sets { cell, before: self.state(cell), lifespan }
    }

    fn reads<'q>(&self, cell: CellName<'q>) -> Reason<'q> {
        Reason::Reads { cell, state: self.state(cell), when: self.when }
    }

    fn removes<'q>(&self, cell: CellName<'q>) -> Reason<'q> {
        let is_last = self.engine.count_cells_of(cell.key, self.at, 2) == 1;
        Reason::Removes { cell, state: self.state(cell), when: self.when, is_last }
    }

    fn lists<'q>(&self, key: &'q str, prefix: Option<&'q str>) -> Reason<'q> {
        let begin = prefix.unwrap_or_default();
        let (live, ended): (Vec<_>, Vec<_>) =
            self.engine.cells_of(key).into_iter().partition(|cell| cell.is_live_at(self.at));
        let begins = |cell: &&LiveCell<'_>| cell.field.starts_with(begin);
        let listed: Vec<_> = live.iter().filter(begins).map(|cell| cell.field).collect();
        let ended = ended.iter().filter(begins).filter_map(|cell| Some((cell.field, cell.ends?)));
        let odd = listed.windows(2).find(|pair| !looks_ordered(pair[0], pair[1]));
        let by_value = live.iter().find(|cell| !begins(cell) && cell.value.shown().starts_with(begin));
        Reason::Lists(Listing {
            key,
            prefix,
            when: self.when,
            live: live.len(),
            listed: listed.len(),
            ended: last_to_end(ended),
            order: odd.map(|pair| [pair[0].to_owned(), pair[1].to_owned()]),
            by_value: by_value.map(|cell| cell.field.to_owned()),
        })
    }

    fn restores(&self, at: Time, asked: Time) -> Reason<'static> {
        match self.engine.latest_backup(asked) {
            Some(taken) => {
                Reason::Restores { at, asked, taken, later: self.engine.first_backup_after(Some(asked)) }
            }
            None => Reason::NothingToRestore { at, asked, first: self.engine.first_backup_after(None) },
        }
    }

    fn surveys(&self, listed: fn(&Census) -> usize) -> Reason<'static> {
        let census = self.census();
        Reason::Surveys { listed: listed(&census), census, when: self.when }
    }

    fn measures<'q>(&self, key: &'q str, field: Option<&'q str>) -> Reason<'q> {
        let (target, ends) = self.target(key, field);
        Reason::Measures { target, last: ends.into_iter().max(), now: self.engine.clock().now() }
    }

    fn persists<'q>(&self, key: &'q str, field: Option<&'q str>) -> Reason<'q> {
        let (target, ends) = self.target(key, field);
        Reason::Persists { target, ending: ends.iter().filter(|end| **end != Expiry::Never).count() }
    }

    fn appends<'q>(&self, cell: CellName<'q>) -> Reason<'q> {
        let before = self.engine.cell(cell.key, cell.field).map(|before| match before.value {
            Value::Text(_) => (1, false),
            Value::List(items) => (items.len(), true),
        });
        Reason::Appends { cell, before }
    }

    fn census(&self) -> Census {
        (self.census)(self.at)
    }

    fn state(&self, cell: CellName<'_>) -> CellState {
        match self.engine.cell(cell.key, cell.field) {
            Some(LiveCell { ends: Some(end), .. }) if end <= self.at => CellState::Ended(end),
            Some(cell) => CellState::Live(Expiry::of(&cell)),
            None => CellState::Absent,
        }
    }

    /// What is meant, and where the lifetimes of its live cells end.
    fn target<'q>(&self, key: &'q str, field: Option<&'q str>) -> (Target<'q>, Vec<Expiry>) {
        let mut cells = match field {
            Some(field) => self.engine.cell(key, field).into_iter().collect(),
            None => self.engine.cells_of(key),
        };
        cells.retain(|cell| cell.is_live_at(self.at));
        let ends: Vec<_> = cells.iter().map(Expiry::of).collect();
        (Target { key, field, live: ends.len(), when: self.when }, ends)
    }

    /// How many of the live records or cells match, and how many there are.
    fn found(&self, what: SearchIn, pattern: &Pattern<'_>) -> (usize, usize) {
        let mut cells = self.engine.cells();
        cells.retain(|cell| cell.is_live_at(self.at));
        if what == SearchIn::Key {
            cells.dedup_by_key(|cell| cell.key);
        }
        let mut matcher = pattern.matcher();
        let is_found = |cell: &&LiveCell<'_>| match what {
            SearchIn::Key => matcher.is_match(cell.key),
            SearchIn::Field => matcher.is_match(cell.field),
            SearchIn::Value => matcher.is_match(&cell.value.shown()),
        };
        (cells.iter().filter(is_found).count(), cells.len())
    }
}

fn no_alias(engine: &Engine, name: &str, operation: &str) -> Option<NoAlias> {
    let language = engine.aliases().language();
    if language.named(operation).is_empty() {
        let own = engine.aliases().operation(operation);
        return Some(own.map_or(NoAlias::NoOperation, NoAlias::NameItself));
    }
    if !language.named(name).is_empty() {
        return Some(NoAlias::OfOperation);
    }
    engine.aliases().operation(name).map(NoAlias::Taken)
}

/// Do two fields in byte order stand as a reader expects: letters without regard to case, digits as a number?
fn looks_ordered(first: &str, second: &str) -> bool {
    let (one, two) = (first.as_bytes(), second.as_bytes());
    let same = one.iter().zip(two).take_while(|(one, two)| one == two).count();
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let begin = one[..same].iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let [longer, shorter] = [&one[begin..], &two[begin..]].map(digits);
    let by_number = shorter == 0 || longer <= shorter;
    let lower = |byte: &u8| byte.to_ascii_lowercase();
    by_number && one.iter().map(lower).lt(two.iter().map(lower))
}
