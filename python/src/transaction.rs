//! A transaction, as `with` begins and ends it.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use rewinddb::query::Query;
use rewinddb::reply::Reply;
use rewinddb::wire::{Answer, Request};

use crate::database::Database;
use crate::errors::Failure;

/// A transaction of one thread. What is asked of the database in the meantime by this thread is in it.
#[pyclass(frozen, module = "rewinddb")]
pub(crate) struct Transaction(pub(crate) Py<Database>);

#[pymethods]
impl Transaction {
    fn __enter__(&self, py: Python<'_>) -> PyResult<Py<Database>> {
        self.0.get().with(py, |held| match held.answer(&Request::One(Query::Begin {}))? {
            Answer::One(Reply::Bool(true)) => Ok(()),
            _ => Err(Failure::Nested),
        })?;
        Ok(self.0.clone_ref(py))
    }

    #[pyo3(signature = (*exception))]
    fn __exit__(&self, py: Python<'_>, exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        let database = self.0.get();
        let rollback = || database.with(py, |held| held.answer(&Request::One(Query::Rollback {})));
        if exception.get_item(0).is_ok_and(|kind| !kind.is_none()) {
            // The exception itself tells more than that the database was closed meanwhile.
            let _ = rollback();
            return Ok(());
        }
        database.commit(py).inspect_err(|_| {
            let _ = rollback();
        })
    }
}
