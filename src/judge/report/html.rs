//! A page of its own: it needs no network, and runs no script.

use anstream::adapter::strip_str;

use super::in_full;
use crate::judge::{CaseReport, CaseResult, LevelReport, Report};
use crate::wire::plain;

/// So many failures of each level are open.
const OPEN: usize = 3;

pub(super) fn render(report: &Report, of: &str) -> String {
    let levels: Vec<_> = report.levels.iter().map(level).collect();
    let passed: usize = report.levels.iter().map(LevelReport::passed).sum();
    let deciding: usize = report.levels.iter().map(|level| level.deciding().count()).sum();
    let verdict = if report.is_passed() { "passed" } else { "failed" };
    let stopped = report.cannot_start.as_ref().map_or_else(String::new, |cannot| {
        format!("<pre>{}</pre>\n", escaped_lines(&strip_str(&super::cannot_start(cannot)).to_string()))
    });
    let page = include_str!("page.html");
    page.replace("{of}", &escaped(of))
        .replace("{verdict}", verdict)
        .replace("{count}", &format!("{passed} of {deciding} cases passed"))
        .replace("{stopped}", &stopped)
        .replace("{levels}", &levels.concat())
}

fn level(report: &LevelReport) -> String {
    let (failed, others): (Vec<_>, Vec<_>) = report.deciding().partition(|case| case.failed().is_some());
    let beyond = report.cases.iter().filter(|case| case.breaks.is_some());
    let cases: Vec<_> = failed.into_iter().chain(others).chain(beyond).enumerate().map(case).collect();
    let sign = if report.is_passed() { "passed" } else { "failed" };
    format!(
        "<section><h2 class=\"{sign}\">Level {} <small>{} of {} cases passed, {:.2} s</small></h2>\n{}</section>\n",
        report.level,
        report.passed(),
        report.deciding().count(),
        report.took.as_secs_f64(),
        cases.concat()
    )
}

/// A case of a level; the first failures are open.
fn case((place, case): (usize, &CaseReport)) -> String {
    let open = if place < OPEN { " open" } else { "" };
    let name = escaped(&case.name);
    match &case.outcome {
        CaseResult::Passed => format!("<p class=\"case passed\"><b>AC</b> {name}</p>\n"),
        CaseResult::NotTried => format!("<p class=\"case untried\"><b>—</b> {name}</p>\n"),
        CaseResult::Failed(_) if case.breaks.is_some() => {
            format!("<p class=\"case untried\"><b>—</b> {name}: {}</p>\n", escaped(&super::beyond(case)))
        }
        CaseResult::Failed(failed) => format!(
            "<details class=\"case failed\"{open}><summary><b>{}</b> {name}</summary>\n<p>{}</p>\n<pre>{}</pre></details>\n",
            failed.verdict.code(),
            escaped(&case.why),
            escaped_lines(&in_full(case))
        ),
    }
}

fn escaped_lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

/// Text as it stands in HTML, control characters escaped. Braces too, so that no text can be taken for a place to fill in.
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
