//! Why the owner of the database does not do what is asked.

use std::fmt;

use crate::db::Error;
use crate::time::Time;

/// Why something is not done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The database refuses.
    Database(Error),
    /// Time would run ahead of the machine's.
    Ahead { given: Time, now: Time },
    /// Writes are refused for good.
    ReadOnly,
    /// Writes are refused until there is memory.
    Memory,
    /// As many transactions are open as may be.
    Transactions,
    /// A batch has too many queries.
    Long,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

/// In words that each face may put its own mark before.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => error.fmt(f),
            Self::Ahead { given, now } => {
                write!(f, "time runs with the machine: {given} is ahead of the clock, which reads {now}")
            }
            Self::ReadOnly => f.write_str("the server is read-only"),
            Self::Memory => f.write_str("there is no memory for more"),
            Self::Transactions => f.write_str("too many transactions are open"),
            Self::Long => f.write_str("the batch has too many queries"),
        }
    }
}
