//! From Python's objects to words and numbers, and from replies to Python's objects.

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyString, PyTuple};
use rewinddb::reply::{Item, Reply, Value};
use rewinddb::wire::{Answer, Term};

use crate::errors::MistakeError;

/// A moment, or a lifetime: a whole number of milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Milliseconds(pub(crate) u64);

impl<'py> FromPyObject<'_, 'py> for Milliseconds {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyBool>() {
            return Err(PyTypeError::new_err("a number of milliseconds is wanted, not a bool"));
        }
        given.extract().map(Self).map_err(|error: PyErr| {
            let is_too_large = error.is_instance_of::<PyOverflowError>(given.py());
            if is_too_large { MistakeError::new_err("milliseconds go from 0 to 2^64-1") } else { error }
        })
    }
}

/// The words of a query: texts, numbers, and lists of them.
pub(crate) fn terms(words: &Bound<'_, PyAny>) -> PyResult<Vec<Term>> {
    if words.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("a query is a list of words, not a text"));
    }
    words.try_iter()?.map(|word| term(&word?)).collect()
}

fn term(given: &Bound<'_, PyAny>) -> PyResult<Term> {
    if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() {
        return Ok(Term::Array(given.try_iter()?.map(|word| word_of(&word?)).collect::<PyResult<_>>()?));
    }
    word_of(given).map(Term::Text)
}

fn word_of(given: &Bound<'_, PyAny>) -> PyResult<String> {
    if given.is_instance_of::<PyInt>() && !given.is_instance_of::<PyBool>() {
        // Its digits, whatever a class of integers is shown as, such as an enum's.
        return Ok(given.py().get_type::<PyInt>().call_method1("__repr__", (given,))?.to_string());
    }
    if given.is_instance_of::<PyString>() {
        return Ok(given.extract::<PyBackedStr>()?.to_string());
    }
    let kind = given.get_type().name()?;
    Err(PyTypeError::new_err(format!("a word is a str or an int, not {kind}")))
}

/// An answer by its type.
pub(crate) fn typed<'py>(py: Python<'py>, answer: &Answer<'_>) -> PyResult<Bound<'py, PyAny>> {
    match answer {
        Answer::One(reply) => of_reply(py, reply),
        Answer::Batch(replies) => list(py, replies, |reply| of_reply(py, reply)),
    }
}

/// Words or answers as texts.
pub(crate) fn texts<'py>(py: Python<'py>, terms: &[Term]) -> PyResult<Bound<'py, PyAny>> {
    list(py, terms, |term| match term {
        Term::Text(text) => Ok(PyString::new(py, text).into_any()),
        Term::Array(texts) => list(py, texts, |text| Ok(PyString::new(py, text).into_any())),
    })
}

fn of_reply<'py>(py: Python<'py>, reply: &Reply<'_>) -> PyResult<Bound<'py, PyAny>> {
    let text = |text: &str| Ok(PyString::new(py, text).into_any());
    match reply {
        Reply::Done | Reply::Value(None) => Ok(py.None().into_bound(py)),
        Reply::Bool(truth) => Ok(PyBool::new(py, *truth).to_owned().into_any()),
        Reply::Value(Some(value)) => of_value(py, value),
        Reply::Count(count) => Ok(PyInt::new(py, *count).into_any()),
        Reply::Remaining(Some(left)) => Ok(PyInt::new(py, *left).into_any()),
        Reply::Keys(keys) => list(py, keys, |key| text(key)),
        Reply::Values(values) => list(py, values, |value| of_value(py, value)),
        Reply::Cells(cells) => {
            dict(py, cells.iter().map(|(field, value)| Ok((&**field, of_value(py, value)?))))
        }
        Reply::Aliases(aliases) => {
            dict(py, aliases.iter().map(|(name, operation)| Ok((&**name, text(operation)?))))
        }
        Reply::Fields(fields) => {
            list(py, fields, |(key, field)| Ok((&**key, &**field).into_pyobject(py)?.into_any()))
        }
        Reply::Items(items) => list(py, items, |Item { key, field, value }| {
            Ok((&**key, &**field, of_value(py, value)?).into_pyobject(py)?.into_any())
        }),
        // Of a permanent cell, and whatever comes to be answered: the text of it.
        other => text(&other.to_string()),
    }
}

fn of_value<'py>(py: Python<'py>, value: &Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Text(text) => Ok(PyString::new(py, text).into_any()),
        list_of => list(py, list_of.texts(), |item| Ok(PyString::new(py, item).into_any())),
    }
}

fn list<'py, T>(
    py: Python<'py>,
    parts: &[T],
    part: impl Fn(&T) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let parts = parts.iter().map(part).collect::<PyResult<Vec<_>>>()?;
    Ok(PyList::new(py, parts)?.into_any())
}

fn dict<'py, 'a>(
    py: Python<'py>,
    parts: impl Iterator<Item = PyResult<(&'a str, Bound<'py, PyAny>)>>,
) -> PyResult<Bound<'py, PyAny>> {
    let made = PyDict::new(py);
    for part in parts {
        let (name, value) = part?;
        made.set_item(name, value)?;
    }
    Ok(made.into_any())
}
