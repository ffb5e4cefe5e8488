//! GET and SET in a row, as one group of the log: what a pipeline mostly has.
//!
//! Invariants: they are answered as each would be alone, in their order; what is long is asked alone, so that no more
//! is held of their replies than is of others.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use crate::db::Kind;
use crate::query::Query;
use crate::reply::Reply;
use crate::serve::desk::{Desk, Held, Replies};
use crate::serve::refusal::Refusal;
use crate::serve::resp::call::{Refused, WRONG_TYPE, is, text_of, writer};
use crate::serve::resp::writer::{Protocol, Writer};
use crate::wire::{Answer, Request};

/// Texts of more bytes are asked alone.
const SHORT: usize = 16 << 10;

/// What is said to a query.
#[derive(Clone, Copy)]
enum Said {
    Done,
    Text,
    /// Nothing: the query behind it has the reply.
    Nothing,
}

/// Commands that wait to be asked together.
#[derive(Default)]
pub(in crate::serve::resp) struct Batch<'a> {
    requests: Vec<Request<'a>>,
    said: Vec<Said>,
    /// Keys that are texts once the batch has been asked.
    written: HashSet<&'a str, FixedState>,
}

impl<'a> Batch<'a> {
    /// Takes a command, if it can be asked with others. Returns its name.
    pub(in crate::serve::resp) fn take(
        &mut self,
        words: &[&'a str],
        desk: &mut Desk,
    ) -> Option<&'static str> {
        let (query, said) = match *words {
            [name, key] if is(name, GET) && self.holds_short_text(key, desk) => {
                (Query::GetOwn { key }, Said::Text)
            }
            [name, key, value] if is(name, SET) && key.len() + value.len() <= SHORT => {
                if self.holds_other(key, desk) {
                    self.push(Query::DeleteRecord { key }, Said::Nothing);
                }
                self.written.insert(key);
                (Query::Put { key, value }, Said::Done)
            }
            _ => return None,
        };
        let name = match said {
            Said::Text => GET,
            Said::Done | Said::Nothing => SET,
        };
        self.push(query, said);
        Some(name)
    }

    fn push(&mut self, query: Query<'a>, said: Said) {
        self.requests.push(Request::One(query));
        self.said.push(said);
    }

    /// Does a key hold another thing than a text?
    fn holds_other(&self, key: &str, desk: &mut Desk) -> bool {
        !self.written.contains(key) && matches!(desk.kind(None, key), Kind::List | Kind::Hash)
    }

    /// Does a key hold nothing, or a text that is short?
    fn holds_short_text(&self, key: &str, desk: &mut Desk) -> bool {
        self.written.contains(key) || desk.database().holds_short_text(key, SHORT)
    }

    /// Asks what was taken. Returns the errors that there were.
    pub(in crate::serve::resp) fn ask(
        &mut self,
        desk: &mut Desk,
        held: &mut Held,
        protocol: Protocol,
    ) -> Vec<Refused> {
        if self.requests.is_empty() {
            return Vec::new();
        }
        let Self { requests, said, .. } = std::mem::take(self);
        let (answered, asked) = ask_group(&requests, &said, desk, held, protocol);
        if asked.is_ok() {
            return Vec::new();
        }
        ask_each(&requests[answered..], &said[answered..], desk, held, protocol)
    }
}

/// Asks queries as one group. Returns how many are answered, which may be some even if it is refused.
fn ask_group(
    requests: &[Request<'_>],
    said: &[Said],
    desk: &mut Desk,
    held: &mut Held,
    protocol: Protocol,
) -> (usize, Result<(), Refusal>) {
    let mut unsaid = said.iter();
    let asked = desk.ask_group(None, requests, held, |replies, answer| {
        if let (Some(said), Answer::One(reply)) = (unsaid.next(), answer) {
            say(replies, protocol, *said, reply);
        }
    });
    (said.len() - unsaid.len(), asked)
}

/// Asks command by command, as one of them may be refused and another not.
fn ask_each(
    mut requests: &[Request<'_>],
    said: &[Said],
    desk: &mut Desk,
    held: &mut Held,
    protocol: Protocol,
) -> Vec<Refused> {
    let mut errors = Vec::new();
    // What deletes goes with what is put in its place, or neither does.
    for said in said.chunk_by(|one, _| matches!(one, Said::Nothing)) {
        let (of_one, behind) = requests.split_at(said.len());
        requests = behind;
        if let Err(refusal) = ask_group(of_one, said, desk, held, protocol).1 {
            let refused = Refused::from(refusal);
            held.hold(|replies| {
                Writer::new(&mut replies.bytes, protocol).error(&refused.0);
                replies.count += 1;
            });
            errors.push(refused);
        }
    }
    errors
}

const GET: &str = "GET";
const SET: &str = "SET";

fn say(replies: &mut Replies, protocol: Protocol, said: Said, reply: &Reply<'_>) {
    let writer = &mut writer(replies, protocol);
    match (said, reply) {
        (Said::Nothing, _) => return,
        (Said::Done, _) => writer.ok(),
        (Said::Text, Reply::Value(Some(value))) => match text_of(value) {
            Some(text) => writer.bulk(text),
            None => writer.error(WRONG_TYPE),
        },
        (Said::Text, _) => writer.null(),
    }
    replies.count += 1;
}
