//! Our own language over RESP: the words as they stand, and in a batch JSON arrays.

use super::call::{Call, Done, Refused, writer};
use super::face::{RespFace, Speech};
use super::reply;
use super::writer::Writer;
use crate::db::Error;
use crate::query::{Access, Language};
use crate::serve::own;
use crate::wire::{self, Answer, Request, Term};

/// Asks a query of our language, in the connection's transaction if it has one open.
pub(super) fn ask(face: &mut RespFace, call: &mut Call<'_>, words: &[&str]) -> Done {
    let aliases = call.desk.see().aliases().clone();
    let mut terms = terms(words, own::is_batch(words[0], &aliases))?;
    own::settle(&mut terms, &aliases, call.now());
    let request = Request::parse(&wire::raw_query(&terms), &aliases, Language::records().last_level());
    let request = request.map_err(|mistake| Refused::said(format!("ERR {}", Error::from(mistake))))?;
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
fn terms(words: &[&str], is_batch: bool) -> Result<Vec<Term>, Refused> {
    let [name, words @ ..] = words else { return Ok(Vec::new()) };
    let term = |word: &&str| {
        if !is_batch {
            return Ok(Term::from(*word));
        }
        let array = serde_json::from_str(word).map(Term::Array);
        array.map_err(|_| Refused::said(format!("ERR {name} takes queries as JSON arrays of strings")))
    };
    std::iter::once(Ok(Term::from(*name))).chain(words.iter().map(term)).collect()
}
