//! Faults as they are shown: the file, the line and the column, the text with the fault underlined, and help.
//!
//! ```text
//! error: unknown operation `GTE`
//!   --> queries.json:1:38
//!    |
//!  1 | [["SET", "A", "B", "C"], ["GTE", "A", "B"]]
//!    |                           ^^^^^ query 2
//!    = help: did you mean GET?
//! ```
//!
//! A list may well be one line of a hundred megabytes, so only the part around the fault is shown, and the place
//! is that in the whole line.

use std::io::stderr;

use anstyle::{AnsiColor, Style};
use terminal_size::{Width, terminal_size_of};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::say;
use crate::script::{Fault, Faults, is_unseen};

/// So many columns of a line are shown where there is no terminal that has fewer.
const WIDEST: u16 = 120;

/// Shows the faults of an input on standard error. `first_line` is the number of the text's first line.
pub(super) fn report(name: &str, text: &str, first_line: usize, faults: &Faults) {
    let mut out = shown(name, text, first_line, faults);
    let (count, shown) = (faults.count(), faults.first().len());
    let noun = if count == 1 { "mistake" } else { "mistakes" };
    let hidden = if count > shown { format!(", the first {shown} shown") } else { String::new() };
    out += &format!("{name}: {count} {noun}{hidden}\n");
    say(&out);
}

/// Shows the faults of what was just typed, which are not worth counting.
pub(super) fn report_typed(name: &str, text: &str, faults: &Faults) {
    say(&shown(name, text, 1, faults));
}

/// The faults one below the other.
fn shown(name: &str, text: &str, first_line: usize, faults: &Faults) -> String {
    let width = terminal_size_of(stderr()).map_or(WIDEST, |(Width(columns), _)| columns.min(WIDEST));
    let mut out = String::new();
    for fault in faults.first() {
        show(&mut out, name, fault, &FaultPlace::of(fault, text, first_line, usize::from(width)));
    }
    out
}

fn show(out: &mut String, name: &str, fault: &Fault, place: &FaultPlace) {
    let (red, blue, bold) =
        (AnsiColor::Red.on_default().bold(), AnsiColor::Blue.on_default().bold(), Style::new().bold());
    let FaultPlace { line, column, excerpt, indent, width } = place;
    let gutter = " ".repeat(line.to_string().len());
    let (carets, query) = ("^".repeat(*width), fault.query.map_or(String::new(), |n| format!(" query {n}")));
    out.push_str(&format!("{red}error{red:#}{bold}: {}{bold:#}\n", fault.message));
    out.push_str(&format!("{gutter} {blue}-->{blue:#} {name}:{line}:{column}\n"));
    out.push_str(&format!("{gutter}  {blue}|{blue:#}\n"));
    out.push_str(&format!(" {blue}{line} |{blue:#} {excerpt}\n"));
    out.push_str(&format!("{gutter}  {blue}|{blue:#} {}{red}{carets}{query}{red:#}\n", " ".repeat(*indent)));
    if let Some(help) = &fault.help {
        out.push_str(&format!("{gutter}  {blue}={blue:#} {bold}help{bold:#}: {help}\n"));
    }
    out.push('\n');
}

/// Where a fault stands, and the part of its line around it.
struct FaultPlace {
    line: usize,
    column: usize,
    excerpt: String,
    /// Columns of the terminal before the fault.
    indent: usize,
    /// Columns under the fault.
    width: usize,
}

impl FaultPlace {
    fn of(fault: &Fault, text: &str, first_line: usize, width: usize) -> Self {
        let (before, rest) = text.split_at(fault.span.start);
        let line = first_line + before.bytes().filter(|byte| *byte == b'\n').count();
        let before = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let column = before.chars().count() + 1;
        // Of what fits beside the line's number, half stands before the fault.
        let room = width.saturating_sub(line.to_string().len() + 4).max(30);
        let most_before = (room - 1) / 2;
        let (skip, cut) = if column > most_before + 1 { (column - most_before - 1, "…") } else { (0, "") };
        let lead = cut.to_owned() + &before.chars().skip(skip).map(seen).collect::<String>();
        let end = rest
            .char_indices()
            .take_while(|(_, c)| !matches!(c, '\n' | '\r'))
            .take(room - column.min(most_before + 2));
        let (marked, after): (Vec<_>, Vec<_>) = end.partition(|(at, _)| *at < fault.span.len());
        let width = marked.iter().map(|(_, c)| seen(*c).width().unwrap_or(0)).sum::<usize>().max(1);
        let shown = marked.iter().chain(&after).map(|(_, c)| seen(*c));
        Self { line, column, indent: lead.width(), width, excerpt: lead.clone() + &shown.collect::<String>() }
    }
}

/// A character as it is shown: one that a terminal would obey is replaced.
fn seen(c: char) -> char {
    match c {
        '\t' => ' ',
        c if is_unseen(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}
