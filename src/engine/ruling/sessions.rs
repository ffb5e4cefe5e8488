//! Rulings of sessions: transactions, batches, and other names of operations.
//!
//! Invariant: as for all rulings: one for every query at every state, and a sentence of one line.

use std::fmt::{self, Display, Formatter};

use super::{Name, counted};
use crate::engine::Engine;
use crate::query::{Query, Row};

/// The rule that decides a query, with what its sentence needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions<'q> {
    /// A transaction begins, unless one is open.
    Begins {
        /// Is one?
        is_open: bool,
    },
    /// A transaction ends, if one is open.
    Ends {
        /// How many records it has written, if it is.
        written: Option<usize>,
        /// What comes of that.
        end: End,
    },
    /// Queries are asked.
    Asks {
        /// How many.
        queries: usize,
    },
    /// An operation is given another name.
    Names {
        /// The name.
        name: &'q str,
        /// What it is to stand for.
        operation: &'q str,
        /// What stands in the way.
        obstacle: Option<Obstacle>,
    },
    /// Other names of operations are listed, or taken away.
    Aliases {
        /// How many there are.
        names: usize,
        /// Are they taken away?
        go: bool,
    },
}

/// What comes of what a transaction has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It takes effect.
    Commit,
    /// It would, but others have changed what the transaction has read or written.
    Conflict,
    /// It goes.
    Rollback,
}

/// Why an operation cannot have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// There is no such operation.
    NoOperation,
    /// It is the name of an operation.
    IsOperation,
    /// It stands for another one.
    StandsFor(&'static str),
}

impl Engine {
    /// The ruling of a query that is about a session; `None` if it is about the database.
    pub(super) fn session_ruling<'q>(&self, query: &Query<'q>) -> Option<Sessions<'q>> {
        let written = self.inside.map(|place| self.transactions[place].written());
        Some(match *query {
            Query::Begin {} => Sessions::Begins { is_open: self.is_inside() },
            Query::Commit {} => {
                let is_in_conflict = |place: usize| self.transactions[place].is_in_conflict();
                let end = if self.inside.is_some_and(is_in_conflict) { End::Conflict } else { End::Commit };
                Sessions::Ends { written, end }
            }
            Query::Rollback {} => Sessions::Ends { written, end: End::Rollback },
            Query::Batch { ref queries } => Sessions::Asks { queries: queries.all().len() },
            Query::Alias { name, operation } => {
                Sessions::Names { name, operation, obstacle: self.obstacle(name, operation) }
            }
            Query::Aliases {} => Sessions::Aliases { names: self.aliases.iter().count(), go: false },
            Query::ResetAliases {} => Sessions::Aliases { names: self.aliases.iter().count(), go: true },
            _ => return None,
        })
    }

    fn obstacle(&self, name: &str, operation: &str) -> Option<Obstacle> {
        if Row::named(operation).is_empty() {
            return Some(Obstacle::NoOperation);
        }
        let taken = self.aliases.operation(name).map(Obstacle::StandsFor);
        if Row::named(name).is_empty() { taken } else { Some(Obstacle::IsOperation) }
    }
}

impl Display for Sessions<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Begins { is_open: false } => f.write_str(
                "a transaction begins: what is written is seen by this session alone until COMMIT",
            ),
            Self::Begins { is_open: true } => {
                f.write_str("a transaction is open, and none begins inside another")
            }
            Self::Ends { written: None, .. } => f.write_str("no transaction is open: nothing changes"),
            Self::Ends { written: Some(written), end } => {
                let written = counted(written, "record");
                match end {
                    End::Commit => write!(f, "what the transaction wrote, in {written}, takes effect as one"),
                    End::Conflict => f.write_str(
                        "another session has changed what the transaction has read or written: nothing takes effect",
                    ),
                    End::Rollback => {
                        write!(f, "what the transaction wrote, in {written}, goes; time stays where it is")
                    }
                }
            }
            Self::Asks { queries } => write!(f, "{} one after the other, as one", counted(queries, "query")),
            Self::Names { name, operation, obstacle } => names(f, name, operation, obstacle),
            Self::Aliases { names, go: false } => {
                write!(f, "{}, in the order in which they were given", counted(names, "other name"))
            }
            Self::Aliases { names, go: true } => {
                write!(
                    f,
                    "{} for nothing from now on",
                    match names {
                        1 => "1 other name stands".to_owned(),
                        names => format!("{names} other names stand"),
                    }
                )
            }
        }
    }
}

fn names(f: &mut Formatter<'_>, name: &str, operation: &str, obstacle: Option<Obstacle>) -> fmt::Result {
    let (name, operation) = (Name(name), Name(operation));
    match obstacle {
        None => write!(f, "{name} stands for {operation} from the next query on"),
        Some(Obstacle::NoOperation) => write!(f, "{operation} is not the name of an operation"),
        Some(Obstacle::IsOperation) => write!(f, "{name} is the name of an operation, which keeps it"),
        Some(Obstacle::StandsFor(other)) => write!(f, "{name} stands for {other} already"),
    }
}
