//! What is noted of each case as it is judged, and what is found by that in the end.
//!
//! Invariants: no more than [`MOST_LISTS`] lists of a level are kept; no more than [`MOST_TRIES`] failures are tried in
//! fresh processes, the plainest of each finding first.

use std::collections::BTreeMap;

use super::candidate::{Candidate, SpawnError};
use super::case::Case;
use super::exercise::Exercise;
use super::failed::{Afresh, Defect, Failed};
use super::finding::{CasePlace, Cause, Finding, ListPair};
use super::grouping::findings;
use super::isolation::{run_afresh, smallest_pair};
use super::mistakes::Mistakes;
use super::results::{CaseReport, Report};
use super::words::QueryList;

/// So many lists of a level are kept, to find the one that spoils another.
const MOST_LISTS: usize = 500;
/// So many failures are tried in a fresh process.
const MOST_TRIES: usize = 20;

/// What is noted.
#[derive(Debug)]
pub(super) struct Inquiry<'e> {
    exercise: &'e dyn Exercise,
    mistakes: Mistakes<'e>,
    /// The first lists of each level, in their order.
    lists: BTreeMap<u8, Vec<QueryList>>,
}

impl<'e> Inquiry<'e> {
    pub(super) fn new(exercise: &'e dyn Exercise) -> Self {
        Self { exercise, mistakes: Mistakes::of(exercise), lists: BTreeMap::new() }
    }

    /// Takes note of a case that was judged.
    pub(super) fn take(&mut self, case: &Case, judged: &mut CaseReport) {
        let lists = self.lists.entry(case.level).or_default();
        judged.after = lists.len();
        if lists.len() < MOST_LISTS {
            lists.push(case.list.clone());
            if judged.is_passed() {
                self.mistakes.learn(&case.list, case.clock);
            }
        }
    }

    /// What is wrong, a cause each. Of a candidate that cannot be started any more no more is tried.
    pub(super) fn findings(&self, candidate: &mut dyn Candidate, report: &mut Report) -> Vec<Finding> {
        self.mistakes.explain(report.failures_mut());
        let mut found = findings(report);
        if found.iter().any(|finding| finding.cause.may_be_kept()) && candidate.fresh() {
            let tried = self.try_afresh(candidate, report);
            self.mistakes.explain(report.failures_mut());
            found = findings(report);
            let keeps = found.iter_mut().find(|finding| finding.cause == Cause::KeepsData);
            if let (Some(keeps), Ok(())) = (keeps, tried) {
                keeps.pair = self.pair(candidate, report, keeps).unwrap_or_default().map(Box::new);
            }
        }
        found
    }

    /// Tries the plainest failures in fresh processes, until of each finding one has failed there too.
    fn try_afresh(&self, candidate: &mut dyn Candidate, report: &mut Report) -> Result<(), SpawnError> {
        for _ in 0..MOST_TRIES {
            let Some(place) = untried(report) else { return Ok(()) };
            let level = report.level_at(place);
            let Some(failed) = report.failed_mut(place) else { return Ok(()) };
            candidate.enter(level, failed.clock);
            let run = run_afresh(candidate, &failed.queries)?;
            let Some(defect) = Defect::of(&run, &failed.expected) else {
                failed.afresh = Some(Afresh::Right);
                continue;
            };
            // What is told is what a fresh process answers.
            let is_pinned = defect.query.is_some() && failed.query.is_some();
            if is_pinned
                && (defect.query.map(|query| query + 1), &defect.given) != (failed.query, &failed.given)
            {
                let (list, expected) = (failed.queries.clone(), failed.expected.clone());
                *failed = Failed::of(self.exercise, &list, failed.clock, &expected, defect, &run);
                self.mistakes.explain(vec![failed]);
            }
            failed.afresh = Some(Afresh::Wrong);
        }
        leave_untried(report);
        Ok(())
    }

    /// The smallest two lists that show that data is kept.
    fn pair(
        &self,
        candidate: &mut dyn Candidate,
        report: &Report,
        finding: &Finding,
    ) -> Result<Option<ListPair>, SpawnError> {
        let Some(place) = finding.cases.first() else { return Ok(None) };
        let (level, case) = (report.level_at(*place), report.at(*place));
        let Some((case, failed)) = case.and_then(|case| Some((case, case.failed()?))) else {
            return Ok(None);
        };
        let earlier = self.lists.get(&level).map_or(&[][..], |lists| &lists[..case.after.min(lists.len())]);
        candidate.enter(level, failed.clock);
        let pair = smallest_pair(self.exercise, candidate, failed.clock, earlier, &failed.queries)?;
        Ok(pair.map(|(pair, _)| pair))
    }
}

/// The plainest failure of a finding of which none has failed in a fresh process.
fn untried(report: &Report) -> Option<CasePlace> {
    findings(report).iter().filter(|finding| finding.cause.may_be_kept()).find_map(|finding| {
        let afresh = |place: &CasePlace| report.at(*place)?.failed()?.afresh;
        let is_known = finding.cases.iter().any(|place| afresh(place) == Some(Afresh::Wrong));
        finding.cases.first().copied().filter(|_| !is_known)
    })
}

/// Where some failures were right in a fresh process: those of findings of which none was seen to fail there.
fn leave_untried(report: &mut Report) {
    let found = findings(report);
    if found.iter().all(|finding| finding.cause != Cause::KeepsData) {
        return;
    }
    let is_wrong = |report: &Report, place: &CasePlace| {
        let failed = report.at(*place).and_then(CaseReport::failed);
        failed.is_some_and(|failed| failed.afresh == Some(Afresh::Wrong))
    };
    for finding in found.iter().filter(|finding| finding.cause.may_be_kept()) {
        if finding.cases.iter().any(|place| is_wrong(report, place)) {
            continue;
        }
        for place in &finding.cases {
            if let Some(failed) = report.failed_mut(*place) {
                failed.afresh = Some(Afresh::Untried);
            }
        }
    }
}
