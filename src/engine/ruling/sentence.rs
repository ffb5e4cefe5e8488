//! A ruling as one sentence that teaches its rule with the numbers of the case.
//!
//! Invariant: a sentence has one line of bounded length, whatever the names are: long ones are cut, and what cannot be
//! seen is escaped.

use std::fmt::{self, Display, Formatter};

use super::{CellName, End, Listing, Lives, Ruling, Standing, When};
use crate::time::{ClockRule, Time};

/// So many characters of a name are shown.
const MOST_SHOWN: usize = 40;

impl Display for Ruling<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(backwards) => {
                let (now, given) = (backwards.now, backwards.given);
                write!(f, "time may not run backwards: the clock reads {now}, and {given} is before that")
            }
            Self::Sets { cell, before, lives } => sets(f, *cell, *before, *lives),
            Self::Reads { cell, standing, when } => standing_of(f, *cell, *standing, *when),
            Self::Removes { cell, standing, when, is_last } => {
                removes(f, *cell, (*standing, *when), *is_last)
            }
            Self::Lists(listing) => lists(f, listing),
            Self::Counts { records, cells, emptied, is_again, .. } => {
                counts(f, (*records, *cells), emptied.as_ref(), *is_again)
            }
            Self::Restores { at, asked, taken, later } => restores(f, *at, *asked, (*taken, *later)),
            Self::NothingToRestore { asked, first: Some(first) } => write!(
                f,
                "no backup was taken at or before {asked}, as the first one was taken at {first}: nothing changes"
            ),
            Self::NothingToRestore { first: None, .. } => {
                f.write_str("no backup has been taken: there is nothing to bring back, and nothing changes")
            }
            Self::Whole(whole) => whole.fmt(f),
            Self::Turn(turn) => turn.fmt(f),
        }
    }
}

fn sets(f: &mut Formatter<'_>, cell: CellName<'_>, before: Standing, lives: Lives) -> fmt::Result {
    if lives.is_dead_on_arrival() {
        let is_replaced = matches!(before, Standing::Live(_));
        write!(f, "a ttl of 0 ends when it begins: {cell} is dead on arrival")?;
        return f.write_str(if is_replaced { ", and what it held is gone" } else { "" });
    }
    match (before, lives) {
        (Standing::Live(End::Never), Lives::Permanently) => {
            write!(f, "the new value takes the place of the old one, and {cell} stays permanent")
        }
        (Standing::Live(End::At(end)), Lives::Permanently) => {
            write!(f, "a set without a ttl makes permanent: {cell} would have ended at {end}")
        }
        (Standing::Live(End::Never), _) => {
            write!(f, "a set replaces the lifetime too: {cell} was permanent, and now {lives}")
        }
        (Standing::Live(End::At(end)), _) => {
            write!(f, "a set replaces the lifetime too: {cell} would have ended at {end}, and now {lives}")
        }
        (Standing::Ended(end), _) => write!(f, "{cell} ended at {end}, and is set anew: {lives}"),
        (Standing::Absent, _) => write!(f, "{cell} is new: {lives}"),
    }
}

impl Lives {
    /// Does the lifetime end when it begins? (Under the free rule earlier moments still see the cell.)
    #[must_use]
    pub fn is_dead_on_arrival(self) -> bool {
        match self {
            Self::Permanently => false,
            Self::For { end: Some(end), rule: ClockRule::Free, .. } => end == Time(0),
            Self::For { ttl, .. } => ttl.0 == 0,
        }
    }
}

impl Display for Lives {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permanently => f.write_str("without a ttl it is permanent"),
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
    (standing, when): (Standing, When),
    is_last: bool,
) -> fmt::Result {
    match standing {
        Standing::Live(End::Never) => write!(f, "{cell} is live")?,
        _ => standing_of(f, cell, standing, when)?,
    }
    match standing {
        Standing::Live(_) if is_last => {
            write!(
                f,
                ", so it is removed; it was the last cell of {}, and the record goes with it",
                Name(cell.key)
            )
        }
        Standing::Live(_) => f.write_str(", so it is removed"),
        Standing::Ended(_) => f.write_str("; what has expired cannot be removed"),
        Standing::Absent => f.write_str(", so nothing is removed"),
    }
}

/// What a cell is at a moment, and why.
fn standing_of(f: &mut Formatter<'_>, cell: CellName<'_>, standing: Standing, when: When) -> fmt::Result {
    match (standing, when) {
        (Standing::Live(End::Never), _) => write!(f, "{cell} is live: it is permanent"),
        (Standing::Live(End::At(end)), When::At(at)) => {
            write!(f, "{cell} is live: its lifetime ends at {end}, and {at} is before that")
        }
        (Standing::Live(End::At(end)), When::Now(now)) => write!(
            f,
            "{cell} is live: its lifetime ends at {end}, and the clock's reading, {now}, is before that"
        ),
        (Standing::Live(End::At(end)), When::Ever) => write!(
            f,
            "{cell} is there: its lifetime ends at {end}, but under the free rule a query without a timestamp \
             ignores expiry"
        ),
        (Standing::Ended(end), When::At(at)) if end == at => {
            write!(f, "{cell} is dead: its lifetime ended at {end} and does not include that moment")
        }
        (Standing::Ended(end), _) => write!(f, "{cell} is dead: its lifetime ended at {end}{}", when.after()),
        (Standing::Absent, _) => write!(f, "there is no live cell {cell}"),
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
            write!(f, ", in byte order ({first} before {second}), with a blank after each comma")?;
        }
        None if listed > 1 => f.write_str(", in byte order, with a blank after each comma")?,
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

fn counts(
    f: &mut Formatter<'_>,
    (records, cells): (usize, usize),
    emptied: Option<&(String, Time)>,
    is_again: bool,
) -> fmt::Result {
    f.write_str("records are counted, not cells: ")?;
    match (records, cells) {
        (0, _) => f.write_str("none has a live cell")?,
        (1, 1) => f.write_str("1 record holds the only live cell")?,
        (1, _) => write!(f, "1 record holds all {cells} live cells")?,
        _ => write!(f, "{records} records hold the {cells} live cells")?,
    }
    if let Some((key, end)) = emptied {
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

impl Display for CellName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Name(self.key), Name(self.field))
    }
}

/// A name in a sentence: in quotes where it would not be told apart without, escaped, and cut if it is long.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a>(pub &'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let end = self.0.char_indices().nth(MOST_SHOWN).map(|(at, _)| at);
        let text = &self.0[..end.unwrap_or(self.0.len())];
        let is_odd =
            |c: char| c.is_whitespace() || matches!(c, '"' | '.' | ',' | ';') || c.escape_debug().len() > 1;
        let quote = if text.is_empty() || text.contains(is_odd) { "\"" } else { "" };
        f.write_str(quote)?;
        for c in text.chars() {
            if c == '\'' { f.write_str("'")? } else { write!(f, "{}", c.escape_debug())? }
        }
        write!(f, "{}{quote}", if end.is_some() { "…" } else { "" })
    }
}
