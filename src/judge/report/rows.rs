//! The rows of a report: a case each, and one for all fresh lists that were passed.

use std::time::Duration;

use crate::judge::CaseReport;
use crate::judge::generator::FRESH_LISTS;
use crate::judge::shape::plural;

/// A row.
pub(super) enum ReportRow<'r> {
    /// A case.
    Case(&'r CaseReport),
    /// So many fresh lists that were passed, and how long they took.
    Fresh(usize, Duration),
}

impl ReportRow<'_> {
    /// How long it took.
    pub(super) fn took(&self) -> Duration {
        match self {
            Self::Case(case) => case.took,
            Self::Fresh(_, took) => *took,
        }
    }

    /// What it is called.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Case(case) => case.name.clone(),
            Self::Fresh(count, _) => format!("{count} fresh {}", plural(*count, "list")),
        }
    }
}

/// Can it stand in one row with others?
fn is_quiet(case: &CaseReport) -> bool {
    case.suite == FRESH_LISTS && case.is_passed()
}

/// The rows of cases, in their order.
pub(super) fn rows<'r>(cases: impl IntoIterator<Item = &'r CaseReport>) -> Vec<ReportRow<'r>> {
    let (quiet, others): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| is_quiet(case));
    let fresh = ReportRow::Fresh(quiet.len(), quiet.iter().map(|case| case.took).sum());
    let fresh = Some(fresh).filter(|_| !quiet.is_empty());
    others.into_iter().map(ReportRow::Case).chain(fresh).collect()
}
