//! The failures of a report by their causes.
//!
//! Invariants: every failure that counts belongs to one finding; findings stand lowest level first, and the cases
//! of each plainest first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::failed::Failed;
use super::finding::{CasePlace, Cause, Finding};
use super::results::{CaseReport, Report};

/// The failures of a report by their causes.
pub(super) fn findings(report: &Report) -> Vec<Finding> {
    let mut places: BTreeMap<Cause, Vec<CasePlace>> = BTreeMap::new();
    for (place, failed) in failures(report) {
        places.entry(Cause::of(failed)).or_default().push(place);
    }
    let mut findings: Vec<_> =
        places.into_iter().map(|(cause, cases)| finding(report, cause, cases)).collect();
    findings.sort_by_key(|finding| {
        (finding.level, finding.cause != Cause::KeepsData, Reverse(finding.cases.len()))
    });
    findings
}

fn finding(report: &Report, cause: Cause, mut cases: Vec<CasePlace>) -> Finding {
    cases.sort_by_cached_key(|place| (report.level_at(*place), report.at(*place).map(CaseReport::plainness)));
    let level = cases.first().map_or(0, |place| report.level_at(*place));
    Finding { title: cause.to_string(), cause, level, cases, pair: None }
}

/// Every failure that counts, and where it stands.
pub(super) fn failures(report: &Report) -> impl Iterator<Item = (CasePlace, &Failed)> {
    report.levels.iter().enumerate().flat_map(|(level, of_level)| {
        let cases = of_level.cases.iter().enumerate();
        let counts = cases.filter(|(_, judged)| judged.breaks.is_none());
        counts.filter_map(move |(case, judged)| Some((CasePlace { level, case }, judged.failed()?)))
    })
}
