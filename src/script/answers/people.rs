//! Answers for people: control characters are escaped, and an empty answer is seen.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table as Grid};

use super::Answers;
use crate::query::Language;
use crate::wire::{Answer, Request, Term, cut, plain, push_quoted, push_shown, push_word, push_words};

/// Several answers to one query that has just been typed stand in one line if it is no longer than this.
const WIDEST: usize = 72;

/// A line for each query: its number, its words, `=>`, the answer in quotes.
pub(super) struct TextAnswers<W> {
    out: W,
    color: bool,
    number: usize,
    cases: usize,
    line: String,
}

impl<W: Write> TextAnswers<W> {
    /// The first query has this number.
    pub(super) fn new(first: usize, out: W, color: bool) -> Self {
        Self { out, color, number: first, cases: 0, line: String::new() }
    }
}

impl<W: Write> Answers for TextAnswers<W> {
    fn begin_case(&mut self, name: &str, why: &str) -> io::Result<()> {
        self.out.write_all(if self.cases > 0 { b"\n" } else { b"" })?;
        (self.cases, self.number) = (self.cases + 1, 1);
        let title = styled(Style::new().bold(), self.color);
        writeln!(self.out, "{title}# {}{title:#}", plain(name))?;
        if why.is_empty() { Ok(()) } else { writeln!(self.out, "# {}", plain(why)) }
    }

    fn answer(&mut self, request: &Request<'_>, answer: &Answer<'_>) -> io::Result<()> {
        let faint = styled(Style::new().dimmed(), self.color);
        self.line.clear();
        push_request(&mut self.line, request);
        write!(self.out, "{faint}{:>5}{faint:#}  {}  ", self.number, self.line)?;
        self.line.clear();
        push_answer(&mut self.line, &answer.into(), "  ", self.color);
        self.number += 1;
        writeln!(self.out, "{}", self.line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Only the answer, `=>` before it: the query stands above already.
pub(super) struct LoneAnswer<W> {
    out: W,
    color: bool,
}

impl<W: Write> LoneAnswer<W> {
    pub(super) fn new(out: W, color: bool) -> Self {
        Self { out, color }
    }
}

impl<W: Write> Answers for LoneAnswer<W> {
    fn begin_case(&mut self, _name: &str, _why: &str) -> io::Result<()> {
        Ok(())
    }

    fn answer(&mut self, _request: &Request<'_>, answer: &Answer<'_>) -> io::Result<()> {
        let mut line = String::new();
        match Term::from(answer) {
            Term::Array(answers) if answers.iter().map(|answer| answer.len() + 4).sum::<usize>() > WIDEST => {
                push_answers(&mut line, &answers, self.color);
            }
            answer => push_answer(&mut line, &answer, " ", self.color),
        }
        writeln!(self.out, "{line}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Answers one below the other.
fn push_answers(line: &mut String, answers: &[String], color: bool) {
    let (faint, good) = (styled(Style::new().dimmed(), color), styled(AnsiColor::Green.on_default(), color));
    let _ = write!(line, "{faint}=>{faint:#} {good}[{good:#}");
    for (place, answer) in answers.iter().enumerate() {
        let _ = write!(line, "{}\n     {good}", if place > 0 { "," } else { "" });
        push_quoted(line, answer);
        let _ = write!(line, "{good:#}");
    }
    let _ = write!(line, "\n   {good}]{good:#}");
}

/// An answer with `=>` before it.
fn push_answer(line: &mut String, answer: &Term, gap: &str, color: bool) {
    let (faint, good) = (styled(Style::new().dimmed(), color), styled(AnsiColor::Green.on_default(), color));
    let _ = write!(line, "{faint}=>{faint:#}{gap}{good}");
    push_shown(line, answer);
    let _ = write!(line, "{good:#}");
}

/// A style, where styles are shown.
fn styled(style: Style, color: bool) -> Style {
    if color { style } else { Style::new() }
}

/// A table for each list or case, drawn at its end.
pub(super) struct TableAnswers<W> {
    out: W,
    color: bool,
    heading: String,
    /// The number of the first row.
    first: usize,
    rows: Vec<[String; 3]>,
}

impl<W: Write> TableAnswers<W> {
    /// The first query has this number.
    pub(super) fn new(first: usize, out: W, color: bool) -> Self {
        Self { out, color, heading: String::new(), first, rows: Vec::new() }
    }

    fn draw(&mut self) -> io::Result<()> {
        if self.heading.is_empty() && self.rows.is_empty() {
            return Ok(());
        }
        let mut grid = Grid::new();
        grid.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        if self.color {
            grid.enforce_styling();
        }
        let (color, rows) = (self.color, self.rows.drain(..));
        let bold =
            |title| Cell::new(title).add_attributes(color.then_some(Attribute::Bold).into_iter().collect());
        let good = |answer| if color { Cell::new(answer).fg(Color::Green) } else { Cell::new(answer) };
        let right = |number| Cell::new(number).set_alignment(CellAlignment::Right);
        grid.set_header(["#", "query", "answer"].map(bold));
        grid.add_rows(rows.map(|[number, query, answer]| [right(number), Cell::new(query), good(answer)]));
        writeln!(self.out, "{}{grid}", self.heading)
    }
}

impl<W: Write> Answers for TableAnswers<W> {
    fn begin_case(&mut self, name: &str, why: &str) -> io::Result<()> {
        self.draw()?;
        self.first = 1;
        self.heading = format!("{}\n{}{}", plain(name), plain(why), if why.is_empty() { "" } else { "\n" });
        Ok(())
    }

    fn answer(&mut self, request: &Request<'_>, answer: &Answer<'_>) -> io::Result<()> {
        let (mut words, mut shown) = (String::new(), String::new());
        push_request(&mut words, request);
        push_shown(&mut shown, &answer.into());
        self.rows.push([(self.first + self.rows.len()).to_string(), cut(words), cut(shown)]);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.draw()?;
        self.out.flush()
    }
}

/// The words of a request, in quotes where they would be ambiguous without; queries in it in brackets.
fn push_request(line: &mut String, request: &Request<'_>) {
    let language = Language::records();
    let Request::One(query) = request else {
        return push_words(line, &request.words(language), push_word);
    };
    for (place, word) in language.words(query).iter().enumerate() {
        line.push_str(if place > 0 { " " } else { "" });
        push_word(line, word);
    }
}
