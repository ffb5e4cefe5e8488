//! Suites: an object with named cases, each a list for a fresh database.

use std::ops::Range;

use bumpalo::Bump;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fault::{Fault, Faults};
use super::list::read_list;
use super::scanner::what;
use super::{Context, Rules};
use crate::query::{Brief, Level, Query};
use crate::time::ClockRule;

/// A suite, read.
#[derive(Debug)]
pub struct Suite<'a> {
    /// Its name.
    pub name: String,
    /// The highest level whose operations are open.
    pub level: Level,
    /// The clock rule that its cases go by.
    pub clock: ClockRule,
    /// Its cases, in the order of the file.
    pub cases: Vec<Case<'a>>,
}

/// One case of a suite.
#[derive(Debug)]
pub struct Case<'a> {
    /// Its name.
    pub name: String,
    /// The rule that it holds, in a sentence.
    pub why: String,
    /// The queries.
    pub queries: Vec<Query<'a>>,
    /// The answers that are right, if the file tells them.
    pub expected: Option<Vec<String>>,
}

/// A suite as it stands in the file. Its parts are read one by one, so that each is told where it is wrong.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSuite<'a> {
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
    #[serde(borrow)]
    queries: &'a RawValue,
    expected: Option<Vec<String>>,
}

/// Reads a suite. What `rules` name comes before what the file says of level and clock.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_suite<'a>(text: &'a str, arena: &'a Bump, rules: Rules) -> Result<Suite<'a>, Faults> {
    let raw: RawSuite<'_> = object(text).map_err(|fault| fault.with_help(SUITE))?;
    let mut faults = Faults::default();
    let level = raw.level.and_then(|part| faults.sort_out(level(part.get()), offset(text, part), None));
    let clock = raw.clock.and_then(|part| faults.sort_out(clock(part.get()), offset(text, part), None));
    let mut suite = Suite {
        name: raw.name,
        level: rules.level.or(level).unwrap_or(Level::LAST),
        clock: rules.clock.or(clock).unwrap_or_default(),
        cases: Vec::with_capacity(raw.cases.len()),
    };
    for part in raw.cases {
        let raw = object(part.get()).map_err(|fault| Faults::from(fault.with_help(CASE)));
        let raw: Option<RawCase<'a>> = faults.sort_out(raw, offset(text, part), None);
        if let Some(raw) = raw {
            let (list, name) = (offset(text, raw.queries), format!("case \"{}\"", Brief(&raw.name)));
            let read = read_case(arena, raw, &suite);
            suite.cases.extend(faults.sort_out(read, list, Some(&name)));
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
    text.parse().map_err(fault)
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

fn read_case<'a>(arena: &'a Bump, raw: RawCase<'a>, suite: &Suite<'_>) -> Result<Case<'a>, Faults> {
    let queries = read_list(raw.queries.get(), arena, suite.level, Context::fresh(suite.clock))?;
    match &raw.expected {
        Some(expected) if expected.len() != queries.len() => {
            let counts = format!("{} expected answers for {} queries", expected.len(), queries.len());
            Err(Fault::new(0..1, counts).with_help("give one answer for each query").into())
        }
        _ => Ok(Case { name: raw.name, why: raw.why, queries, expected: raw.expected }),
    }
}

/// Reads an object with the fields of `T`, and no others.
fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Fault> {
    // Serde would take an array of the fields' values too.
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
