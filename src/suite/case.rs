//! What is judged: lists of queries as words, and the answers that are right.
//!
//! A candidate speaks words, so a list stays words here; it becomes queries only where the engine answers it.

use crate::engine::Engine;
use crate::query::{Level, Part, Query};
use crate::script::Suite;
use crate::time::ClockRule;

/// Queries as words, the operation's name first.
pub type List = Vec<Vec<String>>;

/// A case of a suite.
#[derive(Clone, Debug)]
pub struct Case {
    /// The suite it belongs to.
    pub suite: String,
    /// The level of that suite.
    pub level: Level,
    /// The clock rule of that suite.
    pub clock: ClockRule,
    /// Its name.
    pub name: String,
    /// The rule that it holds, in a sentence.
    pub why: String,
    /// The queries.
    pub list: List,
    /// The answers that are right.
    pub expected: Vec<String>,
}

impl Case {
    /// The cases of a suite. What a suite does not expect itself, the engine answers.
    #[must_use]
    pub fn of_suite(suite: &Suite<'_>) -> Vec<Self> {
        let case = |case: &crate::script::Case<'_>| {
            let list = words(&case.queries);
            let answered = || answers(&list, suite.clock).unwrap_or_default();
            Self {
                suite: suite.name.clone(),
                level: suite.level,
                clock: suite.clock,
                name: case.name.clone(),
                why: case.why.clone(),
                expected: case.expected.clone().unwrap_or_else(answered),
                list,
            }
        };
        suite.cases.iter().map(case).collect()
    }
}

impl Case {
    /// The largest number that stands for a time in it.
    #[must_use]
    pub fn max_time(&self) -> u64 {
        let mut largest = 0;
        for query in queries(&self.list).unwrap_or_default() {
            query.each_part(|_, part| {
                if let Part::Number(number) = part {
                    largest = largest.max(number);
                }
            });
        }
        largest
    }
}

/// The words of queries.
#[must_use]
pub fn words(queries: &[Query<'_>]) -> List {
    queries.iter().map(|query| query.words().into_iter().map(Into::into).collect()).collect()
}

/// The queries that the words of a list make; `None` if some make none.
#[must_use]
pub fn queries(list: &[Vec<String>]) -> Option<Vec<Query<'_>>> {
    list.iter().map(|words| query(words)).collect()
}

fn query(words: &[String]) -> Option<Query<'_>> {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    Query::parse(&words, Level::LAST).ok()
}

/// What the engine answers to a list; `None` if it is no list of queries, or time runs backwards in it.
#[must_use]
pub fn answers(list: &[Vec<String>], clock: ClockRule) -> Option<Vec<String>> {
    let mut engine = Engine::new(clock);
    queries(list)?.iter().map(|query| Some(engine.apply(query).ok()?.to_string())).collect()
}
