//! A database as Python holds it: behind one lock, until it is closed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::SystemTime;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyDict, PyTuple};
use rewinddb::db;
use rewinddb::query::Query;
use rewinddb::store::Options;
use rewinddb::time::{ClockRule, Time};
use rewinddb::wire::{Request, Term};

use crate::convert::{terms, texts, typed};
use crate::errors::{Error, Failure};
use crate::held::{Held, parse};
use crate::transaction::Transaction;

/// A database, in memory or in a directory. Any thread may call it; each has transactions of its own.
#[pyclass(frozen, module = "rewinddb", name = "Database")]
pub(crate) struct Database {
    held: Mutex<Option<Held>>,
    /// Its directory, if it has one.
    path: Option<PathBuf>,
    /// Does it go by the machine's clock?
    is_wall: bool,
    /// The process that has opened it: a fork of it has no lock on the directory.
    process: u32,
}

/// Opens a database: in a directory, or with None in memory.
#[pyfunction]
#[pyo3(signature = (path, clock, sync))]
pub(crate) fn open(
    py: Python<'_>,
    path: Option<PathBuf>,
    clock: PyBackedStr,
    sync: Option<PyBackedStr>,
) -> PyResult<Database> {
    let rule = match &*clock {
        "logical" | "wall" => ClockRule::Monotone,
        "free" => ClockRule::Free,
        _ => return Err(PyValueError::new_err("the clock is \"logical\", \"wall\" or \"free\"")),
    };
    let mut options = Options { clock: Some(rule), ..Options::default() };
    if let Some(sync) = &sync {
        options.sync = sync
            .parse()
            .map_err(|bad: rewinddb::store::BadOption| PyValueError::new_err(format!("sync: {bad}")))?;
    }
    let opened = py.detach(|| match &path {
        Some(path) => db::Database::open_with(path, options),
        None => Ok(db::Database::in_memory_with(rule)),
    });
    let held = Held { database: opened.map_err(Failure::from)?, sessions: HashMap::new() };
    let (held, is_wall) = (Mutex::new(Some(held)), &*clock == "wall");
    Ok(Database { held, path, is_wall, process: std::process::id() })
}

/// An answer by its type, or why there is none.
pub(crate) type Answered<'py> = PyResult<Bound<'py, PyAny>>;

impl Database {
    /// Does something with what is open. The interpreter is let go, unless all is in memory and nobody else is there.
    pub(crate) fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Held) -> Result<T, Failure> + Send,
    ) -> PyResult<T> {
        self.check_process()?;
        if self.path.is_none()
            && let Ok(held) = self.held.try_lock()
        {
            return Ok(self.work(held, work)?);
        }
        Ok(py.detach(|| self.work(self.held.lock().unwrap_or_else(PoisonError::into_inner), work))?)
    }

    fn work<T>(
        &self,
        mut held: MutexGuard<'_, Option<Held>>,
        work: impl FnOnce(&mut Held) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let held = held.as_mut().ok_or(Failure::Closed)?;
        if self.is_wall {
            // A machine's clock that was set back is waited for.
            let _ = held.database.pass_time(machine_clock());
        }
        work(held)
    }

    /// After a fork two processes have the same files open: only the first may use them.
    fn check_process(&self) -> PyResult<()> {
        if self.path.is_none() || self.process == std::process::id() {
            return Ok(());
        }
        Err(Error::new_err(
            "another process has opened this database; open it anew, once that one has closed it",
        ))
    }

    /// Asks the query that is made of what the clock reads, typed; with none, the method has no such form.
    pub(crate) fn ask_at<'py, 'q>(
        &self,
        py: Python<'py>,
        forms: &'static str,
        query: impl FnOnce(Time) -> Option<Query<'q>> + Send,
    ) -> Answered<'py> {
        let answer = self.with(py, |held| {
            let query = query(held.database.now()).ok_or(Failure::Form(forms))?;
            held.answer(&Request::One(query))
        })?;
        typed(py, &answer)
    }

    /// Asks a query that is given as words, typed.
    pub(crate) fn ask_words<'py>(&self, py: Python<'py>, words: &[Term]) -> Answered<'py> {
        let answer = self.with(py, |held| {
            let request = parse(words, held.database.aliases(), None)?;
            held.answer(&request)
        })?;
        typed(py, &answer)
    }

    /// Ends this thread's transaction.
    pub(crate) fn commit(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |held| {
            let Some(session) = held.sessions.get(&thread::current().id()) else {
                return Err(db::CommitError::NoTransaction.into());
            };
            let committed = held.database.in_session(session).commit();
            held.leave();
            Ok(committed?)
        })
    }

    /// Closes it, and returns whether it was open.
    fn take(&self) -> Result<bool, Failure> {
        let taken = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Held { database, sessions }) = taken else { return Ok(false) };
        drop(sessions);
        database.close()?;
        Ok(true)
    }
}

/// What the machine's clock reads, in milliseconds since 1970.
fn machine_clock() -> Time {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[pymethods]
impl Database {
    /// Asks any query of the language, its words one by one; the answer has its own type.
    #[pyo3(signature = (*words))]
    fn ask<'py>(&self, py: Python<'py>, words: &Bound<'py, PyTuple>) -> Answered<'py> {
        self.ask_words(py, &terms(words)?)
    }

    /// Asks a list of queries as one group, which takes effect whole or not at all. The answers are the exercise's
    /// texts.
    fn run<'py>(&self, py: Python<'py>, queries: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let lists = queries.try_iter()?.map(|query| terms(&query?)).collect::<PyResult<Vec<_>>>()?;
        let told = self.with(py, |held| {
            let mut aliases = held.database.aliases().clone();
            let mut requests = Vec::with_capacity(lists.len());
            for (number, words) in (1..).zip(&lists) {
                let request = parse(words, &aliases, Some(number))?;
                request.queries().iter().for_each(|query| {
                    aliases.learn(query);
                });
                requests.push(request);
            }
            held.answer_all(&requests)
        })?;
        texts(py, &told)
    }

    /// A transaction of this thread, for `with`: it is committed at the end, and rolled back on an exception.
    /// ConflictError if another thread has changed a record that it has read or written; nothing takes effect then.
    fn transaction(slf: Py<Self>) -> Transaction {
        Transaction(slf)
    }

    /// What the clock reads.
    fn clock(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |held| Ok(held.database.now().0))
    }

    /// Replaces the log on disk by a snapshot of what can still be seen; in memory there is nothing to do.
    fn compact(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |held| Ok(held.database.compact()?))
    }

    /// What it holds: records, cells, backups, and on disk what lies there, in bytes.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = self.with(py, |held| Ok(held.database.stats()?))?;
        let told = PyDict::new(py);
        for (name, count) in [("records", stats.records), ("cells", stats.cells), ("backups", stats.backups)]
        {
            told.set_item(name, count)?;
        }
        if let Some(store) = stats.store {
            let json = serde_json::to_string(&store).map_err(|error| Error::new_err(error.to_string()))?;
            told.set_item("store", py.import("json")?.call_method1("loads", (json,))?)?;
        }
        Ok(told)
    }

    /// Closes it; what is written is safe then, open transactions are rolled back. It may be closed twice.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.check_process()?;
        py.detach(|| self.take())?;
        Ok(())
    }

    /// Where it is, and whether it is closed. Whoever is at work with it is not waited for.
    fn __repr__(&self) -> String {
        let place =
            self.path.as_ref().map_or("in memory".to_owned(), |path| format!("in {}", path.display()));
        let is_closed = self.held.try_lock().is_ok_and(|held| held.is_none());
        format!("<rewinddb.Database {}{}>", place.escape_debug(), if is_closed { ", closed" } else { "" })
    }

    fn __enter__(slf: Py<Self>, py: Python<'_>) -> PyResult<Py<Self>> {
        slf.get().with(py, |_| Ok(()))?;
        Ok(slf)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.close(py)
    }
}

impl Drop for Database {
    /// In a fork the files are another process's: nothing of it is touched.
    fn drop(&mut self) {
        if self.path.is_some() && self.process != std::process::id() {
            let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner);
            std::mem::forget(held.take());
        }
    }
}
