//! A text as people type it, before anybody is asked: lines as in the shell, or a list.
//!
//! Invariant: nothing is asked, and nothing changes.

use bumpalo::Bump;
use serde::Deserialize;
use serde_json::json;

use super::query::wrong_in_list;
use crate::query::Language;
use crate::script::{Context, Faults, read_typed, typed_terms};
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::Call;
use crate::serve::http::problem::{Mistake, Problem, mistakes};
use crate::serve::own;
use crate::wire::{Request, Term, raw_query};

/// So many mistakes are told.
const MOST: usize = 20;

/// So many bytes are looked at.
const BYTES: usize = 64 << 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = r#"an object, as in {"text": "GET a"}"#)]
struct Text {
    text: String,
}

/// What a text asks: no queries where there are mistakes.
#[derive(Default)]
pub(super) struct Checked {
    /// The words of each query.
    pub(super) queries: Vec<Vec<Term>>,
    /// The same where `now` is a moment.
    pub(super) settled: Vec<Vec<Term>>,
    pub(super) mistakes: Vec<Mistake>,
}

pub(in crate::serve::http) fn check_text(call: &mut Call<'_>) -> Outcome {
    let Text { text } = call.asked.json()?;
    if text.len() > BYTES {
        return Err(Problem::new(413, "large", "the text is too large to be looked at"));
    }
    let (clock, aliases) = (call.desk.see().clock(), call.desk.see().aliases().clone());
    let Checked { queries, mistakes, .. } = check(&text, Context { clock, aliases });
    let queries: Vec<Vec<_>> = queries.iter().map(|words| words.iter().map(shown).collect()).collect();
    Ok(Answer::json(200, &members! { "queries": queries, "mistakes": mistakes }))
}

fn shown(term: &Term) -> serde_json::Value {
    match term {
        Term::Text(text) => json!(text),
        Term::Array(texts) => json!(texts),
    }
}

/// Reads a text for a database that knows what is in `context`.
pub(super) fn check(text: &str, context: Context) -> Checked {
    let within = text.trim_start().strip_prefix('[').map(str::trim_start);
    let mut checked = if within.is_some_and(|within| within.starts_with(['[', ']'])) {
        list(text, context)
    } else {
        lines(text, context)
    };
    if !checked.mistakes.is_empty() {
        checked.queries.clear();
        checked.settled.clear();
    }
    checked
}

fn list(text: &str, mut context: Context) -> Checked {
    let mistakes = wrong_in_list(text, &context);
    let queries = own::list_of_json(text).unwrap_or_default();
    let mut settled = queries.clone();
    for terms in settled.iter_mut().filter(|_| mistakes.is_empty()) {
        take(terms, &mut context);
    }
    Checked { queries, settled, mistakes }
}

/// Settles a query, and knows afterwards what the database will. If it is none, or too late, nothing else changes.
fn take(terms: &mut [Term], context: &mut Context) -> bool {
    let Context { clock, aliases } = context;
    own::settle(terms, aliases, clock.now());
    let raw = raw_query(terms);
    let Ok(request) = Request::parse(&raw, aliases, Language::records().last_level()) else { return false };
    let mut later = *clock;
    if request.queries().iter().any(|query| later.advance(query.timestamp()).is_err()) {
        return false;
    }
    *clock = later;
    for query in request.queries() {
        aliases.learn(query);
    }
    true
}

fn lines(text: &str, mut context: Context) -> Checked {
    let (mut checked, mut offset) = (Checked::default(), 0);
    for line in text.split_inclusive('\n') {
        let query = line.trim_end_matches(['\n', '\r']);
        let is_query = !query.trim().is_empty() && !query.trim_start().starts_with('#');
        if is_query && checked.mistakes.len() < MOST {
            let faults = one(query, &mut context, &mut checked).err();
            checked.mistakes.extend(faults.iter().flat_map(|faults| mistakes(text, faults, offset)));
        }
        offset += line.len();
    }
    checked
}

/// Reads one line.
fn one(line: &str, context: &mut Context, checked: &mut Checked) -> Result<(), Faults> {
    let terms = typed_terms(line, &context.aliases)?;
    let mut settled = terms.clone();
    if !take(&mut settled, context) {
        let (arena, level) = (Bump::new(), Language::records().last_level());
        read_typed(line, &arena, level, context.clone(), checked.queries.len() + 1).map(drop)?;
    }
    checked.queries.push(terms);
    checked.settled.push(settled);
    Ok(())
}
