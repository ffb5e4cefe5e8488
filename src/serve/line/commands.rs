//! What the commands of the line protocol come to: a key's own value, as a text.

use bumpalo::Bump;

use super::command::Command;
use super::face::LineFace;
use super::reply;
use crate::query::{Language, Query};
use crate::reply::Reply;
use crate::script::{read_list, read_typed};
use crate::serve::desk::{Desk, Held, Replies};
use crate::serve::face::End;
use crate::serve::passwords::{DEFAULT, TRIES};
use crate::store::Store;
use crate::time::Ttl;
use crate::wire::{Answer, Request, Term};

/// What comes of a command: its reply is written, or what is wrong.
type Done = Result<(), String>;

/// What may be asked before a password is given.
pub(super) fn is_open(command: &Command<'_>) -> bool {
    matches!(command, Command::Auth { .. } | Command::Exit)
}

/// How a command is counted.
pub(super) fn name(command: &Command<'_>) -> &'static str {
    match command {
        Command::Put { .. } => "put",
        Command::Get { .. } => "get",
        Command::Del { .. } => "del",
        Command::Ttl { .. } => "ttl",
        Command::Stats => "stats",
        Command::Compact => "compact",
        Command::Auth { .. } => "auth",
        Command::Exit => "exit",
        Command::Shutdown => "shutdown",
        Command::Query(_) => "query",
    }
}

/// Carries one out.
pub(super) fn carry_out(
    face: &mut LineFace,
    command: &Command<'_>,
    desk: &mut Desk,
    held: &mut Held,
) -> Done {
    match command {
        Command::Put { key, value, ttl } => {
            let put = match ttl {
                None => Query::Put { key, value },
                Some(ttl) => Query::PutWithTtl { key, value, ttl: *ttl },
            };
            ask(face, &put, desk, held)?;
            desk.metrics.puts += 1;
            say(held, reply::OK)
        }
        Command::Get { key } => {
            let found = |out: &mut Vec<u8>, answer: &Reply<'_>| {
                let value = if let Reply::Value(value) = answer { value.as_ref() } else { None };
                reply::found(out, key, value);
            };
            let get = Query::GetOwn { key };
            desk.ask(face.transaction.as_ref(), &get, held, |replies, reply| found(&mut replies.bytes, reply))
                .map_err(|refusal| refusal.to_string())
        }
        Command::Del { key } => {
            ask(face, &Query::Delete { key, field: "" }, desk, held)?;
            desk.metrics.deletes += 1;
            say(held, reply::DELETED)
        }
        Command::Ttl { key, ttl } => live(face, key, *ttl, desk, held),
        Command::Stats => stats(desk, held),
        Command::Compact => {
            desk.database().compact().map_err(|error| error.to_string())?;
            if desk.is_durable() {
                desk.metrics.compacted = Some(desk.now());
            }
            say(held, reply::OK)
        }
        Command::Auth { name, password } => admit(face, name.unwrap_or(DEFAULT), password, desk, held),
        Command::Exit => {
            face.end = Some(End::Close);
            say(held, reply::OK)
        }
        Command::Shutdown if desk.options.no_shutdown => Err(reply::SHUTDOWN_OFF.to_owned()),
        Command::Shutdown => {
            face.end = Some(End::Shutdown);
            say(held, reply::OK)
        }
        Command::Query(text) => query(face, text, desk, held),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a command ends with what it says")]
fn say(held: &mut Held, text: &str) -> Done {
    held.hold(|replies| reply::line(&mut replies.bytes, text));
    Ok(())
}

/// Asks what has no more to say than whether it is so.
fn ask(face: &LineFace, query: &Query<'_>, desk: &mut Desk, held: &mut Held) -> Result<bool, String> {
    let is_so = desk.ask(face.transaction.as_ref(), query, held, |_, reply| *reply == Reply::Bool(true));
    is_so.map_err(|refusal| refusal.to_string())
}

/// Gives a key another lifetime.
fn live(face: &LineFace, key: &str, ttl: Option<Ttl>, desk: &mut Desk, held: &mut Held) -> Done {
    let field = "";
    if !ask(face, &Query::Exists { key, field }, desk, held)? {
        return say(held, reply::NOT_FOUND);
    }
    let query = match ttl {
        None => Query::Persist { key, field },
        Some(ttl) => Query::Expire { key, field, ttl },
    };
    ask(face, &query, desk, held)?;
    desk.metrics.puts += 1;
    say(held, reply::OK)
}

fn stats(desk: &mut Desk, held: &mut Held) -> Done {
    let count = |_: &mut _, reply: &Reply<'_>| if let Reply::Count(count) = reply { *count } else { 0 };
    let keys = desk.ask(None, &Query::Size {}, held, count).map_err(|refusal| refusal.to_string())?;
    let store = desk.see().store();
    let on_disk = store.map_or(0, Store::values_on_disk);
    let bytes = store.and_then(|store| store.bytes_on_disk().ok()).unwrap_or_default();
    let stats = reply::Stats {
        keys_in_index: keys,
        keys_in_cache: keys.saturating_sub(on_disk),
        put_count: desk.metrics.puts,
        delete_count: desk.metrics.deletes,
        file_size_bytes: bytes,
        last_compaction_time: desk.metrics.compacted.map(|time| time.0),
    };
    held.hold(|replies| reply::stats(&mut replies.bytes, &stats));
    Ok(())
}

fn admit(face: &mut LineFace, name: &str, password: &str, desk: &Desk, held: &mut Held) -> Done {
    let passwords = &desk.options.passwords;
    if passwords.are_asked() && !passwords.admit(name, password) {
        face.wrong += 1;
        if face.wrong >= TRIES {
            face.end = Some(End::Close);
        }
        return Err("wrong password".to_owned());
    }
    face.admit();
    say(held, reply::OK)
}

/// Asks a query of our language, or a list of them as one group; the answer is JSON.
fn query(face: &mut LineFace, text: &str, desk: &mut Desk, held: &mut Held) -> Done {
    let is_list = text[1..].trim_start().starts_with('[');
    let (arena, level, context) = (Bump::new(), Language::records().last_level(), desk.context());
    let requests = if is_list {
        read_list(text, &arena, level, context)
    } else {
        read_typed(text, &arena, level, context, 1).map(|typed| vec![typed.request])
    };
    let requests = requests.map_err(|faults| faults.message().to_owned())?;
    let (mut answers, mut held_bytes, most) = (Vec::new(), 0, desk.options.limits.unread);
    let gather = |replies: &mut Replies, answer: &Answer<'_>| {
        // What is too long already is not made longer.
        let text = if held_bytes > most { String::new() } else { answer.to_string() };
        held_bytes += text.len();
        if held_bytes > most {
            (replies.are_over, answers) = (true, Vec::new());
        } else {
            answers.push(text);
        }
    };
    let answered = match &requests[..] {
        [request] if !is_list => desk.ask_own(&mut face.transaction, request, held, gather),
        requests => desk.ask_list(face.transaction.as_ref(), requests, held, gather).map(drop),
    };
    answered.map_err(|refusal| refusal.to_string())?;
    desk.drop_ended(&mut face.transaction);
    let answers = shaped(&requests, answers);
    let json =
        if is_list { serde_json::to_string(&answers) } else { serde_json::to_string(&answers.first()) };
    say(held, &json.map_err(|error| error.to_string())?)
}

/// The answers to queries as those to requests: what a batch is answered stands together.
fn shaped(requests: &[Request<'_>], answers: Vec<String>) -> Vec<Term> {
    let mut answers = answers.into_iter();
    let of_request = |request: &Request<'_>| match request {
        Request::One(_) => answers.next().map_or(Term::Array(Vec::new()), Term::Text),
        Request::Batch(queries) => Term::Array(answers.by_ref().take(queries.len()).collect()),
    };
    requests.iter().map(of_request).collect()
}
