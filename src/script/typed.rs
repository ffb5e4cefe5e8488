//! A line as a person types it: a query as words, or as JSON.
//!
//! Invariants: words become the JSON of their query, which is then read like a line of JSON Lines, so whatever JSON can
//! say can be typed, and nothing else; a fault stands at the words as they were typed.
//!
//! ```text
//!   SET user "full name" 'Ada "L"'          typed
//!    │    │        │          │             which part is which
//!   ["SET","user","full name","Ada \"L\""]  read as JSON
//!
//!   BATCH [PUT A B] [GET A]                 brackets part queries where an operation takes such
//!   ["BATCH",["PUT","A","B"],["GET","A"]]
//! ```
//!
//! Words are parted by blanks. A quote opens only where a word begins, so that `don't` is a word: in double quotes the
//! escapes are those of JSON, in single quotes there are none. Elsewhere a backslash takes what follows as it is.
//! Brackets mean something after an operation that takes queries, and nowhere else: `PUT k [x` puts the text `[x`.

mod so_far;
mod word;

use std::ops::Range;

use bumpalo::Bump;

use super::fault::{Fault, Faults};
use super::lines::request;
use super::list::Checker;
use super::{Context, is_unseen};
use crate::query::{Aliases, Asks, Level};
use crate::wire::Request;
pub use so_far::{SoFar, typed_so_far};
use word::{Array, Bad, Word, quoted};

/// A query that was typed.
#[derive(Debug)]
pub struct Typed<'a> {
    /// What it asks.
    pub request: Request<'a>,
    /// Its JSON, on one line.
    pub json: &'a str,
}

/// Reads a line for a database that knows what is in `context`. It is the query of this number, from 1, of its session.
///
/// Every line that is typed, read from a file or replayed comes through this function.
///
/// # Errors
/// What is wrong with it, with spans in the line.
pub fn read_typed<'a>(
    line: &str,
    arena: &'a Bump,
    level: Level,
    context: Context,
    number: usize,
) -> Result<Typed<'a>, Faults> {
    let in_query = |fault: Fault| Faults::from(Fault { query: Some(number), ..fault });
    let json = translate(line, &context.aliases).map_err(|bad| in_query(bad.fault))?;
    let text: &'a str = arena.alloc_str(&json.text);
    let read = request(text.as_bytes(), arena, &mut Checker::typed(level, context), number);
    read.map(|request| Typed { request, json: text }).map_err(|faults| faults.moved(|span| json.typed(&span)))
}

/// Does a line go on with the next: does a quote, an array or a query in brackets lack its end?
#[must_use]
pub fn is_unfinished(line: &str, aliases: &Aliases) -> bool {
    translate(line, aliases).is_err_and(|bad| bad.is_unfinished)
}

/// The words of a line that is no query, each with where it stands.
///
/// # Errors
/// A fault with its span in the line.
pub fn typed_words(line: &str) -> Result<Vec<(String, Range<usize>)>, Fault> {
    let json = translate(line, &Aliases::default()).map_err(|bad| bad.fault)?;
    let words = json.parts.iter().map(|part| {
        let text = &json.text[part.json.clone()];
        let read = serde_json::from_str::<String>(text);
        let fault = |_| Fault::new(part.typed.clone(), "this is no word: an escape in it is none of JSON's");
        read.map(|word| (word, part.typed.clone())).map_err(fault)
    });
    words.collect()
}

/// A word as it is typed: in quotes where it would not be read as it is without.
#[must_use]
pub fn as_typed(word: &str) -> String {
    let opens = |c: char| matches!(c, '"' | '\'' | '[' | '#' | '.');
    let is_plain = |c: char| !(c.is_whitespace() || matches!(c, '\\' | ']') || is_unseen(c));
    if !word.starts_with(opens) && !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    in_json(word)
}

/// A word as it is typed in JSON.
#[must_use]
pub fn in_json(word: &str) -> String {
    let json = serde_json::to_string(word).unwrap_or_default();
    // JSON leaves some characters as they are that a terminal would obey.
    let mut typed = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unseen(c) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| typed.push_str(&format!("\\u{unit:04x}")));
        } else {
            typed.push(c);
        }
    }
    typed
}

/// Does the operation of this name, which may be another one that it was given, take queries?
fn takes_queries(name: &str, aliases: &Aliases) -> bool {
    let operation = aliases.operation(name).unwrap_or(name);
    aliases.language().named(operation).iter().any(|form| form.asks == Asks::Batch)
}

/// Is what begins with `[` an array as JSON has it, with a comma behind its first string?
fn is_json(text: &str) -> bool {
    let string = text[1..].trim_start();
    let first = if string.starts_with('"') { quoted(string) } else { None };
    first.is_some_and(|first| string[first.len()..].trim_start().starts_with(','))
}

/// A typed line as JSON.
struct Json {
    text: String,
    parts: Vec<Part>,
    /// Where the words stand in the line.
    typed: Range<usize>,
}

/// A word, or a query in brackets, the words of which are parts too.
struct Part {
    json: Range<usize>,
    typed: Range<usize>,
    /// Does it stand in the JSON byte by byte as it was typed?
    is_same: bool,
}

impl Json {
    /// Where a part of the JSON was typed.
    fn typed(&self, span: &Range<usize>) -> Range<usize> {
        let around = self.parts.iter().filter(|part| part.json.contains(&span.start));
        // The nearest that has all of it.
        let Some(part) = around.min_by_key(|part| (span.end > part.json.end, part.json.len())) else {
            return self.typed.clone();
        };
        if !part.is_same {
            return part.typed.clone();
        }
        let moved = |at: usize| (part.typed.start + (at - part.json.start)).min(part.typed.end);
        moved(span.start)..moved(span.end)
    }
}

/// Turns a line into JSON. A line that begins like JSON is JSON, but for line breaks, which no string of it can hold.
fn translate(line: &str, aliases: &Aliases) -> Result<Json, Bad> {
    let begin = line.len() - line.trim_start().len();
    if line[begin..].starts_with('[') {
        let whole = 0..line.len();
        if Array::of(&line[begin..]) == Array::Open {
            return Err(Bad::open_array(begin..line.trim_end().len()));
        }
        let part = Part { json: whole.clone(), typed: whole.clone(), is_same: true };
        return Ok(Json { text: on_one_line(line), parts: vec![part], typed: whole });
    }
    let typed = begin..line.trim_end().len().max(begin);
    let json = Json { text: "[".to_owned(), parts: Vec::new(), typed };
    let mut translation = Translation { line, at: begin, json };
    translation.words(aliases)?;
    translation.json.text.push(']');
    Ok(translation.json)
}

/// The same text, byte by byte, but for its line breaks.
fn on_one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}

/// A line that is turned into JSON.
struct Translation<'l> {
    line: &'l str,
    /// So far.
    at: usize,
    json: Json,
}

impl<'l> Translation<'l> {
    fn rest(&self) -> &'l str {
        &self.line[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Turns all words.
    fn words(&mut self, aliases: &Aliases) -> Result<(), Bad> {
        let mut brackets = false;
        while self.at < self.json.typed.end {
            if brackets && self.rest().starts_with('[') {
                self.query()?;
            } else {
                self.word(false)?;
            }
            if let [name] = &self.json.parts[..] {
                let name = serde_json::from_str::<String>(&self.json.text[name.json.clone()]);
                brackets = name.is_ok_and(|name| takes_queries(&name, aliases));
            }
            self.skip_blanks();
        }
        Ok(())
    }

    /// Turns the next word.
    fn word(&mut self, is_within: bool) -> Result<(), Bad> {
        let read = Word::first_of(self.rest(), is_within);
        let (word, length) = read.map_err(|bad| bad.after(self.at))?;
        let from = self.begin_part();
        self.json.text.push_str(&word.json);
        self.end_part(from, self.at, self.at + length, word.is_same);
        Ok(())
    }

    /// Turns the query that stands next, in brackets.
    fn query(&mut self) -> Result<(), Bad> {
        if is_json(self.rest()) {
            return self.array();
        }
        let (open, from) = (self.at, self.begin_part());
        self.json.text.push('[');
        self.at += 1;
        loop {
            self.skip_blanks();
            match self.rest().bytes().next() {
                None => return Err(Bad::open_bracket(open..self.json.typed.end)),
                Some(b']') => break,
                Some(b'[') => return Err(Bad::bracket(self.at)),
                Some(_) => self.word(true)?,
            }
        }
        self.json.text.push(']');
        self.end_part(from, open, self.at + 1, false);
        self.end_of_query()
    }

    /// Takes the array over that stands next.
    fn array(&mut self) -> Result<(), Bad> {
        let length = match Array::of(self.rest()) {
            Array::Closed(length) => length,
            Array::Open => return Err(Bad::open_array(self.at..self.json.typed.end)),
            // Whoever reads it tells what is wrong with it.
            Array::None => self.rest().len(),
        };
        let from = self.begin_part();
        self.json.text.push_str(&on_one_line(&self.rest()[..length]));
        self.end_part(from, self.at, self.at + length, true);
        self.end_of_query()
    }

    /// A query may follow right behind a query, but no word.
    fn end_of_query(&self) -> Result<(), Bad> {
        let next = self.rest().chars().next().filter(|c| !(c.is_whitespace() || *c == '['));
        next.map_or(Ok(()), |c| Err(Bad::missing_blank(c).after(self.at)))
    }

    fn begin_part(&mut self) -> usize {
        let is_first = self.json.text.ends_with('[');
        self.json.text.push_str(if is_first { "" } else { "," });
        self.json.text.len()
    }

    /// Notes what stands in the JSON from there on, and goes on behind it.
    fn end_part(&mut self, from: usize, begin: usize, end: usize, is_same: bool) {
        self.json.parts.push(Part { json: from..self.json.text.len(), typed: begin..end, is_same });
        self.at = end;
    }
}
