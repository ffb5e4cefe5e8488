//! What went wrong, as Python's exceptions. They are classes of Python, as one may be a ValueError or an OSError too.

use pyo3::import_exception;
use pyo3::prelude::*;
use rewinddb::db;
use rewinddb::store;

import_exception!(rewinddb._errors, BackwardsError);
import_exception!(rewinddb._errors, ConflictError);
import_exception!(rewinddb._errors, DamagedError);
import_exception!(rewinddb._errors, DiskError);
import_exception!(rewinddb._errors, Error);
import_exception!(rewinddb._errors, LockedError);
import_exception!(rewinddb._errors, MistakeError);

/// Why a database does not do what it is asked. It is made without the interpreter.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It says so itself.
    Database(db::Error),
    /// Words, or a number, that are no query; which query of a list, from 1, and how to mend it.
    Mistake { query: Option<usize>, text: String, help: String },
    /// A method has no form with these arguments; those that it has.
    Form(&'static str),
    /// It is closed.
    Closed,
    /// A transaction is begun where one is open.
    Nested,
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        Self::Database(error)
    }
}

impl From<db::CommitError> for Failure {
    fn from(error: db::CommitError) -> Self {
        Self::Database(error.into())
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Database(error) => of_database(&error),
            Failure::Mistake { query, text, help } => {
                let place = query.map_or(String::new(), |query| format!("query {query}: "));
                MistakeError::new_err(format!("{place}{text}; {help}"))
            }
            Failure::Form(forms) => {
                pyo3::exceptions::PyTypeError::new_err(format!("these arguments do not go together: {forms}"))
            }
            Failure::Closed => Error::new_err("the database is closed"),
            Failure::Nested => Error::new_err("this thread has a transaction open already"),
        }
    }
}

fn of_database(error: &db::Error) -> PyErr {
    let text = error.to_string();
    match error {
        db::Error::Backwards(_) => BackwardsError::new_err(text),
        db::Error::Mistake(_) | db::Error::Pattern(_) => MistakeError::new_err(text),
        db::Error::Conflict => ConflictError::new_err(text),
        db::Error::Store(store) => of_store(store, text),
        _ => Error::new_err(text),
    }
}

fn of_store(error: &store::Error, text: String) -> PyErr {
    match error {
        store::Error::Locked => LockedError::new_err(text),
        store::Error::Damaged(_) => DamagedError::new_err(text),
        // With a number of the system it is an OSError like Python's own.
        store::Error::Disk { why, .. } => match why.raw_os_error() {
            Some(number) => DiskError::new_err((number, text)),
            None => DiskError::new_err(text),
        },
        store::Error::Changed { .. } | store::Error::Stopped { .. } => DiskError::new_err(text),
        _ => Error::new_err(text),
    }
}
