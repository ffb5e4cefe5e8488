//! Sentences of what goes beyond single cells: whole records, the whole database, lifetimes without a set.

use std::fmt::{self, Display, Formatter};

use super::{CellName, Census, Expiry, Lifespan, Name, Target, When};
use crate::query::{MatchMode, SearchIn};
use crate::time::Time;

pub(super) fn holds(f: &mut Formatter<'_>, target: Target<'_>) -> fmt::Result {
    if target.live == 0 { target.fmt(f) } else { write!(f, "{target}, and one is enough") }
}

pub(super) fn removes_record(f: &mut Formatter<'_>, target: Target<'_>) -> fmt::Result {
    if target.live == 0 {
        write!(f, "{target}, so nothing is removed")
    } else {
        write!(f, "{target}: the record goes with all of them")
    }
}

pub(super) fn surveys(f: &mut Formatter<'_>, census: &Census, when: When) -> fmt::Result {
    let (cells, records) = census.counted();
    write!(f, "{cells}{when} in {records}, in byte order of keys and then of fields")
}

pub(super) fn counts(f: &mut Formatter<'_>, census: &Census, when: When) -> fmt::Result {
    let (cells, records) = census.counted();
    write!(f, "records are counted, not cells: {cells}{when} in {records}")
}

pub(super) fn finds(
    f: &mut Formatter<'_>,
    (what, how, pattern): (SearchIn, MatchMode, &str),
    (found, among): (usize, usize),
    when: When,
) -> fmt::Result {
    let (what, of) = match what {
        SearchIn::Key => ("key", "live record"),
        SearchIn::Field => ("field", "live cell"),
        SearchIn::Value => ("value", "live cell"),
    };
    write!(f, "of {}{when}, the {what} of {found} ", counted(among, of))?;
    match how {
        MatchMode::Exact => write!(f, "is exactly {}", Name(pattern)),
        MatchMode::Like => write!(f, "is like {} from end to end", Name(pattern)),
        MatchMode::Regex => write!(f, "has a match of {} somewhere", Name(pattern)),
    }
}

pub(super) fn clears(f: &mut Formatter<'_>, census: &Census, backups: usize) -> fmt::Result {
    if census.cells == 0 {
        return f.write_str("nothing is live, so nothing is removed");
    }
    let (cells, records) = census.counted();
    write!(f, "everything goes: {cells} of {records}")?;
    if backups == 0 { Ok(()) } else { f.write_str("; the backups stay") }
}

impl Census {
    fn counted(&self) -> (String, String) {
        (counted(self.cells, "live cell"), counted(self.records, "record"))
    }
}

/// So many of what is named.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn without_effect(f: &mut Formatter<'_>, target: Target<'_>) -> fmt::Result {
    write!(f, "{target}, so nothing changes")
}

pub(super) fn forgets(f: &mut Formatter<'_>, asked: Time, kept: Option<Time>, count: usize) -> fmt::Result {
    match (kept, count) {
        (None, _) => write!(f, "there is no backup at or before {asked}, so none is forgotten"),
        (Some(kept), 0) => write!(f, "{asked} finds the backup of {kept}, and there is none before it"),
        (Some(kept), count) => {
            let older = counted(count, "older one");
            write!(
                f,
                "{asked} finds the backup of {kept}, which stays with all later ones: {older} can be restored no more"
            )
        }
    }
}

pub(super) fn expires(f: &mut Formatter<'_>, target: Target<'_>, lifespan: Lifespan) -> fmt::Result {
    match target.live {
        0 => without_effect(f, target),
        _ if lifespan.is_dead_on_arrival() => write!(f, "{target}, and a ttl of 0 ends when it begins"),
        1 => write!(f, "{target}, and its lifetime begins anew: {lifespan}"),
        _ => write!(f, "{target}, and the lifetime of each begins anew: {lifespan}"),
    }
}

pub(super) fn appends(
    f: &mut Formatter<'_>,
    cell: CellName<'_>,
    before: Option<(usize, bool)>,
) -> fmt::Result {
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

pub(super) fn measures(
    f: &mut Formatter<'_>,
    target: Target<'_>,
    last: Option<Expiry>,
    now: Time,
) -> fmt::Result {
    let longest = if target.live == 1 { "it" } else { "the one that lives longest" };
    match (last, target.when) {
        (None, _) => target.fmt(f),
        (Some(Expiry::Never), _) => write!(f, "{target}, and {longest} is permanent"),
        (Some(Expiry::At(end)), When::Ever) => {
            write!(f, "{target}; {longest} ends at {end}, which is counted from 0 as there is no clock")
        }
        (Some(Expiry::At(end)), _) => {
            write!(f, "{target}; {longest} ends at {end}, and {end}-{now} is {}", end.0.saturating_sub(now.0))
        }
    }
}

pub(super) fn persists(f: &mut Formatter<'_>, target: Target<'_>, ending: usize) -> fmt::Result {
    match (target.live, ending) {
        (0, _) => without_effect(f, target),
        (_, 0) => write!(f, "{target}, and none of it would ever end: nothing changes"),
        (1, _) => write!(f, "{target}: its lifetime would have ended, and now it is permanent"),
        (_, ending) => write!(f, "{target}: {ending} of them would have ended, and now all are permanent"),
    }
}

impl Display for Target<'_> {
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
