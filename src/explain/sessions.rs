//! Sentences of sessions: where a transaction ends, queries in one, other names of operations.

use std::fmt::{self, Formatter};

use super::{Name, NoAlias};
use crate::time::Time;

pub(super) fn rolls_back(f: &mut Formatter<'_>, is_open: bool, now: Option<Time>) -> fmt::Result {
    if !is_open {
        return f.write_str("no transaction is open: there is nothing to roll back");
    }
    f.write_str("the transaction ends: all is as it was when it began")?;
    now.map_or(Ok(()), |now| write!(f, ", but that the clock still reads {now}"))
}

pub(super) fn asks(f: &mut Formatter<'_>, queries: usize) -> fmt::Result {
    match queries {
        0 => f.write_str("no queries are asked: the answer is an empty array"),
        1 => f.write_str("one query is asked: the answer is an array of one"),
        _ => write!(
            f,
            "{queries} queries are asked in order, take effect as one, and are answered in one array"
        ),
    }
}

pub(super) fn lists_names(f: &mut Formatter<'_>, count: usize) -> fmt::Result {
    all_names(f, count, "in the order in which they were given")
}

pub(super) fn forgets_names(f: &mut Formatter<'_>, count: usize) -> fmt::Result {
    all_names(f, count, "and none from now on")
}

fn all_names(f: &mut Formatter<'_>, count: usize, then: &str) -> fmt::Result {
    match count {
        0 => f.write_str("no operation has another name"),
        1 => write!(f, "there is 1 other name, {then}"),
        _ => write!(f, "there are {count} other names, {then}"),
    }
}

pub(super) fn names(
    f: &mut Formatter<'_>,
    name: &str,
    operation: &str,
    refused: Option<NoAlias>,
) -> fmt::Result {
    let (name, operation) = (Name(name), Name(operation));
    match refused {
        None => write!(f, "from the next query on {name} stands for {operation}, in all its forms"),
        Some(NoAlias::NoOperation) => write!(f, "{operation} is no operation, so it gets no other name"),
        Some(NoAlias::NameItself(own)) => {
            write!(f, "{operation} is no operation but another name of {own}, so it gets none")
        }
        Some(NoAlias::OfOperation) => write!(f, "{name} is an operation, and means nothing else"),
        Some(NoAlias::Taken(own)) => write!(f, "{name} is taken: it stands for {own}"),
    }
}
