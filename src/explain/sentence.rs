//! A reason as one sentence that teaches its rule with the numbers of the case.
//!
//! Invariant: a sentence has one line of bounded length, whatever the names are: long ones are cut, and what
//! cannot be seen is escaped.

use std::fmt::{self, Display, Formatter};

use super::sessions::{asks, forgets_names, lists_names, names, rolls_back};
use super::targets::{
    appends, clears, counts, expires, finds, forgets, holds, measures, persists, removes_record, surveys,
};
use super::{CellName, CellState, Census, Expiry, Lifespan, Listing, Name, Reason, When};
use crate::time::{ClockRule, Time};

impl Display for Reason<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(backwards) => {
                let (now, given) = (backwards.now, backwards.given);
                write!(f, "time may not run backwards: the clock reads {now}, and {given} is before that")
            }
            Self::Sets { cell, before, lifespan } => sets(f, *cell, *before, *lifespan),
            Self::Reads { cell, state, when } => state_of(f, *cell, *state, *when),
            Self::Removes { cell, state, when, is_last } => removes(f, *cell, (*state, *when), *is_last),
            Self::Lists(listing) => lists(f, listing),
            Self::Saves { census, is_again, .. } => saves(f, census, *is_again),
            Self::Restores { at, asked, taken, later } => restores(f, *at, *asked, (*taken, *later)),
            Self::NothingToRestore { asked, first, .. } => nothing_to_restore(f, *asked, *first),
            Self::Ticks { from, to } => ticks(f, *from, *to),
            Self::Holds(target) => holds(f, *target),
            Self::RemovesRecord(target) => removes_record(f, *target),
            Self::Surveys { census, when, .. } => surveys(f, census, *when),
            Self::Counts { census, when } => counts(f, census, *when),
            Self::Finds { what, how, pattern, found, among, when } => {
                finds(f, (*what, *how, pattern), (*found, *among), *when)
            }
            Self::Clears { census, backups } => clears(f, census, *backups),
            Self::Forgets { asked, kept, count } => forgets(f, *asked, *kept, *count),
            Self::Expires { target, lifespan } => expires(f, *target, *lifespan),
            Self::Measures { target, last, now } => measures(f, *target, *last, *now),
            Self::Appends { cell, before } => appends(f, *cell, *before),
            Self::Persists { target, ending } => persists(f, *target, *ending),
            Self::Begins { is_open: false } => {
                f.write_str("a transaction begins: what it writes is seen in it alone until it is committed")
            }
            Self::Begins { is_open: true } => {
                f.write_str("a transaction is open already, and they do not nest: it goes on as it was")
            }
            Self::Commits { is_open: false } => {
                f.write_str("no transaction is open: there is nothing to commit")
            }
            Self::Commits { is_open: true } => {
                f.write_str("the transaction ends: all that it has written takes effect")
            }
            Self::RollsBack { is_open, now } => rolls_back(f, *is_open, *now),
            Self::Conflicts => f.write_str(
                "another session has changed what the transaction has read or written: it ends, and nothing \
                 takes effect",
            ),
            Self::Asks { queries } => asks(f, *queries),
            Self::Names { name, operation, refused } => names(f, name, operation, *refused),
            Self::ListsNames { count } => lists_names(f, *count),
            Self::ForgetsNames { count } => forgets_names(f, *count),
        }
    }
}

fn sets(f: &mut Formatter<'_>, cell: CellName<'_>, before: CellState, lifespan: Lifespan) -> fmt::Result {
    if lifespan.is_dead_on_arrival() {
        let is_replaced = matches!(before, CellState::Live(_));
        write!(f, "a ttl of 0 ends when it begins: {cell} is dead on arrival")?;
        return f.write_str(if is_replaced { ", and what it held is gone" } else { "" });
    }
    match (before, lifespan) {
        (CellState::Live(Expiry::Never), Lifespan::Permanent) => {
            write!(f, "the new value takes the place of the old one, and {cell} stays permanent")
        }
        (CellState::Live(Expiry::At(end)), Lifespan::Permanent) => {
            write!(f, "a set without a ttl makes permanent: {cell} would have ended at {end}")
        }
        (CellState::Live(Expiry::Never), _) => {
            write!(f, "a set replaces the lifetime too: {cell} was permanent, and now {lifespan}")
        }
        (CellState::Live(Expiry::At(end)), _) => {
            write!(f, "a set replaces the lifetime too: {cell} would have ended at {end}, and now {lifespan}")
        }
        (CellState::Ended(end), _) => write!(f, "{cell} ended at {end}, and is set anew: {lifespan}"),
        (CellState::Absent, _) => write!(f, "{cell} is new: {lifespan}"),
    }
}

impl Display for Lifespan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permanent => f.write_str("without a ttl it is permanent"),
            Self::For { from, ttl, end: None, .. } => {
                write!(f, "it lives to the end of time, as {from}+{ttl} is beyond the last moment there is")
            }
            Self::For { from, ttl, end: Some(end), rule: ClockRule::Monotone } => {
                write!(f, "it lives from {from} up to, but not including, {end} ({from}+{ttl})")
            }
            Self::For { from, ttl, end: Some(end), rule: ClockRule::Free } => {
                write!(f, "it is seen at every timestamp before {end} ({from}+{ttl})")
            }
        }
    }
}

fn removes(
    f: &mut Formatter<'_>,
    cell: CellName<'_>,
    (state, when): (CellState, When),
    is_last: bool,
) -> fmt::Result {
    match state {
        CellState::Live(Expiry::Never) => write!(f, "{cell} is live")?,
        _ => state_of(f, cell, state, when)?,
    }
    match state {
        CellState::Live(_) if is_last => {
            write!(
                f,
                ", so it is removed; it was the last cell of {}, and the record goes with it",
                Name(cell.key)
            )
        }
        CellState::Live(_) => f.write_str(", so it is removed"),
        CellState::Ended(_) => f.write_str("; what has expired cannot be removed"),
        CellState::Absent => f.write_str(", so nothing is removed"),
    }
}

/// What a cell is at a moment, and why.
fn state_of(f: &mut Formatter<'_>, cell: CellName<'_>, state: CellState, when: When) -> fmt::Result {
    match (state, when) {
        (CellState::Live(Expiry::Never), _) => write!(f, "{cell} is live: it is permanent"),
        (CellState::Live(Expiry::At(end)), When::At(at)) => {
            write!(f, "{cell} is live: its lifetime ends at {end}, and {at} is before that")
        }
        (CellState::Live(Expiry::At(end)), When::Now(now)) => write!(
            f,
            "{cell} is live: its lifetime ends at {end}, and the clock's reading, {now}, is before that"
        ),
        (CellState::Live(Expiry::At(end)), When::Ever) => write!(
            f,
            "{cell} is there: its lifetime ends at {end}, but under the free rule a query without a timestamp \
             ignores expiry"
        ),
        (CellState::Ended(end), When::At(at)) if end == at => {
            write!(f, "{cell} is dead: its lifetime ended at {end} and does not include that moment")
        }
        (CellState::Ended(end), _) => {
            write!(f, "{cell} is dead: its lifetime ended at {end}{}", when.after())
        }
        (CellState::Absent, _) => write!(f, "there is no live cell {cell}"),
    }
}

fn lists(f: &mut Formatter<'_>, listing: &Listing<'_>) -> fmt::Result {
    let (key, live, listed, when) = (Name(listing.key), listing.live, listing.listed, listing.when);
    if listing.prefix == Some("") {
        f.write_str("every field begins with the empty prefix: ")?;
    }
    match live {
        0 => write!(f, "{key} has no live cell{when}")?,
        1 => write!(f, "{key} has 1 live cell{when}")?,
        _ => write!(f, "{key} has {live} live cells{when}")?,
    }
    if let Some(prefix) = listing.prefix.filter(|prefix| live > 0 && !prefix.is_empty()) {
        match listed {
            0 => write!(f, "; no field begins with {}", Name(prefix))?,
            1 => write!(f, "; 1 field begins with {}", Name(prefix))?,
            _ => write!(f, "; {listed} fields begin with {}", Name(prefix))?,
        }
    }
    match &listing.order {
        Some([first, second]) => {
            let (first, second) = (Name(first), Name(second));
            write!(f, ", in byte order ({first} before {second}), with a space after each comma")?;
        }
        None if listed > 1 => f.write_str(", in byte order, with a space after each comma")?,
        None => {}
    }
    if let Some(field) = &listing.by_value {
        write!(f, "; {} does not count, as only its value begins so", Name(field))?;
    }
    match &listing.ended {
        Some((field, end)) if when == When::At(*end) => {
            write!(f, "; {} ended at {end}, which its lifetime does not include", Name(field))
        }
        Some((field, end)) => write!(f, "; {} ended at {end}", Name(field)),
        None => Ok(()),
    }
}

fn saves(f: &mut Formatter<'_>, census: &Census, is_again: bool) -> fmt::Result {
    f.write_str("records are counted, not cells: ")?;
    match (census.records, census.cells) {
        (0, _) => f.write_str("none has a live cell")?,
        (1, 1) => f.write_str("1 record holds the only live cell")?,
        (1, cells) => write!(f, "1 record holds all {cells} live cells")?,
        (records, cells) => write!(f, "{records} records hold the {cells} live cells")?,
    }
    if let Some((key, end)) = &census.emptied {
        write!(f, "; the last cell of {} ended at {end}", Name(key))?;
    }
    f.write_str(if is_again { "; this takes the place of the backup of the same time" } else { "" })
}

fn restores(
    f: &mut Formatter<'_>,
    at: Time,
    asked: Time,
    (taken, later): (Time, Option<Time>),
) -> fmt::Result {
    write!(f, "the latest backup at or before {asked} is the one taken at {taken}")?;
    if let Some(later) = later {
        write!(f, " (that of {later} is later, and is kept)")?;
    }
    write!(f, "; each cell has as much left from {at} on as it had at {taken}")
}

fn nothing_to_restore(f: &mut Formatter<'_>, asked: Time, first: Option<Time>) -> fmt::Result {
    match first {
        Some(first) => write!(
            f,
            "there is no backup at or before {asked}, as the first there is was taken at {first}: nothing changes"
        ),
        None => f.write_str("no backup has been taken: there is nothing to bring back, and nothing changes"),
    }
}

fn ticks(f: &mut Formatter<'_>, from: Option<Time>, to: Time) -> fmt::Result {
    match from {
        None => f.write_str("under the free rule there is no clock to move: nothing changes"),
        Some(from) if from == to => write!(f, "the clock reads {to} already: nothing changes"),
        Some(from) => {
            write!(f, "the clock moves from {from} to {to}; a lifetime that ends by then is over")
        }
    }
}

impl When {
    /// What is said of a moment that comes after an end.
    fn after(self) -> String {
        match self {
            Self::At(at) | Self::Now(at) => format!(", before {at}"),
            Self::Ever => String::new(),
        }
    }
}

impl Display for When {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => write!(f, " at {at}"),
            // Where no time has passed yet there is none to speak of.
            Self::Now(Time(0)) => Ok(()),
            Self::Now(now) => write!(f, " at the clock's reading ({now})"),
            Self::Ever => f.write_str(" (without a timestamp the free rule ignores expiry)"),
        }
    }
}
