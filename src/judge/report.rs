//! What came of judging, as a person or a program reads it. Every format is made of a [`Report`] alone.

mod exercism;
mod failure;
mod finding;
mod html;
mod junit;
mod tap;
mod text;

pub use finding::{Detail, findings};
pub use text::{cannot_start, case, catch, hidden, summary};

use std::str::FromStr;

use super::{CaseReport, Report};

/// A format for programs, or a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
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
    /// The report of a command in this format.
    #[must_use]
    pub fn render(self, report: &Report, of: &str) -> String {
        match self {
            Self::Junit => junit::render(report, of),
            Self::Json => {
                // A report holds nothing that JSON does not.
                let value =
                    serde_json::json!({"command": of, "passed": report.is_passed(), "report": report});
                format!("{value:#}\n")
            }
            Self::Tap => tap::render(report),
            Self::Exercism => exercism::render(report),
            Self::Html => html::render(report, of),
        }
    }
}

impl FromStr for ReportFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "junit" => Ok(Self::Junit),
            "json" => Ok(Self::Json),
            "tap" => Ok(Self::Tap),
            "exercism" => Ok(Self::Exercism),
            "html" => Ok(Self::Html),
            _ => Err("the forms are junit, json, tap, exercism and html".to_owned()),
        }
    }
}

/// Why a case decides nothing; an empty string for one that does.
fn beyond(case: &CaseReport) -> String {
    case.breaks.map_or_else(String::new, |promise| format!("beyond the exercise: it breaks \"{promise}\""))
}

/// A failure in full, without colours.
fn in_full(case: &CaseReport) -> String {
    case.failed()
        .map_or_else(String::new, |failed| anstream::adapter::strip_str(&failure::failed(failed)).to_string())
}
