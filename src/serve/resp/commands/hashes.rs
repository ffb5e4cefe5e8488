//! Hashes: the fields of a record but for the empty one, which is the key's own value.
//!
//! Invariant: a field that is new to a hash whose fields all end does not outlive them.

use super::strings::{pairs, sum};
use super::walk::{Walk, cursor};
use crate::db::Kind;
use crate::query::Query;
use crate::reply::{Reply, Value};
use crate::serve::resp::call::{Call, Done, Refused, integer, strict};
use crate::serve::resp::escape;
use crate::serve::resp::writer::Writer;
use crate::time::Ttl;

/// A field that is to be set: how long it lives, and whether it is new.
struct Target {
    ttl: Option<Ttl>,
    is_new: bool,
}

fn check_field(field: &str) -> Result<(), Refused> {
    if field.is_empty() {
        return Err(Refused::said("ERR the empty field is the key's own value"));
    }
    Ok(())
}

/// How a field of a hash is to be set: with the lifetime that it has or, if it is new, with the one of the hash.
fn target(call: &mut Call<'_>, key: &str, field: &str) -> Result<Target, Refused> {
    let left = |reply: &Reply<'_>| match reply {
        Reply::Remaining(left) => Some(left.map(Ttl)),
        _ => None,
    };
    let own = call.ask(&Query::TtlOf { key, field }, |_, reply| left(reply))?;
    if let Some(ttl) = own {
        return Ok(Target { ttl, is_new: false });
    }
    let ttl = call.ask(&Query::TtlOfRecord { key }, |_, reply| left(reply))?;
    Ok(Target { ttl: ttl.flatten(), is_new: true })
}

/// The query that sets a field so.
fn setting<'q>(
    call: &Call<'_>,
    key: &'q str,
    (field, value): (&'q str, &'q str),
    ttl: Option<Ttl>,
) -> Query<'q> {
    match ttl {
        None => Query::Set { key, field, value },
        Some(ttl) => Query::SetAtWithTtl { key, field, value, timestamp: call.now(), ttl },
    }
}

/// Sets fields as one group. Returns how many are new.
fn set_fields(call: &mut Call<'_>, words: &[&str], command: &str) -> Result<i64, Refused> {
    let (key, pairs) = (words[1], pairs(&words[2..], command)?);
    call.holds(key, Kind::Hash)?;
    pairs.iter().try_for_each(|(field, _)| check_field(field))?;
    let (mut queries, mut new) = (Vec::with_capacity(pairs.len()), std::collections::BTreeSet::new());
    for pair in pairs {
        let Target { ttl, is_new } = target(call, key, pair.0)?;
        if is_new {
            new.insert(pair.0);
        }
        queries.push(setting(call, key, pair, ttl));
    }
    call.ask_all(queries)?;
    Ok(i64::try_from(new.len()).unwrap_or(i64::MAX))
}

pub(in crate::serve::resp) fn hset(call: &mut Call<'_>, words: &[&str]) -> Done {
    let new = set_fields(call, words, "hset")?;
    call.integer(new)
}

pub(in crate::serve::resp) fn hmset(call: &mut Call<'_>, words: &[&str]) -> Done {
    set_fields(call, words, "hmset")?;
    call.ok()
}

pub(in crate::serve::resp) fn hsetnx(call: &mut Call<'_>, words: &[&str]) -> Done {
    let (key, field, value) = (words[1], words[2], words[3]);
    check_field(field)?;
    call.holds(key, Kind::Hash)?;
    let Target { ttl, is_new } = target(call, key, field)?;
    if is_new {
        let query = setting(call, key, (field, value), ttl);
        call.ask(&query, |_, _| ())?;
    }
    call.integer(i64::from(is_new))
}

pub(in crate::serve::resp) fn hincrby(call: &mut Call<'_>, words: &[&str]) -> Done {
    let (key, field, more) = (words[1], words[2], integer(words[3])?);
    check_field(field)?;
    call.holds(key, Kind::Hash)?;
    let text = call.ask(&Query::Get { key, field }, |_, reply| match reply {
        Reply::Value(Some(value)) => Some(value.shown().into_owned()),
        _ => None,
    })?;
    let before = text.map_or(Some(0), |text| strict(&text));
    let sum = sum(before.ok_or_else(|| Refused::said("ERR hash value is not an integer"))?, more)?;
    let (ttl, text) = (target(call, key, field)?.ttl, sum.to_string());
    let query = setting(call, key, (field, &text), ttl);
    call.ask(&query, |_, _| ())?;
    call.integer(sum)
}

fn value(writer: &mut Writer<'_>, value: Option<&Value<'_>>) {
    match value {
        Some(value) => writer.bulk(&value.shown()),
        None => writer.null(),
    }
}

/// Writes a field; whether it is there.
fn write_field(call: &mut Call<'_>, key: &str, field: &str) -> Result<bool, Refused> {
    if field.is_empty() {
        return Ok(false);
    }
    call.ask(&Query::Get { key, field }, |writer, reply| match reply {
        Reply::Value(Some(found)) => {
            value(writer, Some(found));
            true
        }
        _ => false,
    })
}

pub(in crate::serve::resp) fn hget(call: &mut Call<'_>, words: &[&str]) -> Done {
    if write_field(call, words[1], words[2])? {
        return Ok(());
    }
    call.holds(words[1], Kind::Hash)?;
    call.text(None)
}

pub(in crate::serve::resp) fn hmget(call: &mut Call<'_>, words: &[&str]) -> Done {
    let (key, fields) = (words[1], &words[2..]);
    call.holds(key, Kind::Hash)?;
    call.say(|writer| writer.array(fields.len()))?;
    for field in fields {
        if !write_field(call, key, field)? {
            call.text(None)?;
        }
    }
    Ok(())
}

pub(in crate::serve::resp) fn hexists(call: &mut Call<'_>, words: &[&str]) -> Done {
    let (key, field) = (words[1], words[2]);
    let is_hash = call.holds(key, Kind::Hash)? && !field.is_empty();
    let is_there = is_hash && call.is_so(&Query::Exists { key, field })?;
    call.integer(i64::from(is_there))
}

pub(in crate::serve::resp) fn hstrlen(call: &mut Call<'_>, words: &[&str]) -> Done {
    let (key, field) = (words[1], words[2]);
    call.holds(key, Kind::Hash)?;
    let length = call.ask(&Query::Get { key, field }, |_, reply| match reply {
        Reply::Value(Some(value)) if !field.is_empty() => escape::len(&value.shown()),
        _ => 0,
    })?;
    call.count(length)
}

/// Hands the fields of a hash on.
fn fields(
    call: &mut Call<'_>,
    key: &str,
    write: impl FnOnce(&mut Writer<'_>, &[(&str, &Value<'_>)]),
) -> Done {
    call.holds(key, Kind::Hash)?;
    call.ask(&Query::Scan { key }, |writer, reply| {
        let Reply::Cells(cells) = reply else { return write(writer, &[]) };
        let fields = cells.iter().map(|(field, value)| (&**field, value));
        let fields: Vec<_> = fields.filter(|(field, _)| !field.is_empty()).collect();
        write(writer, &fields);
    })
}

pub(in crate::serve::resp) fn hlen(call: &mut Call<'_>, words: &[&str]) -> Done {
    fields(call, words[1], |writer, fields| writer.count(fields.len() as u64))
}

pub(in crate::serve::resp) fn hkeys(call: &mut Call<'_>, words: &[&str]) -> Done {
    fields(call, words[1], |writer, fields| {
        writer.array(fields.len());
        for (field, _) in fields {
            writer.bulk(field);
        }
    })
}

pub(in crate::serve::resp) fn hvals(call: &mut Call<'_>, words: &[&str]) -> Done {
    fields(call, words[1], |writer, fields| {
        writer.array(fields.len());
        for (_, found) in fields {
            value(writer, Some(found));
        }
    })
}

pub(in crate::serve::resp) fn hgetall(call: &mut Call<'_>, words: &[&str]) -> Done {
    fields(call, words[1], |writer, fields| {
        writer.map(fields.len());
        for (field, found) in fields {
            writer.bulk(field);
            value(writer, Some(found));
        }
    })
}

pub(in crate::serve::resp) fn hscan(call: &mut Call<'_>, words: &[&str]) -> Done {
    cursor(words[2])?;
    if !call.holds(words[1], Kind::Hash)? {
        // Of what is not there the options are not looked at, as in Redis.
        return call.say(|writer| {
            writer.array(2);
            writer.bulk("0");
            writer.array(0);
        });
    }
    let walk = Walk::read(&words[3..], false)?;
    fields(call, words[1], |writer, fields| {
        let fields: Vec<_> = fields.iter().filter(|(field, _)| walk.takes(field)).collect();
        writer.array(2);
        writer.bulk("0");
        writer.array(if walk.no_values { 1 } else { 2 } * fields.len());
        for (field, found) in fields {
            writer.bulk(field);
            if !walk.no_values {
                value(writer, Some(found));
            }
        }
    })
}

pub(in crate::serve::resp) fn hdel(call: &mut Call<'_>, words: &[&str]) -> Done {
    let key = words[1];
    call.holds(key, Kind::Hash)?;
    let fields = words[2..].iter().filter(|field| !field.is_empty());
    let deleted = call.count_so(fields.map(|field| Query::Delete { key, field }).collect())?;
    call.integer(deleted)
}
