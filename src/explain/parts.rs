//! What reasons are made of: what cells are, how long they live, when they are judged, which are meant.

use crate::engine::LiveCell;
use crate::time::{Clock, ClockRule, Time, Ttl};

/// What a cell is at the moment of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellState {
    /// It is live.
    Live(Expiry),
    /// Its lifetime ended at this moment, after the clock's reading and not after the query's timestamp.
    Ended(Time),
    /// At the clock's reading already there is no such cell.
    Absent,
}

/// Where a lifetime ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expiry {
    /// At the first moment that is no part of it.
    At(Time),
    /// Nowhere.
    Never,
}

impl Expiry {
    pub(super) fn of(cell: &LiveCell<'_>) -> Self {
        cell.ends.map_or(Self::Never, Self::At)
    }
}

/// How long a cell lives that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifespan {
    /// It is given no ttl.
    Permanent,
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

impl Lifespan {
    pub(super) fn of(from: Time, ttl: Ttl, clock: Clock) -> Self {
        Self::For { from, ttl, end: from.0.checked_add(ttl.0).map(Time), rule: clock.rule() }
    }

    /// Does the lifetime end when it begins? (Under the free rule earlier moments still see the cell.)
    #[must_use]
    pub fn is_dead_on_arrival(self) -> bool {
        match self {
            Self::Permanent => false,
            Self::For { end: Some(end), rule: ClockRule::Free, .. } => end == Time(0),
            Self::For { ttl, .. } => ttl.0 == 0,
        }
    }
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

impl When {
    pub(super) fn of(timestamp: Option<Time>, clock: Clock) -> Self {
        match (timestamp, clock.rule()) {
            (Some(at), _) => Self::At(at),
            (None, ClockRule::Monotone) => Self::Now(clock.now()),
            (None, ClockRule::Free) => Self::Ever,
        }
    }

    /// The moment itself. Every lifetime holds at the first one there is.
    #[must_use]
    pub fn moment(self) -> Time {
        match self {
            Self::At(at) | Self::Now(at) => at,
            Self::Ever => Time(0),
        }
    }
}

/// A cell, or all cells of a record, as far as they are live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'q> {
    /// The key of the record.
    pub key: &'q str,
    /// The field, if one is meant alone.
    pub field: Option<&'q str>,
    /// How many of the cells meant are live.
    pub live: usize,
    /// When that is asked.
    pub when: When,
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

/// Why an operation is not given another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAlias {
    /// It is no operation.
    NoOperation,
    /// It is another name itself, and stands for this.
    NameItself(&'static str),
    /// The name is an operation's own.
    OfOperation,
    /// The name stands for this.
    Taken(&'static str),
}
