//! Cells as JSON has them.

use serde::ser::{Serialize, Serializer};

use crate::query::Query;
use crate::reply::{Reply, Value};
use crate::serve::http::call::Call;
use crate::serve::http::problem::Problem;

/// A value: a text is a string, a list an array of strings.
pub(in crate::serve::http) struct Shown(pub(in crate::serve::http) Value<'static>);

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::List(items) => serializer.collect_seq(items),
            text => serializer.serialize_str(&text.shown()),
        }
    }
}

/// A live cell.
#[derive(serde::Serialize)]
pub(in crate::serve::http) struct Cell {
    pub(in crate::serve::http) value: Shown,
    /// How many milliseconds it has left; `None` for ever.
    pub(in crate::serve::http) left: Option<u64>,
}

/// How long something lives: `None` for ever.
///
/// # Errors
/// It does not.
pub(super) fn left(reply: &Reply<'_>) -> Result<Option<u64>, Problem> {
    match reply {
        Reply::Remaining(left) => Ok(*left),
        _ => Err(Problem::not_found()),
    }
}

/// The value of a cell, if it is live.
pub(super) fn value(call: &mut Call<'_>, key: &str, field: &str) -> Result<Option<Value<'static>>, Problem> {
    let value = call.ask(&Query::Get { key, field }, |reply| match reply {
        Reply::Value(value) => value.clone().map(Value::into_owned),
        _ => None,
    })?;
    let texts = value.iter().flat_map(Value::texts);
    call.gather(texts.map(|text| text.len()).sum())?;
    Ok(value)
}

/// A cell, if it is live.
pub(super) fn cell(call: &mut Call<'_>, key: &str, field: &str) -> Result<Option<Cell>, Problem> {
    let Some(value) = value(call, key, field)? else { return Ok(None) };
    let left = call.ask(&Query::TtlOf { key, field }, left)??;
    Ok(Some(Cell { value: Shown(value), left }))
}
