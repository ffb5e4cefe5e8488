//! The judge, for a solution in the same process of Python.
//!
//! There are no limits here, and a class is not fresh: what it keeps from one case reaches the next.

use std::ops::ControlFlow;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rewinddb::judge::report::{Detail, findings};
use rewinddb::judge::{Candidate, Case, QueryList, Run, SpawnError, StopReason, Verdict, judge};
use rewinddb::query::Language;
use rewinddb::time::ClockRule;
use rewinddb::track::records::{Kit, Records, builtin};
use rewinddb::wire::Term;

use crate::convert::texts;
use crate::errors::Error;

/// A case of the built-in suites.
#[pyclass(frozen, module = "rewinddb")]
pub(crate) struct HeldCase(Case);

#[pymethods]
impl HeldCase {
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    #[getter]
    fn why(&self) -> &str {
        &self.0.why
    }

    #[getter]
    fn level(&self) -> u8 {
        self.0.level
    }

    #[getter]
    fn queries<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.0.list.iter().map(|words| texts(py, words)).collect()
    }

    #[getter]
    fn expected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        texts(py, &self.0.expected)
    }
}

/// The cases of all levels up to one; without `strict` those alone that keep what the exercise promises.
#[pyfunction]
pub(crate) fn cases(level: i64, strict: bool) -> PyResult<Vec<HeldCase>> {
    let level = Language::records().level_of(&level.to_string()).map_err(PyValueError::new_err)?;
    let cases = builtin(level, Some(ClockRule::Monotone));
    let mut cases = cases.map_err(|_| Error::new_err("a built-in suite has faults"))?;
    cases.retain(|case| strict || case.breaks.is_none());
    Ok(cases.into_iter().map(|case| HeldCase(Case { breaks: None, ..case })).collect())
}

/// The text of the kit's adapter.
#[pyfunction]
pub(crate) fn adapter() -> PyResult<&'static str> {
    let adapter = Kit::of("python").map_err(Error::new_err)?.adapter();
    adapter.map(|(_, _, text)| text).ok_or_else(|| Error::new_err("the kit for Python has no adapter"))
}

/// How a solution fails a case, as the judge shows it; None if it passes. `answer` is called with a list of queries and
/// whether they are to be asked one by one. It returns the answers as JSON and, where the solution has stopped, how, with
/// a line about it and what is to be shown of it.
#[pyfunction]
pub(crate) fn failure(case: &Bound<'_, HeldCase>, answer: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let mut candidate = InProcess { answer, broken: None };
    let report = judge(&Records, &mut candidate, [&case.get().0], |_, _| ControlFlow::Continue(()));
    if let Some(broken) = candidate.broken {
        return Err(broken);
    }
    let shown = findings(&report, Detail { in_full: 1, names_all: false });
    Ok((!report.is_passed()).then(|| anstream::adapter::strip_str(&shown).to_string().trim_end().to_owned()))
}

/// Somebody's solution, which is called back.
struct InProcess<'a, 'py> {
    answer: &'a Bound<'py, PyAny>,
    /// What is no failure of the solution, such as an interrupt.
    broken: Option<PyErr>,
}

/// What is answered: JSON, and how it stopped: a kind, a line, and more.
type Replied = (Vec<u8>, Option<(String, String, String)>);

impl InProcess<'_, '_> {
    fn ask(&mut self, list: &QueryList, one_by_one: bool) -> Result<Run, SpawnError> {
        match self.call(list, one_by_one) {
            Ok((json, stopped)) => Ok(run_of(&json, stopped, list, one_by_one)),
            Err(broken) => {
                self.broken = Some(broken);
                Err(SpawnError { why: "it was broken off".to_owned(), errors: String::new() })
            }
        }
    }

    fn call(&self, list: &QueryList, one_by_one: bool) -> PyResult<Replied> {
        let py = self.answer.py();
        let queries = list.iter().map(|words: &Vec<Term>| texts(py, words)).collect::<PyResult<Vec<_>>>()?;
        self.answer.call1((queries, one_by_one))?.extract()
    }
}

/// What came of a list, in the judge's terms.
fn run_of(json: &[u8], stopped: Option<(String, String, String)>, list: &QueryList, one_by_one: bool) -> Run {
    let Some((kind, why, errors)) = stopped else { return Run::of_json(json, &Records, list) };
    let verdict = if kind == "not-supported" { Verdict::NotSupported } else { Verdict::RuntimeError };
    let stop = StopReason {
        verdict,
        why,
        hint: None,
        is_of_whole: !one_by_one,
        is_of_load: false,
        is_silent: false,
    };
    let answered = serde_json::from_slice::<Vec<serde_json::Value>>(json).map_or(0, |answers| answers.len());
    let mut run = Run::of_json(json, &Records, &list[..answered.min(list.len())]);
    run.stop = run.stop.or(Some(stop));
    Run { errors, ..run }
}

impl Candidate for InProcess<'_, '_> {
    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        self.ask(list, false)
    }

    fn run_closely(&mut self, list: &QueryList, _first: &Run) -> Result<Option<Run>, SpawnError> {
        self.ask(list, true).map(Some)
    }
}
