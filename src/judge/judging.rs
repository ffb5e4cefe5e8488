//! Judging: the cases of a level, then those of all earlier ones, each with its verdict.
//!
//! Invariants: a case is judged by its expected answers alone; one that breaks a promise is judged after the others and
//! decides nothing; a level is passed when it and all before it are; the outcome of a case does not depend on the cases
//! before it, but where a candidate gave no answer so often that the rest of a level is not tried.

use std::borrow::Borrow;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::candidate::{Candidate, Run, SpawnError};
use super::case::Case;
use super::exercise::Exercise;
use super::failed::{Defect, Failed};
use super::grouping::findings;
use super::inquiry::Inquiry;
use super::results::{CaseReport, CaseResult, Report};
use super::verdict::Verdict;

/// After so many lists in a row that were not answered in time, or not at all, the rest of a level is not tried.
const MOST_UNANSWERED: usize = 3;

/// How many lists in a row there was no answer to.
#[derive(Debug, Default)]
struct Unanswered {
    /// The level, and whether it is of the cases that decide nothing.
    group: Option<(u8, bool)>,
    timeouts: usize,
    /// Those to which nothing was said, by who has answered none so far: who has may well answer the next one.
    silent: usize,
    has_answered: bool,
}

impl Unanswered {
    /// Is a case, which is the next one, still to be tried?
    fn tries(&mut self, case: &Case) -> bool {
        let group = Some((case.level, case.breaks.is_some()));
        if self.group != group {
            (self.group, self.timeouts, self.silent) = (group, 0, 0);
        }
        self.timeouts.max(self.silent) < MOST_UNANSWERED
    }

    fn note(&mut self, outcome: &CaseResult) {
        let failed = match outcome {
            CaseResult::NotTried => return,
            CaseResult::Passed => None,
            CaseResult::Failed(failed) => Some(failed),
        };
        let is_late = failed.is_some_and(|failed| failed.verdict == Verdict::TimeLimit);
        let is_silent = failed.is_some_and(|failed| failed.is_silent);
        self.has_answered |= !is_late && !is_silent;
        self.timeouts = if is_late { self.timeouts + 1 } else { 0 };
        self.silent = if is_silent && !self.has_answered { self.silent + 1 } else { 0 };
    }
}

/// The cases in the order in which they are judged: those of the highest level first, for that is the one that is being
/// worked on, then level by level from the first; after all of them those that decide nothing, in the same order.
#[must_use]
pub fn in_order(mut cases: Vec<Case>) -> Vec<Case> {
    let current = cases.iter().map(|case| case.level).max();
    cases.sort_by_key(|case| (case.breaks.is_some(), Some(case.level) != current, case.level));
    cases
}

/// Judges a candidate by `cases`, which are drawn one by one. `each` is handed every case as soon as it is judged,
/// and may break off.
pub fn judge<C: Borrow<Case>>(
    exercise: &dyn Exercise,
    candidate: &mut dyn Candidate,
    cases: impl IntoIterator<Item = C>,
    mut each: impl FnMut(u8, &CaseReport) -> ControlFlow<()>,
) -> Report {
    let (mut report, mut unanswered) = (Report::default(), Unanswered::default());
    let (mut inquiry, mut last) = (Inquiry::new(exercise), None);
    for drawn in cases {
        let case = drawn.borrow();
        let judged = if unanswered.tries(case) {
            judge_case(exercise, candidate, case)
        } else {
            Ok(CaseReport::of(case, CaseResult::NotTried, Duration::ZERO))
        };
        mend(exercise, candidate, &mut report, last.take());
        let mut judged = match judged {
            Ok(judged) => judged,
            Err(cannot) => {
                report.cannot_start = Some(cannot);
                report.is_partial = true;
                break;
            }
        };
        unanswered.note(&judged.outcome);
        inquiry.take(case, &mut judged);
        // No list shows more of a solution that does not load.
        let is_loaded = judged.failed().is_none_or(|failed| !failed.is_of_load);
        let flow = each(case.level, &judged);
        let level = report.level_mut(case.level);
        level.took += judged.took;
        level.cases.push(judged);
        last = Some(drawn);
        if flow.is_break() || !is_loaded {
            report.is_partial = true;
            break;
        }
    }
    candidate.close();
    mend(exercise, candidate, &mut report, last);
    let is_whole = !report.is_partial;
    report.findings = if is_whole { inquiry.findings(candidate, &mut report) } else { findings(&report) };
    report
}

/// Where the process has ended badly since it answered the last case, that case has failed.
fn mend<C: Borrow<Case>>(
    exercise: &dyn Exercise,
    candidate: &mut dyn Candidate,
    report: &mut Report,
    last: Option<C>,
) {
    let Some((case, stop)) = last.and_then(|last| Some((last, candidate.ended_since()?))) else { return };
    let Case { level, list, clock, expected, .. } = case.borrow();
    let judged = report.level_mut(*level).cases.last_mut().filter(|judged| judged.is_passed());
    if let Some(judged) = judged {
        let defect = Defect { stop, query: None, given: None };
        let failed = Failed::of(exercise, list, *clock, expected, defect, &Run::default());
        judged.outcome = CaseResult::Failed(Box::new(failed));
    }
}

/// Judges one case; where it fails, once more with a closer look.
fn judge_case(
    exercise: &dyn Exercise,
    candidate: &mut dyn Candidate,
    case: &Case,
) -> Result<CaseReport, SpawnError> {
    candidate.enter(case.level, case.clock);
    let begun = Instant::now();
    let run = candidate.run(&case.list)?;
    let outcome = match Defect::of(&run, &case.expected) {
        None => CaseResult::Passed,
        Some(first) => {
            let again = candidate.run_closely(&case.list, &run)?;
            let closer = again.as_ref().map(|again| Defect::of(again, &case.expected));
            let defect = match closer {
                Some(Some(closer)) => closer,
                Some(None) => first.with_hint("query by query the same list was answered rightly"),
                None => first,
            };
            let run = again.filter(|again| Defect::of(again, &case.expected).is_some()).unwrap_or(run);
            CaseResult::Failed(Box::new(Failed::of(
                exercise,
                &case.list,
                case.clock,
                &case.expected,
                defect,
                &run,
            )))
        }
    };
    Ok(CaseReport::of(case, outcome, begun.elapsed()))
}
