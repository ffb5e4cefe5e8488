//! A line as a person types it: a query as words, or as JSON.
//!
//! Invariants: words become the JSON of their query, which is then read like a line of JSON Lines, so whatever JSON can
//! say can be typed, and nothing else; a fault stands at the words as they were typed.
//!
//! ```text
//!   SET user "full name" 'Ada "L"'        typed
//!    │    │        │          │           which part is which
//!   ["SET","user","full name","Ada \"L\""]  read as JSON
//! ```
//!
//! Words are parted by blanks. A quote opens only where a word begins, so that `don't` is a word: in double quotes the
//! escapes are those of JSON, in single quotes there are none. Elsewhere a backslash takes what follows as it is. A
//! word that begins like an array of strings is one, as it stands, for operations that take queries.

mod word;

use std::ops::Range;

use bumpalo::Bump;

use super::fault::{Fault, Faults};
use super::lines::query;
use super::list::Checker;
use super::{Context, is_unseen};
use crate::query::{Level, Query};
use word::{Array, Bad, Word};

/// A query that was typed.
#[derive(Debug)]
pub struct Typed<'a> {
    /// The query.
    pub query: Query<'a>,
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
    let json = translate(line).map_err(|bad| in_query(bad.fault))?;
    let text: &'a str = arena.alloc_str(&json.text);
    let read = query(text.as_bytes(), arena, &mut Checker::typed(level, context), number);
    read.map(|query| Typed { query, json: text }).map_err(|faults| faults.moved(|span| json.typed(&span)))
}

/// Does a line go on with the next: does a quote or an array lack its end?
#[must_use]
pub fn is_unfinished(line: &str) -> bool {
    translate(line).is_err_and(|bad| bad.is_unfinished)
}

/// The words of a line, each with where it stands.
///
/// # Errors
/// A fault with its span in the line.
pub fn typed_words(line: &str) -> Result<Vec<(String, Range<usize>)>, Fault> {
    let json = translate(line).map_err(|bad| bad.fault)?;
    let words = json.parts.iter().map(|part| {
        let text = &json.text[part.json.clone()];
        let read = serde_json::from_str::<String>(text);
        let fault = |_| {
            Fault::new(
                part.typed.clone(),
                "this is no word: an escape in it is none of JSON's, or it is an array",
            )
        };
        read.map(|word| (word, part.typed.clone())).map_err(fault)
    });
    words.collect()
}

/// A line that is being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoFar {
    /// The words that are there.
    pub words: Vec<String>,
    /// The word that the cursor stands at the end of, as far as it goes; empty behind a blank.
    pub last: String,
    /// Where that begins.
    pub begin: usize,
}

/// What was typed up to the cursor; `None` of JSON, or where it is wrong.
#[must_use]
pub fn typed_so_far(line: &str) -> Option<SoFar> {
    let mut so_far = SoFar { begin: line.len() - line.trim_start().len(), ..SoFar::default() };
    while so_far.begin < line.len() {
        let text = &line[so_far.begin..];
        match Word::first_of(text) {
            Ok((word, length)) => {
                let word = serde_json::from_str(&word.json).ok()?;
                if length == text.len() {
                    return Some(SoFar { last: word, ..so_far });
                }
                so_far.words.push(word);
                so_far.begin += length + text[length..].len() - text[length..].trim_start().len();
            }
            Err(bad) if bad.is_unfinished && !text.starts_with('[') => {
                let closed = format!("{text}\"");
                let read = serde_json::from_str(&closed).unwrap_or_else(|_| text[1..].to_owned());
                return Some(SoFar { last: read, ..so_far });
            }
            Err(_) => return None,
        }
    }
    Some(so_far)
}

/// A word as it is typed: in quotes where it would not be read as it is without.
#[must_use]
pub fn as_typed(word: &str) -> String {
    let opens = |c: char| matches!(c, '"' | '\'' | '[' | '#' | '.');
    let is_plain = |c: char| !(c.is_whitespace() || c == '\\' || is_unseen(c));
    if !word.starts_with(opens) && !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
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

/// A typed line as JSON.
struct Json {
    text: String,
    parts: Vec<Part>,
    /// Where the words stand in the line.
    typed: Range<usize>,
}

/// A word.
struct Part {
    json: Range<usize>,
    typed: Range<usize>,
    /// Does it stand in the JSON byte by byte as it was typed?
    is_same: bool,
}

impl Json {
    /// Where a part of the JSON was typed.
    fn typed(&self, span: &Range<usize>) -> Range<usize> {
        let Some(part) = self.parts.iter().find(|part| part.json.contains(&span.start)) else {
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
fn translate(line: &str) -> Result<Json, Bad> {
    let begin = line.len() - line.trim_start().len();
    if line[begin..].starts_with('[') {
        let whole = 0..line.len();
        if Array::of(&line[begin..]) == Array::Open {
            return Err(Bad::unfinished(
                begin..line.trim_end().len(),
                "this array is not closed",
                "write the closing `]`",
            ));
        }
        let part = Part { json: whole.clone(), typed: whole.clone(), is_same: true };
        return Ok(Json { text: line.replace(['\n', '\r'], " "), parts: vec![part], typed: whole });
    }
    let mut json =
        Json { text: "[".to_owned(), parts: Vec::new(), typed: begin..line.trim_end().len().max(begin) };
    let mut at = begin;
    while at < json.typed.end {
        let (word, length) = Word::first_of(&line[at..]).map_err(|bad| bad.after(at))?;
        json.text.push_str(if json.parts.is_empty() { "" } else { "," });
        let from = json.text.len();
        json.text.push_str(&word.json);
        let (json_span, typed) = (from..json.text.len(), at..at + length);
        json.parts.push(Part { json: json_span, typed, is_same: word.is_same });
        at += length;
        let rest = &line[at..];
        at += rest.len() - rest.trim_start().len();
    }
    json.text.push(']');
    Ok(json)
}
