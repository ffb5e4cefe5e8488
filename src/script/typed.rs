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

use std::borrow::Cow;
use std::ops::Range;

use bumpalo::Bump;

use super::fault::{Fault, Faults};
use super::is_unseen;
use super::lines::query;
use super::list::Checker;
use crate::query::{Level, Query};
use crate::time::Clock;

/// A query that was typed.
#[derive(Debug)]
pub struct Typed<'a> {
    /// The query.
    pub query: Query<'a>,
    /// Its JSON, on one line.
    pub json: &'a str,
}

/// Reads a line for a database whose clock reads `clock`. It is the query of this number, from 1, of its session.
///
/// Whatever may follow in a session from what was asked before (another name for an operation, say) is to be known here:
/// every line that is typed, read from a file or replayed comes through this function.
///
/// # Errors
/// What is wrong with it, with spans in the line.
pub fn read_typed<'a>(
    line: &str,
    arena: &'a Bump,
    level: Level,
    clock: Clock,
    number: usize,
) -> Result<Typed<'a>, Faults> {
    let in_query = |fault: Fault| Faults::from(Fault { query: Some(number), ..fault });
    let json = translate(line).map_err(|bad| in_query(bad.fault))?;
    let text: &'a str = arena.alloc_str(&json.text);
    let read = query(text.as_bytes(), arena, &mut Checker::typed(level, clock), number);
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

/// Why a line is no list of words.
struct Bad {
    fault: Fault,
    is_unfinished: bool,
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

/// A word as JSON.
struct Word<'l> {
    json: Cow<'l, str>,
    is_same: bool,
}

impl<'l> Word<'l> {
    /// Reads a word; the number tells how many bytes it has as it was typed.
    fn first_of(text: &'l str) -> Result<(Self, usize), Bad> {
        let (word, length) = match text.as_bytes()[0] {
            b'"' => Self::in_double_quotes(text)?,
            b'\'' => Self::in_single_quotes(text)?,
            b'[' => match Array::of(text) {
                Array::Closed(length) => {
                    (Self { json: Cow::Borrowed(&text[..length]), is_same: true }, length)
                }
                Array::Open => {
                    return Err(Bad::unfinished(
                        0..text.len(),
                        "this array is not closed",
                        "write the closing `]`",
                    ));
                }
                Array::None => Self::bare(text),
            },
            _ => Self::bare(text),
        };
        match text[length..].chars().next() {
            Some(c) if !c.is_whitespace() => {
                let fault = Fault::new(length..length + c.len_utf8(), "a blank is missing before this");
                Err(Bad {
                    fault: fault.with_help("words are parted by blanks, quotes go around a whole word"),
                    is_unfinished: false,
                })
            }
            _ => Ok((word, length)),
        }
    }

    fn in_double_quotes(text: &'l str) -> Result<(Self, usize), Bad> {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let Some((end, _)) = end else {
            return Err(Bad::unfinished(
                0..text.trim_end().len(),
                "this quote is not closed",
                "write the closing `\"`",
            ));
        };
        let quoted = &text[..=end];
        if !quoted.contains(|c: char| c < ' ') {
            return Ok((Self { json: Cow::Borrowed(quoted), is_same: true }, quoted.len()));
        }
        // A line break or a tab that was typed is meant as it is.
        let mut json = String::new();
        for c in quoted.chars() {
            if c < ' ' { json.push_str(&format!("\\u{:04x}", u32::from(c))) } else { json.push(c) }
        }
        Ok((Self { json: Cow::Owned(json), is_same: false }, quoted.len()))
    }

    fn in_single_quotes(text: &'l str) -> Result<(Self, usize), Bad> {
        match text[1..].find('\'') {
            Some(length) => Ok((Self::of(&text[1..=length]), length + 2)),
            None => Err(Bad::unfinished(
                0..text.trim_end().len(),
                "this quote is not closed",
                "write the closing `'`",
            )),
        }
    }

    fn bare(text: &'l str) -> (Self, usize) {
        let (mut word, mut length, mut escaped) = (String::new(), text.len(), false);
        for (at, c) in text.char_indices() {
            if !escaped && c.is_whitespace() {
                length = at;
                break;
            }
            escaped = c == '\\' && !escaped;
            if !escaped {
                word.push(c);
            }
        }
        // One that escapes nothing is meant.
        if escaped {
            word.push('\\');
        }
        (Self::of(&word), length)
    }

    fn of(text: &str) -> Self {
        Self { json: Cow::Owned(serde_json::to_string(text).unwrap_or_default()), is_same: false }
    }
}

/// Is a text, or the beginning of one, an array?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Array {
    /// It begins like none that a query could hold.
    None,
    /// It ends within it.
    Open,
    /// After so many bytes it is closed.
    Closed(usize),
}

impl Array {
    /// Looks at a text that begins with `[`. A string that lacks its end leaves nothing open: it ends on its line.
    fn of(text: &str) -> Self {
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        let is_one = text[1..].trim_start().starts_with(['"', '[']);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'"' if !escaped => in_string = !in_string,
                b'\n' if in_string => return Self::None,
                b'[' if !in_string => depth += 1,
                b']' if !in_string => depth -= 1,
                _ => {}
            }
            escaped = in_string && byte == b'\\' && !escaped;
            if depth == 0 {
                return if is_one { Self::Closed(at + 1) } else { Self::None };
            }
        }
        if in_string || !(is_one || text[1..].trim().is_empty()) { Self::None } else { Self::Open }
    }
}

impl Bad {
    fn unfinished(span: Range<usize>, message: &str, help: &str) -> Self {
        Self { fault: Fault::new(span, message).with_help(help), is_unfinished: true }
    }

    fn after(self, at: usize) -> Self {
        let Range { start, end } = self.fault.span;
        Self { fault: Fault { span: start + at..end + at, ..self.fault }, ..self }
    }
}
