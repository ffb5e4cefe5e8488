//! How a case failed, with all that helps to understand it: the query at fault, the state before it, the rule.

use serde::Serialize;

use super::candidate::Run;
use super::case::{List, answers, requests};
use super::verdict::{Stop, Verdict};
use crate::query::Language;
use crate::time::ClockRule;
use crate::trace::{FullStep, Step, Tracer};
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
    pub queries: List,
    /// The number of that query, from 1; it is the last of `queries`.
    pub query: Option<usize>,
    /// The answer that was wanted there.
    pub wanted: Option<Term>,
    /// The answer that was given there.
    pub given: Option<Term>,
    /// The step before that query, with the state that our engine was in; `None` where it is the first.
    pub before: Option<FullStep>,
    /// The rule that decides that query.
    pub rule: Option<String>,
    /// The end of what the candidate wrote to standard error.
    pub errors: String,
}

/// The first thing that is wrong with a run.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// What is wrong; a wrong answer is a stop too.
    pub(super) stop: Stop,
    /// The query at fault, from 0; `None` if that is not known.
    pub(super) query: Option<usize>,
    /// What was answered there, if anything was.
    pub(super) given: Option<Term>,
}

impl Fault {
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
                let stop = Stop::new(Verdict::WrongAnswer, format!("query {}", query + 1));
                Some(Self { stop, query: Some(query), given: Some(run.answers[query].clone()) })
            }
            (Some(stop), None) => {
                Some(Self { stop: stop.clone(), query: Some(run.answers.len()), given: None })
            }
            (None, None) if run.answers.len() < expected.len() => {
                let stop = Stop::new(Verdict::WrongShape, "answers are missing at the end");
                Some(Self { stop, query: Some(run.answers.len()), given: None })
            }
            (None, None) => None,
        }
    }
}

impl Failed {
    /// The fault with all that helps to understand it.
    pub(super) fn of(list: &List, clock: ClockRule, expected: &[Term], fault: Fault, errors: String) -> Self {
        let Fault { stop, query, given } = fault;
        let upto = query.map_or(list.len(), |query| (query + 1).min(list.len()));
        let (before, at) = query.map_or((None, None), |_| explained(&list[..upto], clock));
        Self {
            verdict: stop.verdict,
            message: stop.why,
            hint: stop.hint.or_else(|| hint(stop.verdict, &list[..upto], clock, given.as_ref())),
            queries: list[..upto].to_vec(),
            query: query.map(|query| query + 1),
            wanted: query.and_then(|query| expected.get(query).cloned()),
            given: given.map(clipped),
            rule: at.map(|step| step.rule),
            before,
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
fn hint(verdict: Verdict, list: &[Vec<Term>], clock: ClockRule, given: Option<&Term>) -> Option<String> {
    match verdict {
        Verdict::NotSupported => {
            let operation = requests(list)?.last()?.form(Language::records())?.name;
            Some(format!("`rewind help {operation}` explains it"))
        }
        Verdict::WrongAnswer if clock == ClockRule::Monotone => {
            let free = answers(list, ClockRule::Free)?;
            let is_free = free.last() == given;
            is_free.then(|| {
                "it would be right if each timestamp were judged for itself: --clock free".to_owned()
            })
        }
        _ => None,
    }
}

/// The step before the last query of a list, and that of the last.
fn explained(list: &[Vec<Term>], clock: ClockRule) -> (Option<FullStep>, Option<Step>) {
    let (mut tracer, requests) = (Tracer::new(clock), requests(list).unwrap_or_default());
    let Some((at_fault, before)) = requests.split_last() else { return (None, None) };
    let before = before.split_last().and_then(|(before, others)| {
        for request in others {
            // One that is refused changes nothing.
            let _ = tracer.skip(request);
        }
        let step = tracer.step(before).ok()?;
        Some(tracer.full(step))
    });
    (before, tracer.step(at_fault).ok())
}
