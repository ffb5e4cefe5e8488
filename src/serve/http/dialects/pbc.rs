//! pybitcask's: keys and any JSON.
//!
//! Invariant: a value is kept as its JSON text, so `null` is a value, and comes back as it was written.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::{keys, own_value, size};
use crate::query::Query;
use crate::reply::Value;
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::Call;

/// What is read of a key.
#[derive(Serialize)]
struct Read<'k> {
    key: &'k str,
    value: Option<Box<RawValue>>,
    #[serde(rename = "found")]
    is_found: bool,
}

/// A body that is not what is asked for.
fn refused(kind: &str, place: &[&str], message: &str, input: &Json) -> Answer {
    let place: Vec<_> = ["body"].iter().chain(place).collect();
    let detail = json!({ "type": kind, "loc": place, "msg": message, "input": input });
    Answer::json(422, &members! { "detail": [detail] })
}

/// The body as an object. All of it is read first, so that no part of it is too deep.
fn body(call: &Call<'_>) -> Result<serde_json::Map<String, Json>, Answer> {
    if call.asked.body.is_empty() {
        return Err(refused("missing", &[], "Field required", &Json::Null));
    }
    match serde_json::from_slice(&call.asked.body) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(other) => {
            let message = "Input should be a valid dictionary or object to extract fields from";
            Err(refused("model_attributes_type", &[], message, &other))
        }
        Err(_) => Err(refused("json_invalid", &[], "JSON decode error", &json!({}))),
    }
}

/// A member of the body, with its text as it stands there.
fn member<T: DeserializeOwned>(call: &Call<'_>, name: &str, kind: (&str, &str)) -> Result<T, Answer> {
    let body = body(call)?;
    let Some(value) = body.get(name) else {
        return Err(refused("missing", &[name], "Field required", &Json::Object(body)));
    };
    let mut raw: BTreeMap<String, Box<RawValue>> =
        serde_json::from_slice(&call.asked.body).unwrap_or_default();
    let read = raw.remove(name).and_then(|raw| serde_json::from_str(raw.get()).ok());
    read.ok_or_else(|| refused(kind.0, &[name], kind.1, value))
}

const TEXT: (&str, &str) = ("string_type", "Input should be a valid string");
const OBJECT: (&str, &str) = ("dict_type", "Input should be a valid dictionary");
const ANY: (&str, &str) = ("json_invalid", "JSON decode error");

pub(in crate::serve::http) fn put(call: &mut Call<'_>) -> Outcome {
    let read = member::<String>(call, "key", TEXT)
        .and_then(|key| member::<Box<RawValue>>(call, "value", ANY).map(|value| (key, value)));
    let (key, value) = match read {
        Ok(read) => read,
        Err(refused) => return Ok(refused),
    };
    call.ask(&Query::Put { key: &key, value: value.get() }, |_| ())?;
    Ok(Answer::json(200, &members! { "status": "success", "key": key }))
}

pub(in crate::serve::http) fn batch(call: &mut Call<'_>) -> Outcome {
    let data: BTreeMap<String, Box<RawValue>> = match member(call, "data", OBJECT) {
        Ok(data) => data,
        Err(refused) => return Ok(refused),
    };
    call.ask_all(data.iter().map(|(key, value)| Query::Put { key, value: value.get() }).collect())?;
    Ok(Answer::json(200, &members! { "status": "success", "count": data.len() }))
}

/// A value's JSON; what others have put there is JSON of its own.
fn as_json(value: &Value<'_>) -> Option<Box<RawValue>> {
    let text = match value {
        Value::Text(text) => match serde_json::from_str::<&RawValue>(text) {
            Ok(json) => json.get().to_owned(),
            Err(_) => serde_json::to_string(text).ok()?,
        },
        list => serde_json::to_string(list.texts()).ok()?,
    };
    RawValue::from_string(text).ok()
}

pub(in crate::serve::http) fn get(call: &mut Call<'_>) -> Outcome {
    let key = call.asked.name(0);
    let value = own_value(call, key)?;
    let is_found = value.is_some();
    Ok(Answer::json(200, &Read { key, value: value.as_ref().and_then(as_json), is_found }))
}

pub(in crate::serve::http) fn delete(call: &mut Call<'_>) -> Outcome {
    let key = call.asked.name(0);
    let deleted = call.is_so(&Query::Delete { key, field: "" })?;
    Ok(Answer::json(200, &members! { "key": key, "deleted": deleted }))
}

pub(in crate::serve::http) fn list(call: &mut Call<'_>) -> Outcome {
    let keys = keys(call)?;
    let count = keys.len();
    Ok(Answer::json(200, &members! { "keys": keys, "count": count }))
}

pub(in crate::serve::http) fn clear(call: &mut Call<'_>) -> Outcome {
    call.ask(&Query::Clear {}, |_| ())?;
    Ok(Answer::json(200, &members! { "status": "success", "message": "Database cleared" }))
}

#[expect(clippy::unnecessary_wraps, reason = "all handlers are of one type")]
pub(in crate::serve::http) fn health(_: &mut Call<'_>) -> Outcome {
    Ok(Answer::json(200, &members! { "status": "healthy", "service": "rewind" }))
}

/// Where the store lies is nobody's business over the network.
pub(in crate::serve::http) fn status(call: &mut Call<'_>) -> Outcome {
    let count = size(call)?;
    let place = if call.desk.is_durable() { "store" } else { "memory" };
    let told = members! { "status": "running", "mode": "normal", "data_dir": place, "keys_count": count };
    Ok(Answer::json(200, &told))
}
