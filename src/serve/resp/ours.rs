//! Our own language over RESP: the words as they stand, and in a batch JSON arrays.

use bumpalo::Bump;

use super::call::{Call, Done, Refused, writer};
use super::face::{RespFace, Speech};
use super::reply;
use super::writer::Writer;
use crate::query::{Access, RawQuery};
use crate::script::words_of_line;
use crate::serve::own;
use crate::wire::{Answer, Request};

/// Asks a query of our language, in the connection's transaction if it has one open.
pub(super) fn ask(face: &mut RespFace, call: &mut Call<'_>, words: &[&str]) -> Done {
    let arena = Bump::new();
    let raw = raw(words, own::is_batch(words[0], call.desk.see().aliases()), &arena)?;
    let request = call.desk.read(&raw, &arena);
    let request = request.map_err(|mistake| {
        let meant = mistake.meant(call.desk.see().aliases()).map(|meant| format!(", {meant}"));
        Refused::said(format!("ERR {mistake}{}", meant.unwrap_or_default()))
    })?;
    if face.is_executing && ends_or_begins(&request) {
        return Err(Refused::said(format!("ERR {} inside MULTI is not allowed", words[0])));
    }
    let (protocol, is_text) = (call.protocol, face.speech == Speech::Text);
    if let Request::Batch(queries) = &request {
        call.say(|writer| writer.array(queries.len()))?;
    }
    Ok(call.desk.ask_own(&mut face.transaction, &request, call.held, |replies, answer| {
        let writer = &mut writer(replies, protocol);
        if is_text { write_text(writer, answer) } else { reply::write_answer(writer, answer) }
    })?)
}

/// Writes an answer as a list has it: a text, or an array of texts.
fn write_text(writer: &mut Writer<'_>, answer: &Answer<'_>) {
    match answer {
        Answer::One(reply) => writer.bulk(&reply.to_string()),
        Answer::Batch(replies) => {
            writer.array(replies.len());
            for reply in replies {
                writer.bulk(&reply.to_string());
            }
        }
    }
}

fn ends_or_begins(request: &Request<'_>) -> bool {
    let of_transactions = |access: Access| access.is_of_transactions();
    request.queries().iter().any(|query| of_transactions(query.operation().access()))
}

/// The words, or behind the name of a batch the arrays that they are.
fn raw<'a>(words: &[&'a str], is_batch: bool, arena: &'a Bump) -> Result<RawQuery<'a>, Refused> {
    let [name, queries @ ..] = words else { return Ok(RawQuery::default()) };
    if !is_batch {
        return Ok(RawQuery { words: words.to_vec(), arrays: Vec::new() });
    }
    let arrays = (1..).zip(queries).map(|(place, query)| match words_of_line(query.as_bytes(), arena) {
        Ok(RawQuery { words, arrays }) if arrays.is_empty() => Ok((place, words)),
        _ => Err(Refused::said(format!("ERR {name} takes queries as JSON arrays of strings"))),
    });
    Ok(RawQuery { words: vec![name], arrays: arrays.collect::<Result<_, _>>()? })
}
