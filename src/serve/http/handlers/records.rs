//! Records: listed, read, removed, and how long they live.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cells::{Lifetime, done};
use super::shown::{Cell, Shown, cell, left};
use crate::db::Page;
use crate::query::Query;
use crate::reply::Reply;
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::{Asked, Call, Whole};
use crate::serve::http::problem::{Problem, too_long};
use crate::time::Ttl;

/// A page has so many unless told, and so many at most.
pub(super) const PAGE: u64 = 100;
pub(in crate::serve::http) const LARGEST: u64 = 10_000;

/// A record as it is told.
#[derive(Serialize)]
struct Record<'k> {
    key: &'k str,
    value: Option<Shown>,
    left: Option<u64>,
    fields: BTreeMap<String, Cell>,
}

/// A page of fields.
#[derive(Serialize)]
struct Fields {
    fields: BTreeMap<String, Cell>,
    next: Option<String>,
}

/// Which part of a listing is asked for.
struct Part<'a> {
    prefix: &'a str,
    after: Option<&'a str>,
    limit: usize,
}

impl<'a> Part<'a> {
    fn of(asked: &'a Asked) -> Result<Self, Problem> {
        let limit = asked.number("limit", 1, LARGEST)?.unwrap_or(PAGE);
        let (prefix, after) = (asked.parameter("prefix").unwrap_or_default(), asked.parameter("after"));
        Ok(Self { prefix, after, limit: usize::try_from(limit).unwrap_or(usize::MAX) })
    }

    /// That part of names in byte order, and the one behind which the next begins.
    fn take<T>(&self, all: &[T], name: impl Fn(&T) -> &str) -> (Vec<String>, Option<String>) {
        let first = all.partition_point(|one| {
            let name = name(one);
            name < self.prefix || self.after.is_some_and(|after| name <= after)
        });
        let mut page: Vec<String> = Vec::new();
        for one in &all[first..] {
            if !name(one).starts_with(self.prefix) {
                break;
            }
            if page.len() == self.limit {
                let next = page.last().cloned();
                return (page, next);
            }
            page.push(name(one).to_owned());
        }
        (page, None)
    }
}

pub(in crate::serve::http) fn list(call: &mut Call<'_>) -> Outcome {
    let part = Part::of(call.asked)?;
    let (keys, next) = if call.who.is_some() {
        // It is told what it has written itself, and what it has seen counts.
        call.ask(&Query::Keys {}, |reply| match reply {
            Reply::Keys(keys) => part.take(keys, |key| &**key),
            _ => (Vec::new(), None),
        })?
    } else {
        let after = part.after.map(|after| (after, ""));
        let page = Page { prefix: part.prefix, after, limit: part.limit, bytes: usize::MAX };
        let (keys, has_more) = call.desk.see().page_of_keys(page);
        let keys: Vec<_> = keys.into_iter().map(str::to_owned).collect();
        let next = keys.last().cloned().filter(|_| has_more);
        (keys, next)
    };
    Ok(Answer::json(200, &members! { "keys": keys, "next": next }))
}

pub(in crate::serve::http) fn get(call: &mut Call<'_>) -> Outcome {
    let key = call.asked.name(0);
    let most = call.server.limits().unread;
    let cells = call.ask(&Query::Scan { key }, |reply| {
        let Reply::Cells(cells) = reply else { return Some(Vec::new()) };
        let bytes: usize = cells.iter().flat_map(|(_, value)| value.texts()).map(|text| text.len()).sum();
        let owned = || cells.iter().map(|(field, value)| (field.to_string(), value.clone().into_owned()));
        // What is too long to be told is not copied.
        (bytes <= most).then(|| owned().collect())
    })?;
    let cells: Vec<_> = cells.ok_or_else(too_long)?;
    if cells.is_empty() {
        return Err(Problem::not_found());
    }
    let mut fields = BTreeMap::new();
    for (field, value) in cells {
        let left = call.ask(&Query::TtlOf { key, field: &field }, left)??;
        fields.insert(field, Cell { value: Shown(value), left });
    }
    let own = fields.remove("");
    let (value, left) = own.map_or((None, None), |own| (Some(own.value), own.left));
    Ok(Answer::json(200, &Record { key, value, left, fields }))
}

pub(in crate::serve::http) fn delete(call: &mut Call<'_>) -> Outcome {
    let key = call.asked.name(0);
    done(call.is_so(&Query::DeleteRecord { key })?)
}

pub(in crate::serve::http) fn fields(call: &mut Call<'_>) -> Outcome {
    let (key, part) = (call.asked.name(0), Part::of(call.asked)?);
    if !call.is_so(&Query::ExistsRecord { key })? {
        return Err(Problem::not_found());
    }
    let (names, next) = call.ask(&Query::ScanByPrefix { key, prefix: part.prefix }, |reply| match reply {
        Reply::Cells(cells) => {
            // The own value is no field.
            let own = usize::from(cells.first().is_some_and(|(field, _)| field.is_empty()));
            part.take(&cells[own..], |(field, _)| &**field)
        }
        _ => (Vec::new(), None),
    })?;
    let mut fields = BTreeMap::new();
    for field in names {
        if let Some(cell) = cell(call, key, &field)? {
            fields.insert(field, cell);
        }
    }
    Ok(Answer::json(200, &Fields { fields, next }))
}

pub(in crate::serve::http) fn ttl(call: &mut Call<'_>) -> Outcome {
    let key = call.asked.name(0);
    let left = call.ask(&Query::TtlOfRecord { key }, left)??;
    Ok(Answer::json(200, &members! { "left": left }))
}

pub(in crate::serve::http) fn expire(call: &mut Call<'_>) -> Outcome {
    let key = call.asked.name(0);
    let Lifetime { ttl: Whole(ttl) } = call.asked.json()?;
    let is_there = call.is_so(&Query::ExistsRecord { key })?;
    if is_there {
        call.is_so(&Query::ExpireRecord { key, ttl: Ttl(ttl) })?;
    }
    done(is_there)
}

pub(in crate::serve::http) fn persist(call: &mut Call<'_>) -> Outcome {
    let key = call.asked.name(0);
    let is_there = call.is_so(&Query::ExistsRecord { key })?;
    if is_there {
        call.is_so(&Query::PersistRecord { key })?;
    }
    done(is_there)
}
