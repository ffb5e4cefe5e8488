//! `rewinddb` for Python: a thin face of [`rewinddb::db::Database`], and the judge for a process of Python.
//!
//! Invariants: nothing is turned into Python's objects while the lock of a database is held, as that may run anybody's
//! code; the interpreter is let go while a commit is waited for.
//!
//! ```text
//!   methods.rs, printed from the table of operations ─┐
//!   ask, run ─────────────────────────────────────────┴─► Database ─► lock ─► db::Database
//!   testing.py ─► judging ─► judge::judge, with a candidate that is called back
//! ```

mod convert;
mod database;
mod errors;
mod held;
mod judging;
mod methods;
mod transaction;

use pyo3::prelude::*;

#[pymodule]
mod _rewinddb {
    #[pymodule_export]
    use super::database::{Database, open};
    #[pymodule_export]
    use super::judging::{HeldCase, adapter, cases, failure};
    #[pymodule_export]
    use super::transaction::Transaction;
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
