//! What is open: a database, and the transactions of each thread.

use std::collections::HashMap;
use std::thread::{self, ThreadId};

use rewinddb::db::{self, Session};
use rewinddb::query::{Access, Aliases, Mistake};
use rewinddb::wire::{Answer, Request, Term, raw_query};

use crate::errors::Failure;

/// What is open.
pub(crate) struct Held {
    pub(crate) database: db::Database,
    /// Of the threads that have a transaction open.
    pub(crate) sessions: HashMap<ThreadId, Session>,
}

impl Held {
    /// Answers a request, once it is committed, for this thread.
    pub(crate) fn answer(&mut self, request: &Request<'_>) -> Result<Answer<'static>, Failure> {
        self.enter(std::slice::from_ref(request));
        let answered = match self.sessions.get(&thread::current().id()) {
            Some(session) => self.database.in_session(session).apply(request).map(Answer::into_owned),
            None => self.database.apply(request).map(Answer::into_owned),
        };
        self.leave();
        Ok(answered?)
    }

    /// Answers requests as one group.
    pub(crate) fn answer_all(&mut self, requests: &[Request<'_>]) -> Result<Vec<Term>, Failure> {
        self.enter(requests);
        let mut told = Vec::with_capacity(requests.len());
        let each = |_: &Request<'_>, answer: &Answer<'_>| told.push(Term::from(answer));
        let answered = match self.sessions.get(&thread::current().id()) {
            Some(session) => self.database.in_session(session).apply_all(requests, each),
            None => self.database.apply_all(requests, each),
        };
        self.leave();
        answered?;
        Ok(told)
    }

    /// Whoever begins a transaction has a session of its own.
    fn enter(&mut self, requests: &[Request<'_>]) {
        let mut queries = requests.iter().flat_map(Request::queries);
        if queries.any(|query| query.operation().access() == Access::Begin) {
            let session = self.database.session();
            self.sessions.entry(thread::current().id()).or_insert(session);
        }
    }

    /// Without a transaction no session is needed.
    pub(crate) fn leave(&mut self) {
        if self.sessions.is_empty() {
            return;
        }
        let thread = thread::current().id();
        let is_idle = |session: &Session| !self.database.is_in_transaction(Some(session));
        if self.sessions.get(&thread).is_some_and(is_idle) {
            self.sessions.remove(&thread);
        }
    }
}

/// Reads words as a request; of a list it is the query of this number, from 1.
pub(crate) fn parse<'a>(
    words: &'a [Term],
    aliases: &Aliases,
    query: Option<usize>,
) -> Result<Request<'a>, Failure> {
    let level = aliases.language().last_level();
    let told = |mistake: Mistake| {
        let (text, help) = (mistake.to_string(), mistake.help(aliases));
        Failure::Mistake { query, text, help }
    };
    Request::parse(&raw_query(words), aliases, level).map_err(told)
}
