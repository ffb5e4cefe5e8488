//! A step as a person reads it, on eighty columns.
//!
//! ```text
//!     5  RESTORE 10 3  =>  ""
//!        the latest backup at or before 3 is the one taken at 3; …       the rule
//!        at 10                                                           the state after it:
//!          user.name   Ada  permanent                                      as it was
//!        + user.pin    42   9 left, until 19                               new
//!        ~ user.token  x7   8 left, until 18                               changed
//!        - user.town   Rom  query 4 removed it                             gone
//! ```

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::explain::CellName;
use crate::script::{cut, plain, short_line, shown, word};
use crate::trace::{Change, ShownCell, Step, Tracer};

/// Columns of a line.
const WIDTH: usize = 80;
/// Columns before the rule and the state: the number and two spaces.
const INDENT: usize = 7;
/// So many cells are shown of a step, those that changed first.
const MOST_CELLS: usize = 12;
/// Columns of a name.
const WIDEST_NAME: usize = 30;

/// Writes steps as text.
pub(super) struct StateText {
    pub(super) color: bool,
}

/// A line of the state.
struct CellRow {
    names: (String, String),
    mark: char,
    name: String,
    value: String,
    remaining: String,
}

impl StateText {
    /// Writes the name of a case.
    pub(super) fn heading(&self, out: &mut impl Write, name: &str, why: &str) -> io::Result<()> {
        let bold = self.style(Style::new().bold());
        writeln!(out, "{bold}# {}{bold:#}", plain(name))?;
        for line in wrap(&plain(why), WIDTH - 2).iter().filter(|line| !line.is_empty()) {
            writeln!(out, "# {line}")?;
        }
        writeln!(out)
    }

    /// Writes the last step of a tracer.
    pub(super) fn step(&self, out: &mut impl Write, step: &Step, tracer: &Tracer) -> io::Result<()> {
        self.query(out, step)?;
        let indent = " ".repeat(INDENT);
        for line in wrap(&step.rule, WIDTH - INDENT) {
            writeln!(out, "{indent}{line}")?;
        }
        self.state(out, step, tracer)
    }

    /// The number, the query and the answer: on one line if they fit.
    fn query(&self, out: &mut impl Write, step: &Step) -> io::Result<()> {
        let (query, answer) = (short_line(&step.query), cut(shown(&step.answer)));
        let (faint, good) = (self.faint(), self.style(AnsiColor::Green.on_default()));
        let (first, rest) = split_first(wrap(&query, WIDTH - INDENT));
        write!(out, "{faint}{:>5}{faint:#}  {first}", step.number)?;
        for line in rest {
            write!(out, "\n{}{line}", " ".repeat(INDENT))?;
        }
        let fits = query.width() + answer.width() + INDENT + 6 <= WIDTH;
        let before = if fits { "  ".to_owned() } else { format!("\n{}", " ".repeat(INDENT)) };
        let (first, rest) = split_first(wrap(&answer, WIDTH - INDENT - 4));
        write!(out, "{before}{faint}=>{faint:#}  {good}{first}{good:#}")?;
        for line in rest {
            write!(out, "\n{}{good}{line}{good:#}", " ".repeat(INDENT + 4))?;
        }
        writeln!(out)
    }

    fn state(&self, out: &mut impl Write, step: &Step, tracer: &Tracer) -> io::Result<()> {
        let (faint, indent) = (self.faint(), " ".repeat(INDENT));
        let when = step.clock.map_or("state".to_owned(), |clock| format!("at {clock}"));
        let none = if tracer.number_of_cells() == 0 { ": no live cell" } else { "" };
        writeln!(out, "{indent}{faint}{when}{none}{faint:#}")?;
        let (rows, hidden) = rows(step, tracer);
        let widest = |of: fn(&CellRow) -> &str| rows.iter().map(|row| of(row).width()).max().unwrap_or(0);
        let (name, left) = (widest(|row| &row.name).min(WIDEST_NAME), widest(|row| &row.remaining));
        let room = WIDTH.saturating_sub(INDENT + 2 + name + 2 + 2 + left).max(8);
        let value = widest(|row| &row.value).min(room);
        for row in &rows {
            let style = self.mark_style(row.mark);
            let (shown, held) = (pad(&row.name, name), pad(&row.value, value));
            writeln!(out, "{indent}{style}{} {shown}  {held}  {}{style:#}", row.mark, row.remaining)?;
        }
        if hidden > 0 { writeln!(out, "{indent}{faint}  … and {hidden} more{faint:#}") } else { Ok(()) }
    }

    fn mark_style(&self, mark: char) -> Style {
        let style = |color: AnsiColor| self.style(color.on_default());
        match mark {
            '+' => style(AnsiColor::Green),
            '~' => style(AnsiColor::Yellow),
            '-' => style(AnsiColor::Red),
            _ => self.faint(),
        }
    }

    fn faint(&self) -> Style {
        self.style(Style::new().dimmed())
    }

    fn style(&self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }
}

/// What is shown of the state after a step and of what is gone, in byte order of keys and then fields; and how
/// many cells are not. Where there are some, what changed comes first.
fn rows(step: &Step, tracer: &Tracer) -> (Vec<CellRow>, usize) {
    let gone =
        step.gone.iter().map(|cell| row((&cell.key, &cell.field), &cell.value, '-', cell.ended.to_string()));
    let mut rows: Vec<_> = step.changed.iter().map(|cell| live_row(cell, step.clock)).chain(gone).collect();
    rows.sort_by(|one, two| one.names.cmp(&two.names));
    rows.truncate(MOST_CELLS);
    let same = tracer.cells().filter(|cell| cell.change == Change::Same).take(MOST_CELLS - rows.len());
    rows.extend(same.map(|cell| live_row(&cell, step.clock)));
    let hidden = tracer.number_of_cells() + step.gone.len() - rows.len();
    if hidden == 0 {
        rows.sort_by(|one, two| one.names.cmp(&two.names));
    }
    (rows, hidden)
}

fn live_row(cell: &ShownCell, clock: Option<u64>) -> CellRow {
    let mark = match cell.change {
        Change::Same => ' ',
        Change::New => '+',
        Change::Changed => '~',
    };
    let left = match (cell.left, cell.until, clock) {
        (Some(left), Some(until), Some(_)) => format!("{left} left, until {until}"),
        (_, Some(until), None) => format!("until {until}"),
        _ => "permanent".to_owned(),
    };
    row((&cell.key, &cell.field), &cell.value, mark, left)
}

fn row((key, field): (&str, &str), value: &str, mark: char, left: String) -> CellRow {
    CellRow {
        names: (key.to_owned(), field.to_owned()),
        mark,
        name: CellName { key, field }.to_string(),
        value: cut(word(value)),
        remaining: left,
    }
}

fn split_first(lines: Vec<String>) -> (String, impl Iterator<Item = String>) {
    let mut lines = lines.into_iter();
    (lines.next().unwrap_or_default(), lines)
}

/// A text on so many columns: filled up with spaces, or cut.
fn pad(text: &str, columns: usize) -> String {
    let width = text.width();
    if width <= columns {
        return format!("{text}{}", " ".repeat(columns - width));
    }
    let (mut shown, mut used) = (String::new(), 1);
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        shown.push(c);
    }
    let width = shown.width();
    format!("{shown}…{}", " ".repeat(columns.saturating_sub(width + 1)))
}

/// A text in lines of so many columns: broken at spaces, and where a word has no room on a line, within it.
pub(in crate::cli) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split(' ') {
        let width = word.width();
        if used > 0 && used + 1 + width > columns {
            lines.push(std::mem::take(&mut line));
            used = 0;
        } else if !lines.is_empty() && used == 0 || used > 0 {
            line.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let width = c.width().unwrap_or(0);
            if used + width > columns {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += width;
        }
    }
    lines.push(line);
    lines
}
