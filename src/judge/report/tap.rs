//! The Test Anything Protocol, version 14: a line a case, and for a failure a block of YAML that is JSON too.

use serde_json::json;

use super::about::sums;
use super::rows::{ReportRow, rows};
use super::{About, in_full};
use crate::judge::{CaseReport, CaseResult, Report};
use crate::wire::plain;

pub(super) fn render(report: &Report, about: &About) -> String {
    let levels = report.levels.iter().map(|level| (level.level, rows(&level.cases)));
    let rows: Vec<_> =
        levels.flat_map(|(level, rows)| rows.into_iter().map(move |row| (level, row))).collect();
    let mut text = format!("TAP version 14\n# command: {}\n", plain(&about.command));
    for (name, value) in about.lines() {
        text.push_str(&format!("# {name}: {}\n", plain(&value)));
    }
    for finding in &report.findings {
        text.push_str(&format!("# finding: {}\n", plain(&finding.headline())));
    }
    text.push_str(&format!("1..{}\n", rows.len()));
    for (number, (level, row)) in (1..).zip(&rows) {
        push_row(&mut text, number, *level, row);
    }
    for sum in sums(report) {
        text.push_str(&format!("# level {}: {} of {} cases passed\n", sum.level, sum.passed, sum.cases));
    }
    if let Some(cannot) = &report.cannot_start {
        text.push_str(&format!("Bail out! {}\n", plain(&cannot.why)));
    }
    text
}

/// A row, which has a number.
fn push_row(text: &mut String, number: usize, level: u8, row: &ReportRow<'_>) {
    let name = format!("level {level}: {}", plain(&row.name())).replace('\\', "\\\\").replace('#', "\\#");
    match row {
        ReportRow::Fresh(..) => text.push_str(&format!("ok {number} - {name}\n")),
        ReportRow::Case(case) => push_case(text, number, &name, case),
    }
}

fn push_case(text: &mut String, number: usize, name: &str, case: &CaseReport) {
    match &case.outcome {
        CaseResult::Passed => text.push_str(&format!("ok {number} - {name}\n")),
        CaseResult::NotTried => {
            text.push_str(&format!("not ok {number} - {name} # SKIP too many lists without an answer\n"));
        }
        // A failure that is to be done is none.
        CaseResult::Failed(_) if case.breaks.is_some() => {
            text.push_str(&format!("not ok {number} - {name} # TODO {}\n", super::beyond(case)));
        }
        CaseResult::Failed(failed) => {
            let lines: Vec<_> = in_full(case).lines().map(str::to_owned).collect();
            let (code, message) = (failed.verdict.code(), json!(plain(&failed.message)));
            text.push_str(&format!(
                "not ok {number} - {name}\n  ---\n  verdict: {code}\n  message: {message}\n"
            ));
            let why = json!(plain(&case.why));
            text.push_str(&format!("  why: {why}\n  details: {}\n  ...\n", json!(lines)));
        }
    }
}
