//! Rulings of what goes beyond the exercise: whole records, the whole database, lifetimes without a set.
//!
//! Invariant: as for all rulings: one for every query at every state, and a sentence of one line.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use super::{CellName, End, Lives, Moment, Name, When, counted};
use crate::engine::Engine;
use crate::engine::stored::StoredValue;
use crate::query::{MatchMode, Pattern, Query, SearchIn};
use crate::time::{ClockRule, Time};

/// The rule that decides a query, with what its sentence needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole<'q> {
    /// The clock is moved.
    Ticks {
        /// What it reads before; `None` under the free rule.
        from: Option<Time>,
        /// What it reads after.
        to: Time,
    },
    /// A record is looked for.
    Holds(Meant<'q>),
    /// A record is removed.
    Removes(Meant<'q>),
    /// All records are listed or counted.
    Surveys {
        /// How many records have a live cell.
        records: usize,
        /// How many cells are live.
        cells: usize,
        /// When that is asked.
        when: When,
        /// Are they only counted?
        is_count: bool,
    },
    /// What matches a pattern is listed.
    Finds {
        /// What is looked through.
        what: SearchIn,
        /// How the pattern is meant.
        how: MatchMode,
        /// The pattern.
        pattern: &'q str,
        /// How many match.
        found: usize,
        /// Of how many.
        among: usize,
        /// When that is asked.
        when: When,
    },
    /// The database is emptied.
    Clears {
        /// How many records have a live cell.
        records: usize,
        /// How many cells are live.
        cells: usize,
        /// How many backups stay.
        backups: usize,
    },
    /// Lifetimes begin anew.
    Expires {
        /// Whose.
        meant: Meant<'q>,
        /// How long they are.
        lives: Lives,
    },
    /// It is told how long something lives.
    Tells {
        /// What.
        meant: Meant<'q>,
        /// Where the longest lifetime ends.
        last: Option<End>,
        /// From when on that is counted.
        now: Time,
    },
    /// A list gets an item.
    Appends {
        /// The cell.
        cell: CellName<'q>,
        /// How many items there are before, and whether they are a list; `None` if there is no live cell.
        before: Option<(usize, bool)>,
    },
    /// Lifetimes are made to end no more.
    Persists {
        /// Whose.
        meant: Meant<'q>,
        /// How many of them would have ended.
        ending: usize,
    },
}

/// A cell, or all cells of a record, as far as they are live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meant<'q> {
    /// The key of the record.
    pub key: &'q str,
    /// The field, if one is meant alone.
    pub field: Option<&'q str>,
    /// How many of the cells meant are live.
    pub live: usize,
    /// When that is asked.
    pub when: When,
}

impl<'q> Whole<'q> {
    /// What is missing, as a ruling tells it.
    pub(super) fn missing(&self) -> Option<(&'q str, Option<&'q str>)> {
        match self {
            Self::Holds(meant)
            | Self::Removes(meant)
            | Self::Expires { meant, .. }
            | Self::Tells { meant, .. }
            | Self::Persists { meant, .. } => (meant.live == 0).then_some((meant.key, meant.field)),
            Self::Ticks { .. }
            | Self::Surveys { .. }
            | Self::Finds { .. }
            | Self::Appends { .. }
            | Self::Clears { .. } => None,
        }
    }
}

impl Engine {
    /// The ruling of a query that goes beyond the exercise.
    pub(super) fn whole<'q>(&self, query: &Query<'q>, moment: Moment) -> Whole<'q> {
        let (now, when) = (self.clock.now(), moment.when);
        match *query {
            Query::ExistsRecord { key } => Whole::Holds(self.meant(key, None, moment).0),
            Query::DeleteRecord { key } => Whole::Removes(self.meant(key, None, moment).0),
            Query::Clear {} => {
                let (records, cells) = self.live_numbers(moment);
                Whole::Clears { records, cells, backups: self.backups.len() }
            }
            Query::ExpireRecord { key, ttl } => {
                let meant = self.meant(key, None, moment).0;
                Whole::Expires { meant, lives: Lives::of(now, ttl, self.clock) }
            }
            Query::Expire { key, field, ttl } => {
                let meant = self.meant(key, Some(field), moment).0;
                Whole::Expires { meant, lives: Lives::of(now, ttl, self.clock) }
            }
            Query::TtlOfRecord { key } => self.tells(key, None, moment),
            Query::TtlOf { key, field } => self.tells(key, Some(field), moment),
            Query::PersistRecord { key } => self.persists(key, None, moment),
            Query::Persist { key, field } => self.persists(key, Some(field), moment),
            Query::Keys {} | Query::Values {} | Query::Items {} | Query::Size {} => {
                let (records, cells) = self.live_numbers(moment);
                Whole::Surveys { records, cells, when, is_count: matches!(query, Query::Size {}) }
            }
            Query::Append { key, field, .. } => {
                let before = self.records.live_cell(key, field, &self.timeline, moment.own);
                let before = before.map(|content| match &content.value {
                    StoredValue::Text(_) => (1, false),
                    StoredValue::List(list) => (list.len(), true),
                });
                Whole::Appends { cell: CellName { key, field }, before }
            }
            Query::Find { what, how, ref pattern } => {
                let (found, among) = self.found(what, pattern, moment);
                Whole::Finds { what, how, pattern: pattern.text(), found, among, when }
            }
            _ => {
                let from = (self.clock.rule() == ClockRule::Monotone).then_some(now);
                Whole::Ticks { from, to: query.timestamp().unwrap_or(now) }
            }
        }
    }

    fn tells<'q>(&self, key: &'q str, field: Option<&'q str>, moment: Moment) -> Whole<'q> {
        let (meant, ends) = self.meant(key, field, moment);
        Whole::Tells { meant, last: ends.into_iter().max(), now: self.clock.now() }
    }

    fn persists<'q>(&self, key: &'q str, field: Option<&'q str>, moment: Moment) -> Whole<'q> {
        let (meant, ends) = self.meant(key, field, moment);
        Whole::Persists { meant, ending: ends.iter().filter(|end| **end != End::Never).count() }
    }

    /// What is meant, and where the lifetimes of its live cells end.
    fn meant<'q>(&self, key: &'q str, field: Option<&'q str>, moment: Moment) -> (Meant<'q>, Vec<End>) {
        let cells = self.live_at_reading(key).filter(|(name, ..)| field.is_none_or(|field| field == *name));
        let live = cells.filter(|(.., lifetime)| lifetime.holds_at(moment.own));
        let ends: Vec<_> = live.map(|(.., lifetime)| self.end(lifetime)).collect();
        (Meant { key, field, live: ends.len(), when: moment.when }, ends)
    }

    /// How many of the live records or cells match, and how many there are.
    fn found(&self, what: SearchIn, pattern: &Pattern<'_>, moment: Moment) -> (usize, usize) {
        let (mut found, mut among) = (0, 0);
        for (key, record) in self.records.iter() {
            let cells = self.live_cells_of(record).filter(|(.., lifetime)| lifetime.holds_at(moment.own));
            let texts = cells.map(|(field, value, _)| match what {
                SearchIn::Key => Cow::Borrowed(key.as_str()),
                SearchIn::Field => Cow::Borrowed(field),
                SearchIn::Value => value.shown(),
            });
            for text in texts.take(if what == SearchIn::Key { 1 } else { usize::MAX }) {
                among += 1;
                found += usize::from(pattern.is_match(&text));
            }
        }
        (found, among)
    }

    /// How many records have a live cell, and how many cells are live.
    fn live_numbers(&self, moment: Moment) -> (usize, usize) {
        let live = |record| self.live_cells_of(record).filter(|(.., lifetime)| lifetime.holds_at(moment.own));
        let counts = self.records.iter().map(|(_, record)| live(record).count());
        counts.fold((0, 0), |(records, cells), live| (records + usize::from(live > 0), cells + live))
    }
}

impl Display for Whole<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Ticks { from: None, .. } => {
                f.write_str("under the free rule there is no clock to move: nothing changes")
            }
            Self::Ticks { from: Some(from), to } if from == to => {
                write!(f, "the clock reads {to} already: nothing changes")
            }
            Self::Ticks { from: Some(from), to } => {
                write!(f, "the clock moves from {from} to {to}; a lifetime that ends by then is over")
            }
            Self::Surveys { records, cells, when, is_count } => {
                let (records, cells) = (counted(records, "record"), counted(cells, "live cell"));
                if is_count {
                    return write!(f, "records are counted, not cells: {cells}{when} in {records}");
                }
                write!(f, "{cells}{when} in {records}, in byte order of keys and then of fields")
            }
            Self::Finds { what, how, pattern, found, among, when } => {
                let among = counted(among, if what == SearchIn::Key { "live record" } else { "live cell" });
                let what = format!("{what:?}").to_lowercase();
                write!(f, "of {among}{when}, the {what} of {found} ")?;
                match how {
                    MatchMode::Exact => write!(f, "is exactly {}", Name(pattern)),
                    MatchMode::Like => write!(f, "is like {} from end to end", Name(pattern)),
                    MatchMode::Regex => write!(f, "has a match of {} somewhere", Name(pattern)),
                }
            }
            Self::Clears { cells: 0, .. } => f.write_str("nothing is live, so nothing is removed"),
            Self::Clears { records, cells, backups } => {
                write!(
                    f,
                    "everything goes: {} of {}",
                    counted(cells, "live cell"),
                    counted(records, "record")
                )?;
                if backups == 0 { Ok(()) } else { f.write_str("; the backups stay") }
            }
            Self::Holds(meant) if meant.live == 0 => meant.fmt(f),
            Self::Removes(meant) if meant.live == 0 => write!(f, "{meant}, so nothing is removed"),
            Self::Holds(meant) => write!(f, "{meant}, and one is enough"),
            Self::Removes(meant) => write!(f, "{meant}: the record goes with all of them"),
            Self::Appends { cell, before } => appends(f, cell, before),
            Self::Expires { meant, lives } => expires(f, meant, lives),
            Self::Tells { meant, last, now } => tells(f, meant, last, now),
            Self::Persists { meant, ending } => persists(f, meant, ending),
        }
    }
}

fn nothing(f: &mut Formatter<'_>, meant: Meant<'_>) -> fmt::Result {
    write!(f, "{meant}, so nothing changes")
}

fn expires(f: &mut Formatter<'_>, meant: Meant<'_>, lives: Lives) -> fmt::Result {
    match meant.live {
        0 => nothing(f, meant),
        _ if lives.is_dead_on_arrival() => write!(f, "{meant}, and a ttl of 0 ends when it begins"),
        1 => write!(f, "{meant}, and its lifetime begins anew: {lives}"),
        _ => write!(f, "{meant}, and the lifetime of each begins anew: {lives}"),
    }
}

fn appends(f: &mut Formatter<'_>, cell: CellName<'_>, before: Option<(usize, bool)>) -> fmt::Result {
    match before {
        None => write!(f, "there is no live cell {cell}: a permanent list of 1 begins"),
        Some((_, false)) => {
            write!(f, "{cell} holds a text, which becomes the first item of 2; its lifetime stays as it is")
        }
        Some((items, true)) => {
            write!(f, "{cell} is a list of {items}, and now of {}; its lifetime stays as it is", items + 1)
        }
    }
}

fn tells(f: &mut Formatter<'_>, meant: Meant<'_>, last: Option<End>, now: Time) -> fmt::Result {
    let longest = if meant.live == 1 { "it" } else { "the one that lives longest" };
    match (last, meant.when) {
        (None, _) => meant.fmt(f),
        (Some(End::Never), _) => write!(f, "{meant}, and {longest} is permanent"),
        (Some(End::At(end)), When::Ever) => {
            write!(f, "{meant}; {longest} ends at {end}, which is counted from 0 as there is no clock")
        }
        (Some(End::At(end)), _) => {
            write!(f, "{meant}; {longest} ends at {end}, and {end}-{now} is {}", end.0.saturating_sub(now.0))
        }
    }
}

fn persists(f: &mut Formatter<'_>, meant: Meant<'_>, ending: usize) -> fmt::Result {
    match (meant.live, ending) {
        (0, _) => nothing(f, meant),
        (_, 0) => write!(f, "{meant}, and none of it would ever end: nothing changes"),
        (1, _) => write!(f, "{meant}: its lifetime would have ended, and now it is permanent"),
        (_, ending) => write!(f, "{meant}: {ending} of them would have ended, and now all are permanent"),
    }
}

impl Display for Meant<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { key, field, live, when } = *self;
        match (field, live) {
            (Some(field), 0) => write!(f, "there is no live cell {}{when}", CellName { key, field }),
            (Some(field), _) => write!(f, "{} is live{when}", CellName { key, field }),
            (None, 0) => write!(f, "{} has no live cell{when}", Name(key)),
            (None, live) => write!(f, "{} has {}{when}", Name(key), counted(live, "live cell")),
        }
    }
}
