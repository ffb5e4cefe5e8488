//! What is judged: lists of queries as words, and the answers that are right.
//!
//! A candidate speaks words, so a list stays words here, other names of operations included; it becomes queries only
//! where the engine answers it.

use crate::engine::Engine;
use crate::query::{Aliases, Language, Level, Part};
use crate::script::Suite;
use crate::time::ClockRule;
use crate::wire::{Request, Term, raw_query};

/// Queries as words, the operation's name first.
pub type List = Vec<Vec<Term>>;

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
    pub expected: Vec<Term>,
}

impl Case {
    /// The cases of a suite. What a suite does not expect itself, the engine answers.
    #[must_use]
    pub fn of_suite(suite: &Suite<'_>) -> Vec<Self> {
        let case = |case: &crate::script::SuiteCase<'_>| {
            let list: List = case.words.iter().map(Vec::from).collect();
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

    /// The largest number that stands for a time in it.
    #[must_use]
    pub fn max_time(&self) -> u64 {
        let mut largest = 0;
        let requests = requests(&self.list).unwrap_or_default();
        for query in requests.iter().flat_map(Request::queries) {
            query.each_word(|_, part| {
                if let Part::Number(number) = part {
                    largest = largest.max(number);
                }
            });
        }
        largest
    }
}

/// What the words of a list ask, other names of operations taken for what they stand for where they are
/// used; `None` if some make none.
#[must_use]
pub fn requests(list: &[Vec<Term>]) -> Option<Vec<Request<'_>>> {
    let (mut aliases, level) = (Aliases::default(), Language::records().last_level());
    let mut requests = Vec::with_capacity(list.len());
    for words in list {
        let request = Request::parse(&raw_query(words), &aliases, level).ok()?;
        for query in request.queries() {
            aliases.learn(query);
        }
        requests.push(request);
    }
    Some(requests)
}

/// How many texts the answer to each query of a list is an array of; `None` where it is a text.
pub(super) fn arrays(list: &[Vec<Term>]) -> Vec<Option<usize>> {
    requests(list).map_or_else(|| vec![None; list.len()], |all| all.iter().map(Request::batched).collect())
}

/// What the engine answers to a list; `None` if it is no list of queries, or time runs backwards in it.
#[must_use]
pub fn answers(list: &[Vec<Term>], clock: ClockRule) -> Option<Vec<Term>> {
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
