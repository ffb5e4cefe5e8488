//! `results.json` as Exercism's test runners write it, version 3: a task a level.

use serde_json::{Value, json};

use super::about::sums;
use super::rows::{ReportRow, rows};
use super::{About, in_full};
use crate::judge::{CaseReport, CaseResult, Report};
use crate::wire::line;

pub(super) fn render(report: &Report, about: &About) -> String {
    let levels = report.levels.iter().map(|level| (level.level, rows(level.deciding())));
    let tests: Vec<_> = levels
        .flat_map(|(level, rows)| rows.iter().map(|row| self::row(level, row)).collect::<Vec<_>>())
        .collect();
    let status = match &report.cannot_start {
        Some(_) => "error",
        None if report.is_passed() => "pass",
        None => "fail",
    };
    let message = report.cannot_start.as_ref().map(|cannot| &cannot.why);
    let (about, levels) = (json!(about), json!(sums(report)));
    let all = json!({
        "version": 3, "status": status, "message": message, "about": about, "levels": levels, "tests": tests,
    });
    format!("{all:#}\n")
}

fn row(level: u8, row: &ReportRow<'_>) -> Value {
    match row {
        ReportRow::Case(case) => test(level, case),
        ReportRow::Fresh(..) => {
            let name = format!("level {level}: {}", row.name());
            json!({"name": name, "task_id": level, "status": "pass"})
        }
    }
}

fn test(level: u8, case: &CaseReport) -> Value {
    let name = format!("level {level}: {}", case.name);
    let (status, message) = match &case.outcome {
        CaseResult::Passed => ("pass", Value::Null),
        CaseResult::NotTried => ("error", json!("not tried after too many lists in a row without an answer")),
        CaseResult::Failed(_) => ("fail", json!(format!("{}\n\n{}", case.why, in_full(case)))),
    };
    let code = case
        .failed()
        .map(|failed| failed.queries.iter().map(|words| line(words)).collect::<Vec<_>>().join("\n"));
    let output = case.failed().map(|failed| &failed.errors).filter(|errors| !errors.is_empty());
    json!({
        "name": name, "task_id": level, "status": status, "message": message, "output": output, "test_code": code,
    })
}
