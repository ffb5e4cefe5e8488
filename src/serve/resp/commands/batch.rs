//! GET and SET in a row, as one group of the log: what a pipeline mostly has.
//!
//! Invariant: they are answered as each would be alone, in their order.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use crate::db::Kind;
use crate::query::Query;
use crate::reply::Reply;
use crate::serve::desk::{Desk, Held, Replies};
use crate::serve::resp::call::{Refused, WRONG_TYPE, is, text_of, writer};
use crate::serve::resp::writer::{Protocol, Writer};
use crate::wire::{Answer, Request};

/// A batch with so many bytes of words is asked before it grows on.
const FULL: usize = 8 << 20;

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
    bytes: usize,
}

impl<'a> Batch<'a> {
    /// Takes a command, if it can be asked with others. Returns its name.
    pub(in crate::serve::resp) fn take(
        &mut self,
        words: &[&'a str],
        desk: &mut Desk,
    ) -> Option<&'static str> {
        let (query, said) = match *words {
            [name, key] if is(name, GET) && !self.holds_other(key, desk) => {
                (Query::GetOwn { key }, Said::Text)
            }
            [name, key, value] if is(name, SET) => {
                if self.holds_other(key, desk) {
                    self.push(Query::DeleteRecord { key }, Said::Nothing);
                }
                self.written.insert(key);
                (Query::Put { key, value }, Said::Done)
            }
            _ => return None,
        };
        self.bytes += words.iter().map(|word| word.len()).sum::<usize>();
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

    pub(in crate::serve::resp) fn is_full(&self) -> bool {
        self.bytes >= FULL
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
        let mut said = self.said.iter();
        let asked = desk.ask_group(None, &self.requests, held, |replies, answer| {
            if let (Some(said), Answer::One(reply)) = (said.next(), answer) {
                say(replies, protocol, *said, reply);
            }
        });
        let answered = self.said.len() - said.len();
        let refused = if asked.is_ok() { Vec::new() } else { self.ask_each(answered, desk, held, protocol) };
        *self = Self::default();
        refused
    }

    /// Asks one by one what is left, as one of them may be refused and another not.
    fn ask_each(
        &self,
        answered: usize,
        desk: &mut Desk,
        held: &mut Held,
        protocol: Protocol,
    ) -> Vec<Refused> {
        let mut errors = Vec::new();
        for (request, said) in self.requests.iter().zip(&self.said).skip(answered) {
            let [query] = request.queries() else { continue };
            let asked = desk.ask(None, query, held, |replies, reply| say(replies, protocol, *said, reply));
            if let Err(refusal) = asked {
                let refused = Refused::from(refusal);
                held.hold(|replies| {
                    if !matches!(said, Said::Nothing) {
                        Writer::new(&mut replies.bytes, protocol).error(&refused.0);
                        replies.count += 1;
                    }
                });
                errors.push(refused);
            }
        }
        errors
    }
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
