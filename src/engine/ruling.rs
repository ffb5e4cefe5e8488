//! Rulings: which rule of the language decides what a query does and answers, told before it is applied.
//!
//! Invariants: a ruling is found for every query at every state, and finding it changes nothing; it depends on what
//! can be seen at the clock's reading, not on which dead cells are still in memory; its moments are the caller's.
//!
//! ```text
//!   Query ──ruling──► Ruling ──Display──► "A.B is live: its lifetime ends at 11, and 10 is before that"
//!     └─────apply───► Reply                what `apply` goes by is untouched, and costs nothing more
//! ```

mod sentence;
mod turns;
mod whole;

pub use sentence::Name;
pub use turns::{Refused, Turn};
pub use whole::{Meant, Whole};

use std::cmp::Reverse;

use super::records::Record;
use super::stored::StoredValue;
use super::{Engine, OWN};
use crate::query::Query;
use crate::time::{Backwards, Clock, ClockRule, Lifetime, Time, Ttl};

/// The rule that decides a query, with what its sentence needs. `Display` writes that sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling<'q> {
    /// Time would run backwards.
    Refused(Backwards),
    /// A cell is set.
    Sets {
        /// The cell.
        cell: CellName<'q>,
        /// What it was before.
        before: Standing,
        /// How long it lives.
        lives: Lives,
    },
    /// A cell is read.
    Reads {
        /// The cell.
        cell: CellName<'q>,
        /// What it is.
        standing: Standing,
        /// When that is asked.
        when: When,
    },
    /// A cell is removed, if it is live.
    Removes {
        /// The cell.
        cell: CellName<'q>,
        /// What it is.
        standing: Standing,
        /// When that is asked.
        when: When,
        /// Is no other cell of its record live?
        is_last: bool,
    },
    /// Cells of a record are listed.
    Lists(Listing<'q>),
    /// The database is saved, and its records are counted.
    Counts {
        /// When the backup is taken.
        at: Time,
        /// How many records have a live cell.
        records: usize,
        /// How many cells are live.
        cells: usize,
        /// A record whose last cell has just ended, and when that was.
        emptied: Option<(String, Time)>,
        /// Does it take the place of another backup of this moment?
        is_again: bool,
    },
    /// A backup is brought back.
    Restores {
        /// When that happens.
        at: Time,
        /// Up to when a backup may have been taken.
        asked: Time,
        /// When the one brought back was taken.
        taken: Time,
        /// When the first of those was taken that come too late.
        later: Option<Time>,
    },
    /// No backup was taken early enough, so nothing is brought back.
    NothingToRestore {
        /// Up to when a backup may have been taken.
        asked: Time,
        /// When the first of all was taken.
        first: Option<Time>,
    },
    /// What goes beyond the exercise: whole records, the whole database, lifetimes without a set.
    Whole(Whole<'q>),
    /// Where a transaction begins or ends, queries are asked, or names given.
    Turn(Turn<'q>),
}

/// A cell by its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellName<'q> {
    /// The key of its record.
    pub key: &'q str,
    /// Its field.
    pub field: &'q str,
}

/// What a cell is at the moment of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is live.
    Live(End),
    /// Its lifetime ended at this moment, after the clock's reading and not after the query's timestamp.
    Ended(Time),
    /// At the clock's reading already there is no such cell.
    Absent,
}

/// Where a lifetime ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// At the first moment that is no part of it.
    At(Time),
    /// Nowhere.
    Never,
}

/// How long a cell lives that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lives {
    /// It is given no ttl.
    Permanently,
    /// It is given one.
    For {
        /// When it is set.
        from: Time,
        /// For how long.
        ttl: Ttl,
        /// Where the sum lies; `None` where there is no such moment.
        end: Option<Time>,
        /// The clock rule: under the free one it is seen at earlier moments too.
        rule: ClockRule,
    },
}

/// At which moment cells are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At the query's own timestamp.
    At(Time),
    /// At the clock's reading, as the query has no timestamp.
    Now(Time),
    /// At none: under the free rule a query without a timestamp ignores expiry.
    Ever,
}

/// What a list of cells goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<'q> {
    /// The key of the record.
    pub key: &'q str,
    /// What a field must begin with.
    pub prefix: Option<&'q str>,
    /// When that is asked.
    pub when: When,
    /// How many cells of the record are live.
    pub live: usize,
    /// How many of them are listed.
    pub listed: usize,
    /// A field that would be listed if its cell had not just ended, and when that was.
    pub ended: Option<(String, Time)>,
    /// Two fields, listed in this order, that a reader might expect in the other.
    pub order: Option<[String; 2]>,
    /// A field that is not listed, though its value begins with the prefix.
    pub by_value: Option<String>,
}

impl<'q> Ruling<'q> {
    /// What is missing where the engine cannot know why, as dead cells are given back: a cell, or without a field all
    /// cells of a record.
    #[must_use]
    pub fn missing(&self) -> Option<(&'q str, Option<&'q str>)> {
        match self {
            Self::Reads { cell, standing: Standing::Absent, .. }
            | Self::Removes { cell, standing: Standing::Absent, .. } => Some((cell.key, Some(cell.field))),
            Self::Lists(Listing { key, live: 0, ended: None, .. }) => Some((key, None)),
            Self::Whole(whole) => whole.missing(),
            _ => None,
        }
    }
}

impl Engine {
    /// Tells which rule decides a query that the engine's own session asks next. Nothing changes.
    ///
    /// Looking at a cell takes as long as reading it, at a list as long as the record, at a count as long as all cells.
    #[must_use]
    pub fn ruling<'q>(&self, query: &Query<'q>) -> Ruling<'q> {
        if self.is_away() {
            // Rare enough that a copy will do.
            let mut own = self.clone();
            own.enter(None);
            return own.ruling(query);
        }
        let mut clock = self.clock;
        let at = match clock.advance(query.timestamp()) {
            Ok(at) => at,
            Err(backwards) => return Ruling::Refused(backwards),
        };
        if let Some(turn) = self.turn(query) {
            return Ruling::Turn(turn);
        }
        let moment = Moment { when: When::of(query.timestamp(), clock), own: self.own_time(at) };
        match *query {
            Query::Set { key, field, .. } | Query::SetAt { key, field, .. } => {
                self.sets(CellName { key, field }, Lives::Permanently, moment)
            }
            Query::Put { key, .. } => self.sets(CellName { key, field: OWN }, Lives::Permanently, moment),
            Query::SetAtWithTtl { key, field, timestamp: from, ttl, .. } => {
                self.sets(CellName { key, field }, Lives::of(from, ttl, clock), moment)
            }
            Query::PutWithTtl { key, ttl, .. } => {
                self.sets(CellName { key, field: OWN }, Lives::of(clock.now(), ttl, clock), moment)
            }
            Query::Get { key, field } | Query::GetAt { key, field, .. } | Query::Exists { key, field } => {
                self.reads(CellName { key, field }, moment)
            }
            Query::GetOwn { key } => self.reads(CellName { key, field: OWN }, moment),
            Query::Delete { key, field } | Query::DeleteAt { key, field, .. } => {
                self.removes(CellName { key, field }, moment)
            }
            Query::Scan { key } | Query::ScanAt { key, .. } => self.lists(key, None, moment),
            Query::ScanByPrefix { key, prefix } | Query::ScanByPrefixAt { key, prefix, .. } => {
                self.lists(key, Some(prefix), moment)
            }
            Query::Backup { timestamp } => self.counts(timestamp, moment),
            Query::Restore { timestamp, timestamp_to_restore } => {
                self.restores(timestamp, timestamp_to_restore.0)
            }
            _ => Ruling::Whole(self.whole(query, moment)),
        }
    }

    /// Tells which rule decides queries that are asked as one. Nothing changes.
    #[must_use]
    pub fn ruling_of_group(&self, queries: &[Query<'_>]) -> Ruling<'static> {
        let mut clock = self.clock;
        match queries.iter().try_for_each(|query| clock.advance(query.timestamp()).map(drop)) {
            Ok(()) => Ruling::Turn(Turn::Asks { queries: queries.len() }),
            Err(backwards) => Ruling::Refused(backwards),
        }
    }

    fn sets<'q>(&self, cell: CellName<'q>, lives: Lives, moment: Moment) -> Ruling<'q> {
        Ruling::Sets { cell, before: self.standing(cell, moment), lives }
    }

    fn reads<'q>(&self, cell: CellName<'q>, moment: Moment) -> Ruling<'q> {
        Ruling::Reads { cell, standing: self.standing(cell, moment), when: moment.when }
    }

    fn removes<'q>(&self, cell: CellName<'q>, moment: Moment) -> Ruling<'q> {
        let standing = self.standing(cell, moment);
        let live = self.live_at_reading(cell.key).filter(|(.., lifetime)| lifetime.holds_at(moment.own));
        Ruling::Removes { cell, standing, when: moment.when, is_last: live.take(2).count() == 1 }
    }

    fn lists<'q>(&self, key: &'q str, prefix: Option<&'q str>, moment: Moment) -> Ruling<'q> {
        let (when, begin) = (moment.when, prefix.unwrap_or_default());
        let (live, ended): (Vec<_>, Vec<_>) =
            self.live_at_reading(key).partition(|(.., lifetime)| lifetime.holds_at(moment.own));
        let begins = |(field, ..): &&(&str, &StoredValue, Lifetime)| field.starts_with(begin);
        let listed: Vec<_> = live.iter().filter(begins).map(|(field, ..)| *field).collect();
        let ended = ended.iter().filter(begins).map(|(field, _, lifetime)| (*field, *lifetime));
        let odd = listed.windows(2).find(|pair| !looks_ordered(pair[0], pair[1]));
        let by_value = live.iter().find(|cell| !begins(cell) && cell.1.shown().starts_with(begin));
        Ruling::Lists(Listing {
            key,
            prefix,
            when,
            live: live.len(),
            listed: listed.len(),
            ended: self.last_to_end(ended),
            order: odd.map(|pair| [pair[0].to_owned(), pair[1].to_owned()]),
            by_value: by_value.map(|(field, ..)| (*field).to_owned()),
        })
    }

    fn counts(&self, at: Time, moment: Moment) -> Ruling<'static> {
        let (mut records, mut cells, mut emptied) = (0, 0, Vec::new());
        for (key, record) in self.records.iter() {
            let lifetimes = self.live_cells_of(record).map(|(.., lifetime)| lifetime);
            let (live, ended): (Vec<_>, Vec<_>) =
                lifetimes.partition(|lifetime| lifetime.holds_at(moment.own));
            (records, cells) = (records + usize::from(!live.is_empty()), cells + live.len());
            let last = ended.into_iter().max().filter(|_| live.is_empty());
            emptied.extend(last.map(|last| (key.as_str(), last)));
        }
        let is_again = self.backups.latest(at).is_some_and(|(taken, _)| taken == at);
        Ruling::Counts { at, records, cells, emptied: self.last_to_end(emptied), is_again }
    }

    fn restores(&self, at: Time, asked: Time) -> Ruling<'static> {
        match self.backups.latest(asked) {
            Some((taken, _)) => {
                Ruling::Restores { at, asked, taken, later: self.backups.first_after(Some(asked)) }
            }
            None => Ruling::NothingToRestore { asked, first: self.backups.first_after(None) },
        }
    }

    fn standing(&self, cell: CellName<'_>, moment: Moment) -> Standing {
        let reading = self.own_time(self.clock.now());
        let content = self.records.live_cell(cell.key, cell.field, &self.timeline, reading);
        match content.map(|content| (content.lifetime.holds_at(moment.own), self.end(content.lifetime))) {
            Some((false, End::At(end))) => Standing::Ended(end),
            Some((_, end)) => Standing::Live(end),
            None => Standing::Absent,
        }
    }

    /// The cells of a record that are live at the clock's reading: these are there whatever memory was given back.
    fn live_at_reading(&self, key: &str) -> impl Iterator<Item = (&str, &StoredValue, Lifetime)> {
        self.records.get(key).into_iter().flat_map(|record| self.live_cells_of(record))
    }

    fn live_cells_of<'e>(
        &'e self,
        record: &'e Record,
    ) -> impl Iterator<Item = (&'e str, &'e StoredValue, Lifetime)> {
        let cells = record.live_cells("", &self.timeline, self.own_time(self.clock.now()));
        cells.map(|(field, content)| (field.as_str(), &content.value, content.lifetime))
    }

    /// Of names with a lifetime that has ended the one that did so last; of several the first in byte order.
    fn last_to_end<'e>(
        &self,
        ended: impl IntoIterator<Item = (&'e str, Lifetime)>,
    ) -> Option<(String, Time)> {
        let last = ended.into_iter().max_by_key(|(name, lifetime)| (*lifetime, Reverse(*name)));
        last.and_then(|(name, lifetime)| match self.end(lifetime) {
            End::At(end) => Some((name.to_owned(), end)),
            End::Never => None,
        })
    }

    /// Where a lifetime ends, in the caller's time.
    fn end(&self, lifetime: Lifetime) -> End {
        let first_after = lifetime.last().0.checked_add(1).and_then(|own| own.checked_add(self.shift));
        first_after.map_or(End::Never, |end| End::At(Time(end)))
    }
}

/// The moment of a query.
#[derive(Clone, Copy)]
struct Moment {
    when: When,
    /// On the database's own clock.
    own: Time,
}

impl Lives {
    fn of(from: Time, ttl: Ttl, clock: Clock) -> Self {
        Self::For { from, ttl, end: from.0.checked_add(ttl.0).map(Time), rule: clock.rule() }
    }
}

impl When {
    fn of(timestamp: Option<Time>, clock: Clock) -> Self {
        match (timestamp, clock.rule()) {
            (Some(at), _) => Self::At(at),
            (None, ClockRule::Monotone) => Self::Now(clock.now()),
            (None, ClockRule::Free) => Self::Ever,
        }
    }
}

/// So many of what is named.
fn counted(count: usize, what: &str) -> String {
    match (count, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {what}s"),
    }
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
