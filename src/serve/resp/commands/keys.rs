//! Keys, whatever they hold.

use super::walk::{Walk, cursor};
use crate::db::{Database, Kind};
use crate::query::Query;
use crate::reply::{Reply, Value};
use crate::serve::resp::call::{Call, Done, Refused, SYNTAX, glob, is, strict};
use crate::serve::resp::escape;

/// Texts of so many bytes are kept with their key, in Redis.
const EMBEDDED: usize = 44;

/// What a record takes beside its texts, about.
const OVERHEAD: usize = 100;

pub(in crate::serve::resp) fn del(call: &mut Call<'_>, words: &[&str]) -> Done {
    let deleted = call.count_so(words[1..].iter().map(|key| Query::DeleteRecord { key }).collect())?;
    call.integer(deleted)
}

pub(in crate::serve::resp) fn exists(call: &mut Call<'_>, words: &[&str]) -> Done {
    let there = call.count_so(words[1..].iter().map(|key| Query::ExistsRecord { key }).collect())?;
    call.integer(there)
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Nothing => "none",
        Kind::Text => "string",
        Kind::List => "list",
        Kind::Hash => "hash",
    }
}

pub(in crate::serve::resp) fn type_of(call: &mut Call<'_>, words: &[&str]) -> Done {
    let kind = call.kind(words[1]);
    call.say(|writer| writer.simple(name(kind)))
}

pub(in crate::serve::resp) fn keys(call: &mut Call<'_>, words: &[&str]) -> Done {
    let pattern = glob(words[1])?;
    call.ask(&Query::Keys {}, |writer, reply| {
        let Reply::Keys(keys) = reply else { return writer.array(0) };
        let keys: Vec<_> = keys.iter().filter(|key| pattern.is_match(&escape::bytes(key))).collect();
        writer.array(keys.len());
        for key in &keys {
            writer.bulk(key);
        }
    })
}

pub(in crate::serve::resp) fn dbsize(call: &mut Call<'_>, _: &[&str]) -> Done {
    call.ask(&Query::Size {}, |writer, reply| {
        if let Reply::Count(count) = reply {
            writer.count(*count);
        }
    })
}

/// The cursor is the part of the map that is walked next; 0 is the first, and the end.
pub(in crate::serve::resp) fn scan(call: &mut Call<'_>, words: &[&str]) -> Done {
    let (mut part, walk) = (cursor(words[1])?, Walk::read(&words[2..], true)?);
    let (mut found, parts) = (Vec::new(), Database::PARTS as u64);
    while found.len() < walk.count && part < parts {
        let number = usize::try_from(part).unwrap_or(Database::PARTS);
        found.extend(call.desk.keys_of_part(call.who, number));
        part += 1;
    }
    let is_of_kind =
        |call: &mut Call<'_>, key: &str| walk.kind.is_none_or(|kind| is(name(call.kind(key)), kind));
    found.retain(|key| walk.takes(key) && is_of_kind(call, key));
    call.say(|writer| {
        writer.array(2);
        writer.bulk(&if part < parts { part } else { 0 }.to_string());
        writer.array(found.len());
        for key in &found {
            writer.bulk(key);
        }
    })
}

pub(in crate::serve::resp) fn flush(call: &mut Call<'_>, words: &[&str]) -> Done {
    match &words[1..] {
        [] => {}
        [how] if is(how, "ASYNC") || is(how, "SYNC") => {}
        _ => return Err(Refused::said(SYNTAX)),
    }
    call.ask(&Query::Clear {}, |_, _| ())?;
    call.ok()
}

pub(in crate::serve::resp) fn object(call: &mut Call<'_>, words: &[&str]) -> Done {
    let key = words[2];
    let encoding = match call.kind(key) {
        Kind::Nothing => return call.text(None),
        Kind::List => "quicklist",
        Kind::Hash => "hashtable",
        Kind::Text => call.ask(&Query::GetOwn { key }, |_, reply| match reply {
            Reply::Value(Some(Value::Text(text))) if strict(text).is_some() => "int",
            Reply::Value(Some(Value::Text(text))) if escape::len(text) > EMBEDDED => "raw",
            _ => "embstr",
        })?,
    };
    call.text(Some(encoding))
}

pub(in crate::serve::resp) fn memory(call: &mut Call<'_>, words: &[&str]) -> Done {
    let key = words[2];
    let bytes = call.ask(&Query::Scan { key }, |_, reply| match reply {
        Reply::Cells(cells) if !cells.is_empty() => {
            let of_cells =
                cells.iter().map(|(field, value)| field.len() + value.shown().len() + OVERHEAD / 2);
            Some(OVERHEAD + key.len() + of_cells.sum::<usize>())
        }
        _ => None,
    })?;
    match bytes {
        Some(bytes) => call.say(|writer| writer.count(bytes as u64)),
        None => call.text(None),
    }
}
