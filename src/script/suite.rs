//! Suites: an object with named cases, each a list for a fresh database.

use std::ops::Range;

use bumpalo::Bump;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fault::{Fault, Faults};
use super::list::read_with_words;
use super::scanner::what;
use super::{Context, Rules};
use crate::query::{Brief, Language, Level, RawQuery};
use crate::time::ClockRule;
use crate::wire::{Request, Term};

/// A suite, read.
#[derive(Debug)]
pub struct Suite<'a> {
    /// Its name.
    pub name: String,
    /// Where it says that its schema lies; only editors read that.
    pub schema: Option<String>,
    /// The highest level whose operations are open.
    pub level: Level,
    /// The clock rule that its cases go by.
    pub clock: ClockRule,
    /// Its cases, in the order of the file.
    pub cases: Vec<SuiteCase<'a>>,
}

/// One case of a suite.
#[derive(Debug)]
pub struct SuiteCase<'a> {
    /// Its name.
    pub name: String,
    /// The rule that it holds, in a sentence.
    pub why: String,
    /// Does the file say that it keeps the promises of the exercise, though it looks otherwise?
    pub promised: bool,
    /// What it asks.
    pub requests: Vec<Request<'a>>,
    /// The same as the file has them, other names of operations included.
    pub words: Vec<RawQuery<'a>>,
    /// The answers that are right, if the file has them.
    pub expected: Option<Vec<Term>>,
}

/// A suite as it stands in the file. Its parts are read one by one, so that each is reported where it is wrong.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSuite<'a> {
    #[serde(rename = "$schema")]
    schema: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(borrow)]
    level: Option<&'a RawValue>,
    #[serde(borrow)]
    clock: Option<&'a RawValue>,
    #[serde(borrow)]
    cases: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase<'a> {
    name: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    promised: bool,
    #[serde(borrow)]
    queries: &'a RawValue,
    #[serde(borrow)]
    expected: Option<Vec<&'a RawValue>>,
}

/// Reads a suite. What `rules` name comes before what the file says of level and clock.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_suite<'a>(text: &'a str, arena: &'a Bump, rules: Rules) -> Result<Suite<'a>, Faults> {
    let raw: RawSuite<'_> =
        object(text).map_err(|fault| if fault.help.is_some() { fault } else { fault.with_help(SUITE) })?;
    let mut faults = Faults::default();
    let level = raw.level.and_then(|part| faults.sort_out(level(part.get()), offset(text, part), None));
    let clock = raw.clock.and_then(|part| faults.sort_out(clock(part.get()), offset(text, part), None));
    let mut suite = Suite {
        name: raw.name,
        schema: raw.schema,
        level: rules.level.or(level).unwrap_or(Language::records().last_level()),
        clock: rules.clock.or(clock).unwrap_or_default(),
        cases: Vec::with_capacity(raw.cases.len()),
    };
    for part in raw.cases {
        let raw = object(part.get()).map_err(|fault| Faults::from(fault.with_help(CASE)));
        let raw: Option<RawCase<'a>> = faults.sort_out(raw, offset(text, part), None);
        if let Some(raw) = raw {
            let case = read_case(text, arena, raw, &suite, &mut faults);
            suite.cases.extend(case);
        }
    }
    faults.or(suite)
}

/// Where a part stands in the text that it borrows from.
fn offset(text: &str, part: &RawValue) -> usize {
    part.get().as_ptr().addr() - text.as_ptr().addr()
}

fn level(text: &str) -> Result<Level, Faults> {
    let fault = |range: String| Fault::new(0..text.len(), "there is no such level").with_help(range).into();
    Language::records().level_of(text).map_err(fault)
}

fn clock(text: &str) -> Result<ClockRule, Faults> {
    match text {
        "\"monotone\"" => Ok(ClockRule::Monotone),
        "\"free\"" => Ok(ClockRule::Free),
        _ => {
            let fault = Fault::new(0..text.len(), "there is no such clock rule");
            Err(fault.with_help(r#"the rules are "monotone" and "free""#).into())
        }
    }
}

/// Reads a case, or adds its faults.
fn read_case<'a>(
    text: &str,
    arena: &'a Bump,
    raw: RawCase<'a>,
    suite: &Suite<'_>,
    faults: &mut Faults,
) -> Option<SuiteCase<'a>> {
    let name = format!("case \"{}\"", Brief(&raw.name));
    let list = read_with_words(raw.queries.get(), arena, suite.level, Context::fresh(suite.clock));
    let (requests, words) = faults.sort_out(list, offset(text, raw.queries), Some(&name))?;
    let expected = raw.expected.map(|answers| {
        if answers.len() != requests.len() {
            let counts = format!("{} expected answers for {} queries", answers.len(), requests.len());
            let fault = Fault::new(0..1, counts).with_help("give one answer for each query");
            return faults.sort_out(Err(fault.into()), offset(text, raw.queries), Some(&name));
        }
        let read = answers.iter().zip(&requests).map(|(answer, request)| {
            let answer_of = expected_of(request, answer.get()).map_err(Faults::from);
            faults.sort_out(answer_of, offset(text, answer), Some(&name))
        });
        // All of them, so that every fault is reported.
        read.collect::<Vec<_>>().into_iter().collect()
    });
    let expected = match expected {
        Some(read) => Some(read?),
        None => None,
    };
    Some(SuiteCase { name: raw.name, why: raw.why, promised: raw.promised, requests, words, expected })
}

/// Reads the answer that is expected to a query.
fn expected_of(request: &Request<'_>, json: &str) -> Result<Term, Fault> {
    let name = request.form(Language::records()).map_or("", |form| form.name);
    let answer = serde_json::from_str(json).ok();
    let (answer, wanted, help) = if let Some(count) = request.batched() {
        let answer = answer.filter(|answer| matches!(answer, Term::Array(texts) if texts.len() == count));
        let wanted = format!("an array of {count} {}", if count == 1 { "string" } else { "strings" });
        (answer, wanted, "give one string for each query in it")
    } else {
        let answer = answer.filter(|answer| matches!(answer, Term::Text(_)));
        (answer, "a string".to_owned(), "numbers and booleans stand in quotes too, as in \"0\"")
    };
    answer.ok_or_else(|| {
        let fault = Fault::new(0..json.len(), format!("the answer of {name} is {wanted}"));
        fault.with_help(help)
    })
}

/// Reads an object with the fields of `T`, and no others.
fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Fault> {
    // Serde would take an array of the fields' values too.
    if text.starts_with('\u{feff}') {
        return Err(Fault::new(0..3, "a byte order mark stands before the text")
            .with_help("save the file as UTF-8 without it"));
    }
    if !text.trim_start().starts_with('{') {
        return Err(Fault::new(0..text.chars().next().map_or(0, char::len_utf8), "this is not an object"));
    }
    serde_json::from_str(text).map_err(|error| {
        let not_json = if error.is_data() { "" } else { "not JSON: " };
        Fault::new(place(text, &error), format!("{not_json}{}", what(&error)))
    })
}

/// Where an error of `serde_json` lies.
fn place(text: &str, error: &serde_json::Error) -> Range<usize> {
    let line_start = match error.line().checked_sub(2) {
        None => 0,
        Some(before) => text.match_indices('\n').nth(before).map_or(text.len(), |(at, _)| at + 1),
    };
    let at = text.floor_char_boundary(line_start + error.column().saturating_sub(1));
    at..at + text[at..].chars().next().map_or(0, char::len_utf8)
}

/// What a suite should look like.
const SUITE: &str = r#"a suite looks like {"name": …, "level": 1, "cases": […]}"#;
/// What a case should look like.
const CASE: &str = r#"a case looks like {"name": …, "why": …, "queries": […], "expected": […]}"#;
