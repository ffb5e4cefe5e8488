//! A finding as a person reads it: its cause, its plainest case in full, and how many cases it explains.

use std::collections::BTreeMap;

use super::failure::{BAD, DIM, HEAD, OF_EXERCISE, push, push_errors, push_failed, push_list, push_queries};
use crate::judge::{CasePlace, CaseReport, Cause, Failed, Finding, QueryList, Report};
use crate::wire::plain;

/// How much of findings is shown.
#[derive(Clone, Copy, Debug)]
pub struct Detail {
    /// So many cases of each are shown in full.
    pub in_full: usize,
    /// Are all cases named?
    pub names_all: bool,
}

/// What helps where data is kept.
pub(super) const KEPT: &str = "every list begins with an empty database: make its data in the constructor, so that \
                               nothing of it lives in the class, the module, a default argument or a single instance";
/// What is said of failures that were not tried in a fresh process.
const MAY_BE_KEPT: &str = "mend what is above, and judge again";

/// All findings.
#[must_use]
pub fn findings(report: &Report, detail: Detail) -> String {
    report.findings.iter().map(|found| finding(report, found, detail)).collect()
}

/// A finding.
pub(super) fn finding(report: &Report, finding: &Finding, detail: Detail) -> String {
    let cases: Vec<_> = finding.cases.iter().filter_map(|place| Some((place, report.at(*place)?))).collect();
    let Some((place, first)) = cases.first() else { return String::new() };
    if finding.cause == Cause::NotLoaded {
        return not_loaded(first);
    }
    let (code, head) =
        (first.failed().map_or("", |failed| failed.verdict.code()), plain(&finding.headline()));
    let (of, name) = (if cases.len() == 1 { "" } else { ", first" }, named(report, **place, first));
    let mut text = format!("{BAD}{code:<4}{BAD:#} {HEAD}{head}{HEAD:#}{of}: {name}\n");
    match (&finding.cause, &finding.pair) {
        (Cause::MayKeepData, _) => push(&mut text, "hint", MAY_BE_KEPT),
        (_, Some(pair)) => push_pair(&mut text, &pair.first, &pair.failed),
        (Cause::Missing { .. }, None) => push_missing(&mut text, first),
        (cause, None) => {
            for (number, (place, case)) in cases.iter().take(detail.in_full).enumerate() {
                if number > 0 {
                    text.push_str(&format!("  {HEAD}{}{HEAD:#}\n", named(report, **place, case)));
                }
                push_case(&mut text, case);
            }
            if *cause == Cause::KeepsData {
                push(&mut text, "hint", KEPT);
            }
        }
    }
    push_cases(&mut text, report, &cases, detail);
    text.push('\n');
    text
}

/// Where nothing can be judged: what the language says of that.
fn not_loaded(case: &CaseReport) -> String {
    let Some(failed) = case.failed() else { return String::new() };
    let (head, message) = failed.message.split_once('\n').unwrap_or((&failed.message, ""));
    let mut text = format!("{BAD}{:<4}{BAD:#} {HEAD}{}{HEAD:#}\n\n", failed.verdict.code(), plain(head));
    message.lines().for_each(|line| text.push_str(&format!("    {}\n", plain(line))));
    text + "\n"
}

/// A case by its level and its name.
fn named(report: &Report, place: CasePlace, case: &CaseReport) -> String {
    format!("level {}: {}", report.level_at(place), plain(&case.name))
}

fn push_case(text: &mut String, case: &CaseReport) {
    if !case.why.is_empty() {
        push(text, "why", &plain(&case.why));
    }
    if let Some(failed) = case.failed() {
        push_failed(text, failed, OF_EXERCISE);
    }
}

/// Of what is missing no queries need be seen.
fn push_missing(text: &mut String, case: &CaseReport) {
    let Some(failed) = case.failed() else { return };
    push(text, "verdict", &format!("{}: {}", failed.verdict, plain(&failed.message)));
    if let Some(hint) = &failed.hint {
        push(text, "hint", &plain(hint));
    }
}

/// Two lists of which the first spoils the second.
pub(super) fn push_pair(text: &mut String, first: &QueryList, failed: &Failed) {
    push(
        text,
        "verdict",
        "it keeps data: the second list is answered rightly by itself, not behind the first",
    );
    text.push_str(&format!("\n  {DIM}first list{DIM:#}\n"));
    push_queries(text, first);
    text.push_str(&format!("  {DIM}second list{DIM:#}\n"));
    push_list(text, failed, OF_EXERCISE);
    push(text, "hint", KEPT);
    push_errors(text, &failed.errors);
}

/// Which cases there are besides the first: by name, or how many of each level.
fn push_cases(text: &mut String, report: &Report, cases: &[(&CasePlace, &CaseReport)], detail: Detail) {
    if detail.names_all {
        for (number, (place, case)) in cases.iter().enumerate() {
            push(text, if number == 0 { "cases" } else { "" }, &named(report, **place, case));
        }
    } else if cases.len() > 1 {
        let mut levels: BTreeMap<u8, usize> = BTreeMap::new();
        for (place, _) in cases {
            *levels.entry(report.level_at(**place)).or_default() += 1;
        }
        let levels: Vec<_> =
            levels.iter().map(|(level, count)| format!("{count} of level {level}")).collect();
        push(text, "cases", &format!("{} {DIM}(--all names them){DIM:#}", levels.join(", ")));
    }
}
