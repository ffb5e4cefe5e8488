//! MULTI, EXEC and WATCH on the transactions of the engine, and the way to its own language.
//!
//! Invariants: what is queued is carried out in one turn, so nothing comes between; with a store it is one group of the
//! log. WATCH is a transaction of its own that has read the keys: if its COMMIT is refused, somebody has changed one.

use crate::query::Query;
use crate::reply::Reply;
use crate::serve::desk::Transaction;
use crate::serve::resp::call::{Call, Done, Refused, is};
use crate::serve::resp::face::{Queue, RespFace, Speech};
use crate::serve::resp::ours;
use crate::serve::resp::writer::Writer;

pub(in crate::serve::resp) fn multi(face: &mut RespFace, call: &mut Call<'_>, _: &[&str]) -> Done {
    if face.queue.is_some() {
        return Err(Refused::said("ERR MULTI calls can not be nested"));
    }
    face.queue = Some(Queue::default());
    call.ok()
}

pub(in crate::serve::resp) fn discard(face: &mut RespFace, call: &mut Call<'_>, _: &[&str]) -> Done {
    if face.queue.take().is_none() {
        return Err(Refused::said("ERR DISCARD without MULTI"));
    }
    face.watched = None;
    call.ok()
}

pub(in crate::serve::resp) fn watch(face: &mut RespFace, call: &mut Call<'_>, words: &[&str]) -> Done {
    if face.queue.is_some() {
        return Err(Refused::said("ERR WATCH inside MULTI is not allowed"));
    }
    let watched = match face.watched.take() {
        Some(watched) => watched,
        None => begin(call)?,
    };
    let mut watching = Call { who: Some(&watched), ..call.again() };
    for key in &words[1..] {
        watching.ask(&Query::ExistsRecord { key }, |_, _| ())?;
    }
    face.watched = Some(watched);
    call.ok()
}

pub(in crate::serve::resp) fn unwatch(face: &mut RespFace, call: &mut Call<'_>, _: &[&str]) -> Done {
    face.watched = None;
    call.ok()
}

/// A transaction that has begun.
fn begin(call: &mut Call<'_>) -> Result<Transaction, Refused> {
    let transaction = call.desk.transaction()?;
    Call { who: Some(&transaction), ..call.again() }.ask(&Query::Begin {}, |_, _| ())?;
    Ok(transaction)
}

/// Ends one; `false` if somebody has changed what it has read or written.
fn commit(call: &mut Call<'_>, transaction: &Transaction) -> Result<bool, Refused> {
    Call { who: Some(transaction), ..call.again() }
        .ask(&Query::Commit {}, |_, reply| *reply == Reply::Bool(true))
}

pub(in crate::serve::resp) fn exec(face: &mut RespFace, call: &mut Call<'_>, _: &[&str]) -> Done {
    let Some(queue) = face.queue.take() else { return Err(Refused::said("ERR EXEC without MULTI")) };
    let watched = face.watched.take();
    if queue.is_aborted {
        return Err(Refused::said("EXECABORT Transaction discarded because of previous errors."));
    }
    if let Some(watched) = watched
        && !commit(call, &watched)?
    {
        return call.say(|writer: &mut Writer<'_>| writer.null_array());
    }
    // Where nothing is logged, nothing has to be one group.
    let is_open = face.transaction.is_some();
    if call.desk.is_durable() && !is_open && queue.commands.len() > 1 {
        face.transaction = Some(begin(call)?);
    }
    call.say(|writer| writer.array(queue.commands.len()))?;
    face.is_executing = true;
    for words in &queue.commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        face.carry_out(&words, call.desk, call.held);
    }
    face.is_executing = false;
    if is_open {
        return Ok(());
    }
    face.transaction.take().map_or(Ok(()), |transaction| commit(call, &transaction).map(drop))
}

/// A query of our own language; or, alone, all that come now. With `TEXT` their answers are texts, as in a list.
pub(in crate::serve::resp) fn rewind(face: &mut RespFace, call: &mut Call<'_>, words: &[&str]) -> Done {
    face.speech = match words {
        [_] => Speech::Ours,
        [_, text] if is(text, "TEXT") => Speech::Text,
        _ => return ours::ask(face, call, &words[1..]),
    };
    call.ok()
}
