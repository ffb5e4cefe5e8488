//! What came of judging, as a person reads it: failures in full, all else in a line.
//!
//! Colours are in the text; whoever prints it takes them out where they are not wanted.

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use unicode_width::UnicodeWidthStr;

use crate::query::Level;
use crate::script::{cut, plain, quoted, word};
use crate::suite::shape::plural;
use crate::suite::{CannotStart, CaseReport, Catch, Failed, LevelReport, List, Outcome, Report};
use crate::trace::Step;

/// So many queries before the one at fault are shown.
const SHOWN_QUERIES: usize = 12;
/// So many cells of a state are shown.
const SHOWN_CELLS: usize = 12;
/// So many lines of standard error are shown, the last ones.
const SHOWN_ERRORS: usize = 10;
/// What stands before a line of an explanation.
const MARGIN: &str = "            ";

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const HEAD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// A case that failed: in full, or in a line. The text of one that did not is empty.
#[must_use]
pub fn case(level: Level, case: &CaseReport, in_full: bool) -> String {
    let Some(failed) = case.failed() else { return String::new() };
    let mut text = format!(
        "{BAD}{:<4}{BAD:#} level {level}: {HEAD}{}{HEAD:#}\n",
        failed.verdict.code(),
        plain(&case.name)
    );
    if in_full {
        push(&mut text, "why", &plain(&case.why));
        push_failed(&mut text, failed);
        text.push('\n');
    }
    text
}

/// A level, in a line.
#[must_use]
pub fn level(report: &LevelReport) -> String {
    let (passed, all) = (report.passed(), report.cases.len());
    let (style, sign) = if passed == all { (GOOD, "passed") } else { (BAD, "failed") };
    let untried = report.cases.iter().filter(|case| matches!(case.outcome, Outcome::NotTried)).count();
    let untried = match untried {
        0 => String::new(),
        count => format!(", {count} not tried after too many time-outs in a row"),
    };
    format!("{style}level {} {sign}{style:#}  {passed} of {all} cases{untried}\n", report.level)
}

/// What is passed, and what that unlocks.
#[must_use]
pub fn summary(report: &Report) -> String {
    let failed = report.cases().filter(|case| case.failed().is_some()).count();
    let next = report.passed().map_or(Some(Level::FIRST), |level| Level::new(level.number() + 1));
    // What comes after the exercise is there for who asks for it.
    let next = next.filter(|level| *level <= Level::EXERCISE);
    match (report.passed(), next, failed) {
        (_, _, 0) if report.cases().count() == 0 => "no case was judged\n".to_owned(),
        (Some(_), None, 0) => format!("{GOOD}all levels are passed{GOOD:#}\n"),
        (Some(level), Some(next), 0) => {
            format!("{GOOD}passed up to level {level}{GOOD:#}: level {next} is unlocked\n")
        }
        (None, _, 0) => format!("{GOOD}passed{GOOD:#}\n"),
        (passed, _, failed) => {
            let upto = passed.map_or(String::new(), |level| format!("passed up to level {level}; "));
            format!(
                "{BAD}{failed} {} failed{BAD:#}; {upto}mend the first one first\n",
                plural(failed, "case")
            )
        }
    }
}

/// A difference that a hunt has found, and the options with which it is found `again`.
#[must_use]
pub fn catch(catch: &Catch, again: &str) -> String {
    let count = catch.list.len();
    let mut text = format!(
        "{BAD}{:<4}{BAD:#} {HEAD}{count} {} that show it{HEAD:#} {DIM}found in {}, made smaller in {} runs{DIM:#}\n",
        catch.failed.verdict.code(),
        plural(count, "query").replace("querys", "queries"),
        catch.found_in,
        catch.runs,
    );
    push_failed(&mut text, &catch.failed);
    push(&mut text, "again", &format!("rewind hunt {again}"));
    text
}

/// Why a candidate cannot be started, with what it said last.
#[must_use]
pub fn cannot_start(cannot: &CannotStart) -> String {
    let mut text = plain(&cannot.why);
    push_errors(&mut text, &cannot.errors);
    text.trim_end().to_owned()
}

/// A failure in full.
pub(super) fn failed(failed: &Failed) -> String {
    let mut text = String::new();
    push_failed(&mut text, failed);
    text
}

fn push_failed(text: &mut String, failed: &Failed) {
    push(text, "verdict", &format!("{}: {}", failed.verdict, plain(&failed.message)));
    text.push('\n');
    push_queries(text, &failed.queries);
    if failed.query.is_some() {
        text.push('\n');
        push_answers(text, failed);
    }
    if let Some(rule) = &failed.rule {
        push(text, "rule", &plain(rule));
    }
    if let Some(before) = &failed.before {
        push_state(text, before);
    }
    if let Some(hint) = &failed.hint {
        push(text, "hint", &plain(hint));
    }
    push_errors(text, &failed.errors);
}

/// A line that begins with its name.
fn push(text: &mut String, name: &str, line: &str) {
    text.push_str(&format!("  {DIM}{name:<width$}{DIM:#}{line}\n", width = MARGIN.len() - 2));
}

/// The queries up to the one at fault, which are numbered as in the whole list.
fn push_queries(text: &mut String, list: &List) {
    let hidden = list.len().saturating_sub(SHOWN_QUERIES + 1);
    if hidden > 0 {
        text.push_str(&format!(
            "      {DIM}… {hidden} {} before{DIM:#}\n",
            if hidden == 1 { "query" } else { "queries" }
        ));
    }
    for (place, words) in list.iter().enumerate().skip(hidden) {
        let words: Vec<_> = words.iter().map(|text| word(text)).collect();
        text.push_str(&format!("  {DIM}{:>5}{DIM:#}  {}\n", place + 1, cut(words.join(" "))));
    }
}

/// The answer that was wanted and the one that was given, with what differs underlined.
fn push_answers(text: &mut String, failed: &Failed) {
    let Some(wanted) = failed.wanted.as_deref().map(|wanted| cut(quoted(wanted))) else { return };
    let Some(given) = failed.given.as_deref().map(|given| cut(quoted(given))) else {
        return push(text, "wanted", &wanted);
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
    push(text, "wanted", &left);
    push(text, "given", &right);
    if under.contains('^') {
        text.push_str(&format!("{MARGIN}{BAD}{}{BAD:#}\n", under.trim_end()));
    }
}

/// What our engine holds before the query at fault.
fn push_state(text: &mut String, step: &Step) {
    let count = step.cells.len();
    let cells = if count == 0 {
        "no live cell".to_owned()
    } else {
        format!("{count} live {}", plural(count, "cell"))
    };
    let clock = step.clock.map_or(String::new(), |clock| format!("the clock reads {clock}, "));
    push(text, "before it", &format!("{clock}{cells}"));
    for cell in step.cells.iter().take(SHOWN_CELLS) {
        let left = cell.left.map_or("permanent".to_owned(), |left| format!("{left} left"));
        let [key, field, value] = [&cell.key, &cell.field, &cell.value].map(|text| cut(word(text)));
        text.push_str(&format!("{MARGIN}{key} {field} = {value}  {DIM}{left}{DIM:#}\n"));
    }
    if count > SHOWN_CELLS {
        text.push_str(&format!("{MARGIN}{DIM}… and {} more{DIM:#}\n", count - SHOWN_CELLS));
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
        push(text, name, &format!("{DIM}|{DIM:#} {}", cut(plain(line))));
    }
}
