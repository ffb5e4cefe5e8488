//! Our own language, as every face takes it: words that are settled, and what they ask of a connection's transaction.
//!
//! Invariants: a connection has one transaction open at most, and all that it asks then is part of that; a list is
//! asked alike on every face.

use std::fmt;
use std::mem;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::desk::{Desk, Held, Replies, Transaction};
use super::refusal::Refusal;
use crate::db::Error;
use crate::query::{Access, Aliases, Asks, Form, Language, WordKind};
use crate::reply::Reply;
use crate::time::{Clock, Time};
use crate::wire::{Answer, Request, Term, raw_query};

/// A word as JSON has it: a text, a number, which stands for its digits, or an array of those.
struct JsonWord(Term);

/// The same, but for an array.
struct JsonText(String);

/// Reads either.
struct JsonWords<const MAY_BE_ARRAY: bool>;

impl<'de, const MAY_BE_ARRAY: bool> Visitor<'de> for JsonWords<MAY_BE_ARRAY> {
    type Value = Term;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, or an array of those")
    }

    fn visit_str<E>(self, text: &str) -> Result<Term, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Term, E> {
        Ok(Term::Text(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Term, E> {
        Ok(Term::Text(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Term, E> {
        Ok(Term::Text(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Term, E> {
        let number = serde_json::Number::from_f64(number);
        number.map(|number| Term::Text(number.to_string())).ok_or_else(|| E::custom("no number"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut words: A) -> Result<Term, A::Error> {
        if !MAY_BE_ARRAY {
            return Err(de::Error::custom("an array stands too deep"));
        }
        let mut texts = Vec::new();
        while let Some(JsonText(text)) = words.next_element()? {
            texts.push(text);
        }
        Ok(Term::Array(texts))
    }
}

impl<'de> Deserialize<'de> for JsonWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonWords::<true>).map(Self)
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(JsonWords::<false>)? {
            Term::Text(text) => Ok(Self(text)),
            Term::Array(_) => Err(de::Error::custom("an array stands too deep")),
        }
    }
}

/// The words of a query that is a JSON array.
pub(super) fn query_of_json(text: &str) -> Option<Vec<Term>> {
    let words: Vec<JsonWord> = serde_json::from_str(text).ok()?;
    Some(words.into_iter().map(|JsonWord(term)| term).collect())
}

/// The words of each query of a list, which is a JSON array of such arrays.
pub(super) fn list_of_json(text: &str) -> Option<Vec<Vec<Term>>> {
    let queries: Vec<Vec<JsonWord>> = serde_json::from_str(text).ok()?;
    Some(queries.into_iter().map(|words| words.into_iter().map(|JsonWord(term)| term).collect()).collect())
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

/// Reads the queries of a list, each as it stands behind those before it: these may give other names to operations, and
/// move the clock.
pub(super) struct ListReader {
    clock: Clock,
    aliases: Aliases,
}

impl ListReader {
    pub(super) fn of(desk: &Desk) -> Self {
        Self::behind(desk.see().clock(), desk.see().aliases().clone())
    }

    /// Reads what comes behind what has moved a clock there, and given these names.
    pub(super) fn behind(clock: Clock, aliases: Aliases) -> Self {
        Self { clock, aliases }
    }

    /// Settles the words of the next query, and reads them.
    ///
    /// # Errors
    /// They are none, or it would happen before what has happened.
    pub(super) fn read<'t>(&mut self, terms: &'t mut [Term]) -> Result<Request<'t>, Error> {
        settle(terms, &self.aliases, self.clock.now());
        let level = Language::records().last_level();
        let request = Request::parse(&raw_query(terms), &self.aliases, level)?;
        for query in request.queries() {
            self.aliases.learn(query);
            self.clock.advance(query.timestamp())?;
        }
        Ok(request)
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
