//! MULTI, EXEC and WATCH on the transactions of the engine, and the way to its own language.
//!
//! Invariants: what is queued is carried out in one turn, so nothing comes between; with a store it is one group of the
//! log. WATCH is a transaction of its own that has read the keys: if its COMMIT is refused, somebody has changed one.
//! Each key counts from its own WATCH on, so the next WATCH ends that transaction and begins another for all keys.

use std::collections::BTreeSet;

use crate::query::Query;
use crate::reply::Reply;
use crate::serve::desk::Transaction;
use crate::serve::resp::call::{Call, Done, Refused, is};
use crate::serve::resp::face::{Queue, RespFace, Speech, Watched};
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
    let mut watched = face.watched.take().unwrap_or_default();
    let is_known = words[1..].iter().all(|key| watched.keys.contains(*key));
    if watched.is_broken || is_known {
        face.watched = Some(watched);
        return call.ok();
    }
    let (keys, bytes) = (watched.keys.len() + words.len() - 1, watched.bytes + bytes_of(&words[1..]));
    let limits = &call.desk.options.limits;
    if keys > limits.queries || bytes > limits.request {
        face.watched = Some(watched);
        return Err(Refused::said("ERR too many keys are watched"));
    }
    // What fails from here on leaves a watch that is broken rather than none.
    face.watched = Some(Watched { is_broken: true, ..Watched::default() });
    watched.is_broken = !watched.is_unchanged(call)?;
    watched.bytes = bytes;
    watched.keys.extend(words[1..].iter().map(|key| (*key).to_owned()));
    watched.transaction = if watched.is_broken { None } else { Some(begin_with(call, &watched.keys)?) };
    face.watched = Some(watched);
    call.ok()
}

fn bytes_of(words: &[&str]) -> usize {
    words.iter().map(|word| word.len()).sum()
}

/// A transaction that has read these keys.
fn begin_with(call: &mut Call<'_>, keys: &BTreeSet<String>) -> Result<Transaction, Refused> {
    let transaction = call.desk.transaction()?;
    let transaction = begin(call, transaction)?;
    let mut reading = Call { who: Some(&transaction), ..call.again() };
    for key in keys {
        reading.ask(&Query::ExistsRecord { key }, |_, _| ())?;
    }
    Ok(transaction)
}

impl Watched {
    /// Is each key as it was when it was watched? What has read them ends.
    fn is_unchanged(&mut self, call: &mut Call<'_>) -> Result<bool, Refused> {
        match self.transaction.take() {
            Some(transaction) => commit(call, &transaction),
            None => Ok(!self.is_broken),
        }
    }
}

pub(in crate::serve::resp) fn unwatch(face: &mut RespFace, call: &mut Call<'_>, _: &[&str]) -> Done {
    face.watched = None;
    call.ok()
}

/// A transaction that has begun.
fn begin(call: &mut Call<'_>, transaction: Transaction) -> Result<Transaction, Refused> {
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
    if let Some(mut watched) = watched
        && !watched.is_unchanged(call)?
    {
        call.desk.metrics.ended(false);
        return call.say(|writer: &mut Writer<'_>| writer.null_array());
    }
    // Where nothing is logged, nothing has to be one group.
    let is_open = face.transaction.is_some();
    if call.desk.is_durable() && !is_open && queue.commands.len() > 1 {
        let transaction = call.desk.passing_transaction();
        face.transaction = Some(begin(call, transaction)?);
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
    if let Some(transaction) = face.transaction.take() {
        commit(call, &transaction)?;
    }
    call.desk.metrics.ended(true);
    Ok(())
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
