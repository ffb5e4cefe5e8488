//! Requests: what one array of words asks, and what it is answered.
//!
//! Invariant: a batch is a group of queries, each of which reads or writes. What that means stands here and in the
//! engine's `apply_group` alone: all of them take effect or none, and they are answered together.

use std::borrow::Cow;

use super::Term;
use crate::query::{Access, Aliases, Asks, Form, Language, Level, Mistake, Query, RawQuery};
use crate::reply::Reply;

/// What is asked at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// One query.
    One(Query<'a>),
    /// Queries that take effect as one, and are answered together.
    Batch(Vec<Query<'a>>),
}

/// What a request is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'e> {
    /// The reply to the one query.
    One(Reply<'e>),
    /// The replies to the queries of a batch, in their order.
    Batch(Vec<Reply<'e>>),
}

impl<'a> Request<'a> {
    /// Reads words, and arrays of them, in a language with these other names, of which the levels up to `level` are open.
    ///
    /// # Errors
    /// The first [`Mistake`] in them.
    #[inline]
    pub fn parse(raw: &RawQuery<'a>, aliases: &Aliases, level: Level) -> Result<Self, Mistake> {
        let [name, words @ ..] = &raw.words[..] else { return Self::parse_arrays(raw, aliases, level) };
        let forms = aliases.language().named(name);
        let is_plain = raw.arrays.is_empty() && forms.first().is_some_and(|form| form.asks != Asks::Batch);
        if !is_plain {
            return Self::parse_arrays(raw, aliases, level);
        }
        Language::query_of(forms, words, level).map(Self::One)
    }

    /// The same for what is rare: arrays, and other names.
    #[cold]
    fn parse_arrays(raw: &RawQuery<'a>, aliases: &Aliases, level: Level) -> Result<Self, Mistake> {
        let first_array = raw.arrays.first().map(|(place, _)| *place);
        let Some(name) = raw.words.first().filter(|_| first_array != Some(0)) else {
            return Err(
                first_array.map_or(Mistake::NoOperation, |place| Mistake::Array { form: None, place })
            );
        };
        let language = aliases.language();
        let forms = language.named(name);
        if !forms.is_empty() {
            return Self::of_forms(forms, raw, aliases, level);
        }
        let Some(operation) = aliases.operation(name) else { return Err(Mistake::unknown_operation(name)) };
        Self::of_forms(language.named(operation), raw, aliases, level)
            .map_err(|mistake| mistake.of_alias(name, operation))
    }

    /// Reads what stands behind a name that has these forms.
    fn of_forms(
        forms: &[&'static Form],
        raw: &RawQuery<'a>,
        aliases: &Aliases,
        level: Level,
    ) -> Result<Self, Mistake> {
        let batch = forms.iter().find(|form| form.asks == Asks::Batch);
        match (batch, raw.arrays.first()) {
            (None, None) => Language::query_of(forms, &raw.words[1..], level).map(Self::One),
            (None, Some((place, _))) => Err(Mistake::Array { form: Some(forms[0]), place: *place }),
            (Some(form), _) => Self::batch(form, raw, aliases, level),
        }
    }

    /// Reads the queries of a batch.
    fn batch(
        form: &'static Form,
        raw: &RawQuery<'a>,
        aliases: &Aliases,
        level: Level,
    ) -> Result<Self, Mistake> {
        if form.level > level {
            return Err(Mistake::AboveLevel { form, level, is_only: true });
        }
        if let Some(word) = raw.words.get(1) {
            // The first place that no array has.
            let place = (1..).zip(&raw.arrays).find(|(place, (taken, _))| place != taken);
            let place = place.map_or(1 + raw.arrays.len(), |(place, _)| place);
            return Err(Mistake::no_array(form, place, word));
        }
        let queries = raw.arrays.iter().map(|(place, words)| {
            Self::within(form, words, aliases, level)
                .map_err(|mistake| Mistake::Within { place: *place, mistake: Box::new(mistake) })
        });
        queries.collect::<Result<_, _>>().map(Self::Batch)
    }

    /// Reads a query of a batch: one of a level before it, which reads or writes.
    fn within(
        batch: &'static Form,
        words: &[&'a str],
        aliases: &Aliases,
        level: Level,
    ) -> Result<Query<'a>, Mistake> {
        let raw = RawQuery { words: words.to_vec(), arrays: Vec::new() };
        let not_within = |within| Mistake::NotWithin { form: batch, within };
        match Self::parse(&raw, aliases, level)? {
            Self::One(query) => {
                let form = aliases.language().form_of(query.operation()).unwrap_or(batch);
                match query.operation().access() {
                    Access::Read | Access::Write if form.level < batch.level => Ok(query),
                    _ => Err(not_within(form)),
                }
            }
            Self::Batch(_) => Err(not_within(batch)),
        }
    }

    /// Its queries, in order.
    #[must_use]
    pub fn queries(&self) -> &[Query<'a>] {
        match self {
            Self::One(query) => std::slice::from_ref(query),
            Self::Batch(queries) => queries,
        }
    }

    /// How many texts its answer is an array of; `None` where it is a text.
    #[must_use]
    pub fn batched(&self) -> Option<usize> {
        match self {
            Self::One(_) => None,
            Self::Batch(queries) => Some(queries.len()),
        }
    }

    /// The form that it is spelled by in a language, if that can ask it.
    #[must_use]
    pub fn form(&self, language: &Language) -> Option<&'static Form> {
        match self {
            Self::One(query) => language.form_of(query.operation()),
            Self::Batch(_) => language.forms().iter().find(|form| form.asks == Asks::Batch),
        }
    }

    /// The words that it is read from, in this language.
    #[must_use]
    pub fn words(&self, language: &Language) -> Vec<Term> {
        let texts = |query| language.words(query).into_iter().map(Cow::into_owned);
        match self {
            Self::One(query) => texts(query).map(Term::Text).collect(),
            Self::Batch(queries) => {
                let arrays = queries.iter().map(|query| Term::Array(texts(query).collect()));
                self.form(language).map(|form| form.name.into()).into_iter().chain(arrays).collect()
            }
        }
    }
}

impl Answer<'_> {
    /// The same, of no database.
    #[must_use]
    pub fn into_owned(self) -> Answer<'static> {
        match self {
            Self::One(reply) => Answer::One(reply.into_owned()),
            Self::Batch(replies) => Answer::Batch(replies.into_iter().map(Reply::into_owned).collect()),
        }
    }
}

impl<'e> From<Reply<'e>> for Answer<'e> {
    fn from(reply: Reply<'e>) -> Self {
        Self::One(reply)
    }
}

impl From<&Reply<'_>> for Term {
    fn from(reply: &Reply<'_>) -> Self {
        Self::Text(reply.to_string())
    }
}

impl From<&Answer<'_>> for Term {
    fn from(answer: &Answer<'_>) -> Self {
        match answer {
            Answer::One(reply) => reply.into(),
            Answer::Batch(replies) => Self::Array(replies.iter().map(Reply::to_string).collect()),
        }
    }
}

/// Gathers replies, which come query by query, into the answers to the requests that they belong to.
#[derive(Debug)]
pub struct Gather<'r, 'a> {
    requests: std::slice::Iter<'r, Request<'a>>,
    /// A batch that has not all of its replies yet.
    batch: Option<(&'r Request<'a>, Vec<Reply<'static>>)>,
}

impl<'r, 'a> Gather<'r, 'a> {
    /// For replies to the queries of these requests, in their order.
    #[must_use]
    pub fn new(requests: &'r [Request<'a>]) -> Self {
        Self { requests: requests.iter(), batch: None }
    }

    /// Takes the next reply; each request that is answered by it is handed on.
    pub fn reply(&mut self, reply: Reply<'_>, mut each: impl FnMut(&'r Request<'a>, &Answer<'_>)) {
        while self.batch.is_none() {
            match self.requests.next() {
                Some(request @ Request::One(_)) => return each(request, &Answer::One(reply)),
                Some(request @ Request::Batch(queries)) => {
                    self.batch = Some((request, Vec::with_capacity(queries.len())));
                    self.end_batch(&mut each);
                }
                None => return debug_assert!(false, "there are more replies than queries"),
            }
        }
        if let Some((_, replies)) = &mut self.batch {
            replies.push(reply.into_owned());
        }
        self.end_batch(&mut each);
    }

    /// No reply comes any more: what is left asks nothing.
    pub fn finish(mut self, mut each: impl FnMut(&'r Request<'a>, &Answer<'_>)) {
        self.end_batch(&mut each);
        for request in self.requests {
            debug_assert!(request.queries().is_empty(), "a query has no reply");
            each(request, &Answer::Batch(Vec::new()));
        }
    }

    /// Hands a batch on that has all of its replies.
    fn end_batch(&mut self, each: &mut impl FnMut(&'r Request<'a>, &Answer<'_>)) {
        let is_whole =
            |(request, replies): &mut (&'r Request<'a>, Vec<_>)| replies.len() == request.queries().len();
        if let Some((request, replies)) = self.batch.take_if(is_whole) {
            each(request, &Answer::Batch(replies));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is gathered of replies that count, one for each query.
    fn gathered(requests: &[Request<'_>]) -> Vec<Term> {
        let (mut answers, mut gather) = (Vec::new(), Gather::new(requests));
        let queries = requests.iter().map(|request| request.queries().len()).sum();
        let mut each = |_: &Request<'_>, answer: &Answer<'_>| answers.push(Term::from(answer));
        (0..queries).for_each(|count: usize| gather.reply(Reply::Count(count as u64), &mut each));
        gather.finish(&mut each);
        answers
    }

    #[test]
    fn replies_are_gathered_into_the_answers_they_belong_to() {
        let query = || Query::Keys {};
        let batch = |count| Request::Batch(vec![query(); count]);
        let array = |texts: &[&str]| Term::Array(texts.iter().map(|text| (*text).to_owned()).collect());
        let requests = [batch(0), Request::One(query()), batch(2), batch(0), Request::One(query()), batch(0)];
        let wanted = [array(&[]), "0".into(), array(&["1", "2"]), array(&[]), "3".into(), array(&[])];
        assert_eq!(gathered(&requests), wanted);
        assert!(gathered(&[]).is_empty());
        assert_eq!(gathered(&[batch(1)]), [array(&["0"])]);
    }
}
