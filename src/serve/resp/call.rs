//! One command as it is carried out: what it may ask, and where its reply goes.
//!
//! Invariant: a command has one reply; one that is refused has said nothing else.

use std::borrow::Cow;
use std::fmt;

use super::escape;
use super::glob::Glob;
use super::writer::{Protocol, Writer};
use crate::db::{Error, Kind};
use crate::query::Query;
use crate::reply::{Reply, Value};
use crate::serve::desk::{Desk, Held, Replies, Transaction};
use crate::serve::refusal::Refusal;
use crate::store;
use crate::time::Time;
use crate::wire::{Answer, Request};

/// A command that is carried out.
pub(super) struct Call<'c> {
    pub(super) desk: &'c mut Desk,
    pub(super) held: &'c mut Held,
    /// The transaction that it is part of.
    pub(super) who: Option<&'c Transaction>,
    pub(super) protocol: Protocol,
}

/// What comes of a command: its reply is written, or it is refused.
pub(super) type Done = Result<(), Refused>;

/// Why a command is refused: the code and the text of an error, as clients read it.
#[derive(Debug)]
pub(super) struct Refused(pub(super) String);

/// What clients expect word for word.
pub(super) const WRONG_TYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";
pub(super) const SYNTAX: &str = "ERR syntax error";
pub(super) const NO_INTEGER: &str = "ERR value is not an integer or out of range";

/// What writes a reply; where replies are too long already, it takes no time to copy what nobody will read.
pub(super) fn writer(replies: &mut Replies, protocol: Protocol) -> Writer<'_> {
    let are_over = replies.are_over;
    Writer::new(&mut replies.bytes, protocol).silent(are_over)
}

impl Call<'_> {
    /// The same call, for somebody else.
    pub(super) fn again(&mut self) -> Call<'_> {
        Call { desk: self.desk, held: self.held, who: self.who, protocol: self.protocol }
    }

    /// Says something that the database has not been asked for.
    #[expect(clippy::unnecessary_wraps, reason = "a command ends with what it says")]
    pub(super) fn say(&mut self, write: impl FnOnce(&mut Writer<'_>)) -> Done {
        let protocol = self.protocol;
        self.held.hold(|replies| write(&mut writer(replies, protocol)));
        Ok(())
    }

    pub(super) fn ok(&mut self) -> Done {
        self.say(|writer: &mut Writer<'_>| writer.ok())
    }

    pub(super) fn integer(&mut self, number: i64) -> Done {
        self.say(|writer| writer.integer(number))
    }

    /// How many there are.
    pub(super) fn count(&mut self, count: usize) -> Done {
        self.say(|writer| writer.count(count as u64))
    }

    /// A text, or that there is none.
    pub(super) fn text(&mut self, text: Option<&str>) -> Done {
        self.say(|writer| match text {
            Some(text) => writer.bulk(text),
            None => writer.null(),
        })
    }

    /// Asks one query; `each` makes of its reply what is said, and what settles how to go on.
    pub(super) fn ask<R>(
        &mut self,
        query: &Query<'_>,
        each: impl FnOnce(&mut Writer<'_>, &Reply<'_>) -> R,
    ) -> Result<R, Refused> {
        let protocol = self.protocol;
        let answered = self
            .desk
            .ask(self.who, query, self.held, |replies, reply| each(&mut writer(replies, protocol), reply));
        Ok(answered?)
    }

    /// Asks queries as one group, and says nothing.
    pub(super) fn ask_all(&mut self, queries: Vec<Query<'_>>) -> Done {
        if let [query] = &queries[..] {
            return self.ask(query, |_, _| ());
        }
        let requests: Vec<_> = queries.into_iter().map(Request::One).collect();
        Ok(self.desk.ask_group(self.who, &requests, self.held, |_, _| ())?)
    }

    /// Asks queries as one group. Returns how many of them are answered `true`.
    pub(super) fn count_so(&mut self, queries: Vec<Query<'_>>) -> Result<i64, Refused> {
        let requests: Vec<_> = queries.into_iter().map(Request::One).collect();
        let mut count = 0;
        self.desk.ask_group(self.who, &requests, self.held, |_, answer| {
            count += i64::from(*answer == Answer::One(Reply::Bool(true)));
        })?;
        Ok(count)
    }

    /// Asks what is answered true or false.
    pub(super) fn is_so(&mut self, query: &Query<'_>) -> Result<bool, Refused> {
        self.ask(query, |_, reply| *reply == Reply::Bool(true))
    }

    /// What a key holds.
    pub(super) fn kind(&mut self, key: &str) -> Kind {
        self.desk.kind(self.who, key)
    }

    /// The same, where a key must hold this kind if it holds anything; whether it does.
    pub(super) fn holds(&mut self, key: &str, kind: Kind) -> Result<bool, Refused> {
        match self.kind(key) {
            Kind::Nothing => Ok(false),
            other if other == kind => Ok(true),
            _ => Err(Refused::said(WRONG_TYPE)),
        }
    }

    /// What the clock reads.
    pub(super) fn now(&self) -> Time {
        self.desk.now()
    }
}

impl Refused {
    pub(super) fn said(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What clients tell apart.
    pub(super) fn code(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(match &refusal {
            Refusal::ReadOnly => "READONLY You can't write against a read only replica.".to_owned(),
            Refusal::Memory => "OOM command not allowed when used memory > 'maxmemory'.".to_owned(),
            Refusal::Database(Error::Store(error)) => uncommitted(&of_store(error)),
            _ => format!("ERR {refusal}"),
        })
    }
}

fn of_store(error: &store::Error) -> String {
    error.to_string()
}

/// What is said where nothing more is written to the disk.
pub(super) fn uncommitted(why: &str) -> String {
    format!("MISCONF Errors writing to the store: {why}")
}

/// The text that a value is; none if it is a list.
pub(super) fn text_of<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// A whole number, as Redis takes one: no spaces, no plus, no zero before it.
pub(super) fn integer(word: &str) -> Result<i64, Refused> {
    strict(word).ok_or_else(|| Refused::said(NO_INTEGER))
}

/// The same, if it is one.
pub(super) fn strict(word: &str) -> Option<i64> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let is_plain = digits == "0" && word == "0" || !digits.starts_with('0');
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain && is_number { word.parse().ok() } else { None }
}

/// A pattern.
pub(super) fn glob(pattern: &str) -> Result<Glob, Refused> {
    Glob::new(&escape::bytes(pattern)).map_err(|_| Refused::said("ERR the pattern is too long"))
}

/// Is this word that option?
pub(super) fn is(word: &str, option: &str) -> bool {
    word.eq_ignore_ascii_case(option)
}

/// So many bytes of a word are shown in an error.
pub(super) const SHOWN: usize = 128;

/// The beginning of a word as errors show it: it ends where a text of C does.
pub(super) fn beginning(word: &str, most: usize) -> Cow<'_, str> {
    let word = word.split('\0').next().unwrap_or_default();
    if escape::len(word) <= most {
        return Cow::Borrowed(word);
    }
    Cow::Owned(escape::text(&escape::bytes(word)[..most]).into_owned())
}
