//! Judging: the cases of a level, then those of all earlier ones, each with its verdict.
//!
//! Invariants: a case is judged by its expected answers alone; a level is passed when it and all before it are; the
//! outcome of a case does not depend on the cases before it, but where a candidate ran out of time so often that the
//! rest of a level is not tried.

use std::borrow::Borrow;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::candidate::{Candidate, CannotStart, Run};
use super::case::{Case, List, answers, queries};
use super::verdict::{Stop, Verdict};
use crate::query::Level;
use crate::time::ClockRule;
use crate::trace::{Step, Tracer};

/// After so many lists in a row that were not answered in time the rest of a level is not tried.
const MOST_TIMEOUTS: usize = 3;

/// So many bytes of a wrong answer are kept.
const MOST_KEPT: usize = 64 << 10;

/// What came of judging: level by level, in the order they were judged.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The levels that were judged.
    pub levels: Vec<LevelReport>,
    /// Why the candidate could not be started, if it could not: what came after that was not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cannot_start: Option<CannotStart>,
}

/// What came of the cases of a level.
#[derive(Clone, Debug, Serialize)]
pub struct LevelReport {
    /// The level's number.
    pub level: u8,
    /// Its cases, in their order.
    pub cases: Vec<CaseReport>,
    /// How long they took, in seconds.
    #[serde(serialize_with = "seconds")]
    pub took: Duration,
}

/// What came of a case.
#[derive(Clone, Debug, Serialize)]
pub struct CaseReport {
    /// The suite it belongs to.
    pub suite: String,
    /// Its name.
    pub name: String,
    /// The rule that it holds.
    pub why: String,
    /// How long it took, in seconds.
    #[serde(serialize_with = "seconds")]
    pub took: Duration,
    /// The verdict.
    pub outcome: Outcome,
}

/// The outcome of a case.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every answer was right.
    Passed,
    /// It failed, and how.
    Failed(Box<Failed>),
    /// It was not tried.
    NotTried,
}

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
    pub wanted: Option<String>,
    /// The answer that was given there.
    pub given: Option<String>,
    /// What our engine says of that query: the state it left.
    pub before: Option<Step>,
    /// The rule that decides that query.
    pub rule: Option<String>,
    /// The end of what the candidate wrote to standard error.
    pub errors: String,
}

fn seconds<S: serde::Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(took.as_secs_f64())
}

impl Report {
    /// Were all cases passed?
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.cannot_start.is_none() && self.levels.iter().all(LevelReport::is_passed)
    }

    /// The last level that is passed with all before it, if the first is.
    #[must_use]
    pub fn passed(&self) -> Option<Level> {
        let passed = |level: Level| {
            self.levels.iter().any(|report| report.level == level.number() && report.is_passed())
        };
        Level::all().take_while(|level| passed(*level)).last()
    }

    /// All cases.
    pub fn cases(&self) -> impl Iterator<Item = &CaseReport> {
        self.levels.iter().flat_map(|level| &level.cases)
    }
}

impl LevelReport {
    fn new(level: Level) -> Self {
        Self { level: level.number(), cases: Vec::new(), took: Duration::ZERO }
    }

    /// Were all cases passed?
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.passed() == self.cases.len()
    }

    /// How many cases were passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.outcome, Outcome::Passed)).count()
    }
}

impl CaseReport {
    /// How it failed, if it did.
    #[must_use]
    pub fn failed(&self) -> Option<&Failed> {
        match &self.outcome {
            Outcome::Failed(failed) => Some(failed),
            Outcome::Passed | Outcome::NotTried => None,
        }
    }
}

/// The cases in the order in which they are judged: those of the highest level first, for that is the one that is being
/// worked on, then level by level from the first.
#[must_use]
pub fn in_order(mut cases: Vec<Case>) -> Vec<Case> {
    let current = cases.iter().map(|case| case.level).max();
    cases.sort_by_key(|case| (Some(case.level) != current, case.level));
    cases
}

/// Judges a candidate by `cases`, which are drawn one by one. `each` is handed every case as soon as it is judged, and may
/// break off.
pub fn judge<C: Borrow<Case>>(
    candidate: &mut dyn Candidate,
    cases: impl IntoIterator<Item = C>,
    mut each: impl FnMut(Level, &CaseReport) -> ControlFlow<()>,
) -> Report {
    let (mut report, mut timeouts) = (Report::default(), 0);
    for case in cases {
        let case = case.borrow();
        let is_new = report.levels.last().is_none_or(|last| last.level != case.level.number());
        timeouts = if is_new { 0 } else { timeouts };
        let judged = if timeouts < MOST_TIMEOUTS {
            judge_case(candidate, case)
        } else {
            Ok(CaseReport::of(case, Outcome::NotTried, Duration::ZERO))
        };
        let judged = match judged {
            Ok(judged) => judged,
            Err(cannot) => {
                report.cannot_start = Some(cannot);
                break;
            }
        };
        timeouts = match &judged.outcome {
            Outcome::Failed(failed) if failed.verdict == Verdict::TimeLimit => timeouts + 1,
            Outcome::NotTried => timeouts,
            _ => 0,
        };
        if is_new {
            report.levels.push(LevelReport::new(case.level));
        }
        let flow = each(case.level, &judged);
        if let Some(level) = report.levels.last_mut() {
            level.took += judged.took;
            level.cases.push(judged);
        }
        if flow.is_break() {
            break;
        }
    }
    report
}

impl CaseReport {
    fn of(case: &Case, outcome: Outcome, took: Duration) -> Self {
        Self { suite: case.suite.clone(), name: case.name.clone(), why: case.why.clone(), took, outcome }
    }
}

/// Judges one case; where it fails, once more with a closer look.
fn judge_case(candidate: &mut dyn Candidate, case: &Case) -> Result<CaseReport, CannotStart> {
    candidate.enter(case.level, case.clock);
    let begun = Instant::now();
    let run = candidate.run(&case.list)?;
    let outcome = match Fault::of(&run, &case.expected) {
        None => Outcome::Passed,
        Some(first) => {
            let again = candidate.run_closely(&case.list, &run)?;
            let closer = again.and_then(|again| Some((Fault::of(&again, &case.expected)?, again)));
            let (fault, errors) = match closer {
                Some((fault, again)) => (fault, again.errors),
                None => (first, run.errors.clone()),
            };
            Outcome::Failed(Box::new(Failed::of(&case.list, case.clock, &case.expected, fault, errors)))
        }
    };
    Ok(CaseReport::of(case, outcome, begun.elapsed()))
}

/// The first thing that is wrong with a run.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// What is wrong; a wrong answer is a stop too.
    pub(super) stop: Stop,
    /// The query at fault, from 0; `None` if that is not known.
    pub(super) query: Option<usize>,
    /// What was answered there, if anything was.
    pub(super) given: Option<String>,
}

impl Fault {
    /// What is wrong with a run that should have given the `expected` answers.
    pub(super) fn of(run: &Run, expected: &[String]) -> Option<Self> {
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
    pub(super) fn of(
        list: &List,
        clock: ClockRule,
        expected: &[String],
        fault: Fault,
        errors: String,
    ) -> Self {
        let Fault { stop, query, given } = fault;
        let upto = query.map_or(list.len(), |query| (query + 1).min(list.len()));
        let (before, at) = query.map_or((None, None), |_| explained(&list[..upto], clock));
        Self {
            verdict: stop.verdict,
            message: stop.why,
            hint: stop.hint.or_else(|| hint(stop.verdict, &list[..upto], clock, given.as_deref())),
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
fn clipped(mut answer: String) -> String {
    if answer.len() > MOST_KEPT {
        answer.truncate(answer.floor_char_boundary(MOST_KEPT));
        answer.push('…');
    }
    answer
}

/// What helps with the last query of a list, where that shows in what was answered.
fn hint(verdict: Verdict, list: &[Vec<String>], clock: ClockRule, given: Option<&str>) -> Option<String> {
    match verdict {
        Verdict::NotSupported => Some(format!("`rewind help {}` explains it", list.last()?.first()?)),
        Verdict::WrongAnswer if clock == ClockRule::Monotone => {
            let free = answers(list, ClockRule::Free)?;
            let is_free = free.last().map(String::as_str) == given;
            is_free.then(|| {
                "it would be right if each timestamp were judged for itself: --clock free".to_owned()
            })
        }
        _ => None,
    }
}

/// The step before the last query of a list, and that of the last.
fn explained(list: &[Vec<String>], clock: ClockRule) -> (Option<Step>, Option<Step>) {
    let mut tracer = Tracer::new(clock);
    let (mut before, mut at) = (None, None);
    for query in queries(list).unwrap_or_default() {
        before = at.take();
        at = tracer.step(&query).ok();
    }
    (before, at)
}
