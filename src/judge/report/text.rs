//! What came of judging, as a person reads it: failures in full, all else in a line.
//!
//! Colours are in the text; whoever prints it takes them out where they are not wanted.

use super::failure::{
    BAD, DIM, GOOD, HEAD, OF_EXERCISE, OF_OTHER, plain_lines, push, push_errors, push_failed,
};
use super::finding::{KEPT, push_pair};
use crate::judge::exercise::Exercise;
use crate::judge::shape::plural;
use crate::judge::{CaseReport, CaseResult, Catch, LevelReport, Report, SpawnError};
use crate::wire::plain;

/// A case that failed: in full, or in a line. Returns an empty string for one that did not.
#[must_use]
pub fn case(level: u8, case: &CaseReport, in_full: bool) -> String {
    let Some(failed) = case.failed() else { return String::new() };
    let mut text = format!(
        "{BAD}{:<4}{BAD:#} level {level}: {HEAD}{}{HEAD:#}\n",
        failed.verdict.code(),
        plain(&case.name)
    );
    if in_full {
        if !case.why.is_empty() {
            push(&mut text, "why", &plain(&case.why));
        }
        push_failed(&mut text, failed, OF_EXERCISE);
        text.push('\n');
    }
    text
}

/// So many failures of a level that are not shown at all, in a line; an empty string if there are none.
#[must_use]
pub fn hidden(level: u8, count: usize) -> String {
    match count {
        0 => String::new(),
        _ => format!("{DIM}     … and {count} more of level {level}{DIM:#}\n"),
    }
}

/// A level, in a line.
fn level(report: &LevelReport) -> String {
    let (passed, all) = (report.passed(), report.deciding().count());
    let untried = report.deciding().filter(|case| matches!(case.outcome, CaseResult::NotTried)).count();
    let untried = match untried {
        0 => String::new(),
        count => format!(" or were not tried ({count}, after too many lists in a row without an answer)"),
    };
    if all == 0 {
        String::new()
    } else if passed == all {
        format!(
            "{GOOD}level {}{GOOD:#}  {} passed\n",
            report.level,
            if all == 1 { "1 case".to_owned() } else { format!("all {all} cases") }
        )
    } else {
        let failed = all - passed;
        format!(
            "{BAD}level {}{BAD:#}  {failed} of {all} {} failed{untried}\n",
            report.level,
            plural(all, "case")
        )
    }
}

/// The levels in their order, what is passed, and what that unlocks or where to begin.
#[must_use]
pub fn summary(report: &Report, exercise: &dyn Exercise) -> String {
    if !report.is_loaded() {
        return "no list was judged: it has to load first\n".to_owned();
    }
    let mut levels: Vec<_> = report.levels.iter().collect();
    levels.sort_by_key(|level| level.level);
    let lines: String = levels.iter().copied().map(level).collect();
    let begin = report.findings.first().and_then(|finding| finding.cases.first());
    let begin = begin.and_then(|place| Some((report.level_at(*place), report.at(*place)?)));
    let next = report.passed().map_or(1, |level| level + 1);
    // What comes after the exercise is there for those who ask for it.
    let next = Some(next).filter(|level| *level <= exercise.last_level());
    let last = match (begin, report.passed(), next) {
        (Some((level, case)), ..) => begin_with(level, case),
        (None, Some(_), None) => format!("{GOOD}all levels are passed{GOOD:#}\n"),
        (None, Some(level), Some(next)) => {
            format!("{GOOD}passed up to level {level}{GOOD:#}: level {next} is unlocked\n")
        }
        (None, None, _) => format!("{GOOD}passed{GOOD:#}\n"),
    };
    lines + &beyond(report) + &last
}

/// The cases that break a promise, in a line; an empty string if there are none.
fn beyond(report: &Report) -> String {
    let count = report.beyond().count();
    let differing: Vec<_> = report.beyond().filter(|case| case.failed().is_some()).collect();
    let plainest = differing.iter().min_by_key(|case| case.plainness());
    let told = match plainest.and_then(|case| Some((case, case.breaks?))) {
        _ if count == 0 => return String::new(),
        None => format!("none of {count} differs"),
        Some((case, promise)) => {
            let (differing, name) = (differing.len(), plain(&case.name));
            let differ = if differing == 1 { "differs" } else { "differ" };
            format!("{differing} of {count} {differ}, first: {name} (breaks \"{promise}\")")
        }
    };
    format!("{DIM}beyond the exercise: {told}{DIM:#}\n")
}

/// Where to begin, and the command that shows it.
fn begin_with(level: u8, case: &CaseReport) -> String {
    let text = format!("begin with level {level}: {HEAD}{}{HEAD:#}\n", plain(&case.name));
    let shown = |command: &String| {
        let does =
            if command.starts_with("rewind hunt") { "makes it small" } else { "shows it step by step" };
        format!("`{}` {does}\n", plain(command))
    };
    text + &case.shown_by.as_ref().map_or_else(String::new, shown)
}

/// A difference that a hunt has found, and the command that finds it `again`. What is wanted is another candidate's, if
/// one was asked.
#[must_use]
pub fn catch(catch: &Catch, is_against: bool, again: &str) -> String {
    let Catch { found_in, runs, list, lists, failed, .. } = catch;
    let is_behind = catch.first.is_none() && *lists > 1;
    let these = match (&catch.first, list.len()) {
        _ if is_behind => format!("list {lists} shows it behind those before, and not by itself"),
        (Some(_), _) => "these two lists show it".to_owned(),
        (None, 1) => "this query shows it".to_owned(),
        (None, queries) => format!("these {queries} queries show it"),
    };
    let mut text = format!("{BAD}{:<4}{BAD:#} {HEAD}{these}{HEAD:#}", failed.verdict.code());
    if !is_behind {
        text.push_str(&format!(" {DIM}(the list had {found_in}; made smaller in {runs} runs){DIM:#}"));
    }
    text.push('\n');
    match &catch.first {
        Some(first) => push_pair(&mut text, first, failed),
        None => push_failed(&mut text, failed, if is_against { OF_OTHER } else { OF_EXERCISE }),
    }
    if is_behind {
        push(&mut text, "hint", KEPT);
    }
    push(&mut text, "again", &plain(again));
    text
}

/// Why a candidate cannot be started, with what it said last.
#[must_use]
pub fn cannot_start(cannot: &SpawnError) -> String {
    let mut text = plain_lines(&cannot.why, "");
    push_errors(&mut text, &cannot.errors);
    text.trim_end().to_owned()
}
