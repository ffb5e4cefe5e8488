//! The course's examples, for the page of a server: its cases, and what a list does step by step.

use std::time::Instant;

use bumpalo::Bump;

use crate::query::{Aliases, Language};
use crate::script::{Faults, Rules, Suite, SuiteCase, read_suite, to_json};
use crate::serve::{ListCase, Lists, Unshown};
use crate::time::ClockRule;
use crate::trace::{Page, Tracer};
use crate::track::records::FILES;
use crate::wire::{Request, Term, raw_query};

/// The built-in cases.
#[derive(Debug)]
pub(super) struct BuiltinLists {
    cases: Vec<ListCase>,
}

impl BuiltinLists {
    /// Reads them.
    ///
    /// # Errors
    /// None as the files are; faults of a file, where it was changed.
    pub(super) fn read() -> Result<Self, Faults> {
        let mut cases = Vec::new();
        for (_, text) in FILES {
            let arena = Bump::new();
            let suite = read_suite(text, &arena, Rules::default())?;
            cases.extend(suite.cases.iter().map(|case| list_case(&suite, case)));
        }
        Ok(Self { cases })
    }
}

fn list_case(suite: &Suite<'_>, case: &SuiteCase<'_>) -> ListCase {
    let queries = case.words.iter().map(|words| format!("  {}", to_json(&Vec::<Term>::from(words))));
    ListCase {
        level: suite.level.number(),
        name: case.name.clone(),
        why: case.why.clone(),
        clock: suite.clock,
        list: format!("[\n{}\n]", queries.collect::<Vec<_>>().join(",\n")),
    }
}

impl Lists for BuiltinLists {
    fn cases(&self) -> &[ListCase] {
        &self.cases
    }

    fn steps(&self, list: &[Vec<Term>], clock: ClockRule, until: Instant) -> Result<String, Unshown> {
        let (mut tracer, mut page, mut aliases) = (Tracer::new(clock), Page::default(), Aliases::default());
        page.begin("", "", clock);
        for words in list {
            let raw = raw_query(words);
            // Whoever hands lists in has checked them.
            let Ok(request) = Request::parse(&raw, &aliases, Language::records().last_level()) else { break };
            let Ok(step) = tracer.step(&request) else { break };
            page.add(&step).map_err(|_| Unshown::Large)?;
            for query in request.queries() {
                aliases.learn(query);
            }
            if Instant::now() > until {
                return Err(Unshown::Slow);
            }
        }
        page.last_json().ok_or(Unshown::Large)
    }
}
