//! A page of its own: it needs no network, and runs no script.

use anstream::adapter::strip_str;

use super::about::{LevelSum, sums};
use super::rows::{ReportRow, rows};
use super::{About, Detail, in_full};
use crate::judge::{CaseReport, CaseResult, Finding, LevelReport, Report};
use crate::wire::plain;

pub(super) fn render(report: &Report, about: &About) -> String {
    let levels: Vec<_> = report.levels.iter().map(level).collect();
    let verdict = if report.is_passed() { "passed" } else { "failed" };
    let stopped = report.cannot_start.as_ref().map_or_else(String::new, |cannot| {
        format!("<pre>{}</pre>\n", escaped_lines(&strip_str(&super::cannot_start(cannot)).to_string()))
    });
    let page = include_str!("page.html");
    page.replace("{of}", &escaped(&about.command))
        .replace("{verdict}", verdict)
        .replace("{summary}", &summary(report))
        .replace("{findings}", &findings(report))
        .replace("{about}", &about.lines().iter().map(fact).collect::<String>())
        .replace("{stopped}", &stopped)
        .replace("{levels}", &levels.concat())
}

/// What came of each level, in a table.
fn summary(report: &Report) -> String {
    let row = |sum: LevelSum| {
        let sign = if sum.is_passed { "passed" } else { "failed" };
        let LevelSum { level, passed, cases, .. } = sum;
        format!(
            "<tr class=\"{sign}\"><th>level {level}</th><td>{sign}</td><td>{passed} of {cases} cases</td></tr>\n"
        )
    };
    sums(report).into_iter().map(row).collect()
}

fn fact((name, value): &(&str, String)) -> String {
    format!("<dt>{name}</dt><dd>{}</dd>\n", escaped(value))
}

/// What is wrong, a cause each, with its plainest case.
fn findings(report: &Report) -> String {
    let finding = |finding: &Finding| {
        let detail = Detail { in_full: 1, names_all: false };
        let told = strip_str(&super::finding::finding(report, finding, detail)).to_string();
        let (head, rest) = told.split_once('\n').unwrap_or((&told, ""));
        let rest = escaped_lines(rest.trim_end());
        format!(
            "<section class=\"finding\"><h2 class=\"failed\">{}</h2>\n<pre>{rest}</pre></section>\n",
            escaped(head)
        )
    };
    report.findings.iter().map(finding).collect()
}

fn level(report: &LevelReport) -> String {
    let (failed, others): (Vec<_>, Vec<_>) = rows(&report.cases).into_iter().partition(is_failure);
    let cases: Vec<_> = failed.iter().chain(&others).map(row).collect();
    let sign = if report.is_passed() { "passed" } else { "failed" };
    format!(
        "<section><h2 class=\"{sign}\">Level {} <small>{:.2} s</small></h2>\n{}</section>\n",
        report.level,
        report.took.as_secs_f64(),
        cases.concat()
    )
}

fn is_failure(row: &ReportRow<'_>) -> bool {
    matches!(row, ReportRow::Case(case) if case.failed().is_some() && case.breaks.is_none())
}

fn row(row: &ReportRow<'_>) -> String {
    match row {
        ReportRow::Case(judged) => case(judged),
        ReportRow::Fresh(..) => format!("<p class=\"case passed\"><b>AC</b> {}</p>\n", row.name()),
    }
}

/// A case of a level. Those that failed open on a click: their findings stand above.
fn case(case: &CaseReport) -> String {
    let name = escaped(&case.name);
    match &case.outcome {
        CaseResult::Passed => format!("<p class=\"case passed\"><b>AC</b> {name}</p>\n"),
        CaseResult::NotTried => format!("<p class=\"case untried\"><b>—</b> {name}</p>\n"),
        CaseResult::Failed(_) if case.breaks.is_some() => {
            format!("<p class=\"case untried\"><b>—</b> {name}: {}</p>\n", escaped(&super::beyond(case)))
        }
        CaseResult::Failed(failed) => format!(
            "<details class=\"case failed\"><summary><b>{}</b> {name}</summary>\n<p>{}</p>\n<pre>{}</pre></details>\n",
            failed.verdict.code(),
            escaped(&case.why),
            escaped_lines(&in_full(case))
        ),
    }
}

fn escaped_lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

/// Text as it stands in HTML, control characters escaped. Braces too, so that no text can be taken for a place to
/// fill in.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '{' => out.push_str("&#123;"),
            c => out.push(c),
        }
    }
    out
}
