//! Why a database does not do what was asked.

use std::fmt;

use crate::query::{BadPattern, Mistake};
#[cfg(feature = "store")]
use crate::store;
use crate::time::Backwards;

/// Why a database does not do what was asked. Nothing has taken effect then, but where [`Error::Store`] says otherwise.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A timestamp is earlier than one already seen.
    Backwards(Backwards),
    /// The words are no query.
    Mistake(Mistake),
    /// A pattern is too long, or no regular expression.
    Pattern(BadPattern),
    /// A transaction cannot take effect: see [`CommitError::Conflict`].
    Conflict,
    /// There is no transaction to commit.
    NoTransaction,
    /// The database on disk does not do it.
    #[cfg(feature = "store")]
    Store(store::Error),
}

/// Why a transaction does not take effect.
#[derive(Debug)]
#[non_exhaustive]
pub enum CommitError {
    /// Since it began another session has changed a record that it has read or written. It is rolled back; begin it
    /// anew.
    Conflict,
    /// The session has none open.
    NoTransaction,
    /// It could not be asked for, or could not be written: what is open stays open.
    Failed(Error),
}

impl From<Backwards> for Error {
    fn from(backwards: Backwards) -> Self {
        Self::Backwards(backwards)
    }
}

impl From<Mistake> for Error {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(mistake)
    }
}

impl From<BadPattern> for Error {
    fn from(why: BadPattern) -> Self {
        Self::Pattern(why)
    }
}

#[cfg(feature = "store")]
impl From<store::Error> for Error {
    /// Time runs backwards on disk as it does in memory.
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Backwards(backwards) => Self::Backwards(backwards),
            error => Self::Store(error),
        }
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Conflict,
            CommitError::NoTransaction => Self::NoTransaction,
            CommitError::Failed(error) => error,
        }
    }
}

impl From<Error> for CommitError {
    fn from(error: Error) -> Self {
        match error {
            Error::Conflict => Self::Conflict,
            Error::NoTransaction => Self::NoTransaction,
            error => Self::Failed(error),
        }
    }
}

/// What both errors say of it.
const CONFLICT: &str = "another session has changed a record that the transaction has read or written";
const NO_TRANSACTION: &str = "no transaction is open";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backwards(backwards) => backwards.fmt(f),
            Self::Mistake(mistake) => mistake.fmt(f),
            Self::Pattern(why) => write!(f, "that is no pattern: {why}"),
            Self::Conflict => f.write_str(CONFLICT),
            Self::NoTransaction => f.write_str(NO_TRANSACTION),
            #[cfg(feature = "store")]
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str(CONFLICT),
            Self::NoTransaction => f.write_str(NO_TRANSACTION),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    /// They are displayed as the error itself, so what is behind them is what is behind it.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            #[cfg(feature = "store")]
            Self::Store(error) => error.source(),
            Self::Pattern(why) => Some(why),
            Self::Backwards(_) | Self::Mistake(_) | Self::Conflict | Self::NoTransaction => None,
        }
    }
}

impl std::error::Error for CommitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(error) => error.source(),
            Self::Conflict | Self::NoTransaction => None,
        }
    }
}
