//! Suites: an object with named cases, each a list for a fresh database.

use std::ops::Range;

use bumpalo::Bump;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Rules;
use super::fault::{Fault, Faults};
use super::list::read_list;
use super::scanner::what;
use crate::query::{Level, Query};
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

/// A suite as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSuite<'a> {
    #[serde(default)]
    name: String,
    level: Option<u8>,
    clock: Option<RawClock>,
    #[serde(borrow)]
    cases: Vec<RawCase<'a>>,
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

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawClock {
    Monotone,
    Free,
}

/// Reads a suite. What `rules` name comes before what the file says of level and clock.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_suite<'a>(text: &'a str, arena: &'a Bump, rules: Rules) -> Result<Suite<'a>, Faults> {
    let raw: RawSuite<'_> = serde_json::from_str(text).map_err(|error| {
        let fault = Fault::new(place(text, &error), what(&error));
        fault.with_help(r#"a suite looks like {"name": …, "level": 1, "cases": [{"name": …, "queries": […], "expected": […]}]}"#)
    })?;
    let level = match raw.level {
        None => Level::LAST,
        Some(number) => Level::new(number).ok_or_else(|| {
            let range = format!("levels go from {} to {}", Level::FIRST, Level::LAST);
            Fault::new(0..0, format!("there is no level {number}")).with_help(range)
        })?,
    };
    let clock = match raw.clock {
        Some(RawClock::Free) => ClockRule::Free,
        Some(RawClock::Monotone) | None => ClockRule::Monotone,
    };
    let mut suite = Suite {
        name: raw.name,
        level: rules.level.unwrap_or(level),
        clock: rules.clock.unwrap_or(clock),
        cases: Vec::with_capacity(raw.cases.len()),
    };
    let mut faults = Faults::default();
    for raw in raw.cases {
        // The list borrows from the text, so that its place there is known.
        let offset = raw.queries.get().as_ptr().addr() - text.as_ptr().addr();
        let part = format!("case \"{}\"", raw.name.escape_debug());
        match read_case(arena, raw, &suite) {
            Ok(case) => suite.cases.push(case),
            Err(of_case) => faults.add_part(of_case, offset, &part),
        }
    }
    faults.or(suite)
}

fn read_case<'a>(arena: &'a Bump, raw: RawCase<'a>, suite: &Suite<'_>) -> Result<Case<'a>, Faults> {
    let queries = read_list(raw.queries.get(), arena, suite.level, suite.clock)?;
    match &raw.expected {
        Some(expected) if expected.len() != queries.len() => {
            let counts = format!("{} expected answers for {} queries", expected.len(), queries.len());
            Err(Fault::new(0..1, counts).with_help("give one answer for each query").into())
        }
        _ => Ok(Case { name: raw.name, why: raw.why, queries, expected: raw.expected }),
    }
}

/// Where an error of `serde_json` lies.
fn place(text: &str, error: &serde_json::Error) -> Range<usize> {
    let line_start = match error.line().checked_sub(2) {
        None => 0,
        Some(before) => text.match_indices('\n').nth(before).map_or(text.len(), |(at, _)| at + 1),
    };
    let mut at = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at..at + text[at..].chars().next().map_or(0, char::len_utf8)
}
