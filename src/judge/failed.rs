//! How a case failed, with all that helps to understand it: the query at fault, the state before it, the rule.

use serde::Serialize;

use super::candidate::Run;
use super::case::{QueryList, QueryWords};
use super::exercise::{Exercise, ShownState, TimeRule};
use super::verdict::{StopReason, Verdict};
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
    /// The end of what the candidate wrote to standard error.
    pub errors: String,
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
    /// The defect with all that helps to understand it.
    pub(super) fn of(
        exercise: &dyn Exercise,
        list: &QueryList,
        clock: TimeRule,
        expected: &[Term],
        defect: Defect,
        errors: String,
    ) -> Self {
        let Defect { stop, query, given } = defect;
        let upto = query.map_or(list.len(), |query| (query + 1).min(list.len()));
        let view = query.map_or_else(Default::default, |_| exercise.view(&list[..upto], clock));
        let hint = || hint(exercise, stop.verdict, &list[..upto], clock, given.as_ref());
        Self {
            verdict: stop.verdict,
            message: stop.why,
            hint: stop.hint.or_else(hint),
            queries: list[..upto].to_vec(),
            query: query.map(|query| query + 1),
            wanted: query.and_then(|query| expected.get(query).cloned()),
            given: given.map(clipped),
            rule: view.rule,
            before: view.before,
            errors,
        }
    }
}

/// An answer as it is kept: one that is far too long says no more whole.
fn clipped(mut answer: Term) -> Term {
    for text in answer.texts_mut().iter_mut().filter(|text| text.len() > MOST_KEPT) {
        text.truncate(text.floor_char_boundary(MOST_KEPT));
        text.push('…');
    }
    answer
}

/// What helps with the last query of a list, where that shows in what was answered.
fn hint(
    exercise: &dyn Exercise,
    verdict: Verdict,
    list: &[QueryWords],
    clock: TimeRule,
    given: Option<&Term>,
) -> Option<String> {
    match verdict {
        Verdict::NotSupported => {
            let name = exercise.read(list)?.queries.last()?.signature.name;
            Some(format!("`rewind help {name}` explains it"))
        }
        Verdict::WrongAnswer => exercise.hint(list, clock, given?),
        _ => None,
    }
}
