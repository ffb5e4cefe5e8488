//! Lists: a key's own value that was appended to.

use super::strings::part;
use crate::db::Kind;
use crate::query::Query;
use crate::reply::{Reply, Value};
use crate::serve::resp::call::{Call, Done, Refused, WRONG_TYPE, integer};
use crate::serve::resp::writer::Writer;
use crate::wire::{Answer, Request};

pub(in crate::serve::resp) fn rpush(call: &mut Call<'_>, words: &[&str]) -> Done {
    let key = words[1];
    call.holds(key, Kind::List)?;
    let items = words[2..].iter();
    let requests: Vec<_> = items.map(|item| Request::One(Query::Append { key, field: "", item })).collect();
    let mut length = 0;
    call.desk.ask_group(call.who, &requests, call.held, |_, answer| {
        if let Answer::One(Reply::Count(count)) = answer {
            length = *count;
        }
    })?;
    call.say(|writer| writer.count(length))
}

/// Hands the items of a list on.
fn items(call: &mut Call<'_>, key: &str, write: impl FnOnce(&mut Writer<'_>, &[&str])) -> Done {
    if !call.holds(key, Kind::List)? {
        return call.say(|writer| write(writer, &[]));
    }
    let is_list = call.ask(&Query::GetOwn { key }, |writer, reply| match reply {
        Reply::Value(Some(Value::List(items))) => {
            write(writer, &items.iter().map(|item| &**item).collect::<Vec<_>>());
            true
        }
        _ => false,
    })?;
    if is_list { Ok(()) } else { Err(Refused::said(WRONG_TYPE)) }
}

pub(in crate::serve::resp) fn lrange(call: &mut Call<'_>, words: &[&str]) -> Done {
    let (start, stop) = (integer(words[2])?, integer(words[3])?);
    items(call, words[1], |writer, items| {
        let part = part(items, start, stop);
        writer.array(part.len());
        for item in part {
            writer.bulk(item);
        }
    })
}

pub(in crate::serve::resp) fn llen(call: &mut Call<'_>, words: &[&str]) -> Done {
    items(call, words[1], |writer, items| writer.count(items.len() as u64))
}

pub(in crate::serve::resp) fn lindex(call: &mut Call<'_>, words: &[&str]) -> Done {
    if !call.holds(words[1], Kind::List)? {
        return call.text(None);
    }
    let at = integer(words[2])?;
    items(call, words[1], |writer, items| match part(items, at, at) {
        [item] => writer.bulk(item),
        _ => writer.null(),
    })
}
