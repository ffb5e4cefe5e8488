//! What came of judging, as a person reads it: failures in full, all else in a line.
//!
//! Colours are in the text; whoever prints it takes them out where they are not wanted.

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use unicode_width::UnicodeWidthStr;

use crate::judge::exercise::{Exercise, ShownState};
use crate::judge::shape::plural;
use crate::judge::{CaseReport, CaseResult, Catch, Failed, LevelReport, QueryList, Report, SpawnError};
use crate::wire::{cut, line, plain, shown};

/// So many queries before the one at fault are shown.
const SHOWN_QUERIES: usize = 12;
/// So many lines of a state are shown.
const SHOWN_LINES: usize = 12;
/// So many lines of standard error are shown, the last ones.
const SHOWN_ERRORS: usize = 10;
/// What stands before a line of an explanation.
const MARGIN: &str = "            ";

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const HEAD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

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
    let (passed, all) = (report.passed(), report.cases.len());
    let untried = report.cases.iter().filter(|case| matches!(case.outcome, CaseResult::NotTried)).count();
    let untried = match untried {
        0 => String::new(),
        count => format!(" or were not tried ({count}, after too many time-outs in a row)"),
    };
    if passed == all {
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
    let mut levels: Vec<_> = report.levels.iter().collect();
    levels.sort_by_key(|level| level.level);
    let lines: String = levels.iter().copied().map(level).collect();
    let begin = levels
        .iter()
        .find_map(|level| Some((level.level, level.cases.iter().find(|case| case.failed().is_some())?)));
    let next = report.passed().map_or(1, |level| level + 1);
    // What comes after the exercise is there for those who ask for it.
    let next = Some(next).filter(|level| *level <= exercise.last_level());
    let last = match (begin, report.passed(), next) {
        (Some((level, case)), ..) => {
            format!("begin with level {level}: {HEAD}{}{HEAD:#}\n", plain(&case.name))
                + &format!("`rewind explain --case \"{}\"` shows it step by step\n", plain(&case.name))
        }
        (None, Some(_), None) => format!("{GOOD}all levels are passed{GOOD:#}\n"),
        (None, Some(level), Some(next)) => {
            format!("{GOOD}passed up to level {level}{GOOD:#}: level {next} is unlocked\n")
        }
        (None, None, _) => format!("{GOOD}passed{GOOD:#}\n"),
    };
    lines + &last
}

/// A difference that a hunt has found, and the command that finds it `again`. What is wanted is another candidate's, if
/// one was asked.
#[must_use]
pub fn catch(catch: &Catch, is_against: bool, again: &str) -> String {
    let Catch { found_in, runs, list, failed, .. } = catch;
    let these = if list.len() == 1 {
        "this query shows".to_owned()
    } else {
        format!("these {} queries show", list.len())
    };
    let mut text = format!(
        "{BAD}{:<4}{BAD:#} {HEAD}{these} it{HEAD:#} {DIM}(the list had {found_in}; made smaller in {runs} runs){DIM:#}\n",
        failed.verdict.code(),
    );
    push_failed(&mut text, failed, if is_against { OF_OTHER } else { OF_EXERCISE });
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

/// A failure in full.
pub(super) fn failed(failed: &Failed) -> String {
    let mut text = String::new();
    push_failed(&mut text, failed, OF_EXERCISE);
    text
}

/// How the answer that is wanted is called, and the rule: where they are the exercise's own, and where another candidate's
/// answer is wanted.
const OF_EXERCISE: [&str; 2] = ["wanted", "rule"];
const OF_OTHER: [&str; 2] = ["other", "our rule"];

fn push_failed(text: &mut String, failed: &Failed, [wanted, rule_is]: [&str; 2]) {
    push(text, "verdict", &format!("{}: {}", failed.verdict, plain_lines(&failed.message, MARGIN)));
    text.push('\n');
    push_queries(text, &failed.queries);
    if failed.query.is_some() {
        text.push('\n');
        push_answers(text, failed, wanted);
    }
    if let Some(rule) = &failed.rule {
        push(text, rule_is, &plain(rule));
    }
    if let Some(before) = &failed.before {
        push_state(text, before);
    }
    if let Some(hint) = &failed.hint {
        push(text, "hint", &plain(hint));
    }
    push_errors(text, &failed.errors);
}

/// Text with its control characters escaped but for the ends of its lines, each but the first behind a margin.
fn plain_lines(text: &str, margin: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join(&format!("\n{margin}"))
}

/// A line that begins with its name.
fn push(text: &mut String, name: &str, rest: &str) {
    text.push_str(&format!("  {DIM}{name:<width$}{DIM:#}{rest}\n", width = MARGIN.len() - 2));
}

/// The queries up to the one at fault, which are numbered as in the whole list.
fn push_queries(text: &mut String, list: &QueryList) {
    let hidden = list.len().saturating_sub(SHOWN_QUERIES + 1);
    if hidden > 0 {
        text.push_str(&format!(
            "      {DIM}… {hidden} {} before{DIM:#}\n",
            if hidden == 1 { "query" } else { "queries" }
        ));
    }
    for (place, words) in list.iter().enumerate().skip(hidden) {
        text.push_str(&format!("  {DIM}{:>5}{DIM:#}  {}\n", place + 1, cut(line(words))));
    }
}

/// The answer that was wanted and the one that was given, with what differs underlined.
fn push_answers(text: &mut String, failed: &Failed, wanted_is: &str) {
    let Some(wanted) = failed.wanted.as_ref().map(|wanted| cut(shown(wanted))) else { return };
    let Some(given) = failed.given.as_ref().map(|given| cut(shown(given))) else {
        return push(text, wanted_is, &wanted);
    };
    let difference = TextDiff::from_chars(&wanted, &given);
    let (mut left, mut right, mut under) = (String::new(), String::new(), String::new());
    for change in difference.iter_all_changes() {
        let part = change.value();
        match change.tag() {
            ChangeTag::Equal => {
                left.push_str(part);
                right.push_str(part);
                under.push_str(&" ".repeat(part.width()));
            }
            ChangeTag::Delete => left.push_str(&format!("{GOOD}{part}{GOOD:#}")),
            ChangeTag::Insert => {
                right.push_str(&format!("{BAD}{part}{BAD:#}"));
                under.push_str(&"^".repeat(part.width()));
            }
        }
    }
    push(text, wanted_is, &left);
    push(text, "given", &right);
    if under.contains('^') {
        text.push_str(&format!("{MARGIN}{BAD}{}{BAD:#}\n", under.trim_end()));
    }
}

/// The state before the query at fault.
fn push_state(text: &mut String, state: &ShownState) {
    push(text, "before", &plain(&state.title));
    for (line, faint) in state.lines.iter().take(SHOWN_LINES) {
        text.push_str(&format!("{MARGIN}{line}  {DIM}{faint}{DIM:#}\n"));
    }
    let hidden = state.lines.len().saturating_sub(SHOWN_LINES);
    if hidden > 0 {
        text.push_str(&format!("{MARGIN}{DIM}… and {hidden} more{DIM:#}\n"));
    }
}

/// The end of what was written to standard error.
fn push_errors(text: &mut String, errors: &str) {
    let lines: Vec<_> = errors.lines().collect();
    let last = &lines[lines.len().saturating_sub(SHOWN_ERRORS)..];
    for (place, line) in last.iter().enumerate() {
        let name = if place == 0 { "stderr" } else { "" };
        if place == 0 && !text.ends_with('\n') {
            text.push('\n');
        }
        push(text, name, &format!("{DIM}|{DIM:#} {}", cut(plain(&line.replace('\t', "    ")))));
    }
}
