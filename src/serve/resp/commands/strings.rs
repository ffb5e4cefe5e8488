//! Texts: a key's own value.

use super::options::{Lives, Options, is_option, lifetime};
use crate::db::Kind;
use crate::query::Query;
use crate::reply::{Reply, Value};
use crate::serve::resp::call::{
    Call, Done, NO_INTEGER, Refused, SYNTAX, WRONG_TYPE, integer, strict, text_of,
};
use crate::serve::resp::escape;
use crate::time::Ttl;

/// What a key's own value is, for those who want a text.
enum Found {
    Text,
    Nothing,
    Other,
}

pub(in crate::serve::resp) fn get(call: &mut Call<'_>, words: &[&str]) -> Done {
    let key = words[1];
    let found = call.ask(&Query::GetOwn { key }, |writer, reply| match reply {
        Reply::Value(Some(Value::Text(text))) => {
            writer.bulk(text);
            Found::Text
        }
        Reply::Value(None) => Found::Nothing,
        _ => Found::Other,
    })?;
    match found {
        Found::Text => Ok(()),
        Found::Nothing if call.kind(key) == Kind::Nothing => call.text(None),
        Found::Nothing | Found::Other => Err(Refused::said(WRONG_TYPE)),
    }
}

/// The text of a key.
pub(super) fn own_text(call: &mut Call<'_>, key: &str) -> Result<Option<String>, Refused> {
    let own = call.ask(&Query::GetOwn { key }, |_, reply| match reply {
        Reply::Value(Some(value)) => Some(text_of(value).map(str::to_owned)),
        _ => None,
    })?;
    match own {
        Some(Some(text)) => Ok(Some(text)),
        Some(None) => Err(Refused::said(WRONG_TYPE)),
        None => call.holds(key, Kind::Text).map(|_| None),
    }
}

pub(in crate::serve::resp) fn mget(call: &mut Call<'_>, words: &[&str]) -> Done {
    let keys = &words[1..];
    call.say(|writer| writer.array(keys.len()))?;
    keys.iter().try_for_each(|key| {
        call.ask(&Query::GetOwn { key }, |writer, reply| match reply {
            Reply::Value(Some(Value::Text(text))) => writer.bulk(text),
            _ => writer.null(),
        })
    })
}

pub(in crate::serve::resp) fn strlen(call: &mut Call<'_>, words: &[&str]) -> Done {
    let text = own_text(call, words[1])?;
    call.count(text.map_or(0, |text| escape::len(&text)))
}

pub(in crate::serve::resp) fn getrange(call: &mut Call<'_>, words: &[&str]) -> Done {
    let (start, end) = (integer(words[2])?, integer(words[3])?);
    let text = own_text(call, words[1])?.unwrap_or_default();
    let bytes = escape::bytes(&text);
    // A place before the beginning is the beginning here, unless both are.
    let is_backwards = start < 0 && end < 0 && start > end;
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let end = if is_backwards { end } else { end.max(-length) };
    call.say(|writer| writer.bytes(part(&bytes, start, end)))
}

/// The part from one place to another, which count from the end where they are negative.
pub(super) fn part<T>(whole: &[T], start: i64, end: i64) -> &[T] {
    let length = i64::try_from(whole.len()).unwrap_or(i64::MAX);
    let place = |at: i64| if at < 0 { at.saturating_add(length) } else { at };
    let (start, end) = (place(start).max(0), place(end).min(length - 1));
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let end = usize::try_from(end.saturating_add(1)).unwrap_or(0);
    whole.get(start..end).unwrap_or_default()
}

pub(in crate::serve::resp) fn set(call: &mut Call<'_>, words: &[&str]) -> Done {
    let (key, value) = (words[1], words[2]);
    if words.len() == 3 {
        put(call, key, value, Lives::ForEver)?;
        return call.ok();
    }
    let options = Options::read(&words[3..], true).map_err(|refused| match words {
        // So one writes who means a field.
        [name, key, field, value] if !is_option(value) => {
            Refused::said(format!("{SYNTAX}, try REWIND {name} {key} {field} {value}"))
        }
        _ => refused,
    })?;
    let lives = options.end.lives(call, "set", Lives::ForEver, Lives::On)?;
    let before = if options.returns { own_text(call, key)? } else { None };
    let is_there = call.kind(key) != Kind::Nothing;
    let is_done = !(options.if_nothing && is_there || options.if_something && !is_there);
    if is_done {
        put(call, key, value, lives)?;
    }
    match options.returns {
        true => call.text(before.as_deref()),
        false if is_done => call.ok(),
        false => call.text(None),
    }
}

/// Gives a key a text, in the place of whatever it holds.
fn put(call: &mut Call<'_>, key: &str, value: &str, lives: Lives) -> Done {
    let is_other = matches!(call.kind(key), Kind::List | Kind::Hash);
    let lives = if lives == Lives::On { remaining(call, key)? } else { lives };
    let put = match lives {
        Lives::For(ttl) => Query::PutWithTtl { key, value, ttl: Ttl(ttl) },
        Lives::ForEver | Lives::On | Lives::Not => Query::Put { key, value },
    };
    if lives == Lives::Not {
        // Who watches the key is told, even if it was not there.
        return call.ask_all(vec![put, Query::DeleteRecord { key }]);
    }
    if is_other { call.ask_all(vec![Query::DeleteRecord { key }, put]) } else { call.ask(&put, |_, _| ()) }
}

/// How long a key lives.
fn remaining(call: &mut Call<'_>, key: &str) -> Result<Lives, Refused> {
    call.ask(&Query::TtlOfRecord { key }, |_, reply| match reply {
        Reply::Remaining(Some(left)) => Lives::For(*left),
        _ => Lives::ForEver,
    })
}

pub(in crate::serve::resp) fn setnx(call: &mut Call<'_>, words: &[&str]) -> Done {
    let is_there = call.kind(words[1]) != Kind::Nothing;
    if !is_there {
        put(call, words[1], words[2], Lives::ForEver)?;
    }
    call.integer(i64::from(!is_there))
}

pub(in crate::serve::resp) fn setex(call: &mut Call<'_>, words: &[&str]) -> Done {
    let lives = lifetime(call, (words[2], true, false), "setex")?;
    put(call, words[1], words[3], lives)?;
    call.ok()
}

pub(in crate::serve::resp) fn psetex(call: &mut Call<'_>, words: &[&str]) -> Done {
    let lives = lifetime(call, (words[2], false, false), "psetex")?;
    put(call, words[1], words[3], lives)?;
    call.ok()
}

pub(in crate::serve::resp) fn getset(call: &mut Call<'_>, words: &[&str]) -> Done {
    let before = own_text(call, words[1])?;
    put(call, words[1], words[2], Lives::ForEver)?;
    call.text(before.as_deref())
}

pub(in crate::serve::resp) fn getdel(call: &mut Call<'_>, words: &[&str]) -> Done {
    let before = own_text(call, words[1])?;
    if before.is_some() {
        call.ask(&Query::DeleteRecord { key: words[1] }, |_, _| ())?;
    }
    call.text(before.as_deref())
}

pub(in crate::serve::resp) fn getex(call: &mut Call<'_>, words: &[&str]) -> Done {
    let key = words[1];
    let options = Options::read(&words[2..], false)?;
    let text = own_text(call, key)?;
    if text.is_some() {
        match options.end.lives(call, "getex", Lives::On, Lives::ForEver)? {
            Lives::On => {}
            Lives::ForEver => call.ask(&Query::PersistRecord { key }, |_, _| ())?,
            Lives::For(ttl) => call.ask(&Query::ExpireRecord { key, ttl: Ttl(ttl) }, |_, _| ())?,
            Lives::Not => call.ask(&Query::DeleteRecord { key }, |_, _| ())?,
        }
    }
    call.text(text.as_deref())
}

pub(in crate::serve::resp) fn mset(call: &mut Call<'_>, words: &[&str]) -> Done {
    let pairs = pairs(&words[1..], "mset")?;
    put_all(call, &pairs)?;
    call.ok()
}

pub(in crate::serve::resp) fn msetnx(call: &mut Call<'_>, words: &[&str]) -> Done {
    let pairs = pairs(&words[1..], "msetnx")?;
    let is_there = pairs.iter().any(|(key, _)| call.kind(key) != Kind::Nothing);
    if !is_there {
        put_all(call, &pairs)?;
    }
    call.integer(i64::from(!is_there))
}

/// Words by two.
pub(super) fn pairs<'w>(words: &[&'w str], command: &str) -> Result<Vec<(&'w str, &'w str)>, Refused> {
    let (pairs, odd) = words.as_chunks::<2>();
    if odd.is_empty() {
        Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
    } else {
        Err(Refused::said(format!("ERR wrong number of arguments for '{command}' command")))
    }
}

fn put_all(call: &mut Call<'_>, pairs: &[(&str, &str)]) -> Done {
    let mut queries = Vec::with_capacity(pairs.len());
    for &(key, value) in pairs {
        if matches!(call.kind(key), Kind::List | Kind::Hash) {
            queries.push(Query::DeleteRecord { key });
        }
        queries.push(Query::Put { key, value });
    }
    call.ask_all(queries)
}

pub(in crate::serve::resp) fn append(call: &mut Call<'_>, words: &[&str]) -> Done {
    let text = own_text(call, words[1])?;
    let text = match text {
        Some(text) if escape::len(&text) + escape::len(words[2]) > call.desk.options.limits.word => {
            return Err(Refused::said("ERR string exceeds maximum allowed size (proto-max-bulk-len)"));
        }
        Some(text) => escape::text(&[escape::bytes(&text), escape::bytes(words[2])].concat()).into_owned(),
        None => words[2].to_owned(),
    };
    put(call, words[1], &text, Lives::On)?;
    call.count(escape::len(&text))
}

pub(in crate::serve::resp) fn incr(call: &mut Call<'_>, words: &[&str]) -> Done {
    add(call, words[1], 1)
}

pub(in crate::serve::resp) fn decr(call: &mut Call<'_>, words: &[&str]) -> Done {
    add(call, words[1], -1)
}

pub(in crate::serve::resp) fn incrby(call: &mut Call<'_>, words: &[&str]) -> Done {
    let more = integer(words[2])?;
    add(call, words[1], more)
}

pub(in crate::serve::resp) fn decrby(call: &mut Call<'_>, words: &[&str]) -> Done {
    let less = integer(words[2])?;
    let more = less.checked_neg().ok_or_else(|| Refused::said("ERR decrement would overflow"))?;
    add(call, words[1], more)
}

fn add(call: &mut Call<'_>, key: &str, more: i64) -> Done {
    let text = own_text(call, key)?;
    let before = text.map_or(Some(0), |text| strict(&text)).ok_or_else(|| Refused::said(NO_INTEGER))?;
    let sum = sum(before, more)?;
    put(call, key, &sum.to_string(), Lives::On)?;
    call.integer(sum)
}

/// A sum that is a number of 64 bits.
pub(super) fn sum(before: i64, more: i64) -> Result<i64, Refused> {
    before.checked_add(more).ok_or_else(|| Refused::said("ERR increment or decrement would overflow"))
}
