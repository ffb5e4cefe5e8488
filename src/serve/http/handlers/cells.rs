//! Cells: a key's own value, whose field is empty, and fields.

use std::borrow::Cow;

use hyper::header::{ETAG, LOCATION, VARY};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::shown::{Shown, cell, left, value};
use crate::query::Query;
use crate::reply::{Reply, Value};
use crate::serve::http::accept::chosen;
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::{Call, Whole};
use crate::serve::http::conditions::{check, is_known, tag};
use crate::serve::http::problem::Problem;
use crate::serve::resp::escape;
use crate::time::Ttl;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";
const BYTES: &str = "application/octet-stream";

/// A new lifetime.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = r#"an object, as in {"ttl": 60000}"#)]
pub(super) struct Lifetime {
    pub(super) ttl: Whole,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = r#"an object, as in {"item": "apples"}"#)]
struct Item {
    item: String,
}

pub(in crate::serve::http) fn get(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    let found = cell(call, asked.name(0), asked.name(1))?.ok_or_else(Problem::not_found)?;
    let etag = tag(&found.value.0);
    if is_known(&asked.headers, &etag) {
        return Ok(Answer::empty(304).with_header(ETAG, &etag));
    }
    let refused = || Problem::new(406, "not-acceptable", "the value has no such type");
    let answer = match asked.parameter("as") {
        Some("json") => Answer::typed(200, JSON, as_json(&found.value.0).ok_or_else(refused)?),
        Some(_) => return Err(Problem::bad("a value can be read as json")),
        None => match chosen(&asked.headers, &[JSON, TEXT, BYTES]).ok_or_else(refused)? {
            JSON => Answer::json(200, &found),
            TEXT => Answer::typed(
                200,
                "text/plain; charset=utf-8",
                found.value.0.shown().into_owned().into_bytes(),
            ),
            _ => Answer::typed(200, BYTES, escape::bytes(&found.value.0.shown()).into_owned()),
        },
    };
    Ok(answer.with_header(ETAG, &etag).with_static(VARY, "Accept"))
}

/// A value read as JSON.
fn as_json(value: &Value<'_>) -> Option<String> {
    match value {
        Value::List(items) => serde_json::to_string(items).ok(),
        text => serde_json::from_str::<&RawValue>(&text.shown()).ok().map(|json| json.get().to_owned()),
    }
}

pub(in crate::serve::http) fn put(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    let (key, field) = (asked.name(0), asked.name(1));
    let ttl = asked.number("ttl", 0, u64::MAX)?.map(Ttl);
    let new = given(call)?;
    let before = value(call, key, field)?.map(|value| tag(&value));
    check(&asked.headers, before.as_deref())?;
    call.ask_all(queries(key, field, &new, ttl))?;
    let status = if before.is_some() { 204 } else { 201 };
    let mut answer = Answer::empty(status).with_header(ETAG, &tag(&new));
    if status == 201 {
        let place = if field.is_empty() { "value".to_owned() } else { format!("fields/{}", encoded(field)) };
        answer = answer.with_header(LOCATION, &format!("/v1/records/{}/{place}", encoded(key)));
    }
    Ok(answer)
}

/// The value that a body is.
fn given<'c>(call: &Call<'c>) -> Result<Value<'c>, Problem> {
    let (asked, limits) = (call.asked, call.server.limits());
    if asked.body.len() > limits.word {
        return Err(Problem::new(413, "large", "the value is too large"));
    }
    match asked.kind().as_deref() {
        Some(JSON) => of_json(&asked.body),
        Some(TEXT) => match std::str::from_utf8(&asked.body) {
            Ok(text) => Ok(Value::Text(text.into())),
            Err(_) => {
                Err(Problem::bad("the text is not UTF-8").with_detail(BYTES.to_owned() + " takes any bytes"))
            }
        },
        Some(_) => Ok(Value::Text(escape::text(&asked.body))),
        None => Ok(Value::from("")),
    }
}

/// A string is its text, an array of strings a list, all else its JSON on one line.
fn of_json(body: &[u8]) -> Result<Value<'_>, Problem> {
    let json: serde_json::Value = serde_json::from_slice(body)
        .map_err(|error| Problem::bad("the body is no JSON").with_detail(error.to_string()))?;
    if let serde_json::Value::String(text) = json {
        return Ok(Value::Text(text.into()));
    }
    match serde_json::from_slice::<Vec<String>>(body) {
        Ok(items) if !items.is_empty() => Ok(Value::List(items.into_iter().map(Cow::Owned).collect())),
        _ => Ok(Value::Text(compact(&String::from_utf8_lossy(body)).into())),
    }
}

/// A text of JSON on one line: nothing of it goes but what parts its signs. A number keeps all its digits, and members
/// their order.
fn compact(json: &str) -> String {
    let kept = signs(json).filter(|(sign, is_in_string)| *is_in_string || !sign.is_ascii_whitespace());
    kept.map(|(sign, _)| sign).collect()
}

/// The characters of a text of JSON, and whether each is of a string.
pub(super) fn signs(json: &str) -> impl Iterator<Item = (char, bool)> {
    let (mut is_in_string, mut is_escaped) = (false, false);
    json.chars().map(move |sign| {
        let begins_or_ends = sign == '"' && !is_escaped;
        is_escaped = is_in_string && sign == '\\' && !is_escaped;
        is_in_string ^= begins_or_ends;
        (sign, is_in_string)
    })
}

/// The queries that put a value.
fn queries<'q>(key: &'q str, field: &'q str, new: &'q Value<'_>, ttl: Option<Ttl>) -> Vec<Query<'q>> {
    let mut queries = match new {
        Value::List(items) => {
            let items = items.iter().map(|item| Query::Append { key, field, item });
            [Query::Delete { key, field }].into_iter().chain(items).collect()
        }
        text if field.is_empty() => {
            vec![Query::Put { key, value: text.texts().first().map_or("", |text| text) }]
        }
        text => vec![Query::Set { key, field, value: text.texts().first().map_or("", |text| text) }],
    };
    queries.extend(ttl.map(|ttl| Query::Expire { key, field, ttl }));
    queries
}

/// A segment of a path.
fn encoded(segment: &str) -> String {
    let mut out = String::new();
    for byte in escape::bytes(segment).iter() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(*byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

pub(in crate::serve::http) fn delete(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    let (key, field) = (asked.name(0), asked.name(1));
    let before = value(call, key, field)?.map(|value| tag(&value));
    check(&asked.headers, before.as_deref())?;
    done(call.is_so(&Query::Delete { key, field })?)
}

/// It was there, or not.
pub(super) fn done(is_done: bool) -> Outcome {
    if is_done { Ok(Answer::empty(204)) } else { Err(Problem::not_found()) }
}

pub(in crate::serve::http) fn append(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    let (key, field) = (asked.name(0), asked.name(1));
    let Item { item } = asked.json()?;
    let before = value(call, key, field)?.map(|value| tag(&value));
    check(&asked.headers, before.as_deref())?;
    let length = call.ask(&Query::Append { key, field, item: &item }, |reply| match reply {
        Reply::Count(count) => *count,
        _ => 0,
    })?;
    let now = value(call, key, field)?.map(|value| tag(&value)).unwrap_or_default();
    Ok(Answer::json(200, &members! { "length": length }).with_header(ETAG, &now))
}

pub(in crate::serve::http) fn ttl(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    let left = call.ask(&Query::TtlOf { key: asked.name(0), field: asked.name(1) }, left)??;
    Ok(Answer::json(200, &members! { "left": left }))
}

pub(in crate::serve::http) fn expire(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    let Lifetime { ttl: Whole(ttl) } = asked.json()?;
    let (key, field) = (asked.name(0), asked.name(1));
    let is_there = call.is_so(&Query::Exists { key, field })?;
    if is_there {
        call.is_so(&Query::Expire { key, field, ttl: Ttl(ttl) })?;
    }
    done(is_there)
}

pub(in crate::serve::http) fn persist(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    let (key, field) = (asked.name(0), asked.name(1));
    let is_there = call.is_so(&Query::Exists { key, field })?;
    if is_there {
        call.is_so(&Query::Persist { key, field })?;
    }
    done(is_there)
}

/// A cell as an item of a listing shows it.
pub(super) fn item(key: &str, field: &str, value: Value<'_>) -> serde_json::Value {
    serde_json::json!({ "key": key, "field": field, "value": Shown(value.into_owned()) })
}
