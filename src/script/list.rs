//! Lists: one JSON array of queries, read whole before anything of it takes effect.

use bumpalo::Bump;

use super::fault::{Fault, Faults};
use super::scanner::{Next, Scanner, Words};
use crate::query::{Level, OPERATIONS, Query, Row, WordKind};
use crate::time::{Clock, ClockRule};

/// Reads a JSON array of queries. Words are borrowed from `text`, or kept in `arena` if they had escapes.
///
/// # Errors
/// Everything that is wrong with it, time that runs backwards included.
pub fn read_list<'a>(
    text: &'a str,
    arena: &'a Bump,
    level: Level,
    rule: ClockRule,
) -> Result<Vec<Query<'a>>, Faults> {
    let mut list = ListReader {
        scanner: Scanner::new(text, arena),
        words: Words::default(),
        checker: Checker { level, clock: Clock::new(rule) },
        queries: Vec::with_capacity(text.len() / 48),
        number: 0,
        faults: Faults::default(),
    };
    if let Err(fatal) = list.read() {
        let fatal =
            if fatal.query.is_none() && list.number > 0 { fatal.in_query(list.number) } else { fatal };
        list.faults.add(fatal);
    }
    list.faults.or(list.queries)
}

/// Checks queries one after the other: their words, their level, and that time does not run backwards.
pub(super) struct Checker {
    pub(super) level: Level,
    pub(super) clock: Clock,
}

impl Checker {
    /// The query that the words make.
    pub(super) fn query<'a>(&mut self, scanner: &Scanner<'a>, words: &Words<'a>) -> Result<Query<'a>, Fault> {
        let span = |word: Option<usize>| match word {
            Some(word) => scanner.span_of(&words.span, word),
            None => words.span.clone(),
        };
        let query = Query::parse(&words.texts, self.level).map_err(|mistake| {
            Fault::new(span(mistake.word()), mistake.to_string()).with_help(mistake.help())
        })?;
        self.clock.advance(query.timestamp()).map_err(|backwards| {
            let word = query.row().words.iter().position(|word| word.kind == WordKind::Timestamp);
            let help = "timestamps may repeat but not decrease; --clock free lets them jump";
            Fault::new(span(word.map(|word| word + 1)), backwards.to_string()).with_help(help)
        })?;
        Ok(query)
    }
}

struct ListReader<'a> {
    scanner: Scanner<'a>,
    words: Words<'a>,
    checker: Checker,
    queries: Vec<Query<'a>>,
    /// The query being read, from 1.
    number: usize,
    faults: Faults,
}

impl ListReader<'_> {
    /// Reads the whole list. The error is of a text that cannot be read on; all else is among the faults.
    fn read(&mut self) -> Result<(), Fault> {
        if self.scanner.peek().is_none() {
            return Err(Fault::new(self.scanner.here(), "the input is empty").with_help(shape()));
        }
        if !self.scanner.take(b'[') {
            return Err(not_an_array(&self.scanner, "this is not a list of queries").with_help(shape()));
        }
        if !self.scanner.take(b']') {
            let mut commas = Vec::new();
            loop {
                self.number += 1;
                self.element()?;
                let next = self.scanner.next(b'[', &mut commas)?;
                commas.drain(..).for_each(|fault| self.faults.add(fault.in_query(self.number)));
                if let Next::End = next {
                    break;
                }
            }
        }
        self.number = 0;
        self.scanner.end("the list")
    }

    fn element(&mut self) -> Result<(), Fault> {
        match self.scanner.peek() {
            Some(b'[') => {
                let read = self.scanner.array(&mut self.words);
                let all_words = self.words.faults.is_empty();
                self.words.faults.drain(..).for_each(|fault| self.faults.add(fault.in_query(self.number)));
                read?;
                if all_words {
                    match self.checker.query(&self.scanner, &self.words) {
                        Ok(query) => self.queries.push(query),
                        Err(fault) => self.faults.add(fault.in_query(self.number)),
                    }
                }
            }
            Some(_) => {
                let begin = self.scanner.here().start;
                let what = self.scanner.skip_value()?;
                let span = begin..self.scanner.here().start;
                let fault = Fault::new(span, format!("a query is an array of words, not {what}"));
                self.faults.add(fault.in_query(self.number).with_help(shape()));
            }
            None => return Err(Fault::new(self.scanner.here(), "not JSON: the input ends inside the list")),
        }
        Ok(())
    }
}

/// The fault of an input that does not begin with `[`.
pub(super) fn not_an_array(scanner: &Scanner<'_>, message: &str) -> Fault {
    if scanner.is_at_byte_order_mark() {
        let message = "a byte order mark stands before the text";
        return Fault::new(scanner.here(), message).with_help("save the file as UTF-8 without it");
    }
    Fault::new(scanner.here(), message)
}

/// What an input should look like.
fn shape() -> String {
    let [first, second, ..] = OPERATIONS else { return String::new() };
    format!("a list looks like [{}, {}]", example(first), example(second))
}

/// A query of an operation, as JSON.
pub(super) fn example(row: &Row) -> String {
    let words: Vec<_> = row.usage().split(' ').map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", words.join(", "))
}
