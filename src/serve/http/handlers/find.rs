//! Looking for what matches a pattern.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::cells::item;
use super::records::LARGEST;
use super::shown::{Cell, cell};
use crate::db::Error;
use crate::query::{Language, Query, RawQuery};
use crate::reply::Reply;
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::Call;
use crate::serve::http::problem::Problem;
use crate::wire::{Answer as Replied, Request};

/// A cell of what is found.
#[derive(Serialize)]
struct FoundCell {
    key: String,
    field: String,
    #[serde(flatten)]
    cell: Cell,
}

pub(in crate::serve::http) fn find(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    let limit = asked.number("limit", 1, LARGEST)?.and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(usize::MAX);
    let word = |name| {
        let missing = || Problem::bad("a parameter is missing").with_detail(format!("`{name}` is asked for"));
        asked.parameter(name).ok_or_else(missing)
    };
    let (what, pattern) = (word("what")?.to_ascii_uppercase(), word("pattern")?);
    let how = asked.parameter("how").unwrap_or("LIKE").to_ascii_uppercase();
    let raw = RawQuery { words: vec!["FIND", &what, &how, pattern], arrays: Vec::new() };
    let request = Request::parse(&raw, call.desk.see().aliases(), Language::records().last_level());
    let request = request.map_err(|mistake| Problem::from(Error::from(mistake)))?;
    let are_cells = match asked.parameter("as") {
        None => false,
        Some("cells") => true,
        Some(_) => return Err(Problem::bad("what is found can be told as cells")),
    };
    let (mut found, mut names, mut count, mut bytes) = (Json::Null, Vec::new(), 0, 0);
    let room = call.room();
    call.desk.ask_group(call.who, &[request], call.held, |_, answer| match answer {
        Replied::One(reply) if are_cells => (names, count) = named(reply, limit),
        Replied::One(reply) => {
            // What is too long to be told is not copied.
            bytes = length(reply, limit);
            found = if bytes > room { Json::Null } else { shown(reply, limit) };
        }
        Replied::Batch(_) => {}
    })?;
    call.gather(bytes)?;
    if !are_cells {
        return Ok(Answer::json(200, &found));
    }
    let cells = cells(call, &names, limit)?;
    let at = call.desk.now().0;
    Ok(Answer::json(200, &members! { "at": at, "count": count, "cells": cells }))
}

/// The first names of what is found, a key alone for all of its record, and how many there are.
fn named(reply: &Reply<'_>, limit: usize) -> (Vec<(String, Option<String>)>, usize) {
    match reply {
        Reply::Keys(keys) => {
            (keys.iter().take(limit).map(|key| (key.to_string(), None)).collect(), keys.len())
        }
        Reply::Fields(fields) => {
            let names = fields.iter().map(|(key, field)| (key.to_string(), Some(field.to_string())));
            (names.take(limit).collect(), fields.len())
        }
        Reply::Items(items) => {
            let names = items.iter().map(|one| (one.key.to_string(), Some(one.field.to_string())));
            (names.take(limit).collect(), items.len())
        }
        _ => (Vec::new(), 0),
    }
}

/// The cells of these names, so many at most.
fn cells(
    call: &mut Call<'_>,
    names: &[(String, Option<String>)],
    limit: usize,
) -> Result<Vec<FoundCell>, Problem> {
    let mut cells = Vec::new();
    for (key, field) in names {
        let fields = match field {
            Some(field) => vec![field.clone()],
            None => call.ask(&Query::Scan { key }, |reply| match reply {
                Reply::Cells(cells) => cells.iter().map(|(field, _)| field.to_string()).take(limit).collect(),
                _ => Vec::new(),
            })?,
        };
        for field in fields {
            if cells.len() == limit {
                return Ok(cells);
            }
            let found = cell(call, key, &field)?;
            cells.extend(found.map(|cell| FoundCell { key: key.clone(), field, cell }));
        }
    }
    Ok(cells)
}

/// So many bytes have the texts of what is found.
fn length(reply: &Reply<'_>, limit: usize) -> usize {
    match reply {
        Reply::Keys(keys) => keys.iter().take(limit).map(|key| key.len()).sum(),
        Reply::Fields(fields) => fields.iter().take(limit).map(|(key, field)| key.len() + field.len()).sum(),
        Reply::Items(items) => {
            let texts = items.iter().take(limit).flat_map(|one| one.value.texts());
            texts.map(|text| text.len()).sum()
        }
        _ => 0,
    }
}

/// What is found, as much of it as may be told.
fn shown(reply: &Reply<'_>, limit: usize) -> Json {
    match reply {
        Reply::Fields(fields) => {
            let fields = fields.iter().take(limit).map(|(key, field)| json!({ "key": key, "field": field }));
            json!({ "fields": fields.collect::<Vec<_>>() })
        }
        Reply::Items(items) => {
            let items = items.iter().take(limit).map(|one| item(&one.key, &one.field, one.value.clone()));
            json!({ "items": items.collect::<Vec<_>>() })
        }
        Reply::Keys(keys) => json!({ "keys": keys[..keys.len().min(limit)] }),
        _ => Json::Null,
    }
}
