//! A failure as a person reads it: the queries, the answers, the rule, the state before, what helps.

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use unicode_width::UnicodeWidthStr;

use crate::judge::alike::apart;
use crate::judge::exercise::ShownState;
use crate::judge::{Failed, QueryList};
use crate::wire::{cut, line, plain, shown};

/// So many queries before the one at fault are shown.
const SHOWN_QUERIES: usize = 12;
/// So many lines of a state are shown.
const SHOWN_LINES: usize = 12;
/// So many lines of standard error are shown, the last ones.
const SHOWN_ERRORS: usize = 10;
/// What stands before a line of an explanation.
const MARGIN: &str = "            ";

pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const HEAD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();

/// A failure in full.
pub(super) fn failed(failed: &Failed) -> String {
    let mut text = String::new();
    push_failed(&mut text, failed, OF_EXERCISE);
    text
}

/// How the answer that is wanted is called, and the rule: where they are the exercise's own, and where another candidate's
/// answer is wanted.
pub(super) const OF_EXERCISE: [&str; 2] = ["wanted", "rule"];
pub(super) const OF_OTHER: [&str; 2] = ["other", "our rule"];

pub(super) fn push_failed(text: &mut String, failed: &Failed, called: [&str; 2]) {
    push(text, "verdict", &format!("{}: {}", failed.verdict, plain_lines(&failed.message, MARGIN)));
    if failed.message.contains('\n') {
        // A language's own message, of a solution that does not load: no query has to do with it.
        return;
    }
    text.push('\n');
    push_list(text, failed, called);
    push_errors(text, &failed.errors);
}

/// Text with its control characters escaped but for the ends of its lines, each but the first behind a margin.
pub(super) fn plain_lines(text: &str, margin: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join(&format!("\n{margin}"))
}

/// The queries, and what is known of the last one: answers, rule, the state before it, what helps.
pub(super) fn push_list(text: &mut String, failed: &Failed, [wanted, rule_is]: [&str; 2]) {
    push_queries(text, &failed.queries);
    if failed.query.is_some() {
        text.push('\n');
        push_answers(text, failed, wanted);
    }
    if let Some(own) = failed.own.as_ref().map(|own| cut(shown(own))) {
        let doubt = if wanted == OF_EXERCISE[0] { ": the suite's expected looks wrong" } else { "" };
        push(text, "ours", &format!("rewind itself answers {own}{doubt}"));
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
}

/// A line that begins with its name.
pub(super) fn push(text: &mut String, name: &str, rest: &str) {
    text.push_str(&format!("  {DIM}{name:<width$}{DIM:#}{rest}\n", width = MARGIN.len() - 2));
}

/// The queries up to the one at fault, which are numbered as in the whole list.
pub(super) fn push_queries(text: &mut String, list: &QueryList) {
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
    let Some(wanted) = &failed.wanted else { return };
    let Some(given) = &failed.given else {
        return push(text, wanted_is, &cut(shown(wanted)));
    };
    let [left, right, under] = marked(&cut(shown(wanted)), &cut(shown(given)));
    push(text, wanted_is, &left);
    push(text, "given", &right);
    if under.contains('^') {
        text.push_str(&format!("{MARGIN}{BAD}{}{BAD:#}\n", under.trim_end()));
    }
    if let Some([wanted, given]) = apart(wanted, given) {
        push(text, "apart", &format!("they look alike, but {wanted} is wanted and {given} given"));
    }
}

/// Two texts with what differs coloured, and marks for below the second.
fn marked(wanted: &str, given: &str) -> [String; 3] {
    let [mut left, mut right, mut under] = [const { String::new() }; 3];
    for change in TextDiff::from_chars(wanted, given).iter_all_changes() {
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
    [left, right, under]
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
pub(super) fn push_errors(text: &mut String, errors: &str) {
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
