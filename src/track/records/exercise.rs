//! The exercise as the judge knows it: words become requests here, the engine answers them, and its tracer says why.
//!
//! Invariants: what the judge is handed is read from the language's forms; no operation is named here.

use std::sync::LazyLock;

use super::promises::broken_promises;
use super::reading::{read, requests};
use crate::engine::Engine;
use crate::explain::{MadeSlip, Reason, Slipping};
use crate::judge::{
    Exercise, FailureView, Promise, QueryWords, ReadList, ReadQuery, Role, ShownState, Signature, TimeRule,
    Wildcards, WordEffect,
};
use crate::query::{Access, Asks, Form, Language, Query, WordKind};
use crate::time::ClockRule;
use crate::trace::{FullStep, Tracer};
use crate::wire::{Request, Term, cut, word};

/// The canonical exercise of records and fields.
#[derive(Clone, Copy, Debug)]
pub struct Records;

/// The mistakes that are known, and how each is called.
static MISTAKES: LazyLock<(Vec<MadeSlip>, Vec<String>)> =
    LazyLock::new(|| MadeSlip::all().map(|made| (made, made.to_string())).unzip());

static SIGNATURES: LazyLock<Vec<Signature>> =
    LazyLock::new(|| Language::records().forms().iter().map(signature).collect());

impl Exercise for Records {
    fn signatures(&self) -> &[Signature] {
        &SIGNATURES
    }

    fn last_level(&self) -> u8 {
        Language::records().exercise().number()
    }

    fn read(&self, list: &[QueryWords]) -> Option<ReadList<'_>> {
        let (requests, aliases) = read(list)?;
        let queries = requests.iter().map(read_query).collect::<Option<_>>()?;
        let names = aliases.iter().map(|(name, operation)| (name.to_owned(), operation)).collect();
        Some(ReadList { queries, names })
    }

    fn answers(&self, list: &[QueryWords], clock: TimeRule) -> Option<Vec<Term>> {
        answers(list, clock.into())
    }

    fn broken_promises(&self, list: &[QueryWords]) -> Vec<Promise> {
        broken_promises(list)
    }

    fn view(&self, list: &[QueryWords], clock: TimeRule) -> FailureView {
        let (mut tracer, requests) = (Tracer::new(clock.into()), requests(list).unwrap_or_default());
        let Some((at_fault, before)) = requests.split_last() else {
            return FailureView::default();
        };
        let before = before.split_last().and_then(|(before, others)| {
            for request in others {
                // One that is refused changes nothing.
                let _ = tracer.skip(request);
            }
            let step = tracer.step(before).ok()?;
            Some(state(&tracer.full(step)))
        });
        let gist = gist(&tracer, at_fault);
        FailureView { rule: tracer.step(at_fault).ok().map(|step| step.rule), gist: Some(gist), before }
    }

    fn mistakes(&self) -> &[String] {
        &MISTAKES.1
    }

    fn mistaken(&self, list: &[QueryWords], clock: TimeRule, which: &[usize]) -> Vec<(usize, Vec<Term>)> {
        let requests = requests(list).filter(|_| clock == TimeRule::Monotone).unwrap_or_default();
        let may_show = |made: &MadeSlip| {
            requests.iter().flat_map(Request::queries).any(|query| made.place.covers(query))
        };
        let made = which.iter().filter_map(|place| Some((*place, MISTAKES.0.get(*place)?)));
        let shown = made.filter(|(_, made)| may_show(made));
        shown.filter_map(|(place, made)| Some((place, slipping(*made, &requests)?))).collect()
    }

    fn hint(&self, list: &[QueryWords], clock: TimeRule, given: &[Term]) -> Option<String> {
        let is_free = clock == TimeRule::Monotone && answers(list, ClockRule::Free)? == given;
        is_free.then(|| "it would be right if each timestamp were judged for itself: --clock free".to_owned())
    }

    fn wildcards(&self, choice: &str) -> Option<Wildcards> {
        WILDCARDS.iter().find(|(name, _)| *name == choice).map(|(_, wildcards)| *wildcards)
    }
}

/// What is answered by who makes a mistake; `None` for a list in which that is not known.
fn slipping(made: MadeSlip, requests: &[Request<'_>]) -> Option<Vec<Term>> {
    let mut slipping = Slipping::new(Some(made));
    let answer = |request: &Request<'_>| match request {
        Request::One(query) => slipping.answer(query).map(Term::Text),
        Request::Batch(_) => None,
    };
    requests.iter().map(answer).collect()
}

/// What decides a request, without what is of one list alone; of something absent, how it went.
fn gist(tracer: &Tracer, request: &Request<'_>) -> &'static str {
    let reason = match request {
        Request::One(query) => Reason::of(tracer.engine(), query),
        Request::Batch(queries) => Reason::Asks { queries: queries.len() },
    };
    let missing = reason.missing().and_then(|(key, field)| tracer.ended(key, field?));
    missing.map_or_else(|| reason.gist(), |(ending, _)| ending.gist())
}

/// How patterns are written behind a choice.
const WILDCARDS: [(&str, Wildcards); 2] = [
    ("LIKE", Wildcards { one: "?", run: "*", escape: "", ends: None }),
    ("REGEX", Wildcards { one: ".", run: ".*", escape: "\\", ends: Some(["^", "$"]) }),
];

impl From<ClockRule> for TimeRule {
    fn from(rule: ClockRule) -> Self {
        match rule {
            ClockRule::Monotone => Self::Monotone,
            ClockRule::Free => Self::Free,
        }
    }
}

impl From<TimeRule> for ClockRule {
    fn from(rule: TimeRule) -> Self {
        match rule {
            TimeRule::Monotone => Self::Monotone,
            TimeRule::Free => Self::Free,
        }
    }
}

/// What the engine answers to a list; `None` if it is no list of queries, or time runs backwards in it.
#[must_use]
pub fn answers(list: &[QueryWords], clock: ClockRule) -> Option<Vec<Term>> {
    let mut engine = Engine::new(clock);
    let answer = |request: &Request<'_>| {
        let mut replies = Vec::new();
        engine.apply_group(None, request.queries(), |reply| replies.push(reply.to_string())).ok()?;
        Some(match request {
            Request::One(_) => Term::Text(replies.pop()?),
            Request::Batch(_) => Term::Array(replies),
        })
    };
    requests(list)?.iter().map(answer).collect()
}

/// A form as the judge knows it.
fn signature(form: &Form) -> Signature {
    let words = form.words().map(|word| role(word.kind)).collect();
    Signature { name: form.name, words, level: form.level.number(), effect: effect(form) }
}

fn effect(form: &Form) -> WordEffect {
    let Asks::One(operation) = form.asks else { return WordEffect::Batch };
    match operation.access() {
        Access::Read => WordEffect::Read,
        Access::Write => WordEffect::Write,
        Access::Begin => WordEffect::Begin,
        Access::Commit | Access::Rollback => WordEffect::End,
        Access::Alias => WordEffect::Rename,
    }
}

fn role(kind: WordKind) -> Role {
    match kind {
        WordKind::Key => Role::Key,
        WordKind::Field => Role::Field,
        WordKind::Value => Role::Value,
        WordKind::Item => Role::Item,
        WordKind::Prefix => Role::Prefix,
        WordKind::Time => Role::Time,
        WordKind::Moment => Role::Moment,
        WordKind::Ttl => Role::Ttl,
        WordKind::Choice(names) => Role::Choice(names),
        WordKind::Pattern => Role::Pattern,
        WordKind::Name => Role::Name,
        WordKind::Operation => Role::Operation,
    }
}

/// What a request is, as the judge knows it.
fn read_query(request: &Request<'_>) -> Option<ReadQuery<'static>> {
    let signature = signature_of(request.form(Language::records())?)?;
    let batch = match request {
        Request::One(_) => Vec::new(),
        Request::Batch(queries) => queries.iter().map(signature_of_query).collect::<Option<_>>()?,
    };
    Some(ReadQuery { signature, batch })
}

fn signature_of_query(query: &Query<'_>) -> Option<&'static Signature> {
    signature_of(Language::records().form_of(query.operation())?)
}

/// The signature of a form, which stands at its place.
fn signature_of(form: &'static Form) -> Option<&'static Signature> {
    let place = Language::records().forms().iter().position(|other| std::ptr::eq(other, form))?;
    SIGNATURES.get(place)
}

/// The state after a step, for people and for programs.
fn state(step: &FullStep) -> ShownState {
    let count = step.cells.len();
    let cells = match count {
        0 => "no live cell".to_owned(),
        1 => "1 live cell".to_owned(),
        count => format!("{count} live cells"),
    };
    let clock = step.clock.map_or(String::new(), |clock| format!("the clock reads {clock}, "));
    let lines = step.cells.iter().map(|cell| {
        let [key, field, value] = [&cell.key, &cell.field, &cell.value].map(|text| cut(word(text)));
        let left = cell.left.map_or("permanent".to_owned(), |left| format!("{left} left"));
        (format!("{key} {field} = {value}"), left)
    });
    // A step holds nothing that JSON does not.
    let json = serde_json::to_value(step).unwrap_or_default();
    ShownState { title: format!("{clock}{cells}"), lines: lines.collect(), json }
}
