//! py-in-mem's: each command has a path, its words stand in a text, lifetimes are seconds.
//!
//! Invariant: the status of a response is that of its body.

mod command;

use serde_json::{Value as Json, json};

use self::command::{Command, Said};
use super::shell;
use crate::query::Query;
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::{Call, TRANSACTION};
use crate::serve::http::handlers::transactions;
use crate::serve::http::problem::Problem;

/// What is said to `help`.
const COMMANDS: &str = "alias, batch, begin, clear, commit, delete, exists, find, get, help, items, keys, put, \
                        reset-alias, rollback, show-alias, size, values";

/// The answer, with what was received.
fn said(call: &Call<'_>, Said { status, message, data }: Said) -> Answer {
    let received: Json = serde_json::from_slice(&call.asked.body).unwrap_or_default();
    let told = members! { "received": received, "status": status, "message": message, "data": data };
    Answer::json(status, &told)
}

/// The text of a body; one that has none has no words.
fn line(call: &Call<'_>) -> Result<String, Said> {
    if call.asked.body.is_empty() {
        return Ok(String::new());
    }
    let body: Json =
        serde_json::from_slice(&call.asked.body).map_err(|_| Said::bad("The body is not JSON"))?;
    match &body["command"] {
        Json::String(line) => Ok(line.clone()),
        _ => Err(Said::bad("The body is an object whose `command` is a text")),
    }
}

/// Carries out the command of this name.
fn command(call: &mut Call<'_>, name: &str) -> Outcome {
    let words =
        line(call).and_then(|line| shell::words(&line).ok_or_else(|| Said::bad("A quote does not end")));
    let default = call.desk.options.default_ttl;
    let read = words.and_then(|words| Command::read(name, words, default));
    match read {
        Ok(command) => {
            let answered = command.carry_out(call)?;
            Ok(said(call, answered))
        }
        Err(refused) => Ok(said(call, refused)),
    }
}

/// A handler for each command that is a path and words.
macro_rules! commands {
    ($($handler:ident $name:literal),*) => {$(
        pub(in crate::serve::http) fn $handler(call: &mut Call<'_>) -> Outcome {
            command(call, $name)
        }
    )*};
}

commands! {
    put "put", get "get", delete "delete", exists "exists", find "find", clear "clear", keys "keys",
    values "values", items "items", size "size", alias "alias", show_alias "show-alias", reset_alias "reset-alias"
}

#[expect(clippy::unnecessary_wraps, reason = "all handlers are of one type")]
pub(in crate::serve::http) fn help(call: &mut Call<'_>) -> Outcome {
    let commands: Vec<_> = COMMANDS.split(", ").collect();
    Ok(said(call, Said::ok(format!("Commands: {COMMANDS}"), json!(commands))))
}

pub(in crate::serve::http) fn begin(call: &mut Call<'_>) -> Outcome {
    if call.who.is_some() {
        return Ok(said(call, Said::bad("Transaction already in progress")));
    }
    let id = transactions::begun(call)?;
    let answer = said(call, Said::ok("Transaction started successfully", Json::Null));
    Ok(answer.with_header(TRANSACTION, &id))
}

/// The name of the transaction that a request is part of.
fn named(call: &Call<'_>) -> Option<String> {
    call.asked.headers.get(TRANSACTION)?.to_str().ok().map(str::to_owned)
}

pub(in crate::serve::http) fn commit(call: &mut Call<'_>) -> Outcome {
    let why = match named(call) {
        Some(id) if transactions::ended(call, &id, true)? => {
            return Ok(said(call, Said::ok("Transaction committed successfully.", Json::Null)));
        }
        Some(_) => "another has changed a record that it has read or written",
        None => "No transaction in progress to commit.",
    };
    Ok(said(call, Said::failed(format!("Error committing transaction: {why}"))))
}

pub(in crate::serve::http) fn roll_back(call: &mut Call<'_>) -> Outcome {
    let answered = match named(call) {
        Some(id) => {
            transactions::ended(call, &id, false)?;
            Said::ok("Transaction rolled back successfully.", Json::Null)
        }
        None => Said::failed("Rollback failed: No transaction in progress to roll back."),
    };
    Ok(said(call, answered))
}

/// Several commands as one: all of them take effect, or none.
pub(in crate::serve::http) fn batch(call: &mut Call<'_>) -> Outcome {
    let commands = match lines(call).and_then(|lines| read_all(call, &lines)) {
        Ok(commands) => commands,
        Err(refused) => return Ok(said(call, refused)),
    };
    let own = if call.who.is_none() { Some(call.desk.transaction()?) } else { None };
    let who = call.who.or(own.as_ref());
    let Call { server, asked, gathered, .. } = *call;
    let mut within = Call { desk: call.desk, held: call.held, server, who, asked, gathered };
    if own.is_some() {
        within.is_so(&Query::Begin {})?;
    }
    let results = commands.iter().map(|command| command.carry_out(&mut within).map(Said::into_json));
    let results = results.collect::<Result<Vec<_>, Problem>>()?;
    if own.is_some() {
        within.is_so(&Query::Commit {})?;
    }
    Ok(said(call, Said::ok("Batch executed successfully.", results.into())))
}

/// The lines of a batch: an array, or a text with semicolons between them.
fn lines(call: &Call<'_>) -> Result<Vec<String>, Said> {
    let body: Json =
        serde_json::from_slice(&call.asked.body).map_err(|_| Said::bad("The body is not JSON"))?;
    let command = if body.is_array() { &body } else { &body["command"] };
    let shape = || Said::bad("A batch is a list of texts, or a text with semicolons");
    match command {
        Json::Array(lines) => {
            let lines = lines.iter().map(|line| line.as_str().map(str::to_owned));
            lines.collect::<Option<_>>().ok_or_else(shape)
        }
        Json::String(text) => {
            let text = text.trim().strip_prefix("-c ").unwrap_or(text);
            Ok(shell::commands(text).into_iter().map(str::to_owned).collect())
        }
        _ => Err(shape()),
    }
}

/// The commands of lines; those of transactions are passed over, for a batch is one.
fn read_all(call: &Call<'_>, lines: &[String]) -> Result<Vec<Command>, Said> {
    if lines.len() > call.desk.options.limits.queries {
        return Err(Said::bad("The batch has too many commands"));
    }
    let mut commands = Vec::new();
    for line in lines {
        let mut words = shell::words(line).ok_or_else(|| Said::bad("A quote does not end"))?;
        if words.is_empty() {
            continue;
        }
        let name = words.remove(0);
        let name = match call.desk.see().aliases().operation(&name) {
            Some(operation) => operation.to_ascii_lowercase(),
            None => name,
        };
        if !["begin", "commit", "rollback"].contains(&&*name) {
            commands.push(Command::read(&name, words, call.desk.options.default_ttl)?);
        }
    }
    Ok(commands)
}
