//! Our own language, as every face takes it: words that are settled, and what they ask of a connection's transaction.
//!
//! Invariants: a connection has one transaction open at most, and all that it asks then is part of that; a list is
//! asked alike on every face.

use std::mem;

use bumpalo::Bump;

use super::desk::{Desk, Held, Replies, Transaction};
use super::refusal::Refusal;
use crate::query::{Access, Aliases, Asks, Form, Language, Mistake, RawQuery};
use crate::reply::Reply;
use crate::script::{Context, settled};
use crate::wire::{Answer, Request};

/// Has our language an operation of this name, and one with so many words behind it?
pub(super) fn knows(name: &str, words: usize, aliases: &Aliases) -> (bool, bool) {
    let forms = aliases.forms(name);
    let takes = |form: &&Form| form.words().count() == words || form.asks == Asks::Batch;
    (!forms.is_empty(), forms.iter().any(takes))
}

/// Is it the name of what asks other queries, each an array?
pub(super) fn is_batch(name: &str, aliases: &Aliases) -> bool {
    aliases.forms(name).iter().any(|form| form.asks == Asks::Batch)
}

impl Desk {
    /// What reading a client's queries depends on.
    pub(super) fn context(&self) -> Context {
        let database = self.see();
        Context { clock: database.clock(), aliases: database.aliases().clone(), settles: true }
    }

    /// Reads the words of one query, as a client sends them.
    ///
    /// # Errors
    /// The first mistake in them.
    pub(super) fn read<'a>(&self, raw: &RawQuery<'a>, arena: &'a Bump) -> Result<Request<'a>, Mistake> {
        let aliases = self.see().aliases();
        Request::parse(&settled(raw, arena, aliases, self.now()), aliases, Language::records().last_level())
    }

    /// Asks a request for a connection, in the transaction that it has open if it has. One may begin or end here.
    ///
    /// # Errors
    /// [`Refusal`]: nothing has changed.
    pub(super) fn ask_own(
        &mut self,
        open: &mut Option<Transaction>,
        request: &Request<'_>,
        held: &mut Held,
        mut each: impl FnMut(&mut Replies, &Answer<'_>),
    ) -> Result<(), Refusal> {
        let requests = std::slice::from_ref(request);
        let access = match request {
            Request::One(query) => query.operation().access(),
            Request::Batch(_) => return self.ask_list(open.as_ref(), requests, held, each).map(drop),
        };
        match access {
            Access::Begin if open.is_none() => {
                let transaction = self.transaction()?;
                self.ask_group(Some(&transaction), requests, held, each)?;
                *open = Some(transaction);
                Ok(())
            }
            Access::Commit | Access::Rollback => {
                let (transaction, mut is_done) = (mem::take(open), false);
                self.ask_group(transaction.as_ref(), requests, held, |replies, answer| {
                    is_done = *answer == Answer::One(Reply::Bool(true));
                    each(replies, answer);
                })?;
                if transaction.is_some() && access == Access::Commit {
                    self.metrics.ended(is_done);
                }
                Ok(())
            }
            _ => self.ask_group(open.as_ref(), requests, held, each),
        }
    }

    /// Asks the queries of a list, those of its batches too, one by one, as one group: their answers are never held
    /// all together. It is part of the connection's transaction; where there is none a list may begin one of its own,
    /// and what it leaves open is rolled back. Returns how many queries there were.
    ///
    /// # Errors
    /// [`Refusal`]: nothing has changed.
    pub(super) fn ask_list(
        &mut self,
        open: Option<&Transaction>,
        requests: &[Request<'_>],
        held: &mut Held,
        mut each: impl FnMut(&mut Replies, &Answer<'_>),
    ) -> Result<usize, Refusal> {
        let queries: Vec<_> = requests.iter().flat_map(Request::queries).cloned().map(Request::One).collect();
        if queries.len() > self.options.limits.queries {
            return Err(Refusal::Long);
        }
        let mut of_all = queries.iter().flat_map(Request::queries);
        let begins = open.is_none() && of_all.any(|query| query.operation().access() == Access::Begin);
        let own = begins.then(|| self.passing_transaction());
        let who = open.or(own.as_ref());
        let (mut asked, mut ended) = (queries.iter().flat_map(Request::queries), Vec::new());
        self.ask_group(who, &queries, held, |replies, answer| {
            let is_commit = asked.next().is_some_and(|query| query.operation().access() == Access::Commit);
            if is_commit && who.is_some() {
                ended.push(*answer == Answer::One(Reply::Bool(true)));
            }
            each(replies, answer);
        })?;
        for took_effect in ended {
            self.metrics.ended(took_effect);
        }
        Ok(queries.len())
    }

    /// Lets a connection's transaction go that a list has ended.
    pub(super) fn drop_ended(&self, open: &mut Option<Transaction>) {
        if open.as_ref().is_some_and(|open| !self.see().is_in_transaction(Some(&open.session))) {
            *open = None;
        }
    }
}
