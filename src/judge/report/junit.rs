//! `JUnit`'s XML: a test suite a level, a test case a case.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::rows::{ReportRow, rows};
use super::{About, in_full};
use crate::judge::generator::FRESH_LISTS;
use crate::judge::{CaseReport, CaseResult, Report};
use crate::wire::plain;

pub(super) fn render(report: &Report, about: &About) -> String {
    let mut written = quick_junit::Report::new(plain(&about.command));
    for level in &report.levels {
        let mut suite = TestSuite::new(format!("level {}", level.level));
        suite.set_time(level.took);
        let properties = about.lines().into_iter().map(|(name, value)| (name.to_owned(), plain(&value)));
        suite.add_properties(properties);
        suite.add_test_cases(rows(&level.cases).iter().map(row));
        written.add_test_suite(suite);
    }
    if let Some(cannot) = &report.cannot_start {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(plain(&cannot.why)).set_description(super::cannot_start(cannot));
        let mut suite = TestSuite::new("start");
        suite.add_test_case(TestCase::new("the command can be started", status));
        written.add_test_suite(suite);
    }
    // Only an output can fail, and memory does not.
    written.to_string().unwrap_or_default()
}

fn row(row: &ReportRow<'_>) -> TestCase {
    match row {
        ReportRow::Case(case) => test_case(case),
        ReportRow::Fresh(_, took) => {
            let mut written = TestCase::new(row.name(), TestCaseStatus::success());
            written.set_classname(FRESH_LISTS).set_time(*took);
            written
        }
    }
}

fn test_case(case: &CaseReport) -> TestCase {
    let status = match &case.outcome {
        CaseResult::Passed => TestCaseStatus::success(),
        CaseResult::NotTried => TestCaseStatus::skipped(),
        CaseResult::Failed(_) if case.breaks.is_some() => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(super::beyond(case));
            status
        }
        CaseResult::Failed(failed) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(failed.verdict.code()).set_message(plain(&failed.message));
            status.set_description(format!("{}\n\n{}", plain(&case.why), in_full(case)));
            status
        }
    };
    let mut written = TestCase::new(plain(&case.name), status);
    written.set_classname(plain(&case.suite)).set_time(case.took);
    if let Some(failed) = case.failed().filter(|failed| !failed.errors.is_empty()) {
        written.set_system_err(failed.errors.lines().map(plain).collect::<Vec<_>>().join("\n"));
    }
    written
}
