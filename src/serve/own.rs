//! Our own language, as every face takes it: words that are settled, and what they ask of a connection's transaction.
//!
//! Invariant: a connection has one transaction open at most, and all that it asks then is part of that.

use std::mem;

use serde::Deserialize;

use super::desk::{Desk, Held, Refusal, Replies, Transaction};
use crate::query::{Access, Aliases, Asks, Form, Language, WordKind};
use crate::reply::Reply;
use crate::time::Time;
use crate::wire::{Answer, Request, Term};

/// A word as JSON has it: a text, a number, which stands for its digits, or an array of those.
#[derive(Deserialize)]
#[serde(untagged)]
enum JsonWord {
    Text(String),
    Number(serde_json::Number),
    Array(Vec<JsonText>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum JsonText {
    Text(String),
    Number(serde_json::Number),
}

impl From<JsonText> for String {
    fn from(text: JsonText) -> Self {
        match text {
            JsonText::Text(text) => text,
            JsonText::Number(number) => number.to_string(),
        }
    }
}

impl From<JsonWord> for Term {
    fn from(word: JsonWord) -> Self {
        match word {
            JsonWord::Text(text) => Self::Text(text),
            JsonWord::Number(number) => Self::Text(number.to_string()),
            JsonWord::Array(texts) => Self::Array(texts.into_iter().map(String::from).collect()),
        }
    }
}

/// The words of a query that is a JSON array.
pub(super) fn query_of_json(text: &str) -> Option<Vec<Term>> {
    let words: Vec<JsonWord> = serde_json::from_str(text).ok()?;
    Some(words.into_iter().map(Term::from).collect())
}

/// The words of each query of a list, which is a JSON array of such arrays.
pub(super) fn list_of_json(text: &str) -> Option<Vec<Vec<Term>>> {
    let queries: Vec<Vec<JsonWord>> = serde_json::from_str(text).ok()?;
    Some(queries.into_iter().map(|words| words.into_iter().map(Term::from).collect()).collect())
}

/// The forms of a name, in any case, or of what another name stands for.
fn forms(name: &str, aliases: &Aliases) -> &'static [&'static Form] {
    let language = Language::records();
    match language.named(name) {
        [] => match language.named(&name.to_ascii_uppercase()) {
            [] => aliases.operation(name).map_or(&[], |operation| language.named(operation)),
            forms => forms,
        },
        forms => forms,
    }
}

/// Has our language an operation of this name, and one with so many words behind it?
pub(super) fn knows(name: &str, words: usize, aliases: &Aliases) -> (bool, bool) {
    let forms = forms(name, aliases);
    let takes = |form: &&Form| form.words().count() == words || form.asks == Asks::Batch;
    (!forms.is_empty(), forms.iter().any(takes))
}

/// Is it the name of what asks other queries, each an array?
pub(super) fn is_batch(name: &str, aliases: &Aliases) -> bool {
    forms(name, aliases).iter().any(|form| form.asks == Asks::Batch)
}

/// Settles words: a name in any case becomes the language's, and `now` in the place of a moment the clock's reading.
pub(super) fn settle(terms: &mut [Term], aliases: &Aliases, now: Time) {
    let mut texts: Vec<&mut String> = Vec::with_capacity(terms.len());
    for term in terms {
        match term {
            Term::Text(text) => texts.push(text),
            Term::Array(within) => settle_texts(&mut within.iter_mut().collect::<Vec<_>>(), aliases, now),
        }
    }
    settle_texts(&mut texts, aliases, now);
}

fn settle_texts(texts: &mut [&mut String], aliases: &Aliases, now: Time) {
    let [name, words @ ..] = texts else { return };
    let forms = forms(name, aliases);
    if !forms.is_empty() && aliases.operation(name).is_none() {
        name.make_ascii_uppercase();
    }
    let Some(form) = forms.iter().find(|form| form.words().count() == words.len()) else { return };
    for (word, kind) in words.iter_mut().zip(form.words().map(|word| word.kind)) {
        if matches!(kind, WordKind::Time | WordKind::Moment) && word.eq_ignore_ascii_case("now") {
            **word = now.to_string();
        }
    }
}

impl Desk {
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
            Request::Batch(_) => return self.ask_list(open.as_ref(), requests, held, each),
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
    /// all together. No transaction begins or ends there.
    ///
    /// # Errors
    /// [`Refusal`]: nothing has changed.
    pub(super) fn ask_list(
        &mut self,
        open: Option<&Transaction>,
        requests: &[Request<'_>],
        held: &mut Held,
        each: impl FnMut(&mut Replies, &Answer<'_>),
    ) -> Result<(), Refusal> {
        let queries: Vec<_> = requests.iter().flat_map(Request::queries).cloned().map(Request::One).collect();
        if queries.len() > self.options.limits.queries {
            return Err(Refusal::Long);
        }
        let mut queries_of = queries.iter().flat_map(Request::queries);
        if queries_of.any(|query| query.operation().access().is_of_transactions()) {
            return Err(Refusal::Within);
        }
        self.ask_group(open, &queries, held, each)
    }
}
