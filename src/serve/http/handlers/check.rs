//! A text as people type it, before anybody is asked: lines as in the shell, or a list.
//!
//! Invariant: nothing is asked, and nothing changes.

use bumpalo::Bump;
use serde::Deserialize;
use serde_json::json;

use crate::query::{Language, Level};
use crate::script::{Context, Faults, Typed, read_typed, read_with_words, typed_terms};
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::Call;
use crate::serve::http::problem::{Mistake, Problem, mistakes};
use crate::wire::{Request, Term};

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

impl Checked {
    fn take(&mut self, words: Vec<Term>, request: &Request<'_>) {
        self.queries.push(words);
        self.settled.push(request.words(Language::records()));
    }
}

pub(in crate::serve::http) fn check_text(call: &mut Call<'_>) -> Outcome {
    let Text { text } = call.asked.json()?;
    if text.len() > BYTES {
        return Err(Problem::new(413, "large", "the text is too large to be looked at"));
    }
    let Checked { queries, mistakes, .. } = check(&text, call.desk.context());
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

fn list(text: &str, context: Context) -> Checked {
    let (arena, mut checked) = (Bump::new(), Checked::default());
    match read_with_words(text, &arena, level(), context) {
        Ok((requests, raw)) => {
            raw.iter().zip(&requests).for_each(|(raw, request)| checked.take(raw.into(), request));
        }
        Err(faults) => checked.mistakes = mistakes(text, &faults, 0),
    }
    checked
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
    let (arena, number) = (Bump::new(), checked.queries.len() + 1);
    let Typed { request, .. } = read_typed(line, &arena, level(), context.clone(), number)?;
    checked.take(typed_terms(line, &context.aliases)?, &request);
    for query in request.queries() {
        let learned = context.learn(query);
        debug_assert!(learned.is_ok(), "it is not too late");
    }
    Ok(())
}

fn level() -> Level {
    Language::records().last_level()
}
