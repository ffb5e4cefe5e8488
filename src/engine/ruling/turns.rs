//! Rulings of sessions: where a transaction begins and ends, queries that ask others, other names of operations.
//!
//! Invariant: as for all rulings: one for every query at every state, and a sentence of one line.

use std::fmt::{self, Display, Formatter};

use super::Name;
use crate::engine::Engine;
use crate::engine::transactions::Transaction;
use crate::query::Query;
use crate::time::{ClockRule, Time};

/// The rule that decides a query, with what its sentence needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn<'q> {
    /// A transaction begins.
    Begins {
        /// Is one open already?
        is_open: bool,
    },
    /// A transaction ends.
    Ends {
        /// Is there one?
        is_open: bool,
        /// Does what it has written take effect?
        keeps: bool,
        /// What the clock reads; `None` under the free rule.
        now: Option<Time>,
    },
    /// A transaction ends without effect, as others have changed what it has read or written.
    Conflicts,
    /// Queries are asked.
    Asks {
        /// How many.
        queries: usize,
    },
    /// An operation is given another name.
    Names {
        /// The name.
        name: &'q str,
        /// What is to have it.
        operation: &'q str,
        /// Why it does not get it.
        refused: Option<Refused>,
    },
    /// Other names are listed, or taken away.
    AllNames {
        /// How many there are.
        count: usize,
        /// Are they taken away?
        goes: bool,
    },
}

/// Why an operation is not given another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is no operation.
    NoOperation,
    /// It is another name itself, and stands for this.
    NameItself(&'static str),
    /// The name is an operation's own.
    OfOperation,
    /// The name stands for this.
    Taken(&'static str),
}

impl Engine {
    /// The ruling of a query of sessions, if it is one.
    pub(super) fn turn<'q>(&self, query: &Query<'q>) -> Option<Turn<'q>> {
        let is_open = self.transaction_of(None).is_some();
        let now = (self.clock.rule() == ClockRule::Monotone).then_some(self.clock.now());
        let count = self.aliases.iter().count();
        Some(match *query {
            Query::Begin {} => Turn::Begins { is_open },
            Query::Commit {} if self.is_met() => Turn::Conflicts,
            Query::Commit {} => Turn::Ends { is_open, keeps: true, now },
            Query::Rollback {} => Turn::Ends { is_open, keeps: false, now },
            Query::Alias { name, operation } => {
                Turn::Names { name, operation, refused: self.refused(name, operation) }
            }
            Query::Aliases {} => Turn::AllNames { count, goes: false },
            Query::ResetAliases {} => Turn::AllNames { count, goes: true },
            _ => return None,
        })
    }

    /// Have others changed what the engine's own transaction has read or written?
    fn is_met(&self) -> bool {
        let mut own = self.transactions.iter().filter(|transaction| transaction.is_of(None));
        own.any(Transaction::is_in_conflict)
    }

    fn refused(&self, name: &str, operation: &str) -> Option<Refused> {
        let language = self.aliases.language();
        if language.named(operation).is_empty() {
            return Some(self.aliases.operation(operation).map_or(Refused::NoOperation, Refused::NameItself));
        }
        if !language.named(name).is_empty() {
            return Some(Refused::OfOperation);
        }
        self.aliases.operation(name).map(Refused::Taken)
    }
}

impl Display for Turn<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Begins { is_open: false } => {
                f.write_str("a transaction begins: what it writes is seen in it alone until it is committed")
            }
            Self::Begins { is_open: true } => {
                f.write_str("a transaction is open already, and they do not nest: it goes on as it was")
            }
            Self::Ends { is_open: false, keeps, .. } => {
                let what = if keeps { "commit" } else { "roll back" };
                write!(f, "no transaction is open: there is nothing to {what}")
            }
            Self::Ends { keeps: true, .. } => {
                f.write_str("the transaction ends: all that it has written takes effect")
            }
            Self::Ends { now, .. } => {
                f.write_str("the transaction ends: all is as it was when it began")?;
                now.map_or(Ok(()), |now| write!(f, ", but that the clock still reads {now}"))
            }
            Self::Conflicts => f.write_str(
                "another session has changed what the transaction has read or written: it ends, and nothing takes effect",
            ),
            Self::Asks { queries: 0 } => f.write_str("no queries are asked: the answer is an empty array"),
            Self::Asks { queries: 1 } => f.write_str("one query is asked: the answer is an array of one"),
            Self::Asks { queries } => {
                write!(
                    f,
                    "{queries} queries are asked in order, take effect as one, and are answered in one array"
                )
            }
            Self::Names { name, operation, refused } => names(f, name, operation, refused),
            Self::AllNames { count: 0, .. } => f.write_str("no operation has another name"),
            Self::AllNames { count, goes } => {
                let names = if count == 1 { "other name" } else { "other names" };
                let then =
                    if goes { "and none from now on" } else { "in the order in which they were given" };
                write!(f, "there {} {count} {names}, {then}", if count == 1 { "is" } else { "are" })
            }
        }
    }
}

fn names(f: &mut Formatter<'_>, name: &str, operation: &str, refused: Option<Refused>) -> fmt::Result {
    let (name, operation) = (Name(name), Name(operation));
    match refused {
        None => write!(f, "from the next query on {name} stands for {operation}, in all its forms"),
        Some(Refused::NoOperation) => write!(f, "{operation} is no operation, so it gets no other name"),
        Some(Refused::NameItself(own)) => {
            write!(f, "{operation} is no operation but another name of {own}, so it gets none")
        }
        Some(Refused::OfOperation) => write!(f, "{name} is an operation, and means nothing else"),
        Some(Refused::Taken(own)) => write!(f, "{name} is taken: it stands for {own}"),
    }
}
