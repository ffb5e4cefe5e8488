//! How a case failed, with all that helps to understand it: the query at fault, the state before it, the rule.

use serde::Serialize;

use super::candidate::Run;
use super::difference::Deviation;
use super::exercise::{Exercise, Role, ShownState, TimeRule};
use super::typed::words_of;
use super::verdict::{StopReason, Verdict};
use super::words::{QueryList, QueryWords};
use crate::wire::Term;

/// So many bytes of a wrong answer are kept, or of each of several.
const MOST_KEPT: usize = 64 << 10;

/// How a case failed.
#[derive(Clone, Debug, Serialize)]
pub struct Failed {
    /// The verdict.
    pub verdict: Verdict,
    /// What happened, in a sentence.
    pub message: String,
    /// How to mend it, where that is known.
    pub hint: Option<String>,
    /// Did the solution not even load? The message is its language's own then.
    #[serde(skip)]
    pub is_of_load: bool,
    /// Did it end well without any answer?
    #[serde(skip)]
    pub is_silent: bool,
    /// The queries up to the first that was not answered rightly; all of them if it is not known which that is.
    pub queries: QueryList,
    /// The number of that query, from 1; it is the last of `queries`.
    pub query: Option<usize>,
    /// The answer that was wanted there.
    pub wanted: Option<Term>,
    /// The answer that was given there.
    pub given: Option<Term>,
    /// The state that a right solution is in before that query; `None` where it is the first.
    pub before: Option<ShownState>,
    /// The rule that decides that query.
    pub rule: Option<String>,
    /// The same without what is of this list alone.
    pub gist: Option<&'static str>,
    /// The operation of that query, as the exercise calls it.
    pub operation: Option<String>,
    /// How the answer differs from the one that was wanted.
    pub difference: Option<Deviation>,
    /// A mistake that gives just these answers.
    pub mistake: Option<String>,
    /// What the exercise itself answers there, where that is not what was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<Term>,
    /// What a process answered that had answered nothing before, where that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub afresh: Option<Afresh>,
    /// The end of what the candidate wrote to standard error.
    pub errors: String,
    /// The answers that were wanted to all of `queries`.
    #[serde(skip)]
    pub expected: Vec<Term>,
    /// The clock rule.
    #[serde(skip)]
    pub clock: TimeRule,
}

/// What came of a list in a process that had answered nothing before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Afresh {
    /// Every answer was right.
    Right,
    /// It failed there too.
    Wrong,
    /// It was not tried, though others were right there.
    Untried,
}

/// The first thing that is wrong with a run.
#[derive(Clone, Debug)]
pub(super) struct Defect {
    /// What is wrong; a wrong answer is a reason to stop too.
    pub(super) stop: StopReason,
    /// The query at fault, from 0; `None` if that is not known.
    pub(super) query: Option<usize>,
    /// What was answered there, if anything was.
    pub(super) given: Option<Term>,
}

impl Defect {
    /// The same with a hint, in the place of any that it had.
    pub(super) fn with_hint(self, hint: &str) -> Self {
        Self { stop: self.stop.with_hint(hint), ..self }
    }

    /// What is wrong with a run that should have given the `expected` answers.
    pub(super) fn of(run: &Run, expected: &[Term]) -> Option<Self> {
        let differs = run.answers.iter().zip(expected).position(|(given, wanted)| given != wanted);
        match (&run.stop, differs) {
            (Some(stop), _) if stop.is_of_whole => {
                Some(Self { stop: stop.clone(), query: None, given: None })
            }
            (_, Some(query)) => {
                let stop = StopReason::new(Verdict::WrongAnswer, format!("query {}", query + 1));
                Some(Self { stop, query: Some(query), given: Some(run.answers[query].clone()) })
            }
            (Some(stop), None) => {
                // What comes after the last answer is no query's fault.
                let query = Some(run.answers.len()).filter(|query| *query < expected.len());
                Some(Self { stop: stop.clone(), query, given: None })
            }
            (None, None) if run.answers.len() < expected.len() => {
                let stop = StopReason::new(Verdict::WrongShape, "answers are missing at the end");
                Some(Self { stop, query: Some(run.answers.len()), given: None })
            }
            (None, None) => None,
        }
    }
}

impl Failed {
    /// The defect of a run with all that helps to understand it.
    pub(super) fn of(
        exercise: &dyn Exercise,
        list: &QueryList,
        clock: TimeRule,
        expected: &[Term],
        defect: Defect,
        run: &Run,
    ) -> Self {
        let Defect { stop, query, given } = defect;
        let upto = query.map_or(list.len(), |query| (query + 1).min(list.len()));
        let queries = &list[..upto];
        let view = query.map_or_else(Default::default, |_| exercise.view(queries, clock));
        let wanted = query.and_then(|query| expected.get(query).cloned());
        let asked =
            exercise.read(queries).and_then(|read| Some(read.queries.last()?.signature.name.to_owned()));
        let mut failed = Self {
            verdict: stop.verdict,
            message: stop.why,
            hint: stop.hint,
            is_of_load: stop.is_of_load,
            is_silent: stop.is_silent && run.answers.is_empty(),
            queries: queries.to_vec(),
            query: query.map(|query| query + 1),
            difference: wanted
                .as_ref()
                .zip(given.as_ref())
                .map(|(wanted, given)| Deviation::of(wanted, given, &values(exercise, queries))),
            wanted,
            given: given.map(clipped),
            rule: view.rule,
            before: view.before,
            gist: view.gist,
            operation: asked.filter(|_| query.is_some()),
            mistake: None,
            own: None,
            afresh: None,
            errors: run.errors.clone(),
            expected: expected[..upto.min(expected.len())].to_vec(),
            clock,
        };
        failed.own = failed.own(exercise);
        failed.hint = failed.hint.take().or_else(|| failed.hint_of(exercise, (list, expected), &run.answers));
        failed
    }

    /// What the exercise itself answers to the last query, where that is not what is wanted.
    fn own(&self, exercise: &dyn Exercise) -> Option<Term> {
        let own = exercise.answers(&self.queries, self.clock)?.pop()?;
        self.wanted.as_ref().is_some_and(|wanted| *wanted != own).then_some(own)
    }

    /// What helps with a failure, where that shows in all that was answered.
    fn hint_of(
        &self,
        exercise: &dyn Exercise,
        (list, expected): (&QueryList, &[Term]),
        answers: &[Term],
    ) -> Option<String> {
        match self.verdict {
            Verdict::NotSupported => {
                self.operation.as_ref().map(|operation| format!("`rewind help {operation}` explains it"))
            }
            Verdict::WrongAnswer if exercise.answers(list, self.clock)? == expected => {
                exercise.hint(list, self.clock, answers)
            }
            _ => None,
        }
    }
}

/// The values that a list sets.
fn values(exercise: &dyn Exercise, queries: &[QueryWords]) -> Vec<String> {
    let words = words_of(exercise, &queries.to_vec()).into_iter();
    words.filter(|(role, _)| matches!(role, Some(Role::Value | Role::Item))).map(|(_, text)| text).collect()
}

/// An answer as it is kept: one that is far too long says no more whole.
fn clipped(mut answer: Term) -> Term {
    for text in answer.texts_mut().iter_mut().filter(|text| text.len() > MOST_KEPT) {
        text.truncate(text.floor_char_boundary(MOST_KEPT));
        text.push('…');
    }
    answer
}
