//! The Test Anything Protocol, version 14: a line a case, and for a failure a block of YAML that is JSON too.

use serde_json::json;

use super::in_full;
use crate::judge::{CaseResult, Report};
use crate::wire::plain;

pub(super) fn render(report: &Report) -> String {
    let count = report.cases().count();
    let mut text = format!("TAP version 14\n1..{count}\n");
    let cases =
        report.levels.iter().flat_map(|level| level.cases.iter().map(move |case| (level.level, case)));
    for (number, (level, case)) in (1..).zip(cases) {
        let name = format!("level {level}: {}", plain(&case.name)).replace('\\', "\\\\").replace('#', "\\#");
        match &case.outcome {
            CaseResult::Passed => text.push_str(&format!("ok {number} - {name}\n")),
            CaseResult::NotTried => {
                text.push_str(&format!("not ok {number} - {name} # SKIP too many time-outs\n"));
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
                text.push_str(&format!(
                    "  why: {}\n  details: {}\n  ...\n",
                    json!(plain(&case.why)),
                    json!(lines)
                ));
            }
        }
    }
    if let Some(cannot) = &report.cannot_start {
        text.push_str(&format!("Bail out! {}\n", plain(&cannot.why)));
    }
    text
}
