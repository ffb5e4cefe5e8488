//! What came of judging, as a person or a program reads it. Every format is made of a [`Report`] alone.

mod about;
mod exercism;
mod failure;
mod finding;
mod html;
mod junit;
mod rows;
mod tap;
mod text;

pub use about::{About, Setting};
pub use finding::{Detail, findings};
pub use text::{cannot_start, case, catch, hidden, summary};

use std::cmp::Reverse;
use std::str::FromStr;
use std::time::Duration;

use anstream::adapter::strip_str;
use serde_json::{Value, json};

use super::{CaseReport, LevelReport, Report};
use crate::wire::plain;
use about::sums;
use rows::{ReportRow, rows};

/// A format for programs, or a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// As it is shown, without colours.
    Text,
    /// `JUnit`'s XML, as build servers read it.
    Junit,
    /// All of it, as JSON.
    Json,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// `results.json` of Exercism's test runners, version 3.
    Exercism,
    /// A page of its own.
    Html,
}

impl ReportFormat {
    /// A report in this format.
    #[must_use]
    pub fn render(self, report: &Report, about: &About) -> String {
        match self {
            Self::Text => plain_text(report, about),
            Self::Junit => junit::render(report, about),
            Self::Json => format!("{:#}\n", json(report, about)),
            Self::Tap => tap::render(report, about),
            Self::Exercism => exercism::render(report, about),
            Self::Html => html::render(report, about),
        }
    }
}

/// All of a report; the fresh lists of a level that were passed are one row.
fn json(report: &Report, about: &About) -> Value {
    // A report holds nothing that JSON does not.
    let mut whole = json!(report);
    for (place, level) in report.levels.iter().enumerate() {
        let row = |row: &ReportRow<'_>| match row {
            ReportRow::Case(case) => json!(case),
            ReportRow::Fresh(count, took) => {
                json!({"name": row.name(), "lists": count, "took": took.as_secs_f64(), "outcome": "passed"})
            }
        };
        whole["levels"][place]["cases"] = rows(&level.cases).iter().map(row).collect();
    }
    json!({
        "command": about.command, "passed": report.is_passed(), "about": about, "summary": sums(report), "report": whole,
    })
}

impl FromStr for ReportFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "junit" => Ok(Self::Junit),
            "json" => Ok(Self::Json),
            "tap" => Ok(Self::Tap),
            "exercism" => Ok(Self::Exercism),
            "html" => Ok(Self::Html),
            _ => Err("the forms are text, junit, json, tap, exercism and html".to_owned()),
        }
    }
}

/// A report as it is shown, without colours.
fn plain_text(report: &Report, about: &About) -> String {
    let mut text = format!("{:<16}{}\n", "command", plain(&about.command));
    for (name, value) in about.lines() {
        text.push_str(&format!("{name:<16}{}\n", plain(&value)));
    }
    for sum in sums(report) {
        let level = format!("level {}", sum.level);
        text.push_str(&format!("{level:<16}{} of {} cases passed\n", sum.passed, sum.cases));
    }
    let stopped = report.cannot_start.as_ref().map_or_else(String::new, |cannot| cannot_start(cannot) + "\n");
    let found = findings(report, Detail { in_full: 1, names_all: true });
    format!("{text}\n{}{}{}", strip_str(&stopped), strip_str(&found), slowest(report))
}

/// So many cases are named that took longest.
const SLOWEST: usize = 40;

/// The cases that took longest; an empty string if there are none.
fn slowest(report: &Report) -> String {
    let of_level = |level: &'_ LevelReport| {
        let level_number = level.level;
        rows(&level.cases)
            .into_iter()
            .map(move |row| (row.took(), level_number, row.name()))
            .collect::<Vec<_>>()
    };
    let mut rows: Vec<_> = report.levels.iter().flat_map(of_level).collect();
    rows.sort_by_key(|(took, ..)| Reverse(*took));
    let line = |(took, level, name): &(Duration, u8, String)| {
        format!("{:>9.1} ms  level {level}: {}\n", took.as_secs_f64() * 1000.0, plain(name))
    };
    let lines: String = rows.iter().take(SLOWEST).map(line).collect();
    if lines.is_empty() { lines } else { format!("the slowest\n{lines}") }
}

/// Why a case decides nothing; an empty string for one that does.
fn beyond(case: &CaseReport) -> String {
    case.breaks.map_or_else(String::new, |promise| format!("beyond the exercise: it breaks \"{promise}\""))
}

/// A failure in full, without colours.
fn in_full(case: &CaseReport) -> String {
    case.failed().map_or_else(String::new, |failed| strip_str(&failure::failed(failed)).to_string())
}
