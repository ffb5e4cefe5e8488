//! The dialects of two systems that others' programs speak: their routes, bodies and texts.
//!
//! Invariant: both are about keys' own values alone; fields, which they have no words for, are left as they are.

pub(super) mod pbc;
pub(super) mod pim;
mod shell;

use serde_json::Value as Json;

use super::call::Call;
use super::problem::Problem;
use crate::query::Query;
use crate::reply::{Reply, Value};

/// What `each` makes of all own values with their keys, in byte order; no more of it than may be told.
fn own_values(call: &mut Call<'_>, each: impl Fn(&str, &Value<'_>) -> Json) -> Result<Vec<Json>, Problem> {
    let room = call.room();
    let (values, bytes) = call.ask(&Query::Items {}, |reply| match reply {
        Reply::Items(items) => {
            let own = items.iter().filter(|item| item.field.is_empty());
            within(room, own.map(|item| each(&item.key, &item.value)))
        }
        _ => (Vec::new(), 0),
    })?;
    call.gather(bytes)?;
    Ok(values)
}

/// As many of them as there is room for, and one more, with how many bytes they have: what is too long to be told is
/// not copied.
fn within(room: usize, all: impl Iterator<Item = Json>) -> (Vec<Json>, usize) {
    let mut bytes = 0;
    let fits = |one: &Json| {
        let fits = bytes <= room;
        bytes += length(one);
        fits
    };
    (all.take_while(fits).collect(), bytes)
}

/// About so many bytes it has as text.
fn length(json: &Json) -> usize {
    match json {
        Json::String(text) => text.len() + 3,
        Json::Array(all) => all.iter().map(length).sum::<usize>() + 3,
        _ => 5,
    }
}

/// All keys that have one.
fn keys(call: &mut Call<'_>) -> Result<Vec<Json>, Problem> {
    own_values(call, |key, _| key.into())
}

/// How many keys have one.
fn size(call: &mut Call<'_>) -> Result<usize, Problem> {
    call.ask(&Query::Items {}, |reply| match reply {
        Reply::Items(items) => items.iter().filter(|item| item.field.is_empty()).count(),
        _ => 0,
    })
}

/// A key's own value, if it is live.
fn own_value(call: &mut Call<'_>, key: &str) -> Result<Option<Value<'static>>, Problem> {
    let value = call.ask(&Query::GetOwn { key }, |reply| match reply {
        Reply::Value(value) => value.clone().map(Value::into_owned),
        _ => None,
    })?;
    let texts = value.iter().flat_map(Value::texts);
    call.gather(texts.map(|text| text.len()).sum())?;
    Ok(value)
}
